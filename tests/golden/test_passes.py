# SPDX-License-Identifier: GPL-2.0-or-later
"""The same answer in one pass, in two passes and in sharkd, which works like the GUI; only backward notes differ."""

import json
import re

import oracle
import pytest
from scapy.all import IP, UDP, Ether, IPv6, Raw, wrpcap
from scapy.layers.vxlan import VXLAN

FIELDS = """direction direction.source l3_len link_mtu link_mtu.source wire.frames wire.len segment.size segment.last
mss.limit checksum.ip checksum.l4 path_mtu offender original window.scale window.right_edge window.flight window.room
not_looked_at""".split()
TABLES = ["-q", "-z", "wiretruth,tree", "-z", "wiretruth,wire"]
BACKWARD = {"pmtu.reported", "pmtu.probing", "pmtu.obeyed", "pmtu.ignored", "pmtu.merged_quote", "checksum.leaked"}  # may stand on a frame before the one that makes it known
PROVISIONAL = {"checksum.partial", "checksum.unfilled"}  # until a later frame shows that it came from the wire


@pytest.mark.parametrize("name", oracle.SAMPLES)
def test_frames(name, capture, fields):
    names = [f"wiretruth.{field}" for field in ["finding", *FIELDS]]
    once = fields(capture(name), *names)
    twice = fields(capture(name), *names, options=["-2"])
    for number, (findings, *facts) in once.items():
        findings_twice, *facts_twice = twice[number]
        assert facts == facts_twice, f"frame {number}"
        assert set(findings) - PROVISIONAL <= set(findings_twice), f"frame {number}"
        assert set(findings_twice) - set(findings) <= BACKWARD, f"frame {number}"


@pytest.mark.parametrize("name", oracle.SAMPLES)
def test_tables(name, capture, tshark):
    assert tshark("-r", capture(name), *TABLES) == tshark("-2", "-r", capture(name), *TABLES)


def test_read_from_a_pipe(capture, programs, tshark):
    """As in a live capture, no frame can be asked for again."""
    path = capture("rtl8139/tso-on-1492.sender")
    piped = programs.run("sh", "-c", f"tshark -n -r - -q -z wiretruth,tree <{path}")
    assert piped.stdout == tshark("-r", path, "-q", "-z", "wiretruth,tree")


def test_session_reset(capture, programs, tshark):
    """-M starts the engine anew with frame 1; the frames until then say what they say without it."""
    path = capture("rtl8139/tso-on-1492.sender")
    command = ["-r", path, "-T", "fields", "-e", "wiretruth.finding"]
    reset = programs.run("tshark", "-n", "-M", "100", *command)
    assert reset.returncode == 0
    assert reset.stdout.splitlines()[:99] == tshark(*command).splitlines()[:99]


@pytest.mark.parametrize(
    ("options", "again"),
    [
        (["-q", "-z", "wiretruth,tree"], False),
        (["-q", "-z", "io,phs"], False),
        (["-V"], False),
        (["-T", "fields", "-e", "tcp.seq"], False),
        (["-Y", "tcp", "-w", "/dev/null"], False),
        (["-M", "100", "-q", "-z", "wiretruth,tree"], False),
        (["-2"], True),
        (["-2", "-q", "-z", "wiretruth,tree"], True),
        (["-2", "-R", "tcp", "-q", "-z", "wiretruth,tree"], True),
        (["-2", "-R", "tcp", "-V"], True),
    ],
)
def test_kept(options, again, capture, programs):
    """The plugin finds out whether tshark comes back to frames, and its log tells. Only then is kept what is known of them."""
    path = capture("rtl8139/tso-on-1492.sender")
    debug = ["--log-level", "debug", "--log-domains", "wiretruth"]
    sources = [["-r", str(path)]] if again else [["-r", str(path)], ["-r", "-"]]
    for source in sources:
        ran = programs.run("sh", "-c", f'exec tshark -n "$@" <{path}', "sh", *source, *options, *debug)
        told = re.findall(r"frame 1: the first one; (.*)", ran.stderr)
        assert ran.returncode == 0 and set(told) == {"others may be visited again" if again else "a single pass"}
        assert len(told) == (4 if "-M" in options else 1)


def test_decisions(capture, programs):
    """So does why a detector decided: frame 8 reports 1492 about frame 7, a super-frame (test_pathmtu.py reads the bytes)."""
    command = ["tshark", "-n", "-r", str(capture("rtl8139/tso-on-1492.sender")), "-q", "-z", "wiretruth,tree"]
    log = programs.run(*command, "--log-level", "debug", "--log-domains", "wiretruth").stderr
    assert re.search(r"wiretruth DEBUG.*frame 8: pmtu\.report on frame 8\b", log)


