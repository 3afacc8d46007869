# SPDX-License-Identifier: GPL-2.0-or-later
"""Installation: into a user's own folders without root, and as a Debian package.

The package goes into the system and out of it again, so that test runs only in a system that is there for it:
tests/run --all-versions makes some, and sets WIRETRUTH_DISPOSABLE there.
"""

import gzip
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import BUILDS, IS_ROOT, NOBODY, ROOT, tree_copy

PROFILE = "Wire Truth"
WITH_PROFILE = ("-C", PROFILE) if (ROOT / "plugin/profile").exists() else ()


def tracked(folder):
    """Files that whoever installs `folder` of the tree gets."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def as_user(home, *command, root=False, trouble=False):
    """Runs it with that home, and not as root unless told so. Its output; fails the test if it fails, or finds no trouble."""
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if IS_ROOT and not root else []
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    ran = subprocess.run([*user, *map(str, command)], env=env, cwd=home, capture_output=True, text=True)
    assert ran.returncode == trouble, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def home_make(path):
    path.mkdir()
    if IS_ROOT:
        os.chown(path, NOBODY, NOBODY)
    return path


def plugin_loaded(home, **options):
    lines = as_user(home, "tshark", "-G", "plugins", **options).splitlines()
    return any(line.startswith("wiretruth.so") for line in lines)


def findings(home, file, *options):
    return as_user(home, "tshark", "-n", *options, "-r", file, "-T", "fields", "-e", "wiretruth.finding")


# --- cmake --install for one user ---


def test_personal(scratch, capture):
    """From the sources to a working tshark, all done by a user who may write nowhere but at home."""
    home = home_make(scratch / "personal")
    file = capture("rtl8139/tso-on-1492.sender")
    source = tree_copy(scratch / "source", "*.pcapng")
    assert not plugin_loaded(home)
    as_user(home, "cmake", "-S", source, "-B", home / "build", "-DWIRETRUTH_INSTALL_PERSONAL=ON", "-DBUILD_TESTING=OFF")
    built = as_user(home, "sh", "-c", 'exec cmake --build "$0" --parallel 2 2>&1', home / "build")
    assert "warning" not in built, "neither the compiler nor the linker has one"
    as_user(home, "cmake", "--install", home / "build")
    assert plugin_loaded(home)
    assert "superframe.sent" in findings(home, file, *WITH_PROFILE)
    assert tracked(home / ".config/wireshark/profiles" / PROFILE) >= tracked(ROOT / "plugin/profile")
    assert gzip.decompress((home / ".local/share/man/man7/wiretruth.7.gz").read_bytes()) == (
        ROOT / "plugin/reference/wiretruth.7"
    ).read_bytes()
    assert as_user(home, home / ".local/bin/wiretruth", "--findings", file, trouble=True).count("segmentation.wrong") > 1
    assert b"wiretruth" in gzip.decompress((home / ".local/share/man/man1/wiretruth.1.gz").read_bytes())
    own = home / ".config/wireshark/profiles" / PROFILE / "hosts"  # of the user
    as_user(home, "touch", own)
    as_user(home, "cmake", "--build", home / "build", "--target", "uninstall")
    left = {path for folder in (".local", ".config") for path in (home / folder).rglob("*") if path.is_file()}
    assert left == {own} and not plugin_loaded(home)


@pytest.mark.parametrize("hidden, package", [("PKG_CONFIG_LIBDIR", "libglib2.0-dev"), ("Wireshark", "wireshark-dev")])
def test_missing_package(hidden, package, tmp_path):
    """Who lacks a package is told its name."""
    env = os.environ | ({hidden: str(tmp_path)} if hidden.isupper() else {})
    options = [] if hidden.isupper() else [f"-DCMAKE_DISABLE_FIND_PACKAGE_{hidden}=ON"]
    command = ["cmake", "-S", str(ROOT), "-B", str(tmp_path / "build"), *options]
    ran = subprocess.run(command, env=env, capture_output=True, text=True)
    assert ran.returncode != 0 and package in " ".join(ran.stderr.split())


# --- the Debian package ---


@pytest.fixture(scope="module")
def package(scratch):
    """The package that cpack makes of the build."""
    if not shutil.which("dpkg-shlibdeps"):
        pytest.skip("dpkg-dev is not installed")
    folder = scratch / "package"
    command = ["cpack", "-G", "DEB", "--config", BUILDS["release"] / "CPackConfig.cmake", "-B", folder]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    (file,) = folder.glob("*.deb")
    return file


def dpkg(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def library():
    """Debian's package of the libwireshark that tshark runs with; an older one may be left of an upgrade."""
    (path,) = re.findall(r"libwireshark\.so\S* => (\S+)", dpkg("ldd", shutil.which("tshark")))
    return dpkg("dpkg-query", "-S", pathlib.Path(path).resolve()).split(":")[0]


