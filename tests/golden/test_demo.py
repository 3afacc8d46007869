# SPDX-License-Identifier: GPL-2.0-or-later
"""captures/demo, as root and as an ordinary user, with bundled captures, with a file, with broken ones."""

import os
import pathlib
import shutil
import subprocess

import conftest
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
USER = 65533
CLEAN = "captures/rtl8139/tso-off-1492.receiver.pcapng"


def run(root, *arguments, user=None, home=None):
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    env = {"PATH": os.environ["PATH"], "HOME": str(home or os.environ.get("HOME", "/"))}
    command = [*as_user, root / "captures/demo", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=root, timeout=conftest.HANG)


def test_bundled():
    ran = run(ROOT)
    assert ran.returncode == 0, ran.stderr
    assert "superframe.sent" in ran.stdout
    assert "Captured before segmentation: 2 wire frames of at most 1440 payload bytes" in ran.stdout
    assert "Segment of 1448 payload bytes where the receiver allows 1440" in ran.stdout
    assert "Wire frames by host" in ran.stdout
    assert "tshark:" not in ran.stderr


def test_file():
    ran = run(ROOT, CLEAN)
    assert ran.returncode == 0, ran.stderr
    assert "no findings" in ran.stdout
    assert [line.split()[1] for line in ran.stdout.splitlines() if line.startswith("Frames")] == ["272"]


def test_file_that_others_cannot_read(scratch):
    """With a space and a quote in its name, too."""
    path = scratch / "it's private.pcapng"
    shutil.copyfile(ROOT / "captures/rtl8139/tso-on-1492.wire.pcapng", path)
    path.chmod(0o600)
    ran = run(ROOT, path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("mss.exceeded") == 22  # 20 frames, a row of the tree, and the diagnosis's evidence


def broken(scratch, kind):
    whole = (ROOT / CLEAN).read_bytes()
    content = {"cut": whole[:20000], "text": b"no capture at all\n", "empty": b"", "noise": bytes(range(256)) * 9}
    path = scratch / f"{kind}.pcapng"
    if kind in content:
        path.write_bytes(content[kind])
    return path


@pytest.mark.parametrize("kind", ["missing", "cut", "text", "empty", "noise"])
def test_broken_file(kind, scratch):
    path = broken(scratch, kind)
    ran = run(ROOT, path)
    assert ran.returncode == 1
    message = ran.stderr.strip().splitlines()[-1]
    assert message.startswith(f"demo: {path}: ") and len(message) > len(f"demo: {path}: ") + 5
    assert "findings" not in ran.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests ran it as an ordinary user")
def test_as_ordinary_user(scratch):
    """A tree of the user's own, built by the user."""
    tree = scratch / "tree"
    conftest.tree_copy(tree)
    home = scratch / "user"
    home.mkdir()
    for path in (home, tree, *tree.rglob("*")):
        os.chown(path, USER, USER)
    ran = run(tree, CLEAN, user=USER, home=home)
    assert ran.returncode == 0, ran.stderr
    assert "no findings" in ran.stdout
    assert (tree / "build/plugins").is_dir()
