# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP, ICMP, fragments, UDP super-frames and cooked captures of all interfaces, at two points: made with scapy."""

import itertools
import pathlib
import struct
import sys

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, fragment
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment, fragment6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "captures"))
from lab import decode, pcapng  # noqa: E402

MS = 1_000_000
START = 1_700_000_000_000 * MS
ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")  # else scapy asks the network of this machine
NAT = {"10.0.0.1": "192.0.2.7", "fd00::1": "2001:db8::7"}


@pytest.fixture
def capture_of(scratch, request):
    """capture_of({point: [(milliseconds, packet)]}): a pcapng file with an interface for each point."""

    number = itertools.count()

    def build(points):
        path = scratch / f"{abs(hash(request.node.nodeid))}-{next(number)}.pcapng"
        interfaces = [pcapng.Interface(name) for name in points]
        frames = [pcapng.Frame(START + round(at * MS), bytes(ETHER / packet), interface=number)
                  for number, packets in enumerate(points.values()) for at, packet in packets]
        pcapng.write(path, interfaces, sorted(frames, key=lambda frame: frame.time))
        path.chmod(0o644)
        return path

    return build


def twins(path, fields):
    """{(point, number there): {(point, number there)}}."""
    rows = fields(path, "frame.interface_id", "wiretruth.twin", options=("-2",))
    count, place = {}, {}
    for number, ((interface,), _) in rows.items():
        count[interface] = count.get(interface, 0) + 1
        place[number] = "ab"[int(interface)], count[interface]
    return {place[number]: {place[int(twin)] for twin in found} for number, (_, found) in rows.items()}


def pairs(path, fields):
    """Twins of the first point's frames: [numbers at the second point] for each."""
    found = twins(path, fields)
    for one, others in found.items():
        assert all(one in found[other] for other in others), "one frame is the twin, the other is not"
    return [sorted(number for _, number in found[one]) for one in sorted(found) if one[0] == "a"]


def ip(version, number, source=None, **others):
    if version == 4:
        return IP(src=source or "10.0.0.1", dst="198.51.100.9", id=number, **others)
    return IPv6(src=source or "fd00::1", dst="2001:db8:9::9", **others)


def translated(version, number, **others):
    return ip(version, number, NAT["10.0.0.1" if version == 4 else "fd00::1"], **others)


@pytest.mark.parametrize("version", [4, 6])
def test_datagrams(version, capture_of, fields):
    """Equal datagrams one after the other, the third lost: IPv4 tells by identification, IPv6 by the time."""
    send = [(10 * i, ip(version, 100 + i) / UDP(sport=5000, dport=53) / Raw(b"the same bytes again")) for i in range(6)]
    receive = [(at + 2, packet) for number, (at, packet) in enumerate(send) if number != 2]
    assert pairs(capture_of({"a": send, "b": receive}), fields) == [[1], [2], [], [3], [4], [5]]


@pytest.mark.parametrize("ahead", [-40, 0, 40])
def test_datagrams_translated(ahead, capture_of, fields):
    send = [(10 * i, ip(4, 100 + i) / UDP(sport=5000, dport=53) / Raw(b"question number %d" % i)) for i in range(6)]
    receive = [(at + 2 + ahead, translated(4, 100 + i, ttl=60) / UDP(sport=61000, dport=53) / packet[Raw])
               for i, (at, packet) in enumerate(send)]
    assert pairs(capture_of({"a": send, "b": receive}), fields) == [[i] for i in range(1, 7)]


