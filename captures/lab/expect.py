# SPDX-License-Identifier: GPL-2.0-or-later
"""
From decoded frames, the kernel's word and the planted fault to statements: fields per frame and findings.

A field is stated where its truth is known from outside the plugin, and left out elsewhere. A list of values means that
each of them is right. Findings are exact (these frames, no other), or "among": at least so many of these frames, where
several are equally good, or "may": neither demanded nor wrong.
"""
from . import decode, match, pcapng
from .view import MASK, before

GRACE = 1000000  # nanoseconds in which frames may have been on their way already: see pmtu_ignored


class Statements:
    def __init__(self):
        self.fields, self.findings, self.may, self.pieces = {}, {}, {}, {}
        self.copies = []

    def field(self, frame, name, value):
        self.fields.setdefault(frame.number, {})[name] = value

    def exact(self, name, frames):
        numbers = self.findings.setdefault(name, {}).setdefault("frames", [])
        numbers += [frame.number for frame in frames if frame.number not in numbers]

    def among(self, name, frames, at_least=1):
        numbers = sorted({frame.number for frame in frames})
        self.findings[name] = {"among": numbers, "at_least": min(at_least, len(numbers))}

    def allow(self, name, frames):
        self.may.setdefault(name, set()).update(frame.number for frame in frames)


def lengths(view, say):
    for frame in view.ip:
        say.field(frame, "l3_len", frame.packets[0].length)
        if not frame.gso:
            say.field(frame, "wire.frames", 1)
            say.field(frame, "wire.len", frame.l2 + frame.packets[0].length)


COPIES_COMMON = 8
COPY_WITHIN = 150000000  # nanoseconds: no sender repeats a packet that fast (TCP_RTO_MIN is 200 ms)


def copies_of(frames):
    """
    {frame number: number of the frame that shows the same packet}, for (number, time, point, IP packet's bytes) of each
    frame. Equal to the byte and within COPY_WITHIN. Without identification (IPv6, or 0) only what follows at once, and
    only if COPIES_COMMON do: a single one may be a segment sent again, or a second acknowledgement.
    """
    found, doubtful, seen = {}, {}, {}
    for number, time, point, data in frames:
        named = data[0] >> 4 == 4 and data[4:6] != b"\0\0"
        before = seen.get((point, data))
        if before and 0 <= time - before[1] <= (COPY_WITHIN if named else 100000):
            (found if named else doubtful)[number] = before[0]
        else:
            seen[point, data] = (number, time)
    return found | doubtful if len(found) + len(doubtful) >= COPIES_COMMON else found


def copies(view, say):
    """Packets that the capture shows twice, by their bytes: what counts frames on the wire counts the first alone."""
    frames = ((frame.number, frame.time, frame.frame.data[4:8] if view.interface.link_type == pcapng.SLL2 else b"",
               frame.frame.data[frame.l2:]) for frame in view.ip)
    say.copies = sorted(copies_of(frames))
    if say.copies:
        say.exact("capture.duplicate", [frame for frame in view.ip if frame.number in say.copies])


def disorder(view, say):
    """Time goes backwards by more than a microsecond."""
    latest, late = {}, []
    for frame in view.ip:
        point = frame.frame.data[4:8] if view.interface.link_type == pcapng.SLL2 else b""
        if latest.get(point, 0) > frame.time + 1000:
            late.append(frame)
        latest[point] = max(latest.get(point, 0), frame.time)
    if late:
        say.exact("capture.disordered", late)


def told(view, frame):
    """The file itself says whether `frame` was sent or received."""
    return view.interface.link_type == pcapng.SLL2 or frame.frame.flags is not None


def evidence(view):
    """
    Number of the first frame from which on it can be learnt who the capturing host is: its own single frames carry
    partial checksums. A very large number if there is none: on a host without offload, nothing tells.
    """
    numbers = [frame.number for frame in view.ip if frame.sent and any(_partial(packet) for packet in frame.packets)]
    return min(numbers, default=1 << 32)


