# SPDX-License-Identifier: GPL-2.0-or-later
"""
The five stories that the plugin is measured by. Story 1 exists as genuine captures too (rtl8139/); here the box plays
that NIC, for both IP versions and two paths.

Story 1      s ---s0 [box: NIC] rw--- r1 ---(1492 or 1420)--- r2 ---[box: 10 ms]--- c
Story 2      s ---s0 ms---[m]---mb [box: merges and refuses] rb--- c
Story 3      s ---s0 [box: NIC that leaks] c0--- c
Story 4      s ---s0 ms---[m]---mb [box: firewall, 10 ms] c0--- c
Story 5      s ---s0 [box: NIC] fs---f (drops ICMP errors) fr --- r1 ---(1492)--- r2 ---[box: 10 ms]--- c
"""
from . import topology, traffic
from .scenario import Run, scenario


def _faulty_nic(lab, version, small, segment, root_cause, write=None, pause=0.0, length=30000):
    net = topology.chain(lab, version, small, sender="box", segment=segment)
    # The client's MSS fits the small link, as a clamping router makes it, so only the NIC's own idea of size matters.
    net.c.sysctl("net.ipv4.tcp_rmem=4096,131072,6291456")
    run = Run(lab, root_cause, path_mtu=small)
    run.journals.append(net.journal)
    if root_cause != "none":
        # At the receiver there are holes of 1448 bytes where 1440 is the most: a hint that may or may not be taken.
        run.planted.update(findings={"sender": {"segmentation.wrong": "some"}, "wire": {"segmentation.wrong": "some"}},
                           may={"receiver": ["segmentation.wrong"]})
    overhead = 40 if version == "v4" else 60
    route = f"{'-6 ' if version == 'v6' else ''}route change default via {net.at['r2']} advmss {small - overhead}"
    net.c.ip(route)
    run.capture("sender", net.s, "s0", "the sender's own capture, before its NIC")
    run.capture("wire", net.r1, "rw", "behind the sender's NIC")
    run.capture("receiver", net.c, "c0", "the client's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], length, patience=12, write=write, pause=pause)
    run.merge = 192 if small == 1492 else None
    return run.stop()


@scenario("nic/fixed-size-1492", "A NIC that cuts at 1500 whatever it is asked",
          "super-frames of 2 x 1440 leave the NIC as 1448 + 1432; the 1448 is refused by the 1492 link", story=1)
def fixed_size_1492(lab, version):
    return _faulty_nic(lab, version, 1492, "segment:mtu=1500", "nic_ignores_mss")


@scenario("nic/fixed-size-1420", "The same NIC before a tunnel of 1420",
          "the same fault with a smaller link: every full piece of a super-frame is refused", story=1)
def fixed_size_1420(lab, version):
    return _faulty_nic(lab, version, 1420, "segment:mtu=1500", "nic_ignores_mss")


@scenario("nic/fixed-size-control", "The same path with a NIC that cuts as asked", "no report, no loss", story=1)
def fixed_size_control(lab, version):
    return _faulty_nic(lab, version, 1492, "segment", "none")


@scenario("nic/mss-only", "A NIC that cuts at 1460 payload bytes and forgets the TCP options",
          "wire frames of 1512 bytes IP length: larger than the link MTU", ip=("v4",))
def mss_only(lab, version):
    return _faulty_nic(lab, version, 1492, "segment:mss=1460", "nic_ignores_mss")


def _merging_router(lab, version, merge=True, plain=False):
    net = topology.Net(lab, version, ["s", "m", "c"])
    lab.cable(net.s, "s0", net.m, "ms")
    out, into = lab.tap(net.m, "mb"), lab.tap(net.c, "c0")
    lab.bridge(net.m, "ms", "mb")
    if plain:
        net.s.offload("s0", topology.NO_OFFLOAD)
    stages = ["delay:5"] if not merge else [f"merge:1500,{net.at['r1']}", "delay:5"]
    run = Run(lab, "router_merges" if merge else "none", path_mtu=1500)
    run.journals.append(lab.box("router", out, into, stages, ["delay:5"]))
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    traffic.reach(net.s, net.at["lan"])
    run.capture("sender", net.s, "s0", "the sender's own capture")
    if not plain:
        run.capture("wire", net.m, "mb", "between the sender and the router")
    run.capture("receiver", net.c, "c0", "the client's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 24000, patience=6)
    run.merge = 192 if merge and not plain else None
    return run.stop()


@scenario("router/merges", "A router that merges what it receives and refuses the result",
          "reports of MTU 1500 that quote packets longer than any that was sent", story=2)
def merges(lab, version):
    return _merging_router(lab, version)


@scenario("router/merges-plain", "The same router, and a sender without any offload",
          "the quoted length was never sent by anybody", story=2, ip=("v4",))
def merges_plain(lab, version):
    return _merging_router(lab, version, plain=True)


@scenario("router/merges-control", "The same path with a router that does not merge", "nothing is refused", story=2)
def merges_control(lab, version):
    return _merging_router(lab, version, merge=False)


def _leaking_nic(lab, version, segment, root_cause):
    net = topology.Net(lab, version, ["s", "r1", "c"])
    run = Run(lab, root_cause, path_mtu=1500)
    run.journals.append(lab.box("nic", (lab.tap(net.s, "s0", offload=True), True), lab.tap(net.r1, "rw"), [segment]))
    ends = lab.tap(net.r1, "rc"), lab.tap(net.c, "c0")
    lab.box("line", *ends, ["delay:5"], ["delay:5"])
    net.r1.forward()
    for host, device, role in ((net.s, "s0", "s"), (net.r1, "rw", "r1"), (net.r1, "rc", "r2"), (net.c, "c0", "c")):
        net.give(host, device, role)
    net.default(net.s, "r1")
    net.default(net.c, "r2")
    traffic.reach(net.s, net.at["c"])
    run.capture("sender", net.s, "s0", "the sender's own capture, before its NIC", proves=False)
    run.capture("wire", net.r1, "rw", "behind the sender's NIC")
    run.capture("receiver", net.c, "c0", "the client's own capture", proves=True)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 20000, patience=8)
    run.merge = 0 if segment.endswith("own") else None
    return run.stop()


@scenario("checksum/leak", "A hypervisor that lets partial checksums of TSO segments out",
          "pieces of super-frames arrive with the pseudo-header sum and are dropped; lone segments are right", story=3)
def leak(lab, version):
    return _leaking_nic(lab, version, "segment:leak=own", "checksum_leak")


@scenario("checksum/leak-some", "As leak, every third piece", "some pieces arrive with the pseudo-header sum", ip=("v4",))
def leak_some(lab, version):
    return _leaking_nic(lab, version, "segment:leak=third", "checksum_leak")


@scenario("checksum/leak-whole", "As leak, the sum that the stack wrote for the whole super-frame",
          "a pseudo-header sum with the length of a packet that was never on the wire", ip=("v4",))
def leak_whole(lab, version):
    return _leaking_nic(lab, version, "segment:leak=whole", "checksum_leak")


@scenario("checksum/leak-control", "The same path with a NIC that completes every checksum", "nothing is dropped", story=3)
def leak_control(lab, version):
    return _leaking_nic(lab, version, "segment", "none")


def _firewall(lab, version, scaling=True, firewall=True):
    net = topology.Net(lab, version, ["s", "m", "c"])
    lab.cable(net.s, "s0", net.m, "ms")
    out, into = lab.tap(net.m, "mb"), lab.tap(net.c, "c0")
    lab.bridge(net.m, "ms", "mb")
    run = Run(lab, "firewall_ignores_scaling" if firewall and scaling else "none", path_mtu=1500)
    if run.root_cause != "none":
        run.planted.update(findings={"sender": {"window.unscaled_drop": "some"}},
                           may={"receiver": ["window.unscaled_drop"]})
    run.journals.append(lab.box("firewall", out, into, (["firewall"] if firewall else []) + ["delay:20"],
                                ["delay:20"] + (["watch"] if firewall else [])))
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    net.settings("net.ipv4.tcp_rmem=4096,131072,6291456")
    if not scaling:
        net.c.sysctl("net.ipv4.tcp_window_scaling=0")
    six = "-6 " if version == "v6" else ""
    for host, device, other in ((net.s, "s0", "lan"), (net.c, "c0", "s")):
        host.ip(f"{six}route add {net.at[other]} dev {device} initcwnd 60 initrwnd 400")
    traffic.reach(net.s, net.at["lan"])
    run.capture("sender", net.s, "s0", "the sender's own capture")
    if firewall and scaling:
        run.capture("receiver", net.c, "c0", "the client's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 110000, patience=7 if firewall and scaling else 4)
    run.merge = 192 if firewall and scaling else None
    return run.stop()


@scenario("window/firewall", "A firewall that ignores TCP window scaling",
          "everything beyond acknowledgement + unscaled window is dropped; the download stalls", story=4)
def firewall(lab, version):
    return _firewall(lab, version)


@scenario("window/firewall-unscaled", "The same firewall, the client does not scale",
          "the stopgap works: the window is what the firewall thinks", story=4, ip=("v4",))
def firewall_unscaled(lab, version):
    return _firewall(lab, version, scaling=False)


@scenario("window/firewall-control", "The same path without the firewall", "the download does not stall", story=4)
def firewall_control(lab, version):
    return _firewall(lab, version, firewall=False)


DROP_REPORTS = """
table inet filter {{
    chain {hook} {{
        type filter hook {hook} priority 0;
        icmp type destination-unreachable drop
        icmpv6 type packet-too-big drop
    }}
}}
"""


def _filtered(lab, version, segment, clamp=None):
    net = topology.Net(lab, version, ["s", "f", "r1", "r2", "c"])
    # Inside the firewall large packets vanish and nothing says why: a black hole, as far as the server can see.
    run = Run(lab, "reports_ignored", path_mtu=1492, ignored=True,
              findings={"sender": {"pmtu.black_hole": "some"}},
              may={"outside": ["pmtu.black_hole"], "receiver": ["pmtu.black_hole"]})
    run.journals.append(lab.box("nic", (lab.tap(net.s, "s0", offload=True), True), lab.tap(net.f, "fs"), [segment]))
    lab.cable(net.f, "fr", net.r1, "rf")
    lab.cable(net.r1, "rn", net.r2, "rn", 1492)
    lab.box("line", lab.tap(net.r2, "rc"), lab.tap(net.c, "c0"), ["delay:10"], ["delay:10"])
    for host, *devices in ((net.f, "fr"), (net.r1, "rf", "rn"), (net.r2, "rn")):
        for device in devices:
            host.offload(device, topology.NO_OFFLOAD)
    between = ("10.9.9.1", "10.9.9.2") if version == "v4" else ("2001:db8:9::1", "2001:db8:9::2")
    net.give(net.s, "s0", "s")
    net.give(net.f, "fs", "r1")
    net.f.address("fr", f"{between[0]}/{net.bits}")
    net.r1.address("rf", f"{between[1]}/{net.bits}")
    net.give(net.r1, "rn", "r1n")
    net.give(net.r2, "rn", "r2n")
    net.give(net.r2, "rc", "r2")
    net.give(net.c, "c0", "c")
    six = "-6 " if version == "v6" else ""
    for host, via in ((net.s, net.at["r1"]), (net.f, between[1]), (net.r1, net.at["r2n"]), (net.r2, net.at["r1n"]),
                      (net.c, net.at["r2"])):
        host.ip(f"{six}route add default via {via}")
    net.r1.ip(f"{six}route add {net.at['s']} via {between[0]}")
    for host in (net.f, net.r1, net.r2):
        host.forward()
    net.f.nft(DROP_REPORTS.format(hook="forward"))
    if clamp:
        net.c.ip(f"{six}route change default via {net.at['r2']} advmss {clamp}")
    traffic.reach(net.s, net.at["c"])
    run.capture("sender", net.s, "s0", "the server's own capture: no ICMP arrives here",
                proves=False, may=["black_hole"])
    run.capture("outside", net.f, "fr", "outside the firewall that filters ICMP")
    run.capture("receiver", net.c, "c0", "the client's own capture", may=["black_hole"])
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 40000, patience=8)
    run.merge = 192
    return run.stop()


@scenario("pmtu/filtered", "ICMP errors filtered before the server",
          "reports outside the firewall, none inside; the server never learns and the download hangs", story=5)
def filtered(lab, version):
    return _filtered(lab, version, "segment")


@scenario("pmtu/filtered-nic", "ICMP errors filtered, and a NIC that cuts at 1500 although the MSS is clamped",
          "the clamp should have helped: the NIC undoes it", story=5)
def filtered_nic(lab, version):
    run = _filtered(lab, version, "segment:mtu=1500", clamp=1452 if version == "v4" else 1432)
    # The stack obeys the MSS, so what is refused is the NIC's doing; that the reports are filtered comes on top.
    run.root_cause = "nic_ignores_mss"
    run.planted.update(also=["reports_ignored"], findings={"outside": {"segmentation.wrong": "some"}})
    run.planted["may"]["sender"] = ["pmtu.black_hole", "segmentation.wrong"]
    run.planted["may"]["receiver"] = ["pmtu.black_hole", "segmentation.wrong"]
    return run
