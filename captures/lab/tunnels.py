# SPDX-License-Identifier: GPL-2.0-or-later
"""
Tags, tunnels and unusual capture points.

vlan, gre, ipip   s ---s0 ms---[ m ]---mc c0--- c, tc programs on s0 and c0 add and remove the headers (tunnel.bpf.c)
vxlan             the same underlay; vx0 over it, made by the kernel
pppoe             s ---s0 [box: modem] ma---[ m ]---mb [box: concentrator] c0--- c, captured between the boxes
any               s ---s0 c0--- c, captured on all devices of s; any-router: on all devices of a router in between
loopback          lo
"""
import os
import subprocess

from . import topology, traffic
from .scenario import Run, Unavailable, scenario

HERE = os.path.dirname(os.path.abspath(__file__))


def _programs(lab):
    """The compiled tc programs; without clang the scenario is not possible."""
    path = os.path.join(lab.folder, "tunnel.bpf.o")
    if not os.path.exists(path):
        include = "/usr/include/" + os.uname().machine + "-linux-gnu"
        try:
            subprocess.run(["clang", "-O2", "-target", "bpf", "-I", include, "-c", os.path.join(HERE, "tunnel.bpf.c"),
                            "-o", path], check=True, capture_output=True)
        except FileNotFoundError:
            raise Unavailable("clang is not installed") from None
    return path


def _attach(lab, host, device, egress, ingress):
    path = _programs(lab)
    host.run(f"tc qdisc add dev {device} clsact", quiet=True)
    for direction, section in (("egress", egress), ("ingress", ingress)):
        lab.note(host.role, f"tc filter add dev {device} {direction} bpf da obj tunnel.bpf.o sec {section}")
        host.run(f"tc filter add dev {device} {direction} bpf da obj {path} sec {section}", quiet=True)


def _encapsulated(lab, version, push, pop, room):
    net = topology.lan(lab, version)
    for host, device in ((net.s, "s0"), (net.c, "c0")):
        _attach(lab, host, device, push, pop)
        if room:
            host.ip(f"route add {net.at['lan'] if host is net.s else net.at['s']} dev {device} mtu {1500 - room}")
    if push == "vlan_push":
        net.m.offload("mc", "txvlan off")
    traffic.reach(net.s, net.client_address)
    run = Run(lab, path_mtu=1500 - room)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.capture("wire", net.m, "mc", "behind the segmenter")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    return run.stop()


@scenario("tunnel/vlan", "TSO behind a VLAN tag", "frames of 1518 bytes that are no excess, super-frames with a tag")
def vlan(lab, version):
    return _encapsulated(lab, version, "vlan_push", "vlan_pop", 0)


@scenario("tunnel/gre", "TSO inside GRE", "the tunnel's header comes off every segment: 24 bytes", ip=("v4",))
def gre(lab, version):
    return _encapsulated(lab, version, "gre_push", "pop", 24)


@scenario("tunnel/ipip", "TSO inside IPIP", "the same with 20 bytes", ip=("v4",))
def ipip(lab, version):
    return _encapsulated(lab, version, "ipip_push", "pop", 20)


@scenario("tunnel/vxlan", "TSO inside VXLAN", "outer UDP and inner TCP both left for the NIC")
def vxlan(lab, version):
    net = topology.lan(lab, version)
    inner, mtu = {"v4": ("172.16.0.{}/24", 1450), "v6": ("2001:db8:77::{}/64", 1430)}[version]
    for number, host, device, remote in ((1, net.s, "s0", net.at["lan"]), (2, net.c, "c0", net.at["s"])):
        local = net.at["s"] if number == 1 else net.at["lan"]
        host.ip(f"link add vx0 type vxlan id 42 dstport 4789 local {local} remote {remote} dev {device}")
        host.ip(f"link set dev vx0 mtu {mtu} up")
        host.address("vx0", inner.format(number))
    address = inner.format(1).split("/")[0]
    traffic.reach(net.c, address)
    run = Run(lab, path_mtu=mtu)
    run.capture("sender", net.s, "s0", "the sender's own capture, on the underlay")
    run.capture("wire", net.m, "mc", "behind the segmenter")
    run.result = traffic.Transfer(net.s, net.c, address, 40000)
    return run.stop()


@scenario("tunnel/pppoe", "PPPoE", "an MTU of 1492 that is seen before any report")
def pppoe(lab, version):
    net = topology.Net(lab, version, ["s", "m", "c"])
    ends = lab.tap(net.m, "ma"), lab.tap(net.m, "mb")
    lab.bridge(net.m, "ma", "mb")
    lab.box("modem", lab.tap(net.s, "s0", mtu=1492), ends[0], ["push-pppoe:17"], ["pop-pppoe"])
    lab.box("concentrator", ends[1], lab.tap(net.c, "c0", mtu=1492), ["pop-pppoe", "delay:5"], ["delay:5", "push-pppoe:17"])
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    traffic.reach(net.s, net.at["lan"])
    run = Run(lab, path_mtu=1492, link_mtu=1492)
    run.capture("line", net.m, "ma", "on the line")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000)
    return run.stop()


@scenario("tunnel/any", "TSO, captured on all devices at once", "cooked frames: the packet type tells sent from received")
def any_device(lab, version):
    net = topology.lan(lab, version)
    run = Run(lab, path_mtu=1500)
    run.capture("sender", net.s, None, "all devices of the sender", side="sender")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    return run.stop()


@scenario("tunnel/any-router", "A router, captured on all its devices",
          "every packet twice, as it came and as it went: nothing is a retransmission", ip=("v4",))
def any_router(lab, version):
    net = topology.routed(lab, version)
    net.s.offload("s0", "tx on sg on tso on gso on")
    run = Run(lab, path_mtu=1500, windows=False)
    run.capture("router", net.r1, None, "all devices of the router", side="between")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 20000)
    return run.stop()


@scenario("tunnel/loopback", "Loopback", "frames of up to 65549 bytes that are real, and no checksum is ever filled in")
def loopback(lab, version):
    host = lab.host("s")
    address = "127.0.0.1" if version == "v4" else "::1"
    host.addresses.append(address)
    run = Run(lab, path_mtu=65536)
    run.capture("local", host, "lo", "the loopback device", side="between")
    run.result = traffic.Transfer(host, host, address, 70000)
    return run.stop()
