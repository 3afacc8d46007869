# SPDX-License-Identifier: GPL-2.0-or-later
"""Fields of every frame of every bundled capture against the bytes, read by another implementation."""

import oracle
import pytest

FIELDS = ["l3_len", "checksum.ip", "checksum.l4"]


@pytest.fixture(scope="session")
def state_name(tshark):
    """{value: name} of the checksum states."""
    rows = (line.split("\t") for line in tshark("-G", "values").splitlines())
    return {row[2]: row[3] for row in rows if row[:2] == ["V", "wiretruth.checksum.l4"]}


@pytest.mark.parametrize("name", oracle.NAMES)
def test_fields(name, capture, fields, state_name):
    path = capture(name)
    shown = fields(path, *(f"wiretruth.{field}" for field in FIELDS))
    packets = oracle.frames(path)
    expected = oracle.ip_frames(path)
    assert len(shown) == len(packets)
    for number, (length, ip_state, l4_state) in shown.items():
        ip = expected.get(number)
        if ip is None:
            assert (length, ip_state, l4_state) == ((), (), ()), f"frame {number} is no IP packet"
            continue
        if not oracle.judges(packets[number]):
            continue
        assert length == (str(oracle.l3_len(ip)),), f"frame {number}"
        assert [state_name[value] for value in ip_state] == [oracle.ip_checksum(ip)], f"frame {number}"
        assert [state_name[value] for value in l4_state] == [oracle.l4_checksum(ip)], f"frame {number}"
