#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sample frames, one for each link type, encapsulation, header and checksum state that the packet library knows.

Scapy builds the headers and their checksums; what is expected of each frame stands beside it, written by hand.
`samples.py` prints them as tests/unit/packet_samples.h; test_samples.py holds them against tshark.
"""

import struct
import sys
from dataclasses import dataclass, field

from scapy.all import (GRE, ICMP, IP, PPP, TCP, UDP, VXLAN, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether,
                       ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6NDOptRedirectedHdr, ICMPv6ND_Redirect,
                       ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPOption, IPOption_LSRR, IPv6, IPv6ExtHdrDestOpt,
                       IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, IPv6ExtHdrSegmentRouting, HAO,
                       Jumbo, LLC, MIP6MH_HoTI, PPPoE, Raw, RouterAlert, SNAP, conf, raw)
from scapy.contrib.erspan import ERSPAN_III
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.mpls import MPLS
from scapy.layers.ipsec import AH, ESP
from scapy.layers.l2 import GRE_PPTP, GRErouting
from scapy.layers.sctp import SCTP, SCTPChunkData

conf.verb = 0

LINKS = {"ethernet": ("WT_LINK_ETHERNET", 1), "sll": ("WT_LINK_SLL", 113), "sll2": ("WT_LINK_SLL2", 276),
         "raw": ("WT_LINK_RAW_IP", 101), "null": ("WT_LINK_NULL", 0), "loop": ("WT_LINK_NULL", 108),
         "ppp": ("WT_LINK_PPP", 9), "fddi": ("WT_LINK_FDDI", 10), "nflog": ("WT_LINK_NFLOG", 239)}

PPP_IPV4, PPP_IPV6 = Raw(b"\x00\x21"), Raw(b"\x00\x57")  # in full (RFC 2516 7); scapy 2.5 compresses them


@dataclass
class Sample:
    """One frame and what it holds.

    sums: per packet, outermost first, states of IP and L4 checksum; lengths: per packet, length of the IP packet and
    of the L4 payload, None where there is no L4; differs: why tshark 4.0 names other layers, if it does.
    """

    name: str
    frame: bytes
    layers: str
    sums: str = "valid/valid"
    lengths: str = ""
    link: str = "ethernet"
    coverage: str = "complete"
    differs: str = ""
    quotes: int = field(default=0)


# --- building blocks ---

MAC = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}
V4 = {"src": "192.0.2.1", "dst": "198.51.100.2"}
V6 = {"src": "2001:db8::1", "dst": "2001:db8:1::2"}
OUTER4 = {"src": "10.0.0.1", "dst": "10.0.0.2"}
OUTER6 = {"src": "fd00::1", "dst": "fd00::2"}
DATA = bytes(range(1, 42))  # odd length, so that the last byte is padded


def eth(**others):
    return Ether(**(MAC | others))


def ip(**others):
    return IP(**({"id": 7, "flags": "DF"} | V4 | others))


def ip6(**others):
    return IPv6(**(V6 | others))


def outer4(**others):
    return IP(**({"id": 8} | OUTER4 | others))


def outer6(**others):
    return IPv6(**(OUTER6 | others))


def tcp(**others):
    return TCP(**({"sport": 40000, "dport": 80, "seq": 1000, "ack": 2000, "flags": "PA", "window": 512} | others))


def udp(**others):
    return UDP(**({"sport": 40000, "dport": 5000} | others))


def vxlan(**others):
    return UDP(sport=50000, dport=4789, **others) / VXLAN(vni=42, flags=8)


def naive_sum(data):
    """Folded one's complement sum, byte by byte."""
    total = 0
    for position, byte in enumerate(data):
        total += byte << (0 if position & 1 else 8)
    while total > 0xffff:
        total = (total >> 16) + (total & 0xffff)
    return total


def pseudo(packet, proto, length=None):
    """Folded pseudo header sum of a scapy IP or IPv6 packet, without length if it is None."""
    address = raw(packet)
    addresses = address[12:20] if packet.version == 4 else address[8:40]
    return naive_sum(addresses + struct.pack(">II", length or 0, proto))


def patch(frame, offset, value):
    """Replaces the 16-bit word at `offset`."""
    return frame[:offset] + struct.pack(">H", value) + frame[offset + 2:]


def patched(frame, *changes):
    for offset, value in changes:
        frame = patch(frame, offset, value)
    return frame


TCP_SUM = {4: 14 + 20 + 16, 6: 14 + 40 + 16}
UDP_SUM = {4: 14 + 20 + 6, 6: 14 + 40 + 6}
V4_SUM = 14 + 10


def whole(network, transport, payload=DATA):
    return raw(eth() / network / transport / Raw(payload))


# --- samples ---

def link_samples():
    v4, v6 = ip() / tcp() / Raw(DATA), ip6() / tcp() / Raw(DATA)
    yield Sample("ethernet-v4", raw(eth() / v4), "eth:ip:tcp", lengths="81:41")
    yield Sample("ethernet-v6", raw(eth() / v6), "eth:ipv6:tcp", "absent/valid", "101:41")
    yield Sample("ethernet-padding", raw(eth() / ip() / tcp(flags="A")) + bytes(6), "eth:ip:tcp", lengths="40:0")
    yield Sample("ethernet-trailer", raw(eth() / v4) + b"\xde\xad\xbe\xef", "eth:ip:tcp", lengths="81:41")
    yield Sample("ethernet-arp", raw(eth(type=0x806)) + bytes.fromhex("0001080006040001") + bytes(20), "eth", "",
                 coverage="not_ip")
    yield Sample("ethernet-lldp", raw(eth(type=0x88cc)) + bytes(46), "eth", "", coverage="not_ip")
    yield Sample("ethernet-macsec", raw(eth(type=0x88e5)) + b"\x0c" + bytes(59), "eth", "", coverage="encapsulation")
    yield Sample("ethernet-snap", raw(Dot3(**MAC) / LLC(dsap=0xaa, ssap=0xaa, ctrl=3) / SNAP(code=0x800) / v4),
                 "eth:llc:ip:tcp", lengths="81:41")
    yield Sample("ethernet-llc-stp", raw(Dot3(**MAC) / LLC(dsap=0x42, ssap=0x42, ctrl=3) / Raw(bytes(35))), "eth:llc",
                 "", coverage="not_ip")
    yield Sample("ethernet-llc-ip", raw(Dot3(**MAC) / LLC(dsap=6, ssap=6, ctrl=3) / v4), "eth:llc:ip:tcp",
                 lengths="81:41")
    yield Sample("ethernet-isl", raw(Dot3(dst="01:00:0c:00:00:01", src=MAC["src"]) / Raw(bytes(26) + raw(eth() / v4))),
                 "eth", "", coverage="encapsulation", differs="walks on")
    yield Sample("vlan", raw(eth() / Dot1Q(vlan=5, prio=3) / v4), "eth:vlan:ip:tcp", lengths="81:41")
    yield Sample("vlan-v6", raw(eth() / Dot1Q(vlan=4095) / v6), "eth:vlan:ipv6:tcp", "absent/valid", "101:41")
    yield Sample("qinq-8100", raw(eth() / Dot1Q(vlan=5) / Dot1Q(vlan=6) / v4), "eth:vlan:vlan:ip:tcp",
                 lengths="81:41")
    yield Sample("qinq-88a8", raw(eth() / Dot1AD(vlan=5) / Dot1Q(vlan=6) / v4), "eth:vlan:vlan:ip:tcp",
                 lengths="81:41")
    yield Sample("qinq-9100", raw(eth(type=0x9100) / Dot1Q(vlan=5) / Dot1Q(vlan=6) / v4), "eth:vlan:vlan:ip:tcp",
                 lengths="81:41")
    yield Sample("vlan-snap", raw(eth(type=0x8100)) + b"\x00\x05" + struct.pack(">H", 89) + b"\xaa\xaa\x03\0\0\0\x08\0"
                 + raw(v4), "eth:vlan:llc:ip:tcp", lengths="81:41")
    yield from mpls_samples(v4, v6)
    yield from point_to_point_samples(v4, v6)
    yield from cooked_samples(v4, v6)


