# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole plugin with sanitizers, inside tshark, over all bundled captures."""

import subprocess

import conftest
import oracle
import pytest

pytestmark = pytest.mark.skipif("sanitized" not in conftest.TESTED, reason="there is no build with sanitizers here")


@pytest.mark.parametrize("name", oracle.SAMPLES)
def test_no_report(name, capture, sanitized, tshark):
    tables = ["-z", "wiretruth,tree", "-z", "wiretruth,wire"]
    for command in (["-2", "-T", "fields", "-e", "wiretruth.finding.text", *tables], ["-q", *tables]):
        assert sanitized.tshark("-r", capture(name), *command) == tshark("-r", capture(name), *command)


def test_session_without_findings(capture, sanitized, scratch, tshark):
    """-M starts the engine anew for a last frame about which there is nothing to find: no table may look at the old one,
    also if the filter keeps the new frame from it."""
    path, arp, both = capture("rtl8139/tso-on-1492.wire"), scratch / "arp.pcapng", scratch / "arp-last.pcapng"
    number = tshark("-r", path, "-Y", "arp", "-T", "fields", "-e", "frame.number").split()[0]
    subprocess.run(["editcap", "-r", path, arp, number], check=True)
    subprocess.run(["mergecap", "-a", "-w", both, path, arp], check=True)
    both.chmod(0o644)
    frames = len(tshark("-r", both, "-T", "fields", "-e", "frame.number").split())
    for table in ("diagnosis", "json", "points", "diagnosis,tcp", "json,tcp", "points,tcp"):
        ran = sanitized.run("tshark", "-n", "-r", both, "-M", str(frames - 1), "-q", "-z", f"wiretruth,{table}")
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr.count("resetting session") == 1
        assert "nic_ignores_mss" not in ran.stdout, "what the first session showed is gone with it"
