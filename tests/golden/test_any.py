# SPDX-License-Identifier: GPL-2.0-or-later
"""
Captures of all devices ("any"). Each device is a point of its own: a merged file whose interfaces become the devices of one
cooked capture says the same of every frame. Numbers of devices are in the cooked header (LINKTYPE_LINUX_SLL2).
"""

import struct
import sys

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from conftest import ROOT

sys.path.insert(0, str(ROOT / "captures"))
from lab import pcapng  # noqa: E402

ETHERNET, OTHER_HOST, OUTGOING = 1, 3, 4
FIELDS = ("finding", "diagnosis", "twin", "l3_len", "wire.frames", "window.flight", "link_mtu", "link_mtu.source")


def cooked(protocol, device, packet_type, packet):
    return struct.pack(">HHIHBB8s", protocol, 0, device, ETHERNET, packet_type, 6, bytes(8)) + packet


@pytest.fixture(scope="session")
def any_capture(scratch):
    """any_capture(NAME, FRAMES): path of a capture of all devices; FRAMES: (time, cooked bytes, original length)."""

    def write(name, frames):
        path = scratch / f"{name}.pcapng"
        frames = [pcapng.Frame(time, data, length, 0, None) for time, data, length in frames]
        pcapng.write(path, [pcapng.Interface("any", "", pcapng.SLL2, 0)], frames)
        path.chmod(0o644)
        return path

    return write


def of_all_devices(path):
    """The frames of a merged Ethernet capture, with its interfaces as devices 11, 12 ..."""
    for frame in pcapng.read(path)[1]:
        protocol = struct.unpack(">H", frame.data[12:14])[0]
        data = cooked(protocol, 11 + frame.interface, OTHER_HOST, frame.data[14:])
        yield frame.time, data, frame.length + 6


@pytest.mark.parametrize("name", ["window/firewall-v4", "window/firewall-v6", "router/merges-v4", "pmtu/filtered-v6"])
def test_devices_are_points(name, capture, fields, any_capture):
    """Else the second sighting of a packet counts as a repetition: the firewall's diagnosis is then missed."""
    wanted = [f"wiretruth.{field}" for field in FIELDS]
    merged = capture(f"{name}.merged")
    path = any_capture(name.replace("/", "-"), of_all_devices(merged))
    apart, together = (fields(each, *wanted, options=("-2",)) for each in (merged, path))
    assert any(values[1] for values in apart.values()) and any(values[2] for values in apart.values())
    assert together == apart


def test_points_are_named(capture, tshark, any_capture):
    path = any_capture("named", of_all_devices(capture("window/firewall-v4.merged")))
    text = tshark("-q", "-r", path, "-z", "wiretruth,points")
    assert "any, device 11 -> any, device 12" in text and "any, device 12 -> any, device 11" in text


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("ttl, mtu, source", [(64, 1420, "6"), (63, 1500, "8")], ids=["own", "forwarded"])
def test_announced_mss(version, ttl, mtu, source, fields, any_capture):
    """A host's own SYN tells the MTU of its link; one that a router forwards does not."""
    network = (
        IP(src="192.0.2.1", dst="198.51.100.2", ttl=ttl)
        if version == 4
        else IPv6(src="2001:db8::1", dst="2001:db8::2", hlim=ttl)
    )
    syn = bytes(network / TCP(flags="S", options=[("MSS", mss_of(1420, version))]))
    frame = cooked(0x0800 if version == 4 else 0x86DD, 7, OUTGOING, syn)
    path = any_capture(f"mss-{version}-{ttl}", [(10**18, frame, len(frame))])
    assert fields(path, "wiretruth.link_mtu", "wiretruth.link_mtu.source") == {1: ((str(mtu),), (source,))}


def mss_of(link, version):
    return link - (40 if version == 4 else 60)
