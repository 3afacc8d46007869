# SPDX-License-Identifier: GPL-2.0-or-later
"""
A single pass that asks for nothing of Wire Truth does not pay for it, and whoever asks gets everything, by any way.

Whether a frame is looked at shows in the protocol hierarchy, which lists wiretruth where it added an item.
"""

import re

import pytest

FILE = "rtl8139/tso-on-1492.wire"
FINDING = "wiretruth.segmentation.wrong"


@pytest.fixture
def frames(tshark, capture):
    """Numbers of the frames with the finding, in two passes: there every frame is looked at, whoever asks."""
    lines = tshark("-r", capture(FILE), "-2", "-Y", FINDING, "-T", "fields", "-e", "frame.number").split()
    assert lines and int(lines[-1]) > 20, "the capture has to go on where a single pass is known"
    return lines


def test_nobody_asks(tshark, capture):
    assert "wiretruth" not in tshark("-r", capture(FILE), "-q", "-z", "io,phs")
    assert "wiretruth" not in tshark("-r", capture(FILE), "-2", "-q", "-z", "io,phs")


@pytest.mark.parametrize(
    "ask",
    [
        ["-Y", FINDING],
        ["-Y", f'wiretruth.finding == "{FINDING.removeprefix("wiretruth.")}"'],
        ["-Y", f"{FINDING} && _ws.expert.severity == error"],
        ["-Y", "_ws.expert.severity == error && _ws.expert.message contains \"Cut at the wrong size\""],
    ],
)
def test_filter(tshark, capture, frames, ask):
    found = tshark("-r", capture(FILE), *ask, "-T", "fields", "-e", "frame.number").split()
    assert found and set(found) <= set(frames)


def test_field(tshark, capture, frames):
    lines = tshark("-r", capture(FILE), "-T", "fields", "-e", "frame.number", "-e", "wiretruth.finding").splitlines()
    assert [line.split("\t")[0] for line in lines if "segmentation.wrong" in line] == frames


@pytest.mark.parametrize(
    "ask",
    [
        ["-Tfields", "-e", "frame.number", "-ewiretruth.finding"],
        ["-nT", "fields", "-e", "frame.number", "-e", "wiretruth.finding"],
        ["-T", "fields", "-qneframe.number", "-newiretruth.finding"],
        ["-T", "fields", "-e", "frame.number", "-e", "wiretruth.finding", "-z", "wiretruth,tree"],
        ["-T", "fields", "-e", "frame.number", "-e", "_ws.expert.message"],
        ["-Tfields", "-eframe.number", "-e_ws.expert.message"],
    ],
)
def test_forms_of_a_field(ask, tshark, capture, frames):
    """Options joined to each other and to their arguments, a table beside, expert information in place of our fields."""
    lines = [line for line in tshark("-r", capture(FILE), *ask).splitlines() if "\t" in line]
    assert [line.split("\t")[0] for line in lines if re.search("segmentation.wrong|Cut at the wrong", line)] == frames


def test_other_fields(tshark, capture):
    """A table hears of the frames although none of the fields printed is ours."""
    text = tshark("-r", capture(FILE), "-T", "fields", "-e", "tcp.seq", "-z", "wiretruth,diagnosis")
    assert "nic_ignores_mss, certain" in text


@pytest.mark.parametrize("format", [["-T", "pdml"], ["-Tjson"], ["-nTtext", "-V"]])
def test_other_formats(format, tshark, capture, frames):
    """All others than fields show the whole tree."""
    assert tshark("-r", capture(FILE), *format).count("segmentation.wrong") >= len(frames)


def test_visible_tree(tshark, capture, frames):
    text = tshark("-r", capture(FILE), "-V")
    assert len(re.findall(r"^\[Wire Truth: ", text, re.MULTILINE)) >= len(frames)


def test_table(tshark, capture, frames):
    row = re.search(r"segmentation\.wrong\s+(\d+)", tshark("-r", capture(FILE), "-q", "-z", "wiretruth,tree"))
    assert row and int(row[1]) == len(frames)


def test_expert_table(tshark, capture, frames):
    """Without a tree: its tap alone."""
    text = tshark("-r", capture(FILE), "-q", "-z", "expert")
    rows = re.findall(r"^\s*(\d+)\s+\S+\s+WireTruth\s+Cut at the wrong size", text, re.MULTILINE | re.IGNORECASE)
    assert sum(map(int, rows)) == len(frames), text


def test_expert_column(tshark, capture):
    """Without a tree: nothing but the column, and in it the highest severity of the frame, not the latest."""
    text = tshark("-r", capture(FILE), "-o", 'gui.column.format:"No.","%m","Expert","%a"')
    errors = [line.split()[0] for line in text.splitlines() if "Error" in line]
    filtered = tshark("-r", capture(FILE), "-Y", "_ws.expert.severity == error", "-T", "fields", "-e", "frame.number")
    assert errors and errors == filtered.split()


def test_custom_column(tshark, capture, frames):
    text = tshark("-r", capture(FILE), "-o", 'gui.column.format:"No.","%m","Finding","%Cus:wiretruth.finding:0:R"')
    assert [line.split()[0] for line in text.splitlines() if "segmentation.wrong" in line] == frames
