# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that look at the tests themselves, at memory and at every capture shifted; each tells more at its head."""

import subprocess

import conftest
import pytest


@pytest.mark.skipif("sanitized" not in conftest.TESTED, reason="one version is enough: they look at the core only")
@pytest.mark.parametrize("command", ["coverage", "valgrind", "mutation/run", "mutation/run --random --count 2 --least 0"])
def test_command(command):
    program, *arguments = command.split()
    command = [conftest.ROOT / "tests" / program, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=conftest.HANG)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("build", conftest.TESTED)
def test_shift(build):
    """Sequence numbers that pass 2^32 in the middle of every connection, and other clocks, change nothing that is said."""
    captures = conftest.bundled()
    ran = subprocess.run([conftest.BUILDS[build] / "tools/shift", *captures], capture_output=True, text=True, timeout=conftest.HANG)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr
    assert ran.stdout == f"{len(captures)} of {len(captures)} the same\n"
