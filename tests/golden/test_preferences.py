# SPDX-License-Identifier: GPL-2.0-or-later
"""Preferences change what they say they change, and a value that cannot be is named."""

import re
import subprocess

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


@pytest.mark.parametrize("value", [1, 67, 65576, 4294967295])
def test_impossible_link_mtu(value, capture, programs, tshark):
    command = ["-r", capture(CLEAN), "-T", "fields", "-e", "wiretruth.link_mtu", "-e", "wiretruth.finding"]
    ran = programs.run("tshark", "-n", *command, *option("link_mtu", value))
    assert ran.returncode == 0
    assert f"wiretruth.link_mtu is {value}" in ran.stderr and "between 68 and 65575" in ran.stderr
    assert ran.stdout == tshark(*command)


@pytest.mark.parametrize("value", [0, 68, 65575])
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


def rows(*pairs):
    """Options that fill the table wiretruth.link_mtus."""
    return [word for name, mtu in pairs for word in ("-o", f'uat:wiretruth_link_mtus:"{name}","{mtu}"')]


@pytest.fixture(scope="session")
def two_links(capture, scratch):
    """Two captures of one server, merged; their interfaces are called wqtap0 and client-eth0."""
    path = scratch / "two-links.pcapng"
    subprocess.run(["mergecap", "-w", path, capture(WIRE), capture(CLEAN)], check=True)
    path.chmod(0o644)
    return path


def mtus(fields, path, options):
    """{name of the interface: {(link MTU, its source)}}"""
    found = {}
    for (name,), mtu, source in fields(
        path, "frame.interface_name", "wiretruth.link_mtu", "wiretruth.link_mtu.source", filter="ip", options=options
    ).values():
        found.setdefault(name, set()).add(mtu + source)
    return found


PREFERENCE = "0"


WAYS_TO_CALL = {
    "name": ("wqtap0", "client-eth0"),
    "description": (
        "wqtap0 (router side of the hypervisor tap: the wire next to the server)",
        "client eth0 (behind the narrow link)",
    ),
    "number": ("0", "1"),
}


@pytest.mark.parametrize("way", WAYS_TO_CALL)
def test_link_mtus(way, two_links, fields):
    """Each interface has its own, by whatever it is called; the others keep what is found out or set for all."""
    wire, client = WAYS_TO_CALL[way]
    found_out = mtus(fields, two_links, ())
    assert set(found_out) == {"wqtap0", "client-eth0"} and ("1400", PREFERENCE) not in found_out["wqtap0"]
    wire_set = mtus(fields, two_links, rows((wire, 1400)))
    assert wire_set == {"wqtap0": {("1400", PREFERENCE)}, "client-eth0": found_out["client-eth0"]}
    both_set = mtus(fields, two_links, [*option("link_mtu", 1300), *rows((client, 1480))])
    assert both_set == {"wqtap0": {("1300", PREFERENCE)}, "client-eth0": {("1480", PREFERENCE)}}


def test_link_mtus_judge(two_links, fields):
    """What exceeds the MTU is judged on that interface alone."""
    path = two_links
    larger = set(fields(path, filter='frame.interface_name == "client-eth0" && ip.len > 1400'))
    assert larger
    assert set(fields(path, filter="wiretruth.mtu.exceeded", options=rows(("client-eth0", 1400)))) == larger


@pytest.mark.parametrize("mtu", ["0", "67", "65576", "70000", "4294967296", "-1500", "1500.0", "many", ""])
def test_impossible_row(mtu, capture, programs):
    ran = programs.run("tshark", "-n", "-r", capture(CLEAN), *rows(("client-eth0", mtu)))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f'an MTU is a number from 68 to 65575, not "{mtu}"' in ran.stderr


def test_row_without_interface(capture, programs):
    ran = programs.run("tshark", "-n", "-r", capture(CLEAN), *rows(("", 1500)))
    assert ran.returncode == 1 and "the name of the interface is missing" in ran.stderr


