# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench works and prints what it says. What it measures is no test: a loaded machine blurs it."""

import importlib.machinery
import importlib.util
import re
import shutil
import subprocess
import types

import conftest
import pytest

BENCH = conftest.ROOT / "tests/bench"


def bench(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, timeout=conftest.HANG)


def bench_module():
    loader = importlib.machinery.SourceFileLoader("bench", str(BENCH))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
    loader.exec_module(module)
    return module


def test_table():
    ran = bench("--scale", "0.001", "--runs", "1", "--no-peers", "small", "scan")
    assert (ran.returncode, ran.stderr) == (0, "")
    head, *rows = ran.stdout.splitlines()
    assert re.split(r"  +", head.strip()) == ["capture", "command", "installed", "at work", "no sums", "memory"]
    assert [row.split()[0] for row in rows] == 5 * ["small"] + 5 * ["scan"]
    assert all(re.fullmatch(r".* \d+\.\d{3} +\d+\.\d{3} +\d+\.\d{3} +\d+\.\d{3}", row) for row in rows), rows


class Runs:
    """Stands for a home in which tshark took these seconds and this memory, run after run."""

    def __init__(self, *runs):
        self.runs = iter(runs)

    def run(self, capture, command):
        return next(self.runs)


def test_compare():
    """The median over the pairs, not the ratio of medians: the second pair was slow on both sides."""
    module = bench_module()
    subject, baseline = Runs((1.2, 50), (9.0, 75), (1.5, 55)), Runs((1.0, 50), (10.0, 50), (1.0, 50))
    assert module.compare(subject, baseline, "capture", ["-q"], 3) == [1.2, 1.1]


@pytest.mark.skipif(not shutil.which("valgrind"), reason="valgrind counts instructions, and is not installed")
def test_instructions(capsys, monkeypatch, scratch):
    """A frame costs tshark thousands of instructions; a plugin that nobody asks adds some, one at work some more."""
    module = bench_module()
    folder = scratch / "instructions"
    folder.mkdir()
    folder.chmod(0o755)
    monkeypatch.setattr(module, "COMMANDS", {"no tree": ["-q", "-z", "conv,tcp"]})
    monkeypatch.setattr(module, "COUNTED", [200, 3200])
    monkeypatch.setattr(module, "COUNTS", 1)
    module.count(folder, types.SimpleNamespace(captures=["small"]))
    *_, row = capsys.readouterr().out.splitlines()
    plain, installed, _, work, ratio = re.fullmatch(
        r"small +no tree +(\d+) +([+-]\d+) (\d\.\d{3}) +([+-]\d+) (\d\.\d{3})", row).groups()  # fmt: skip
    assert int(plain) > 10_000 > int(work) > int(installed)
    assert abs(float(ratio) - 1 - int(work) / int(plain)) < 0.001


REPORT = """\
# Overhead  Shared Object
# ........  .......................
#
    45.16%  libwireshark.so.16.0.17
     4.00%  wiretruth.so           
     1.39%  tshark                 
"""


def test_percent_of_rest():
    module = bench_module()
    assert module.percent_of_rest(REPORT) == pytest.approx(100 * 4 / 96)
    assert module.percent_of_rest(REPORT.replace("wiretruth", "libz")) == 0


def may_sample():
    """perf may be of another kernel, or not allowed."""
    command = ["perf", "record", "--quiet", "--event=cpu-clock:u", "--output=/dev/null", "true"]
    return bool(shutil.which("perf")) and subprocess.run(command, capture_output=True).returncode == 0


def test_samples():
    if not may_sample():
        pytest.skip("perf is not installed, or not allowed here")
    ran = bench("--samples", "--scale", "0.01", "--runs", "1", "small")
    assert (ran.returncode, ran.stderr) == (0, "")
    head, *rows = ran.stdout.splitlines()
    assert re.split(r"  +", head.strip()) == ["capture", "command", "installed, %", "at work, %"]
    parts = [float(part) for row in rows for part in row.split()[-2:]]
    assert len(parts) == 10 and all(0 <= part < 100 for part in parts) and any(parts)


def test_unknown_capture():
    ran = bench("huge")
    assert ran.returncode == 2
    assert "no such capture: huge" in ran.stderr
