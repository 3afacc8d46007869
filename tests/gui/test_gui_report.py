# SPDX-License-Identifier: GPL-2.0-or-later
"""Tools > Wire Truth > Report, and the same under Statistics: the story of a capture, and buttons that lead to its frames."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import wireshark  # noqa: E402

pytestmark = pytest.mark.skipif(bool(wireshark.missing()), reason=wireshark.missing() or "-")

STORY = "rtl8139/tso-on-1492.sender"  # genuine: a NIC that ignores the MSS
TITLE = "Wireshark · Wire Truth: Report"
BUTTONS = {"Go to proof", "Show its frames", "Show the story", "Next", "Refresh"}
PROOF = 8  # the first report: it quotes a piece of a super-frame
# By the bytes: the SYN, its answer, the super-frame that the report quotes, the report, and the first frame that sends the
# quoted bytes again.
FRAMES = ["1", "2", "7", "8", "25"]
NUMBER_COLUMN = 0


@pytest.fixture(scope="module")
def gui(scratch, capture):
    with wireshark.show(scratch, "-r", capture(STORY)) as shown:
        yield shown.loaded()


@pytest.fixture(params=[("Tools", "Wire Truth", "Report"), ("Statistics", "Wire Truth: Report")], ids=lambda path: path[0])
def report(request, gui):
    gui.choose(*request.param)
    gui.until(lambda: TITLE in gui.windows(), "the report")
    yield gui
    gui.ask("press", TITLE, "Close")
    gui.until(lambda: TITLE not in gui.windows(), "the end of the report")


def test_report(report, tshark, capture):
    gui = report
    assert BUTTONS <= set(gui.ask("names", TITLE, "push button"))
    gui.ask("press", TITLE, "Go to proof")
    gui.until(lambda: gui.details() and gui.details()[0].startswith(f"Frame {PROOF}:"), "the proof")
    gui.ask("press", TITLE, "Show the story")
    gui.until(lambda: gui.ask("column", gui.main(), NUMBER_COLUMN, "Packet list") == FRAMES, "the story")
    expected = len(tshark("-r", capture(STORY), "-2", "-Y", 'wiretruth.diagnosis == "nic_ignores_mss"').splitlines())
    gui.ask("press", TITLE, "Show its frames")
    gui.until(lambda: gui.packets() and gui.packets()[0] == expected, f"{expected} packets")
    for button in ("Next", "Refresh"):
        gui.ask("press", TITLE, button)
    gui.until(gui.is_idle, "rest")
    assert TITLE in gui.windows()
