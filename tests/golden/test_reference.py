# SPDX-License-Identifier: GPL-2.0-or-later
"""Names, types and descriptions, as filters and scripts of users rest on them."""

import pathlib
import re

import pytest

TABLE = pathlib.Path(__file__).resolve().parents[2] / "include/wiretruth/finding_table.h"
NUMBERS = {"FT_UINT8", "FT_UINT16", "FT_UINT32", "FT_UINT64"}
FIELDS = {
    "direction": NUMBERS,
    "direction.source": NUMBERS,
    "l3_len": NUMBERS,
    "link_mtu": NUMBERS,
    "link_mtu.source": NUMBERS,
    "wire.frames": NUMBERS,
    "wire.len": NUMBERS,
    "segment.size": NUMBERS,
    "segment.last": NUMBERS,
    "mss.limit": NUMBERS,
    "checksum.ip": NUMBERS,
    "checksum.l4": NUMBERS,
    "path_mtu": NUMBERS,
    "offender": {"FT_FRAMENUM"},
    "report": {"FT_FRAMENUM"},
    "reaction": {"FT_FRAMENUM"},
    "window.scale": {"FT_INT16"},
    "window.right_edge": NUMBERS,
    "window.flight": NUMBERS,
    "window.room": {"FT_INT32"},
    "evidence": {"FT_FRAMENUM"},
    "copy": {"FT_BOOLEAN"},
    "symptom": {"FT_STRING"},
    "finding": {"FT_STRING"},
}
VALUES = {
    "direction": {"sent", "received", "unknown"},
    "checksum.l4": {"valid", "partial", "partial_no_length", "unfilled", "bad", "absent", "unverifiable"},
}
FINDINGS = re.findall(r'^WT_FINDING\(\w+, "([^"]+)"', TABLE.read_text(), re.MULTILINE)


@pytest.fixture(scope="session")
def registered(tshark):
    """{field: (name, type, description)} of all fields of the protocol."""
    rows = (line.split("\t") for line in tshark("-G", "fields").splitlines())
    return {row[2]: (row[1], row[3], row[7]) for row in rows if row[0] == "F" and row[4] == "wiretruth"}


@pytest.mark.parametrize("field", FIELDS)
def test_field(field, registered):
    assert registered[f"wiretruth.{field}"][1] in FIELDS[field]


@pytest.mark.parametrize("finding", FINDINGS)
def test_finding(finding, registered):
    name, kind, description = registered[f"wiretruth.{finding}"]
    assert kind == "FT_NONE"
    assert "$" not in name
    assert len(description) > 20


def test_every_field_is_described(registered):
    for field, (name, _, description) in registered.items():
        assert name and description and description != name, field


@pytest.mark.parametrize("field", VALUES)
def test_values(field, tshark):
    rows = (line.split("\t") for line in tshark("-G", "values").splitlines())
    assert {row[3] for row in rows if row[:2] == ["V", f"wiretruth.{field}"]} == VALUES[field]


def test_protocol(tshark):
    rows = [line.split("\t") for line in tshark("-G", "protocols").splitlines()]
    assert ["Wire Truth", "WireTruth", "wiretruth"] in [row[:3] for row in rows]


def test_preferences(tshark):
    printed = tshark("-G", "currentprefs")
    for line in ("link_mtu: 0", "capture_point: Find out", "verify_checksums: TRUE", "artefacts: TRUE"):
        assert f"#wiretruth.{line}" in printed
