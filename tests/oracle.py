# SPDX-License-Identifier: GPL-2.0-or-later
"""What a capture holds, read by scapy and by deliberately naive arithmetic: what the plugin has to agree with.

For whole packets in Ethernet frames, without tunnels; see judges(). The truth files cover the rest.
"""

import json
import pathlib

import conftest
from scapy.all import ICMP, IP, TCP, UDP, IPv6, rdpcap
from scapy.layers.inet6 import ICMPv6PacketTooBig
from scapy.layers.vxlan import VXLAN

CAPTURES = pathlib.Path(__file__).resolve().parent.parent / "captures"
NAMES = [str(path.relative_to(CAPTURES))[: -len(".pcapng")] for path in conftest.bundled()]
PROTOCOLS = {6: 16, 17: 6, 1: 2, 58: 2}  # where the checksum field stands in the header


def truth(name):
    """The truth file beside capture `name`."""
    return json.loads((CAPTURES / f"{name}.truth.json").read_text())


CLEAN = [name for name in NAMES if truth(name)["severity_ceiling"] == "Note"]


# All captures in one file, and one of each folder by itself: with one interface the plugin compares no points.
SAMPLES = ["all", *{name.partition("/")[0]: name for name in NAMES}.values()]


def frames(path):
    """{frame number: scapy packet} of all frames, IP or not."""
    return dict(enumerate(rdpcap(str(path)), start=1))


def ip_frames(path):
    """{frame number: outermost IP layer}."""
    layers = {number: packet.getlayer(IP) or packet.getlayer(IPv6) for number, packet in frames(path).items()}
    return {number: layer for number, layer in layers.items() if layer is not None}


def judges(packet):
    """Whether the functions below apply to the frame `packet`: captured whole, no fragment, a protocol they know."""
    ip = packet.getlayer(IP) or packet.getlayer(IPv6)
    if ip is None or packet.haslayer(VXLAN) or packet.wirelen > len(packet.original) or protocol(ip) not in PROTOCOLS:
        return False
    if ip.version == 6:
        return ip.plen > 0
    return ip.len > 0 and not ip.flags.MF and ip.frag == 0


def add(data):
    """One's complement sum of `data` in 16-bit words."""
    total = 0
    for at in range(0, len(data), 2):
        total += int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big")
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def l3_len(ip):
    return ip.len if ip.version == 4 else ip.plen + 40


def header_len(ip):
    return ip.ihl * 4 if ip.version == 4 else 40


def protocol(ip):
    return ip.proto if ip.version == 4 else ip.nh


def pseudo_header(ip, length):
    addresses = slice(12, 20) if ip.version == 4 else slice(8, 40)
    return ip.original[addresses] + protocol(ip).to_bytes(4, "big") + length.to_bytes(4, "big")


def ip_checksum(ip):
    """State of the IP header checksum, in the plugin's words."""
    if ip.version == 6:
        return "absent"
    if add(ip.original[: header_len(ip)]) == 0xFFFF:
        return "valid"
    return "unfilled" if ip.chksum == 0 else "bad"


def l4_checksum(ip):
    """State of the transport checksum, in the plugin's words."""
    l4 = ip.original[header_len(ip) : l3_len(ip)]
    at = PROTOCOLS[protocol(ip)]
    field = int.from_bytes(l4[at : at + 2], "big")
    if protocol(ip) == 17 and ip.version == 4 and field == 0:
        return "absent"
    pseudo = b"" if protocol(ip) == 1 else pseudo_header(ip, len(l4))
    if add(pseudo + l4) == 0xFFFF:
        return "valid"
    if protocol(ip) in (6, 17):
        if field == add(pseudo):
            return "partial"
        if field == add(pseudo_header(ip, 0)):
            return "partial_no_length"
    return "bad"


def payload(ip):
    """TCP payload bytes."""
    return l3_len(ip) - header_len(ip) - ip[TCP].dataofs * 4


def reported_mtu(ip):
    """Next-hop MTU if this packet is a path MTU report, else None."""
    if ip.haslayer(ICMPv6PacketTooBig):
        return ip[ICMPv6PacketTooBig].mtu
    if ip.version == 4 and ip.proto == 1 and (ip[ICMP].type, ip[ICMP].code) == (3, 4):
        return ip[ICMP].nexthopmtu
    return None


def quoted_tcp(ip):
    """(source port, destination port, sequence number) of the TCP segment that a report quotes."""
    message = ip.original[header_len(ip) + 8 :]
    inner = (message[0] & 15) * 4 if message[0] >> 4 == 4 else 40
    ports = message[inner : inner + 8]
    return int.from_bytes(ports[:2], "big"), int.from_bytes(ports[2:4], "big"), int.from_bytes(ports[4:8], "big")


def carries(ip, ports_and_seq):
    """Whether this packet's TCP payload holds the byte that a report quotes."""
    source, destination, seq = ports_and_seq
    if not ip.haslayer(TCP) or (ip[TCP].sport, ip[TCP].dport) != (source, destination):
        return False
    return (seq - ip[TCP].seq) % 2**32 < payload(ip)