def test_package_depends(package):
    """Exactly one libwireshark will do, the one that this build was made for."""
    depends = dpkg("dpkg-deb", "-f", package, "Depends")
    assert re.findall(r"libwireshark\d+", depends) == [library()]
    assert dpkg("dpkg-deb", "-f", package, "Recommends").strip() == "wireshark | tshark"


def test_package_names_its_wireshark(package):
    (plugin,) = BUILDS["release"].glob("plugins/*/epan")
    minor = plugin.parent.name
    assert dpkg("dpkg-deb", "-f", package, "Version").strip().endswith(f"+wireshark{minor}")
    assert f"For Wireshark {minor}" in dpkg("dpkg-deb", "-f", package, "Description")


def contents(package):
    """{path: owner and rights} of the files in the package."""
    lines = [line.split(maxsplit=5) for line in dpkg("dpkg-deb", "-c", package).splitlines()]
    return {path[1:]: (rights, owner) for rights, owner, _, _, _, path in lines if not path.endswith("/")}


def test_package_contents(package):
    files = contents(package)
    assert files.pop("/usr/bin/wiretruth") == ("-rwxr-xr-x", "root/root")
    assert all(value == ("-rw-r--r--", "root/root") for value in files.values())
    (plugin,) = (path for path in files if path.endswith(".so"))
    assert re.fullmatch(r"/usr/lib/[^/]+/wireshark/plugins/[\d.]+/epan/wiretruth\.so", plugin)
    documents = {"changelog.gz", "copyright", "REFERENCE.md", "SCRIPTS.md"}
    profile = {f"/usr/share/wireshark/profiles/{PROFILE}/{name}" for name in tracked(ROOT / "plugin/profile")}
    assert set(files) == {
        plugin,
        "/usr/share/bash-completion/completions/wiretruth",
        "/usr/share/man/man1/wiretruth.1.gz",
        "/usr/share/man/man7/wiretruth.7.gz",
        *profile,
        *(f"/usr/share/doc/wiretruth/{name}" for name in documents),
    }


@pytest.mark.skipif(not shutil.which("lintian"), reason="lintian is not installed")
def test_package_policy(package):
    """Debian's own checks. There is no bug to close for a package that is not in Debian."""
    command = ["lintian", "--allow-root", "--suppress-tags", "initial-upload-closes-no-bugs", package]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.stdout == "" and ran.returncode == 0, ran.stdout


def everything():
    """All files and folders of the system that anything of ours could be among."""
    found = subprocess.run(["find", "/usr", "/etc", "/opt", "-xdev"], capture_output=True, text=True)
    return {path for path in found.stdout.splitlines() if "__pycache__" not in path}


@pytest.mark.skipif("WIRETRUTH_DISPOSABLE" not in os.environ, reason="tests/run --all-versions makes a system for it")
def test_package_in_and_out(package, scratch, capture):
    home = home_make(scratch / "installed")
    file = capture("rtl8139/tso-on-1492.sender")
    before = everything()
    assert not plugin_loaded(home)
    dpkg("dpkg", "-i", package)
    try:
        assert everything() - before >= set(contents(package))
        assert plugin_loaded(home)
        assert plugin_loaded(home, root=True)
        assert "superframe.sent" in findings(home, file, *WITH_PROFILE)
    finally:
        dpkg("dpkg", "--purge", "wiretruth")
    assert everything() == before
    assert not plugin_loaded(home)
