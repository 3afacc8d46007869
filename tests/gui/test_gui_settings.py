# SPDX-License-Identifier: GPL-2.0-or-later
"""Preferences, and that what was found stays when Wireshark goes through the packets anew."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import wireshark  # noqa: E402

pytestmark = pytest.mark.skipif(bool(wireshark.missing()), reason=wireshark.missing() or "-")

STORY = "rtl8139/tso-on-1492.sender"
FINDING_COLUMN = 9
NOTES = "Show artefacts of capturing"


@pytest.fixture
def gui(scratch, capture):
    with wireshark.show(scratch, "-r", capture(STORY), "-g", "8") as shown:
        yield shown.loaded()


def findings(gui):
    """What the column says of each packet."""
    return gui.ask("column", gui.main(), FINDING_COLUMN, "Packet list")


def page(gui):
    """Opens Preferences > Protocols > WireTruth; the window's title."""
    title = gui.open("Edit", "Preferences…")
    names = [row[0] for row in gui.table(title)["rows"]]

    def act():
        gui.click(gui.ask("where", title, names.index("Protocols"), 0))
        gui.keys("Right")

    gui.insist(act, lambda: len(gui.ask("column", title, 0)) > len(names), "the protocols")
    gui.insist(lambda: gui.run("xdotool", "type", "WireTruth"), lambda: "Wire Truth" in gui.ask("names", title, "label"), "the page")
    return title


def test_page(gui, tshark):
    """Each preference has its line."""
    title = page(gui)
    labels = gui.ask("names", title, "label")
    assert labels == ["Wire Truth", "Link MTU", "Link MTU of interfaces", "Capture point", "Find headers"]
    assert gui.ask("names", title, "check box") == ["Verify checksums", NOTES, "Findings in the Info column"]
    assert gui.ask("read", title) == "0"
    known = [line for line in tshark("-G", "defaultprefs").splitlines() if line.startswith("#wiretruth.")]
    assert len(known) >= len(labels) - 2  # no title, and tables are not among those


def test_reload(gui):
    """View > Reload reads the file again."""
    before = findings(gui)
    gui.menu("View", "Reload")
    gui.until(lambda: gui.packets() == [314, 314] and gui.is_idle(), "all packets again")
    assert findings(gui) == before and any(before)


@pytest.mark.parametrize(("before", "after"), [("TRUE", "FALSE"), ("FALSE", "TRUE")])
def test_preference(scratch, capture, fields, before, after):
    """A change takes effect when the window is closed, and then all is as if it had been so from the start."""
    setting = "wiretruth.artefacts:"
    with wireshark.show(scratch, "-r", capture(STORY), settings=[setting + before]) as gui:
        gui.loaded()
        assert findings(gui) == told(fields, capture, setting + before)
        title = page(gui)
        gui.ask("press", title, NOTES, "check box")
        gui.ask("press", title, "OK")
        expected = told(fields, capture, setting + after)
        gui.until(lambda: findings(gui) == expected, "the other findings")
    assert any(expected) and expected != told(fields, capture, setting + before)


def told(fields, capture, setting):
    known = fields(capture(STORY), "wiretruth.finding", options=("-2", "-o", setting))
    return [",".join(names) for ((names,)) in known.values()]
