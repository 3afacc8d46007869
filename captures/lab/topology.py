# SPDX-License-Identifier: GPL-2.0-or-later
"""
The two networks that most scenarios share.

lan:     s ---s0 ms--- [ m: bridge, "the wire" ] ---mc c0--- c
chain:   s ---s0 ms--- [ m ] ---mr rw--- r1 ---(small MTU)--- r2 ---[box: long line]--- c

Only s0, the sender's NIC, offloads; the bridge port behind it segments and checksums in software before its own capture
point, so what is captured at mc or mr are wire frames. Addresses: s is .1, c is .2 of the documentation networks.
"""
from . import traffic
from .net import NO_OFFLOAD

ADDRESSES = {
    "v4": {"s": "192.0.2.1", "c": "198.51.100.2", "lan": "192.0.2.2", "r1": "192.0.2.254", "r1n": "203.0.113.1",
           "r2n": "203.0.113.2", "r2": "198.51.100.254", "f": "192.0.2.253", "bits": {"lan": 24, "net": 24}},
    "v6": {"s": "2001:db8:a::1", "c": "2001:db8:c::2", "lan": "2001:db8:a::2", "r1": "2001:db8:a::fe",
           "r1n": "2001:db8:b::1", "r2n": "2001:db8:b::2", "r2": "2001:db8:c::fe", "bits": {"lan": 64, "net": 64}},
}


class Net:
    """What a scenario needs of its network: hosts by role as attributes, and both addresses."""

    def __init__(self, lab, version, roles):
        self.lab, self.version, self.at = lab, version, ADDRESSES[version]
        for role in roles:
            setattr(self, role, lab.host(role))
        self.bits = self.at["bits"]["net"]

    def give(self, host, device, role):
        host.address(device, f"{self.at[role]}/{self.bits}")

    def default(self, host, via):
        host.ip(f"{'-6 ' if self.version == 'v6' else ''}route add default via {self.at[via]}")

    def settings(self, text, *hosts):
        for host in hosts or (self.s, self.c):
            host.sysctl(text)


def lan(lab, version, mtu=1500, wire=True):
    """s and c on one Ethernet. Without `wire` their cable is direct: super-frames arrive as they are."""
    net = Net(lab, version, ["s", "c"] + (["m"] if wire else []))
    if wire:
        lab.cable(net.s, "s0", net.m, "ms", mtu)
        lab.cable(net.m, "mc", net.c, "c0", mtu)
        lab.bridge(net.m, "ms", "mc")
        # Towards the sender the wire is plain as well; super-frames come in at ms and are cut at mc.
    else:
        lab.cable(net.s, "s0", net.c, "c0", mtu)
    net.c.offload("c0", NO_OFFLOAD)
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    net.client_address = net.at["lan"]
    traffic.reach(net.s, net.client_address)
    return net


def chain(lab, version, small=1492, delay=10, sender="veth", segment="segment", mtu=1500, nic_back=(),
          line=(), back=()):
    """
    The routed path. `small`: MTU between r1 and r2; `delay`: milliseconds each way; `sender`: "veth", or "box": s has a
    TAP as NIC, and the box behind it plays the NIC's segmentation (`segment`, a stage), or "plain": no offload.
    `nic_back`: stages of that box towards s. `line`, `back`: further stages of the box on the long line.
    """
    net = Net(lab, version, ["s", "r1", "r2", "c"] + ([] if sender == "box" else ["m"]))
    if sender == "box":
        tap = lab.tap(net.s, "s0", offload=True, mtu=mtu)
        plain = lab.tap(net.r1, "rw", mtu=mtu)
        net.journal = lab.box("nic", (tap, True), plain, [segment], nic_back)
    else:
        lab.cable(net.s, "s0", net.m, "ms", mtu)
        lab.cable(net.m, "mr", net.r1, "rw", mtu)
        lab.bridge(net.m, "ms", "mr")
        net.r1.offload("rw", NO_OFFLOAD)
        if sender == "plain":
            net.s.offload("s0", NO_OFFLOAD)
    lab.cable(net.r1, "rn", net.r2, "rn", small)
    ends = lab.tap(net.r2, "rc", mtu=mtu), lab.tap(net.c, "c0", mtu=mtu)
    net.line_journal = lab.box("line", *ends, [f"delay:{delay}", *line], [f"delay:{delay}", *back])
    for host in (net.r1, net.r2):
        host.forward()
        host.offload("rn", NO_OFFLOAD)
    _routes(net)
    traffic.reach(net.s, net.at["c"])
    return net


def _routes(net):
    net.give(net.s, "s0", "s")
    net.give(net.r1, "rw", "r1")
    net.give(net.r1, "rn", "r1n")
    net.give(net.r2, "rn", "r2n")
    net.give(net.r2, "rc", "r2")
    net.give(net.c, "c0", "c")
    net.default(net.s, "r1")
    net.default(net.r1, "r2n")
    net.default(net.r2, "r1n")
    net.default(net.c, "r2")
    net.client_address = net.at["c"]


def routed(lab, version, delay=10):
    """s ---s0 rw--- r1 ---rc [box: long line] c0--- c, without offload and with one MTU: for what r1 does to packets."""
    net = Net(lab, version, ["s", "r1", "c"])
    lab.cable(net.s, "s0", net.r1, "rw")
    net.line_journal = lab.box("line", lab.tap(net.r1, "rc"), lab.tap(net.c, "c0"), [f"delay:{delay}"], [f"delay:{delay}"])
    for host, device, role in ((net.s, "s0", "s"), (net.r1, "rw", "r1"), (net.r1, "rc", "r2"), (net.c, "c0", "c")):
        net.give(host, device, role)
    net.default(net.s, "r1")
    net.default(net.c, "r2")
    net.r1.forward()
    net.s.offload("s0", NO_OFFLOAD)
    net.client_address = net.at["c"]
    traffic.reach(net.s, net.client_address)
    return net
