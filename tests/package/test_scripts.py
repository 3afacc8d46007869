# SPDX-License-Identifier: GPL-2.0-or-later
"""Every command of plugin/reference/SCRIPTS.md, run as it stands there.

ssh, tcpdump and Elasticsearch are stood in for: ssh by a program that runs the command in the home of a "host" of its
own, where no file of this one is; tcpdump by a file; Elasticsearch by a server that takes its bulk format apart.
Numbers are held against what scapy reads from the file.
"""

import csv
import http.server
import json
import math
import pathlib
import re
import shutil
import threading

import pytest
from scapy.layers.inet import IP
from scapy.utils import rdpcap

from conftest import BUILDS, ROOT, give_to_user

SCRIPTS = ROOT / "plugin" / "reference" / "SCRIPTS.md"
NIC = "rtl8139/tso-on-1492.sender"  # 20 super-frames of two segments
IGNORED = "pmtu/filtered-v4.outside"
CLEAN = "rtl8139/tso-off-1492.sender"

SSH = """#!/bin/sh
while :; do
    case $1 in
    -[bcDEeFIiJLlmOopQRSWw]) shift 2 ;;
    -*) shift ;;
    *) break ;;
    esac
done
host=$1
shift
[ "$1" != -- ] || shift
echo "$host" >>"$HOSTS/log"
cd "$HOSTS/$host" && HOME=$HOSTS/$host exec sh -c "$*"
"""


def commands():
    """{section: [command, ...]} of SCRIPTS.md."""
    found = {}
    for section in SCRIPTS.read_text().split("\n## ")[1:]:
        found[section.splitlines()[0]] = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return found


