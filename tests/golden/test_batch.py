# SPDX-License-Identifier: GPL-2.0-or-later
"""
Tables that tshark prints at the end hear of frames many at once; with a display filter, one by one. Both have to say the
same, wherever a capture ends: in a batch, behind one, or before it is known whether frames are kept.
"""

import re
import subprocess

import oracle
import pytest

TABLES = "tree wire offloads conversations,wide paths diagnosis json points".split()
ENDS = [1, 2, 4, 5, 6, 63, 64, 65, 68, 69, 128, 200]  # frames; a batch holds 64, and the first four wait for the fifth


def alone(tshark, path, *options, tables=TABLES, filter=""):
    """What each of the tables prints that is asked for alone, so that none makes the others hear early."""
    texts = [tshark("-r", path, *options, "-q", "-z", f"wiretruth,{table}{filter}") for table in tables]
    return [re.sub(r"^Filter: .*\n", "", text, flags=re.MULTILINE) for text in texts]


def check(tshark, path, *options):
    """In one pass; and in two, but for the paths, of which a second pass knows the end from the beginning."""
    tables = alone(tshark, path, *options)
    assert tables == alone(tshark, path, *options, filter=",frame")
    others = [table for table in TABLES if table != "paths"]
    assert alone(tshark, path, *options, tables=others) == alone(tshark, path, "-2", *options, tables=others)
    return tables


@pytest.mark.parametrize("name", oracle.SAMPLES)
def test_tables(name, capture, tshark):
    check(tshark, capture(name))


@pytest.mark.parametrize("count", ENDS)
def test_ends(count, capture, tshark):
    tree, *_ = check(tshark, capture("rtl8139/tso-on-1492.sender"), "-c", count)
    assert re.search(rf"^Frames +{count}\b", tree, re.MULTILINE), "every frame counts once"


@pytest.mark.parametrize("filter", ["", ",frame"])
def test_together(filter, capture, tshark):
    """With one that cannot wait (points) all hear at once. tshark prints the last one first."""
    path = capture("rtl8139/tso-on-1492.sender")
    asked = [word for table in TABLES for word in ("-z", f"wiretruth,{table}{filter}")]
    text = re.sub(r"^Filter: .*\n", "", tshark("-r", path, "-q", *asked), flags=re.MULTILINE)
    assert text == "".join(reversed(alone(tshark, path)))


def test_large_frame_early(capture, scratch, tshark):
    """One that is too large to be copied, behind a small one, before it is known how many passes there are."""
    path, cut = capture("segmentation/tso-v4.sender"), scratch / "large-early.pcapng"
    large = tshark("-r", path, "-Y", "frame.cap_len > 4096", "-T", "fields", "-e", "frame.number").split()[0]
    subprocess.run(["editcap", "-r", path, cut, "1", f"{large}-{int(large) + 30}"], check=True)
    cut.chmod(0o644)
    tree, *_ = check(tshark, cut)
    assert re.search(r"superframe\.\w+ +[1-9]", tree)


def test_session_reset(capture, programs):
    """-M gives the engine up between batches: what waits is judged by the one it waits for."""
    path = capture("rtl8139/tso-on-1492.sender")
    for table in TABLES:
        command = ["tshark", "-n", "-r", path, "-M", "100", "-q", "-z"]
        ran = [programs.run(*command, f"wiretruth,{table}{filter}") for filter in ("", ",frame")]
        assert ran[0].stdout == ran[1].stdout.replace("Filter: frame\n", "")
        assert ran[0].returncode == 0 and "resetting session" in ran[0].stderr


def test_beside_fields(capture, tshark):
    """A field of ours asked for on the same line makes every frame be judged at once."""
    path = capture("rtl8139/tso-on-1492.sender")
    text = tshark("-r", path, "-T", "fields", "-e", "wiretruth.finding", "-z", "wiretruth,diagnosis")
    assert tshark("-r", path, "-q", "-z", "wiretruth,diagnosis") in text
    assert text.startswith(tshark("-r", path, "-T", "fields", "-e", "wiretruth.finding"))
