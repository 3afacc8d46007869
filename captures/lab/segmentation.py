# SPDX-License-Identifier: GPL-2.0-or-later
"""
Super-frames that are nothing to worry about: TSO at the sender, GRO at the receiver, BIG TCP, UDP GSO and GRO.

tso, small-mss, udp-gso   s ---s0 ms---[ m: bridge that segments ]---mc c0--- c     captured at s0 and mc
gro, udp-gro              the same; s cuts itself (gso before its capture point), c merges; captured at mc and c0
big-tcp                   s ---s0 c0--- c, limits of both devices raised             captured at s0
"""
import socket
import struct
import time

from . import topology, traffic
from .net import NO_OFFLOAD
from .scenario import Run, scenario

IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE, IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE = 41, 58, 63, 64
BIG = 150000


def _download(lab, version, settings=None, length=40000, advmss=None, flags=False, points=("sender", "wire")):
    net = topology.lan(lab, version)
    if settings:
        net.settings(settings)
    if advmss:
        six = "-6 " if version == "v6" else ""
        net.c.ip(f"{six}route add {net.at['s']} dev c0 advmss {advmss}")
    run = Run(lab, path_mtu=1500)
    if "sender" in points:
        run.capture("sender", net.s, "s0", "the sender's own capture", flags=flags)
    if "peer" in points:
        run.capture("peer", net.m, "ms", "the host's side of the sender's virtual cable")
    if "wire" in points:
        run.capture("wire", net.m, "mc", "behind the segmenter", flags=flags)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], length)
    run.merge = 192 if points == ("sender", "wire") and not (settings or advmss or flags) else None
    return run.stop()


@scenario("segmentation/tso", "TSO at the sender, with timestamps", "super-frames that the wire never saw")
def tso(lab, version):
    return _download(lab, version)


@scenario("segmentation/tso-no-timestamps", "TSO at the sender, without timestamps",
          "segments of 1460 or 1440 payload bytes: no option to deduct")
def tso_no_timestamps(lab, version):
    return _download(lab, version, "net.ipv4.tcp_timestamps=0")


@scenario("segmentation/tso-flags", "TSO with directions in the capture file",
          "pcapng flags tell sent from received; dumpcap does not write them, other programs do", ip=("v4",))
def tso_flags(lab, version):
    return _download(lab, version, flags=True)


@scenario("segmentation/tso-peer", "TSO, captured on the host's side of a virtual cable",
          "the same super-frames and partial checksums, but coming in: nothing has leaked")
def tso_peer(lab, version):
    return _download(lab, version, points=("peer",), length=40000)


@scenario("segmentation/small-mss", "TSO towards a receiver with a small MSS",
          "super-frames shorter than the link MTU", ip=("v4",))
def small_mss(lab, version):
    return _download(lab, version, advmss=300, length=24000)


@scenario("segmentation/gro", "GRO at the receiver", "merged frames come in with partial checksums, lone ones with real ones")
def gro(lab, version):
    net = topology.lan(lab, version)
    net.s.offload("s0", "tx off tso off gso on gro off")
    net.c.merge_received("c0")
    run = Run(lab, path_mtu=1500)
    run.capture("wire", net.m, "mc", "in front of the receiver")
    run.capture("receiver", net.c, "c0", "the receiver's own capture, behind GRO")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    run.merge = 192
    return run.stop()


def _raise_limits(host, device):
    """RTM_SETLINK with the limits that iproute2 6.1 cannot set for IPv4."""
    with host.inside():
        index = socket.if_nametoindex(device)
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    limits = (IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE, IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE)
    body = struct.pack("BxHiII", 0, 0, index, 0, 0) + b"".join(struct.pack("HHI", 8, kind, BIG) for kind in limits)
    link.send(struct.pack("IHHII", 16 + len(body), 16, 5, 1, 0) + body)  # RTM_SETLINK (here NEWLINK), request + ack
    link.recv(4096)
    link.close()
    host.lab.note(host.role, f"ip link set dev {device} gso_max_size {BIG} gro_max_size {BIG} gso_ipv4_max_size {BIG} "
                             f"gro_ipv4_max_size {BIG}")


