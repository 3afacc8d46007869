# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/run builds and installs only what the chosen tests need."""

import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.mark.parametrize(
    "chosen, needed",
    [
        (["tests/unit", "-k", "checksum"], ""),
        (["tests/truth/test_cases.py"], "wireshark"),
        (["tests/gui", "tests/unit"], "gui wireshark"),
        (["tests/golden/test_sanitized.py"], "sanitized wireshark"),
        (["tests/golden", "-k", "test_no_report or preferences"], "sanitized wireshark"),
    ],
)
def test_needs(chosen, needed, tmp_path):
    file = tmp_path / "needs"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "--needs", file, *chosen]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert file.read_text() == needed
