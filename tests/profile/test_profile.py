# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile of plugin/profile: colours that all people can tell apart, and filters that match what they are named for.

What only Wireshark itself loads (buttons, graphs) is tried in tests/gui; here the same filters are given to tshark.
"""

import collections
import csv
import itertools
import pathlib
import re
import shutil
import subprocess

import conftest
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROFILE = ROOT / "plugin/profile"
NAME = "Wire Truth"
CONTRAST = 4.5  # WCAG 2.1, 1.4.3, for text of ordinary size
DISTANCE = 15  # in CIELAB, between any two backgrounds; 2.3 can just be noticed side by side
UNCOLOURED = (255, 255, 255)  # the background of a frame without a rule
ARTEFACTS = re.compile(r"superframe\.|checksum\.(partial|unfilled)$|capture\.")  # of capturing

# G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency" (2009), severity 1.0; for linear RGB.
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lines(name):
    text = (PROFILE / name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def colour(text):
    return tuple(int(part) // 257 for part in text.strip("[]").split(","))


def rules():
    """[(name, filter, background, text)], in order."""
    pattern = re.compile(r"@(.*?)@(.*)@(\[[\d,]+\])(\[[\d,]+\])")
    found = (pattern.fullmatch(line).groups() for line in lines("colorfilters"))
    return [(name, filter, colour(background), colour(text)) for name, filter, background, text in found]


def records(name):
    """The rows of a table that Wireshark keeps in a file; it writes a quote as \\x22."""
    return [[cell.replace(r"\x22", '"') for cell in row] for row in csv.reader(lines(name))]


def columns():
    """{title: format}, as in the preferences."""
    return dict(re.findall(r'^\t"([^"]+)", "([^"]+)"', (PROFILE / "preferences").read_text(), re.MULTILINE))


RULES = {name: filter for name, filter, _, _ in rules()}
BUTTONS = {label: filter for _, label, filter, _ in records("dfilter_buttons")}
GRAPHS = {name: filter for _, name, filter, *_ in records("io_graphs") if filter}


# --- colours ---


def linear(colour):
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)]


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def contrast(one, other):
    light, dark = sorted((sum(times([(0.2126, 0.7152, 0.0722)], linear(c))) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(seen):
    """CIELAB, for daylight (D65), of linear RGB."""
    to_xyz = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    parts = (value / white for value, white in zip(times(to_xyz, seen), (0.9505, 1, 1.089), strict=True))
    x, y, z = (p ** (1 / 3) if p > (6 / 29) ** 3 else p / (3 * (6 / 29) ** 2) + 4 / 29 for p in parts)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one, other, eyes):
    seen = (lab([min(1, max(0, part)) for part in times(EYES[eyes], linear(colour))]) for colour in (one, other))
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def test_measures():
    """Known values: black on white, and two colours that people without green cones take for one."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert distance((0, 0, 0), (255, 255, 255), "usual") == pytest.approx(100, abs=0.1)
    red, green = (200, 90, 0), (110, 130, 0)
    assert distance(red, green, "usual") > 60 and distance(red, green, "deuteranopia") < DISTANCE


@pytest.mark.parametrize("rule", rules(), ids=list(RULES))
def test_contrast(rule):
    _, _, background, text = rule
    assert contrast(background, text) >= CONTRAST


@pytest.mark.parametrize("eyes", EYES)
def test_told_apart(eyes):
    backgrounds = [(name, background) for name, _, background, _ in rules()] + [("no rule", UNCOLOURED)]
    for (one, a), (other, b) in itertools.combinations(backgrounds, 2):
        assert distance(a, b, eyes) >= DISTANCE, f"{one} and {other}"


# --- what the filters match ---

# Our severities, and Wireshark's for the same (epan/proto.h).
EXPERT = {"0": str(0x200000), "1": str(0x400000), "2": str(0x600000), "3": str(0x800000)}
RULE_FIELD = "frame.coloring_rule.name"
PROVEN = "Wire Truth: root cause proven"


@pytest.fixture(scope="module")
def profiled(programs, scratch):
    """tshark(ARGUMENT...) with the profile, of a user who has it."""
    user = conftest.Programs(scratch / "profiled", "release")
    shutil.copytree(PROFILE, user.home / ".config/wireshark/profiles" / NAME)
    conftest.give_to_user(user.home)
    return lambda *arguments: user.tshark("-C", NAME, *arguments)


@pytest.fixture(scope="module")
def everything(capture, scratch):
    """All bundled captures, and frames cut off inside a header, of which none of those has one."""
    cut, path = scratch / "cut.pcapng", scratch / "everything.pcapng"
    subprocess.run(["editcap", "-s", "30", "-r", capture("pmtu/ignored-v4.sender"), cut, "1-3"], check=True)
    subprocess.run(["mergecap", "-I", "none", "-a", "-w", path, capture("all"), cut], check=True)
    path.chmod(0o644)
    return path


@pytest.fixture(scope="module")
def known(fields, everything):
    """{frame: what the filters are about}."""
    names = [f"wiretruth.{name}" for name in ("finding", "finding.severity", "diagnosis", "wire.frames", "proof")]
    names += ["wiretruth.not_looked_at", "_ws.expert.severity"]
    return fields(everything, *names, options=("-2",))


def matched(fields, everything, filter):
    return set(fields(everything, "frame.len", filter=filter, options=("-2",)))