def mpls_samples(v4, v6):
    label = MPLS(label=1000, s=1, ttl=9)
    stack = MPLS(label=2000, s=0, ttl=9) / label
    inner = Ether(src="00:0c:29:00:00:01", dst="00:0c:29:00:00:02") / v4
    yield Sample("mpls-v4", raw(eth(type=0x8847) / stack / v4), "eth:mpls:mpls:ip:tcp", lengths="81:41")
    yield Sample("mpls-v6", raw(eth(type=0x8847) / label / v6), "eth:mpls:ipv6:tcp", "absent/valid", "101:41")
    yield Sample("mpls-null-v4", raw(eth(type=0x8847) / MPLS(label=0, s=1, ttl=9) / v4), "eth:mpls:ip:tcp",
                 lengths="81:41")
    yield Sample("mpls-null-v6", raw(eth(type=0x8848) / MPLS(label=2, s=1, ttl=9) / v6), "eth:mpls:ipv6:tcp",
                 "absent/valid", "101:41")
    yield Sample("mpls-pseudowire-control", raw(eth(type=0x8847) / stack) + bytes(4) + raw(inner),
                 "eth:mpls:mpls:eth:ip:tcp", lengths="81:41")
    yield Sample("mpls-pseudowire-plain", raw(eth(type=0x8847) / stack) + raw(eth(dst="46:00:00:00:00:01") / v4),
                 "eth:mpls:mpls:eth:ip:tcp", lengths="81:41", differs="believes the 4 of the address")
    like = ip6(src="2001:db8:800::1") / tcp() / Raw(DATA)
    yield Sample("mpls-v6-like-ethernet", raw(eth(type=0x8847) / label / like), "eth:mpls:ipv6:tcp", "absent/valid",
                 "101:41")
    yield Sample("mpls-v4-unfilled", patch(raw(eth(type=0x8847) / label / v4), 14 + 4 + 10, 0), "eth:mpls:ip:tcp",
                 "unfilled/valid", "81:41")
    yield Sample("mpls-unknown", raw(eth(type=0x8847) / label) + b"\x90" + bytes(range(60)), "eth:mpls", "",
                 coverage="encapsulation")


def point_to_point_samples(v4, v6):
    session = eth(type=0x8864) / PPPoE(sessionid=3)
    yield Sample("pppoe-v4", raw(session / PPP_IPV4 / v4), "eth:pppoe:ppp:ip:tcp", lengths="81:41")
    yield Sample("pppoe-v6", raw(session / PPP_IPV6 / v6), "eth:pppoe:ppp:ipv6:tcp", "absent/valid", "101:41")
    yield Sample("pppoe-lcp", raw(session / PPP(proto=0xc021) / Raw(bytes.fromhex("010100080104 05d4"))), "eth:pppoe:ppp",
                 "", coverage="not_ip")
    yield Sample("pppoe-discovery", raw(eth(type=0x8863)) + bytes.fromhex("110900000004 01010000") + bytes(36), "eth",
                 "", coverage="not_ip")
    yield Sample("pppoe-compressed", raw(session / Raw(b"\x21" + raw(v4))), "eth:pppoe:ppp:ip:tcp", lengths="81:41")
    yield Sample("pppoe-multilink", raw(session / Raw(b"\x00\x3d\xc0\0\0\1" + raw(v4))), "eth:pppoe:ppp", "",
                 coverage="encapsulation")
    yield Sample("ppp", b"\xff\x03\x00\x21" + raw(v4), "ppp:ip:tcp", lengths="81:41", link="ppp")
    yield Sample("ppp-bare", b"\x00\x57" + raw(v6), "ppp:ipv6:tcp", "absent/valid", "101:41", "ppp")
    yield Sample("ppp-short", b"\x21" + raw(v4), "ppp:ip:tcp", lengths="81:41", link="ppp")
    yield Sample("ppp-mpls", b"\xff\x03\x02\x81" + raw(MPLS(label=9, s=1, ttl=9) / v4), "ppp:mpls:ip:tcp",
                 lengths="81:41", link="ppp")
    yield Sample("ppp-hdlc", b"\x0f\x00\x08\x00" + raw(v4), "ppp:ip:tcp", lengths="81:41", link="ppp")


