# SPDX-License-Identifier: GPL-2.0-or-later
"""
Checksums: left for the NIC, damaged on the way, not verifiable.

small, truncated   s ---s0 ms---[ m ]---mc c0--- c
corrupt            s ---s0 ms---[ m ]---mb [box: damages, 5 ms] c0--- c
"""
import socket
import struct
import time

from . import decode, topology, traffic
from .net import NO_OFFLOAD
from .scenario import Run, scenario

SO_NO_CHECK = 11


def _sctp(net, filled):
    """A hand-made INIT: this kernel has no SCTP. Unfilled, as sctp.ko leaves it for a NIC that knows CRC32c."""
    chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 0x12345678, 65536, 10, 10, 1)
    packet = struct.pack("!HHII", 5000, 5001, 0, 0) + chunk
    if filled:
        packet = packet[:8] + struct.pack("<I", decode.crc32c(packet)) + packet[12:]
    with net.s.inside():
        raw = socket.socket(traffic.family(net.at["s"]), socket.SOCK_RAW, decode.SCTP)
    raw.sendto(packet, (net.client_address, 0))
    raw.close()


@scenario("checksum/small", "Checksum offload on small frames", "UDP of all sizes, TCP, ICMP, SCTP: which are left for the NIC")
def small(lab, version):
    net = topology.lan(lab, version)
    run = Run(lab, path_mtu=1500)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.capture("wire", net.m, "mc", "behind the NIC")
    receiver = traffic.udp(net.c, net.client_address, 4000)
    sender = traffic.udp(net.s, net.at["s"], 4001)
    for length in (0, 1, 2, 33, 512, 1000, 1400, 3000):
        sender.sendto(traffic.content(length), (net.client_address, 4000))
        time.sleep(0.01)
    if version == "v4":
        sender.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
        sender.sendto(traffic.content(100), (net.client_address, 4000))
    traffic.drain(receiver)
    for length in (8, 600, 1400):
        net.s.run(f"ping -{version[1]} -n -c 1 -W 0.5 -s {length} {net.client_address}")
    for filled in (True, False):
        _sctp(net, filled)
    traffic.Transfer(net.s, net.c, net.at["s"], 300)
    return run.stop()


@scenario("checksum/corrupt", "Bits that flip on the way", "damaged payload, sequence number, checksum; all sent again")
def corrupt(lab, version):
    net = topology.Net(lab, version, ["s", "m", "c"])
    lab.cable(net.s, "s0", net.m, "ms")
    out, into = lab.tap(net.m, "mb"), lab.tap(net.c, "c0")
    lab.bridge(net.m, "ms", "mb")
    net.s.offload("s0", NO_OFFLOAD)
    run = Run(lab, "wire_corruption", path_mtu=1500)
    run.journals.append(lab.box("line", out, into, ["corrupt:4,9,15,21,22,27", "delay:5"], ["delay:5"]))
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    traffic.reach(net.s, net.at["lan"])
    run.capture("sender", net.s, "s0", "the sender's own capture", proves=False)
    run.capture("receiver", net.c, "c0", "the client's own capture", proves=True)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    return run.stop()


def _truncated(lab, version, snaplen):
    net = topology.lan(lab, version)
    run = Run(lab, path_mtu=1500)
    run.capture("sender", net.s, "s0", f"the sender's own capture, cut at {snaplen} bytes", snaplen=snaplen)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    return run.stop()


@scenario("checksum/truncated-96", "TSO, captured with a snaplen of 96",
          "a partial sum can be told without the payload, a right one cannot be verified")
def truncated_96(lab, version):
    return _truncated(lab, version, 96)


@scenario("checksum/truncated-1600", "TSO, captured with a snaplen of 1600", "only super-frames are cut off")
def truncated_1600(lab, version):
    return _truncated(lab, version, 1600)
