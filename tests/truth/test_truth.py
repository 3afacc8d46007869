# SPDX-License-Identifier: GPL-2.0-or-later
"""
The truth suite: every statement of every truth file below captures/ against what the core says of the capture.

The core is asked without a dissection (tests/tools/judge.c), which takes a fraction of a second for all captures. That
tshark shows the same, in two passes and in one, is tested with some captures, of every kind.

Statements that are known not to hold yet stand in not_yet.txt with the reason. One that starts to hold fails the test
until its line is removed, so the list cannot rot. WIRETRUTH_CAPTURES=DIR tests captures made elsewhere.
"""

import fnmatch
import functools
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

import conftest
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import compare  # noqa: E402  pytest's import mode knows no siblings

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUNDLED = ROOT / "captures"
CAPTURES = pathlib.Path(os.environ.get("WIRETRUTH_CAPTURES", BUNDLED)).resolve()
TRUTHS = {str(path.relative_to(CAPTURES))[: -len(".truth.json")]: path for path in CAPTURES.rglob("*.truth.json")}
# What a later frame reveals about an earlier one: only a second pass can show it there.
BACKWARD = {"report", "reaction", "twin", "finding", "finding.severity", "finding.text", "original", "twin.delay"}
# Notes that what comes later may take back or raise: that a sum is an artefact, or that its fate will show.
PROVISIONAL = {(name, "note") for name in ("checksum.partial", "checksum.unfilled", "checksum.corrupt", "window.exceeded")}


def not_yet():
    """[(capture pattern, statement pattern, reason)]."""
    lines = (pathlib.Path(__file__).parent / "not_yet.txt").read_text().splitlines()
    return [tuple(line.split(None, 2)) for line in lines if line.strip() and not line.startswith("#")]


def expected_to_fail(name, statement):
    return [
        entry
        for entry in not_yet()
        if fnmatch.fnmatchcase(name, entry[0]) and fnmatch.fnmatchcase(statement, entry[1])
    ]


# --- what the core says ---


@pytest.fixture(scope="session")
def judged(judge):
    """judged(NAME): what the core says of the capture when it has seen all of it."""
    return functools.lru_cache(maxsize=8)(lambda name: judge(CAPTURES / f"{name}.pcapng"))


@pytest.fixture(scope="session")
def judged_once(judge):
    """The same for a single pass: what is said of a frame is said before the next one is known."""
    return functools.lru_cache(maxsize=8)(lambda name: judge(CAPTURES / f"{name}.pcapng", "-1"))


def about(values):
    """Names of the findings about a frame: not of those that it proves of an earlier one."""
    for name, text in zip(values.get("finding", []), values.get("finding.text", [])):
        if not text.startswith("Proves of frame "):
            yield name


def score(truth, said, named):
    scores = compare.Scores()
    found = {number: set(about(values)) for number, values in said.items()}
    compare.compare_fields(truth, said, scores)
    compare.compare_findings(truth, found, scores)
    compare.compare_diagnoses(truth, named, scores)
    compare.compare_clean(truth, found, scores)
    compare.compare_link_mtu(truth, said, scores)
    return scores


def lasting(first, second):
    """What one pass says of a frame, without provisional findings that two passes know better."""
    names = [f"finding{part}" for part in ("", ".severity", ".text")]
    later = list(zip(*(second.get(name, []) for name in names)))
    kept = [each for each in zip(*(first.get(name, []) for name in names)) if each in later or each[:2] not in PROVISIONAL]
    return {**first, **{name: [each[i] for each in kept] for i, name in enumerate(names) if name in first}}


def compare_one_pass(once, said):
    """
    In one pass the same is said of each frame, but for what only later frames reveal: then less is said, never something
    else, but for Notes that say that this is not the last word (PROVISIONAL). Both are {frame: {field: [values]}}.
    Yields what differs.
    """
    for number in sorted(once.keys() | said.keys()):
        second = said.get(number, {})
        first = lasting(once.get(number, {}), second)
        for field in sorted(first.keys() | second.keys()):
            one, two = first.get(field, []), second.get(field, [])
            if not set(one) <= set(two) if field in BACKWARD else one != two:
                yield f"one pass, frame {number}: {field} {one}, in two passes {two}"