def cooked_samples(v4, v6):
    yield Sample("sll-v4", raw(CookedLinux(pkttype=4, proto=0x800) / v4), "sll:ip:tcp", lengths="81:41", link="sll")
    yield Sample("sll-v6", raw(CookedLinux(pkttype=0, proto=0x86dd) / v6), "sll:ipv6:tcp", "absent/valid", "101:41",
                 "sll")
    yield Sample("sll-vlan", raw(CookedLinux(pkttype=0, proto=0x8100) / Dot1Q(vlan=9) / v4), "sll:vlan:ip:tcp",
                 lengths="81:41", link="sll")
    yield Sample("sll-ppp", raw(CookedLinux(pkttype=4, lladdrtype=512, proto=0x800) / v4), "sll:ip:tcp",
                 lengths="81:41", link="sll")
    yield Sample("sll-ethernet", raw(CookedLinux(proto=3) / Raw(raw(eth() / v4))), "sll:eth:ip:tcp", lengths="81:41",
                 link="sll")
    yield Sample("sll-llc", raw(CookedLinux(proto=4) / Raw(b"\xaa\xaa\x03\0\0\0\x08\0" + raw(v4))),
                 "sll:llc:ip:tcp", lengths="81:41", link="sll")
    yield Sample("sll-link-ppp", raw(CookedLinux(lladdrtype=512, proto=7) / Raw(b"\xff\x03\0\x21" + raw(v4))),
                 "sll:ppp:ip:tcp", lengths="81:41", link="sll")
    yield Sample("sll-netlink", raw(CookedLinux(pkttype=4, lladdrtype=824, proto=0)) + bytes(32), "sll", "",
                 link="sll", coverage="not_ip")
    yield Sample("sll-arp", raw(CookedLinux(pkttype=1, proto=0x806)) + bytes.fromhex("0001080006040001") + bytes(20),
                 "sll", "", link="sll", coverage="not_ip")
    yield Sample("sll2-v4", raw(CookedLinuxV2(pkttype=4, proto=0x800, ifindex=3) / v4), "sll2:ip:tcp",
                 lengths="81:41", link="sll2")
    yield Sample("sll2-v6", raw(CookedLinuxV2(pkttype=0, proto=0x86dd, ifindex=3) / v6), "sll2:ipv6:tcp",
                 "absent/valid", "101:41", "sll2")
    yield Sample("raw-v4", raw(v4), "ip:tcp", lengths="81:41", link="raw")
    yield Sample("raw-v6", raw(v6), "ipv6:tcp", "absent/valid", "101:41", "raw")
    yield Sample("null-little", struct.pack("<I", 2) + raw(v4), "null:ip:tcp", lengths="81:41", link="null")
    yield Sample("null-big", struct.pack(">I", 2) + raw(v4), "null:ip:tcp", lengths="81:41", link="null")
    yield Sample("loop-v4", struct.pack(">I", 2) + raw(v4), "null:ip:tcp", lengths="81:41", link="loop")
    for family, name in [(24, "netbsd"), (28, "freebsd"), (30, "darwin")]:
        for order in "<>":
            yield Sample(f"null-{name}-{'little' if order == '<' else 'big'}", struct.pack(order + "I", family)
                         + raw(v6), "null:ipv6:tcp", "absent/valid", "101:41", "null")
    yield Sample("null-linux", struct.pack("<I", 10) + raw(v6), "null:ipv6:tcp", "absent/valid", "101:41", "null",
                 differs="does not know Linux's number")


def tunnel_samples():
    v4, v6 = ip() / tcp() / Raw(DATA), ip6() / tcp() / Raw(DATA)
    both = "valid/unverifiable valid/valid"
    yield Sample("ipip", raw(eth() / outer4(proto=4) / v4), "eth:ip:ip:tcp", both, "101: 81:41")
    yield Sample("6in4", raw(eth() / outer4(proto=41) / v6), "eth:ip:ipv6:tcp",
                 "valid/unverifiable absent/valid", "121: 101:41")
    yield Sample("4in6", raw(eth() / outer6(nh=4) / v4), "eth:ipv6:ip:tcp", "absent/unverifiable valid/valid",
                 "121: 81:41")
    yield Sample("6in6", raw(eth() / outer6(nh=41) / v6), "eth:ipv6:ipv6:tcp",
                 "absent/unverifiable absent/valid", "141: 101:41")
    yield from gre_samples(v4, v6, both)
    yield from udp_tunnel_samples(v4, v6)
    yield Sample("etherip", raw(eth() / outer4(proto=97) / Raw(b"\x30\0") / eth() / v4), "eth:ip:eth:ip:tcp", both,
                 "117: 81:41")
    yield Sample("mpls-in-ip", raw(eth() / outer4(proto=137) / MPLS(label=5, s=1, ttl=3) / v4),
                 "eth:ip:mpls:ip:tcp", both, "105: 81:41")
    yield Sample("pim-register", raw(eth() / outer4(proto=103) / Raw(bytes.fromhex("2100deff00000000")) / v4),
                 "eth:ip:ip:tcp", both, "109: 81:41")
    yield Sample("pim-null-register", raw(eth() / outer4(proto=103) / Raw(bytes.fromhex("21009eff40000000"))
                                          / ip(proto=103)), "eth:ip:*ip", "valid/unverifiable", "48:", quotes=1)
    yield Sample("esp", raw(eth() / outer4(proto=50) / ESP(spi=1, seq=1, data=bytes(64))), "eth:ip",
                 "valid/unverifiable", "92:")


def gre_samples(v4, v6, both):
    base = eth() / outer4(proto=47)
    yield Sample("gre-v4", raw(base / GRE() / v4), "eth:ip:gre:ip:tcp", both, "105: 81:41")
    yield Sample("gre-v6", raw(base / GRE(proto=0x86dd) / v6), "eth:ip:gre:ipv6:tcp",
                 "valid/unverifiable absent/valid", "125: 101:41")
    yield Sample("gre-in-6", raw(eth() / outer6(nh=47) / GRE() / v4), "eth:ipv6:gre:ip:tcp",
                 "absent/unverifiable valid/valid", "125: 81:41")
    yield Sample("gre-all", raw(base / GRE(chksum_present=1, key_present=1, seqnum_present=1, key=77, sequence_number=5)
                                / v4), "eth:ip:gre:ip:tcp", both, "117: 81:41")
    yield Sample("gre-routing", raw(base) [:-20] + raw(outer4(proto=47, len=20 + 4 + 4 + 12 + 4 + 81)) +
                 bytes.fromhex("40000800 00000000 0800 0008 0a000001 0a000002 0000 0000".replace(" ", "")) + raw(v4),
                 "eth:ip:gre:ip:tcp", both, "125: 81:41")
    yield Sample("gre-ethernet", raw(base / GRE(proto=0x6558) / eth() / v4), "eth:ip:gre:eth:ip:tcp", both,
                 "119: 81:41")
    yield Sample("gre-mpls", raw(base / GRE(proto=0x8847) / MPLS(label=16, s=1, ttl=3) / v4),
                 "eth:ip:gre:mpls:ip:tcp", both, "109: 81:41")
    yield Sample("gre-pptp", raw(base / GRE_PPTP(call_id=3, seqnum_present=1, sequence_number=1, acknum_present=1,
                                                 ack_number=2) / Raw(b"\0\x21") / v4), "eth:ip:gre:ppp:ip:tcp", both,
                 "119: 81:41")
    yield Sample("gre-pptp-ack", raw(base / GRE_PPTP(call_id=3, acknum_present=1, ack_number=2)), "eth:ip:gre",
                 "valid/unverifiable", "32:")
    yield Sample("gre-wccp", raw(base / GRE(proto=0x883e)) [:-24] + raw(outer4(proto=47, len=20 + 4 + 4 + 81)) +
                 bytes.fromhex("0000883e 00000000") + raw(v4), "eth:ip:gre:ip:tcp", both, "109: 81:41")
    yield Sample("gre-erspan-1", raw(base / GRE(proto=0x88be) / Raw(raw(eth() / v4))), "eth:ip:gre:eth:ip:tcp", both,
                 "119: 81:41")
    yield Sample("gre-erspan-2", raw(base / GRE(proto=0x88be, seqnum_present=1, sequence_number=1) / Raw(bytes.fromhex("1001000000000000"))
                                     / eth() / v4), "eth:ip:gre:eth:ip:tcp", both, "131: 81:41")
    yield Sample("gre-erspan-3", raw(base / GRE(proto=0x22eb, seqnum_present=1, sequence_number=1) / ERSPAN_III()
                                     / eth() / v4), "eth:ip:gre:eth:ip:tcp", both, "135: 81:41")
    yield Sample("gre-version-2", patch(raw(base / GRE() / v4), 34, 2), "eth:ip:gre", "valid/unverifiable", "105:",
                 coverage="malformed", differs="walks on")
    yield Sample("gre-cdp", raw(base / GRE(proto=0x2000) / Raw(bytes(40))), "eth:ip:gre", "valid/unverifiable", "64:")