class Bench:
    """A folder with captures, and stand-ins for what is not on this host."""

    def __init__(self, folder, programs, capture):
        self.folder = folder
        self.programs = programs
        self.capture = capture
        path = f"{folder}/bin:{programs.env['PATH']}"
        self.variables = {"PATH": path, "SHELL": "/bin/sh", "HOSTS": f"{folder}/hosts"}
        self.script("ssh", SSH)
        self.script("tcpdump", f"#!/bin/sh\ncat {folder}/capture.pcapng\n")
        self.script("dumpcap", f"#!/bin/sh\necho {folder}/ring_1.pcapng\necho {folder}/ring_2.pcapng\n")
        shutil.copy(BUILDS["release"] / "command/wiretruth", folder / "bin")
        for host in ("alpha", "beta"):
            (folder / "hosts" / host).mkdir(parents=True)
            (folder / "hosts" / host / ".local").symlink_to(programs.home / ".local")

    def script(self, name, text):
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def put(self, name, source):
        """Copies captures/SOURCE.pcapng and gives its packets as scapy reads them."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(self.capture(source), path)
        return rdpcap(str(path))

    def run(self, section, number):
        """The finished process of a command."""
        give_to_user(self.folder)
        text = commands()[section][number]
        variables = [f"{name}={value}" for name, value in self.variables.items()]
        return self.programs.run("env", f"--chdir={self.folder}", *variables, "sh", "-c", text)

    def output(self, section, number, name):
        """What a command that must succeed wrote into file `name`."""
        ran = self.run(section, number)
        assert ran.returncode == 0, ran.stderr
        return (self.folder / name).read_text()


@pytest.fixture
def bench(scratch, programs, capture, request):
    for program in ("jq", "curl", "parallel", "rsync", "sharkd"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    folder = scratch / request.node.name
    folder.mkdir()
    yield Bench(folder, programs, capture)
    shutil.rmtree(folder)


def super_frames(packets):
    return {number for number, packet in enumerate(packets, 1) if IP in packet and len(packet[IP]) > 1500}


def test_each_command_is_tested():
    """Sections and number of commands; whoever adds one adds a test."""
    assert {section: len(found) for section, found in commands().items()} == {
        "The command": 5,
        "Fields": 4,
        "Elasticsearch": 1,
        "A folder of captures": 3,
        "Exit codes": 3,
        "sharkd": 1,
    }


# --- the command ---


def test_command_folder(bench):
    check_summary(bench, 0, "The command")


def test_command_on_many_hosts(bench):
    check_summary(bench, 1, "The command")
    assert set((bench.folder / "hosts/log").read_text().split()) == {"alpha", "beta"}


def test_command_status(bench):
    assert exit_codes(bench, 2, "The command") == [1, 0, 2]


def test_command_ring(bench):
    bench.put("ring_1.pcapng", CLEAN)
    bench.put("ring_2.pcapng", IGNORED)
    assert bench.run("The command", 3).returncode == 1, "of the last file"
    told = [json.loads(line) for line in (bench.folder / "diagnoses.json").read_text().splitlines()]
    found = {pathlib.Path(line["file"]).stem for line in told if line.get("diagnosis") == "reports_ignored"}
    assert found == {"ring_2"}


def test_command_live(bench):
    bench.put("capture.pcapng", IGNORED)
    bench.run("The command", 4)
    first = (bench.folder / "live.txt").read_text().splitlines()[0]
    assert "completes the proof of reports_ignored" in first


# --- fields ---


def test_csv(bench):
    packets = bench.put("capture.pcapng", NIC)
    rows = list(csv.DictReader(bench.output("Fields", 0, "frames.csv").splitlines()))
    assert [int(row["frame.len"]) for row in rows] == [len(packet) for packet in packets]
    cut = {int(row["frame.number"]) for row in rows if row["wiretruth.wire.frames"] == "2"}
    assert cut == super_frames(packets) and len(cut) == 20
    assert all("superframe.sent" in rows[number - 1]["wiretruth.finding"].split(";") for number in cut)


def test_json(bench):
    packets = bench.put("capture.pcapng", NIC)
    frames = [frame["_source"]["layers"] for frame in json.loads(bench.output("Fields", 1, "findings.json"))]
    others = [(name, value) for layers in frames for name, value in layers.items() if name != "wiretruth"]
    assert all(value == {"filtered": name} for name, value in others)
    found = [layers["wiretruth"]["wiretruth.finding"] for layers in frames]
    assert sum("superframe.sent" in names for names in found) == len(super_frames(packets))


def test_counts(bench):
    packets = bench.put("capture.pcapng", NIC)
    lines = [line.split() for line in bench.output("Fields", 2, "findings.txt").splitlines()]
    assert ["20", "superframe.sent"] in lines and len(super_frames(packets)) == 20
    assert [int(count) for count, _ in lines] == sorted((int(count) for count, _ in lines), reverse=True)


def test_rate(bench):
    packets = bench.put("capture.pcapng", NIC)
    rows = [line.split("|") for line in bench.output("Fields", 3, "rate.txt").splitlines() if "<>" in line]
    assert sum(int(row[2]) for row in rows) == len(packets)
    assert sum(int(row[3]) for row in rows) == sum(IP in packet for packet in packets) + len(super_frames(packets))


# --- Elasticsearch ---


class Elasticsearch(http.server.BaseHTTPRequestHandler):
    """Takes bulk requests, and refuses what Elasticsearch 8 refuses."""

    def do_POST(self):
        lines = self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines()
        actions, documents = map(json.loads, lines[0::2]), [json.loads(line) for line in lines[1::2]]
        fine = (
            self.path == "/_bulk"
            and self.headers["Content-Type"] == "application/x-ndjson"
            and all(set(action) == {"index"} and set(action["index"]) == {"_index"} for action in actions)
        )
        self.server.requests.append(documents)
        self.send_response(200 if fine else 400)
        self.end_headers()
        self.wfile.write(b'{"errors":false}\n')

    def log_message(self, *_):
        pass


@pytest.fixture
def elasticsearch():
    server = http.server.HTTPServer(("127.0.0.1", 0), Elasticsearch)
    server.requests = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_elasticsearch(bench, elasticsearch):
    packets = bench.put("capture.pcapng", NIC)
    bench.variables["ELASTICSEARCH"] = f"http://127.0.0.1:{elasticsearch.server_port}"
    answers = bench.output("Elasticsearch", 0, "answers.json").splitlines()
    assert len(answers) == len(elasticsearch.requests) == math.ceil(len(packets) / 1000)
    documents = [document["layers"] for request in elasticsearch.requests for document in request]
    assert [int(layers["frame"]["frame_frame_number"]) for layers in documents] == list(range(1, len(packets) + 1))
    cut = [layers for layers in documents if layers.get("wiretruth", {}).get("wiretruth_wiretruth_wire_frames") == "2"]
    assert len(cut) == len(super_frames(packets))


# --- a folder of captures ---


def truth(name):
    return json.loads((ROOT / "captures" / f"{name}.truth.json").read_text())["diagnosis"]


def check_summary(bench, number, section="A folder of captures"):
    for name in (IGNORED, CLEAN):
        bench.put(f"captures/{pathlib.Path(name).name}.pcapng", name)
    rows = list(csv.reader(bench.output(section, number, "summary.csv").splitlines()))
    said = {(pathlib.Path(file).stem, diagnosis) for file, diagnosis, *_ in rows}
    for name in (IGNORED, CLEAN):
        diagnoses = {diagnosis for file, diagnosis in said if file == pathlib.Path(name).name}
        assert set(truth(name)["must"]) <= diagnoses <= set(truth(name)["must"]) | set(truth(name)["may"])
    assert (pathlib.Path(IGNORED).name, "reports_ignored") in said


def test_summary(bench):
    check_summary(bench, 0)


def test_summary_on_many_hosts(bench):
    check_summary(bench, 1)
    assert set((bench.folder / "hosts/log").read_text().split()) == {"alpha", "beta"}
    left = [path for host in ("alpha", "beta") for path in (bench.folder / "hosts" / host).rglob("*.pcapng")]
    assert left == []


def test_live(bench):
    bench.put("capture.pcapng", IGNORED)
    (line,) = bench.output("A folder of captures", 2, "live.txt").splitlines()
    assert line.split("\t")[1] == "reports_ignored"
    assert (bench.folder / "hosts/log").read_text() == "alpha\n"


# --- exit codes ---


def exit_codes(bench, number, section="Exit codes"):
    """Of one command, for a capture with trouble, a clean one and one that is cut in the middle of a packet."""
    codes = []
    for name in (IGNORED, CLEAN):
        bench.put("capture.pcapng", name)
        codes.append(bench.run(section, number).returncode)
    path = bench.folder / "capture.pcapng"
    path.write_bytes(path.read_bytes()[:-30])
    return [*codes, bench.run(section, number).returncode]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_exit_code(bench, number):
    trouble, clean, broken = exit_codes(bench, number)
    assert trouble == 1
    assert clean == 0
    assert broken != 0


# --- sharkd ---


def test_sharkd(bench):
    packets = bench.put("capture.pcapng", NIC)
    lines = bench.output("sharkd", 0, "answers.json").splitlines()
    status, taps, diagnosis, frames = (json.loads(line)["result"] for line in lines)
    assert status == {"status": "OK"}
    tables = {tap["tap"]: tap for tap in taps["taps"]}
    rows = [row for group in tables["stats:wiretruth"]["stats"] for row in group.get("sub", [])]
    assert ("superframe.sent", len(super_frames(packets))) in [(row["name"], row["count"]) for row in rows]
    wire = tables["nstat:wiretruth,wire"]
    names = [field["c"] for field in wire["fields"]]
    hosts = [dict(zip(names, row)) for row in wire["tables"][0]["i"]]
    assert sum(row["Super-frames"] for row in hosts if row["Role"] == "sends") == len(super_frames(packets))
    assert [tap["tap"] for tap in diagnosis["taps"]] == ["nstat:wiretruth,diagnosis"]
    assert super_frames(packets) <= {frame["num"] for frame in frames}
