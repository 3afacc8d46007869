# SPDX-License-Identifier: GPL-2.0-or-later
"""
Bytes to headers and checksum states, without Wireshark's code and without the plugin's: a second, slow and simple
reader. It knows what the lab and the genuine captures contain: Ethernet, VLAN, QinQ, PPPoE, SLL2, raw IP; IPv4, IPv6
with hop-by-hop options; TCP, UDP, UDP-Lite, ICMP, ICMPv6, SCTP; IPIP, 6in4, GRE and VXLAN.
"""
import ipaddress
import struct

from . import pcapng

TCP, UDP, ICMP, ICMPV6, SCTP, UDPLITE, IPIP, IPV6IN, GRE = 6, 17, 1, 58, 132, 136, 4, 41, 47
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
VXLAN_PORT = 4789
VLAN_TYPES = (0x8100, 0x88A8, 0x9100)


def folded(data, total=0):
    """One's complement sum of `data` on top of `total`, folded, not complemented."""
    if len(data) % 2:
        data += b"\0"
    total += sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Packet:
    """One IP packet in a frame. Offsets count from the start of the frame; `length` is the real one."""

    tcp = udp = report = False
    sport = dport = seq = ack = flags = window = None
    payload = None  # bytes of TCP or UDP payload
    options = {}
    options_length = 0
    checksum_l4 = None
    quote = None
    next_hop = None

    def __init__(self, data, at, rest):
        self.data, self.at = data, at
        self.version = data[at] >> 4
        if self.version == 4:
            self._ipv4(rest)
        else:
            self._ipv6(rest)
        self.captured = data[:self.at + self.length]
        self.truncated = len(self.captured) < self.at + self.length
        self.fragment = self.offset > 0 or self.more
        if self.offset == 0:
            self._transport()

    def _ipv4(self, rest):
        data, at = self.data, self.at
        self.header = (data[at] & 15) * 4
        total, self.id, fragment = struct.unpack_from("!HHH", data, at + 2)
        self.length = total or rest
        self.declared = total
        self.df, self.more, self.offset = bool(fragment & 0x4000), bool(fragment & 0x2000), (fragment & 0x1FFF) * 8
        self.protocol = data[at + 9]
        self.source, self.destination = (str(ipaddress.ip_address(data[at + i:at + i + 4])) for i in (12, 16))
        self.addresses = data[at + 12:at + 20]
        self.l4 = at + self.header
        field = struct.unpack_from("!H", data, at + 10)[0]
        right = folded(data[at:at + self.header]) == 0xFFFF
        self.checksum_ip = "valid" if right else "unfilled" if field == 0 else "bad"

    def _ipv6(self, rest):
        data, at = self.data, self.at
        self.header, self.id, self.df, self.more, self.offset = 40, None, True, False, 0
        self.declared = struct.unpack_from("!H", data, at + 4)[0]
        self.length = self.declared + 40 if self.declared else rest
        self.source, self.destination = (str(ipaddress.ip_address(data[at + i:at + i + 16])) for i in (8, 24))
        self.addresses = data[at + 8:at + 40]
        self.checksum_ip = None
        self.protocol, self.l4 = data[at + 6], at + 40
        while self.protocol in (0, 44, 60) and self.l4 + 8 <= len(data):
            kind = self.protocol
            if kind == 44:
                word = struct.unpack_from("!H", data, self.l4 + 2)[0]
                self.offset, self.more = word & 0xFFF8, bool(word & 1)
            self.protocol = data[self.l4]
            self.l4 += 8 if kind == 44 else (data[self.l4 + 1] + 1) * 8
        self.header = self.l4 - at

    def _word(self, offset):
        return struct.unpack_from("!H", self.data, self.l4 + offset)[0]

    @property
    def l4_length(self):
        return self.length - self.header

    def _transport(self):
        if self.l4 + 8 > len(self.data):
            return
        if self.protocol == TCP:
            self._tcp()
        elif self.protocol in (UDP, UDPLITE):
            self.udp = True
            self.sport, self.dport = self._word(0), self._word(2)
            self.payload = self.l4_length - 8
            self._judge(6)
        elif self.protocol in (ICMP, ICMPV6):
            self._icmp()
        elif self.protocol == SCTP:
            self.sport, self.dport = self._word(0), self._word(2)
            self._judge_sctp()

    def _tcp(self):
        self.tcp = True
        self.sport, self.dport = self._word(0), self._word(2)
        self.seq = struct.unpack_from("!I", self.data, self.l4 + 4)[0]
        if self.l4 + 20 > len(self.data):
            return  # quoted in eight bytes
        self.ack = struct.unpack_from("!I", self.data, self.l4 + 8)[0]
        self.flags, self.window = self.data[self.l4 + 13], self._word(14)
        length = (self.data[self.l4 + 12] >> 4) * 4
        self.options_length = length - 20
        self.payload = self.l4_length - length
        self.options = self._tcp_options(self.data[self.l4 + 20:self.l4 + length])
        self._judge(16)

    @staticmethod
    def _tcp_options(data):
        found, at = {}, 0
        while at < len(data) and data[at] != 0:
            if data[at] == 1:
                at += 1
                continue
            if at + 2 > len(data) or data[at + 1] < 2:
                break
            value = data[at + 2:at + data[at + 1]]
            if data[at] == 2 and len(value) == 2:
                found["mss"] = int.from_bytes(value, "big")
            elif data[at] == 3 and len(value) == 1:
                found["scale"] = value[0]
            elif data[at] == 8:
                found["timestamps"] = True
            elif data[at] == 5:
                found["sack"] = len(value) // 8
            at += data[at + 1]
        return found

    def _icmp(self):
        kind, code = self.data[self.l4], self.data[self.l4 + 1]
        self.icmp = (kind, code)
        self._judge(2)
        error = kind in (3, 11, 12) if self.protocol == ICMP else kind < 128
        if error and len(self.data) >= self.l4 + 8 + 20:
            self.quote = Packet(self.captured, self.l4 + 8, self.length - self.header - 8)
        if (self.protocol, kind, code) in ((ICMP, 3, 4), (ICMPV6, 2, 0)):
            self.report = True
            self.next_hop = self._word(6) if self.protocol == ICMP else struct.unpack_from("!I", self.data, self.l4 + 4)[0]

    def pseudo_sum(self, length):
        if self.protocol == ICMP:
            return 0
        return folded(self.addresses, self.protocol + (length >> 16) + (length & 0xFFFF))

    def _judge(self, offset):
        """The state of the checksum, the field standing `offset` bytes into the header."""
        if self.l4 + offset + 2 > len(self.captured):
            self.checksum_l4 = "unverifiable"
            return
        field, length = self._word(offset), self.l4_length
        covered = self.captured[self.l4:]
        if self.protocol == UDPLITE:
            covered = covered[:self._word(4) or length]
        whole = not self.truncated and not self.fragment
        offloaded = self.protocol in (TCP, UDP)
        if self.protocol == UDP and field == 0:
            self.checksum_l4 = "absent"
        elif whole and folded(covered, self.pseudo_sum(length)) == 0xFFFF:
            self.checksum_l4 = "valid"
        elif offloaded and not self.fragment and field == self.pseudo_sum(length):
            self.checksum_l4 = "partial"
        elif offloaded and not self.fragment and field == self.pseudo_sum(0):
            self.checksum_l4 = "partial_no_length"
        elif not whole:
            self.checksum_l4 = "unverifiable"
        else:
            self.checksum_l4 = "unfilled" if field == 0 else "bad"

    def _judge_sctp(self):
        field = self.data[self.l4 + 8:self.l4 + 12]
        zeroed = self.captured[self.l4:self.l4 + 8] + bytes(4) + self.captured[self.l4 + 12:]
        if self.truncated:
            self.checksum_l4 = "unverifiable"
        elif struct.unpack("<I", field)[0] == crc32c(zeroed):
            self.checksum_l4 = "valid"
        else:
            self.checksum_l4 = "unfilled" if field == bytes(4) else "bad"

    @property
    def flow(self):
        return (self.source, self.sport, self.destination, self.dport)

    @property
    def reverse(self):
        return (self.destination, self.dport, self.source, self.sport)

    @property
    def headers(self):
        """Bytes of IP and transport header."""
        return self.length - (self.payload or 0)

    @property
    def end(self):
        """Sequence number behind the last payload byte."""
        return (self.seq + self.payload) & 0xFFFFFFFF

    def inner(self):
        """Offset and remaining length of a packet that this one tunnels, or None."""
        rest = self.length - self.header
        if self.protocol in (IPIP, IPV6IN):
            return self.l4, rest
        if self.protocol == GRE:
            return self.l4 + 4, rest - 4
        if self.protocol == UDP and self.dport == VXLAN_PORT and self.offset == 0:
            return self.l4 + 8 + 8 + 14, rest - 30
        return None


def crc32c(data):
    """RFC 9260 appendix A, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def _network(link_type, data):
    """Where the IP packet starts, or None."""
    if link_type == pcapng.RAW:
        return 0
    if link_type == pcapng.SLL2:
        return 20 if data[:2] in (b"\x08\x00", b"\x86\xdd") else None
    at = 12
    while len(data) >= at + 4 and int.from_bytes(data[at:at + 2], "big") in VLAN_TYPES:
        at += 4
    kind = int.from_bytes(data[at:at + 2], "big")
    if kind in (0x0800, 0x86DD):
        return at + 2
    if kind == 0x8864 and data[at + 8:at + 10] in (b"\x00\x21", b"\x00\x57"):
        return at + 10
    return None


def packets(link_type, data, length):
    """The IP packets of a frame of `length` bytes of which `data` was captured, outermost first."""
    at = _network(link_type, data)
    if at is None or len(data) < at + 20:
        return []
    found = [Packet(data, at, length - at)]
    while (place := found[-1].inner()) and len(data) >= place[0] + 20 and data[place[0]] >> 4 in (4, 6):
        found.append(Packet(data, *place))
    return found