def udp_tunnel_samples(v4, v6):
    inner = eth() / v4
    yield Sample("vxlan", raw(eth() / outer4() / vxlan() / inner), "eth:ip:udp:vxlan:eth:ip:tcp",
                 "valid/valid valid/valid", "131:103 81:41")
    yield Sample("vxlan-in-6", raw(eth() / outer6() / vxlan() / eth() / v6), "eth:ipv6:udp:vxlan:eth:ipv6:tcp",
                 "absent/valid absent/valid", "171:123 101:41")
    yield Sample("vxlan-zero", raw(eth() / outer4() / vxlan(chksum=0) / inner), "eth:ip:udp:vxlan:eth:ip:tcp",
                 "valid/absent valid/valid", "131:103 81:41")
    yield Sample("vxlan-in-6-zero", raw(eth() / outer6() / vxlan(chksum=0) / inner), "eth:ipv6:udp:vxlan:eth:ip:tcp",
                 "absent/absent valid/valid", "151:103 81:41", differs="calls the zero illegal")
    yield Sample("vxlan-8472", raw(eth() / outer4() / UDP(sport=50000, dport=8472) / VXLAN(vni=1, flags=8) / inner),
                 "eth:ip:udp:vxlan:eth:ip:tcp", "valid/valid valid/valid", "131:103 81:41",
                 differs="does not know Linux's port")
    yield Sample("vxlan-vlan", raw(eth() / outer4() / vxlan() / eth() / Dot1Q(vlan=3) / v4),
                 "eth:ip:udp:vxlan:eth:vlan:ip:tcp", "valid/valid valid/valid", "135:107 81:41")
    yield Sample("vxlan-gpe", raw(eth() / outer4() / UDP(sport=50000, dport=4790)
                                  / Raw(bytes.fromhex("0c00000100002a00")) / v4), "eth:ip:udp:vxlan:ip:tcp",
                 "valid/valid valid/valid", "117:89 81:41")
    yield Sample("geneve", raw(eth() / outer4() / UDP(sport=50000, dport=6081) / GENEVE(vni=42, proto=0x6558) / inner),
                 "eth:ip:udp:geneve:eth:ip:tcp", "valid/valid valid/valid", "131:103 81:41")
    yield Sample("geneve-options-v6", raw(eth() / outer4() / UDP(sport=50000, dport=6081)
                                          / Raw(bytes.fromhex("020086dd00002a00 0102000100000000")) / v6),
                 "eth:ip:udp:geneve:ipv6:tcp", "valid/valid absent/valid", "145:117 101:41")
    yield Sample("gtp", raw(eth() / outer4() / UDP(sport=2152, dport=2152) / GTP_U_Header(teid=9) / v4),
                 "eth:ip:udp:gtp:ip:tcp", "valid/valid valid/valid", "117:89 81:41")
    yield Sample("gtp-sequence", raw(eth() / outer4() / UDP(sport=2152, dport=2152)
                                     / Raw(bytes.fromhex("32ff0055 00000009 00010000")) / v4),
                 "eth:ip:udp:gtp:ip:tcp", "valid/valid valid/valid", "121:93 81:41")
    yield Sample("gtp-extension", raw(eth() / outer4() / UDP(sport=2152, dport=2152)
                                      / Raw(bytes.fromhex("34ff006d 00000009 00000085 01000900")) / v6),
                 "eth:ip:udp:gtp:ipv6:tcp", "valid/valid absent/valid", "145:117 101:41")
    yield Sample("gtp-echo", raw(eth() / outer4() / UDP(sport=2152, dport=2152)
                                 / Raw(bytes.fromhex("32010004 00000000 00010000"))), "eth:ip:udp", "valid/valid",
                 "40:12")
    yield Sample("gre-in-udp", raw(eth() / outer4() / UDP(sport=50000, dport=4754) / GRE() / v4),
                 "eth:ip:udp:gre:ip:tcp", "valid/valid valid/valid", "113:85 81:41")
    yield Sample("mpls-in-udp", raw(eth() / outer4() / UDP(sport=50000, dport=6635) / MPLS(label=16, s=1, ttl=3) / v4),
                 "eth:ip:udp:mpls:ip:tcp", "valid/valid valid/valid", "113:85 81:41")
    yield Sample("l2tp", raw(eth() / outer4() / UDP(sport=1701, dport=1701)
                             / Raw(bytes.fromhex("0002 0001 0002 ff03 0021")) / v4), "eth:ip:udp:ppp:ip:tcp",
                 "valid/valid valid/valid", "119:91 81:41")
    yield Sample("l2tp-all", raw(eth() / outer4() / UDP(sport=1701, dport=1701)
                                 / Raw(bytes.fromhex("4a02 0071 0001 0002 0000 0000 0002 eeee 0021")) / v4),
                 "eth:ip:udp:ppp:ip:tcp", "valid/valid valid/valid", "127:99 81:41")
    yield Sample("l2tp-control", raw(eth() / outer4() / UDP(sport=1701, dport=1701)
                                     / Raw(bytes.fromhex("c802 000c 0001 0000 0000 0000"))), "eth:ip:udp",
                 "valid/valid", "40:12")
    yield Sample("vxlan-reserved", raw(eth() / outer4() / UDP(sport=50000, dport=4789)
                                       / Raw(bytes.fromhex("8f5511aa000001ee")) / inner), "eth:ip:udp:vxlan:eth:ip:tcp",
                 "valid/valid valid/valid", "131:103 81:41")
    yield from payload_tunnel_samples(v4, v6)
    yield Sample("teredo", raw(eth() / outer4() / UDP(sport=50000, dport=3544) / v6), "eth:ip:udp", "valid/valid",
                 "129:101", coverage="encapsulation", differs="walks on")
    yield Sample("empty-to-4789", raw(eth() / ip() / UDP(sport=5000, dport=4789) / Raw(b"\x08")), "eth:ip:udp",
                 "valid/valid", "29:1")
    yield Sample("not-vxlan", raw(eth() / ip() / UDP(sport=5000, dport=4789)
                                  / Raw(bytes.fromhex("0800000000000007") + bytes(range(50)))), "eth:ip:udp",
                 "valid/valid", "86:58")
    yield Sample("dns-to-4789", raw(eth() / ip() / UDP(sport=53, dport=4789)
                                    / Raw(bytes.fromhex("0800818000010000") + bytes(30))), "eth:ip:udp", "valid/valid",
                 "66:38")


