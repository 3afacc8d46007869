# SPDX-License-Identifier: GPL-2.0-or-later
"""
Truth files against their captures, with scapy as the reader.

What can be computed again from the bytes is; what came from other witnesses (segment sizes, directions, reactions) has
to be consistent: pieces add up to the super-frame and are in the other capture, references point at fitting frames.
"""
import logging
import os

from . import pcapng

logging.getLogger("scapy").setLevel(logging.ERROR)

from scapy.config import conf  # noqa: E402

conf.contribs = {}
from scapy.layers.inet import ICMP, IP, TCP, UDP, in4_pseudoheader  # noqa: E402
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6, IPv6ExtHdrFragment, in6_pseudoheader  # noqa: E402
from scapy.layers.l2 import GRE, Ether  # noqa: E402,F401
from scapy.layers.ppp import PPPoE  # noqa: E402,F401
from scapy.layers.vxlan import VXLAN  # noqa: E402,F401
from scapy.utils import checksum  # noqa: E402

MASK = 0xFFFFFFFF


def _outer(frame, link_type):
    """The outermost IP packet as scapy sees it, or None."""
    if link_type == pcapng.SLL2:
        body, kind = frame.data[20:], frame.data[:2]
        return IP(body) if kind == b"\x08\x00" else IPv6(body) if kind == b"\x86\xdd" else None
    if link_type == pcapng.RAW:
        return IP(frame.data) if frame.data[0] >> 4 == 4 else IPv6(frame.data)
    packet = Ether(frame.data)
    found = [packet.getlayer(kind) for kind in (IP, IPv6) if kind in packet]
    return min(found, key=lambda layer: len(packet) - len(layer)) if found else None


def _length(packet, frame, l2):
    """Real length of an outermost IP packet."""
    declared = packet.len if isinstance(packet, IP) else packet.plen + 40 if packet.plen else 0
    return declared or frame.length - l2


class Reader:
    """A capture, frame by frame, in scapy's eyes."""

    def __init__(self, interfaces, frames):
        self.frames = frames
        self.links = [interfaces[frame.interface].link_type for frame in frames]
        self.cache = {}
        self.known_syns = None

    def syns(self):
        """The options of every SYN: (source port, destination port, MSS, shift)."""
        if self.known_syns is None:
            self.known_syns = [self._syn(number) for number in range(1, len(self.frames) + 1) if self._is_syn(number)]
        return self.known_syns

    def _is_syn(self, number):
        tcp = self.tcp(number) if self.outer(number) is not None else None
        return tcp is not None and tcp.flags.S

    def _syn(self, number):
        tcp = self.tcp(number)
        options = dict(option for option in tcp.options if isinstance(option[0], str))
        default = 1220 if isinstance(self.innermost(number), IPv6) else 536
        return tcp.sport, tcp.dport, options.get("MSS", default), min(options.get("WScale", 0), 14)

    def outer(self, number):
        if number not in self.cache:
            self.cache[number] = _outer(self.frames[number - 1], self.links[number - 1])
        return self.cache[number]

    def innermost(self, number):
        layer = self.outer(number)
        while layer is not None:
            deeper = layer.payload.getlayer(IP) or layer.payload.getlayer(IPv6)
            if deeper is None or ICMP in layer.payload or ICMPv6PacketTooBig in layer:
                return layer
            layer = deeper
        return None

    def tcp(self, number):
        layer = self.innermost(number)
        return layer.getlayer(TCP) if layer is not None and TCP in layer else None

    def l2(self, number):
        frame = self.frames[number - 1]
        if self.links[number - 1] == pcapng.SLL2:
            return 20
        if self.links[number - 1] == pcapng.RAW:
            return 0
        return frame.data.index(bytes(self.outer(number).original)[:20])


