# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every bundled capture made worse (variants.py): no Warn or Error of a kind that the capture itself has not, no diagnosis of
trouble that it has not; and where nothing is lost, the same diagnoses. What does not hold yet stands in
variants_not_yet.txt, which may hold no line that is not needed.
"""

import fnmatch
import pathlib
import sys

import conftest
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import variants  # noqa: E402  pytest's import mode knows no siblings

ALARMS = {"warn", "error"}
# Nothing is missing from these, so what was found has to be found again.
WHOLE = ("doubled-1us", "doubled-30us", "doubled-2ms", "doubled-router", "shifted")


def not_yet():
    """[(capture pattern, variant pattern, name, reason)]."""
    lines = (pathlib.Path(__file__).parent / "variants_not_yet.txt").read_text().splitlines()
    return [tuple(line.split(None, 3)) for line in lines if line.strip() and not line.startswith("#")]


def names(said):
    """Alarms, and diagnoses of trouble."""
    alarms = {name for frame in said.frames.values()
              for name, severity in zip(frame.get("finding", []), frame.get("finding.severity", [])) if severity in ALARMS}
    return alarms, {each["diagnosis"] for each in said.diagnoses if not each["diagnosis"].startswith("capture_")}


def expected(capture, variant, name):
    return any(fnmatch.fnmatchcase(capture, line[0]) and fnmatch.fnmatchcase(variant, line[1]) and line[2] == name
               for line in not_yet())


def wrong(judge, path, folder):
    """[(variant, name)] of what only a variant of the capture shows, or shows no more."""
    alarms, diagnoses = names(judge(path))
    for variant, changed in variants.write_all(path, folder).items():
        more, named = names(judge(changed))
        changed.unlink()
        yield from ((variant, name) for name in sorted(more - alarms) + sorted(named - diagnoses - {"unexplained"}))
        if variant in WHOLE:
            yield from ((variant, f"-{name}") for name in sorted(diagnoses - named - {"unexplained"}))


@pytest.mark.parametrize("path", conftest.bundled(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_variants(path, judge, tmp_path):
    capture = f"{path.parent.name}/{path.stem}"
    found = list(wrong(judge, path, tmp_path))
    assert [each for each in found if not expected(capture, *each)] == []
    stale = [line for line in not_yet() if line[0] == capture
             and not any(fnmatch.fnmatchcase(variant, line[1]) and name == line[2] for variant, name in found)]
    assert stale == [], "these lines of variants_not_yet.txt hold now"
