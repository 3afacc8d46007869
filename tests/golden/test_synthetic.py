# SPDX-License-Identifier: GPL-2.0-or-later
"""
Frames that no machine at hand makes, built byte for byte: BIG TCP inside tunnels, SCTP segmentation offload, and reports
of an MTU that cannot be.

How a Linux host hands them to a packet socket: lengths over 65535 are 0 in IPv4, IPv6 and UDP headers (iph_set_totlen(),
include/net/ip.h), older kernels put a hop-by-hop header with a jumbo payload option into IPv6; the inner checksum is the
pseudo-header sum with the true length folded in; SCTP's is zero. What is expected is counted here, by hand.
"""

import math
import struct

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6
from scapy.layers.l2 import GRE, Ether
from scapy.layers.vxlan import VXLAN
from scapy.packet import Raw
from scapy.utils import PcapWriter

SENDER, RECEIVER = {4: "192.0.2.1", 6: "2001:db8::1"}, {4: "198.51.100.2", 6: "2001:db8:f::2"}
OUTER = {4: ("203.0.113.1", "203.0.113.2"), 6: ("2001:db8:a::1", "2001:db8:a::2")}
TIMESTAMPS = [("NOP", None), ("NOP", None), ("Timestamp", (7, 9))]
PAYLOAD = 100 * 1000
JUMBO = struct.pack(">BBBBI", 6, 0, 0xC2, 4, 0)  # hop-by-hop header: TCP next, jumbo payload option (RFC 2675 2)
NETWORK = {4: 20, 6: 40}


def network(version, src, dst, protocol, length):
    """An IP header in front of `length` bytes; over 65535 its length field says 0."""
    if version == 4:
        return IP(src=src, dst=dst, proto=protocol, flags="DF", len=length + 20 if length + 20 <= 65535 else 0)
    return IPv6(src=src, dst=dst, nh=protocol, plen=length if length <= 65535 else 0)


def partial(version, protocol, length):
    """The folded pseudo-header sum with `length`, as a stack leaves it."""
    addresses = (SENDER[version], RECEIVER[version])
    if version == 4:
        header = b"".join(bytes(map(int, each.split("."))) for each in addresses) + struct.pack(">HI", protocol, length)
    else:
        header = bytes(IPv6(src=addresses[0], dst=addresses[1]))[8:] + struct.pack(">II", length, protocol)
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def segment(version, forward, payload=0, jumbo=False, **header):
    """Bytes of an IP packet with TCP; a data segment's checksum is left for the NIC."""
    src, dst = (SENDER, RECEIVER) if forward else (RECEIVER, SENDER)
    ports = {"sport": 80, "dport": 40000} if forward else {"sport": 40000, "dport": 80}
    if not payload:
        ip = IP(src=src[4], dst=dst[4], flags="DF") if version == 4 else IPv6(src=src[6], dst=dst[6])
        return bytes(ip / TCP(**ports, **header))
    tcp = bytes(TCP(**ports, options=TIMESTAMPS, chksum=partial(version, 6, 32 + payload), **header)) + bytes(payload)
    if not jumbo:
        return bytes(network(version, src[version], dst[version], 6, len(tcp))) + tcp
    options = JUMBO[:4] + struct.pack(">I", len(tcp) + 8)
    return bytes(IPv6(src=src[6], dst=dst[6], nh=0, plen=0)) + options + tcp


def ether(**others):
    return Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02", **others)


def vxlan(version, inner):
    length = 8 + 8 + 14 + len(inner)
    kind = 0x0800 if inner[0] >> 4 == 4 else 0x86DD
    head = UDP(sport=50000, dport=4789, len=length if length <= 65535 else 0, chksum=0) / VXLAN(vni=7)
    return network(version, *OUTER[version], 17, length) / Raw(bytes(head) + bytes(ether(type=kind)) + inner)


def gre(version, inner):
    kind = 0x0800 if inner[0] >> 4 == 4 else 0x86DD
    return network(version, *OUTER[version], 47, 4 + len(inner)) / Raw(bytes(GRE(proto=kind)) + inner)


def ip_in_ip(version, inner):
    return network(version, *OUTER[version], 4 if inner[0] >> 4 == 4 else 41, len(inner)) / Raw(inner)


AROUND = {vxlan: 8 + 8 + 14, gre: 4, ip_in_ip: 0}  # bytes of the tunnel, without its IP header
CASES = [
    (tunnel, outer, inner, jumbo)
    for tunnel in AROUND
    for outer in (4, 6)
    for inner, jumbo in ((4, False), (6, False), (6, True))
]


def write(path, frames):
    with PcapWriter(str(path), linktype=1, snaplen=262144) as writer:
        for frame in frames:
            writer.write(frame)
    path.chmod(0o644)
    return path


