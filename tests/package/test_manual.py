# SPDX-License-Identifier: GPL-2.0-or-later
"""The reference: nothing is missing in it, nothing in it is out of date, and it is a correct manual page."""

import importlib.machinery
import importlib.util
import re
import shutil
import subprocess

import pytest

from conftest import ROOT

FOLDER = ROOT / "plugin" / "reference"


@pytest.fixture(scope="module")
def written(programs, capture):
    """What plugin/reference/generate would write now, by file name."""
    loader = importlib.machinery.SourceFileLoader("generate", str(FOLDER / "generate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("generate", loader))
    loader.exec_module(module)
    return module.reference(programs, capture("rtl8139/tso-on-1492.sender"))


@pytest.mark.parametrize("name", ["REFERENCE.md", "wiretruth.7"])
def test_no_drift(name, written):
    assert (FOLDER / name).read_text() == written[name], "run plugin/reference/generate"


def headings():
    """Names that REFERENCE.md explains, each with the text below it."""
    parts = re.split(r"^- \*\*`(.*?)`\*\*", (FOLDER / "REFERENCE.md").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def test_every_filter_is_explained(tshark):
    """All that Wireshark offers as a filter, with the words it shows for it."""
    known = headings()
    for line in tshark("-G", "fields").splitlines():
        if not re.match(r"F\t[^\t]*\twiretruth\.", line):
            continue
        _, _, name, *_, meaning = line.split("\t")
        assert meaning, f"{name} has no description"
        if not name.startswith("wiretruth.diagnosis."):
            assert " ".join(meaning.split()) in " ".join(known[name].split())


def test_every_table_is_explained(programs):
    """All that tshark lists behind -z help."""
    ran = programs.run("tshark", "-z", "help")
    listed = re.findall(r"wiretruth,\w+", ran.stdout + ran.stderr)
    text = (FOLDER / "REFERENCE.md").read_text()
    assert len(listed) > 3
    assert all(f"-z {name}" in text for name in listed)


def test_every_preference_is_explained(tshark):
    names = re.findall(r"^#(wiretruth\.\w+):", tshark("-G", "defaultprefs"), re.MULTILINE)
    assert len(names) > 3
    assert set(names) <= set(headings())


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_manual_page_is_correct():
    command = ["man", "--warnings=all", "-l", FOLDER / "wiretruth.7"]
    env = {"MANWIDTH": "80", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(command, capture_output=True, text=True, env=env)
    assert ran.returncode == 0 and ran.stderr == ""
    assert "wiretruth.superframe.sent (Note)" in ran.stdout
