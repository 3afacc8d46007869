# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics > Wire Truth: each table opens, says what tshark says, sorts, filters and copies. I/O graphs, too."""

import csv
import json
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import wireshark  # noqa: E402

pytestmark = pytest.mark.skipif(bool(wireshark.missing()), reason=wireshark.missing() or "-")

# In one file: three capture points of a NIC that ignores the MSS, many connections, a filtered path, IPv6.
FILES = ["rtl8139/tso-on-1492.merged", "clean/connections-v4.sender", "pmtu/filtered-v6.sender", "window/firewall-v4.sender"]
TABLES = {
    "Wire frames by host": "wire",
    "TCP conversations": "conversations",
    "TCP conversations, all columns": "conversations,wide",
    "Paths": "paths",
    "Offloads by host": "offloads",
}
OTHERS = ["Diagnosis", "Capture points"]  # tshark prints them as text
FILTER = "ip.addr == 192.0.2.10"
WIDTH = 2600  # of the screen: all columns of the widest table
SORTED = {  # the column to sort by: numbers of different length
    "Wire frames by host": "Bytes",
    "TCP conversations": "Win max",
    "TCP conversations, all columns": "Frames",
    "Paths": "Largest passed",
    "Offloads by host": "Frames",
    "Diagnosis": "Frames",
    "Capture points": "Delay max ms",
}


@pytest.fixture(scope="module")
def file(capture, scratch):
    path = scratch / "tables.pcapng"
    subprocess.run(["mergecap", "-I", "none", "-a", "-w", path, *map(capture, FILES)], check=True)
    path.chmod(0o644)
    return path


@pytest.fixture(scope="module")
def table(request, scratch, file):
    """Wireshark with the window of a table, large and in the corner, where nothing covers it."""
    with wireshark.show(scratch, "-r", file, width=WIDTH) as gui:
        title = gui.loaded().open("Statistics", f"Wire Truth: {request.param}")
        gui.resize(title, WIDTH, 600)
        gui.until(lambda: gui.table(title)["rows"] and gui.is_idle(), "rows")
        yield gui, title, request.param


@pytest.fixture
def gui(scratch, file):
    with wireshark.show(scratch, "-r", file) as shown:
        yield shown.loaded()


def printed(tshark, file, name, filter=""):
    """The rows of a table as tshark prints them, blanks removed."""
    text = tshark("-r", file, "-2", "-q", "-z", f"wiretruth,{name}" + (f",{filter}" if filter else ""))
    lines = [line for line in text.splitlines() if line and not line.startswith(("=", "Wire Truth", "Filter:"))]
    return sorted("".join(line.split()) for line in lines[1:])


def shown(gui, title):
    """Without the first column, the order of the rows, and without what is left out while all rows say the same."""
    titles, rows = gui.table(title)["titles"], gui.table(title)["rows"]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1)) and titles[0] == "#"
    same = {at for at, name in enumerate(titles) if name == "If" and len({row[at] for row in rows}) == 1}
    return sorted("".join("".join(c for at, c in enumerate(row) if at and at not in same).split()) for row in rows)


@pytest.mark.parametrize("table", TABLES, indirect=True)
def test_rows(table, tshark, file):
    gui, title, name = table
    assert shown(gui, title) == printed(tshark, file, TABLES[name]) != []


@pytest.mark.parametrize("table", TABLES, indirect=True)
def test_filter(table, tshark, file):
    """The dialog's own display filter."""
    gui, title, name = table
    rows = printed(tshark, file, TABLES[name], FILTER)
    assert rows != printed(tshark, file, TABLES[name])
    gui.ask("write", title, FILTER, "Display filter entry")
    gui.ask("press", title, "Apply")
    gui.until(lambda: shown(gui, title) == rows, f"{len(rows)} rows")
    gui.ask("write", title, "", "Display filter entry")
    gui.ask("press", title, "Apply")
    gui.until(lambda: len(shown(gui, title)) > len(rows), "all rows")


@pytest.mark.parametrize("table", [*TABLES, *OTHERS], indirect=True)
def test_sorts(table):
    """A click on a header sorts by value, another one the other way round."""
    gui, title, name = table
    column = gui.table(title)["titles"].index(SORTED[name])
    values = column_of(gui, title, column)
    assert len(values) > 1, "nothing to sort"
    for order in (sorted(values), sorted(values, reverse=True)):
        gui.insist(
            lambda: gui.click(gui.ask("where", title, -1, column)),
            lambda: column_of(gui, title, column) == order,
            f"the order {order[0]} to {order[-1]}",
        )