def contradictions(truth, interfaces, frames, folder):
    """Yields every statement of `truth` that the capture does not bear out."""
    reader = Reader(interfaces, frames)
    yield from _numbers(truth, len(frames))
    for number, (one, other) in enumerate(zip(frames, frames[1:]), 2):
        # Two processors may stamp in one order and queue in the other; more than that is a broken clock.
        if other.time < one.time - 1000000:
            yield f"frame {number} is earlier than the one before"
    if truth["point"]["side"] != "several" and truth["point"]["interface"] != interfaces[0].name:
        yield f"the interface is called {interfaces[0].name}"
    for key, stated in truth["frames"].items():
        number = int(key)
        if number > len(frames):
            continue
        if reader.outer(number) is None:
            yield f"frame {number} is no IP packet"
            continue
        for name, rule in RULES.items():
            if name in stated:
                for problem in rule(reader, number, stated, truth):
                    yield f"frame {number}: {name}: {problem}"
    yield from _copies(truth, reader)
    yield from _pieces(truth, reader, folder)
    yield from _causes(truth)


def _copies(truth, reader):
    """A copy has the same IP packet as a frame before it, TTL and sums apart; every other frame has not."""
    seen, found, doubtful = {}, [], []
    for number, frame in enumerate(reader.frames, 1):
        packet = reader.outer(number)
        if packet is None or truth["point"]["side"] == "several":
            continue
        point = frame.data[4:8] if reader.links[number - 1] == pcapng.SLL2 else b""
        key = (point, bytes(packet))
        named = isinstance(packet, IP) and packet.id
        if key in seen and frame.time - seen[key] <= (150000000 if named else 100000):
            (found if named else doubtful).append(number)
        else:
            seen[key] = frame.time
    if len(found) + len(doubtful) >= 8:
        found = sorted(found + doubtful)
    if found != truth.get("copies", []):
        yield f"copies are {found}, not {truth.get('copies', [])}"


def _numbers(truth, count):
    for each in truth["findings"] + truth["may"]:
        for number in each.get("frames", []) + each.get("among", []):
            if not 1 <= number <= count:
                yield f"{each['name']} on frame {number}, but there are {count}"
    for each in truth["findings"]:
        if ("frames" in each) == ("among" in each):
            yield f"{each['name']} is neither exact nor one of several"
        if each.get("at_least", 0) > len(each.get("among", [])) and "among" in each:
            yield f"{each['name']} on more frames than there are to choose from"
    for key in truth["frames"]:
        if not 1 <= int(key) <= count:
            yield f"a statement about frame {key}, but there are {count}"


def _causes(truth):
    """A clean capture has no trouble planted, and no diagnosis of one; a planted one is not called clean."""
    trouble = set(truth["diagnosis"]["must"]) - {"capture_before_offload"}
    if truth["root_cause"] == "none" and trouble:
        yield f"no root cause, yet {sorted(trouble)} is demanded"
    if truth["root_cause"] != "none" and truth["severity_ceiling"] == "Note":
        yield f"{truth['root_cause']}, yet called clean"
    if trouble - {truth["root_cause"]}:
        yield f"{sorted(trouble)} is demanded, the root cause is {truth['root_cause']}"


def _pieces(truth, reader, folder):
    if not truth["pieces"]:
        return
    path = os.path.join(folder, truth["second_point"])
    if not os.path.exists(path):
        yield f"its second point, {truth['second_point']}, is not beside it"
        return
    other = Reader(*pcapng.read(path))
    for key, piece in truth["pieces"].items():
        number, whole = int(key), reader.innermost(int(key))
        stated = truth["frames"][key]
        if stated["wire.frames"] != len(piece["frames"]) or len(piece["frames"]) != len(piece["payload"]):
            yield f"frame {number}: {stated['wire.frames']} wire frames, {len(piece['frames'])} pieces"
            continue
        sequence = reader.tcp(number).seq if TCP in whole else None
        for wire, payload in zip(piece["frames"], piece["payload"]):
            segment = other.innermost(wire)
            if sequence is not None and (TCP not in segment or segment[TCP].seq != sequence):
                yield f"frame {number}: piece {wire} of {truth['second_point']} does not start at {sequence}"
                break
            sequence = sequence if sequence is None else (sequence + payload) & MASK


