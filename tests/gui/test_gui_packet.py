# SPDX-License-Identifier: GPL-2.0-or-later
"""What a user of Wireshark sees of one packet, and does with it."""

import collections
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import wireshark  # noqa: E402

pytestmark = pytest.mark.skipif(bool(wireshark.missing()), reason=wireshark.missing() or "-")

STORY = "rtl8139/tso-on-1492.sender"  # genuine: a NIC that ignores the MSS
PROOF = 8  # the first report: it quotes a piece of a super-frame
TOP = "[Wire Truth: "
FINDING_COLUMN = 9

# The bytes: frame 7 is 2932 bytes of IP, frame 8 an ICMP message with MTU 1492 whose quote has an IP length of 1500,
# 431 microseconds later; frame 25 is the first that sends the quoted bytes again.
EXPLANATION = [
    "[Cut at the wrong size: pieces of 1448 bytes where 1440 were asked for (told by a report about a piece of a "
    "super-frame) [segmentation.wrong]]",
    "[Diagnosis nic_ignores_mss: The NIC of 192.0.2.10 cuts large segments at a fixed size, whatever MSS and path MTU its "
    "stack asks for; 198.51.100.20 gets them late or never]",
    "[Proof complete: with this frame the evidence for nic_ignores_mss suffices]",
    "[Path MTU report: at most 1492 bytes from here on (PPPoE), 431 us after the packet that it quotes (from a router on "
    "the way) [pmtu.report]]",
    "[Quoted packet in frame: 7]",
    "[Obeyed in frame: 25]",
    "[On the wire: 1 frame, 590 bytes]",
    "[Checksums: IP header valid, transport valid]",
    "[Path: received by the capturing host, link MTU 1500 (assumed)]",
]


@pytest.fixture(scope="module")
def gui(scratch, capture):
    """Wireshark with the story, at the packet that proves it."""
    with wireshark.show(scratch, "-r", capture(STORY), "-g", str(PROOF)) as shown:
        yield shown.loaded()


def below_top(gui):
    """Lines inside the plugin's part of the packet details, opened."""
    gui.goto(PROOF)

    def act():
        gui.menu("View", "Collapse All")
        wireshark.until(lambda: gui.row_of(EXPLANATION[0]) is None, patience=2)
        gui.click_line(TOP)
        gui.keys("Right")

    gui.insist(act, lambda: gui.is_open(TOP), "the explanation")
    return gui.details()[gui.row_of(TOP) + 1 :]


def test_explanation(gui):
    """The most important first: trouble, cause, information, other frames, facts."""
    assert below_top(gui) == EXPLANATION


def test_finding_explained(gui):
    below_top(gui)
    gui.expand(EXPLANATION[0])
    row = gui.row_of(EXPLANATION[0])
    assert [line.split(":")[0] for line in gui.details()[row + 1 : row + 4]] == [
        "[Expert Info (Error/Protocol)",
        "[Why",
        "[What to do",
    ]


def test_expert(gui, fields, tshark, capture):
    """Analyze > Expert Information counts the findings by severity and group, under their general sentence."""
    title = gui.open("Analyze", "Expert Information")
    rows = gui.until(lambda: [row for row in gui.table(title)["rows"] if row[3] == "WireTruth"], "rows of the plugin")
    shown = {(severity, summary): int(count) for severity, summary, group, _, count in rows if group != "Assumption"}
    groups = {summary: group for _, summary, group, *_ in rows}
    gui.close(title)
    labels = {line[2]: line[1] for line in (line.split("\t") for line in tshark("-G", "fields").splitlines())}
    severities = {"0": "Chat", "1": "Note", "2": "Warning", "3": "Error"}
    found = fields(capture(STORY), "wiretruth.finding", "wiretruth.finding.severity", options=("-2",)).values()
    pairs = (pair for names, levels in found for pair in zip(levels, names, strict=True))
    assert shown == collections.Counter((severities[level], labels[f"wiretruth.{name}"]) for level, name in pairs)
    assert groups[labels["wiretruth.segmentation.wrong"]] == "Protocol"
    assert groups[labels["wiretruth.checksum.partial"]] == "Checksum"
    assert groups[labels["wiretruth.pmtu.report"]] == "Response"
    assert ("Error", "Assumption") in {(row[0], row[2]) for row in rows}