def directions(view, side, say):
    """On an end host, or where the file itself says it; what stands between sees both directions pass."""
    first = evidence(view)
    for frame in view.ip:
        if frame.sent is None or side == "between" and not told(view, frame):
            continue
        direction = "sent" if frame.sent else "received"
        if told(view, frame):
            say.field(frame, "direction", direction)
            cooked = view.interface.link_type == pcapng.SLL2
            say.field(frame, "direction.source", "cooked header" if cooked else "pcapng flags")
        else:
            say.field(frame, "direction", direction if frame.number >= first else [direction, "unknown"])


def _partial(packet):
    return bool(packet.checksum_l4) and packet.checksum_l4.startswith("partial")


def _cut(frame):
    """Payload sizes of the segments, as the kernel's segmentation size makes them."""
    full, rest = divmod(frame.packet.payload, frame.gso_size)
    return [frame.gso_size] * full + ([rest] if rest else [])


def superframes(view, side, say, pieces=None, planted_cut=False):
    """
    `pieces`: finds the same bytes at the second capture point. Both witnesses, kernel and wire, must agree unless the
    NIC is the fault of the scenario; then the wire tells how many frames there were, the kernel what was asked for.
    """
    disagree, first = [], evidence(view)
    for frame in view.ip:
        found = pieces.take(frame) if pieces and frame.packet.payload and not frame.packet.fragment else None
        if not frame.gso:
            continue
        asked = _cut(frame)
        sizes = [piece.packet.payload for piece in found] if found else asked
        if sizes != asked and not planted_cut:
            disagree.append(f"frame {frame.number}: kernel {asked}, second capture point {sizes}")
        headers = frame.l2 + frame.packets[0].length - frame.packet.payload
        length = frame.packet.payload + len(sizes) * (headers - _jumbo(frame))
        if found and length != sum(piece.l2 + piece.packets[0].length for piece in found):
            disagree.append(f"frame {frame.number}: {length} bytes, not those of the second capture point")
        say.field(frame, "wire.frames", len(sizes))
        say.field(frame, "wire.len", length)
        say.field(frame, "segment.size", frame.gso_size)
        say.field(frame, "segment.last", asked[-1])
        if found:
            say.pieces[frame.number] = {"frames": [piece.number for piece in found], "payload": sizes}
        known = told(view, frame) or frame.number >= first and side != "between"
        _superframe_finding(frame, side, known, say)
    return disagree


def _jumbo(frame):
    """Bytes of the hop-by-hop header that carries a jumbo length: no segment has it."""
    packet = frame.packet
    return packet.header - 40 if packet.version == 6 and packet.length > 65535 + 40 else 0


def _superframe_finding(frame, side, known, say):
    if frame.packet.udp or frame.gso == "udp" and not frame.packet.tcp:
        say.exact("superframe.udp", [frame])
        return
    name = "superframe.sent" if frame.sent else "superframe.received"
    if not known:
        name += "|superframe.unknown"
    if side == "between" and not known:
        name = "superframe.sent|superframe.received|superframe.unknown"
    if frame.packet.declared == 0:
        say.exact("superframe.big_tcp", [frame])
        say.allow(name, [frame])
    else:
        say.exact(name, [frame])


def checksums(view, say, leaked=(), corrupted=(), merged_stale=()):
    """
    States by the bytes. `leaked`, `corrupted`: frames that the box's journal names; `merged_stale`: frames that the
    receiver's NIC merged and left with an old sum.
    """
    for frame in view.ip:
        packet = frame.packet
        if packet.checksum_ip:
            say.field(frame, "checksum.ip", packet.checksum_ip)
        if any(map(_partial, frame.packets)) and frame not in leaked:
            say.exact("checksum.partial", [frame])
        state = packet.checksum_l4
        if state is None or packet.protocol == decode.UDPLITE:
            continue
        say.field(frame, "checksum.l4", ["bad", "partial", "unfilled"] if frame in leaked and state != "partial" else state)
        if packet.checksum_l4 == "unfilled" and frame not in leaked:
            say.exact("checksum.unfilled", [frame])
        if packet.checksum_l4 == "bad" and not (frame in leaked or frame in corrupted or frame in merged_stale):
            yield f"frame {frame.number}: a bad checksum that nothing explains"
    if corrupted:
        say.exact("checksum.corrupt", corrupted)
    if leaked:
        say.among("checksum.leaked", leaked)
        say.allow("checksum.partial", leaked)


