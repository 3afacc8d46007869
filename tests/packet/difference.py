#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""difference.py READPCAP FILE...: holds walk, read and verify against tshark's dissection, frame by frame.

Compared are the layers that both name (IP and everything above it), and for every IP packet outside quotes its
lengths, addresses, ports, TCP numbers and the states of its checksums. Prints each difference; exits 1 if any.
"""

import os
import subprocess
import sys

LAYERS = {"ip", "ipv6", "tcp", "udp", "udplite", "sctp", "icmp", "icmpv6"}
ON = ["ip.check_checksum", "tcp.check_checksum", "udp.check_checksum", "sctp.checksum:CRC 32c",
      "ipv6.tso_support"]
OFF = ["tcp.desegment_tcp_streams", "ip.defragment", "ipv6.defragment", "tcp.analyze_sequence_numbers",
       "tcp.relative_sequence_numbers", "udp.ignore_ipv6_zero_checksum"]
FIELDS = ["frame.number", "frame.protocols", "ip.src", "ip.dst", "ip.len", "ip.id", "ip.ttl", "ip.checksum.status",
          "ipv6.src", "ipv6.dst", "ipv6.plen", "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.ack", "tcp.len",
          "tcp.hdr_len", "tcp.window_size_value", "tcp.options.mss_val", "tcp.options.wscale.shift",
          "tcp.options.timestamp.tsval", "tcp.options.sack_le", "tcp.checksum", "tcp.checksum.status",
          "tcp.checksum_calculated", "udp.srcport", "udp.dstport", "udp.checksum", "udp.checksum.status",
          "icmp.type", "icmp.checksum.status", "icmpv6.type", "icmpv6.checksum.status", "icmp.mtu", "icmpv6.mtu",
          "sctp.checksum.status"]
# tshark's checksum states; it calls partial and unfilled sums bad, or good where its version knows them.
STATUS = {"0": {"bad", "partial", "partial_no_length", "unfilled"}, "1": {"valid", "partial", "partial_no_length"},
          "2": {"unverifiable", "partial", "partial_no_length", "unfilled", "absent"}, "3": {"absent", "unfilled"},
          "4": {"bad", "unfilled"}}


def tshark(path):
    """Yields a dictionary of lists for each frame."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=,"]
    for name in ON:
        command += ["-o", name if ":" in name else name + ":TRUE"]
    for name in OFF:
        command += ["-o", name + ":FALSE"]
    for name in FIELDS:
        command += ["-e", name]
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}  # no user's preferences
    out = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    for line in out.splitlines():
        values = line.split("\t")
        yield {name: value.split(",") if value else [] for name, value in zip(FIELDS, values)}


def readpcap(program, path):
    """Yields (coverage, layers, packets, quotes) for each frame."""
    out = subprocess.run([program, path], stdout=subprocess.PIPE, text=True, check=False).stdout
    for line in out.splitlines():
        _, coverage, layers, *rest = line.split("\t")
        packets, quotes, target = [], [], None
        target = packets
        for part in rest:
            if part.startswith("quote "):
                target = quotes
                continue
            target.append(dict(item.split("=", 1) for item in part.split(" ")))
        yield coverage, layers.split(":") if layers else [], packets, quotes


def names(theirs):
    """
    The layers in question that tshark found, in order. Since 4.4 it does not name the IP header behind an MPLS label; 4.6
    calls IPv6 behind a GTP extension header ip.
    """
    protocols = theirs["frame.protocols"][0].split(":") if theirs["frame.protocols"] else []
    for name in ("ip", "ipv6"):
        if "mpls" in protocols and len(theirs[f"{name}.src"]) > protocols.count(name):
            protocols.insert(len(protocols) - protocols[::-1].index("mpls"), name)
    if "gtp" in protocols and protocols.count("ip") > len(theirs["ip.src"]) and "ipv6" not in protocols:
        protocols[len(protocols) - 1 - protocols[::-1].index("ip")] = "ipv6"
    return [name for name in protocols if name in LAYERS]


def difference(ours, theirs):
    """Yields a text for each thing that differs."""
    coverage, layers, packets, quotes = ours
    seen = names(theirs)
    walked = [name.lstrip("*") for name in layers if name.lstrip("*") in LAYERS]
    if seen != walked:
        yield f"layers {':'.join(walked)} [{coverage}], theirs {theirs['frame.protocols'][0]}"
        return
    everything = packets + quotes
    yield from compare(theirs, everything, "4", {"ip.src": "src", "ip.dst": "dst", "ip.ttl": "ttl"})
    yield from compare(theirs, everything, "6", {"ipv6.src": "src", "ipv6.dst": "dst"})
    yield from compare_numbers(theirs, everything, packets)
    yield from compare_sums(theirs, packets)