def margin(gui, row):
    """Where Wireshark draws arrows: the left end of a packet's number."""
    x, y, _, height = gui.ask("where", gui.main(), row, 0, "Packet list")
    return gui.pixels([x, y + 2, 24, height - 4])


def settled(gui, row):
    """The same once it stays: the details of a packet may be there before the list is drawn."""
    seen = []
    gui.until(lambda: seen.append(margin(gui, row)) or len(seen) > 3 and len(set(seen[-3:])) == 1, "a picture that stays")
    return seen[-1]


def test_arrows(gui):
    """The quoted packet is marked while its report is selected, and not while the next report is."""
    related, other = 7 - 1, 6 - 1
    gui.goto(10)
    before = {row: settled(gui, row) for row in (related, other)}
    gui.goto(PROOF)
    gui.until(lambda: margin(gui, related) != before[related], "an arrow at the quoted packet")
    assert settled(gui, other) == before[other]


def test_linked_packet(gui):
    """A double click on the number of another frame goes there."""
    below_top(gui)
    line = "[Quoted packet in frame"
    gui.insist(lambda: gui.click_line(line, right=0.1, twice=True), lambda: gui.details()[0].startswith("Frame 7:"), "packet 7")


def displayed(gui, filter, tshark, capture):
    """Whether the packet list shows as many packets as tshark."""
    expected = len(tshark("-r", capture(STORY), "-2", "-Y", filter).splitlines())
    return gui.until(lambda: gui.packets() and gui.packets()[0] == expected and expected, f"{expected} packets of {filter}")


@pytest.fixture
def unfiltered(gui):
    yield gui
    gui.ask("write", gui.main(), "", "Display filter entry")

    def act():
        gui.click(gui.ask("place", gui.main(), "text", "Display filter entry"))
        gui.keys("Return")

    gui.insist(act, lambda: gui.packets() and gui.packets()[0] == gui.packets()[1], "all packets")


@pytest.mark.parametrize(
    ("line", "filter"),
    [
        ("[Cut at the wrong size", 'wiretruth.finding == "segmentation.wrong"'),
        ("[Diagnosis", 'wiretruth.diagnosis == "nic_ignores_mss"'),
        ("[Quoted packet", "wiretruth.offender == 7"),
        ("[On the wire", "wiretruth.wire"),
    ],
)
def test_apply_as_filter(unfiltered, tshark, capture, line, filter):
    gui = unfiltered
    below_top(gui)
    gui.select_line(line)
    gui.choose("Analyze", "Apply as Filter", "Selected")
    gui.until(lambda: gui.ask("read", gui.main(), "Display filter entry") == filter, filter)
    displayed(gui, filter, tshark, capture)


def test_buttons(unfiltered, tshark, capture):
    """The profile's filter buttons stand beside the display filter, and filter."""
    gui = unfiltered
    gui.ask("press", gui.main(), "Trouble")
    displayed(gui, 'wiretruth.finding.severity == "warn" || wiretruth.finding.severity == "error"', tshark, capture)
    names = gui.ask("names", gui.main(), "push button")
    assert {"Diagnosis", "Super-frames", "Path MTU", "Windows", "Checksums", "Not looked at"} <= set(names)


def test_columns(gui, fields, capture):
    """The profile's columns show for every packet what the field says."""
    known = fields(capture(STORY), "wiretruth.finding", options=("-2",))
    shown = gui.ask("column", gui.main(), FINDING_COLUMN, "Packet list")
    assert shown == [",".join(names) for ((names,)) in known.values()]
    titles = gui.table_titles("Packet list")
    assert titles[6:10] == ["Wire frames", "Wire length", "Direction", "Finding"]


