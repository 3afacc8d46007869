# SPDX-License-Identifier: GPL-2.0-or-later
"""
Relations between frames: a super-frame and its pieces at another capture point, a report and the packet it quotes.
"""
from .view import MASK, before


def _distance(a, b):
    return (b - a) & MASK


class Pieces:
    """
    Finds for TCP frames of one view the frames of another that carry the same bytes. Each frame of the other is given
    away once, in the order of time, so that a retransmission does not take the pieces of the first attempt.
    """

    def __init__(self, other, downstream):
        self.downstream, self.by_flow = downstream, {}
        for frame in other.ip:
            if frame.packet.payload and frame.packet.offset == 0:
                self.by_flow.setdefault(frame.packet.flow, []).append(frame)

    def take(self, frame):
        """The pieces of `frame` in order, or None if they are not all there."""
        packet = frame.packet
        candidates = self.by_flow.get(packet.flow, [])
        if packet.udp:
            return self._datagrams(candidates, packet.payload)
        found, at, left = [], packet.seq, packet.payload
        while left > 0:
            piece = self._next(candidates, frame, at, left, len(found))
            if piece is None:
                return None
            found.append(piece)
            at, left = piece.packet.end, left - piece.packet.payload
        for piece in found:
            candidates.remove(piece)
        return found

    @staticmethod
    def _datagrams(candidates, left):
        """UDP has no sequence number; the lab's lines keep the order."""
        found = []
        while left > 0 and candidates:
            found.append(candidates.pop(0))
            left -= found[-1].packet.payload
        return found if left == 0 else None

    def _next(self, candidates, frame, at, left, index):
        fitting = [each for each in candidates
                   if each.packet.seq == at and each.packet.payload <= left and self._in_order(frame, each)
                   and (frame.packet.id is None or not frame.packet.df or each.packet.id is None
                        or not self.downstream or each.packet.id == (frame.packet.id + index) & 0xFFFF)]
        if not fitting:
            return None
        return fitting[0] if self.downstream else fitting[-1]

    def _in_order(self, frame, piece):
        return piece.time >= frame.time if self.downstream else piece.time <= frame.time


def quoted(view, report):
    """
    The frames before `report` that carry the packet it quotes, latest first: same flow, and the sequence number inside
    their payload; for IPv4 the identification counts up from the super-frame's.
    """
    quote = report.packet.quote
    found = []
    for frame in view.ip:
        if frame.number >= report.number:
            break
        for packet in frame.packets:
            if not packet.report and packet.offset == 0 and _carries(frame, packet, quote):
                found.append(frame)
    return found[::-1]


def _carries(frame, packet, quote):
    if (packet.source, packet.destination, packet.protocol) != (quote.source, quote.destination, quote.protocol):
        return False
    if not quote.tcp:
        same_ports = (packet.sport, packet.dport) == (quote.sport, quote.dport)
        if quote.id is not None:
            return packet.id == quote.id and same_ports
        return same_ports and packet.length == quote.length
    if packet.flow != quote.flow or not packet.payload:
        return False
    inside = packet.seq == quote.seq or before(packet.seq, quote.seq) and before(quote.seq, packet.end)
    if not inside or quote.id is None:
        return inside
    return _distance(packet.id, quote.id) & 0xFFFF <= max(0, packet.payload // 256)
