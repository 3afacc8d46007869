# SPDX-License-Identifier: GPL-2.0-or-later
"""Names of interfaces in tables: as Wireshark shows them, and nothing that a file puts into one reaches the terminal."""

import json
import re
import sys
import unicodedata

import pytest

from conftest import ROOT

sys.path.insert(0, str(ROOT / "captures"))
from lab import pcapng  # noqa: E402

TABLES = "tree wire offloads conversations conversations,wide paths points diagnosis json".split()
HOSTILE = "\x1b[2J\x1b]0;title\x07eth0\r\nNo packet was seen at two points.\n\u202e\u009b31m\"{}\\"


@pytest.fixture
def named(capture, scratch, request):
    """named(NAME...): a merged capture whose first interfaces have these names, and the others their own."""

    def write(*names):
        interfaces, frames = pcapng.read(capture("router/merges-v4.merged"))
        for interface, name in zip(interfaces, names, strict=False):
            interface.name, interface.description = name, ""
        path = scratch / f"{request.node.name}.pcapng"
        pcapng.write(path, interfaces, list(frames))
        path.chmod(0o644)
        return path

    return write


def column(text, title):
    """The cells of a table's column, which stand two blanks apart."""
    lines = [line for line in text.splitlines() if re.search(r"\S  +\S", line)]
    at = re.split(r" {2,}", lines[0].strip()).index(title)
    return [re.split(r" {2,}", line.strip())[at] for line in lines[1:]]


def test_as_wireshark(named, tshark):
    """The name, or the number that frame.interface_id says, where the file has no name."""
    path = named("lan side", "")
    fields = tshark("-r", path, "-Y", "tcp", "-T", "fields", "-e", "frame.interface_name", "-e", "frame.interface_id")
    known = {tuple(line.split("\t")) for line in fields.splitlines()}
    names = {f"interface {number}" if name in ("", "unknown") else name for name, number in known}
    assert {"lan side", "interface 1"} <= names
    table = tshark("-r", path, "-q", "-z", "wiretruth,conversations")
    assert set(column(table, "If")) == names


def test_none(capture, tshark):
    """Of one interface the name is told nowhere."""
    table = tshark("-r", capture("clean/loss-v4.sender"), "-q", "-z", "wiretruth,conversations,wide")
    assert "Destination" in table and "  If  " not in table


def test_escaped(named, tshark):
    asked = [word for table in TABLES for word in ("-z", f"wiretruth,{table}")]
    text = tshark("-r", named(HOSTILE), "-q", *asked)
    assert [c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"] == []
    assert r"\x1b[2J\x1b]0;title\x07eth0\x0d\x0aNo packet was seen at two points.\x0a\xe2\x80\xae\xc2\x9b31m" in text
    assert not re.search("^No packet", text, re.MULTILINE)
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert any(line.get("diagnosis") == "router_merges" for line in lines)
