# SPDX-License-Identifier: GPL-2.0-or-later
"""
A capture with its frames decoded: numbered as in the file, with the connections found in it and, if it was recorded
here, the kernel's word about each frame.
"""
from . import decode

MASK = 0xFFFFFFFF
DEFAULT_MSS = {4: 536, 6: 1220}  # RFC 9293 3.7.1


def before(a, b):
    """Sequence number `a` lies before `b`."""
    return 0 < ((b - a) & MASK) < 1 << 31


class Numbered:
    """Frame `number` of a capture. `packets` outermost first, `packet` the innermost or None."""

    def __init__(self, number, frame, link_type):
        self.number, self.frame, self.time = number, frame, frame.time
        self.packets = decode.packets(link_type, frame.data, frame.length)
        self.packet = self.packets[-1] if self.packets else None
        # What loopback carries is never cut: there is no wire.
        self.gso = getattr(frame, "gso", None) if getattr(frame, "device", None) != "lo" else None
        self.gso_size = getattr(frame, "gso_size", 0) if self.gso else 0
        self.sent = getattr(frame, "sent", None)

    @property
    def data(self):
        """A TCP segment with payload."""
        return bool(self.packet and self.packet.tcp and self.packet.payload)

    @property
    def l2(self):
        """Bytes in front of the outermost IP packet."""
        return self.packets[0].at

    @property
    def wire_packet(self):
        """Length of the largest IP packet that this frame puts on the wire, as its sender's stack intends."""
        packet = self.packet
        if not self.gso:
            return packet.length
        return packet.headers + min(self.gso_size, packet.payload)


class Side:
    """One direction of a connection, as far as its sender's SYN tells."""

    def __init__(self):
        self.mss = self.offered = None
        self.syns, self.offers = [], set()


class Connection:
    """Both directions of a TCP connection. `scaling`: True, False or None (handshake not captured)."""

    def __init__(self):
        self.sides, self.numbers, self.answer = {}, [], None

    @property
    def complete(self):
        return all(side.syns for side in self.sides.values()) and len(self.sides) == 2

    @property
    def scaling(self):
        if not self.complete or self.answer is None:
            return None
        return self.answer.packet.options.get("scale") is not None and \
            all(side.offered is not None for side in self.sides.values())

    def scale(self, flow):
        """The shift in force for windows sent by `flow`, None if unknown."""
        if self.scaling is None:
            return None
        return min(self.sides[flow].offered, 14) if self.scaling else 0


class View:
    def __init__(self, interface, frames, mtu=None):
        self.interface, self.mtu = interface, mtu
        self.frames = [Numbered(i + 1, frame, interface.link_type) for i, frame in enumerate(frames)]
        self.ip = [frame for frame in self.frames if frame.packet]
        self.tcp = [frame for frame in self.ip if frame.packet.tcp and frame.packet.flags is not None]
        self.reports = [frame for frame in self.ip if frame.packet.report]
        self.connections = {}
        for frame in self.tcp:
            self._connection(frame)

    def _connection(self, frame):
        packet = frame.packet
        known = self.connections.get(packet.flow) or self.connections.get(packet.reverse)
        fresh = packet.flags & (decode.SYN | decode.ACK) == decode.SYN
        if known is None or (fresh and known.answer and known.sides[packet.flow].syns[-1:] != [packet.seq]
                             and packet.seq not in known.sides[packet.flow].syns):
            known = Connection()
            known.sides = {packet.flow: Side(), packet.reverse: Side()}
            self.connections[packet.flow] = self.connections[packet.reverse] = known
        frame.connection = known
        known.numbers.append(frame.number)
        if packet.flags & decode.SYN:
            side = known.sides[packet.flow]
            side.syns.append(packet.seq)
            side.mss = packet.options.get("mss", DEFAULT_MSS[packet.version])
            side.offers.add(packet.options.get("scale"))
            if "scale" in packet.options:
                side.offered = packet.options["scale"]
            if packet.flags & decode.ACK and known.answer is None:
                known.answer = frame

    def peer_mss(self, frame):
        """The MSS that the receiver of `frame` announced, None if not captured."""
        return frame.connection.sides[frame.packet.reverse].mss