def rule_of(findings, severities, proof):
    """The rule that a frame should have, from its findings."""
    if proof:
        return PROVEN
    if "3" in severities:
        return "Wire Truth: trouble, evidence complete"
    if "2" in severities:
        return "Wire Truth: trouble"
    if {"pmtu.report", "pmtu.reported"} & set(findings):
        return "Wire Truth: path MTU report, refused packet"
    if "pmtu.obeyed" in findings:
        return "Wire Truth: report obeyed"
    if not all(ARTEFACTS.match(name) for name in findings):
        return "Wire Truth: hint or information"
    return "Wire Truth: artefact of capturing" if findings else ""


def test_severities(known):
    """Each finding has its severity at the same place, which is that of an expert info of the frame."""
    for frame, (findings, severities, *_, expert) in known.items():
        wanted = collections.Counter(EXPERT[severity] for severity in severities)
        assert len(findings) == len(severities) and wanted <= collections.Counter(expert), frame
    assert {severity for _, severities, *_ in known.values() for severity in severities} == set(EXPERT)


def test_colours(profiled, known, fields, everything):
    """Wireshark gives each frame the rule that its findings ask for; each rule is seen."""
    text = profiled("-r", everything, "-2", "--color", "-T", "fields", "-e", "frame.number", "-e", RULE_FIELD)
    given = {int(number): rule for number, rule in (line.split("\t") for line in text.splitlines())}
    proven = matched(fields, everything, RULES[PROVEN])
    for frame, (findings, severities, *_, missed, _) in known.items():
        rule = rule_of(findings, severities, frame in proven)
        assert given[frame] == (rule or ("Wire Truth: not looked at" if missed else "")), frame
    assert set(given.values()) == {"", *RULES} and proven


def test_proof_of_nothing(known, fields, everything):
    """That nothing is wrong is no root cause: such frames keep the colour of their findings."""
    proofs = matched(fields, everything, "wiretruth.proof")
    harmless = matched(fields, everything, "wiretruth.diagnosis.capture_before_offload")
    assert matched(fields, everything, RULES[PROVEN]) == proofs - harmless


EXPECTED = {
    "Trouble": lambda findings, severities, *_: {"2", "3"} & set(severities),
    "Diagnosis": lambda findings, severities, diagnosis, *_: diagnosis,
    "Super-frames": lambda findings, severities, diagnosis, frames, *_: frames and int(frames[0]) > 1,
    "Path MTU": lambda findings, *_: any(name.startswith("pmtu.") for name in findings),
    "Windows": lambda findings, *_: any(name.startswith("window.") for name in findings),
    "Checksums": lambda findings, *_: any(name.startswith("checksum.") for name in findings),
    "Not looked at": lambda *known: known[-2],
    "Findings": lambda findings, *_: findings,
}


@pytest.mark.parametrize(("name", "filter"), [*BUTTONS.items(), *GRAPHS.items()])
def test_filter(name, filter, fields, everything, known):
    expected = {frame for frame, about in known.items() if EXPECTED[name](*about)}
    assert expected and matched(fields, everything, filter) == expected


def test_graphs(tshark):
    """Fields that can be added up, in the form that all versions read: nine columns, their words for style and unit."""
    known = {line.split("\t")[2]: line.split("\t")[3] for line in tshark("-G", "fields").splitlines() if line[0] == "F"}
    for enabled, _, _, colour, style, unit, field, average, factor in records("io_graphs"):
        assert enabled in ("Enabled", "Disabled") and re.fullmatch("#[0-9A-F]{6}", colour)
        assert style in ("Line", "Bar") and (average, factor) == ("None", "1")
        if unit == "SUM(Y Field)":
            assert known[field].startswith("FT_UINT")
        else:
            assert (unit in ("Packets", "Bytes") and not field) or (unit == "COUNT FIELDS(Y Field)" and field in known)
    wanted = {"wiretruth.wire.frames", "wiretruth.wire.len", "wiretruth.finding"}
    assert wanted <= {row[6] for row in records("io_graphs")}


def test_columns(profiled, tshark, capture):
    """The list of packets that tshark prints has the columns, and they say what the fields say."""
    file = capture("rtl8139/tso-on-1492.sender")
    names = [text.split(":")[1] for text in columns().values() if text.startswith("%Cus:")]
    assert names == [f"wiretruth.{name}" for name in ("wire.frames", "wire.len", "direction", "finding")]
    shown = profiled("-r", file, "-2", "-T", "tabs").splitlines()
    listed = tshark("-r", file, "-2", "-T", "fields", *(a for name in names for a in ("-e", name))).splitlines()
    directions = {"": "", "0": "unknown", "1": "sent", "2": "received"}
    for line, values in zip(shown, listed, strict=True):
        frames, length, direction, findings = values.split("\t")
        told = line.split("\t")
        assert told[7:9] == [frames, length] and told[9:11] == [directions[direction], findings], line


def test_widths():
    """Each column has its width, under the name that Wireshark looks for."""
    (text,) = re.findall(r"^column\.width: (.*)$", (PROFILE / "recent").read_text(), re.MULTILINE)
    parts = text.split(", ")
    wanted = [":".join(form.split(":")[:2]) for form in columns().values()]
    assert parts[::2] == wanted and all(width.isdigit() for width in parts[1::2])