def _l3_len(reader, number, stated, _truth):
    length = _length(reader.outer(number), reader.frames[number - 1], reader.l2(number))
    if length != stated["l3_len"]:
        yield f"{stated['l3_len']}, the bytes say {length}"


def _wire_frames(reader, number, stated, _truth):
    size, last, frames = stated.get("segment.size"), stated.get("segment.last"), stated["wire.frames"]
    if size is None:
        if frames != 1:
            yield f"{frames} without a segment size"
        return
    if last > size:
        yield f"last segment of {last} bytes, others of {size}"


def _wire_len(reader, number, stated, _truth):
    plain = reader.l2(number) + stated["l3_len"]
    if stated["wire.frames"] == 1 and stated["wire.len"] != plain:
        yield f"{stated['wire.len']}, the frame has {plain}"
    if stated["wire.frames"] > 1 and stated["wire.len"] <= plain - 8:
        yield f"{stated['wire.len']} for {stated['wire.frames']} frames, the super-frame alone has {plain}"


def _mss_limit(reader, number, stated, _truth):
    tcp = reader.tcp(number)
    limits = {mss - (tcp.dataofs - 5) * 4 for sport, dport, mss, _ in reader.syns() if (sport, dport) == (tcp.dport, tcp.sport)}
    if stated["mss.limit"] not in limits:
        yield f"{stated['mss.limit']}, the SYNs give {sorted(limits)}"


def _checksum_ip(reader, number, stated, _truth):
    packet = reader.innermost(number)
    header = bytes(packet.original)[:packet.ihl * 4]
    state = "valid" if checksum(header) == 0 else "unfilled" if packet.chksum == 0 else "bad"
    if state != stated["checksum.ip"]:
        yield f"{stated['checksum.ip']}, the bytes say {state}"


def _l4(packet):
    """(protocol, transport bytes, real length of them, offset of the checksum) or None."""
    for kind, protocol, offset in ((TCP, 6, 16), (UDP, 17, 6)):
        layer = packet.getlayer(kind)
        if layer is not None:
            raw = bytes(packet.original)
            start = packet.ihl * 4 if isinstance(packet, IP) else raw.index(bytes(layer.original)[:8], 40)
            return protocol, raw[start:], start, offset
    return None


def _pseudo(packet, protocol, length):
    if isinstance(packet, IPv6):
        return in6_pseudoheader(protocol, packet, length) if length < 65536 else None
    return in4_pseudoheader(protocol, packet, length) if length < 65536 else None


def _checksum_l4(reader, number, stated, _truth):
    packet, frame = reader.innermost(number), reader.frames[number - 1]
    fragment = packet.frag or packet.flags.MF if isinstance(packet, IP) else IPv6ExtHdrFragment in packet
    if (ICMP in packet.payload or packet.payload.name.startswith("ICMP")) or fragment or _l4(packet) is None:
        return
    protocol, raw, start, offset = _l4(packet)
    length = _length(packet, frame, frame.length - len(packet.original) - (frame.length - len(frame.data))) - start
    pseudo = _pseudo(packet, protocol, length)
    if pseudo is None or len(raw) < offset + 2:
        return
    wanted = stated["checksum.l4"] if isinstance(stated["checksum.l4"], list) else [stated["checksum.l4"]]
    # scapy's in6_pseudoheader is an object, in4's are bytes.
    pseudo, field = bytes(pseudo), int.from_bytes(raw[offset:offset + 2], "big")
    state = _state(pseudo, raw, length, field, protocol)
    if state not in wanted:
        yield f"{'/'.join(wanted)}, the bytes say {state}"


