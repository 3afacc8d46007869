# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames made by hand: link types, tunnels, directions, damage, and what must be named as not looked at."""

import struct

import pytest
from scapy.all import (
    ARP,
    GRE,
    ICMP,
    IP,
    TCP,
    UDP,
    VXLAN,
    CookedLinux,
    Dot1Q,
    Ether,
    IPv6,
    Loopback,
    PPPoE,
    PPP,
    Raw,
    fragment,
    wrpcap,
)
from scapy.contrib.geneve import GENEVE
from scapy.contrib.mpls import MPLS



def ether(**others):
    """With both addresses: else scapy asks the routes and the network of this machine for them."""
    return Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02", **others)


DATA = b"x" * 100
V4 = IP(src="192.0.2.1", dst="198.51.100.2") / TCP(sport=1000, dport=80, flags="A") / DATA
V6 = IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=1000, dport=2000) / DATA
OUTER = IP(src="10.0.0.1", dst="10.0.0.2")
OUTER6 = IPv6(src="2001:db8:1::1", dst="2001:db8:1::2")

KNOWN = {
    "ethernet": (ether() / V4, 1),
    "ethernet v6": (ether() / V6, 1),
    "vlan": (ether() / Dot1Q(vlan=5) / V4, 1),
    "qinq": (ether(type=0x88A8) / Dot1Q(vlan=5) / Dot1Q(vlan=6) / V6, 1),
    "mpls": (ether(type=0x8847) / MPLS(label=5, s=1) / V4, 1),
    "pppoe": (ether() / PPPoE(sessionid=3) / PPP() / V4, 1),
    "sll": (CookedLinux() / V4, 1),
    "loopback": (Loopback() / V4, 1),
    "ipip": (ether() / OUTER / V4, 2),
    "6in4": (ether() / OUTER / V6, 2),
    "4in6": (ether() / OUTER6 / V4, 2),
    "gre": (ether() / OUTER / GRE() / V4, 2),
    "vxlan": (ether() / OUTER / UDP(sport=5000, dport=4789) / VXLAN(flags="Instance", vni=7) / ether() / V4, 2),
    "geneve": (ether() / OUTER6 / UDP(sport=5000, dport=6081) / GENEVE(vni=7) / ether() / V6, 2),
    "etherip": (ether() / IP(src="10.0.0.1", dst="10.0.0.2", proto=97) / Raw(b"\x30\x00") / ether() / V4, 2),
    "icmp error": (ether() / OUTER / ICMP(type=3, code=4, nexthopmtu=1400) / bytes(V4)[:60], 1),
    "no ip": (ether() / ARP(hwsrc="02:00:00:00:00:01", psrc="192.0.2.1", pdst="192.0.2.2"), 0),
}
UNKNOWN = {
    "lisp": (ether() / OUTER / UDP(sport=5000, dport=4341) / Raw(bytes(8)) / V4, "encapsulation"),
    "too deep": (ether() / OUTER / OUTER / OUTER / OUTER / OUTER / OUTER / OUTER / V4, "too many headers"),
    "cut": (ether() / V4, "inside a header"),
    "header length": (ether() / IP(src="10.0.0.1", dst="10.0.0.2", ihl=3) / DATA, "contradicts itself"),
}


@pytest.fixture
def written(scratch, request):
    """written(packets): path of a capture file of them."""

    def write(packets, **options):
        path = scratch / f"{request.node.name.replace('/', '-').replace(' ', '-')}.pcap"
        wrpcap(str(path), packets, **options)
        path.chmod(0o644)
        return path

    return write


@pytest.mark.parametrize("kind", KNOWN)
def test_known(kind, written, fields):
    """One checksum state for each IP packet of its own, none of them bad; nothing missed."""
    packet, packets = KNOWN[kind]
    names = ["wiretruth.checksum.ip", "wiretruth.checksum.l4", "wiretruth.not_looked_at", "wiretruth.l3_len"]
    ip, l4, missed, length = fields(written([packet]), *names)[1]
    assert (len(ip), len(l4)) == (packets, packets)
    assert set(ip) <= {"0", "5"}  # valid, or absent in IPv6
    assert not packets or l4[-1] == "0"
    assert missed == ()
    assert len(length) == min(packets, 1)


@pytest.mark.parametrize("kind", UNKNOWN)
def test_not_looked_at(kind, written, fields, tshark):
    packet, reason = UNKNOWN[kind]
    path = written([bytes(packet)[:40]] if kind == "cut" else [packet], linktype=1)
    (missed,) = fields(path, "wiretruth.not_looked_at")[1]
    assert len(missed) == 1 and reason in missed[0]
    rows = [line.split() for line in tshark("-q", "-r", path, "-z", "wiretruth,tree").splitlines()]
    assert ["not", "looked", "at", "1"] in [row[:4] for row in rows]
    assert missed[0].split() + ["1"] in [row[: len(missed[0].split()) + 1] for row in rows]


def test_unknown_link_type(written, fields):
    """802.11 is not known to the walk; Wireshark finds the IP packet in it."""
    path = written([b"\x08\x00" + bytes(22) + b"\xaa\xaa\x03\x00\x00\x00\x08\x00" + bytes(V4)], linktype=105)
    (missed, protocols) = fields(path, "wiretruth.not_looked_at", "frame.protocols")[1]
    assert ":ip:tcp" in protocols[0]
    assert "link type" in missed[0]


