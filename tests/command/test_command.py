# SPDX-License-Identifier: GPL-2.0-or-later
"""The command `wiretruth` (plugin/command): the words and numbers of tshark's tables, and how it deals with files."""

import gzip
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import time

import pytest

from conftest import BUILDS, HANG, ROOT, TESTED, bundled

TABLES = "tree wire conversations conversations,wide paths offloads symptoms capture diagnosis json points".split()
EVERY = 10  # every so many of the bundled captures is compared with tshark, one run for all tables
SAMPLES = bundled()[::EVERY]
TROUBLE = ROOT / "captures/rtl8139/tso-on-1492.sender.pcapng"
STATUS_CLEAN, STATUS_TROUBLE, STATUS_FAILED = range(3)


def program():
    return BUILDS[TESTED[0]] / "command" / "wiretruth"


def run(*arguments, **options):
    """The finished process, with text in stdout and stderr."""
    options = {"capture_output": True, "text": True, "errors": "surrogateescape", "timeout": HANG} | options
    return subprocess.run([program(), *map(str, arguments)], **options)


def said(*arguments, status):
    ran = run(*arguments)
    assert (ran.returncode, ran.stderr) == (status, "")
    return ran.stdout


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def clean():
    """A capture in which nothing is wrong."""
    return next(path for path in bundled() if "clean" in path.parts and run(path).returncode == STATUS_CLEAN)


# --- the same words, the same numbers ---


def blocks(text):
    """Printed tables by their titles; those without one by what they begin with."""
    rule = "=" * 79
    parts = [part.strip("\n") for part in text.split(rule)]
    return sorted(part for part in parts if part)


def without_missed(text):
    """Lines that tshark does not have; and what of the tree tells of headers that only a dissection finds."""
    return re.sub(r"^Not looked at: .*\n", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_as_tshark(tshark, capture, path):
    file = capture(str(path.relative_to(ROOT / "captures").with_suffix("")))
    tables = [word for name in TABLES for word in ("-z", f"wiretruth,{name}")]
    ours = run(*tables, file)
    assert ours.stderr == ""
    assert blocks(without_missed(ours.stdout)) == blocks(tshark("-q", "-r", file, *tables))


def test_short_names_of_tables():
    assert said("-z", "wire", TROUBLE, status=STATUS_TROUBLE) == said("-z", "wiretruth,wire", TROUBLE, status=STATUS_TROUBLE)


def test_without_a_table_diagnosis():
    assert said(TROUBLE, status=STATUS_TROUBLE) == said("-z", "wiretruth,diagnosis", TROUBLE, status=STATUS_TROUBLE)


def test_frames_as_judge():
    """Another program says the same of each frame of every bundled capture, and of the diagnoses."""
    files = bundled()
    judged, file = [], None
    judge = BUILDS["release"] / "tools/judge"
    for line in lines(subprocess.run([judge, "-1", *files], capture_output=True, text=True, check=True).stdout):
        file = line.get("capture", file)
        if "frame" in line:
            line.pop("interface")
            number = line.pop("frame")
            judged.append({"file": file, "frame.number": number} | {f"wiretruth.{key}": line[key] for key in line})
    assert lines(said("--frames", *files, status=STATUS_TROUBLE)) == judged


def test_json_as_judge():
    files = bundled()
    keys = ("diagnosis", "confidence", "first_frame", "last_frame", "proof_frame")
    judged, file = [], None
    judge = BUILDS["release"] / "tools/judge"
    for line in lines(subprocess.run([judge, "-1", *files], capture_output=True, text=True, check=True).stdout):
        file = line.get("capture", file)
        if "diagnosis" in line:
            judged.append((file, *(line[key] for key in keys)))
    ours = [each for each in lines(said("--json", *files, status=STATUS_TROUBLE)) if "diagnosis" in each]
    assert [(each["file"], *(each[key] for key in keys)) for each in ours] == judged


def test_findings_are_those_counted(tshark, capture):
    file = capture("rtl8139/tso-on-1492.sender")
    told = [line.split(": ", 1)[1].split()[1].rstrip(":") for line in said("--findings", file, status=STATUS_TROUBLE).splitlines()]
    tree = tshark("-q", "-r", file, "-z", "wiretruth,tree")
    counted = {name: int(count) for name, count in re.findall(r"^  (\w+\.\w+) +(\d+)", tree, re.MULTILINE)}
    assert {name: told.count(name) for name in told} == counted


def test_findings_json(capture):
    (first, *_) = lines(said("--findings", "--json", capture("rtl8139/tso-on-1492.sender"), status=STATUS_TROUBLE))
    assert list(first) == ["file", "frame", "severity", "finding", "text"]


# --- preferences ---


def test_preference_holds():
    text = said("-z", "tree", "-o", "wiretruth.artefacts:FALSE", TROUBLE, status=STATUS_TROUBLE)
    assert "checksum.partial" not in text
    assert "checksum.partial" in said("-z", "tree", TROUBLE, status=STATUS_TROUBLE)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-o", "wiretruth.link_mtu:67"],
        ["-o", "wiretruth.link_mtu:many"],
        ["-o", "wiretruth.capture_point:here"],
        ["-o", "wiretruth.layers:dissection"],
        ["-o", "wiretruth.nothing:1"],
        ["-o", "tcp.relative_sequence_numbers:FALSE"],
        ["-z", "nothing"],
        ["-z", "wiretruth,diagnosis,tcp.port == 80"],
        ["--jobs", "-1"],
        ["--frames", "--findings"],
        ["--frames", "-z", "tree"],
        ["--nothing"],
    ],
)
def test_wrong_option(arguments):
    ran = run(*arguments, TROUBLE)
    assert (ran.returncode, ran.stdout) == (STATUS_FAILED, "")
    assert re.fullmatch(r"wiretruth: .+\n", ran.stderr)


