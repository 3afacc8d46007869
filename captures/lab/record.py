# SPDX-License-Identifier: GPL-2.0-or-later
"""
Capture points: an AF_PACKET socket, the one that dumpcap uses, asked for what the kernel knows besides the bytes.

PACKET_VNET_HDR puts in front of each frame what is left for the NIC to do: complete a checksum (where), segment (at
which size). PACKET_AUXDATA tells the VLAN tag and the original length, the socket address whether the frame was sent
or received. This never reaches a capture file, so it is an independent witness of what the plugin has to find out.
"""
import select
import socket
import struct
import time

from . import pcapng

PACKET_AUXDATA, PACKET_VNET_HDR, SOL_PACKET, ETH_P_ALL = 8, 15, 263, 3
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
VLAN_VALID = 0x10
OUTGOING = 4
GSO_NAMES = {1: "tcp4", 3: "udp", 4: "tcp6", 5: "udp"}
ROOM = 1 << 19
LOOPBACK_MTU = 65536


def start_clock():
    """
    Makes the kernel stamp frames as they pass, from now until this process ends. It starts stamping a while after the
    first socket asked; a frame without a stamp would get the time at which it is read here.
    """
    clock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    clock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    time.sleep(0.5)
    return clock


class Recorded(pcapng.Frame):
    """A frame with the kernel's word about it: `sent`, `gso` (name or None), `gso_size`, `partial` (checksum left to do)."""

    def __init__(self, time, data, packet_type, net, device=None):
        super().__init__(time, data)
        flags, gso, _, self.gso_size, self.csum_start, self.csum_offset = struct.unpack("<BBHHHH", net)
        self.packet_type, self.device = packet_type, device
        self.sent = packet_type == OUTGOING
        self.gso = GSO_NAMES.get(gso & 0x7F)
        self.partial = bool(flags & 1)


class Point:
    """Records `device` of `host` (None: all its devices, as `any` does) from now until stop()."""

    def __init__(self, host, device, description="", snaplen=0, flags=False):
        self.host, self.device, self.snaplen, self.flags = host, device, snaplen, flags
        self.interface = pcapng.Interface(device or "any", description, pcapng.SLL2 if device is None else pcapng.ETHERNET,
                                          snaplen)
        self.mtu = host.lab and self._mtu()
        self.frames = None
        with host.inside():
            everything = socket.htons(ETH_P_ALL) if device is None else 0
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, everything)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 256 << 20)
            self.socket.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            if device:
                # Bound with the protocol only now, so that no frame of another device slips in before.
                self.socket.bind((device, ETH_P_ALL))

    def _mtu(self):
        if self.device is None:
            return None
        text = self.host.run(f"ip -o link show dev {self.device}", quiet=True).split()
        return int(text[text.index("mtu") + 1])

    def stop(self):
        """Ends the recording and returns its frames."""
        self.frames = []
        while self.pending():
            self.frames.append(self.receive())
        self.socket.close()
        return self.frames

    def pending(self):
        return bool(select.select([self.socket], [], [], 0)[0])

    def receive(self):
        data, control, _, address = self.socket.recvmsg(ROOM, 1024)
        time = vlan = None
        for level, kind, value in control:
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = struct.unpack("qq", value[:16])
                time = seconds * 10 ** 9 + nanoseconds
            elif level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", value[:20])
                vlan = (tpid or 0x8100, tci) if status & VLAN_VALID else None
        net, data = data[:10], data[10:]
        if vlan:
            data = data[:12] + struct.pack("!HH", *vlan) + data[12:]
        frame = Recorded(time, data, address[2], net, address[0])
        frame.address = address
        if self.device is None:
            self._cook(frame)
        if self.flags:
            frame.flags = 2 if frame.sent else 1
        if self.snaplen:
            frame.data = frame.data[:self.snaplen]
        return frame

    @staticmethod
    def _cook(frame):
        """The SLL2 header in place of Ethernet's, as libpcap writes it for `any`."""
        device, protocol, packet_type, hardware, mac = frame.address
        index = sum(device.encode())  # a number that stays the same in each run
        frame.data = struct.pack("!HHIHBB8s", protocol, 0, index, hardware, packet_type, len(mac), mac) + frame.data[14:]
        frame.length = len(frame.data)
        frame.csum_start += 6
