# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of no frame, of one, cut short, one behind the other; preferences with values that do not exist."""

import re
import struct
import subprocess

import pytest

SENDER = "rtl8139/tso-on-1492.sender"
CLEAN = "rtl8139/tso-off-1492.receiver"
TABLES = ["tree", "wire", "offloads", "conversations", "conversations,wide", "paths", "diagnosis", "points"]
ALL_TABLES = ["-q", *(word for name in [*TABLES, "json"] for word in ("-z", f"wiretruth,{name}"))]
PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
PCAPNG_HEADER = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)


@pytest.fixture
def path(scratch, request):
    """A file of this test's own: what tshark says of a path is remembered."""
    return scratch / f"{re.sub('[^a-z0-9]+', '-', request.node.name)}.pcap"


def give(path):
    path.chmod(0o644)
    return path


def counts(text):
    """{finding: count} of -z wiretruth,tree."""
    return {name: int(count) for name, count in re.findall(r"^  (\w+\.\w+) +(\d+)", text, re.MULTILINE)}


def diagnoses(text):
    return re.findall(r"^\d+\. (.*)$", text, re.MULTILINE)


# --- hardly any frames ---


@pytest.mark.parametrize("passes", [[], ["-2"]])
@pytest.mark.parametrize("header", [PCAP_HEADER, PCAPNG_HEADER])
def test_no_frame(header, passes, path, tshark):
    path.write_bytes(header)
    printed = tshark("-r", give(path), *passes, *ALL_TABLES)
    assert "No diagnosis" in printed
    assert re.search(r"^Frames +0\b", printed, re.MULTILINE)
    assert counts(printed) == {}
    assert tshark("-r", path, *passes, "-Y", "wiretruth.finding") == ""


@pytest.mark.parametrize("passes", [[], ["-2"]])
@pytest.mark.parametrize("frame", [1, 4, 8])
def test_one_frame(frame, passes, capture, path, tshark):
    """A SYN, data, and a report whose offender is not there."""
    subprocess.run(["editcap", "-r", capture(SENDER), path, str(frame)], check=True)
    printed = tshark("-r", give(path), *passes, *ALL_TABLES)
    assert re.search(r"^Frames +1\b", printed, re.MULTILINE)
    assert "No diagnosis" in printed or diagnoses(printed) == ["capture_before_offload, certain: capturing host 192.0.2.10"]


# --- one behind the other ---


@pytest.mark.parametrize("name", [SENDER, "rtl8139/tso-on-1492.wire", "router/merges-v6.sender", CLEAN])
def test_concatenated(name, capture, path, tshark):
    """Two sections have interfaces of their own: everything is found twice, and explained by the same cause."""
    once = tshark("-r", capture(name), *ALL_TABLES)
    path.write_bytes(capture(name).read_bytes() * 2)
    twice = tshark("-r", give(path), *ALL_TABLES)
    assert counts(twice) == {finding: 2 * count for finding, count in counts(once).items()}
    assert diagnoses(twice) == diagnoses(once)


@pytest.mark.parametrize("name", [SENDER, "rtl8139/tso-on-1492.wire", "router/merges-v6.sender", CLEAN])
def test_appended(name, capture, path, tshark):
    """The same interface again, time running back in between and each connection beginning anew with the same ISN."""
    subprocess.run(["mergecap", "-a", "-I", "all", "-w", path, capture(name), capture(name)], check=True)
    once, twice = (tshark("-r", each, *ALL_TABLES) for each in (capture(name), give(path)))
    # What follows within a moment, by the clock, is a copy; and time runs back.
    assert set(counts(twice)) - set(counts(once)) <= {"capture.duplicate", "capture.disordered"}
    assert set(counts(once)) <= set(counts(twice))
    of_network = lambda text: [each for each in diagnoses(text) if not each.startswith("capture_")]  # noqa: E731
    assert of_network(twice) == of_network(once)


# --- cut short ---


@pytest.mark.parametrize("snaplen", [80, 96, 128])
@pytest.mark.parametrize("name", [SENDER, "router/merges-v6.sender"])
def test_cut_reports_are_counted(name, snaplen, capture, path, fields, tshark):
    """Wireshark keeps frames whose quoted packet ends early from statistics, unless they ask for it."""
    subprocess.run(["editcap", "-s", str(snaplen), capture(name), path], check=True)
    reports = fields(give(path), filter="icmp.type == 3 && icmp.code == 4 || icmpv6.type == 2")
    assert reports
    printed = tshark("-r", path, *ALL_TABLES)
    assert counts(printed)["pmtu.report"] == len(reports)
    assert int(re.search(r"^Frames +(\d+)", printed, re.MULTILINE)[1]) == len(fields(path))


@pytest.mark.parametrize("passes", [[], ["-2"]])
def test_cut_reports_in_expert_information(passes, capture, path, tshark):
    """The same of expert infos: at 200 bytes every report ends inside its quote, and nothing else is lost that matters."""

    def infos(file):
        printed = tshark("-r", file, *passes, "-q", "-z", "expert")
        return sorted(re.findall(r"^ *(\d+ +\S+ +WireTruth .*)", printed, re.MULTILINE))

    whole = infos(capture(SENDER))
    subprocess.run(["editcap", "-s", "200", capture(SENDER), path], check=True)
    assert sum("Path MTU report" in info for info in whole) == 1
    assert infos(give(path)) == whole


# --- preferences ---


@pytest.mark.parametrize("option", ["capture_point:nowhere", "layers:both"])
def test_unknown_word(option, capture, tshark):
    """Wireshark takes the default, and says nothing of it."""
    command = ["-r", capture(SENDER), *ALL_TABLES]
    assert tshark(*command, "-o", f"wiretruth.{option}") == tshark(*command)


@pytest.mark.parametrize("option", ["link_mtu:many", "link_mtu:99999999999", "no_such_preference:1"])
def test_refused(option, capture, programs):
    ran = programs.run("tshark", "-n", "-r", capture(SENDER), "-o", f"wiretruth.{option}")
    assert ran.returncode != 0
    assert f"wiretruth.{option}" in ran.stderr


def test_profile_of_another_version(capture, programs, tshark):
    """Lines that this version does not understand are named; the others hold, and the file stays as it is."""
    text = "wiretruth.no_such_preference: 1\nwiretruth.capture_point: nowhere\nwiretruth.link_mtu: many\n"
    text += "wiretruth.artefacts: FALSE\n"
    preferences = programs.home / ".config/wireshark/preferences"
    preferences.parent.mkdir(parents=True, exist_ok=True)
    preferences.write_text(text)
    command = ["-r", capture(SENDER), *ALL_TABLES]
    try:
        ran = programs.run("tshark", "-n", *command)
        assert preferences.read_text() == text
    finally:
        preferences.unlink()
    assert ran.returncode == 0
    assert 'No such preference "wiretruth.no_such_preference"' in ran.stderr
    assert '"wiretruth.link_mtu"' in ran.stderr
    assert ran.stdout == tshark(*command, "-o", "wiretruth.artefacts:FALSE")
