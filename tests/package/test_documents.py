# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents: links lead somewhere, version numbers agree, and the example of CONTRIBUTING.md works as it stands."""

import re
import subprocess

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

import conftest
from conftest import ROOT

FOLDERS = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith((".", "build"))]
DOCUMENTS = [
    path
    for folder in (ROOT, *sorted(FOLDERS))
    for path in sorted(folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def anchors(text):
    """What a heading is called in a link, as GitHub and GitLab make it."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links(path):
    """Each relative link names a file that is there, and a heading in it."""
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL))
    for link in links:
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


def test_map():
    """Each file that the map of the code names is in its folder."""
    rows = re.findall(r"^\| (\[.*?) \| .*? \| (.*) \|$", CONTRIBUTING, re.MULTILINE)
    assert len(rows) > 5
    for folders, files in rows:
        here = [ROOT / folder for folder in re.findall(r"\]\(([^)]+)\)", folders)]
        for name in re.findall(r"`([\w/]+\.\w+|\w+/\w+)`", files):
            assert any((folder / name).exists() or (folder.parent / name).exists() for folder in here), name


def test_version():
    """One number in the build, in a build inside Wireshark's tree, and at the top of the changelog."""
    source = (ROOT / "CMakeLists.txt").read_text()
    version = re.search(r"^set\(wiretruth_version ([\d.]+)\)", source, re.MULTILINE)[1]
    inside = re.search(r"set_module_info\(wiretruth (\d+) (\d+) (\d+) 0\)", source)
    newest = re.search(r"^## ([\d.]+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert ".".join(inside.groups()) == newest[1] == version


def test_debian_changelog():
    """The changelog of the package holds each change of the newest version, in lines that Debian's tools accept."""
    newest = (ROOT / "CHANGELOG.md").read_text().split("\n## ")[1]
    changes = [" ".join(change.split()) for change in re.split(r"^- ", newest, flags=re.MULTILINE)[1:]]
    lines = (ROOT / "build/plugin/package/changelog").read_text().splitlines()
    assert all(len(line) <= 80 and re.match(r"(\w| --|  \* |    \S|$)", line) for line in lines)
    made = [" ".join(change.split()) for change in " ".join(lines[2:-2]).split("  * ")]
    assert len(changes) > 5 and made[2:] == changes


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The build folder of a copy of this tree with the example of CONTRIBUTING.md applied, and what is called in it."""
    tree = conftest.tree_copy(tmp_path_factory.mktemp("example") / "tree", "*.pcapng", "*.truth.json", "corpus")
    patch = "".join(re.findall(r"^```diff\n(.*?)^```$", CONTRIBUTING, re.MULTILINE | re.DOTALL))
    subprocess.run(["patch", "-p1", "--batch"], cwd=tree, input=patch, text=True, check=True)
    build = tree / "build"
    for command in (
        ["cmake", "-S", tree, "-B", build, "-DCMAKE_BUILD_TYPE=Debug"],
        ["cmake", "--build", build, "--parallel", "2", "--target", "wiretruth", "--target", "test_engine_tiny_mss"],
    ):
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "warning" not in ran.stdout + ran.stderr
    return build


def test_example_unit(example):
    """The unit test of the example runs, as CONTRIBUTING.md calls it."""
    program, *options = re.search(r"build/(unit/test_engine_tiny_mss) (-p \S+)", CONTRIBUTING).groups()
    ran = subprocess.run([example / program, *options[0].split()], capture_output=True, text=True)
    assert ran.returncode == 0 and "ok 1" in ran.stdout


def test_example_plugin(example, scratch, monkeypatch):
    """One row and one function make a filter, a text and a count."""
    monkeypatch.setitem(conftest.BUILDS, "example", example)
    programs = conftest.Programs(scratch / "example", "example")
    ether = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    asks = {1: 1460, 2: 200}  # each a packet of its own
    syns = [
        ether / IP(src="192.0.2.1", dst="192.0.2.2", id=number) / TCP(flags="S", seq=number, options=[("MSS", mss)])
        for number, mss in asks.items()
    ]
    path = scratch / "example" / "syn.pcap"
    wrpcap(str(path), syns)
    path.chmod(0o644)
    assert programs.tshark("-r", path, "-Y", "wiretruth.mss.tiny", "-T", "fields", "-e", "frame.number") == "2\n"
    assert "MSS of 200" in programs.tshark("-r", path, "-q", "-z", "expert,wiretruth")
    assert "mss.tiny" in programs.tshark("-r", path, "-q", "-z", "wiretruth,tree")


def test_example_scenario(example):
    """The generator knows the scenario of the example."""
    ran = subprocess.run([example.parent / "captures/generate", "--list"], capture_output=True, text=True)
    assert ran.returncode == 0 and "segmentation/tiny-mss-v4" in ran.stdout