def sizes(view, say):
    for frame in view.tcp:
        limit = view.peer_mss(frame)
        if limit is None or frame.packet.flags & decode.SYN or not frame.packet.payload:
            continue
        limit -= frame.packet.options_length
        say.field(frame, "mss.limit", limit)
        if not frame.gso and frame.packet.payload > limit and not frame.packet.checksum_l4.startswith("partial"):
            say.exact("mss.exceeded", [frame])
    for frame in view.ip:
        if view.mtu and not frame.gso and frame.packets[0].length > view.mtu:
            say.exact("mtu.exceeded", [frame])


def windows(view, say):
    # A damaged frame leaves open what its sender had sent.
    flights = all(frame.packet.checksum_l4 != "bad" or frame.gso for frame in view.tcp)
    edges, ends, acks = {}, {}, {}
    for frame in view.tcp:
        packet, connection = frame.packet, frame.connection
        # Nothing in a damaged frame is evidence; the window of a reset means nothing.
        if packet.flags & decode.RST or packet.checksum_l4 == "bad" and not frame.gso:
            continue
        scale = connection.scale(packet.flow)
        syn = packet.flags & decode.SYN
        if packet.flags & decode.ACK and (scale is not None or syn):
            # Keyed by connection as well: a port may be used again.
            edge = (packet.ack + (packet.window << (0 if syn else scale))) & MASK
            _edge(frame, edge, 0 if syn else scale, edges, say)
        if scale is not None and not syn and connection.answer.number < frame.number:
            say.field(frame, "window.scale", scale)
        _exceeded(frame, edges, say)
        _flight(frame, ends, acks, say, flights)


def _key(frame, flow):
    return id(frame.connection), flow


def _edge(frame, edge, scale, edges, say):
    """
    A retreat is a step to the left of at least one scaling unit, by an acknowledgement that is not an old one. Several
    smaller steps that add up to one may be called a retreat too. `edges`: the highest edge so far, the last one, the
    highest since the last retreat, the last acknowledgement.
    """
    packet, key, unit = frame.packet, _key(frame, frame.packet.flow), 1 << scale
    if not packet.flags & decode.SYN:
        say.field(frame, "window.right_edge", edge)
    highest, last, promised, ack = edges.get(key, (edge, edge, edge, packet.ack))
    counts = not before(packet.ack, ack) and not packet.flags & (decode.SYN | decode.FIN)
    if counts and before(edge, last) and (last - edge) & MASK >= unit:
        say.exact("window.retracted", [frame])
        promised = edge
    elif counts and before(edge, promised) and (promised - edge) & MASK >= unit:
        say.allow("window.retracted", [frame])
    edges[key] = _later(highest, edge), edge, _later(promised, edge), packet.ack


def _later(a, b):
    return b if before(a, b) else a


def _exceeded(frame, edges, say):
    packet = frame.packet
    edge = edges.get(_key(frame, packet.reverse), (None,))[0]
    scale = frame.connection.scale(packet.reverse)
    if edge is None or scale is None or not packet.payload or packet.flags & decode.SYN:
        return
    if before(edge, packet.end) and packet.payload > 1:
        say.exact("window.exceeded", [frame])


def _flight(frame, ends, acks, say, flights):
    packet, key, other = frame.packet, _key(frame, frame.packet.flow), _key(frame, frame.packet.reverse)
    end = (packet.seq + packet.payload + bool(packet.flags & (decode.SYN | decode.FIN))) & MASK
    if key not in ends or before(ends[key], end):
        ends[key] = end
    if packet.flags & decode.ACK and (key not in acks or before(acks[key], packet.ack)):
        acks[key] = packet.ack
    if flights and packet.payload and not packet.flags & (decode.SYN | decode.FIN) and other in acks:
        say.field(frame, "window.flight", (ends[key] - acks[other]) & MASK)


def negotiations(view, say):
    for connection in {id(each): each for each in view.connections.values()}.values():
        frames = [view.frames[number - 1] for number in connection.numbers]
        offers = [side.offered is not None for side in connection.sides.values()]
        windows_seen = any(not frame.packet.flags & (decode.SYN | decode.RST) for frame in frames)
        if not connection.complete and windows_seen:
            yield "unknown", frames
        elif connection.complete and any(offers) and not connection.scaling:
            changed = any(len(side.offers) > 1 for side in connection.sides.values())
            yield "changed" if changed else "declined", frames