def payload_tunnel_samples(v4, v6):
    """GUE by its port; foo over UDP by a payload that is a packet to the byte."""
    base = eth() / outer4() / UDP(sport=50000, dport=6080)
    fou = eth() / outer4() / UDP(sport=50000, dport=5555)
    port = "does not know the encapsulation"
    yield Sample("gue", raw(base / Raw(bytes.fromhex("00040000")) / v4), "eth:ip:udp:ip:tcp",
                 "valid/valid valid/valid", "113:85 81:41", differs=port)
    yield Sample("gue-options", raw(base / Raw(bytes.fromhex("012980000000abcd")) / v6), "eth:ip:udp:ipv6:tcp",
                 "valid/valid absent/valid", "137:109 101:41", differs=port)
    yield Sample("gue-version-1", raw(base / v4), "eth:ip:udp:ip:tcp", "valid/valid valid/valid", "109:81 81:41",
                 differs=port)
    yield Sample("gue-control", raw(base / Raw(bytes.fromhex("20010000") + bytes(20))), "eth:ip:udp", "valid/valid",
                 "52:24", differs=port)
    yield Sample("fou-v4", raw(fou / v4), "eth:ip:udp:ip:tcp", "valid/valid valid/valid", "109:81 81:41", differs=port)
    yield Sample("fou-v6", raw(fou / v6), "eth:ip:udp:ipv6:tcp", "valid/valid absent/valid", "129:101 101:41",
                 differs=port)
    yield Sample("fou-gre", raw(fou / GRE() / v4), "eth:ip:udp:gre:ip:tcp", "valid/valid valid/valid",
                 "113:85 81:41", differs=port)
    yield Sample("not-fou-trailing", raw(fou / Raw(raw(v4) + b"\0")), "eth:ip:udp", "valid/valid", "110:82")
    yield Sample("not-fou-sum", raw(fou / Raw(patch(raw(v4), 11, 1))), "eth:ip:udp", "valid/valid", "109:81")


def other_link_samples():
    """MACsec without encryption, FDDI, and the log of netfilter."""
    v4 = ip() / tcp() / Raw(DATA)
    tag, check = bytes.fromhex("88e5 2000 00000001 020000000001 0001 0800"), bytes(16)
    yield Sample("macsec-clear", raw(eth())[:12] + tag + raw(v4) + check, "eth:ip:tcp", lengths="81:41",
                 differs="leaves the check value to decryption")
    yield Sample("macsec-short-sci", raw(eth())[:12] + bytes.fromhex("88e5 0000 00000001 0800") + raw(v4) + check,
                 "eth:ip:tcp", lengths="81:41", differs="leaves the check value to decryption")
    yield Sample("macsec-encrypted", raw(eth())[:12] + bytes.fromhex("88e5 2c00 00000001 020000000001 0001")
                 + bytes(range(80)) + check, "eth", coverage="encapsulation", sums="")
    fddi = bytes.fromhex("50 020000000002 020000000001 aaaa03 000000 0800")
    yield Sample("fddi", fddi + raw(v4), "llc:ip:tcp", lengths="81:41", link="fddi")
    nflog = bytes.fromhex("02 00 0001") + bytes.fromhex("0800 0100 0800 0300") + bytes.fromhex("0500 0a00 00000000")
    yield Sample("nflog", nflog + struct.pack("<HH", 4 + len(raw(v4)), 9) + raw(v4), "ip:tcp", lengths="81:41",
                 link="nflog")
    big = bytes.fromhex("0a 00 0001") + struct.pack(">HH4s", 8, 1, b"\x86\xdd\x03\0")
    v6 = ip6() / tcp() / Raw(DATA)
    yield Sample("nflog-big-endian", big + struct.pack(">HH", 4 + len(raw(v6)), 9) + raw(v6), "ipv6:tcp",
                 "absent/valid", "101:41", link="nflog", differs="takes its own byte order")


def extension_samples():
    t = tcp() / Raw(DATA)
    yield Sample("v6-hop-by-hop", raw(eth() / ip6() / IPv6ExtHdrHopByHop(options=[RouterAlert()]) / t),
                 "eth:ipv6:tcp", "absent/valid", "109:41")
    yield Sample("v6-destination", raw(eth() / ip6() / IPv6ExtHdrDestOpt() / t), "eth:ipv6:tcp", "absent/valid",
                 "109:41")
    yield Sample("v6-home-address", raw(eth() / ip6() / IPv6ExtHdrDestOpt(options=[HAO(hoa="2001:db8:9::9")]) / t),
                 "eth:ipv6:tcp", "absent/valid", "125:41")
    yield Sample("v6-routing-0", raw(eth() / ip6() / IPv6ExtHdrRouting(
        addresses=["2001:db8:5::5", "2001:db8:6::6"], segleft=2) / t), "eth:ipv6:tcp", "absent/valid", "141:41")
    yield Sample("v6-routing-0-done", raw(eth() / ip6() / IPv6ExtHdrRouting(
        addresses=["2001:db8:5::5"], segleft=0) / t), "eth:ipv6:tcp", "absent/valid", "125:41")
    yield Sample("v6-routing-2", routed_v6(2), "eth:ipv6:tcp", "absent/valid", "125:41")
    yield Sample("v6-routing-253", routed_v6(253), "eth:ipv6:tcp", "absent/unverifiable", "125:41",
                 differs="ignores the routing header")
    yield Sample("v6-segment-routing", raw(eth() / ip6() / IPv6ExtHdrSegmentRouting(
        addresses=["2001:db8:8::8", "2001:db8:7::7"], segleft=1, lastentry=1) / t), "eth:ipv6:tcp", "absent/valid",
                 "141:41")
    yield Sample("v6-fragment-first", raw(eth() / ip6() / IPv6ExtHdrFragment(id=5, m=1, nh=6)
                                          / Raw(raw(tcp()) + bytes(44))), "eth:ipv6:tcp", "absent/unverifiable",
                 "112:44")
    yield Sample("v6-fragment-later", raw(eth() / ip6() / IPv6ExtHdrFragment(id=5, offset=8, nh=6) / Raw(DATA)),
                 "eth:ipv6", "absent/unverifiable", "89:")
    yield Sample("v6-fragment-atomic", atomic(), "eth:ipv6:tcp", "absent/valid", "109:41")
    yield Sample("v6-ah", raw(eth() / ip6() / AH(nh=6, payloadlen=4, spi=3, seq=1, icv=bytes(12)) / Raw(raw(ip6() / t)[40:])),
                 "eth:ipv6:tcp", "absent/valid", "125:41")
    yield Sample("v4-ah", raw(eth() / ip(proto=51) / AH(nh=6, payloadlen=4, spi=3, seq=1, icv=bytes(12)) / Raw(raw(ip() / t)[20:])),
                 "eth:ip:tcp", "valid/valid", "105:41")
    yield Sample("v6-mobility", raw(eth() / ip6() / MIP6MH_HoTI()), "eth:ipv6", "absent/unverifiable", "56:")
    yield Sample("v6-none", raw(eth() / ip6(nh=59)), "eth:ipv6", "absent/unverifiable", "40:")
    yield Sample("v6-none-trailer", raw(eth() / ip6(nh=59)) + bytes(200), "eth:ipv6", "absent/unverifiable", "40:")
    yield Sample("v4-options", raw(eth() / ip(options=[IPOption(b"\x94\x04\0\0")]) / t), "eth:ip:tcp",
                 "valid/valid", "85:41")
    yield Sample("v4-source-route", source_route(), "eth:ip:tcp", "valid/valid", "93:41")
    yield Sample("v4-source-route-padded", source_route(IPOption(b"\1")), "eth:ip:tcp", "valid/valid", "93:41")
    yield Sample("v4-fragment-first", raw(eth() / ip(flags="MF") / udp(len=3000, chksum=0x1234) / Raw(bytes(64))),
                 "eth:ip:udp", "valid/unverifiable", "92:64")
    yield Sample("v4-fragment-later", raw(eth() / ip(flags=0, frag=9, proto=17) / Raw(DATA)), "eth:ip",
                 "valid/unverifiable", "61:")
    yield Sample("v4-fragment-udp-none", raw(eth() / ip(flags="MF") / udp(len=3000, chksum=0) / Raw(bytes(64))),
                 "eth:ip:udp", "valid/absent", "92:64")


