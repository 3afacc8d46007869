# SPDX-License-Identifier: GPL-2.0-or-later
"""
Twins found slowly and with everything at hand: whole files at full length, all payload bytes, true clocks.

Nothing here is shared with the plugin. Connections are known by the initial sequence numbers of their handshakes, so
NAT does not matter; payload is compared byte by byte; of several attempts at the same bytes the IPv4 identification
tells which is which, and over IPv6 the time, as the clocks are known here.
"""
import collections
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "captures"))

from lab import decode, pcapng  # noqa: E402

MASK = 0xFFFFFFFF
DAMAGED = 4  # bytes
COPY = 1_000_000  # nanoseconds between a segment and its copy made on the way
NEAR = 1_000_000_000  # nanoseconds: the same bytes further apart are another attempt


class Seen:
    """One frame of one file; its innermost IP packet as compared."""

    def __init__(self, number, frame, packets, ahead):
        self.number, self.time = number, frame.time - ahead
        self.packet = packet = packets[-1] if packets else None
        self.start = self.end = 0
        self.data = b""
        if not packet:
            return
        self.l4 = frame.data[packet.l4:packet.at + packet.length]
        self.data = self.l4[len(self.l4) - packet.payload:] if packet.payload else b""
        if packet.tcp and not packet.fragment:
            self.start, self.end = packet.seq, packet.seq + len(self.data)


def read(path, ahead=0):
    """Frames of `path`, whose clock is `ahead` nanoseconds ahead of the truth."""
    interfaces, frames = pcapng.read(path)
    return [Seen(number, frame, decode.packets(interfaces[frame.interface].link_type, frame.data, frame.length), ahead)
            for number, frame in enumerate(frames, 1)]


def name_connections(view):
    """Gives each TCP frame its connection: both initial sequence numbers, and which of the two sides sends."""
    known = {}
    for seen in view:
        packet = seen.packet
        seen.connection = None
        if not packet or not packet.tcp or packet.fragment:
            continue
        ends = (packet.source, packet.sport), (packet.destination, packet.dport)
        if packet.flags & decode.SYN and not packet.flags & decode.ACK:
            known[ends] = (packet.seq, "client")
            known[ends[::-1]] = (packet.seq, "server")
        seen.connection = known.get(ends)


def _timestamps(packet):
    """The bytes of the timestamps option, which segmentation copies and a new attempt changes."""
    options = packet.data[packet.l4 + 20:packet.l4 + 20 + packet.options_length]
    at = 0
    while at + 1 < len(options):
        if options[at] == 1:
            at += 1
        elif options[at] == 0 or options[at + 1] < 2:
            break
        elif options[at] == 8:
            return bytes(options[at:at + 10])
        else:
            at += options[at + 1]
    return b""


def identity(seen):
    """What two appearances of a packet have in common; pieces of a super-frame share it with the super-frame."""
    packet = seen.packet
    if packet.fragment:
        return "fragment", packet.source, packet.destination, packet.protocol, packet.id
    if packet.tcp:
        marks = (packet.flags & (decode.SYN | decode.RST)) if seen.data else packet.flags
        stamps = b"" if packet.flags & decode.SYN else _timestamps(packet)
        sacks = b"" if seen.data or packet.flags & decode.SYN else bytes(seen.l4[20:20 + packet.options_length])
        return seen.connection, packet.ack, marks, stamps, sacks, bool(seen.data) or packet.seq
    if packet.udp:
        return "udp"
    body = bytes(seen.l4)
    return packet.protocol, packet.id, packet.length, body[:1], body[8:]


