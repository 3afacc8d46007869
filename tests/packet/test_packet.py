# SPDX-License-Identifier: GPL-2.0-or-later
"""The packet library against tshark: what tests/unit/test_packet_*.c expect of the samples, and every capture."""

import pathlib
import struct
import subprocess
import sys

import conftest
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import difference  # noqa: E402
import samples  # noqa: E402

ROOT = HERE.parents[1]
READPCAP = ROOT / "build" / "tools" / "readpcap"
FOLDERS = sorted({path.parent.name for path in conftest.bundled()})


def test_samples_header_is_current():
    """tests/unit/packet_samples.h is what samples.py writes."""
    assert (ROOT / "tests/unit/packet_samples.h").read_text() == samples.header()


def write_pcap(path, dlt, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 0x40000, dlt))
        for frame in frames:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


@pytest.fixture(scope="module", params=sorted(samples.LINKS))
def dissected(request, tmp_path_factory):
    """The samples of one link type, each with tshark's fields."""
    chosen = [sample for sample in samples.samples() if sample.link == request.param]
    path = tmp_path_factory.mktemp("samples") / "samples.pcap"
    write_pcap(path, samples.LINKS[request.param][1], [sample.frame for sample in chosen])
    frames = list(difference.tshark(path))
    assert len(frames) == len(chosen) > 0
    return list(zip(chosen, frames))


def test_sample_layers(dissected):
    """The layers written by hand are those tshark finds, but where a sample says why not."""
    wrong = []
    for sample, theirs in dissected:
        ours = [name.lstrip("*") for name in sample.layers.split(":")]
        same = difference.names(theirs) == [name for name in ours if name in difference.LAYERS]
        if not same and not sample.differs:
            wrong.append((sample.name, theirs["frame.protocols"]))
    assert wrong == []


def test_sample_sums(dissected):
    """The states written by hand are possible with what tshark says of each checksum."""
    wrong = []
    for sample, theirs in dissected:
        for ours, state in zip(sample_states(sample), tshark_states(sample, theirs)):
            if state is not None and not sample.differs and ours not in difference.STATUS[state]:
                wrong.append((sample.name, ours, state))
    assert wrong == []


def sample_states(sample):
    return [state for pair in sample.sums.split() for state in pair.split("/")]


def tshark_states(sample, theirs):
    """tshark's states in the order of sample_states(); None where it has none."""
    states = {name: iter(values) for name, values in theirs.items() if name.endswith("checksum.status")}
    kinds = [name for name in sample.layers.split(":") if name in difference.LAYERS]
    for position, kind in enumerate(kinds):
        if kind in ("ip", "ipv6"):
            yield next(states["ip.checksum.status"], None) if kind == "ip" else None
            following = kinds[position + 1] if position + 1 < len(kinds) else ""
            if following in ("ip", "ipv6"):
                following = ""
            yield next(states.get(following + ".checksum.status", iter(())), None)


@pytest.mark.parametrize("folder", FOLDERS)
def test_captures(folder, tmp_path):
    """Layers, addresses, lengths, numbers and checksum states of every frame are those of tshark."""
    if not READPCAP.exists():
        pytest.fail(f"no {READPCAP}; run tests/run", pytrace=False)
    whole = tmp_path / "whole.pcapng"
    captures = [path for path in conftest.bundled() if path.parent.name == folder]
    subprocess.run(["mergecap", "-I", "none", "-a", "-w", whole, *captures], check=True)
    frames, found = difference.compare_file(READPCAP, whole)
    assert frames > 0
    assert found == []


def test_readpcap_rejects(tmp_path):
    """A file that is no capture is an error, not an empty capture."""
    path = tmp_path / "text"
    path.write_text("not a capture, though long enough to be one\n")
    assert subprocess.run([READPCAP, path], capture_output=True, check=False).returncode != 0
