# SPDX-License-Identifier: GPL-2.0-or-later
"""
Jumbo frames: links of 9000 where large frames are real, and what happens where such a link ends.

jumbo            s ---s0 ms---[ m, 9000 ]---mc c0--- c
jumbo-to-1500    s ---(9000)--- r1 ---(1500)--- r2 ---(9000)--- c
jumbo-switch     s and c think 9000, the switch between them carries 1500
"""
from . import topology, traffic
from .net import NO_OFFLOAD
from .scenario import Run, scenario


@scenario("mtu/jumbo", "A jumbo LAN without offload", "frames of 9014 bytes that are just that")
def jumbo(lab, version):
    net = topology.lan(lab, version, 9000)
    net.s.offload("s0", NO_OFFLOAD)
    run = Run(lab, path_mtu=9000)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 60000)
    return run.stop()


@scenario("mtu/jumbo-tso", "A jumbo LAN with TSO", "super-frames of 8948 or 8928 payload bytes a segment", ip=("v4",))
def jumbo_tso(lab, version):
    net = topology.lan(lab, version, 9000)
    run = Run(lab, path_mtu=9000)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.capture("wire", net.m, "mc", "behind the segmenter")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 60000)
    return run.stop()


@scenario("mtu/jumbo-to-1500", "A jumbo LAN that ends at a router", "reports of 1500, obeyed")
def jumbo_to_1500(lab, version):
    net = topology.chain(lab, version, 1500, sender="plain", mtu=9000)
    run = Run(lab, path_mtu=1500, obeyed=True)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000)
    return run.stop()


@scenario("mtu/jumbo-switch", "A switch that carries 1500 between hosts that think 9000",
          "no router, no report: large frames vanish in the switch")
def jumbo_switch(lab, version):
    net = topology.lan(lab, version, 9000)
    net.s.offload("s0", NO_OFFLOAD)
    for device in ("ms", "mc"):
        net.m.ip(f"link set dev {device} mtu 1500")
    run = Run(lab, "black_hole", path_mtu=1500, findings={"sender": {"pmtu.black_hole": "some"}})
    run.capture("sender", net.s, "s0", "the sender's own capture")
    traffic.Transfer(net.s, net.c, net.at["s"], 800, port=8080)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000, patience=5)
    return run.stop()