@pytest.mark.parametrize(("group", "line", "field"), [("[Path:", "[Link MTU:", "wiretruth.link_mtu")])
def test_apply_as_column(gui, fields, capture, group, line, field):
    below_top(gui)
    gui.expand(group)
    gui.select_line(line)
    gui.menu("Analyze", "Apply as Column")
    title = line.strip("[:")
    gui.until(lambda: title in gui.table_titles("Packet list"), "the column")
    place = gui.table_titles("Packet list").index(title)
    known = fields(capture(STORY), field, options=("-2",))
    assert gui.ask("column", gui.main(), place, "Packet list") == [",".join(values) for ((values,)) in known.values()]


# --- every field ---


def own_fields(tshark):
    """{name: label} of the fields that are no finding's or diagnosis' filter."""
    rows = [line.split("\t") for line in tshark("-G", "fields").splitlines()]
    own = {row[2]: row[1] for row in rows if row[0] == "F" and row[2].startswith("wiretruth.")}
    table = (wireshark.conftest.ROOT / "include/wiretruth/finding_table.h").read_text()
    findings = set(re.findall(r'^WT_FINDING\(\w+, "([^"]+)"', table, re.MULTILINE))
    return {
        name: label
        for name, label in own.items()
        if name.removeprefix("wiretruth.") not in findings and not name.startswith("wiretruth.diagnosis.")
    }


def cover(known, names):
    """A few frames that together have all fields: [(frame, names)]."""
    left, chosen = set(names), []
    while left:
        frame, values = max(known.items(), key=lambda item: sum(1 for n, v in zip(names, item[1]) if v and n in left))
        seen = {name for name, value in zip(names, values, strict=True) if value} & left
        if not seen:
            break
        chosen.append((frame, sorted(seen)))
        left -= seen
    return chosen, left


HIDDEN = {"wiretruth.finding.text", "wiretruth.finding.severity"}  # for scripts and columns; a filter finds them
LINES = {  # of fields whose line is a sentence
    "wiretruth.finding": r"\[.* \[(?P<value>[a-z_.]+)\]\]",
    "wiretruth.diagnosis": r"\[Diagnosis (?P<value>\w+): ",
    "wiretruth.proof": r"\[Proof complete: ",
}


def test_filter_of_each_field(scratch, capture, tshark, fields):
    """Of each field that the tree shows, Wireshark builds a filter from the value shown, which finds the packet."""
    labels = own_fields(tshark)
    names = sorted(set(labels) - HIDDEN)
    known = fields(capture("all"), *names, options=("-2",))
    chosen, absent = cover(known, names)
    assert absent <= {"wiretruth.not_looked_at"}, "no capture has these"
    with wireshark.show(scratch, "-r", capture("all")) as gui:
        gui.loaded()
        for frame, wanted in chosen:
            gui.goto(frame)
            gui.menu("View", "Expand All")
            lines = gui.until(lambda: gui.row_of("[Wire Truth") and gui.details(), "the plugin's lines")
            filters = [filter_of(gui, lines, labels, name) for name in wanted]
            both = " && ".join(f"({filter})" for filter in [f"frame.number == {frame}", *filters])
            assert tshark("-r", capture("all"), "-2", "-Y", both), both
            assert all(filter.startswith(name) for filter, name in zip(filters, wanted, strict=True))


def filter_of(gui, lines, labels, name):
    """What Edit > Copy > As Filter makes of the line of a field."""
    pattern = re.compile(LINES.get(name, re.escape(f"[{labels[name]}: ")))
    top = next(row for row, line in enumerate(lines) if line.startswith(TOP))
    row = next(row for row, line in enumerate(lines) if row > top and pattern.match(line))

    def act():
        gui.ask("select", gui.main(), row, "Packet details")
        gui.menu("Edit", "Copy", "As Filter")

    return gui.insist(act, lambda: gui.clipboard() if gui.clipboard().startswith(name) else "", f"the filter of {lines[row]}")
