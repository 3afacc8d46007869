# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands as a user types them."""

import json

import pytest

SENDER = "rtl8139/tso-on-1492.sender"
WIRE = "rtl8139/tso-on-1492.wire"


def test_filter_and_fields(capture, tshark):
    """The super-frames of a genuine capture, known from its second capture point: 2880 bytes, 2 x 1440 intended."""
    printed = tshark(
        *["-r", capture(SENDER), "-Y", "wiretruth.superframe.sent && wiretruth.wire.frames > 1", "-T", "fields"],
        *["-e", "frame.number", "-e", "wiretruth.wire.frames", "-e", "wiretruth.segment.size"],
    )
    rows = [line.split("\t") for line in printed.splitlines()]
    plain = tshark("-r", capture(SENDER), "-Y", "tcp.len == 2880", "-T", "fields", "-e", "frame.number")
    assert [row[0] for row in rows] == plain.split()
    assert [row[1:] for row in rows] == [["2", "1440"]] * 20


def test_names_of_values(capture, tshark):
    """A state can be asked for by its name."""
    command = ["-r", capture(SENDER), "-T", "fields", "-e", "frame.number", "-Y"]
    by_name = tshark(*command, 'wiretruth.checksum.l4 == "partial" && wiretruth.direction == "sent"')
    by_address = tshark(*command, "ip.src == 192.0.2.10 && !icmp")
    assert by_name == by_address


def test_json(capture, tshark):
    """-T json keeps one place for each field, whatever a frame's findings are."""
    printed = tshark("-r", capture(SENDER), "-Y", "frame.number == 7", "-T", "json", "--no-duplicate-keys")
    layer = json.loads(printed)[0]["_source"]["layers"]["wiretruth"]
    assert layer["wiretruth.finding"] == ["superframe.sent", "checksum.partial"]
    assert layer["wiretruth.wire"]["wiretruth.wire.frames"] == "2"
    assert layer["wiretruth.wire"]["wiretruth.wire.len"] == str(2946 + 14 + 20 + 32)
    assert layer["wiretruth.path"]["wiretruth.direction"] == "1"
    assert layer["wiretruth.window"]["wiretruth.window.scale"] == "6"


def test_ek(capture, tshark):
    lines = [json.loads(line) for line in tshark("-r", capture(SENDER), "-T", "ek").splitlines()]
    frames = [line["layers"] for line in lines if "layers" in line]
    wire_frames = [int(frame["wiretruth"]["wiretruth_wiretruth_wire_frames"]) for frame in frames if "tcp" in frame]
    assert sum(wire_frames) == len(wire_frames) + 20


def test_io_stat(capture, tshark):
    """The sum over the capture: 312 IP frames, 20 of which stand for two each."""
    for interval, rows in (("0", 1), ("1", 2)):
        printed = tshark(
            "-q", "-r", capture(SENDER), "-z", f"io,stat,{interval},SUM(wiretruth.wire.frames)wiretruth.wire.frames"
        )
        sums = [line.split("|")[2] for line in printed.splitlines() if "<>" in line]
        assert len(sums) == rows
        assert sum(map(int, sums)) == 332


def test_io_stat_of_long_field(capture, tshark):
    printed = tshark("-q", "-r", capture(SENDER), "-z", "io,stat,0,SUM(wiretruth.wire.len)wiretruth.wire.len")
    total = [line.split("|")[2] for line in printed.splitlines() if "<>" in line]
    frames = tshark("-r", capture(SENDER), "-Y", "ip", "-T", "fields", "-e", "frame.len").split()
    assert int(total[0]) == sum(map(int, frames)) + 20 * (14 + 20 + 32)


def test_columns(capture, tshark):
    columns = 'gui.column.format:"No.","%m","Findings","%Cus:wiretruth.finding:0:R","Text","%Cus:wiretruth.finding.text:1:R"'
    printed = tshark("-o", columns, "-r", capture(SENDER), "-Y", "frame.number == 7")
    number, findings, text = printed.split(None, 2)
    assert (number, findings) == ("7", "superframe.sent,checksum.partial")
    assert text.startswith("Captured before segmentation: 2 wire frames of at most 1440 payload bytes")


def test_expert(capture, tshark):
    """-z expert with a filter of ours; one line for each finding, since no tree is built."""
    printed = tshark("-q", "-r", capture(WIRE), "-z", "expert,wiretruth")
    counts = {line.split("WireTruth", 1)[1].strip(): int(line.split()[0]) for line in printed.splitlines() if "WireTruth" in line}
    assert sum(count for text, count in counts.items() if text.startswith("Segment of")) == 20


def test_expert_groups(capture, tshark):
    groups = {}
    for name in (SENDER, WIRE, "pmtu/ignored-v4.sender"):
        printed = tshark(
            *["-2", "-r", capture(name), "-Y", "wiretruth.finding", "-T", "pdml"],
        )
        for line in printed.splitlines():
            if "Expert Info (" in line and "wiretruth" not in line:
                groups.setdefault(line.split("Expert Info (")[1].split(")")[0], 0)
    assert {"Note/Protocol", "Note/Checksum", "Warning/Protocol", "Error/Response"} <= set(groups)


@pytest.mark.parametrize("table", ["tree", "wire"])
def test_wrong_filter(table, capture, programs):
    ran = programs.run("tshark", "-q", "-r", capture(SENDER), "-z", f"wiretruth,{table},no.such.field == 1")
    assert ran.returncode != 0
    assert "no.such.field" in ran.stderr
    assert "Wire Truth" not in ran.stdout


def test_wrong_table(capture, programs):
    ran = programs.run("tshark", "-q", "-r", capture(SENDER), "-z", "wiretruth,nonsense")
    assert ran.returncode != 0
    assert "wiretruth,tree" in ran.stderr and "wiretruth,wire" in ran.stderr


def test_color(capture, programs):
    """Post-dissectors run before the colours are chosen."""
    rules = programs.home / ".config/wireshark/colorfilters"
    rules.parent.mkdir(parents=True, exist_ok=True)
    rules.write_text("@Super@wiretruth.superframe.sent@[65535,65535,0][0,0,0]\n")
    try:
        printed = programs.tshark(
            "--color", "-r", capture(SENDER), "-T", "fields", "-e", "frame.number", "-e", "frame.coloring_rule.name"
        )
    finally:
        rules.unlink()
    assert sum("Super" in line for line in printed.splitlines()) == 20


def test_disabled(capture, programs):
    """Nothing is left of it when the protocol is disabled."""
    ran = programs.run(
        "tshark", "-n", "--disable-protocol", "wiretruth", "-r", capture(SENDER), "-T", "fields", "-e", "wiretruth.l3_len"
    )
    assert ran.returncode == 0
    assert ran.stdout.strip() == ""