def tunnelled(tunnel, outer, inner, jumbo):
    """A handshake that agrees on the MSS of the tunnel, and a super-frame; the lengths of its headers."""
    headers = NETWORK[outer] + AROUND[tunnel] + NETWORK[inner] + 20
    mss = [("MSS", 1500 - headers)]
    packets = (
        segment(inner, False, flags="S", seq=999, options=mss),
        segment(inner, True, flags="SA", seq=4999, ack=1000, options=mss),
        segment(inner, True, PAYLOAD, jumbo, flags="A", seq=5000, ack=1000),
    )
    return [ether() / tunnel(outer, packet) for packet in packets], 1500 - headers - 12, headers + 12


WANTED = ("l3_len", "wire.frames", "segment.size", "segment.last", "wire.len", "checksum.l4", "finding")


@pytest.fixture(scope="session")
def said(scratch, fields):
    """{case: values of its super-frame}, all from one run of tshark."""
    frames = [frame for case in CASES for frame in tunnelled(*case)[0]]
    path = write(scratch / "tunnels.pcap", frames)
    shown = fields(path, *(f"wiretruth.{name}" for name in WANTED), options=("-o", "ip.tso_support:TRUE"))
    return {case: dict(zip(WANTED, shown[3 * index + 3], strict=True)) for index, case in enumerate(CASES)}


def name_of(case):
    tunnel, outer, inner, jumbo = case
    return f"{tunnel.__name__}-v{outer}-v{inner}{'-jumbo' * jumbo}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_big_tcp_in_tunnel(case, said):
    """Counted by its segments, all headers of each included; the hop-by-hop header is on none of them."""
    tunnel, outer, inner, jumbo = case
    _, size, headers = tunnelled(*case)
    frames = math.ceil(PAYLOAD / size)
    values = said[case]
    assert values["l3_len"] == (str(headers + 8 * jumbo + PAYLOAD),)
    assert values["segment.size"] == (str(size),)
    assert values["wire.frames"] == (str(frames),)
    assert values["segment.last"] == (str(PAYLOAD - (frames - 1) * size),)
    assert values["wire.len"] == (str(PAYLOAD + frames * (14 + headers)),)
    assert "superframe.big_tcp" in values["finding"] and "checksum.partial" in values["finding"]
    trouble = {"mtu.exceeded", "mss.exceeded", "checksum.corrupt", "segmentation.wrong"}
    assert not trouble & set(values["finding"])


def chunk(length, number):
    return struct.pack(">BBHIHHI", 0, 3, 16 + length, number, 1, number, 0) + bytes(length + -length % 4)


@pytest.mark.parametrize("version", [4, 6])
def test_sctp_gso(version, scratch, fields):
    """The chunks of four packets behind one common header: each packet takes as many chunks as fit the link."""
    chunks = [chunk(1000, 0)] + [chunk(400, number) for number in range(1, 10)]
    body = struct.pack(">HHII", 5000, 6000, 1, 0) + b"".join(chunks)
    packet = network(version, SENDER[version], RECEIVER[version], 132, len(body)) / Raw(body)
    path = write(scratch / f"sctp-{version}.pcap", [ether() / packet])
    room, packets, used = 1500 - NETWORK[version] - 12, 1, 0
    for each in chunks:
        packets, used = (packets + 1, len(each)) if used + len(each) > room else (packets, used + len(each))
    ((frames, last, length, findings),) = fields(
        path, "wiretruth.wire.frames", "wiretruth.segment.last", "wiretruth.wire.len", "wiretruth.finding"
    ).values()
    assert packets == 4 and (frames, last) == (("4",), (str(used),))
    assert length == (str(sum(map(len, chunks)) + 4 * (14 + NETWORK[version] + 12)),)
    assert set(findings) == {"superframe.unknown", "checksum.unfilled"}


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("mtu", [0, 60, 67])
def test_report_below_every_mtu(version, mtu, scratch, fields):
    """No link has such an MTU, and the packet that it refuses is there."""
    size = 1500 - NETWORK[version] - 32
    data = segment(version, True, size, flags="A", seq=5000, ack=1000)
    if version == 4:
        message = IP(src="192.0.2.254", dst=SENDER[4]) / ICMP(type=3, code=4, nexthopmtu=mtu) / Raw(data[:28])
    else:
        message = IPv6(src="2001:db8::fe", dst=SENDER[6]) / ICMPv6PacketTooBig(mtu=mtu) / Raw(data[:1232])
    refused = IP(data) if version == 4 else IPv6(data)
    path = write(scratch / f"report-{version}-{mtu}.pcap", [ether() / refused, ether() / message])
    shown = fields(path, "wiretruth.offender", "wiretruth.finding")
    assert shown[2][0] == ("1",)
    assert {"pmtu.report", "pmtu.implausible"} <= set(shown[2][1])