def of_list(name, statement, differences):
    """(failures, surprises): `differences` are allowed for as long as not_yet.txt says so."""
    if not expected_to_fail(name, statement):
        return differences[:4], []
    return [], [] if differences else [f"{statement} holds now: remove it from tests/truth/not_yet.txt"]


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_truth(name, judged, judged_once, record_property):
    said = judged(name).frames
    scores = score(json.loads(TRUTHS[name].read_text()), said, judged(name).diagnosed())
    for statement, each in scores.items():
        record_property("truth", (compare.area(statement), each.stated, each.right, each.missed, each.invented))
    failures, surprises = of_list(name, "one_pass", list(compare_one_pass(judged_once(name).frames, said)))
    for statement, each in sorted(scores.items()):
        entries = expected_to_fail(name, statement)
        if not each.passed and not entries:
            failures.append(f"{statement}: {each.right} of {each.stated} right; " + "; ".join(each.examples))
        if each.passed and entries:
            surprises.append(f"{statement} holds now: remove it from tests/truth/not_yet.txt ({entries[0][0]})")
    assert not failures and not surprises, "\n".join(["", *failures, *surprises])


@pytest.mark.parametrize("passes", [(), ("-1",)], ids=["two", "one"])
@pytest.mark.parametrize("build", conftest.TESTED)
def test_builds_agree(build, passes):
    """With sanitizers the core says the same, and they have nothing to say."""
    captures = [CAPTURES / f"{name}.pcapng" for name in TRUTHS]
    said = [conftest.judge_run(each, captures, *passes) for each in ("release", build)]
    assert said[0] == said[1]  # what differs is millions of characters: captures/... with judge by hand


# --- what tshark shows ---


def kinds(name):
    """What makes a capture one of a kind: where it was taken, what is stated of it, what was planted in it."""
    truth = json.loads(TRUTHS[name].read_text())
    yield from (name.split("-")[0], name.rsplit(".", 1)[-1], f"points {len(truth.get('points') or [])}")
    yield from (field for stated in truth["frames"].values() for field in stated)
    yield from (one for each in truth["findings"] for one in each["name"].split("|"))
    yield from truth["diagnosis"]["must"]


@functools.lru_cache(maxsize=None)
def of_every_kind():
    """Some captures that show together all that is shown in any: rare kinds first, each time the capture with most of them."""
    kinds_of = {name: set(kinds(name)) for name in sorted(TRUTHS)}
    chosen, left = [], set().union(*kinds_of.values())
    while left:
        chosen.append(max(kinds_of, key=lambda name: len(kinds_of[name] & left)))
        left -= kinds_of[chosen[-1]]
    return chosen


@pytest.fixture(scope="session")
def truth_capture():
    """Path of a copy of the capture that the user of Wireshark's programs can read."""

    def copy_of(name):
        source = CAPTURES / f"{name}.pcapng"
        return conftest.once(conftest.shared() / "truth" / f"{name}.pcapng", lambda new: shutil.copyfile(source, new))

    return copy_of


@pytest.fixture(scope="session")
def names_of_values(programs):
    """{field: {number as text: name}} of the enumerations, as tshark -G values lists them."""
    found = {}
    for line in programs.cached("tshark", "-G", "values").stdout.splitlines():
        if line.startswith("V\twiretruth."):
            _, field, value, name = line.split("\t")
            found.setdefault(field.removeprefix("wiretruth."), {})[str(int(value, 0))] = name
    return found


def flatten(layer, found):
    """Leaves of the JSON tree of one frame."""
    for key, value in layer.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                flatten(each, found)
            elif key.startswith("wiretruth."):
                found.setdefault(key.removeprefix("wiretruth."), []).append(each)
    return found


def shown(text, names_of_values):
    """{frame: {field: [values]}} of what tshark -T json printed. A field that judge does not know has no place in it."""
    said = {}
    for number, frame in enumerate(json.loads(text), 1):
        layer = frame["_source"]["layers"].get("wiretruth", {})
        found = flatten(layer, {}) if isinstance(layer, dict) else {}
        named = {field: [names_of_values.get(field, {}).get(value, value) for value in values]
                 for field, values in found.items() if field in conftest.JUDGED}
        if named:
            said[number] = named
    return said


