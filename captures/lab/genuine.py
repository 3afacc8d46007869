#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Truth about the genuine captures of QEMU's rtl8139 and virtio NICs, from the bytes of two of the three capture points:

    guest 192.0.2.10 --NIC/tap-- 192.0.2.1 router 198.51.100.1 --(1492, 12.5 ms each way)-- client 198.51.100.20
         sender                wire                                                          receiver

No kernel metadata exists for them: a super-frame is a frame of the sender whose bytes are found in two or more frames
behind its NIC. With rtl8139 that is the wire; with virtio the tap still carries super-frames, and the client sees the
pieces. Run it to write captures/rtl8139/*.truth.json again.
"""
import json
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab import match, pcapng, truth  # noqa: E402
from lab.scenario import Run, Scenario  # noqa: E402
from lab.view import View  # noqa: E402

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "rtl8139")
SERVER, CLIENT = "192.0.2.10", "198.51.100.20"
MERGED, SNAPLEN = ("tso-on-1492", "virtio-1492"), 192
CLOCK_MARGIN = 1500000  # nanoseconds: the guest's clock is known to half a millisecond
VIRTIO = {"sender": "receiver", "wire": "receiver"}
FAULT = {"findings": {"sender": {"segmentation.wrong": "some"}, "wire": {"segmentation.wrong": "some"}},
         "may": {"receiver": ["segmentation.wrong"]}}

# One cut and one report: at the guest they prove the fault, on the wire they could also be a sender without regard for
# the MSS.
ONE_CUT = {"findings": {"sender": {"segmentation.wrong": "some"}},
           "may": {"wire": ["segmentation.wrong"], "receiver": ["segmentation.wrong"]}}

# name, title, what it shows, root cause, MTU of the client's link, planted
RUNS = [
    ("tso-on-1492", "rtl8139 with TSO, client MSS 1452", "20 super-frames of 2 x 1440, each cut 1448 + 1432; 20 reports",
     "nic_ignores_mss", 1492, FAULT),
    ("tso-off-1492", "rtl8139, TSO switched off in the guest", "the remedy at work: no report, no loss", "none", 1492, {}),
    ("virtio-1492", "virtio, client MSS 1452", "super-frames above every MTU, with DF, at guest and tap, and no harm",
     "none", 1492, {"second": VIRTIO}),
    ("virtio-1492-unclamped", "virtio, client MSS 1460", "one report that quotes a super-frame, then path MTU discovery works",
     "none", 1500, {"second": VIRTIO, "obeyed": True}),
    ("write1452", "rtl8139 with TSO, one write of 1452 bytes", "1448 + 4 on the wire; the client gets 4, then 12, then 1440",
     "nic_ignores_mss", 1492, ONE_CUT),
    ("virtio-icmpdrop", "virtio, reports dropped before the server, no clamp", "a true black hole: total stall",
     "black_hole", 1500, {"second": VIRTIO, "findings": {"sender": {"pmtu.black_hole": "some"}, "wire": {"pmtu.black_hole": "some"}}}),
]


GENUINE = {"genuine": True, "sources": ["bytes, by captures/lab/decode.py", "second capture point"]}


class Host:
    def __init__(self, address):
        self.addresses = [address]


class Point:
    """A capture point read from its file; looks like record.Point."""

    def __init__(self, name, role, side, address, mtu=1500, proves=None):
        self.path = os.path.join(FOLDER, f"{name}.{role}.pcapng")
        interfaces, self.frames = pcapng.read(self.path)
        self.interface = interfaces[0]
        self.role, self.side, self.device, self.snaplen = role, side, self.interface.name or "eth0", 0
        self.host, self.mtu, self.proves, self.may = Host(address), mtu, proves, ()


def _clock_offset(views):
    """How far the sender's clock is behind the wire's: the SYN cannot arrive before it passed, nor leave after."""
    sender, wire = views
    late = [(s, w) for s in sender.tcp for w in wire.tcp if s.packet.flags & 2 and s.packet.flow == w.packet.flow
            and s.packet.seq == w.packet.seq and s.packet.flags == w.packet.flags]
    return sum(w.time - s.time for s, w in late) // len(late)


def _mark(view, address, other, faulty):
    """What the kernel would have told: sent or received, and which frames are super-frames of which segment size."""
    pieces = match.Pieces(other, True) if other else None
    for frame in view.ip:
        if address:
            frame.sent = frame.packet.source == address
        found = pieces.take(frame) if pieces and frame.data else None
        if found and len(found) > 1 or frame.data and not found and frame.packet.length > view.mtu:
            frame.gso = "tcp4"
            asked = view.peer_mss(frame) - frame.packet.options_length
            frame.gso_size = asked if faulty or not found else found[0].packet.payload
            frame.sent = frame.packet.source == SERVER
        # The frame below keeps it for the merged file, whose views are made anew.
        frame.frame.gso, frame.frame.gso_size, frame.frame.sent = frame.gso, frame.gso_size, frame.sent


def derive(name, title, shows, root_cause, client_mtu, planted):
    scenario = Scenario(f"rtl8139/{name}", title, shows, 1 if "rtl" in title else None, None, None)
    run = Run(None, root_cause, path_mtu=1492, **planted)
    run.points = [Point(name, "sender", "sender", SERVER), Point(name, "wire", "between", "", proves=planted is not ONE_CUT),
                  Point(name, "receiver", "receiver", CLIENT, client_mtu)]
    run.lab = type("Commands", (), {"commands": []})
    views = {point: View(point.interface, point.frames, point.mtu) for point in run.points}
    sender, wire, receiver = views.values()
    offset = _clock_offset((sender, wire))
    for frame in sender.frames:
        frame.time += offset - CLOCK_MARGIN
    faulty = root_cause == "nic_ignores_mss"
    virtio = "second" in planted
    _mark(sender, SERVER, receiver if virtio else wire, faulty)
    _mark(wire, None, receiver if virtio else None, faulty)
    _mark(receiver, CLIENT, None, faulty)
    for point, document in truth.documents(scenario, run, views).items():
        document.update(GENUINE)
        truth.dump(document, point.path.replace(".pcapng", ".truth.json"))
    return scenario, run, views


def merge_points(scenario, run, views):
    """One file with the three points, on the clock of the router."""
    sender = next(iter(views.values()))
    for frame in sender.frames:
        frame.frame.time = frame.time = frame.time + CLOCK_MARGIN
    run.merge = SNAPLEN
    name = truth.write_merged(scenario, run, views, os.path.dirname(FOLDER)) + ".truth.json"
    with open(name, encoding="ascii") as file:
        document = json.load(file)
    document.update(GENUINE)
    truth.dump(document, name)


def main():
    for each in RUNS:
        result = derive(*each)
        if each[0] in MERGED:
            merge_points(*result)
        print(each[0])


if __name__ == "__main__":
    main()