def compare(theirs, packets, version, names):
    for field, key in names.items():
        mine = [p[key] for p in packets if p["v"] == version]
        if theirs[field][:len(mine)] != mine:
            yield f"{field} {mine}, theirs {theirs[field]}"
    if version == "4":
        mine = [int(p["id"]) for p in packets if p["v"] == "4"]
        if [int(v, 16) for v in theirs["ip.id"]] != mine:
            yield f"ip.id {mine}, theirs {theirs['ip.id']}"
        mine = [int(p["l3_len"]) for p in packets if p["v"] == "4" and p["short"] == "0"]
        if [int(v) for v in theirs["ip.len"]][:len(mine)] != mine:
            yield f"ip.len {mine}, theirs {theirs['ip.len']}"


def compare_numbers(theirs, packets, whole):
    tcp = [p for p in packets if p["proto"] == "6" and "sport" in p and p["hlen"] != "0"]
    if len(theirs["tcp.hdr_len"]) != len(tcp):
        return
    for field, key in [("tcp.srcport", "sport"), ("tcp.dstport", "dport"), ("tcp.seq", "seq"), ("tcp.ack", "ack"),
                       ("tcp.hdr_len", "hlen"), ("tcp.window_size_value", "window")]:
        mine = [p[key] for p in tcp]
        if theirs[field][:len(mine)] != mine and field in theirs and theirs[field]:
            yield f"{field} {mine}, theirs {theirs[field]}"
    for field, key in [("tcp.options.mss_val", "mss"), ("tcp.options.wscale.shift", "scale"),
                       ("tcp.options.timestamp.tsval", "tsval")]:
        mine = [p[key] for p in tcp if key in p]
        if theirs[field] != mine:
            yield f"{field} {mine}, theirs {theirs[field]}"
    lengths = [int(p["payload"].split("/")[1]) for p in whole if p["proto"] == "6" and "payload" in p]
    if [int(v) for v in theirs["tcp.len"]][:len(lengths)] != lengths:
        yield f"tcp.len {lengths}, theirs {theirs['tcp.len']}"


def is_offloaded_tunnel(packet, packets):
    """True if the sum counts a partial one inside as filled in (local checksum offload): tshark does not."""
    inside = packets[packets.index(packet) + 1:]
    return packet["l4_sum"] == "valid" and any(p["l4_sum"].startswith("partial") for p in inside)


def compare_sums(theirs, packets):
    status = theirs["ip.checksum.status"]
    mine = [p["ip_sum"] for p in packets if p["v"] == "4"]
    for ours, their in zip(mine, status):
        if ours not in STATUS.get(their, {ours}):
            yield f"IP checksum {ours}, theirs {their}"
    for field, proto in [("tcp", "6"), ("udp", "17"), ("icmp", "1"), ("icmpv6", "58"), ("sctp", "132")]:
        mine = [p for p in packets if p["proto"] == proto and "sport" in p]
        for ours, their in zip(mine, theirs[field + ".checksum.status"]):
            possible = STATUS.get(their, {ours["l4_sum"]})
            if ours["l4_sum"] not in possible and not is_offloaded_tunnel(ours, packets):
                yield f"{field} checksum {ours['l4_sum']} (field {ours['field']}), theirs {their}"
    mine = [p for p in packets if p["proto"] == "6" and p["expected"] != "0000"]
    theirs_calculated = theirs["tcp.checksum_calculated"]
    if len(mine) == len(theirs_calculated):
        for ours, their in zip(mine, theirs_calculated):
            if int(ours["expected"], 16) != int(their, 16):
                yield f"tcp checksum expected {ours['expected']}, theirs {their}"


def compare_file(program, path):
    """Number of frames, and a text for each difference."""
    ours, theirs = list(readpcap(program, path)), list(tshark(path))
    found = [] if len(ours) == len(theirs) else [f"{len(ours)} frames, theirs {len(theirs)}"]
    for number, both in enumerate(zip(ours, theirs), 1):
        found += [f"frame {number}: {text}" for text in difference(*both)]
    return len(ours), found


def main():
    program, *paths = sys.argv[1:]
    frames = differences = 0
    for path in paths:
        count, found = compare_file(program, path)
        frames += count
        differences += len(found)
        for text in found:
            print(f"{path} {text}")
    print(f"{frames} frames, {differences} differences")
    return differences > 0


if __name__ == "__main__":
    sys.exit(main())