@scenario("segmentation/big-tcp", "BIG TCP", "packets over 65535 bytes: the length field says 0")
def big_tcp(lab, version):
    net = topology.lan(lab, version, wire=False)
    net.c.offload("c0", "gro on sg on")
    for host, device in ((net.s, "s0"), (net.c, "c0")):
        _raise_limits(host, device)
        host.sysctl("net.ipv4.tcp_wmem=4096,4194304,33554432 net.ipv4.tcp_rmem=4096,4194304,33554432")
    six = "-6 " if version == "v6" else ""
    net.s.ip(f"{six}route add {net.at['lan']} dev s0 initcwnd 200")
    net.c.ip(f"{six}route add {net.at['s']} dev c0 initrwnd 2000")
    run = Run(lab, path_mtu=1500)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 180000)
    return run.stop()


def _datagrams(net, merge=False, sizes=((8000, 1200), (700, 500), (12000, 1000), (3000, 1400))):
    """Sends payloads in datagrams of the given size with one system call each."""
    receiver = traffic.udp(net.c, net.client_address, 4433, merge=merge)
    for length, size in sizes:
        sender = traffic.udp(net.s, net.at["s"], 0, segment=size)
        sender.sendto(traffic.content(length), (net.client_address, 4433))
        sender.close()
        time.sleep(0.02)
    plain = traffic.udp(net.s, net.at["s"], 0)
    for length in (1, 1200):
        plain.sendto(traffic.content(length), (net.client_address, 4433))
        time.sleep(0.02)
    traffic.drain(receiver)


@scenario("segmentation/udp-gso", "UDP GSO at the sender", "one datagram that stands for several, even below the link MTU")
def udp_gso(lab, version):
    net = topology.lan(lab, version)
    net.m.offload("mc", "tx-udp-segmentation off")
    run = Run(lab, path_mtu=1500)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.capture("wire", net.m, "mc", "behind the segmenter")
    _datagrams(net)
    return run.stop()


@scenario("segmentation/udp-gro", "UDP GRO at the receiver", "datagrams that arrive merged")
def udp_gro(lab, version):
    net = topology.lan(lab, version)
    net.s.offload("s0", "tx off tso off gso on gro off tx-udp-segmentation off")
    net.c.merge_received("c0")
    net.c.offload("c0", "rx-udp-gro-forwarding on")
    run = Run(lab, path_mtu=1500)
    run.capture("wire", net.m, "mc", "in front of the receiver")
    run.capture("receiver", net.c, "c0", "the receiver's own capture, behind GRO")
    _datagrams(net, merge=True)
    return run.stop()


@scenario("segmentation/gro-stale", "A router whose GRO keeps the first segment's checksum (fraglist GRO)",
          "merged frames with a wrong checksum that nobody minds: not corruption", ip=("v4",))
def gro_stale(lab, version):
    """s ---[ m ]---mr ra--- r1 ---c; r1 merges for forwarding, and the segments leave it as they came."""
    net = topology.Net(lab, version, ["s", "m", "r1", "c"])
    lab.cable(net.s, "s0", net.m, "ms")
    lab.cable(net.m, "mr", net.r1, "ra")
    lab.cable(net.r1, "rc", net.c, "c0")
    lab.bridge(net.m, "ms", "mr")
    for host, device, role in ((net.s, "s0", "s"), (net.r1, "ra", "r1"), (net.r1, "rc", "r2"), (net.c, "c0", "c")):
        net.give(host, device, role)
    net.default(net.s, "r1")
    net.default(net.c, "r2")
    net.r1.forward()
    net.s.offload("s0", "tx off tso off gso on gro off")
    net.c.offload("c0", NO_OFFLOAD)
    net.r1.merge_received("ra")
    net.r1.offload("ra", "rx-gro-list on")
    traffic.reach(net.s, net.at["c"])
    run = Run(lab, path_mtu=1500, stale=True)
    run.capture("wire", net.m, "mr", "in front of the router")
    run.capture("router", net.r1, "ra", "the router's own capture, behind GRO", side="receiver")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000)
    return run.stop()