def _state(pseudo, raw, length, field, protocol):
    partial = 0xFFFF & ~checksum(pseudo)
    without = 0xFFFF & ~checksum(pseudo[:8] + bytes(1) + pseudo[9:10] + bytes(2)) if len(pseudo) == 12 else None
    if protocol == 17 and field == 0:
        return "absent"
    if len(raw) >= length and checksum(pseudo + raw[:length]) == 0:
        return "valid"
    if field == partial:
        return "partial"
    if without is not None and field == without:
        return "partial_no_length"
    if len(raw) < length:
        return "unverifiable"
    return "unfilled" if field == 0 else "bad"


def _right_edge(reader, number, stated, truth):
    tcp = reader.tcp(number)
    scale = stated.get("window.scale", 0)
    edge = (tcp.ack + (tcp.window << scale)) & MASK
    if edge != stated["window.right_edge"]:
        yield f"{stated['window.right_edge']}, acknowledgement and window give {edge}"


def _scale(reader, number, stated, _truth):
    tcp = reader.tcp(number)
    offers = {shift for sport, _, _, shift in reader.syns() if sport == tcp.sport}
    if stated["window.scale"] not in offers | {0}:
        yield f"{stated['window.scale']}, the SYNs offer {sorted(offers)}"


def _quote(packet):
    """(identification, sequence number or None) of what a report quotes."""
    if ICMPv6PacketTooBig in packet:
        quoted = packet[ICMPv6PacketTooBig].payload
        return None, quoted.payload.seq if quoted.payload.name.startswith("TCP") else None
    quoted = packet[ICMP].payload
    return quoted.id, getattr(quoted.payload, "seq", None) if quoted.payload.name.startswith("TCP") else None


def _offender(reader, number, stated, _truth):
    quoted_id, sequence = _quote(reader.innermost(number))
    tcp = reader.tcp(stated["offender"])
    if stated["offender"] >= number:
        yield "it comes later"
    if sequence is not None and tcp is not None:
        packet = reader.innermost(stated["offender"])
        payload = stated_payload(reader, stated["offender"])
        if (sequence - tcp.seq) & MASK >= max(1, payload):
            yield f"frame {stated['offender']} does not carry sequence number {sequence}"
        if quoted_id is not None and (quoted_id - packet.id) & 0xFFFF > payload // 256:
            yield f"frame {stated['offender']} has identification {packet.id}, the quote {quoted_id}"


def stated_payload(reader, number):
    packet, frame = reader.outer(number), reader.frames[number - 1]
    inner = reader.innermost(number)
    length = _length(packet, frame, reader.l2(number)) - (len(packet.original) - len(inner.original))
    return length - _l4(inner)[2] - reader.tcp(number).dataofs * 4


def _report(_reader, number, stated, truth):
    reports = stated["report"] if isinstance(stated["report"], list) else [stated["report"]]
    for each in reports:
        if truth["frames"][str(each)].get("offender") != number:
            yield f"report {each} names another offender"


def _reaction(reader, number, stated, _truth):
    _, sequence = _quote(reader.innermost(number))
    if stated["reaction"] <= number:
        yield "it comes earlier"
    elif sequence is not None and (sequence - reader.tcp(stated["reaction"]).seq) & MASK >= 1 << 31:
        yield f"frame {stated['reaction']} does not repeat sequence number {sequence}"


def _twin(reader, number, stated, truth):
    mine = reader.frames[number - 1].interface
    for other in stated["twin"]:
        if reader.frames[other - 1].interface == mine:
            yield f"frame {other} is of the same capture point"
        if number not in truth["frames"][str(other)].get("twin", []):
            yield f"frame {other} does not know of it"


RULES = {
    "l3_len": _l3_len, "wire.frames": _wire_frames, "wire.len": _wire_len, "mss.limit": _mss_limit,
    "checksum.ip": _checksum_ip, "checksum.l4": _checksum_l4, "window.right_edge": _right_edge, "window.scale": _scale,
    "offender": _offender, "report": _report, "reaction": _reaction, "twin": _twin,
}
