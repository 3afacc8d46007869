# SPDX-License-Identifier: GPL-2.0-or-later
"""
Namespaces, cables and hosts.

Every namespace is anonymous: it is held by a file descriptor of this process alone. When the process ends, however it
ends, the kernel closes the descriptor and takes the namespace with all its devices. Programs started inside are told
to die with their parent. So nothing can be left behind.
"""
import contextlib
import ctypes
import fcntl
import os
import signal
import struct
import subprocess

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF, TUNSETOFFLOAD, TUNSETVNETHDRSZ = 0x400454CA, 0x400454D0, 0x400454D8
IFF_TUN, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 1, 2, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6, TUN_F_TSO_ECN = 1, 2, 4, 8

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class CommandFailed(Exception):
    """A command of the set-up did not work; the text says which and what it wrote."""


class Host:
    """One network namespace, by role: s server, c client, m the wire, r1 a router ..."""

    def __init__(self, lab, role):
        self.lab, self.role = lab, role
        with lab.home():
            _check(_libc.unshare(CLONE_NEWNET))
            self.fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        self.path = f"/proc/{os.getpid()}/fd/{self.fd}"
        self.addresses = []
        self._quiet()

    def _quiet(self):
        """Only the traffic of the scenario: no address detection, no router solicitation, a known congestion control."""
        self.sysctl(
            "net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.default.accept_ra=0 net.ipv6.conf.all.disable_ipv6=0 "
            "net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_dad=0 "
            "net.ipv6.conf.default.mldv2_unsolicited_report_interval=100000000 "
            "net.ipv4.tcp_congestion_control=reno", quiet=True)
        self.ip("link set dev lo up", quiet=True)

    @contextlib.contextmanager
    def inside(self):
        """Code in this block opens its sockets here."""
        with self.lab.home():
            _check(_libc.setns(self.fd, CLONE_NEWNET))
            yield

    def run(self, command, quiet=False, check=True):
        """Runs `command` (a string, no shell) in the namespace; `quiet` keeps it out of the list of commands."""
        if not quiet:
            self.lab.note(self.role, command)
        done = subprocess.run(["nsenter", "--net=" + self.path, "--"] + command.split(), capture_output=True, text=True)
        if check and done.returncode != 0:
            raise CommandFailed(f"{self.role}: {command}: {done.stderr.strip()}")
        return done.stdout

    def ip(self, arguments, quiet=False):
        return self.run("ip " + arguments, quiet)

    def shell(self, script, quiet=False):
        """A shell script in the namespace, with its own /sys, which shows the namespace's devices."""
        if not quiet:
            self.lab.note(self.role, script)
        done = subprocess.run(
            ["nsenter", "--net=" + self.path, "unshare", "-m", "sh", "-ec", "mount -t sysfs sysfs /sys\n" + script],
            capture_output=True, text=True)
        if done.returncode != 0:
            raise CommandFailed(f"{self.role}: {script}: {done.stderr.strip()}")

    def sysctl(self, settings, quiet=False):
        """NAME=VALUE ..., a value with blanks written with commas."""
        if not quiet:
            self.lab.note(self.role, "sysctl -w " + settings)
        with self.inside():
            for setting in settings.split():
                name, value = setting.split("=")
                with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
                    file.write(value.replace(",", " "))

    def address(self, device, *addresses):
        for address in addresses:
            self.addresses.append(address.split("/")[0])
            self.ip(f"addr add {address} dev {device}" + (" nodad" if ":" in address else ""))

    def nft(self, rules):
        """Loads an nftables script."""
        self.lab.note(self.role, "nft -f - <<'E'\n" + rules.strip() + "\nE")
        done = subprocess.run(["nsenter", "--net=" + self.path, "nft", "-f", "-"], input=rules, capture_output=True, text=True)
        if done.returncode != 0:
            raise CommandFailed(f"{self.role}: nft: {done.stderr.strip()}")

    def offload(self, device, settings):
        self.run(f"ethtool -K {device} {settings}")

    def forward(self):
        self.sysctl("net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")

    def merge_received(self, device):
        """GRO on a veth, with a timeout that makes merging independent of scheduling."""
        self.offload(device, "gro on")
        self.shell(f"echo 200000 > /sys/class/net/{device}/gro_flush_timeout\n"
                   f"echo 2 > /sys/class/net/{device}/napi_defer_hard_irqs")


