# SPDX-License-Identifier: GPL-2.0-or-later
"""The whole plugin with sanitizers, inside tshark, over all bundled captures."""

import subprocess

import conftest
import oracle
import pytest

pytestmark = pytest.mark.skipif("sanitized" not in conftest.TESTED, reason="there is no build with sanitizers here")


@pytest.fixture(scope="session")
def sanitized(scratch):
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    # Wireshark itself leaks at its end, and overrides what it allocates in its own pools.
    preload = {
        "LD_PRELOAD": library.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "WIRESHARK_DEBUG_WMEM_OVERRIDE": "strict",
    }
    return conftest.Programs(scratch / "sanitized", "sanitized", preload)


@pytest.mark.parametrize("name", oracle.SAMPLES)
def test_no_report(name, capture, sanitized, tshark):
    tables = ["-z", "wiretruth,tree", "-z", "wiretruth,wire"]
    for command in (["-2", "-T", "fields", "-e", "wiretruth.finding.text", *tables], ["-q", *tables]):
        assert sanitized.tshark("-r", capture(name), *command) == tshark("-r", capture(name), *command)