def column_of(gui, title, column):
    return [float(row[column] or 0) for row in gui.table(title)["rows"]]  # blank where nothing is known


@pytest.mark.parametrize("table", [*TABLES, *OTHERS], indirect=True)
def test_copy(table):
    gui, title, _ = table
    rows = gui.table(title)["rows"]
    text = gui.copied(title, "Wire Truth")
    for row in rows:
        parts = [re.escape(cell.strip()) for cell in row if cell.strip()]
        assert re.search(r"\s+".join(parts), text), row


@pytest.mark.parametrize("table", ["Diagnosis"], indirect=True)
def test_diagnosis(table, tshark, file):
    gui, title, _ = table
    text = tshark("-r", file, "-2", "-q", "-z", "wiretruth,json")
    said = [json.loads(line) for line in text.splitlines() if line.startswith('{"diagnosis"')]
    rows = [dict(zip(gui.table(title)["titles"], row, strict=True)) for row in gui.table(title)["rows"]]
    assert {(row["Diagnosis"], row["Confidence"]) for row in rows} == {(s["diagnosis"], s["confidence"]) for s in said}
    assert {row["Diagnosis"] for row in rows} >= {"nic_ignores_mss", "firewall_ignores_scaling"}


@pytest.mark.parametrize("table", ["Capture points"], indirect=True)
def test_points(table, tshark, file):
    gui, title, _ = table
    text = tshark("-r", file, "-2", "-q", "-z", "wiretruth,points")
    said = re.findall(r"^(\S+) -> (\S+).*\n +packets matched +(\d+)\n +lost between +(\d+)", text, re.MULTILINE)
    rows = [dict(zip(gui.table(title)["titles"], row, strict=True)) for row in gui.table(title)["rows"]]
    assert {(row["From"], row["To"], row["Matched"], row["Lost"]) for row in rows} == set(said) != set()


def test_findings_tree(gui, tshark, file):
    """Statistics > Wire Truth > Findings counts each finding."""
    title = gui.open("Statistics", "Wire Truth", "Findings")
    gui.until(lambda: len(gui.table(title)["rows"]) > 5, "rows")
    text = gui.copied(title, "Topic")
    shown = {name: int(count) for name, count in re.findall(r"([a-z_]+\.[a-z_]+) +(\d+) ", text)}
    printed = tshark("-r", file, "-2", "-q", "-z", "wiretruth,tree")
    assert shown == {name: int(count) for name, count in re.findall(r"^  ([a-z_]+\.[a-z_]+) +(\d+)", printed, re.MULTILINE)}
    assert shown["segmentation.wrong"] > 1


# --- I/O graphs ---


def test_io_graphs(scratch, tshark, capture):
    """The profile's graphs are there, and their sums are tshark's: wire frames against captured ones."""
    file = capture("rtl8139/tso-on-1492.sender")
    with wireshark.show(scratch, "-r", file) as gui:
        title = gui.loaded().open("Statistics", "I/O Graphs")
        rows = gui.until(lambda: gui.table(title)["rows"], "graphs")
        copied = gui.until(lambda: graph_copy(gui, title), "a graph with frames")
    lines = (wireshark.conftest.ROOT / "plugin/profile/io_graphs").read_text().splitlines()
    kept = [row for row in csv.reader(line for line in lines if not line.startswith("#"))]
    assert [row[1:3] + row[4:7] for row in rows] == [
        [row[1], row[2].replace(r"\x22", '"'), row[4], row[5], row[6]] for row in kept
    ]
    assert list(copied) == [row[1] for row in kept if row[0] == "Enabled"]
    frames = tshark("-r", file, "-2", "-T", "fields", "-e", "wiretruth.wire.frames").split()
    assert copied["Captured frames"] == len(tshark("-r", file, "-T", "fields", "-e", "frame.number").split())
    assert copied["Wire frames"] == sum(map(int, frames)) > len(frames)
    trouble = 'wiretruth.finding.severity == "warn" || wiretruth.finding.severity == "error"'
    assert copied["Trouble"] == len(tshark("-r", file, "-2", "-Y", trouble).splitlines()) > 0


def graph_copy(gui, title):
    """{graph: sum} of what Copy gives, once all frames are in it."""
    rows = list(csv.DictReader(gui.copied(title, "Interval start").splitlines()))
    names = [name for name in (rows[0] if rows else {}) if name != "Interval start"]
    sums = {name: sum(float(row[name]) for row in rows) for name in names}
    return sums if sums.get("Captured frames") == gui.packets()[1] else None
