# SPDX-License-Identifier: GPL-2.0-or-later
"""Short runs of the fuzzers and of spoilt captures; for long ones: tests/fuzz/run SECONDS, tests/fuzz/mutate --rounds N."""

import pathlib
import re
import subprocess

import conftest
import pytest

HERE = pathlib.Path(__file__).parent
SECONDS = 40


@pytest.mark.parametrize("build", conftest.TESTED)
@pytest.mark.parametrize("target", ["reader", "frames", "engine"])
def test_kept_inputs(build, target):
    """With the tables in their true size, built by the ordinary compiler."""
    inputs = sorted((HERE / "corpus" / target).iterdir())
    assert len(inputs) > 100
    program = conftest.BUILDS[build] / "fuzz" / f"fuzz_{target}"
    ran = subprocess.run([program, *inputs], capture_output=True, text=True, timeout=conftest.HANG)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{len(inputs)} inputs\n"


def test_fuzz():
    ran = subprocess.run([HERE / "run", str(SECONDS)], capture_output=True, text=True, timeout=conftest.HANG)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    done = {target: int(inputs) for target, inputs in re.findall(r"^(\w+): .*inputs (\d+)", ran.stdout, re.MULTILINE)}
    for target in ("reader", "frames", "engine"):
        assert done[target] > len(list((HERE / "corpus" / target).iterdir())), ran.stdout


@pytest.mark.skipif("sanitized" not in conftest.TESTED, reason="there is no build with sanitizers here")
def test_mutated_captures():
    """240,000 frames read; for more: tests/fuzz/mutate --rounds N."""
    ran = subprocess.run([HERE / "mutate", "--rounds", "8"], capture_output=True, text=True, timeout=conftest.HANG)
    assert ran.returncode == 0, ran.stdout + ran.stderr
