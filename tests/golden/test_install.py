# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the plugin can be used from: the build folder and the system's folder. tests/package/ has the user's own."""

import os
import shutil
import subprocess

import conftest
import pytest


def installed(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.so"))


def test_build_folder(programs):
    """As WIRESHARK_PLUGIN_DIR, without anything in the home. A copy: the user may not be able to enter this tree."""
    empty, built = programs.home.parent / "empty", programs.home.parent / "built"
    empty.mkdir()
    conftest.readable(shutil.copytree(conftest.BUILDS["release"] / "plugins", built))
    conftest.give_to_user(empty)
    settings = [f"HOME={empty}", f"WIRESHARK_PLUGIN_DIR={built}"]
    listed = programs.run("env", *settings, "tshark", "-G", "plugins")
    assert "wiretruth.so" in listed.stdout
    assert "wiretruth.so" not in programs.run("env", settings[0], "tshark", "-G", "plugins").stdout


def test_system(scratch):
    folder = scratch / "system"
    env = os.environ | {"DESTDIR": str(folder)}
    subprocess.run(["cmake", "--install", conftest.BUILDS["release"]], env=env, check=True, capture_output=True)
    (path,) = installed(folder)
    asked = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True, check=True).stdout
    plugins = next(line.split("\t")[-1] for line in asked.splitlines() if line.startswith("Global Plugins"))
    assert f"/{path}" == f"{plugins}/epan/wiretruth.so"


def test_option_in_a_used_build_folder(scratch):
    """The prefix follows the option; one that the user gave stays."""
    build = scratch / "prefix"
    env = os.environ | {"HOME": str(scratch / "somebody")}
    for options, prefix in (
        ([], "/usr"),
        (["-DWIRETRUTH_INSTALL_PERSONAL=ON"], f"{scratch}/somebody/.local"),
        (["-DWIRETRUTH_INSTALL_PERSONAL=OFF"], "/usr"),
        (["-DCMAKE_INSTALL_PREFIX=/opt/mine"], "/opt/mine"),
        (["-DWIRETRUTH_INSTALL_PERSONAL=ON"], "/opt/mine"),
    ):
        command = ["cmake", "-S", conftest.ROOT, "-B", build, *options]
        subprocess.run(command, env=env, check=True, capture_output=True)
        assert f"CMAKE_INSTALL_PREFIX:PATH={prefix}\n" in (build / "CMakeCache.txt").read_text()


@pytest.mark.parametrize("build", conftest.TESTED)
def test_no_warning(build):
    assert "warning:" not in (conftest.BUILDS[build] / "build.log").read_text()
