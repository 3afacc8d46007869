# SPDX-License-Identifier: GPL-2.0-or-later
"""
The truth suite: every statement of every truth file below captures/ against what the plugin says through tshark.

Statements that are known not to hold yet stand in not_yet.txt with the reason. One that starts to hold fails the test
until its line is removed, so the list cannot rot. WIRETRUTH_CAPTURES=DIR tests captures made elsewhere.
"""

import fnmatch
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import compare  # noqa: E402  pytest's import mode knows no siblings

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUNDLED = ROOT / "captures"
CAPTURES = pathlib.Path(os.environ.get("WIRETRUTH_CAPTURES", BUNDLED)).resolve()
TRUTHS = {str(path.relative_to(CAPTURES))[: -len(".truth.json")]: path for path in CAPTURES.rglob("*.truth.json")}
# What a later frame reveals about an earlier one: only a second pass can show it there.
BACKWARD = {"report", "reaction", "twin", "finding", "original"}
# A diagnosis may give way to another when more evidence comes, so one pass may have named it for a while.
PROVISIONAL = {"diagnosis"}


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


@pytest.fixture(scope="session")
def truth_capture(scratch):
    """Path of a copy of the capture that the user of Wireshark's programs can read."""

    def copy_of(name):
        target = scratch / "truth" / f"{name}.pcapng"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CAPTURES / f"{name}.pcapng", target)
        return target

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


@pytest.fixture(scope="session")
def known_fields(programs):
    lines = programs.cached("tshark", "-G", "fields").stdout.splitlines()
    return {line.split("\t")[2] for line in lines if "\twiretruth." in line}


@pytest.fixture(scope="session")
def asked(known_fields):
    """Fields to ask for: those of the truth files that the plugin has."""
    wanted = [*compare.FIELDS, "link_mtu", "finding", "diagnosis"]
    return [name for name in wanted if f"wiretruth.{name}" in known_fields]


@pytest.fixture(scope="session")
def plugin_says(tshark, names_of_values, asked):
    """plugin_says(FILE): ({frame: {field: [values]}}, {diagnoses}), from one run in two passes."""

    def ask(path):
        wanted = [argument for name in asked for argument in ("-e", f"wiretruth.{name}")]
        shape = ("-T", "fields", "-E", "separator=/t", "-E", "aggregator=,", "-e", "frame.number")
        lines = tshark("-2", "-r", path, *shape, *wanted, "-z", "wiretruth,json").splitlines()
        named = {json.loads(line)["diagnosis"] for line in lines if line.startswith("{")}
        said = {}
        for line in lines:
            number, *columns = line.split("\t")
            if number.isdigit():
                said[int(number)] = {
                    name: [names_of_values.get(name, {}).get(value, value) for value in column.split(",")]
                    for name, column in zip(asked, columns, strict=True)
                    if column
                }
        return said, named

    return ask


def score(truth, said, named):
    scores = compare.Scores()
    found = {number: set(values.get("finding", [])) for number, values in said.items()}
    compare.compare_fields(truth, said, scores)
    compare.compare_findings(truth, found, scores)
    compare.compare_diagnoses(truth, named, scores)
    compare.compare_clean(truth, found, scores)
    compare.compare_link_mtu(truth, said, scores)
    return scores


def flatten(layer, found):
    """Leaves of the JSON tree of one frame."""
    for key, value in layer.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                flatten(each, found)
            elif key.startswith("wiretruth."):
                found.setdefault(key.removeprefix("wiretruth."), []).append(each)
    return found


def compare_one_pass(frames, said, names_of_values, asked):
    """
    In one pass, through -T json, the plugin says the same of each frame, but for what only later frames reveal: then it
    says less, never something else. Yields what differs.
    """
    assert len(frames) == len(said)
    for number, frame in enumerate(frames, 1):
        layer = frame["_source"]["layers"].get("wiretruth", {})
        once = flatten(layer, {}) if isinstance(layer, dict) else {}
        for field in set(asked) - PROVISIONAL:
            first = [names_of_values.get(field, {}).get(value, value) for value in once.get(field, [])]
            second = said[number].get(field, [])
            if not set(first) <= set(second) if field in BACKWARD else first != second:
                yield f"one pass, frame {number}: {field} {first}, in two passes {second}"


@pytest.mark.parametrize("name", sorted(TRUTHS))
def test_truth(name, truth_capture, plugin_says, tshark, names_of_values, asked, record_property):
    path = truth_capture(name)
    said, named = plugin_says(path)
    scores = score(json.loads(TRUTHS[name].read_text()), said, named)
    for statement, each in scores.items():
        record_property("truth", (compare.area(statement), each.stated, each.right, each.missed, each.invented))
    failures, surprises = [], []
    for statement, each in sorted(scores.items()):
        entries = expected_to_fail(name, statement)
        if not each.passed and not entries:
            failures.append(f"{statement}: {each.right} of {each.stated} right; " + "; ".join(each.examples))
        if each.passed and entries:
            surprises.append(f"{statement} holds now: remove it from tests/truth/not_yet.txt ({entries[0][0]})")
    once = json.loads(tshark("-r", path, "-T", "json", "--no-duplicate-keys", "-J", "wiretruth"))
    differences = list(compare_one_pass(once, said, names_of_values, asked))
    if expected_to_fail(name, "one_pass"):
        surprises += [] if differences else ["one_pass holds now: remove it from tests/truth/not_yet.txt"]
    else:
        failures += differences[:4]
    assert not failures and not surprises, "\n".join(["", *failures, *surprises])


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
