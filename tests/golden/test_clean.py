# SPDX-License-Identifier: GPL-2.0-or-later
"""A capture in which nothing is wrong makes no Warn and no Error; an artefact never does."""

import conftest
import oracle
import pytest


@pytest.mark.parametrize("name", oracle.CLEAN)
def test_clean(name, judge):
    said = judge(conftest.ROOT / "captures" / f"{name}.pcapng").frames
    assert [number for number, each in said.items() if {"warn", "error"} & set(each.get("finding.severity", []))] == []


def serious(tshark, path, *options):
    """Expert infos of ours of severity Warn or Error, as tshark counts them."""
    printed = tshark("-2", "-q", *options, "-r", path, "-z", "expert,warn,wiretruth")
    return [line for line in printed.splitlines() if "WireTruth" in line]


@pytest.mark.parametrize("name", {name.partition("/")[0]: name for name in oracle.CLEAN}.values())
def test_clean_in_wireshark(name, capture, tshark):
    assert serious(tshark, capture(name)) == []


def test_unclean_capture(capture, tshark):
    """The check above can fail."""
    assert serious(tshark, capture("rtl8139/tso-on-1492.wire")) != []