def test_two_rows(capture, programs):
    """The last one holds, so the command line overrides the file; the message says so."""
    shown = ["-r", capture(CLEAN), "-T", "fields", "-e", "wiretruth.link_mtu"]
    ran = programs.run("tshark", "-n", *shown, *rows(("client-eth0", 1400), ("client-eth0", 1480)))
    assert (ran.returncode, set(ran.stdout.split())) == (0, {"1480"})
    assert "two rows for the interface client-eth0, MTU 1400 and MTU 1480" in ran.stderr


def test_rows_in_the_file(two_links, programs):
    """A row that cannot be is named, the others hold, and the file stays as it is."""
    table = programs.home / ".config/wireshark/wiretruth_link_mtus"
    table.parent.mkdir(parents=True, exist_ok=True)
    text = '# a comment\n"client-eth0","67"\n"no such interface","1500"\n"wqtap0","1400"\n'
    wanted = ["-e", "frame.interface_name", "-e", "wiretruth.link_mtu", "-e", "wiretruth.link_mtu.source"]
    table.write_text(text)
    try:
        ran = programs.run("tshark", "-n", "-r", two_links, "-Y", "ip", "-T", "fields", *wanted)
        assert table.read_text() == text
    finally:
        table.unlink()
    assert ran.returncode == 0
    assert "wiretruth_link_mtus:" in ran.stderr and 'not "67"' in ran.stderr
    said = {tuple(line.split("\t")) for line in ran.stdout.splitlines()}
    assert {each[1:] for each in said if each[0] == "wqtap0"} == {("1400", PREFERENCE)}
    assert all(source != PREFERENCE for name, _, source in said if name == "client-eth0")


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
    """Without artefacts no super-frame and no checksum left for the NIC is told of; trouble stays, and so do the reports."""
    off = option("artefacts", "FALSE")
    assert not fields(capture(SENDER), filter="wiretruth.superframe.sent || wiretruth.checksum.partial", options=off)
    reports = len(fields(capture(SENDER), filter="icmp.type == 3 && icmp.code == 4"))
    for name in (SENDER, WIRE):
        tree = tshark("-q", "-r", capture(name), *off, "-z", "wiretruth,tree")
        expert = tshark("-2", "-q", "-r", capture(name), *off, "-z", "expert,wiretruth")
        for word in ("superframe.", "checksum.partial", "Captured before segmentation", "Checksum left"):
            assert word not in tree + expert
        if name == SENDER:
            assert re.search(rf"pmtu\.report +{reports}\b", tree)
            assert sum(map(int, re.findall(r"^ *(\d+) .*Path MTU report", expert, re.MULTILINE))) == reports
    assert len(fields(capture(WIRE), filter="wiretruth.mss.exceeded", options=off)) == 20
    assert fields(capture(SENDER), "wiretruth.wire.frames", filter="frame.number == 7", options=off) == {7: (("2",),)}


@pytest.mark.parametrize("passes", [(), ("-2",)])
def test_info(passes, capture, tshark):
    """The most severe finding stands behind what Wireshark says, and no artefact does; at first nothing is added."""
    command = ["-r", capture(SENDER), *passes, "-T", "fields", "-e", "_ws.col.Info", "-e", "frame.number"]
    plain = tshark(*command).splitlines()
    shown = tshark(*command, *option("info", "TRUE")).splitlines()
    added = {int(line.split("\t")[1]): line.split("\t")[0] for line in shown if "[Wire Truth: " in line}
    assert not any("Wire Truth" in line for line in plain)
    assert len(shown) == len(plain) and added[8].startswith("Destination unreachable (Fragmentation needed) [Wire Truth: Cut at the wrong size")
    assert not any("Captured before segmentation" in text or "Checksum left" in text for text in added.values())
    assert 2 not in added  # a checksum left for the NIC, and no more


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