def test_only_wireshark_knows(written, fields):
    """A tunnel on a port that the user told Wireshark."""
    path = written([ether() / OUTER / UDP(sport=5000, dport=7777) / VXLAN(flags="Instance", vni=7) / ether() / V4])
    assert fields(path, "wiretruth.not_looked_at")[1] == ((),)
    decoded = fields(path, "wiretruth.not_looked_at", options=["-d", "udp.port==7777,vxlan"])
    assert "only Wireshark" in decoded[1][0][0]


def test_only_wireshark_knows_for_a_while(written, fields):
    """OpenFlow 1.3's packet-in holds a packet; its dissector puts the outer addresses back afterwards."""
    inner = bytes(ether() / V4)
    packet_in = struct.pack("!IHBBQ", 0xFFFFFFFF, len(inner), 0, 0, 0) + struct.pack("!HHI", 1, 4, 0) + bytes(2) + inner
    message = struct.pack("!BBHI", 4, 10, 8 + len(packet_in), 1) + packet_in
    path = written([ether() / OUTER / TCP(sport=40000, dport=6653, flags="PA") / message])
    (missed, protocols) = fields(path, "wiretruth.not_looked_at", "frame.protocols")[1]
    assert ":openflow" in protocols[0] and protocols[0].count(":ip") == 2
    assert "only Wireshark" in missed[0]


def test_fragments_are_not_missed(written, fields):
    """Wireshark shows the reassembled packet, and a tunnel in it, in the last fragment."""
    tunnel = OUTER / GRE() / IP(src="192.0.2.1", dst="198.51.100.2") / UDP(sport=1, dport=2) / (b"y" * 2000)
    path = written([ether() / piece for piece in fragment(tunnel, 1000)])
    shown = fields(path, "wiretruth.not_looked_at", "wiretruth.checksum.l4", "frame.protocols")
    assert any(protocols[0].count(":ip") > 1 for _, _, protocols in shown.values())
    assert all(missed == () for missed, _, _ in shown.values())
    assert {states[0] for _, states, _ in shown.values()} == {"6"}


def test_damage(capture, written, fields):
    """One bit flipped after the capture: this frame's sum is wrong, no other's, and its receiver took it: a Note."""
    from scapy.all import rdpcap

    packets = [bytes(packet) for packet in rdpcap(str(capture("rtl8139/tso-off-1492.receiver")))]
    damaged = next(n for n, packet in enumerate(packets) if len(packet) > 1000)
    packets[damaged] = packets[damaged][:500] + bytes([packets[damaged][500] ^ 4]) + packets[damaged][501:]
    path = written(packets, linktype=1)
    found = fields(path, "_ws.expert.severity", filter="wiretruth.checksum.corrupt")
    assert set(found) == {damaged + 1}
    assert "4194304" in found[damaged + 1][0]  # Note


def test_lowered_severity(written, fields):
    """The same finding under the same name, a Note as long as the evidence is weak."""
    large = ether() / IP(src="192.0.2.1", dst="198.51.100.2", flags="DF") / UDP(sport=1, dport=2) / (b"z" * 3000)
    path = written([large])
    for options, severity in (((), "4194304"), (("-o", "wiretruth.link_mtu:1500"), "6291456")):
        assert fields(path, "_ws.expert.severity", filter="wiretruth.mtu.exceeded", options=options) == {1: ((severity,),)}


# --- what only a pcapng file can say ---


def block(kind, body):
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def section():
    return block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface():
    return block(1, struct.pack("<HHI", 1, 0, 0))


def enhanced(packet, interface_id=0, flags=None):
    data = bytes(packet)
    body = struct.pack("<IIIII", interface_id, 0, 0, len(data), len(data)) + data + bytes(-len(data) % 4)
    if flags is not None:
        body += struct.pack("<HHI", 2, 4, flags) + struct.pack("<HH", 0, 0)
    return block(6, body)


@pytest.fixture
def pcapng(scratch, request):
    def write(*blocks):
        path = scratch / f"{request.node.name}.pcapng"
        path.write_bytes(b"".join(blocks))
        path.chmod(0o644)
        return path

    return write


def test_direction_flags(pcapng, fields):
    """epb_flags, bits 0 and 1: 1 received, 2 sent, 0 not known; other bits mean other things."""
    frame = ether() / V4
    path = pcapng(section(), interface(), *(enhanced(frame, flags=flags) for flags in (1, 2, 0, 0x105)), enhanced(frame))
    shown = fields(path, "wiretruth.direction", "wiretruth.direction.source")
    assert [shown[n] for n in range(1, 6)] == [
        (("2",), ("1",)),
        (("1",), ("1",)),
        (("0",), ()),
        (("2",), ("1",)),
        (("0",), ()),
    ]


def test_interfaces_are_kept_apart(pcapng, fields):
    """A large fragment proves its own link's MTU and no other's, not even under the same number in the next section."""
    jumbo = ether() / IP(src="192.0.2.1", dst="198.51.100.2", flags="MF") / (b"j" * 8000)
    small = ether() / V4
    blocks = [section(), interface(), interface(), enhanced(jumbo, 0), enhanced(small, 0), enhanced(small, 1)]
    path = pcapng(*blocks, section(), interface(), enhanced(small, 0))
    shown = fields(path, "wiretruth.link_mtu")
    assert [shown[n][0] for n in range(1, 5)] == [("8020",), ("8020",), ("1500",), ("1500",)]
