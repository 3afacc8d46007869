# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab guide: its commands work as typed, its table is that of the truth files, its links and files exist."""

import pathlib
import re
import shlex
import subprocess
import sys

import pytest

CAPTURES = pathlib.Path(__file__).resolve().parent.parent.parent / "captures"
GUIDES = {name: (CAPTURES / name).read_text() for name in ("README.md", "SOLUTIONS.md")}
COMMANDS = [
    line
    for text in GUIDES.values()
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("tshark ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_command(command, tshark, capture):
    """Each command of the guide prints something."""
    words = shlex.split(command)[1:]
    words = [capture(word[len("captures/") : -len(".pcapng")]) if word.endswith(".pcapng") else word for word in words]
    assert tshark(*words).strip()


def test_table():
    """The table is what captures/check --table prints."""
    ran = subprocess.run([sys.executable, CAPTURES / "check", "--table"], capture_output=True, text=True, check=True)
    shown = re.search(r"<!-- table: .*? -->\n+(.*?)\n+<!-- end of table -->", GUIDES["README.md"], re.DOTALL)[1]
    assert shown == ran.stdout.strip()


def test_files():
    """Each capture that the text of a unit names is there."""
    for text in GUIDES.values():
        prose = re.sub(r"<!-- table.*?<!-- end of table -->", "", text, flags=re.DOTALL)
        for name in re.findall(r"`([a-z0-9]+/[a-z0-9-]+(?:\.[a-z]+)?)(?:\.\*|\.)?`", prose):
            folder, _, stem = name.partition("/")
            if (CAPTURES / folder).is_dir() and folder not in ("lab", "tests"):
                assert list((CAPTURES / folder).glob(f"{stem}*.pcapng")), name
