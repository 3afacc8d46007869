# SPDX-License-Identifier: GPL-2.0-or-later
"""
Several capture points in one file, each an interface, as mergecap writes it. Its truth is that of the single captures
under new numbers, since no interface may change what is said of another, and the twins: frames of different points
that carry the same packet, or the same part of one.
"""
from . import decode, pcapng
from .view import MASK, View, before

FRAME_FIELDS = ("offender", "report", "reaction")
SLACK = 100000000  # nanoseconds by which a packet may take longer than the SYN did, on a busy machine
REPORT_SLACK = 5000000  # a report is seen at both places at once: they are next to each other
LARGEST_SEGMENT = 1460
TOGETHER = 500000  # pieces of one super-frame lie closer than that, retransmissions farther apart


def snapped(view, snaplen):
    """The view as a capture with `snaplen` bytes a frame shows it (0: whole)."""
    if not snaplen:
        return view
    for numbered in view.frames:
        numbered.frame.data = numbered.frame.data[:snaplen]
    return View(view.interface, [numbered.frame for numbered in view.frames], view.mtu)


class Merge:
    """`parts`: list of (view, document), the nearest to the sender first."""

    def __init__(self, parts):
        self.views, self.documents = zip(*parts)
        every = [(frame.time, place, frame) for place, view in enumerate(self.views) for frame in view.frames]
        every.sort(key=lambda each: each[:2])
        self.frames = [(place, frame) for _, place, frame in every]
        self.number = {(place, frame.number): i + 1 for i, (place, frame) in enumerate(self.frames)}

    def write(self, path, times=None):
        """`times`: per view, what to add to its frames' times in the file."""
        for place, frame in self.frames:
            frame.frame.interface = place
        pcapng.write(path, [view.interface for view in self.views], [frame.frame for _, frame in self.frames])

    def document(self, head):
        """`head`: members that the single documents share, already right for the merged file."""
        document = {key: value for key, value in head.items() if key not in ("findings", "may", "pieces", "frames")}
        document["findings"] = self._findings()
        document["may"] = self._may()
        document["pieces"] = {}
        document["frames"] = self._fields()
        return document

    def _renumber(self, place, value):
        if isinstance(value, list):
            return [self._renumber(place, each) for each in value]
        return self.number[place, value]

    def _fields(self):
        fields = {}
        for place, document in enumerate(self.documents):
            for number, stated in document["frames"].items():
                fields[self.number[place, int(number)]] = {
                    key: self._renumber(place, value) if key in FRAME_FIELDS else value for key, value in stated.items()}
        for number, twins in self.twins().items():
            fields.setdefault(number, {})["twin"] = sorted(twins)
        return {str(number): fields[number] for number in sorted(fields)}

    def _findings(self):
        exact, among = {}, {}
        for place, document in enumerate(self.documents):
            for each in document["findings"]:
                if "frames" in each:
                    exact.setdefault(each["name"], []).extend(self._renumber(place, each["frames"]))
                else:
                    known = among.setdefault(each["name"], {"name": each["name"], "among": [], "at_least": 0})
                    known["among"] += self._renumber(place, each["among"])
                    known["at_least"] += each["at_least"]
        single = [{"name": name, "frames": sorted(frames)} for name, frames in exact.items()]
        several = [dict(each, among=sorted(each["among"])) for each in among.values()]
        return sorted(single + several, key=lambda each: each["name"])

    def _may(self):
        may = {}
        for place, document in enumerate(self.documents):
            for each in document["may"]:
                may.setdefault(each["name"], []).extend(self._renumber(place, each["frames"]))
        return [{"name": name, "frames": sorted(frames)} for name, frames in sorted(may.items())]

    def twins(self):
        """{merged number: {merged numbers of the same packet at other points}}."""
        found = {}
        for one, view in enumerate(self.views):
            for other in range(one + 1, len(self.views)):
                for a, b in _twins(view, self.views[other]):
                    first, second = self.number[one, a.number], self.number[other, b.number]
                    found.setdefault(first, set()).add(second)
                    found.setdefault(second, set()).add(first)
        return found


def _delays(view, other):
    """{port of the sender: nanoseconds from `view` to `other`}, from SYN and SYN/ACK."""
    delays = {}
    for a in view.tcp:
        for b in other.tcp:
            if a.packet.flags & decode.SYN and _same_header(a.packet, b.packet):
                delays.setdefault(a.packet.flags & decode.ACK, b.time - a.time)
    return delays


def _same_header(a, b):
    """Sequence numbers are random: no address is needed, which NAT would change."""
    return (a.seq, a.ack, a.flags, a.payload) == (b.seq, b.ack, b.flags, b.payload) and a.id == b.id


def _overlap(a, b):
    return not before(a.end - 1 & MASK, b.seq) and not before(b.end - 1 & MASK, a.seq)


def _shared(a, b):
    """Both TCP packets carry at least one same byte of the same transmission."""
    if not a.payload or not b.payload or a.ack is None or b.ack is None:
        return False
    if not _overlap(a, b) or a.ack != b.ack:
        return False
    if a.id is None or b.id is None:
        return True
    first, second = (a, b) if not before(b.seq, a.seq) else (b, a)
    return (second.id - first.id) & 0xFFFF <= first.payload // (LARGEST_SEGMENT + 1)


def _mark(packet):
    """What a segment without payload is known by at both points: its options too, unless a device may change them."""
    options = b"" if packet.flags & decode.SYN else packet.data[packet.l4 + 20:packet.l4 + 20 + packet.options_length]
    return packet.seq, packet.ack, packet.flags, packet.window, packet.id, options


def _empty_twins(view, other):
    """Segments without payload. Equal ones, such as repeated acknowledgements, pair in their order."""
    queues = {}
    for b in other.tcp:
        if not b.packet.payload:
            queues.setdefault(_mark(b.packet), []).append(b)
    for a in view.tcp:
        queue = queues.get(_mark(a.packet)) if not a.packet.payload else None
        if queue:
            yield a, queue.pop(0)


def _twins(view, other):
    delays = _delays(view, other)
    if len(delays) < 2:
        return
    answer = {True: delays[decode.ACK], False: delays[0]}  # the server answers the SYN
    server = {frame.packet.sport for frame in view.tcp if frame.packet.flags & decode.SYN and frame.packet.flags & decode.ACK}
    yield from _empty_twins(view, other)
    pairs = [(a, b, abs(b.time - a.time - answer[a.packet.sport in server])) for a in view.tcp for b in other.tcp
             if (b.packet.sport in server) == (a.packet.sport in server) and _shared(a.packet, b.packet)]
    pairs = [pair for pair in pairs if pair[2] < SLACK]
    yield from ((a, b) for a, b, late in pairs if a.packet.id is not None or _nearest(a, b, late, pairs))
    for a in view.reports:
        for b in other.reports:
            if a.packet.id == b.packet.id and a.packet.quote.seq == b.packet.quote.seq \
                    and a.packet.quote.id == b.packet.quote.id and abs(b.time - a.time) < REPORT_SLACK:
                yield a, b


def _nearest(a, b, late, pairs):
    """
    Without an identification a retransmission is told from its original by time: of all pairs for the same bytes, however
    cut, this one has to be the best for both.
    """
    rivals = [pair for pair in pairs if (pair[0] is a and _overlap(pair[1].packet, b.packet)) or
              (pair[1] is b and _overlap(pair[0].packet, a.packet))]
    return all(late <= pair[2] + TOGETHER for pair in rivals)
