# SPDX-License-Identifier: GPL-2.0-or-later
"""Preferences change what they say they change, and a value that cannot be is named."""

import oracle
import pytest
from scapy.all import TCP

CLEAN = "rtl8139/tso-off-1492.receiver"
SENDER = "rtl8139/tso-on-1492.sender"
WIRE = "rtl8139/tso-on-1492.wire"
STATES = ["valid", "partial", "partial_no_length", "unfilled", "bad", "absent", "unverifiable"]


def option(name, value):
    return ["-o", f"wiretruth.{name}:{value}"]


def test_link_mtu(capture, fields):
    path = capture(CLEAN)
    larger = {n for n, ip in oracle.ip_frames(path).items() if oracle.l3_len(ip) > 1400}
    assert larger
    mtu = option("link_mtu", 1400)
    assert set(fields(path, filter="wiretruth.mtu.exceeded", options=mtu)) == larger
    shown = fields(path, "wiretruth.link_mtu", filter='wiretruth.link_mtu.source == "preference"', options=mtu)
    assert set(shown) == set(oracle.ip_frames(path))
    assert set(shown.values()) == {(("1400",),)}
    assert not fields(path, filter="wiretruth.mtu.exceeded")


@pytest.mark.parametrize("value", [1, 67, 16 * 1024 * 1024 + 1, 4294967295])
def test_impossible_link_mtu(value, capture, programs, tshark):
    command = ["-r", capture(CLEAN), "-T", "fields", "-e", "wiretruth.link_mtu", "-e", "wiretruth.finding"]
    ran = programs.run("tshark", "-n", *command, *option("link_mtu", value))
    assert ran.returncode == 0
    assert f"wiretruth.link_mtu is {value}" in ran.stderr and "between 68 and 16777216" in ran.stderr
    assert ran.stdout == tshark(*command)


@pytest.mark.parametrize("value", [0, 68, 16 * 1024 * 1024])
def test_possible_link_mtu(value, capture, tshark):
    tshark("-r", capture(CLEAN), *option("link_mtu", value))  # fails if there is a message


def test_impossible_link_mtu_in_the_file(capture, programs):
    preferences = programs.home / ".config/wireshark/preferences"
    preferences.parent.mkdir(parents=True, exist_ok=True)
    preferences.write_text("wiretruth.link_mtu: 67\n")
    try:
        ran = programs.run("tshark", "-n", "-r", capture(CLEAN))
    finally:
        preferences.unlink()
    assert "wiretruth.link_mtu is 67" in ran.stderr


@pytest.mark.parametrize("name, value", [("link_mtu", "many"), ("nonsense", 1)])
def test_refused_by_wireshark(name, value, capture, programs):
    ran = programs.run("tshark", "-r", capture(CLEAN), *option(name, value))
    assert ran.returncode != 0 and f"wiretruth.{name}" in ran.stderr


def test_verify_checksums(capture, fields):
    """Without reading payload, what is left for the NIC is still told; the rest is not judged."""
    path = capture(SENDER)
    judged = fields(path, "wiretruth.checksum.l4", options=option("verify_checksums", "FALSE"))
    for number, ip in oracle.ip_frames(path).items():
        state = oracle.l4_checksum(ip)
        expected = "unverifiable" if state == "valid" else state
        assert [STATES[int(value)] for value in judged[number][0]] == [expected], f"frame {number}"


def test_artefacts(capture, tshark, fields):
    """Without artefacts no finding of severity Note is left, neither on a frame nor in a table; trouble stays."""
    off = option("artefacts", "FALSE")
    assert not fields(capture(SENDER), filter="wiretruth.superframe.sent || wiretruth.checksum.partial", options=off)
    for name in (SENDER, WIRE):
        tree = tshark("-q", "-r", capture(name), *off, "-z", "wiretruth,tree")
        for word in ("superframe.", "checksum.partial", "pmtu.report"):
            assert word not in tree
        expert = tshark("-2", "-q", "-r", capture(name), *off, "-z", "expert,wiretruth")
        for words in ("Captured before segmentation", "Checksum left", "Path MTU report"):
            assert words not in expert
    assert len(fields(capture(WIRE), filter="wiretruth.mss.exceeded", options=off)) == 20
    assert fields(capture(SENDER), "wiretruth.wire.frames", filter="frame.number == 7", options=off) == {7: (("2",),)}


def data_sent(ip):
    return ip.haslayer(TCP) and oracle.payload(ip) > 0 and ip[TCP].sport == 80


@pytest.mark.parametrize("point, direction", [("sender", "sent"), ("receiver", "received")])
def test_capture_point(point, direction, capture, fields):
    """A server's data is sent by, or received by, the host on which the user says the capture was taken."""
    path = capture(CLEAN)
    data = {n for n, ip in oracle.ip_frames(path).items() if data_sent(ip)}
    asked = f'wiretruth.direction == "{direction}" && tcp.srcport == 80 && tcp.len > 0'
    shown = set(fields(path, filter=asked, options=option("capture_point", point)))
    assert len(data) > 100 and shown == data
    assert not fields(path, filter=asked)


def test_between(capture, fields):
    asked = 'wiretruth.direction != "unknown"'
    assert fields(capture(SENDER), filter=asked)
    assert not fields(capture(SENDER), filter=asked, options=option("capture_point", "between"))
