# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules that a machine can check: format, lint, sizes, names, warnings, licence lines, who may include whom."""

import collections
import graphlib
import json
import pathlib
import re
import shlex
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ["captures", "include", "plugin", "tests"]


def sources(*suffixes):
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in suffixes)
    return sorted(str(path.relative_to(ROOT)) for path in found)


def compiled():
    """Files that CMake compiles: clang-tidy needs to know their options."""
    return [path for path in sources(".c") if path.startswith(("plugin/", "tests/unit/"))]


@pytest.mark.parametrize("path", sources(".c", ".h"))
def test_format(path):
    ran = subprocess.run(["clang-format", "--dry-run", "--Werror", path], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("path", compiled())
def test_lint(path):
    command = ["clang-tidy", "-p", "build", "--quiet", path]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("path", sources(".c", ".h", ".py", ".sh") + ["CMakeLists.txt", "captures/demo", "tests/run"])
def test_licence(path):
    first_lines = (ROOT / path).read_text().splitlines()[:2]
    assert any("SPDX-License-Identifier: GPL-2.0-or-later" in line for line in first_lines)


GENERATED = "tests/unit/packet_samples.h"
LINES_OF_FILE = 420  # "about 400" of the house rules
LINES_OF_FUNCTION = 40


@pytest.mark.parametrize("path", sources(".c", ".h"))
def test_size(path):
    """Files of at most about 400 lines, functions of at most 40."""
    lines = (ROOT / path).read_text().splitlines()
    assert len(lines) <= LINES_OF_FILE or path == GENERATED
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line == "}" and begin:
            assert number - begin - 1 <= LINES_OF_FUNCTION, f"the function that begins in line {begin}"
            begin = None


@pytest.mark.parametrize("path", sources(".c", ".h"))
def test_comment_ends(path):
    """What a formatter leaves of a comment of one line that was too long: a lone end in the next."""
    for comment in re.findall(r"/\*.*?\*/", (ROOT / path).read_text(), re.DOTALL):
        first, *_, last = comment.split("\n") if "\n" in comment else ("/*", "")
        assert first.strip() == "/*" or last.strip() != "*/", comment


def test_names_are_unique():
    """No two files of the library and the plugin have one name: `report.c` is one file, wherever one reads of it."""
    names = collections.Counter(pathlib.Path(path).name for path in sources(".c", ".h") if path.startswith("plugin/"))
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("path", compiled())
def test_clang(path):
    """clang, too, has no warning; gcc's fail the build with sanitizers, and those of its linker test_install.py."""
    commands = json.loads((ROOT / "build/compile_commands.json").read_text())
    (command,) = [each for each in commands if each["file"] == str(ROOT / path)][:1]
    _, *options = shlex.split(command["command"])
    options = [each for each in options if not each.startswith(("-flto", "-ffat-lto"))]
    ran = subprocess.run(
        ["clang", *options, "-fsyntax-only", "-Werror"], cwd=command["directory"], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr


LAYERS = [  # from the bottom up: who stands lower knows nothing of who stands higher
    r"packet/",
    r"engine/state/",
    r"engine/(context|detector|detector_table|finding)$",
    r"engine/\w+/",  # the detectors' folders
    r"engine/(engine|detector_table)$",
    r"tables/",
    r"(wireshark|command)/",
]


def included(path):
    """Pairs of files of the plugin, without their endings, of which the first includes the second."""
    for name in re.findall(r'^#include "(.+)\.h"', (ROOT / path).read_text(), re.MULTILINE):
        here = pathlib.Path(path).with_suffix("")
        near = here.parent / name
        there = near if (ROOT / near).with_suffix(".h").exists() else pathlib.Path("plugin", name)
        if there != here:
            yield tuple(str(each.relative_to("plugin")) for each in (here, there))


def layer(name):
    return min(number for number, pattern in enumerate(LAYERS) if re.match(pattern, name))


def test_arrows():
    """No file includes what stands above it, and there is no circle of files, nor of the detectors' folders."""
    pairs = {pair for path in sources(".c", ".h") if path.startswith("plugin/") for pair in included(path)}
    assert [pair for pair in pairs if layer(pair[0]) < layer(pair[1])] == []
    folders = {tuple(str(pathlib.Path(name).parent) for name in pair) for pair in pairs if layer(pair[0]) == 3}
    for arrows in pairs, {(here, there) for here, there in folders if here != there}:
        graph = collections.defaultdict(set)
        for here, there in arrows:
            graph[here].add(there)
        graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, with the circle


def test_core_knows_no_wireshark():
    """Packets, engine and tables are a library of their own."""
    include = re.compile(r'#\s*include\s*[<"](epan|wiretap|wsutil|wireshark)')
    for path in sources(".c", ".h"):
        if path.startswith(("include/", "plugin/packet/", "plugin/engine/", "plugin/tables/")):
            assert not include.search((ROOT / path).read_text()), path


def test_command_knows_no_dissection():
    """It reads files with wiretap, and is linked with nothing above that."""
    for path in sources(".c", ".h"):
        if path.startswith("plugin/command/") or "wtap" in pathlib.Path(path).name:
            assert not re.search(r'#\s*include\s*[<"]epan', (ROOT / path).read_text()), path


def test_no_name_of_wireshark():
    """`address` is a type there; a variable that hides it brings a warning when built in Wireshark's own tree only."""
    for path in sources(".c", ".h"):
        if path.startswith("plugin/wireshark/"):
            assert not re.search(r"\w \*?address[,;)\[ ]", strip_comments((ROOT / path).read_text())), path


def strip_comments(text):
    return re.sub(r"/\*.*?\*/|\"[^\"\n]*\"", "", text, flags=re.DOTALL)


def test_versions_differ_in_one_place():
    """compat*.h know what Wireshark's versions name differently; plugin.c only tells for which one it was built."""
    asks = re.compile(r"^\s*#\s*(el)?if.*(VERSION|WT_WIRESHARK)", re.MULTILINE)
    assert asks.search((ROOT / "plugin/wireshark/compat.h").read_text())
    for path in sources(".c", ".h"):
        if path.startswith(("include/", "plugin/")) and not path.startswith("plugin/wireshark/compat"):
            assert not asks.search((ROOT / path).read_text()), path


def test_top_level():
    visible = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    allowed = {"CMakeLists.txt", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "COPYING", *FOLDERS}
    assert {name for name in visible - allowed if not name.startswith("build")} == set()