def scale_findings(view, say):
    invalid = [frame for frame in view.tcp if frame.packet.options.get("scale", 0) > 14]
    if invalid:
        say.exact("window.scale_invalid", invalid)
    groups = {"unknown": [], "declined": []}
    for kind, frames in negotiations(view, say):
        if kind == "changed":
            say.allow("window.scale_declined", frames)  # one SYN offered, another did not
        else:
            groups[kind].append(frames)
    for kind, connections in groups.items():
        if connections:
            say.among(f"window.scale_{kind}", sum(connections, []), len(connections))


def reports(view, say, merged=(), obeyed=False):
    """Returns the reports with what was found for each: (report frame, [offenders])."""
    found = []
    for report in view.reports:
        quote = report.packet.quote
        offenders = match.quoted(view, report) if quote else []
        found.append((report, offenders))
        say.exact("pmtu.report", [report])
        if offenders:
            say.field(report, "offender", offenders[0].number)
            say.exact("pmtu.reported", offenders[:1])
        elif quote and any(set(quote.flow) == set(frame.packet.flow) for frame in view.tcp):
            say.exact("pmtu.unmatched", [report])
        low = 68 if report.packet.version == 4 else 1280
        if quote and (report.packet.next_hop < low or report.packet.next_hop >= quote.length):
            say.exact("pmtu.implausible", [report])
        if report in merged:
            say.exact("pmtu.merged_quote", [report])
    by_offender = {}
    for report, offenders in found:
        if offenders:
            by_offender.setdefault(offenders[0].number, []).append(report.number)
    for number, numbers in by_offender.items():
        say.field(view.frames[number - 1], "report", numbers if len(numbers) > 1 else numbers[0])
    _reactions(view, found, say, obeyed)
    return found


def _towards(frame, quote):
    return frame.packet.source == quote.source and frame.packet.destination == quote.destination


def _reactions(view, found, say, obeyed):
    """
    Frames that repeat quoted bytes in packets that fit. If the sender obeys, the first of them behind the first report
    of each path is the reaction; else they are fits of single segments, which may be called obedience.
    """
    seen, reactions = set(), []
    for report, offenders in found:
        quote, mtu = report.packet.quote, report.packet.next_hop
        if not quote or not quote.tcp:
            continue
        later = [frame for frame in view.ip if frame.number > report.number and frame.data and _towards(frame, quote)]
        fitting = [frame for frame in later if frame.wire_packet <= mtu]
        say.allow("pmtu.obeyed", fitting)
        path = (quote.source, quote.destination, mtu)
        repeats = [frame for frame in fitting if not before(quote.seq, frame.packet.seq)
                   and before(quote.seq, frame.packet.end)]
        if path in seen or not obeyed or not repeats:
            continue
        seen.add(path)
        say.field(report, "reaction", repeats[0].number)
        reactions += fitting
        for frame in later:
            if frame.time > report.time + GRACE:
                say.field(frame, "path_mtu", mtu)
    if reactions:
        say.among("pmtu.obeyed", reactions)


def ignored(view, found, say, demanded=True):
    """
    Packets larger than a report for their path allows, sent when the sender could have known: a round trip, at least a
    millisecond, behind the report. `demanded`: at least one has to be found where there are two or more.
    """
    late = []
    for report, _ in found:
        quote, mtu = report.packet.quote, report.packet.next_hop
        if mtu >= quote.length:
            continue
        late += [frame for frame in view.ip if frame.time > report.time + GRACE and not frame.packet.report
                 and _towards(frame, quote) and frame.wire_packet > mtu and frame not in late]
    # The finding may also stand on the report that a late packet caused.
    answers = [report for report, offenders in found if offenders and offenders[0] in late]
    say.allow("pmtu.ignored", answers)
    numbers = sorted(late, key=lambda frame: frame.number)
    if demanded and len(numbers) >= 2:
        say.among("pmtu.ignored", numbers)
    else:
        say.allow("pmtu.ignored", numbers)
    return numbers
