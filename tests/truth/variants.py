# SPDX-License-Identifier: GPL-2.0-or-later
"""
Captures made worse, as real ones are: each frame twice, some lost, neighbours swapped, cut short, begun late, one
direction only, twice in one file, at another time. What is wrong with the network does not change by that.
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "captures"))
from lab import decode, pcapng  # noqa: E402


def hop(frame, link_type):
    """Its outermost IP packet behind one more router: TTL and header checksum, other MAC addresses."""
    packets = decode.packets(link_type, frame.data, frame.length)
    if not packets:
        return frame
    at, data = packets[0].at, bytearray(frame.data)
    if data[at] >> 4 == 4 and len(data) >= at + 20:
        data[at + 8] = (data[at + 8] - 1) % 256
        total = int.from_bytes(data[at + 10:at + 12], "big") + 0x100
        total = (total & 0xFFFF) + (total >> 16)
        data[at + 10:at + 12] = total.to_bytes(2, "big")
    elif data[at] >> 4 == 6 and len(data) >= at + 40:
        data[at + 7] = (data[at + 7] - 1) % 256
    if link_type == pcapng.ETHERNET:
        data[0:12] = bytes.fromhex("0200000000aa0200000000bb")
    return pcapng.Frame(frame.time, bytes(data), frame.length, frame.interface, frame.flags)


def later(frame, apart):
    return pcapng.Frame(frame.time + apart, frame.data, frame.length, frame.interface, frame.flags)


def doubled(interfaces, frames, apart, hops=False):
    again = [later(hop(frame, interfaces[frame.interface].link_type) if hops else frame, apart) for frame in frames]
    return sorted(frames + again, key=lambda frame: frame.time)


def thinned(frames, share, seed):
    chance = random.Random(seed)
    return [frame for frame in frames if chance.random() >= share]


def swapped(frames, seed):
    """Neighbours stand in each other's place, with the time that belongs there."""
    chance, out = random.Random(seed), list(frames)
    for i in range(0, len(out) - 1, 2):
        if chance.random() < 0.2 and out[i].interface == out[i + 1].interface:
            one, other = out[i], out[i + 1]
            out[i], out[i + 1] = later(other, one.time - other.time), later(one, other.time - one.time)
    return out


def cut(frames, length):
    return [pcapng.Frame(frame.time, frame.data[:length], frame.length, frame.interface, frame.flags) for frame in frames]


def one_direction(interfaces, frames, side):
    """Packets of the address that sorts first, or of the others."""
    def of(frame):
        packets = decode.packets(interfaces[frame.interface].link_type, frame.data, frame.length)
        return packets[0].source if packets else None
    low = min((of(frame) for frame in frames if of(frame)), default=None)
    return [frame for frame in frames if (of(frame) == low) == (side == 0)]


def shifted(frames, years):
    return [later(frame, years * 31557600 * 10**9) for frame in frames]


def variants(interfaces, frames):
    """{name: frames}."""
    made = {f"doubled-{name}": doubled(interfaces, frames, apart)
            for name, apart in {"1us": 1000, "30us": 30000, "2ms": 2000000, "20ms": 20000000}.items()}
    made["doubled-router"] = doubled(interfaces, frames, 30000, True)
    made |= {f"thinned-{percent}": thinned(frames, percent / 100, percent) for percent in (5, 20)}
    made["swapped"] = swapped(frames, 1)
    made |= {f"cut-{length}": cut(frames, length) for length in (60, 96, 128)}
    made["late"] = frames[len(frames) // 3:]
    made |= {f"one-way-{side}": one_direction(interfaces, frames, side) for side in (0, 1)}
    made["twice"] = frames + frames
    made["shifted"] = shifted(frames, 5)
    return made


def write_all(capture, folder):
    """Writes the variants of `capture` into `folder`; returns {name: path}."""
    interfaces, frames = pcapng.read(str(capture))
    paths = {}
    for name, changed in variants(interfaces, frames).items():
        paths[name] = folder / f"{capture.parent.name}-{capture.stem}.{name}.pcapng"
        pcapng.write(str(paths[name]), interfaces, changed)
    return paths
