# SPDX-License-Identifier: GPL-2.0-or-later
"""
A datagram whose checksum is right at one point and wrong at the next was damaged in between, even if its host sent nothing
else that could be compared. Bytes of a payload are changed here; the checksums are scapy's.
"""

import random
import sys

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from conftest import ROOT

sys.path.insert(0, str(ROOT / "captures"))
from lab import pcapng  # noqa: E402

HOSTS, MILLISECOND, START = 24, 10**6, 10**18
WARN = "2"
WANTED = ("wiretruth.finding", "wiretruth.finding.severity", "wiretruth.twin")


def datagram(version, host, ttl):
    """One from each host, captured before a router (TTL 64) and behind it."""
    source = random.Random(host)
    if version == 4:
        network = IP(src=f"192.0.2.{host + 1}", dst="198.51.100.2", id=source.randrange(1, 65536), ttl=ttl)
    else:
        network = IPv6(src=f"2001:db8::{host + 1:x}", dst="2001:db8:f::2", hlim=ttl)
    ether = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    return bytes(ether / network / UDP(sport=source.randrange(1024, 65536), dport=9) / Raw(source.randbytes(200)))


def written(path, version, damaged):
    """Each datagram at both points; the last payload byte of those of the hosts `damaged` is another behind the router."""
    frames = []
    for host in range(HOSTS):
        time = START + host * 20 * MILLISECOND
        behind = bytearray(datagram(version, host, 63))
        behind[-1] ^= 0x10 if host in damaged else 0
        frames += [
            pcapng.Frame(time, datagram(version, host, 64), interface=0),
            pcapng.Frame(time + MILLISECOND, bytes(behind), interface=1),
        ]
    pcapng.write(path, [pcapng.Interface("before"), pcapng.Interface("behind")], frames)
    path.chmod(0o644)
    return path


@pytest.mark.parametrize("version", [4, 6])
def test_damage_between_points(version, scratch, fields):
    path = written(scratch / f"damage-{version}.pcapng", version, {15})
    shown = fields(path, *WANTED, filter="wiretruth.checksum.corrupt")
    assert shown == {32: (("checksum.corrupt",), (WARN,), ("31",))}


@pytest.mark.parametrize("version", [4, 6])
def test_payload_replaced(version, scratch, fields):
    """Most of them: then somebody rewrote the second capture, and nothing is known of the link."""
    path = written(scratch / f"replaced-{version}.pcapng", version, set(range(HOSTS)) - {0, 6, 12, 18})
    shown = fields(path, *WANTED, filter="wiretruth.checksum.corrupt")
    assert shown and not any(WARN in severities for _, severities, _ in shown.values())
