# SPDX-License-Identifier: GPL-2.0-or-later
"""Path MTU on real captures. Expectations are read from the bytes: each comment says where."""

import re
import struct

import pytest

SENDER = "rtl8139/tso-on-1492.sender"
WIRE = "rtl8139/tso-on-1492.wire"
RECEIVER = "rtl8139/tso-on-1492.receiver"
WIDTH = 1 << 32


def found(fields, path, name):
    """Frames on which the finding stands in the end: some are known later than the frame that they are about."""
    return set(fields(path, "wiretruth.finding", filter=f"wiretruth.{name}", options=["-2"]))


def reports(fields, path):
    """Report -> (offender frame, quoted sequence number), by Wireshark's own dissection: tcp.seq is raw in a quote."""
    read = fields(path, "wiretruth.offender", "tcp.seq", filter="icmp.type == 3 && icmp.code == 4")
    return {number: (int(offender[0]), int(seq[0])) for number, (offender, seq) in read.items()}


@pytest.mark.parametrize("name", [SENDER, WIRE])
def test_offender_holds_the_quoted_byte(fields, capture, name):
    path = capture(name)
    sent = fields(path, "tcp.seq_raw", "tcp.len", filter="tcp.len > 0 && !icmp")
    told = reports(fields, path)
    assert len(told) == 20
    for report, (offender, quoted) in told.items():
        seq, length = (int(value[0]) for value in sent[offender])
        assert offender < report and (quoted - seq) % WIDTH < length


def test_ignored_from_the_third_report_on(fields, capture):
    path = capture(WIRE)
    ignored = found(fields, path, "pmtu.ignored")
    third = sorted(reports(fields, path))[2]
    larger = set(fields(path, "ip.len", filter=f"frame.number > {third} && !icmp && ip.len > 1492"))
    assert larger <= ignored and len(larger) == 17


def test_stack_is_not_blamed_at_the_sender(fields, capture):
    path = capture(SENDER)
    assert not found(fields, path, "pmtu.ignored") and not found(fields, path, "mtu.exceeded")
    # Every report quotes IP length 1500 although each super-frame is 2 x 1440 (1492 with headers).
    assert set(reports(fields, path)) <= found(fields, path, "segmentation.wrong")


def test_receiver_alone_proves_the_cut(fields, capture):
    path = capture(RECEIVER)
    wrong = found(fields, path, "segmentation.wrong")
    # A hole of 1448 bytes and one missing identification, closed by 1432 bytes: new data only.
    lengths = fields(path, "tcp.len", filter="ip.src == 192.0.2.10")
    assert len(wrong) >= 10 and {lengths[number][0][0] for number in wrong} == {"1432"}


@pytest.mark.parametrize("name", ["tso-off-1492", "virtio-1492", "virtio-1492-unclamped"])
@pytest.mark.parametrize("point", ["sender", "wire", "receiver"])
def test_controls(fields, capture, name, point):
    path = capture(f"rtl8139/{name}.{point}")
    for finding in ("pmtu.ignored", "pmtu.black_hole", "pmtu.merged_quote", "segmentation.wrong"):
        assert not found(fields, path, finding), finding


@pytest.mark.parametrize("version", ["v4", "v6"])
@pytest.mark.parametrize("point", ["sender", "wire"])
def test_merged_quote(fields, capture, version, point):
    path = capture(f"router/merges-{version}.{point}")
    icmp = "icmp.type == 3" if version == "v4" else "icmpv6.type == 2"
    told, said = set(fields(path, "ip.len", filter=icmp)), found(fields, path, "pmtu.merged_quote")
    assert told <= said and len(said - told) == 1  # the other one repeats what was refused: the proof
    assert not found(fields, path, "pmtu.ignored") and not found(fields, path, "segmentation.wrong")


def paths_of(text):
    """Rows of the table as dictionaries; columns are two blanks apart."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("=")][1:]
    titles = [title.strip() for title in re.split(r" {2,}", lines[0])]
    return titles, [re.split(r" {2,}", line.strip()) for line in lines[1:]]


TABLES = [  # capture, values that its only row holds: from the bytes, and from the routes of the lab
    (SENDER, ["192.0.2.10", "198.51.100.20", "1500", "1492", "192.0.2.1", "20", "cuts at the wrong size"]),
    ("rtl8139/virtio-1492-unclamped.sender", ["192.0.2.10", "198.51.100.20", "1492", "192.0.2.1", "obeyed"]),
    ("rtl8139/virtio-icmpdrop.sender", ["192.0.2.10", "198.51.100.20", "269", "1500", "black hole"]),
    ("router/merges-v6.wire", ["2001:db8:a::1", "2001:db8:a::2", "1500", "merges segments"]),
]


@pytest.mark.parametrize(("name", "values"), TABLES)
@pytest.mark.parametrize("passes", [(), ("-2",)])
def test_table(tshark, capture, name, values, passes):
    text = tshark("-r", capture(name), *passes, "-q", "-z", "wiretruth,paths")
    titles, rows = paths_of(text)
    assert titles[:2] == ["Source", "Destination"] and len(rows) == 1
    for value in values:
        assert any(value in cell for cell in rows[0]), (value, rows[0])


def forged_reports(path, count):
    """Writes `count` ICMP reports, each quoting a packet that nobody sent."""
    frames = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101))  # raw IP
    for number in range(count):
        nobody = bytes([10, 1, number >> 8, number & 255])
        quote = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 1500, number, 0x4000, 64, 6, 0, bytes([10, 0, 0, 1]), nobody)
        icmp = struct.pack("!BBHHH", 3, 4, 0, 0, 1400) + quote + struct.pack("!HHI", number, 80, number * 99991)
        icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 56, 0, 0, 64, 1, 0, bytes([192, 0, 2, 1]), bytes([10, 0, 0, 1]))
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        frames += struct.pack("<IIII", 1000, number, 56, 56) + header + icmp
    path.write_bytes(frames)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~((total >> 16) + total) & 0xFFFF


def test_flood_is_bounded_and_said_to_be_one(tshark, fields, scratch):
    path = scratch / "flood.pcap"
    forged_reports(path, 3000)
    titles, rows = paths_of(tshark("-r", path, "-q", "-z", "wiretruth,paths"))
    assert len(rows) == 1001 and rows[-1][:2] == ["all others", "2000 more left out"] and "2000" in rows[-1]
    assert "flood" in rows[-2][2]
    assert len(found(fields, path, "pmtu.report")) == 3000


def test_table_of_a_clean_capture(tshark, capture):
    text = tshark("-r", capture("rtl8139/tso-off-1492.wire"), "-q", "-z", "wiretruth,paths")
    assert paths_of(text)[1] == []
