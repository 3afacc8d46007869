# SPDX-License-Identifier: GPL-2.0-or-later
"""
Window scaling: negotiated, declined, broken on the way, and windows that move.

     s ---s0 ms---[ m ]---mb [box: 10 ms, middlebox] c0--- c
     s ---s0 rw--- r1 (nftables removes options) ---rc [box: 10 ms] c0--- c

s serves, c downloads unless said otherwise. No offload at s, so that nothing else is to be seen.
"""
import time

from . import topology, traffic
from .net import NO_OFFLOAD
from .scenario import Run, scenario

STRIP = """
table inet middlebox {{
    chain {hook} {{
        type filter hook {hook} priority 0;
        tcp flags & (syn|ack) == {flags} reset tcp option window
    }}
}}
"""


def _path(lab, version, forward=(), backward=(), root_cause="none", delay=10, **planted):
    net = topology.Net(lab, version, ["s", "m", "c"])
    lab.cable(net.s, "s0", net.m, "ms")
    out, into = lab.tap(net.m, "mb"), lab.tap(net.c, "c0")
    lab.bridge(net.m, "ms", "mb")
    net.s.offload("s0", NO_OFFLOAD)
    run = Run(lab, root_cause, path_mtu=1500, **planted)
    run.journals.append(lab.box("line", out, into, [*forward, f"delay:{delay}"], [f"delay:{delay}", *backward]))
    net.give(net.s, "s0", "s")
    net.give(net.c, "c0", "lan")
    net.settings("net.ipv4.tcp_rmem=4096,131072,6291456")
    traffic.reach(net.s, net.at["lan"])
    return net, run


def _download(net, run, length=30000, points=("sender",), **options):
    if "sender" in points:
        run.capture("sender", net.s, "s0", "the server's own capture", **options.pop("sender", {}))
    if "receiver" in points:
        run.capture("receiver", net.c, "c0", "the client's own capture", **options.pop("receiver", {}))
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], length, **options)
    return run.stop()


@scenario("window/normal", "Window scaling as it should be", "shift 7 both ways; the raw window falls after the handshake")
def normal(lab, version):
    return _download(*_path(lab, version))


@scenario("window/declined-client", "The client does not offer window scaling", "no option in either SYN: nothing was declined",
          ip=("v4",))
def declined_client(lab, version):
    net, run = _path(lab, version)
    net.c.sysctl("net.ipv4.tcp_window_scaling=0")
    return _download(net, run)


@scenario("window/declined-server", "The server declines window scaling",
          "the client's SYN offers it, the SYN/ACK does not: off for both")
def declined_server(lab, version):
    net, run = _path(lab, version)
    net.s.sysctl("net.ipv4.tcp_window_scaling=0")
    return _download(net, run)


@scenario("window/shift-14", "The largest shift", "receive buffers of 1 GiB: shift 14", ip=("v4",))
def shift_14(lab, version):
    net, run = _path(lab, version)
    net.settings("net.ipv4.tcp_rmem=4096,131072,1073741824")
    return _download(net, run)


@scenario("window/shift-15", "A shift over 14", "a device writes 15 into the client's SYN; the server uses 14 (RFC 7323 2.3)",
          ip=("v4",))
def shift_15(lab, version):
    net, run = _path(lab, version, backward=["scale:15"], trouble=True, windows=False)
    return _download(net, run)


def _stripped(lab, version, flags, upload, planted):
    """r1 removes the option from the segments with these flags."""
    net = topology.routed(lab, version)
    run = Run(lab, "scale_stripped", path_mtu=1500, **planted)
    net.settings("net.ipv4.tcp_rmem=4096,131072,6291456")
    net.r1.nft(STRIP.format(hook="forward", flags=flags))
    proves = upload or None
    client = dict(side="sender" if upload else "receiver", proves=proves)
    run.capture("client", net.c, "c0", "the client's own capture", **client)
    run.capture("server", net.s, "s0", "the server's own capture", side="receiver" if upload else "sender", proves=upload)
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000, upload=upload, patience=5)
    run.merge = 0
    return run.stop()


@scenario("window/strip-syn", "A device removes the option from the SYN",
          "at the client one side offered, at the server neither; scaling is off and both agree: only slower", ip=("v4",))
def strip_syn(lab, version):
    return _stripped(lab, version, "syn", False, {"findings": {"merged": {"window.scale_stripped": "some"}}})


@scenario("window/strip-syn-ack", "A device removes the option from the SYN/ACK",
          "the server scales, the client does not know: an upload crawls")
def strip_syn_ack(lab, version):
    some = {"window.scale_stripped": "some"}
    return _stripped(lab, version, "syn|ack", True, {"windows": False, "findings": {"client": some, "server": some}})


@scenario("window/syn-repeated", "The first SYN is lost, the second carries no options",
          "the SYN/ACK that was accepted decides: no scaling", ip=("v4",))
def syn_repeated(lab, version):
    net, run = _path(lab, version, backward=["lose:syn"], findings={"receiver": {"window.scale_changed": "some"}},
                     trouble=True, windows=False)
    # The kernel repeats its SYN with the same options; from the second on this rule removes them. It counts SYNs.
    net.c.nft("""
table inet middlebox {
    chain output {
        type filter hook output priority 0;
        tcp flags & (syn|ack) == syn numgen inc mod 16 > 0 reset tcp option window
    }
}
""")
    return _download(net, run, points=("receiver",))


@scenario("window/handshake-missing", "A capture that began late", "no SYN: the shift is not known")
def handshake_missing(lab, version):
    net, run = _path(lab, version)
    run.capture("sender", net.s, "s0", "the server's own capture, started late")
    point = run.points.pop()
    run.result = traffic.Transfer(net.s, net.c, net.at["s"], 30000, connected=lambda: _forget(point))
    run.points.append(point)
    return run.stop()


def _forget(point):
    """Throws away what was captured so far: the handshake."""
    time.sleep(0.1)
    while point.pending():
        point.receive()


@scenario("window/retracted", "A receiver that takes back what it granted", "tcp_shrink_window=1 and a reader that sleeps",
          ip=("v4",))
def retracted(lab, version):
    net, run = _path(lab, version, trouble=True, also=["window_shrinks"])
    net.c.sysctl("net.ipv4.tcp_rmem=4096,24000,24000 net.ipv4.tcp_shrink_window=1")
    return _download(net, run, 4400, points=("receiver",), write=40, pause=0.004, reader_sleeps=1.0)


@scenario("window/not-retracted", "The same without tcp_shrink_window", "the right edge never moves left", ip=("v4",))
def not_retracted(lab, version):
    net, run = _path(lab, version)
    net.c.sysctl("net.ipv4.tcp_rmem=4096,24000,24000 net.ipv4.tcp_shrink_window=0")
    return _download(net, run, 4400, points=("receiver",), write=40, pause=0.004, reader_sleeps=1.0)


@scenario("window/zero", "A slow reader", "zero window and probes: no trouble of the network", ip=("v4",))
def zero(lab, version):
    net, run = _path(lab, version)
    return _download(net, run, 60000, receive_buffer=16384, reader_sleeps=1.2)


@scenario("window/exceeded", "Data beyond the window",
          "a device between them promises a larger window than the receiver grants", ip=("v4",))
def exceeded(lab, version):
    net, run = _path(lab, version, backward=["inflate:400"], trouble=True, also=["window_overrun"])
    return _download(net, run, 60000, points=("receiver",), receive_buffer=16384, reader_sleeps=0.8, patience=3)
