# SPDX-License-Identifier: GPL-2.0-or-later
"""
The two ways to find the headers of a frame, held against each other: from its bytes and from Wireshark's dissection
(preference wiretruth.layers). All bundled captures stand in one file for this, each with interfaces of its own.
"""

import struct

import pytest

FIELDS = [
    "wiretruth.finding",
    "wiretruth.direction",
    "wiretruth.l3_len",
    "wiretruth.link_mtu",
    "wiretruth.wire.frames",
    "wiretruth.wire.len",
    "wiretruth.checksum.ip",
    "wiretruth.checksum.l4",
    "wiretruth.mss.limit",
    "wiretruth.offender",
    "wiretruth.window.right_edge",
    "wiretruth.window.flight",
]
FRAME = ("-o", "wiretruth.layers:frame")
DISSECTION = ("-o", "wiretruth.layers:dissection")


@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one-pass", "two-pass"])
def test_both_ways_agree(capture, fields, passes):
    all_captures = capture("all")
    bytes_ = fields(all_captures, *FIELDS, options=(*FRAME, *passes))
    dissected = fields(all_captures, *FIELDS, options=(*DISSECTION, *passes))
    assert len(bytes_) > 1000
    different = {n: (bytes_[n], dissected[n]) for n in bytes_ if bytes_[n] != dissected[n]}
    assert not different


def test_tables_agree(capture, tshark):
    all_captures = capture("all")
    tables = [word for name in ("tree", "wire") for word in ("-z", f"wiretruth,{name}")]
    assert tshark("-r", all_captures, *FRAME, "-q", *tables) == tshark("-r", all_captures, *DISSECTION, "-q", *tables)


@pytest.fixture(scope="module")
def wireless(scratch):
    """One TCP segment in an 802.11 data frame (link type 105), which the walk over the bytes does not know."""
    tcp = bytes.fromhex("9c40 0050 00000001 00000000 5002 ffff 0000 0000")
    ip = bytes.fromhex("4500 0028 0001 4000 4006 0000 0a000001 0a000002")
    wlan = bytes.fromhex("0801 0000 020000000001 020000000002 020000000003 0000") + bytes.fromhex("aaaa03 000000 0800")
    frame = wlan + ip + tcp
    path = scratch / "wireless.pcap"
    path.write_bytes(
        struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105)
        + struct.pack("<IIII", 1, 0, len(frame), len(frame))
        + frame
    )
    path.chmod(0o644)
    return path


def test_only_the_dissection_knows_802_11(wireless, fields):
    (by_bytes,) = fields(wireless, "wiretruth.l3_len", "wiretruth.not_looked_at", options=FRAME).values()
    (dissected,) = fields(wireless, "wiretruth.l3_len", "wiretruth.not_looked_at", options=DISSECTION).values()
    assert by_bytes[0] == () and by_bytes[1]
    assert dissected == (("40",), ())


def test_layers_survive_later_visits(wireless, programs):
    """sharkd visits each frame again, when Wireshark no longer tells what its tree holds."""
    requests = [
        '{"jsonrpc":"2.0","id":1,"method":"setconf","params":{"name":"wiretruth.layers","value":"dissection"}}',
        f'{{"jsonrpc":"2.0","id":2,"method":"load","params":{{"file":"{wireless}"}}}}',
        '{"jsonrpc":"2.0","id":3,"method":"frames","params":{"filter":"wiretruth.l3_len == 40"}}',
    ]
    ran = programs.run("sharkd", "-", stdin="\n".join(requests) + "\n")
    assert '"num":1' in ran.stdout.splitlines()[-1]