def routed_v6(kind):
    """A routing header of this type with one address to go, summed with that address."""
    final = ip6(dst="2001:db8:9::9") / tcp() / Raw(DATA)
    header = struct.pack(">BBBBI", 6, 2, kind, 1, 0) + raw(final)[24:40]
    return raw(eth() / ip6(nh=43) / Raw(header + raw(final)[40:]))


def atomic():
    """A fragment header that fragments nothing."""
    return raw(eth() / ip6() / IPv6ExtHdrFragment(id=5, nh=6) / Raw(raw(ip6() / tcp() / Raw(DATA))[40:]))


def source_route(*before):
    """Two hops to go: the last one is the destination that counts."""
    segment = raw(ip(dst="203.0.113.9") / tcp() / Raw(DATA))[20:]
    option = IPOption_LSRR(routers=["203.0.113.5", "203.0.113.9"], pointer=4)
    return raw(eth() / ip(options=[*before, option, *([] if before else [IPOption(b"\0")])], proto=6) / Raw(segment))


def transport_samples():
    yield Sample("udp-v4", whole(ip(), udp()), "eth:ip:udp", lengths="69:41")
    yield Sample("udp-v6", whole(ip6(), udp()), "eth:ipv6:udp", "absent/valid", "89:41")
    yield Sample("udp-v4-absent", whole(ip(), udp(chksum=0)), "eth:ip:udp", "valid/absent", "69:41")
    yield Sample("udp-v6-zero", whole(ip6(), udp(chksum=0)), "eth:ipv6:udp", "absent/unfilled", "89:41")
    yield Sample("udp-ffff", udp_that_sums_to_zero(), "eth:ip:udp", "valid/valid", "30:2")
    yield Sample("udp-ffff-wrong", patch(udp_that_sums_to_zero(), 40, 0x1234), "eth:ip:udp", "valid/bad", "30:2")
    yield Sample("udp-short", raw(eth() / ip() / udp(len=28, chksum=short_udp_sum()) / Raw(DATA)), "eth:ip:udp",
                 "valid/valid", "69:20")
    yield Sample("udp-long", raw(eth() / ip() / udp(len=600, chksum=0x1234) / Raw(DATA)), "eth:ip:udp",
                 "valid/unverifiable", "69:41")
    yield Sample("udp-empty", raw(eth() / ip() / udp()), "eth:ip:udp", lengths="28:0")
    yield Sample("udplite-all", udplite(ip(), 0), "eth:ip:udplite", "valid/valid", "69:41")
    yield Sample("udplite-part", udplite(ip(), 12), "eth:ip:udplite", "valid/valid", "69:41")
    yield Sample("udplite-v6", udplite(ip6(), 8), "eth:ipv6:udplite", "absent/valid", "89:41")
    yield Sample("udplite-illegal", udplite(ip(), 3), "eth:ip:udplite", "valid/unverifiable", "69:41")
    chunk = SCTPChunkData(data=DATA)
    association = SCTP(sport=40000, dport=5000, tag=7)
    yield Sample("sctp-v4", raw(eth() / ip() / association / chunk), "eth:ip:sctp", lengths="92:60")
    yield Sample("sctp-v6", raw(eth() / ip6() / association / chunk), "eth:ipv6:sctp", "absent/valid", "112:60")
    yield Sample("sctp-unfilled", patched(raw(eth() / ip() / association / chunk), (42, 0), (44, 0)), "eth:ip:sctp",
                 "valid/unfilled", "92:60")
    yield Sample("sctp-bad", patched(raw(eth() / ip() / association / chunk), (42, 0x1234)), "eth:ip:sctp",
                 "valid/bad", "92:60")
    yield Sample("icmp-echo", raw(eth() / ip() / ICMP(type=8, id=9, seq=4) / Raw(DATA)), "eth:ip:icmp",
                 lengths="69:41")
    yield Sample("icmpv6-echo", raw(eth() / ip6() / ICMPv6EchoRequest(id=9, seq=4, data=DATA)), "eth:ipv6:icmpv6",
                 "absent/valid", "89:41")
    yield Sample("icmp-bad", patch(raw(eth() / ip() / ICMP(type=8) / Raw(DATA)), 36, 0x1111), "eth:ip:icmp",
                 "valid/bad", "69:41")
    yield Sample("igmp", raw(eth() / ip(proto=2) / Raw(bytes.fromhex("1164ee9b00000000"))), "eth:ip",
                 "valid/unverifiable", "28:")
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (11, 22)), ("NOP", None), ("WScale", 7)]
    yield Sample("tcp-syn", raw(eth() / ip() / tcp(flags="S", options=options)), "eth:ip:tcp", lengths="60:0")
    sack = [("NOP", None), ("NOP", None), ("SAck", (1, 2, 3, 4, 5, 6, 7, 8))]
    yield Sample("tcp-sack", raw(eth() / ip6() / tcp(flags="A", options=sack)), "eth:ipv6:tcp", "absent/valid", "96:0")


def udp_that_sums_to_zero():
    """Payload chosen so that the checksum comes out as 0 and is sent as 0xffff."""
    frame = raw(eth() / ip() / udp() / Raw(b"\0\0"))
    checksum = struct.unpack(">H", frame[40:42])[0]
    return patch(frame[:42] + struct.pack(">H", checksum), 40, 0xffff)


def short_udp_sum():
    """Checksum of a datagram that ends before its IP packet does."""
    header = struct.pack(">HHHH", 40000, 5000, 28, 0)
    return ~naive_sum(struct.pack(">H", pseudo(ip(), 17, 28)) + header + DATA[:20]) & 0xffff


