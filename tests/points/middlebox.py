# SPDX-License-Identifier: GPL-2.0-or-later
"""
Rewrites the frames of a capture as a device on the way would have: NAT, one hop more, TCP options, DF. Checksums are
updated as RFC 1624 says, so that right ones stay right and wrong ones wrong.
"""
import ipaddress
import struct

from lab import decode


class Rewriter:
    """`addresses` and `ports`: {old: new} for both directions. `mss`: clamp. `strip`: flags of SYNs that lose their
    window scale. `df`: False clears it. `identify`: function of the old IPv4 identification."""

    def __init__(self, addresses=(), ports=(), hops=0, mss=None, strip=None, df=True, identify=None):
        self.addresses = {ipaddress.ip_address(a): ipaddress.ip_address(b) for a, b in dict(addresses).items()}
        self.ports, self.hops, self.mss, self.strip, self.df = dict(ports), hops, mss, strip, df
        self.identify = identify

    def rewrite(self, data):
        """The bytes of one Ethernet frame as they are behind the device."""
        packets = decode.packets(1, data, len(data))
        if not packets:
            return data
        out = bytearray(data)
        self._ip(out, packets[-1])
        if packets[-1].tcp or packets[-1].udp:
            self._ports(out, packets[-1])
        if packets[-1].tcp and packets[-1].flags & decode.SYN:
            self._options(out, packets[-1])
        return bytes(out)

    @staticmethod
    def _replace(out, at, new, *sums):
        """Writes `new` at `at`, and what it changes into the checksums at `sums`."""
        base = at & ~1 if not sums else at - (at - sums[0][1]) % 2
        end = at + len(new) + (at + len(new) - base) % 2
        old = bytes(out[base:end])
        out[at:at + len(new)] = new
        for where, _ in sums:
            total = ~int.from_bytes(out[where:where + 2], "big") & 0xFFFF
            for (word,) in struct.iter_unpack("!H", old):
                total += ~word & 0xFFFF
            for (word,) in struct.iter_unpack("!H", bytes(out[base:end])):
                total += word
            while total >> 16:
                total = (total & 0xFFFF) + (total >> 16)
            out[where:where + 2] = (~total & 0xFFFF).to_bytes(2, "big")

    @staticmethod
    def _sums(packet, pseudo):
        found = []
        if packet.version == 4:
            found.append((packet.at + 10, packet.at))
        if pseudo and (packet.tcp or packet.udp):
            found.append((packet.l4 + (16 if packet.tcp else 6), packet.l4))
        return found

    def _ip(self, out, packet):
        size, first = (4, 12) if packet.version == 4 else (16, 8)
        for at in (packet.at + first, packet.at + first + size):
            old = ipaddress.ip_address(bytes(out[at:at + size]))
            if old in self.addresses:
                self._replace(out, at, self.addresses[old].packed, *self._sums(packet, True))
        ttl = packet.at + (8 if packet.version == 4 else 7)
        self._replace(out, ttl, bytes([out[ttl] - self.hops]), *self._sums(packet, False))
        if packet.version == 4 and not self.df:
            self._replace(out, packet.at + 6, bytes([out[packet.at + 6] & ~0x40]), *self._sums(packet, False))
        if packet.version == 4 and self.identify:
            self._replace(out, packet.at + 4, self.identify(packet.id).to_bytes(2, "big"), *self._sums(packet, False))

    def _ports(self, out, packet):
        for at, old in ((packet.l4, packet.sport), (packet.l4 + 2, packet.dport)):
            if old in self.ports:
                self._replace(out, at, self.ports[old].to_bytes(2, "big"), *self._sums(packet, True)[-1:])

    def _options(self, out, packet):
        at, end = packet.l4 + 20, packet.l4 + 20 + packet.options_length
        sums = self._sums(packet, True)[-1:]
        while at < end and out[at] != 0:
            if out[at] == 1:
                at += 1
                continue
            kind, length = out[at], out[at + 1]
            if kind == 2 and self.mss:
                self._replace(out, at + 2, self.mss.to_bytes(2, "big"), *sums)
            if kind == 3 and self.strip is not None and packet.flags == self.strip:
                self._replace(out, at, b"\1" * length, *sums)
            at += length
