# SPDX-License-Identifier: GPL-2.0-or-later
"""What README.md shows and promises."""

import re
import shlex

import conftest
import pytest

README = (conftest.ROOT / "README.md").read_text()
CAPTURE = "rtl8139/tso-on-1492.wire"


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([a-z_]+/[a-z_]+\.c)`", README))))
def test_detector(name):
    assert (conftest.ROOT / "plugin/engine" / name).exists()


def run(command, capture, programs):
    """What a command of the README prints: FILE is some capture, captures/NAME.pcapng a bundled one."""
    bundled = re.compile(r"captures/(.*)\.pcapng")
    words = [str(capture(CAPTURE)) if word == "FILE" else word for word in shlex.split(command)]
    words = [str(capture(found[1])) if (found := bundled.fullmatch(word)) else word for word in words]
    ran = programs.run(*words)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize("command", [line for line in README.splitlines() if line.startswith("tshark ")])
def test_command(command, capture, programs):
    run(command, capture, programs)


TOUR = re.findall(r"```sh\n(tshark [^\n]*)\n```\n\n```\n(.*?)```", README, re.DOTALL)


def test_tour_shows_output():
    assert len(TOUR) == 4


@pytest.mark.parametrize("command, shown", TOUR)
def test_tour(command, shown, capture, programs):
    """What the tour shows of a command's output is there, line for line."""
    printed = run(command, capture, programs).splitlines()
    lines = [line for line in shown.splitlines() if line != "..."]
    first = printed.index(lines[0])
    assert printed[first : first + len(lines)] == lines


def test_excerpt(programs, capture, tshark):
    """The lines of the excerpt are what the demo prints of this capture."""
    columns = re.search(r"^columns='(.*)'$", (conftest.ROOT / "captures/demo").read_text(), re.MULTILINE)[1]
    printed = tshark("-2", "-o", f"gui.column.format:{columns}", "-r", capture(CAPTURE), "-Y", "wiretruth.finding")
    printed += tshark("-q", "-r", capture(CAPTURE), "-z", "wiretruth,diagnosis")
    excerpt = README.partition("===\n\n")[2].partition("```")[0].splitlines()
    shown = [line for line in excerpt if line.strip() != "..."]
    assert len(shown) > 5
    squeezed = {" ".join(line.split()) for line in printed.splitlines()}
    for line in shown:
        assert " ".join(line.split()) in squeezed