def test_nothing_to_judge():
    assert run().returncode == STATUS_FAILED


def test_help_and_version():
    assert "--jobs=N" in said("--help", status=0)
    assert re.fullmatch(r"wiretruth [\d.]+\n", said("--version", status=0))


@pytest.mark.parametrize("text", ["--manual", "--completion"])
def test_texts_name_every_option(text):
    options = re.findall(r"--(\w+)", said("--help", status=0).split("Application Options")[1])
    written = said(text, status=0).replace("\\", "")
    assert [name for name in options if f"--{name}" not in written] == []


def complete(*words):
    script = f"source /dev/stdin; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _wiretruth; echo ${{COMPREPLY[*]}}"
    ran = subprocess.run(["bash", "-c", script], input=said("--completion", status=0), capture_output=True, text=True, check=True)
    return ran.stdout.split()


def test_completion():
    assert complete("wiretruth", "--js") == ["--json"]
    assert complete("wiretruth", "-z", "di") == ["diagnosis"]
    assert complete("wiretruth", "-o", "wiretruth.art") == ["wiretruth.artefacts:"]


# --- files ---


def test_status(clean, tmp_path):
    assert run(clean).returncode == STATUS_CLEAN
    assert run(clean, TROUBLE).returncode == STATUS_TROUBLE
    assert run(clean, TROUBLE, tmp_path / "none").returncode == STATUS_FAILED


def test_bad_file_among_good(clean, tmp_path):
    bad = tmp_path / "bad.pcap"
    bad.write_bytes(b"this is no capture")
    ran = run("--json", clean, bad, tmp_path / "none", TROUBLE)
    assert ran.returncode == STATUS_FAILED
    assert re.fullmatch(rf"wiretruth: {bad}: .+\nwiretruth: {tmp_path}/none: No such file or directory\n", ran.stderr)
    assert "nic_ignores_mss" in [line.get("diagnosis") for line in lines(ran.stdout)]
    assert lines(ran.stdout)[-1]["total"]["files_not_read_whole"] == 2


