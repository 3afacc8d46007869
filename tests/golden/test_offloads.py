# SPDX-License-Identifier: GPL-2.0-or-later
"""
-z wiretruth,offloads: each host's offloads in the words of ethtool -k. What was on is known from the commands that made
the captures, which their truth files quote.
"""

import re

import pytest

EXPECTED = {
    "segmentation/tso-v4.sender": {("192.0.2.1", "tx-checksumming"), ("192.0.2.1", "tcp-segmentation-offload")},
    "segmentation/tso-v6.sender": {("2001:db8:a::1", "tx-checksumming"), ("2001:db8:a::1", "tcp-segmentation-offload")},
    "segmentation/gro-v4.receiver": {("192.0.2.2", "generic-receive-offload")},
    "segmentation/gro-v6.receiver": {("2001:db8:a::2", "generic-receive-offload")},
    "segmentation/gro-stale-v4.router": {("198.51.100.2", "rx-gro-list")},
    "segmentation/udp-gso-v4.sender": {("192.0.2.1", "tx-checksumming"), ("192.0.2.1", "tx-udp-segmentation")},
    "segmentation/tso-v4.wire": set(),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_offloads(name, capture, tshark):
    text = tshark("-q", "-r", capture(name), "-z", "wiretruth,offloads")
    rows = [re.split(r"  +", line.strip()) for line in text.splitlines() if re.match(r"[0-9a-f.:]+  ", line)]
    assert {(row[0], row[1]) for row in rows} == EXPECTED[name], text
    assert all(int(row[2]) > 0 and int(row[3]) > 0 for row in rows), text
