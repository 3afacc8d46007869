# SPDX-License-Identifier: GPL-2.0-or-later
"""
Path MTU: reports obeyed, ignored, missing; probing; DF cleared; MSS clamped on the way or ignored by the sender.

     s ---s0 ms---[ m ]---mr rw--- r1 ---(small MTU)--- r2 ---[box: 10 ms]--- c        (topology.chain)

The small link is in the middle: were it the client's own, the client's MSS would avoid the problem.
"""
import time

from . import topology, traffic
from .scenario import Run, scenario

DROP = """
table inet filter {{
    chain {hook} {{
        type filter hook {hook} priority 0;
        icmp type destination-unreachable icmp code frag-needed drop
        icmpv6 type packet-too-big drop
    }}
}}
"""
CLAMP = """
table inet mangle {{
    chain {hook} {{
        type filter hook {hook} priority 0;
        tcp flags syn tcp option maxseg size set {mss}
    }}
}}
"""


def _obeyed(lab, version, small, points=("sender", "wire")):
    net = topology.chain(lab, version, small)
    run = Run(lab, path_mtu=small, obeyed=True)
    if "sender" in points:
        run.capture("sender", net.s, "s0", "the sender's own capture")
    if "wire" in points:
        run.capture("wire", net.m, "mr", "behind the sender's segmenter")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 36000)
    return run.stop()


@scenario("pmtu/obeyed-1492", "Path MTU discovery at work, PPPoE in the path",
          "ten reports for the first flight, which was under way; then smaller segments at once")
def obeyed_1492(lab, version):
    return _obeyed(lab, version, 1492)


@scenario("pmtu/obeyed-1420", "Path MTU discovery at work, a tunnel in the path", "the same with 1420")
def obeyed_1420(lab, version):
    return _obeyed(lab, version, 1420, ("sender",))


@scenario("pmtu/obeyed-576", "Path MTU discovery at work, a very small link",
          "super-frames of 524 payload bytes each: some are smaller than the link MTU", ip=("v4",))
def obeyed_576(lab, version):
    return _obeyed(lab, version, 576)


@scenario("pmtu/ignored", "The sender's own firewall drops the reports",
          "the capture shows them, the stack never sees them: the same large segments again and again")
def ignored(lab, version):
    net = topology.chain(lab, version, 1492, sender="plain")
    run = Run(lab, "reports_ignored", path_mtu=1492, ignored=True, may={"sender": ["pmtu.black_hole"]})
    net.s.nft(DROP.format(hook="input"))
    run.capture("sender", net.s, "s0", "the sender's own capture: ahead of its firewall")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 20000, patience=4)
    return run.stop()


def _black_hole(lab, version, probing=False):
    net = topology.chain(lab, version, 1492, sender="plain")
    run = Run(lab, "black_hole", path_mtu=1492)
    run.planted["findings"] = {"sender": {"pmtu.probing" if probing else "pmtu.black_hole": "some"}}
    if probing:
        run.planted["may"] = {"sender": ["pmtu.black_hole"]}
        net.s.sysctl("net.ipv4.tcp_mtu_probing=1 net.ipv4.tcp_retries1=2")
    net.r1.nft(DROP.format(hook="output"))
    run.capture("sender", net.s, "s0", "the sender's own capture")
    traffic.Transfer(net.s, net.c, net.at["s"], 800, port=8080)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 20000, patience=12 if probing else 5)
    return run.stop()


@scenario("pmtu/black-hole", "A router that says nothing", "a small page loads, a large one hangs; no report anywhere")
def black_hole(lab, version):
    return _black_hole(lab, version)


@scenario("pmtu/probing", "The same path, a sender that probes (tcp_mtu_probing)",
          "after some timeouts the segments become smaller step by step, without a report")
def probing(lab, version):
    return _black_hole(lab, version, probing=True)


@scenario("pmtu/df-cleared", "A report of MTU 60", "Linux answers with packets of 552 bytes and allows fragmentation",
          ip=("v4",))
def df_cleared(lab, version):
    net = topology.chain(lab, version, 1492, sender="box", nic_back=["report-mtu:60"])
    run = Run(lab, path_mtu=1492, findings={"sender": {"pmtu.df_cleared": "some"}}, trouble=True,
              also=["reports_impossible"])
    run.journals.append(net.journal)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 20000)
    return run.stop()


@scenario("pmtu/clamped", "A router clamps the MSS", "the two ends see different MSS options; no report is needed")
def clamped(lab, version):
    net = topology.chain(lab, version, 1420)
    run = Run(lab, path_mtu=1420)
    net.r1.nft(CLAMP.format(hook="forward", mss=1420 - (40 if version == "v4" else 60)))
    run.capture("sender", net.s, "s0", "the sender's own capture")
    run.capture("receiver", net.c, "c0", "the client's own capture")
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000)
    run.merge = 0
    return run.stop()


@scenario("pmtu/mss-ignored", "A sender without regard for the receiver's MSS", "segments larger than the MSS allows")
def mss_ignored(lab, version):
    """
    s ---s0 [box: raises the MSS option towards s] rw--- r1 ---c. Seen from r1 on, s does not care about c's MSS; whether
    its stack or something in front of it is to blame cannot be told there.
    """
    net = topology.Net(lab, version, ["s", "r1", "c"])
    run = Run(lab, "mss_ignored", path_mtu=1500)
    largest = 1460 if version == "v4" else 1440
    run.journals.append(lab.box("raise", lab.tap(net.s, "s0"), lab.tap(net.r1, "rw"), [], [f"mss:{largest}"]))
    lab.box("line", lab.tap(net.r1, "rc"), lab.tap(net.c, "c0"), ["delay:5"], ["delay:5"])
    for host, device, role in ((net.s, "s0", "s"), (net.r1, "rw", "r1"), (net.r1, "rc", "r2"), (net.c, "c0", "c")):
        net.give(host, device, role)
    net.default(net.s, "r1")
    net.default(net.c, "r2")
    net.r1.forward()
    net.c.ip(f"{'-6 ' if version == 'v6' else ''}route change default via {net.at['r2']} advmss 1100")
    traffic.reach(net.s, net.at["c"])
    run.capture("wire", net.r1, "rw", "next to the sender")
    run.capture("receiver", net.c, "c0", "the client's own capture", proves=True)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 20000)
    return run.stop()


@scenario("pmtu/echo", "ping with DF, too large for the path", "reports that quote ICMP echo and UDP")
def echo(lab, version):
    net = topology.chain(lab, version, 1420, sender="plain")
    run = Run(lab, path_mtu=1420)
    run.capture("sender", net.s, "s0", "the sender's own capture")
    largest = 1472 if version == "v4" else 1452
    net.s.run(f"ping -{version[1]} -n -M do -c 1 -W 0.3 -s {largest} {net.at['c']}", check=False)
    time.sleep(0.05)
    net.s.run(f"ping -{version[1]} -n -M do -c 1 -W 0.3 -s 1300 {net.at['c']}", check=False)
    net.s.ip(f"{'-6 ' if version == 'v6' else ''}route flush cache")
    sender = traffic.udp(net.s, net.at["s"], 5000)
    sender.sendto(traffic.content(largest), (net.at["c"], 5001))
    return run.stop()
