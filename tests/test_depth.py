# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands that look at the tests themselves and at memory; each says at its head what it does."""

import subprocess

import conftest
import pytest


@pytest.mark.parametrize("command", ["coverage", "valgrind", "mutation/run"])
def test_command(command):
    ran = subprocess.run([conftest.ROOT / "tests" / command], capture_output=True, text=True, timeout=900)
    assert ran.returncode == 0, ran.stdout + ran.stderr
