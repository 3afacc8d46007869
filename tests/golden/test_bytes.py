# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of every frame of every bundled capture against the bytes, read by another implementation."""

import conftest
import oracle
import pytest


@pytest.mark.parametrize("name", oracle.NAMES)
def test_fields(name, judge):
    path = conftest.ROOT / "captures" / f"{name}.pcapng"
    said = judge(path).frames
    packets = oracle.frames(path)
    expected = oracle.ip_frames(path)
    assert set(said) == set(expected), "all IP packets, and nothing else"
    for number, ip in expected.items():
        if not oracle.judges(packets[number]):
            continue
        assert said[number]["l3_len"] == [str(oracle.l3_len(ip))], f"frame {number}"
        assert said[number]["checksum.ip"] == [oracle.ip_checksum(ip)], f"frame {number}"
        assert said[number]["checksum.l4"] == [oracle.l4_checksum(ip)], f"frame {number}"