def test_strangers(capture_of, fields):
    """Equal content of different hosts, as discovery protocols send it, and scans with one sequence number."""
    ssdp = Raw(b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n")
    one = [(i, IP(src=f"10.0.0.{i + 1}", dst="239.255.255.250", id=i + 1) / UDP(sport=1900, dport=1900) / ssdp)
           for i in range(5)]
    two = [(i, IP(src=f"10.9.0.{i + 1}", dst="239.255.255.250", id=i + 1) / UDP(sport=1900, dport=1900) / ssdp)
           for i in range(5)]
    scan = [(10 + i, IP(src="10.0.0.1", dst="198.51.100.9", id=1000 + i) / TCP(dport=i + 1, flags="S", seq=4711))
            for i in range(5)]
    other = [(10 + i, IP(src="10.0.0.1", dst="198.51.100.9", id=2000 + i) / TCP(dport=i + 90, flags="S", seq=4711))
             for i in range(5)]
    assert pairs(capture_of({"a": one + scan, "b": two + other}), fields) == [[]] * 10


@pytest.mark.parametrize("version", [4, 6])
def test_echoes(version, capture_of, fields):
    def echo(i):
        return ICMP(id=77, seq=i) if version == 4 else ICMPv6EchoRequest(id=77, seq=i)

    send = [(10 * i, ip(version, 500 + i) / echo(i) / Raw(b"abcdefghijklmnop")) for i in range(4)]
    receive = [(at + 3, packet) for at, packet in send]
    assert pairs(capture_of({"a": send, "b": receive}), fields) == [[1], [2], [3], [4]]


def test_echo_translated(capture_of, fields):
    """NAT rewrites the identifier of an echo as it does a port."""
    send = [(10 * i, ip(4, 500 + i) / ICMP(id=77, seq=i) / Raw(b"abcdefghijklmnop")) for i in range(4)]
    receive = [(at + 3, translated(4, 500 + i) / ICMP(id=9, seq=i) / packet[Raw]) for i, (at, packet) in enumerate(send)]
    assert pairs(capture_of({"a": send, "b": receive}), fields) == [[1], [2], [3], [4]]


def test_report_translated(capture_of, fields):
    """A report and the packet that it quotes are both rewritten on their way through NAT."""
    def report(source, sport, number):
        quote = IP(src=source, dst="198.51.100.9", id=number, len=1500) / TCP(sport=sport, dport=80, seq=1000 * number)
        target = IP(src="203.0.113.1", dst=source, id=7000 + number)
        return target / ICMP(type=3, code=4, nexthopmtu=1400) / Raw(bytes(quote)[:28])

    outside = [(10 * i, report("192.0.2.7", 61000, i)) for i in range(1, 4)]
    inside = [(10 * i + 1, report("10.0.0.1", 4000, i)) for i in range(1, 4)]
    assert pairs(capture_of({"a": outside, "b": inside}), fields) == [[1], [2], [3]]


def test_fragments(capture_of, fields):
    """Whole at one point and in fragments at the other, and the same fragments at both."""
    whole = ip(4, 300) / UDP(sport=5000, dport=5001) / Raw(bytes(range(256)) * 14)
    pieces = fragment(whole, fragsize=1480)
    assert pairs(capture_of({"a": [(0, whole)], "b": [(2 + i / 10, piece) for i, piece in enumerate(pieces)]}),
                 fields) == [[1, 2, 3]]
    cut = [(i / 10, piece) for i, piece in enumerate(pieces)]
    assert pairs(capture_of({"a": cut, "b": [(at + 2, piece) for at, piece in cut]}), fields) == [[1], [2], [3]]


def test_fragments_v6(capture_of, fields):
    whole = ip(6, 0) / IPv6ExtHdrFragment(id=0xABCDEF01) / UDP(sport=5000, dport=5001) / Raw(bytes(range(256)) * 14)
    cut = [(i / 10, piece) for i, piece in enumerate(fragment6(whole, 1400))]
    assert pairs(capture_of({"a": cut, "b": [(at + 2, piece) for at, piece in cut]}), fields) == \
        [[i + 1] for i in range(len(cut))]


def partial(packet):
    """The same with the checksum that a stack leaves for its NIC: the folded sum of the pseudo-header."""
    data = bytearray(bytes(packet))
    at, addresses = (20, data[12:20]) if data[0] >> 4 == 4 else (40, data[8:40])
    pseudo = bytes(addresses) + struct.pack("!HH", decode.UDP, len(data) - at)
    data[at + 6:at + 8] = struct.pack("!H", decode.folded(pseudo))
    return packet.__class__(bytes(data))


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("merged", [False, True], ids=["cut", "merged"])
def test_udp_super_frame(version, merged, capture_of, fields):
    """One datagram of 3 x 1200 + 100 bytes where the other point has four."""
    payload = bytes(range(250)) * 15
    first = (0, ip(version, 10) / UDP(sport=443, dport=40000) / Raw(payload[:1200]))
    large = (5, partial(ip(version, 11) / UDP(sport=443, dport=40000) / Raw(payload[:3700])))
    small = [(5.1 + i / 100, ip(version, 11 + i) / UDP(sport=443, dport=40000) / Raw(payload[1200 * i:1200 * i + 1200][:3700 - 1200 * i]))
             for i in range(4)]
    points = {"a": [first, large], "b": [(0.1, first[1]), *small]}
    if merged:
        points = {"a": [first, large], "b": [(0.1, first[1]), *[(at - 1, packet) for at, packet in small]]}
    assert pairs(capture_of(points), fields) == [[1], [2, 3, 4, 5]]


def test_copies_of_one_interface(capture_of, fields):
    """A capture of all interfaces of a host has a packet twice: those two are no twins, the other point's one is."""
    packets = [(10 * i, ip(4, 900 + i) / UDP(sport=5000, dport=53) / Raw(b"question number %d" % i)) for i in range(4)]
    twice = [(at + shift, packet) for at, packet in packets for shift in (0, 0.01)]
    found = twins(capture_of({"a": twice, "b": [(at + 2, packet) for at, packet in packets]}), fields)
    assert all(other[0] != one[0] for one, others in found.items() for other in others)
    assert all(len(found["b", number]) == 1 for number in range(1, 5))


def test_one_interface(capture_of, fields):
    packets = [(10 * i, ip(4, 900) / UDP(sport=5000, dport=53) / Raw(b"the same")) for i in range(4)]
    assert pairs(capture_of({"a": packets}), fields) == [[]] * 4


def test_sections(scratch, fields):
    """Two sections of one file are two points: their interfaces are numbered anew in each."""
    packets = [(10 * i, ip(4, 900 + i) / UDP(sport=5000, dport=53) / Raw(b"question number %d" % i)) for i in range(4)]
    path = scratch / "sections.pcapng"
    whole = b""
    for late in (0, 2):
        pcapng.write(path, [pcapng.Interface("eth0")],
                     [pcapng.Frame(START + round((at + late) * MS), bytes(ETHER / packet)) for at, packet in packets])
        whole += path.read_bytes()
    path.write_bytes(whole)
    path.chmod(0o644)
    found = {number: values for number, (values,) in fields(path, "wiretruth.twin", options=("-2",)).items()}
    assert found == {1: ("5",), 2: ("6",), 3: ("7",), 4: ("8",), 5: ("1",), 6: ("2",), 7: ("3",), 8: ("4",)}
