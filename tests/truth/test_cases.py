# SPDX-License-Identifier: GPL-2.0-or-later
"""
captures/cases: every line of expect.tsv, one test each.

Lines that are known not to hold yet stand in captures/cases/not_yet.txt. One that starts to hold fails the test until it is
removed there. What needs no Wireshark is asked of the core (tests/tools/judge.c).
"""

import json
import re
import shutil

import conftest
import pytest

CASES = conftest.ROOT / "captures" / "cases"
PATHS = {path.name: path for path in CASES.glob("*/*.pcap*")}
CONFIDENCE = ["possible", "likely", "certain"]
SEVERITY = ["chat", "note", "warn", "error"]
TABLES = ["tree", "wire", "offloads", "conversations", "paths", "points", "diagnosis", "json"]


def rows(name):
    lines = (CASES / name).read_text().splitlines()
    return [tuple(line.split("\t")) for line in lines if line.strip() and not line.startswith("#")]


EXPECTED = {(capture, expectation): why for capture, expectation, why in rows("expect.tsv")}
NOT_YET = rows("not_yet.txt")


class Case:
    """What is said of one capture, by whoever has to be asked."""

    def __init__(self, judged, copy, programs):
        self.judged, self.copy, self.programs = judged, copy, programs
        self.confidence = {}
        for each in judged.diagnoses:
            level = CONFIDENCE.index(each["confidence"])
            self.confidence[each["diagnosis"]] = max(level, self.confidence.get(each["diagnosis"], 0))

    def findings(self):
        """(frame, name, severity as number) of each finding that is shown."""
        for number, fields in self.judged.frames.items():
            for name, severity in zip(fields.get("finding", []), fields.get("finding.severity", []), strict=True):
                yield number, name, SEVERITY.index(severity)

    def tshark(self, *arguments):
        return self.programs()[0].tshark("-r", self.copy, *arguments)

    # One method for each kind of expectation: True if it holds.

    def diag(self, names, least="possible"):
        return any(self.confidence.get(name, -1) >= CONFIDENCE.index(least) for name in names.split(","))

    def nodiag(self, name):
        if name == "any":
            return all(each.startswith("capture_") for each in self.confidence)
        return name not in self.confidence

    def atmost(self, name, most):
        return self.confidence.get(name, -1) <= CONFIDENCE.index(most)

    def find(self, wanted, least="chat"):
        return any(name == wanted and severity >= SEVERITY.index(least) for _, name, severity in self.findings())

    def nofind(self, wanted, least="chat"):
        return not self.find(wanted, least)

    def at(self, frame, wanted):
        return any(number == int(frame) and name == wanted for number, name, _ in self.findings())

    def notat(self, frame, wanted):
        return not self.at(frame, wanted)

    def field(self, frame, name, value):
        field = name.removeprefix("wiretruth.")
        if field in conftest.JUDGED:
            return self.judged.frames.get(int(frame), {}).get(field, ["-"]) == [value]
        shown = self.tshark("-2", "-Y", f"frame.number == {frame}", "-T", "fields", "-e", name).strip()
        return (shown or "-") == value

    def quiet(self):
        return all(severity < SEVERITY.index("warn") for _, _, severity in self.findings())

    def symptom(self, *names):
        lines = self.tshark("-q", "-z", "wiretruth,json").splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return any("symptom" in each and each["symptom"] in (names or [each["symptom"]]) for each in told)

    def says(self, *words):
        return bool(re.search(" ".join(words), self.tshark("-q", "-z", "wiretruth,diagnosis"), re.DOTALL))

    def notsays(self, *words):
        return not self.says(*words)

    def runs(self):
        tables = [word for table in TABLES for word in ("-z", f"wiretruth,{table}")]
        for programs in self.programs():
            for arguments in ([], ["-2"], ["-q", *tables], ["-2", "-q", *tables]):
                ran = programs.cached("tshark", "-n", "-r", self.copy, *arguments)
                if ran.returncode != 0 or re.search("ERROR|Sanitizer|runtime error", ran.stderr):
                    return False
                if re.search(r"[^\n\t -~\u00a0-\ud7ff]", ran.stdout):  # what a terminal would obey, or what is no text
                    return False
        return True


@pytest.fixture(scope="session")
def case(judge, request):
    """case(NAME): the Case of that capture."""

    def programs():
        """Wireshark's, when one is needed."""
        wanted = ["programs", "sanitized"] if "sanitized" in conftest.TESTED else ["programs"]
        return [request.getfixturevalue(name) for name in wanted]

    def of(name):
        copy = conftest.once(conftest.shared() / "cases" / name, lambda new: shutil.copyfile(PATHS[name], new))
        return Case(judge(PATHS[name]), copy, programs)

    return of


@pytest.mark.parametrize("capture,expectation", EXPECTED, ids=[": ".join(line) for line in EXPECTED])
def test_case(capture, expectation, case):
    kind, *words = expectation.split()
    holds = getattr(case(capture), kind)(*words)
    if (capture, expectation) in NOT_YET:
        assert not holds, "holds now: remove its line from captures/cases/not_yet.txt"
    else:
        assert holds, EXPECTED[capture, expectation]


def test_lists():
    """Each capture has an expectation, each line a capture that is there, and not_yet.txt only lines of expect.tsv."""
    assert {name for name, _ in EXPECTED} == set(PATHS)
    assert set(NOT_YET) <= set(EXPECTED)
    assert len(NOT_YET) == len(set(NOT_YET))
    assert all(path.stat().st_size < 1_000_000 for path in PATHS.values())