def udplite(network, coverage):
    """UDP-Lite by hand: the pseudo header has the whole length, the sum covers `coverage` bytes, 0 for all."""
    header = struct.pack(">HHHH", 40000, 5000, coverage, 0)
    datagram = header + DATA
    covered = datagram[:coverage] if coverage else datagram
    total = naive_sum(struct.pack(">H", pseudo(network, 136, len(datagram))) + covered + b"\0" * (len(covered) & 1))
    datagram = patch(datagram, 6, ~total & 0xffff)
    network.fields["proto" if network.version == 4 else "nh"] = 136
    return raw(eth() / network / Raw(datagram))


def icmp_samples():
    big = raw(ip(len=1500) / tcp() / Raw(bytes(600)))
    big6 = raw(ip6(plen=1460) / tcp() / Raw(bytes(1200)))
    needed = ICMP(type=3, code=4, nexthopmtu=1400)
    quoting = "valid/valid"
    yield Sample("icmp-report-28", raw(eth() / ip(flags=0) / needed / Raw(big[:28])), "eth:ip:icmp:*ip:*tcp", quoting,
                 "56:28", quotes=1)
    yield Sample("icmp-report-548", raw(eth() / ip(flags=0) / needed / Raw(big[:548])), "eth:ip:icmp:*ip:*tcp",
                 quoting, "576:548", quotes=1)
    yield Sample("icmp-report-20", raw(eth() / ip(flags=0) / needed / Raw(big[:20])), "eth:ip:icmp:*ip", quoting,
                 "48:20", quotes=1)
    extended = raw(eth() / ip(flags=0) / ICMP(type=11, code=0, length=32) / Raw(big[:128])
                   / Raw(bytes.fromhex("2000dfff00080101 03e81101")))
    yield Sample("icmp-extended", extended, "eth:ip:icmp:*ip:*tcp", quoting, "168:140", quotes=1)
    yield Sample("icmp-udp", raw(eth() / ip(flags=0) / ICMP(type=3, code=3) / Raw(raw(ip() / udp() / Raw(DATA)))),
                 "eth:ip:icmp:*ip:*udp", quoting, "97:69", quotes=1)
    vx = raw(outer4() / vxlan() / eth() / ip() / tcp() / Raw(DATA))
    yield Sample("icmp-vxlan", raw(eth() / ip(flags=0) / needed / Raw(vx)),
                 "eth:ip:icmp:*ip:*udp:*vxlan:*eth:*ip:*tcp", quoting, "159:131", quotes=2)
    yield Sample("icmp-redirect", raw(eth() / ip(flags=0) / ICMP(type=5, code=1, gw="192.0.2.9") / Raw(big[:28])),
                 "eth:ip:icmp:*ip:*tcp", quoting, "56:28", quotes=1)
    yield Sample("icmpv6-too-big", raw(eth() / ip6() / ICMPv6PacketTooBig(mtu=1400) / Raw(big6[:1232])),
                 "eth:ipv6:icmpv6:*ipv6:*tcp", "absent/valid", "1280:1232", quotes=1)
    yield Sample("icmpv6-too-big-48", raw(eth() / ip6() / ICMPv6PacketTooBig(mtu=1400) / Raw(big6[:48])),
                 "eth:ipv6:icmpv6:*ipv6:*tcp", "absent/valid", "96:48", quotes=1)
    yield Sample("icmpv6-too-big-absurd", raw(eth() / ip6() / ICMPv6PacketTooBig(mtu=0x02000000) / Raw(big6[:48])),
                 "eth:ipv6:icmpv6:*ipv6:*tcp", "absent/valid", "96:48", quotes=1)
    yield Sample("icmpv6-unreachable", raw(eth() / ip6() / ICMPv6DestUnreach(code=4) / Raw(raw(ip6() / udp() / DATA))),
                 "eth:ipv6:icmpv6:*ipv6:*udp", "absent/valid", "137:89", quotes=1)
    yield Sample("icmpv6-time", raw(eth() / ip6() / ICMPv6TimeExceeded() / Raw(big6[:100])),
                 "eth:ipv6:icmpv6:*ipv6:*tcp", "absent/valid", "148:100", quotes=1)
    yield Sample("icmpv6-redirect", raw(eth() / ip6() / ICMPv6ND_Redirect(tgt="fe80::9", dst=V6["dst"])
                                        / ICMPv6NDOptRedirectedHdr(pkt=big6[:64])),
                 "eth:ipv6:icmpv6:*ipv6:*tcp", "absent/valid", "152:104", quotes=1)
    yield Sample("icmp-in-vxlan", raw(eth() / outer4() / vxlan() / eth() / ip(flags=0) / needed / Raw(big[:48])),
                 "eth:ip:udp:vxlan:eth:ip:icmp:*ip:*tcp", "valid/valid valid/valid", "126:98 76:48", quotes=1)


def partial_samples():
    """What stacks leave for the NIC."""
    for version, network in [(4, ip()), (6, ip6())]:
        plain = "valid" if version == 4 else "absent"
        kind = "ip" if version == 4 else "ipv6"
        size = str((20 if version == 4 else 40) + 61) + ":41"
        good = whole(network, tcp())
        at = TCP_SUM[version]
        for name, value, state in [("partial", pseudo(network, 6, 61), "partial"),
                                   ("no-length", pseudo(network, 6), "partial_no_length"), ("zero", 0, "unfilled"),
                                   ("bad", 0x1234, "bad")]:
            yield Sample(f"tcp-v{version}-{name}", patch(good, at, value), f"eth:{kind}:tcp", f"{plain}/{state}", size)
        size = str((20 if version == 4 else 40) + 49) + ":41"
        good = whole(network, udp())
        for name, value, state in [("partial", pseudo(network, 17, 49), "partial"),
                                   ("no-length", pseudo(network, 17), "partial_no_length"), ("bad", 0x1234, "bad")]:
            yield Sample(f"udp-v{version}-{name}", patch(good, UDP_SUM[version], value), f"eth:{kind}:udp",
                         f"{plain}/{state}", size)
    good = whole(ip(), tcp())
    yield Sample("ip-unfilled", patch(good, V4_SUM, 0), "eth:ip:tcp", "unfilled/valid", "81:41")
    yield Sample("ip-bad", patch(good, V4_SUM, 0x4321), "eth:ip:tcp", "bad/valid", "81:41")
    yield Sample("lso-1", patched(good, (V4_SUM, 0), (TCP_SUM[4], pseudo(ip(), 6))), "eth:ip:tcp",
                 "unfilled/partial_no_length", "81:41")
    yield from length_samples()
    yield from lco_samples()


