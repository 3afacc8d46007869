# SPDX-License-Identifier: GPL-2.0-or-later
"""What a device between two points did: genuine captures of the receiver, rewritten as that device would have."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import twin_oracle  # noqa: E402
from lab import decode, pcapng  # noqa: E402
from middlebox import Rewriter  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYN, SYN_ACK = decode.SYN, decode.SYN | decode.ACK
V4, V6 = "nic/fixed-size-control-v4", "nic/fixed-size-control-v6"


def ends(path):
    """Client and server address, client port: of the first SYN in the file."""
    _, frames = pcapng.read(path)
    for frame in frames:
        for packet in decode.packets(1, frame.data, frame.length):
            if packet.tcp and packet.flags == SYN:
                return packet.source, packet.destination, packet.sport
    raise AssertionError(f"no SYN in {path}")


@pytest.fixture(scope="session")
def behind(scratch):
    """behind(NAME, LABEL, Rewriter): sender's and receiver's file, of which `role` is rewritten, and both merged."""

    def build(name, label, rewriter, snap=None, role="receiver"):
        folder = scratch / "middlebox" / name / f"{label}-{snap}"
        folder.mkdir(parents=True, exist_ok=True)
        paths = {each: ROOT / "captures" / f"{name}.{each}.pcapng" for each in ("sender", "receiver")}
        interfaces, frames = pcapng.read(paths[role])
        for frame in frames:
            frame.data = rewriter.rewrite(frame.data)
        paths[role], merged = folder / "rewritten.pcapng", folder / "merged.pcapng"
        pcapng.write(paths[role], interfaces, frames)
        files = list(paths.values())
        subprocess.run(["mergecap", "-I", "none", "-w", merged, *files], check=True, capture_output=True)
        if snap:
            subprocess.run(["editcap", "-s", str(snap), merged, folder / "cut.pcapng"], check=True)
            merged = folder / "cut.pcapng"
        merged.chmod(0o644)
        return files, merged

    return build


def wrong(paths, merged, fields):
    want = twin_oracle.twins(paths, merged)
    got = {number: {int(twin) for twin in twins}
           for number, (twins,) in fields(merged, "wiretruth.twin", options=("-2",)).items()}
    assert sum(map(bool, want.values())) > 0.9 * len(want)
    return {number: (twins, got[number]) for number, twins in want.items() if twins != got[number]}


def changes(merged, fields):
    rows = fields(merged, "wiretruth.twin.change", options=("-2",))
    return {number: set(values) for number, (values,) in rows.items()}


def translations(name):
    client, server, port = ends(ROOT / "captures" / f"{name}.receiver.pcapng")
    new_client, new_server = ("203.0.113.9", "203.0.113.80") if "." in client else ("2001:db8:9::9", "2001:db8:8::80")
    return {
        "source": Rewriter({client: new_client}, {port: 61001}, hops=1),
        "destination": Rewriter({server: new_server}, {80: 8080}, hops=3),
        "both": Rewriter({client: new_client, server: new_server}, {port: 61001, 80: 8080}, hops=2),
        "identification": Rewriter({client: new_client}, {port: 61001}, identify=lambda old: old * 7919 + 13 & 0xFFFF),
    }


@pytest.mark.parametrize("snap", [None, 192], ids=["full", "cut"])
@pytest.mark.parametrize("kind", ["source", "destination", "both"])
@pytest.mark.parametrize("name", [V4, V6, "router/merges-control-v4", "checksum/leak-control-v6"])
def test_translated(name, kind, snap, behind, fields):
    paths, merged = behind(name, kind, translations(name)[kind], snap)
    assert not wrong(paths, merged, fields)
    seen = changes(merged, fields)
    twins = fields(merged, "wiretruth.twin", options=("-2",))
    for number, (values,) in twins.items():
        assert ("address or port translated" in seen[number]) == bool(values)


def test_identification_rewritten(behind, fields):
    """Other identifications behind a device do not hide the twins; the oracle knows the true ones."""
    rewriter = translations(V4)["identification"]
    _, merged = behind(V4, "identification", rewriter)
    paths, plain = behind(V4, "not-rewritten", Rewriter())
    want = twin_oracle.twins(paths, plain)
    got = fields(merged, "wiretruth.twin", options=("-2",))
    assert sum(twins != {int(twin) for twin in got[number][0]} for number, twins in want.items()) <= 0.005 * len(want)


@pytest.mark.parametrize("name", [V4, V6])
def test_mss_clamped(name, behind, fields):
    paths, merged = behind(name, "mss", Rewriter(mss=1200, hops=1))
    assert not wrong(paths, merged, fields)
    seen = changes(merged, fields)
    syns = fields(merged, "tcp.options.mss_val")
    assert {number for number, values in seen.items() if "MSS changed" in values} == \
        {number for number, (values,) in syns.items() if values}


@pytest.mark.parametrize("name", [V4, V6])
@pytest.mark.parametrize("flags, severity", [(SYN_ACK, "8388608"), (SYN, "6291456")], ids=["SYN-ACK", "SYN"])
def test_scale_stripped(name, flags, severity, behind, fields):
    """Said once, on the SYN without the option; an Error only where one end was left scaling."""
    role = "sender" if flags == SYN else "receiver"  # the point behind the device; the client receives the data
    _, merged = behind(name, f"strip-{flags}", Rewriter(strip=flags), role=role)
    rows = fields(merged, "wiretruth.finding", "tcp.flags", "frame.interface_id", "_ws.expert.severity", options=("-2",))
    found = {number for number, (findings, *_) in rows.items() if "window.scale_stripped" in findings}
    assert len(found) == 1
    (_, (tcp_flags,), (interface,), severities), = (rows[number] for number in found)
    assert int(tcp_flags, 16) & 0xFFF == flags
    assert int(interface) == (0 if role == "sender" else 1)
    assert severity in severities


def test_df_cleared(behind, fields):
    _, merged = behind(V4, "df", Rewriter(df=False, hops=1))
    rows = fields(merged, "ip.flags.df", "wiretruth.twin", "frame.interface_id", options=("-2",))
    seen = changes(merged, fields)
    down = [number for number, (_, twins, (interface,)) in rows.items() if twins and interface == "1"]
    assert any("DF cleared" in seen[number] for number in down)
