# SPDX-License-Identifier: GPL-2.0-or-later
"""pcapng, written and read: one section, any number of interfaces, nanoseconds."""
import struct

ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276
_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6


class Interface:
    def __init__(self, name, description="", link_type=ETHERNET, snaplen=0):
        self.name, self.description, self.link_type, self.snaplen = name, description, link_type, snaplen


class Frame:
    """One captured frame. `time` in nanoseconds, `length` on the link, `data` what was kept, `flags` epb_flags or None."""

    def __init__(self, time, data, length=None, interface=0, flags=None):
        self.time, self.data, self.interface, self.flags = time, data, interface, flags
        self.length = len(data) if length is None else length


def _option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def _block(kind, body):
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def write(path, interfaces, frames):
    end = _option(0, b"")
    with open(path, "wb") as file:
        section = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + _option(4, b"Wire Truth lab") + end
        file.write(_block(_SECTION, section))
        for interface in interfaces:
            body = struct.pack("<HHI", interface.link_type, 0, interface.snaplen)
            body += _option(2, interface.name.encode())
            if interface.description:
                body += _option(3, interface.description.encode())
            file.write(_block(_INTERFACE, body + _option(9, b"\x09") + end))
        for frame in frames:
            body = struct.pack("<IIIII", frame.interface, frame.time >> 32, frame.time & 0xFFFFFFFF, len(frame.data),
                               frame.length)
            body += frame.data + bytes(-len(frame.data) % 4)
            if frame.flags is not None:
                body += _option(2, struct.pack("<I", frame.flags)) + end
            file.write(_block(_PACKET, body))


def _options(data):
    at = 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        if code == 0:
            return
        yield code, data[at + 4:at + 4 + length]
        at += 4 + length + -length % 4


def _ticks(value):
    """Nanoseconds a tick of if_tsresol lasts, as a fraction (numerator, denominator)."""
    return (10 ** 9, 2 ** (value & 0x7F)) if value & 0x80 else (10 ** 9, 10 ** value)


def read(path):
    """Returns (interfaces, frames) of a little-endian pcapng file."""
    with open(path, "rb") as file:
        data = file.read()
    interfaces, frames, resolutions, at = [], [], [], 0
    if data[:4] != struct.pack("<I", _SECTION) or data[8:12] != struct.pack("<I", 0x1A2B3C4D):
        raise ValueError(f"{path} is not a little-endian pcapng file")
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8:at + length - 4]
        if kind == _INTERFACE:
            link_type, _, snaplen = struct.unpack_from("<HHI", body)
            options = dict(_options(body[8:]))
            interfaces.append(Interface(options.get(2, b"").decode(), options.get(3, b"").decode(), link_type, snaplen))
            resolutions.append(_ticks(options.get(9, b"\x06")[0]))
        elif kind == _PACKET:
            index, high, low, kept, original = struct.unpack_from("<IIIII", body)
            numerator, denominator = resolutions[index]
            options = dict(_options(body[20 + kept + -kept % 4:]))
            flags = struct.unpack("<I", options[2])[0] if 2 in options else None
            frames.append(Frame((high << 32 | low) * numerator // denominator, body[20:20 + kept], original, index, flags))
        at += length
    return interfaces, frames