def length_samples():
    """Length fields that lie."""
    data = bytes(range(256)) * 7
    big = whole(ip(), tcp(), data)
    big6 = whole(ip6(), tcp(), data)
    yield Sample("lso-2-v4", patched(big, (16, 0), (V4_SUM, 0), (TCP_SUM[4], pseudo(ip(), 6))), "eth:ip:tcp",
                 "unfilled/partial_no_length", "1832:1792")
    yield Sample("lso-2-v6", patched(big6, (18, 0), (TCP_SUM[6], pseudo(ip6(), 6))), "eth:ipv6:tcp",
                 "absent/partial_no_length", "1852:1792")
    yield Sample("bsd-tso-v4", patched(big, (16, 1000), (V4_SUM, 0), (TCP_SUM[4], pseudo(ip(), 6))), "eth:ip:tcp",
                 "unfilled/partial_no_length", "1832:1792", differs="believes the length field")
    yield Sample("bsd-tso-v6", patched(big6, (18, 960), (TCP_SUM[6], pseudo(ip6(), 6))), "eth:ipv6:tcp",
                 "absent/partial_no_length", "1852:1792", differs="believes the length field")
    yield Sample("bsd-tso-length", patched(big, (16, 1000), (V4_SUM, 0), (TCP_SUM[4], pseudo(ip(), 6, 1812))),
                 "eth:ip:tcp", "unfilled/partial", "1832:1792", differs="believes the length field")
    small = whole(ip(), tcp())
    yield Sample("trailer-long", small + bytes(200), "eth:ip:tcp", "valid/valid", "81:41")
    yield Sample("trailer-partial", patch(small, TCP_SUM[4], pseudo(ip(), 6, 61)) + bytes(range(200)), "eth:ip:tcp",
                 "valid/partial", "81:41")
    yield Sample("trailer-no-length", patched(small, (V4_SUM, 0), (TCP_SUM[4], pseudo(ip(), 6))) + bytes(40),
                 "eth:ip:tcp", "unfilled/partial_no_length", "81:41")
    yield Sample("trailer-filled", patch(small, TCP_SUM[4], pseudo(ip(), 6)) + bytes(200), "eth:ip:tcp",
                 "valid/partial_no_length", "81:41")
    yield Sample("v4-empty", raw(eth() / ip(proto=6)) + bytes(26), "eth:ip", "valid/unverifiable", "20:")
    yield Sample("v6-empty", raw(eth() / ip6(nh=6)) + bytes(6), "eth:ipv6", "absent/unverifiable", "40:",
                 differs="looks for TCP beyond the end")
    yield Sample("ip-too-short", patch(small, 16, 10), "eth:ip", "bad/unverifiable", "10:", coverage="malformed")
    yield Sample("ip-beyond", patch(small, 16, 1500), "eth:ip:tcp", "bad/unverifiable", "1500:1460",
                 differs="clips the length")
    yield Sample("tcp-offset-4", patch(small, 46, 0x4018), "eth:ip:tcp", "valid/bad", "81:", coverage="malformed")
    yield Sample("tcp-offset-15", patch(raw(eth() / ip() / tcp()), 46, 0xf018), "eth:ip:tcp", "valid/bad", "40:",
                 coverage="malformed")
    yield Sample("ihl-4", small[:14] + b"\x44" + small[15:], "eth:ip", "", coverage="malformed")
    yield Sample("version-5", small[:14] + b"\x55" + small[15:], "eth:ip", "", coverage="malformed")


def lco_samples():
    """Tunnels whose outer sum was computed as if the inner one were complete."""
    tunnel = eth() / outer4() / vxlan() / eth() / ip() / tcp() / Raw(DATA)
    inner_sum = 14 + 20 + 8 + 8 + 14 + 20 + 16
    outer_sum = 14 + 20 + 6
    good = raw(tunnel)
    inner = patch(good, inner_sum, pseudo(ip(), 6, 61))
    name = "eth:ip:udp:vxlan:eth:ip:tcp"
    blind = "does not fill in the inner sum"
    yield Sample("lco", inner, name, "valid/valid valid/partial", "131:103 81:41", differs=blind)
    yield Sample("lco-no-length", patch(good, inner_sum, pseudo(ip(), 6)), name,
                 "valid/valid valid/partial_no_length", "131:103 81:41", differs=blind)
    yield Sample("lco-whole", patch(inner, outer_sum, pseudo(outer4(), 17, 111)), name,
                 "valid/partial valid/partial", "131:103 81:41")
    yield Sample("lco-bad", patch(inner, outer_sum, 0x1234), name, "valid/bad valid/partial", "131:103 81:41")
    yield Sample("lco-inner-bad", patch(good, inner_sum, 0x1234), name, "valid/bad valid/bad", "131:103 81:41")
    odd = raw(eth() / outer4() / UDP(sport=1701, dport=1701) / Raw(bytes.fromhex("0002 0001 0002 21")) / ip() / tcp()
              / Raw(DATA))
    yield Sample("lco-odd", patch(odd, 14 + 20 + 8 + 7 + 20 + 16, pseudo(ip(), 6, 61)), "eth:ip:udp:ppp:ip:tcp",
                 "valid/valid valid/partial", "116:88 81:41", differs=blind)
    nested = raw(eth() / outer6() / vxlan() / eth() / outer4() / vxlan() / eth() / ip() / udp() / Raw(DATA))
    at = 14 + 40 + 16 + 14 + 20 + 16 + 14 + 20 + 6
    yield Sample("lco-nested", patch(nested, at, pseudo(ip(), 17, 49)),
                 "eth:ipv6:udp:vxlan:eth:ip:udp:vxlan:eth:ip:udp", "absent/valid valid/valid valid/partial",
                 "189:141 119:91 69:41", differs=blind)


def samples():
    found = [*link_samples(), *other_link_samples(), *tunnel_samples(), *extension_samples(), *transport_samples(), *icmp_samples(),
             *partial_samples()]
    names = [sample.name for sample in found]
    assert len(set(names)) == len(names)
    return found


HEAD = """/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sample frames and what they hold. Written by tests/packet/samples.py: change them there. */
#ifndef WIRETRUTH_PACKET_SAMPLES_H
#define WIRETRUTH_PACKET_SAMPLES_H

#include <wiretruth/packet.h>

/*
 * bytes: in hexadecimal; layers: as walked, quoted ones with an asterisk; sums: states of IP and L4 checksum
 * of each packet, outermost first; lengths: of each IP packet, and its L4 payload behind the colon.
 */
struct packet_sample {
    const char *name;
    enum wt_link_type link_type;
    unsigned quotes;
    const char *bytes, *layers, *coverage, *sums, *lengths;
};

/* clang-format off */
static const struct packet_sample packet_samples[] = {
"""

FOOT = """};
/* clang-format on */

#endif
"""


def literal(data):
    """A C string of hexadecimal digits, in lines of 48 bytes."""
    digits = data.hex()
    return "\n     ".join(f'"{digits[at:at + 96]}"' for at in range(0, len(digits), 96))


def header():
    text = HEAD
    for sample in samples():
        text += f'    {{"{sample.name}", {LINKS[sample.link][0]}, {sample.quotes},\n     {literal(sample.frame)},\n'
        text += f'     "{sample.layers}", "{sample.coverage}", "{sample.sums}", "{sample.lengths}"}},\n'
    return text + FOOT


if __name__ == "__main__":
    sys.stdout.write(header())