def test_quiet(capture, programs):
    """Without being asked the log says nothing; with other domains asked for neither."""
    command = ["tshark", "-n", "-r", str(capture("rtl8139/tso-on-1492.sender")), "-q", "-z", "wiretruth,tree"]
    for options in ([], ["--log-level", "debug", "--log-domains", "epan"]):
        assert "first one" not in programs.run(*command, *options).stderr


def test_coverage(scratch, tshark):
    """
    What was looked at is the same in each pass, with a filter, and in the tree of the frame. On a link of IPv4 packets (228,
    LINKTYPE_IPV4) Wireshark names IPv4 and IPv6 for one header of IPv6; a tunnel on a port of the user's it knows alone.
    """
    inner, outer = (IPv6(src="2001:db8::1", dst="2001:db8::2") / UDP(sport=1000, dport=port) for port in (2000, 7777))
    tunnel = outer / VXLAN(flags="Instance", vni=7) / Ether() / IP(src="10.0.0.1", dst="10.0.0.2") / UDP() / b"some data"
    packets = [IP(proto=41) / (inner / b"some data"), inner / b"some data", tunnel, IP(proto=41) / tunnel]
    path = scratch / "coverage.pcap"
    wrpcap(str(path), [Raw(bytes(packet)) for packet in packets], linktype=228)
    path.chmod(0o644)
    for passes in ([], ["-2"]):
        command = ["-r", path, *passes, "-d", "udp.port==7777,vxlan"]
        for filter in ("", ",frame"):
            rows = tshark(*command, "-q", "-z", f"wiretruth,tree{filter}")
            counts = dict(re.findall(r"^ *(\S.*?) {2,}(\d+)\b", rows, re.MULTILINE))
            assert (counts["Frames"], counts["looked at"], counts["not looked at"]) == ("4", "2", "2")
            assert counts["only Wireshark found a further IP header"] == "2"
        found = tshark(*command, "-Y", "wiretruth.not_looked_at", "-T", "fields", "-e", "frame.number")
        assert found.split() == ["3", "4"]


# --- sharkd: frames are read once, then visited at will ---


def sharkd(programs, *requests):
    """Results of `requests`, each (method, parameters)."""
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
        for number, (method, parameters) in enumerate(requests, start=1)
    ]
    ran = programs.run("sharkd", "-", stdin="\n".join(lines) + "\n")
    answers = {answer["id"]: answer for answer in map(json.loads, ran.stdout.splitlines())}
    return [answers[number]["result"] for number in range(1, len(requests) + 1)]


def table_counts(text):
    """{row: count} of a table as tshark prints -z wiretruth,tree, without rows that count nothing."""
    rows = (line.rsplit(None, 2) for line in text.splitlines())
    counts = {row[0].strip(): row[1] for row in rows if len(row) == 3 and row[1].isdigit()}
    return {name: int(count) for name, count in counts.items() if count != "0"}


def node_counts(nodes):
    counts = {}
    for node in nodes:
        if node["count"]:
            counts[node["name"]] = node["count"]
        counts |= node_counts(node.get("sub", []))
    return counts


@pytest.mark.parametrize("name", ["rtl8139/tso-on-1492.sender", "rtl8139/tso-on-1492.wire", "router/merges-v6.sender"])
def test_sharkd_tables(name, capture, programs, tshark):
    load = ("load", {"file": str(capture(name))})
    tap = ("tap", {"tap0": "stat:wiretruth", "tap1": "nstat:wiretruth,wire"})
    _, first, second = sharkd(programs, load, tap, tap)
    assert first == second
    taps = {tap["tap"]: tap for tap in first["taps"]}
    tree = tshark("-r", capture(name), "-q", "-z", "wiretruth,tree")
    assert node_counts(taps["stats:wiretruth"]["stats"]) == table_counts(tree)
    wire = tshark("-r", capture(name), "-q", "-z", "wiretruth,wire")
    printed = [line.split() for line in wire.splitlines() if "sends" in line or "is addressed to" in line]
    rows = taps["nstat:wiretruth,wire"]["tables"][0]["i"]
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [" ".join(str(item) for item in row[1:]).split() for row in rows] == printed != []


def test_sharkd_backward_note(capture, programs):
    """A frame visited again shows what a later one made known."""
    load = ("load", {"file": str(capture("rtl8139/tso-on-1492.sender"))})
    _, frame, frames = sharkd(
        programs, load, ("frame", {"frame": 7, "proto": True}), ("frames", {"filter": "wiretruth.pmtu.reported"})
    )
    assert "Refused on its way: frame 8 reports a path MTU of 1492" in json.dumps(frame)
    assert len(frames) == 20