def _agree(one, other):
    """Whether the two overlap in bytes, and the bytes are equal but for a few that were damaged."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    a, b = one.data[start - one.start:end - one.start], other.data[start - other.start:end - other.start]
    return start < end and (a == b or sum(x != y for x, y in zip(a, b)) <= DAMAGED)


def count_identifications(view):
    """How many IPv4 identifications each TCP frame used up: those until the next frame of its sender."""
    later = {}
    for seen in reversed(view):
        if seen.packet and seen.connection and seen.packet.version == 4:
            following = later.get(seen.connection)
            seen.used = 64 if following is None else (following - seen.packet.id) & 0xFFFF
            later[seen.connection] = seen.packet.id


def _same_attempt(one, other):
    a, b = one.packet, other.packet
    if a.version == 6:
        return abs(one.time - other.time) < NEAR
    if one.start == other.start:
        return a.id == b.id
    first, second = (one, other) if one.start < other.start else (other, one)
    return (second.packet.id - first.packet.id) & 0xFFFF <= first.used  # one more where a tunnel made pieces smaller


def _fit_datagrams(one, other):
    """Equal datagrams, or one of those that a UDP super-frame stands for."""
    large, small = (one, other) if len(one.data) >= len(other.data) else (other, one)
    step = (small.packet.id - large.packet.id) & 0xFFFF if one.packet.id is not None else 0
    if one.data == other.data:
        return step == 0
    if not small.data or large.data.find(small.data) < 0:
        return False
    return step < 64 and (step == 0 or large.packet.id is not None)


def _fit(one, other):
    if one.packet.fragment:
        return one.packet.offset < other.packet.offset + other.packet.l4_length and \
            other.packet.offset < one.packet.offset + one.packet.l4_length
    if one.packet.udp:
        return _fit_datagrams(one, other)
    if not one.data or not one.packet.tcp:
        return one.packet.version == 6 or one.packet.id == other.packet.id
    return _agree(one, other) and _same_attempt(one, other)


def _overlap(one, other):
    if one.packet.udp and len(one.data) > len(other.data):
        at = one.data.find(other.data)
        return at, at + len(other.data)
    return (max(one.start, other.start), min(one.end, other.end)) if one.data and one.packet.tcp else (0, 1)


def _is_copy(one, other):
    """A segment that the network delivered twice: another attempt differs in its identification or its time."""
    return bool(one.data) and one.packet.tcp and one.l4 == other.l4 and one.packet.id == other.packet.id and \
        abs(one.time - other.time) < COPY


def _choose(one, candidates, delay):
    """Of several attempts at the same bytes the one nearest to the usual delay."""
    chosen = []
    for other in sorted(candidates, key=lambda each: abs(each.time - one.time - delay)):
        start, end = _overlap(one, other)
        if any(_is_copy(other, each) for each in chosen):
            chosen.append(other)
            continue
        if all(end <= s or e <= start for s, e in (_overlap(one, each) for each in chosen)):
            chosen.append(other)
    return chosen


def match(here, there):
    """Pairs of frame numbers of the same packets in two files read by read()."""
    groups = collections.defaultdict(list)
    for view in (here, there):
        name_connections(view)
        count_identifications(view)
    here = [seen for seen in here if seen.packet]
    for seen in there:
        if seen.packet:
            groups[identity(seen)].append(seen)
    found, delays = {}, {}
    for one in here:
        group = groups.get(identity(one), [])
        found[one.number] = [other for other in group if _fit(one, other)]
        if len(found[one.number]) == 1:
            delays.setdefault(_way(one), []).append(found[one.number][0].time - one.time)
    usual = {way: statistics.median(times) for way, times in delays.items()}
    chosen = {(one.number, other.number) for one in here
              for other in _choose(one, found[one.number], usual.get(_way(one), 0))}
    return _mutual(chosen, here, there, usual)


def _way(seen):
    return seen.connection[1] if seen.connection else seen.packet.source


def _mutual(pairs, here, there, usual):
    """Drops the worse of two frames `here` that both claim the same bytes of a frame `there`."""
    left = {seen.number: seen for seen in here}
    right = {seen.number: seen for seen in there}
    claims = collections.defaultdict(list)
    for one, other in pairs:
        claims[other].append(left[one])
    kept = set()
    for other, ones in claims.items():
        twin = right[other]
        for one in _choose(twin, ones, -usual.get(_way(twin), 0)):
            kept.add((one.number, other))
    return kept


def merged_numbers(path):
    """{(interface, number in its own file): number in the merged file}, and the interface of each merged frame."""
    _, frames = pcapng.read(path)
    count, numbers = collections.Counter(), {}
    for number, frame in enumerate(frames, 1):
        count[frame.interface] += 1
        numbers[frame.interface, count[frame.interface]] = number
    return numbers


def twins(paths, merged, ahead=None):
    """{frame of the merged file: set of frames that hold the same packet at other points}."""
    ahead = ahead or [0] * len(paths)
    views = [read(path, offset) for path, offset in zip(paths, ahead)]
    numbers = merged_numbers(merged)
    result = {number: set() for number in numbers.values()}
    for i in range(len(views)):
        for j in range(i + 1, len(views)):
            for one, other in match(views[i], views[j]):
                a, b = numbers[i, one], numbers[j, other]
                result[a].add(b)
                result[b].add(a)
    return result
