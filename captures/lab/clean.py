# SPDX-License-Identifier: GPL-2.0-or-later
"""
Controls: nothing here is to be repaired, or nothing that the plugin is about. A Warn or an Error is a false alarm.

     s ---s0 ms---[ m ]---mb [box: 5 ms; loss, reordering, repetition] c0--- c
     s ---s0 rw--- r1 (NAT) ---rc [box: 10 ms] c0--- c
"""
import socket

from . import topology, traffic
from .net import NO_OFFLOAD
from .scenario import Run, scenario


def _line(lab, version, forward=(), backward=()):
    net = topology.Net(lab, version, ["s", "m", "c"])
    lab.cable(net.s, "s0", net.m, "ms")
    out, into = lab.tap(net.m, "mb"), lab.tap(net.c, "c0")
    lab.bridge(net.m, "ms", "mb")
    net.s.offload("s0", NO_OFFLOAD)
    run = Run(lab, path_mtu=1500)
    run.journals.append(lab.box("line", out, into, [*forward, "delay:5"], [*backward, "delay:5"]))
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    traffic.reach(net.s, net.at["lan"])
    run.capture("sender", net.s, "s0", "the sender's own capture")
    return net, run


@scenario("clean/no-offload", "No offload at all", "every frame as on the wire")
def no_offload(lab, version):
    net, run = _line(lab, version)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    return run.stop()


@scenario("clean/loss", "Loss, reordering, repetition", "an ordinary bad line: retransmissions, nothing about sizes")
def loss(lab, version):
    net, run = _line(lab, version, ["lose:5,11,12,23", "reorder:8,17", "repeat:14"])
    run.capture("receiver", net.c, "c0", "the client's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 50000)
    return run.stop()


@scenario("clean/burst-loss", "A burst of full-size segments is lost",
          "full-size segments were acknowledged before: no black hole", ip=("v4",))
def burst_loss(lab, version):
    net, run = _line(lab, version, ["lose:" + ",".join(str(number) for number in range(14, 30))])
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 50000)
    return run.stop()


@scenario("clean/nat", "NAT in the path", "addresses and ports differ on both sides of the router", ip=("v4",))
def nat(lab, version):
    net = topology.routed(lab, version)
    net.r1.nft("""
table ip nat {
    chain postrouting {
        type nat hook postrouting priority 100;
        oifname "rw" masquerade
    }
}
""")
    run = Run(lab, path_mtu=1500)
    run.capture("sender", net.s, "s0", "the server's own capture")
    run.capture("receiver", net.c, "c0", "the client's own capture, behind NAT")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000)
    run.merge = 0
    return run.stop()


@scenario("clean/scan", "A port scan", "forty SYNs, forty resets")
def scan(lab, version):
    net, run = _line(lab, version)
    for port in range(20, 60):
        with net.c.inside():
            end = socket.socket(traffic.family(net.at["s"]), socket.SOCK_STREAM)
        end.settimeout(1)
        end.connect_ex((net.at["s"], port))
        end.close()
    return run.stop()


@scenario("clean/connections", "Many short connections", "thirty requests, each with its own connection")
def connections(lab, version):
    net, run = _line(lab, version)
    for _ in range(30):
        traffic.Transfer(net.s, net.c, net.at["s"], 200)
    return run.stop()
