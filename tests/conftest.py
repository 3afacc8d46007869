# SPDX-License-Identifier: GPL-2.0-or-later
"""What all tests share: the unit tests written in C as pytest items, and tshark with the plugin of this tree.

tests/run builds what is needed here. Wireshark loads personal plugins for ordinary users only, so when root runs the
tests tshark and its siblings run as nobody, with a home of their own.
"""

import dataclasses
import fcntl
import functools
import hashlib
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILDS = {"release": ROOT / "build", "sanitized": ROOT / "build-sanitize"}
TESTED = os.environ.get("WIRETRUTH_BUILDS", "release sanitized").split()
NOBODY = 65534
IS_ROOT = os.geteuid() == 0
HANG = 3600  # seconds until a program is taken to hang: far more than any needs on a slow machine that does other things
NO_HOME = "/nonexistent"  # as Debian has it for nobody: of a user without any settings

# What the user's own settings would change in the programs that tests start.
os.umask(0o022)
for name in [name for name in os.environ if name.startswith(("LC_", "WIRESHARK_", "XDG_")) or name == "LANGUAGE"]:
    del os.environ[name]
os.environ |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


def tree_copy(folder, *left_out):
    """A copy of this tree as a clone has it, without what other tests write meanwhile; for all to read."""
    ignored = shutil.ignore_patterns("build*", ".git", "__pycache__", ".pytest_cache", *left_out)
    return readable(shutil.copytree(ROOT, folder, ignore=ignored))


def readable(folder):
    """Lets everybody read `folder` and all below it."""
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder


# What tests need beside the core, its compiler and pytest, by names that tests/run knows. The longest path that fits counts.
NEEDS = {
    "": "wireshark",
    "fuzz": "wireshark sanitized clang",
    "golden/test_sanitized.py": "wireshark sanitized",
    "gui": "wireshark gui",
    "mutation": "",
    "package": "wireshark package",
    "test_depth.py": "sanitized depth",
    "test_run.py": "",
    "test_style.py": "style clang",
    "windows": "windows",
    "unit": "",
}


def needs(path):
    """The names of what the tests in `path` need."""
    parts = path.relative_to(ROOT / "tests").parts
    return NEEDS[next(name for size in range(len(parts), -1, -1) if (name := "/".join(parts[:size])) in NEEDS)].split()


# --- what all workers share: copies of captures, and what tshark printed ---

SHARED = "WIRETRUTH_SHARED"  # the folder; in the environment, which workers inherit


def shared():
    return pathlib.Path(os.environ[SHARED])


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="wiretruth-"))
        folder.chmod(0o755)
        os.environ[SHARED] = str(folder)


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput") and SHARED in os.environ:
        shutil.rmtree(os.environ.pop(SHARED), ignore_errors=True)


