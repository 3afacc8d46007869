# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/bench works and prints what it says. What it measures is no test: a loaded machine blurs it."""

import re
import subprocess

import conftest

BENCH = conftest.ROOT / "tests/bench"


def bench(*arguments):
    return subprocess.run([BENCH, *arguments], capture_output=True, text=True, timeout=300)


def test_table():
    ran = bench("--scale", "0.001", "--runs", "1", "--no-peers", "small", "scan")
    assert (ran.returncode, ran.stderr) == (0, "")
    head, *rows = ran.stdout.splitlines()
    assert re.split(r"  +", head.strip()) == ["capture", "command", "installed", "at work", "no sums", "memory"]
    assert [row.split()[0] for row in rows] == 3 * ["small"] + 3 * ["scan"]
    for row in rows:
        ratios = [float(number) for number in row.split()[-4:]]
        assert all(0.1 < ratio < 10 for ratio in ratios), row


def test_unknown_capture():
    ran = bench("huge")
    assert ran.returncode == 2
    assert "no such capture: huge" in ran.stderr
