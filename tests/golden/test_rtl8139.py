# SPDX-License-Identifier: GPL-2.0-or-later
"""The genuine captures of an emulated NIC that ignores the MSS, at three points of one path.

Expectations come from the bytes: which frames carry more than one segment, which sequence number a report quotes.
"""

import oracle
import pytest
from scapy.all import TCP

RUNS = ["rtl8139/tso-on-1492", "rtl8139/write1452", "rtl8139/virtio-1492-unclamped"]
FULL = 1440  # the client's MSS of 1452 less 12 bytes of timestamps


def numbers(fields, path, filter, options=()):
    return set(fields(path, filter=filter, options=options))


def test_super_frames(capture, fields):
    path = capture("rtl8139/tso-on-1492.sender")
    large = {n for n, ip in oracle.ip_frames(path).items() if ip.haslayer(TCP) and oracle.payload(ip) > FULL}
    assert len(large) == 20
    shown = fields(path, "wiretruth.wire.frames", "wiretruth.segment.size", filter="wiretruth.superframe.sent")
    assert shown == {number: (("2",), (str(FULL),)) for number in large}
    assert not numbers(fields, path, "wiretruth.mtu.exceeded || wiretruth.mss.exceeded")


def test_partial_checksums_on_outgoing_frames_only(capture, fields):
    path = capture("rtl8139/tso-on-1492.sender")
    sent = {n for n, ip in oracle.ip_frames(path).items() if ip.src == "192.0.2.10"}
    assert numbers(fields, path, "wiretruth.checksum.partial") == sent
    assert numbers(fields, path, 'wiretruth.direction == "sent"') == sent
    assert not numbers(fields, path, "wiretruth.checksum.corrupt || wiretruth.checksum.unfilled")


def test_segments_larger_than_allowed(capture, fields):
    path = capture("rtl8139/tso-on-1492.wire")
    large = {n for n, ip in oracle.ip_frames(path).items() if ip.haslayer(TCP) and oracle.payload(ip) > FULL}
    assert len(large) == 20
    assert numbers(fields, path, "wiretruth.mss.exceeded") == large
    assert not numbers(fields, path, "wiretruth.superframe.sent || wiretruth.superframe.unknown")


@pytest.mark.parametrize("role", ["sender", "wire"])
@pytest.mark.parametrize("run", RUNS)
def test_reports_and_their_offenders(run, role, capture, fields):
    """Each report is linked with the last frame before it that carries the quoted byte, and the other way round."""
    path = capture(f"{run}.{role}")
    packets = oracle.ip_frames(path)
    offenders = {}
    for number, ip in packets.items():
        if oracle.reported_mtu(ip) is not None:
            quoted = oracle.quoted_tcp(ip)
            offenders[number] = max(n for n, other in packets.items() if n < number and oracle.carries(other, quoted))
    assert offenders
    shown = fields(path, "wiretruth.offender", filter="wiretruth.pmtu.report")
    assert shown == {report: ((str(frame),),) for report, frame in offenders.items()}
    back = fields(path, "wiretruth.report", filter="wiretruth.pmtu.reported", options=["-2"])
    for report, frame in offenders.items():
        assert str(report) in back[frame][0]
    assert set(back) == set(offenders.values())


def test_ignored_reports(capture, fields):
    """
    Segments above the reported MTU, sent a round trip or more after the third report, are said to ignore it: those of
    new bytes once a report refuses them, so two passes know.
    """
    path = capture("rtl8139/tso-on-1492.wire")
    packets = oracle.ip_frames(path)
    reports = [n for n, ip in packets.items() if oracle.reported_mtu(ip) is not None]
    times = {n: float(packet.time) for n, packet in oracle.frames(path).items()}
    ignored = numbers(fields, path, "wiretruth.pmtu.ignored", options=["-2"])
    late = {
        n
        for n, ip in packets.items()
        if ip.haslayer(TCP) and oracle.l3_len(ip) > 1492 and times[n] > times[reports[2]] + 0.05
    }
    assert late and late <= ignored
    in_order = sorted(ignored)
    assert in_order[0] < reports[5], "the first one is seen before the sixth report"


@pytest.mark.parametrize("run", ["rtl8139/tso-off-1492", "rtl8139/virtio-1492"])
def test_receiver_of_a_healthy_sender(run, capture, fields):
    assert not numbers(fields, capture(f"{run}.receiver"), "wiretruth.finding", options=["-2"])