def once(path, make):
    """`path` in the shared folder, written by make(PATH) if no worker has done so before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            new = path.with_name(f"{path.name}.new")
            make(new)
            new.chmod(0o644)
            new.rename(path)
    return path


def pytest_addoption(parser):
    parser.addoption("--needs", metavar="FILE", help="write what the collected tests need to FILE; for tests/run")


def pytest_collection_finish(session):
    file = session.config.getoption("--needs")
    if file:
        found = {name for item in session.items for name in needs(item.path)}
        pathlib.Path(file).write_text(" ".join(sorted(found)))


def pytest_configure(config):
    """Of plugins of one name Wireshark takes the system's: that would be tested in place of this tree's."""
    if hasattr(config, "workerinput") or not shutil.which("tshark"):
        return
    env = os.environ | {"HOME": NO_HOME}
    listed = subprocess.run(["tshark", "-G", "plugins"], env=env, capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        if line.startswith("wiretruth.so"):
            raise pytest.UsageError(f"{line.split()[-1]} is installed, and would be tested in place of this tree: remove it")


# --- unit tests in C: tests/unit/test_*.c, one item for each test path and build ---


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".c" and file_path.name.startswith("test_"):
        return CFile.from_parent(parent, path=file_path)
    return None


class CFile(pytest.File):
    def collect(self):
        for build in TESTED:
            program = BUILDS[build] / "unit" / self.path.stem
            tests = self.listed(program) if program.exists() else []
            if not tests:
                yield CItem.from_parent(self, name=f"{build}", program=program, test=None)
            for test in tests:
                yield CItem.from_parent(self, name=f"{build}:{test}", program=program, test=test)

    @staticmethod
    def listed(program):
        """Paths of the tests in it. GLib puts a "# " in front since 2.80."""
        ran = subprocess.run([program, "-l"], capture_output=True, text=True, check=True)
        lines = (line.removeprefix("# ") for line in ran.stdout.splitlines())
        return sorted(line for line in lines if line.startswith("/"))


class CItem(pytest.Item):
    def __init__(self, *, program, test, **others):
        super().__init__(**others)
        self.program = program
        self.test = test

    def runtest(self):
        if self.test is None:
            raise CFailure(f"{self.program} is not built, or has no test; run tests/run")
        ran = subprocess.run([self.program, "-p", self.test], capture_output=True, text=True)
        if ran.returncode != 0:
            raise CFailure(ran.stdout + ran.stderr)

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, CFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, self.name


class CFailure(Exception):
    """A unit test in C failed; the text is what it printed."""


# --- the core, without Wireshark ---

# Fields of a frame that judge knows; and what it says of a diagnosis.
JUDGED = frozenset(
    "direction direction.source l3_len link_mtu link_mtu.source wire.frames wire.len segment.size segment.last mss.limit "
    "checksum.ip checksum.l4 path_mtu window.scale window.scale.least window.scale.hint window.right_edge window.flight "
    "window.room finding finding.severity finding.text offender report reaction original twin twin.delay".split()
)
DIAGNOSED = ("diagnosis", "confidence", "culprit", "other", "first_frame", "last_frame", "proof_frame")


@dataclasses.dataclass
class Judged:
    """What the core says of one capture; values as text."""

    frames: dict = dataclasses.field(default_factory=dict)  # number -> {field: [values]}
    interface: dict = dataclasses.field(default_factory=dict)  # number -> number of the interface
    diagnoses: list = dataclasses.field(default_factory=list)  # [{key: value}], see DIAGNOSED

    def diagnosed(self):
        return {each["diagnosis"] for each in self.diagnoses}

    def add(self, line):
        if "diagnosis" in line:
            self.diagnoses.append({key: line.get(key) for key in DIAGNOSED})
        else:
            number = line.pop("frame")
            self.interface[number] = line.pop("interface")
            self.frames[number] = {
                name: [str(each) for each in (value if isinstance(value, list) else [value])]
                for name, value in line.items()
            }


def judge_run(build, paths, *options):
    """What judge prints of captures."""
    program = pathlib.Path(os.environ.get("WIRETRUTH_JUDGE", BUILDS[build] / "tools" / "judge"))  # tests/mutation sets it
    if not program.exists():
        pytest.fail(f"no {program}; run tests/run", pytrace=False)
    ran = subprocess.run([program, *options, *paths], capture_output=True, text=True)
    if ran.returncode != 0 or ran.stderr:
        pytest.fail(f"{program}: {ran.returncode}\n{ran.stderr}", pytrace=False)
    return ran.stdout


@pytest.fixture(scope="session")
def judge():
    """judge(PATH, OPTION...): what tests/tools/judge.c says of the capture, which knows no dissection; see class Judged."""

    def run(path, *options):
        said = Judged()
        for line in judge_run("release", [path], *options).splitlines()[1:]:
            said.add(json.loads(line))
        return said

    return run


def bundled():
    """The captures with a truth file. captures/cases holds others, see its README."""
    return sorted(path for path in (ROOT / "captures").rglob("*.pcapng") if path.with_suffix(".truth.json").exists())


# --- Wireshark's programs ---


def give_to_user(path):
    """Lets the user as whom Wireshark's programs run own `path` and all below it."""
    if IS_ROOT:
        for each in [path, *path.rglob("*")]:
            os.chown(each, NOBODY, NOBODY)