def test_file_cut_short(tmp_path):
    """What comes before the cut is judged, and told; the error says of how much."""
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(TROUBLE.read_bytes()[: TROUBLE.stat().st_size * 2 // 3 + 1])
    ran = run(cut)
    assert ran.returncode == STATUS_FAILED
    assert "nic_ignores_mss" in ran.stdout
    assert re.fullmatch(rf"wiretruth: {cut}: .+; what was said is of the \d+ frames before that\n", ran.stderr)


def test_folder(clean, tmp_path):
    """All captures below it, by name; what else is there is no error, and links in circles are no matter."""
    inner = tmp_path / "b" / "inner"
    inner.mkdir(parents=True)
    shutil.copyfile(clean, tmp_path / "a.pcapng")
    shutil.copyfile(TROUBLE, inner / "x.pcapng")
    with gzip.open(tmp_path / "c.pcapng.gz", "wb") as packed:
        packed.write(TROUBLE.read_bytes())
    (tmp_path / "README.md").write_text("# Captures\n")
    (tmp_path / "x.json").write_text('{"a": 1}')
    (inner / "circle").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    ran = run("--json", tmp_path)
    assert (ran.returncode, ran.stderr) == (STATUS_TROUBLE, "")
    *told, total = lines(ran.stdout)
    names = [str(inner / "x.pcapng"), str(tmp_path / "c.pcapng.gz")]
    assert list(dict.fromkeys(line["file"] for line in told if line.get("diagnosis") == "nic_ignores_mss")) == names
    assert (total["total"]["files"], total["total"]["files_no_captures"]) == (3, 2)
    assert total["total"]["diagnoses"]["nic_ignores_mss"]["files"] == 2


def test_empty_folder(tmp_path):
    ran = run(tmp_path)
    assert (ran.returncode, ran.stdout) == (STATUS_FAILED, "")
    assert ran.stderr == "wiretruth: there is no capture in what was named\n"


@pytest.mark.parametrize("output", [[], ["--json"], ["--findings"], ["--frames"]])
def test_jobs_say_the_same(output):
    files = SAMPLES[:12]
    one = run("--jobs", 1, *output, *files)
    assert one.stdout and (one.returncode, one.stderr) == (STATUS_TROUBLE, "")
    for jobs in (2, 5):
        assert run("--jobs", jobs, *output, *files).stdout == one.stdout


def test_texts_stand_in_order(clean):
    text = said(TROUBLE, clean, TROUBLE, status=STATUS_TROUBLE)
    assert re.findall(r"^File: (.+)$", text, re.MULTILINE) == [str(TROUBLE), str(clean), str(TROUBLE)]
    assert re.search(r"^In all: 3 files, 2 with trouble, 0 not read whole; ", text, re.MULTILINE)
    assert re.search(r"^nic_ignores_mss +2 ", text, re.MULTILINE)


def test_hostile_names(tmp_path):
    """Neither a terminal nor who reads JSON is at the mercy of who names files."""
    name = os.fsencode(tmp_path) + b'/\x1b[31m"\n\\\xff.pcapng'
    shutil.copyfile(TROUBLE, name)
    shutil.copyfile(TROUBLE, tmp_path / "-z")
    for output in [], ["--json"], ["--findings"]:
        ran = subprocess.run([program(), *output, tmp_path], capture_output=True)
        assert ran.returncode == STATUS_TROUBLE
        assert b"\x1b" not in ran.stdout + ran.stderr and b"\xff" not in ran.stdout
    assert lines(run("--json", tmp_path).stdout)
    bad = subprocess.run([program(), name + b"\x1b"], capture_output=True)
    assert bad.returncode == STATUS_FAILED and b"\x1b" not in bad.stderr


def test_said_of_what_is_not_looked_at(tmp_path):
    """A link type that is not known: the frames are counted, and nothing else is said of them."""
    file = tmp_path / "wlan.pcap"
    header = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + b"\xff\xff\x00\x00" + b"\x69\x00\x00\x00"  # 105: IEEE 802.11
    file.write_bytes(header + 3 * (bytes(8) + b"\x20\x00\x00\x00" * 2 + b"\x08" + bytes(31)))
    assert "Not looked at: 3 frames, link type not known to Wire Truth\n" in said(file, status=STATUS_CLEAN)
    assert {"file": str(file), "not_looked_at": "link type not known to Wire Truth", "frames": 3} in lines(
        said("--json", file, status=STATUS_CLEAN)
    )
    ran = run("--findings", file)
    assert (ran.returncode, ran.stdout) == (STATUS_CLEAN, "") and "3 frames" in ran.stderr


def pcapng_block(kind, body):
    body += bytes(-len(body) % 4)
    length = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + length + body + length


def pcapng_option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def test_what_the_capture_dropped(tmp_path):
    """By the statistics of its interface (block 5, options 5 and 7), of which the latest count."""
    file, counted = tmp_path / "dropped.pcapng", [(1, 0), (7, 5)]
    content = pcapng_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + pcapng_block(1, struct.pack("<HHI", 1, 0, 0))
    content += pcapng_block(6, struct.pack("<IIIII", 0, 0, 0, 14, 14) + bytes(14))
    for interface, system in counted:
        numbers = pcapng_option(5, struct.pack("<Q", interface)) + pcapng_option(7, struct.pack("<Q", system))
        content += pcapng_block(5, struct.pack("<III", 0, 0, 0) + numbers + pcapng_option(0, b""))
    file.write_bytes(content)
    assert "the capture dropped 12 frames" in said(file, status=STATUS_CLEAN)
    assert {"file": str(file), "dropped_by_capture": 12} in lines(said("--json", file, status=STATUS_CLEAN))


# --- pipes ---


def test_pipe():
    """The diagnoses as of the file, behind a line when the proof is complete."""
    with open(TROUBLE, "rb") as file:
        ran = run("-", stdin=file)
    from_file = said(TROUBLE, status=STATUS_TROUBLE)
    piped = run("-", input=TROUBLE.read_bytes(), text=False, errors=None)
    assert piped.returncode == ran.returncode == STATUS_TROUBLE and piped.stderr == b""
    first, rest = piped.stdout.decode().split("\n", 1)
    assert re.fullmatch(r"Frame \d+ completes the proof of nic_ignores_mss, \w+: .+", first)
    assert rest == from_file


def test_pipe_is_told_at_once():
    """Of a pipe that stays open the proof is printed while it does."""
    whole = TROUBLE.read_bytes()
    with subprocess.Popen([program(), "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(whole[:-1000])
        process.stdin.flush()
        assert b"completes the proof of nic_ignores_mss" in process.stdout.readline()
        assert process.poll() is None
        process.stdin.write(whole[-1000:])
        process.stdin.close()
        assert b"nic_ignores_mss" in process.stdout.read()
    assert process.returncode == STATUS_TROUBLE


def test_process_that_ends_is_a_file_not_read(tmp_path):
    """Whatever a file does to the process that reads it, the others are judged."""
    os.mkfifo(tmp_path / "waits")
    process = subprocess.Popen(
        [program(), "--jobs", "2", tmp_path / "waits", TROUBLE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + HANG
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    while len(child := open(children).read().split()) != 1 and time.monotonic() < deadline:
        time.sleep(0.05)  # until the other one is done, the first one waits
    os.kill(int(child[0]), signal.SIGKILL)
    out, error = process.communicate()
    assert process.returncode == STATUS_FAILED
    assert "nic_ignores_mss" in out and "the process that judged it was ended: Killed" in error


def test_nobody_reads():
    """Output that cannot be written is an error."""
    with open("/dev/full", "w") as full:
        ran = subprocess.run([program(), TROUBLE], stdout=full, stderr=subprocess.PIPE, text=True)
    assert ran.returncode == STATUS_FAILED and "cannot write" in ran.stderr