def in_order(frames):
    """`frames` with findings sorted: judge lists them as they were found, Wireshark shows the most severe first."""
    return {number: {field: sorted(values) if field.startswith("finding") else values for field, values in fields.items()}
            for number, fields in frames.items()}


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one", "two"])
@pytest.mark.parametrize("name", of_every_kind())
def test_shown(name, passes, truth_capture, tshark, names_of_values, judged, judged_once):
    """tshark shows, and its table says, what judge says."""
    json_tree = ("-T", "json", "--no-duplicate-keys", "-J", "wiretruth")
    text = tshark("-r", truth_capture(name), *passes, *json_tree, "-z", "wiretruth,json")
    tree, _, table = text.rpartition("\n]\n")
    said = (judged if passes else judged_once)(name)
    assert in_order(shown(tree + "]", names_of_values)) == in_order(said.frames)
    keys = conftest.DIAGNOSED
    assert [{key: each.get(key) for key in keys} for each in map(json.loads, table.splitlines()) if "diagnosis" in each] == said.diagnoses


def test_not_yet_is_used():
    """Each line of the list names a bundled capture and a reason."""
    bundled = [str(path.relative_to(BUNDLED))[: -len(".truth.json")] for path in BUNDLED.rglob("*.truth.json")]
    for entry in not_yet():
        assert len(entry) == 3, f"no reason: {entry}"
        assert fnmatch.filter(bundled, entry[0]), f"no capture is called {entry[0]}"


def checker():
    """captures/check as a module; its name has no suffix."""
    loader = importlib.machinery.SourceFileLoader("check", str(ROOT / "captures" / "check"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_checker(name):
    """captures/check finds the truth file sound against its capture."""
    second = json.loads(TRUTHS[name].read_text())["second_point"]
    if CAPTURES != BUNDLED and second and not TRUTHS[name].with_name(second).exists():
        pytest.skip(f"{second} is not in WIRETRUTH_CAPTURES")
    schema = json.loads((ROOT / "captures" / "truth.schema.json").read_text())
    assert checker().problems(str(TRUTHS[name]), schema) == []


def test_checker_takes_folders(tmp_path):
    """captures/check DIR looks at what is below; what it cannot read is named, without a traceback."""
    for name in ("tso-on-1492.sender.pcapng", "tso-on-1492.sender.truth.json"):
        shutil.copyfile(BUNDLED / "rtl8139" / name, tmp_path / name)
    command = [sys.executable, BUNDLED / "check", tmp_path, tmp_path / "nothing.truth.json"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "tso-on-1492.sender.truth.json: its second point, tso-on-1492.wire.pcapng, is not beside it" in ran.stdout
    assert "nothing.truth.json: No such file or directory" in ran.stdout
    shutil.copyfile(BUNDLED / "rtl8139/tso-on-1492.wire.pcapng", tmp_path / "tso-on-1492.wire.pcapng")
    ran = subprocess.run(command[:-1], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "1 truth files, 0 contradictions\n")


WRONG = {
    "a longer packet": ("l3_len", lambda stated: stated + 1),
    "a wire frame more": ("wire.frames", lambda stated: stated + 1),
    "another length on the wire": ("wire.len", lambda stated: stated - 9),
    "another limit": ("mss.limit", lambda stated: stated - 1),
    "another IP checksum": ("checksum.ip", lambda stated: "bad"),
    "another checksum": ("checksum.l4", lambda stated: "valid" if stated != "valid" else "bad"),
    "another edge": ("window.right_edge", lambda stated: stated ^ 1),
    "another offender": ("offender", lambda stated: stated - 1),
}


@pytest.mark.parametrize("lie", WRONG)
def test_checker_refuses(lie, tmp_path):
    """A truth file with one wrong statement is refused: the checker can fail."""
    source = BUNDLED / "rtl8139" / "tso-on-1492.sender.truth.json"
    truth = json.loads(source.read_text())
    field, change = WRONG[lie]
    stated = next(each for each in truth["frames"].values() if field in each and "segment.size" not in each)
    stated[field] = change(stated[field])
    for point in ("sender", "wire"):
        shutil.copyfile(source.parent / f"tso-on-1492.{point}.pcapng", tmp_path / f"tso-on-1492.{point}.pcapng")
    (tmp_path / source.name).write_text(json.dumps(truth))
    schema = json.loads((ROOT / "captures" / "truth.schema.json").read_text())
    assert checker().problems(str(tmp_path / source.name), schema)