class Programs:
    """Runs Wireshark's programs with the plugin of one build in the personal folder of a home made for it."""

    def __init__(self, home, build, preload=None):
        plugins = BUILDS[build] / "plugins"
        if not list(plugins.glob("*/epan/wiretruth.so")):
            pytest.fail(f"no plugin below {plugins}; run tests/run", pytrace=False)
        self.home = home
        shutil.copytree(plugins, home / ".local/lib/wireshark/plugins")
        give_to_user(home)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        if preload:
            self.env |= preload
        self.build = build
        self.cached = functools.lru_cache(maxsize=32)(self.run_once)

    def run(self, *command, stdin=None):
        """The finished process of `command`, with text in stdout and stderr. Never raises for its exit code."""
        as_user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if IS_ROOT else []
        return subprocess.run(
            [*as_user, *map(str, command)],
            env=self.env,
            cwd=self.home,
            input=stdin,
            capture_output=True,
            text=True,
            errors="surrogateescape",  # a test that expects text finds what is none
            timeout=HANG,
        )

    def run_once(self, *command):
        """The same, run by whichever worker asks first."""
        if SHARED not in os.environ:  # no test: tests/versions/answers
            return self.run(*command)
        key = hashlib.sha256(repr((self.build, *map(str, command))).encode()).hexdigest()
        path = once(shared() / "ran" / key, lambda new: new.write_bytes(pickle.dumps(self.run(*command))))
        return pickle.loads(path.read_bytes())

    def tshark(self, *arguments):
        """What tshark prints. Fails the test if it fails or has anything to say on standard error."""
        command = ["tshark"] if arguments[0] == "-G" else ["tshark", "-n"]
        ran = self.cached(*command, *arguments)
        assert ran.returncode == 0, ran.stderr
        assert ran.stderr == "", ran.stderr
        return ran.stdout


@pytest.fixture(scope="session")
def scratch():
    """A folder that the user of Wireshark's programs can enter, removed at the end."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="wiretruth-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def programs(scratch):
    """Wireshark's programs with the plugin of the Release build; see class Programs."""
    return Programs(scratch / "home", "release")


@pytest.fixture(scope="session")
def sanitized(scratch):
    """The same with the plugin of the build with sanitizers."""
    library = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    # Wireshark itself leaks at its end, and overrides what it allocates in its own pools.
    preload = {
        "LD_PRELOAD": library.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "WIRESHARK_DEBUG_WMEM_OVERRIDE": "strict",
    }
    return Programs(scratch / "sanitized", "sanitized", preload)


@pytest.fixture(scope="session")
def tshark(programs):
    """tshark(ARGUMENT...): its output; the same call again is answered from memory."""
    return programs.tshark


@pytest.fixture(scope="session")
def capture():
    """
    capture(NAME): path of captures/NAME.pcapng that the user of Wireshark's programs can read. "all" is every bundled one, one
    behind the other in one file with interfaces of their own: hundreds of files for the price of one start of tshark.
    """

    def join(path):
        subprocess.run(["mergecap", "-I", "none", "-a", "-w", path, *bundled()], check=True)

    @functools.lru_cache(maxsize=None)
    def path_of(name):
        if name == "all":
            return once(shared() / "all.pcapng", join)
        source = ROOT / "captures" / f"{name}.pcapng"
        assert source.exists(), f"no capture {source}"
        return once(shared() / "captures" / f"{name}.pcapng", lambda new: shutil.copyfile(source, new))

    return path_of


@pytest.fixture(scope="session")
def fields(tshark):
    """fields(FILE, NAME..., filter="", options=()): {frame number: tuple of tuples of values}, one tuple a field."""

    def read(path, *names, filter="", options=()):
        wanted = [argument for name in names for argument in ("-e", name)]
        shown = ("-Y", filter) if filter else ()
        text = tshark("-r", path, *options, *shown, "-T", "fields", "-E", "separator=/t", "-e", "frame.number", *wanted)
        return {int(number): tuple(map(values, columns)) for number, *columns in rows(text)}

    def rows(text):
        return (line.split("\t") for line in text.splitlines())

    def values(column):
        return tuple(column.split(",")) if column else ()

    return read


# --- the table of the truth suite ---


def pytest_terminal_summary(terminalreporter):
    """Statements of the truth files by area, added up over all captures and workers."""
    totals = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for key, (area, *counts) in (each for each in report.user_properties if each[0] == "truth"):
                totals[area] = [old + new for old, new in zip(totals.get(area, [0] * 4), counts, strict=True)]
    if not totals:
        return
    terminalreporter.section("truth")
    terminalreporter.write_line(f"{'area':16}{'stated':>10}{'right':>10}{'missed':>10}{'invented':>10}")
    for area, counts in sorted(totals.items()):
        terminalreporter.write_line(f"{area:16}" + "".join(f"{count:10}" for count in counts))
