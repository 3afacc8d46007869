# SPDX-License-Identifier: GPL-2.0-or-later
"""Live capture: findings come while the traffic runs, in Wireshark and in tshark.

The traffic is a download over a veth pair between two network namespaces, whose segments the kernel hands over uncut.
"""

import pathlib
import socket
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "captures")]
import wireshark  # noqa: E402
from lab import net, traffic  # noqa: E402

REASON = wireshark.missing() or ("" if wireshark.conftest.IS_ROOT else "network namespaces need root")
pytestmark = pytest.mark.skipif(bool(REASON), reason=REASON or "-")

RIGHTS = "+net_raw,+net_admin"  # what dumpcap asks for, handed down to it
FINDING_COLUMN, FRAMES_COLUMN = 9, 6
LENGTH = 400_000
MOSTLY = 0.8  # of the segments come in super-frames
ARTEFACTS = {"superframe.sent", "superframe.unknown", "checksum.partial"}
MSS = 1448  # 1500 less 20 of IP, 20 of TCP, 12 of time stamps


@pytest.fixture
def hosts(tmp_path):
    """A server and a client, and a cable between them."""
    try:
        lab = net.Lab(None, str(tmp_path))
        server, client = lab.host("s"), lab.host("c")
    except OSError as error:
        pytest.skip(f"no network namespaces here: {error}")
    with lab:
        lab.cable(server, "s0", client, "c0")
        server.address("s0", "192.0.2.1/24")
        client.address("c0", "192.0.2.2/24")
        yield server, client


def inside(host):
    """Command in front of one that is to run in the namespace of a host."""
    return ["nsenter", f"--net={host.path}", "--"]


def download(server, client):
    moved = traffic.Transfer(server, client, "192.0.2.1", LENGTH, patience=wireshark.PATIENCE)
    assert moved.got == LENGTH, str(moved)


def greet(server):
    """Sends one datagram, for whoever waits until the capture runs."""
    with server.inside():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"hello", ("192.0.2.2", 9))


def seen(gui):
    """[(wire frames, findings)] of each packet so far."""
    columns = (gui.ask("column", gui.main(), column, "Packet list") for column in (FRAMES_COLUMN, FINDING_COLUMN))
    return list(zip(*columns))


def is_stopped(gui):
    """The title of the window changes some time after the button."""
    return not gui.ask("is_enabled", gui.main(), "Stop") and "Capturing" not in gui.main()


def most(packets, downloads):
    """No more segments than this: each super-frame may end in a short one."""
    return downloads * LENGTH // MSS + sum("superframe." in findings for _, findings in packets)


def segments(packets):
    """Wire frames of the packets that stand for several. Both ends of a veth leave their checksums, so no side is told."""
    return sum(int(frames) for frames, findings in packets if "superframe." in findings)


def test_wireshark(hosts, scratch):
    server, client = hosts
    arguments = ["-k", "-l", "-i", "s0"]
    with wireshark.show(scratch, *arguments, outside=inside(server), rights=RIGHTS) as gui:
        gui.until(lambda: greet(server) or (gui.packets() and gui.packets()[1] > 0), "the first packet")
        for downloads in (1, 2):  # the second while findings of the first are shown
            download(server, client)
            least = int(downloads * LENGTH / MSS * MOSTLY)
            gui.until(lambda: segments(seen(gui)) >= least, f"{least} segments")
        gui.menu("Capture", "Stop")
        gui.until(lambda: is_stopped(gui), "the end of the capture")
        packets = seen(gui)
        assert len(packets) < segments(packets) <= most(packets, downloads)
        assert not any(set(findings.split(",")) - ARTEFACTS - {""} for _, findings in packets)


def test_tshark(hosts, programs, tmp_path):
    """Two passes are not possible here, so this is what one pass says as the frames come."""
    server, client = hosts
    options = ["-l", "-i", "s0", "-T", "fields", "-e", "wiretruth.wire.frames", "-e", "wiretruth.finding"]
    command = [*inside(server), *wireshark.user(RIGHTS), "tshark", *options]
    with open(tmp_path / "out", "w+") as out:
        run = subprocess.Popen(command, env=programs.env, stdout=out, stderr=subprocess.DEVNULL)
        try:
            wireshark.until(lambda: greet(server) or told(out), "the first packet")
            download(server, client)
            least = int(LENGTH / MSS * MOSTLY)
            wireshark.until(lambda: segments(told(out)) >= least, f"{least} segments")
        finally:
            run.terminate()
            run.wait()
        assert len(told(out)) < segments(told(out)) <= most(told(out), 1)


def told(out):
    """[(wire frames, findings)] of what tshark has written so far."""
    out.seek(0)
    return [tuple(line.rstrip("\n").split("\t")) for line in out if line.endswith("\n") and "\t" in line]