class Lab:
    """The hosts, cables and programs of one scenario."""

    def __init__(self, box_program, folder):
        self._home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.box_program, self.folder = box_program, folder
        self.hosts, self.fds, self.programs, self.commands = {}, [], [], []
        self._macs = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for program in self.programs:
            program.kill()
            program.wait()
        for fd in self.fds + [host.fd for host in self.hosts.values()] + [self._home]:
            os.close(fd)

    def note(self, role, command):
        self.commands.append(f"{role}# {command}")

    @contextlib.contextmanager
    def home(self):
        """Whatever happens in this block, the process is in its own namespace behind it."""
        try:
            yield
        finally:
            _check(_libc.setns(self._home, CLONE_NEWNET))

    def host(self, role):
        self.hosts[role] = Host(self, role)
        return self.hosts[role]

    def mac(self):
        self._macs += 1
        return f"02:77:74:00:00:{self._macs:02x}"

    def cable(self, one, device, other, peer, mtu=1500):
        """A veth pair with MACs that are the same in every run."""
        self.note(one.role, f"ip link add {device} mtu {mtu} type veth peer name {peer} netns {other.role} mtu {mtu}")
        one.ip(f"link add {device} mtu {mtu} address {self.mac()} type veth peer name {peer} netns {other.path} "
               f"mtu {mtu} address {self.mac()}", quiet=True)
        one.ip(f"link set dev {device} up", quiet=True)
        other.ip(f"link set dev {peer} up", quiet=True)

    def tap(self, host, device, offload=False, mtu=1500):
        """A TAP device in `host`, up; returns the descriptor of its other end. With `offload`, a NIC that does TSO."""
        with host.inside():
            fd = os.open("/dev/net/tun", os.O_RDWR)
            flags = IFF_TAP | IFF_NO_PI | (IFF_VNET_HDR if offload else 0)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", device.encode(), flags))
            if offload:
                fcntl.ioctl(fd, TUNSETVNETHDRSZ, struct.pack("i", 10))
                fcntl.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN)
        self.fds.append(fd)
        self.note(host.role, f"ip tuntap add {device} mode tap" + (" vnet_hdr" if offload else "") + "  # port of box")
        host.ip(f"link set dev {device} address {self.mac()} mtu {mtu} up", quiet=True)
        return fd

    def box(self, name, a, b, forward=(), backward=()):
        """
        Starts a box between two TAP ends, each a descriptor or (descriptor, True) for one with offload. Returns the path
        of its journal.
        """
        ports = [port if isinstance(port, tuple) else (port, False) for port in (a, b)]
        journal = os.path.join(self.folder, name + ".journal")
        command = [self.box_program, journal] + [f"{fd}{',offload' if offload else ''}" for fd, offload in ports]
        command += list(forward) + ["--"] + list(backward)
        self.note(name, " ".join(["box"] + list(forward) + ["--"] + list(backward)))
        # Closed here so that the journal exists before the first packet.
        program = subprocess.Popen(command, pass_fds=[fd for fd, _ in ports], preexec_fn=_die_with_parent)
        self.programs.append(program)
        return journal

    def bridge(self, host, *devices):
        """Joins devices of `host`: the wire. Egress segments and checksums in software before the capture point."""
        host.ip("link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0")
        host.sysctl("net.ipv6.conf.br0.disable_ipv6=1", quiet=True)
        host.ip("link set dev br0 up", quiet=True)
        for device in devices:
            host.sysctl(f"net.ipv6.conf.{device}.disable_ipv6=1", quiet=True)
            host.ip(f"link set dev {device} master br0")
            host.offload(device, "tx off tso off gso off gro off")

    def program(self, host, command):
        """Starts a long running program in `host`, ended with the scenario."""
        self.note(host.role, command)
        program = subprocess.Popen(["nsenter", "--net=" + host.path, "--"] + command.split(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, preexec_fn=_die_with_parent)
        self.programs.append(program)
        return program


NO_OFFLOAD = "tx off rx on sg off tso off gso off gro off"
