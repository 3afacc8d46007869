# SPDX-License-Identifier: GPL-2.0-or-later
"""
Random mutants of the engine and of the packet library: one token of one line is changed, and the tests are to notice.

The core is built once as a shared library, with programs that load it. For each mutant one file is compiled, the library is
linked anew beside the original, and the programs run with it: unit tests first, those that share a word with the file's path
before the others, then judge and shift over every bundled capture. Where judge says something else than before, the truth
suite is asked whether that is wrong. A mutant whose machine code is that of the original is none.
"""

import dataclasses
import functools
import json
import os
import pathlib
import random
import re
import resource
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build-mutants"
LIBRARY = "libwiretruth-core.so"
SECONDS = 20  # of the processor, for one program: one that needs more does not end
BYTES = 4 << 30
LONG = ["/hostile/100-gigabytes", "/twin/long", "/bounds/flood"]  # left out: they notice nothing that others do not

# What a token may become. clang-format puts a blank on both sides of a binary operator, and on one side of others.
OPERATORS = {
    "==": ["!="], "!=": ["=="], "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["+"], "/": ["*"], "%": ["+"],
    "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"], "+=": ["-="], "-=": ["+="], "|=": ["&="], "&=": ["|="],
}  # fmt: skip
TOKEN = re.compile(
    r"(?<= )(?P<operator>" + "|".join(re.escape(each) for each in sorted(OPERATORS, key=len, reverse=True)) + r")(?= )"
    r"|(?<![\w.])(?P<number>0x[0-9a-fA-F]+|\d+)(?![\w.])"
    r"|(?<![\w])(?P<truth>true|false)(?!\w)"
    r"|(?P<not>!)(?=[\w(])"
    r"|(?<![\w])(?P<condition>if|while) \((?=\S)"
)
# Lines in which a change says nothing: the compiler's, headers of loops that would not end, initialisers, logs, how many of
# something there is room for, the order of a sort.
DULL = re.compile(r"^\s*#|\bfor \(|= \{0\}|^\s*\[|wt_log|wt_debug|g_assert|g_new0?\(|static_assert|sizeof\(|_MAX = \d|\? -1 :")


@dataclasses.dataclass(frozen=True)
class Mutant:
    path: str
    line: int  # from 1
    begin: int
    end: int
    text: str  # in place of what stands there

    def source(self):
        lines = (ROOT / self.path).read_text().splitlines(keepends=True)
        lines[self.line - 1] = self.changed(lines[self.line - 1])
        return "".join(lines)

    def changed(self, line):
        return line[: self.begin] + self.text + line[self.end :]

    def __str__(self):
        line = (ROOT / self.path).read_text().splitlines()[self.line - 1]
        return f"{self.path}:{self.line}\n  - {line.strip()}\n  + {self.changed(line).strip()}"


def blanked(text):
    """`text` with comments, strings and characters as blanks, at the same places."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])  # noqa: E731
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text, flags=re.DOTALL)


def closing(line, opening):
    """Where the bracket at `opening` closes, or -1 if not in this line."""
    depth = 0
    for at in range(opening, len(line)):
        depth += {"(": 1, ")": -1}.get(line[at], 0)
        if depth == 0:
            return at
    return -1


def changes(line, match):
    """(begin, end, text) of everything that one token of a line may become."""
    begin, end = match.span()
    kind, token = match.lastgroup, match[match.lastgroup]
    if kind == "operator":
        yield from ((begin, end, each) for each in OPERATORS[token])
    elif kind == "number":
        value = int(token, 0)
        # One more or less where every step counts; else twice or half as much, as tests try no neighbours of a threshold.
        changed = [1] if value == 0 else [value + 1, value - 1] if value < 100 else [value * 2, value // 2]
        yield from ((begin, end, str(each)) for each in changed)
    elif kind == "truth":
        yield begin, end, "false" if token == "true" else "true"
    elif kind == "not":
        yield begin, end, ""
    else:
        close = closing(line, end - 1)
        if close > 0:
            yield end - 1, close + 1, f"(!{line[end - 1 : close + 1]})"


def mutants_of(path):
    text = (ROOT / path).read_text()
    in_table = False
    for number, (line, original) in enumerate(zip(blanked(text).splitlines(), text.splitlines(), strict=True), 1):
        in_table = in_table and line != "};" or bool(re.match(r"^static const .*\{$", line))
        if in_table or DULL.search(original):
            continue
        for match in TOKEN.finditer(line):
            for begin, end, new in changes(original, match):
                yield Mutant(path, number, begin, end, new)


def every_mutant():
    folders = ("plugin/engine", "plugin/packet")
    paths = sorted(str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.c"))
    return [mutant for path in paths for mutant in mutants_of(path)]


# --- the build ---


class Bench:
    """The build whose library is replaced; shared by all mutants."""

    def __init__(self):
        truths = sorted((ROOT / "captures").rglob("*.truth.json"))
        self.bundled = [path.with_name(path.name.replace(".truth.json", ".pcapng")) for path in truths]
        self.captures = self.bundled + sorted((ROOT / "captures/cases").glob("*/*.pcap*"))
        self.build()
        commands = json.loads((BUILD / "compile_commands.json").read_text())
        self.command = {
            os.path.relpath(each["file"], ROOT): (shlex.split(each["command"]), each["directory"]) for each in commands
        }
        self.objects = self.library_objects()
        self.unit = sorted((BUILD / "unit").glob("test_*"))
        with tempfile.TemporaryDirectory() as folder:
            self.link_library(pathlib.Path(folder), self.objects.values())
            self.said = self.judge(folder, self.captures)
            self.shifted = self.shift(folder)
            broken = self.failing(folder, "") or ("" if self.said else "judge")
        if broken:
            sys.exit(f"fails with nothing changed: {broken}")

    @staticmethod
    def build():
        BUILD.mkdir(exist_ok=True)
        flags = "-O1 -g0 -fno-inline"
        targets = ["judge", "shift", *(path.stem for path in (ROOT / "tests/unit").glob("test_*.c"))]
        with open(BUILD / "build.log", "w") as log:
            for command in (
                ["cmake", "-S", ROOT, "-B", BUILD, "-DWIRETRUTH_SHARED_CORE=ON", "-DCMAKE_BUILD_TYPE=None", f"-DCMAKE_C_FLAGS={flags}"],
                ["cmake", "--build", BUILD, "--parallel", str(os.cpu_count()), "--target", *targets],
            ):
                if subprocess.run(command, stdout=log, stderr=log).returncode != 0:
                    sys.exit(f"the build failed, see {BUILD}/build.log")

    def library_objects(self):
        """{source: object} of the core."""
        return {
            path: pathlib.Path(directory) / command[command.index("-o") + 1]
            for path, (command, directory) in self.command.items()
            if "wiretruth-core" in command[command.index("-o") + 1]
        }

    def run(self, folder, command):
        """The finished process of `command` with the library in `folder`."""

        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))

        env = os.environ | {"LD_LIBRARY_PATH": str(folder)}
        return subprocess.run(command, env=env, preexec_fn=limit, capture_output=True, text=True, errors="replace", cwd=folder)

    def judge(self, folder, captures):
        """What judge prints; None if it fails."""
        ran = self.run(folder, [BUILD / "tools/judge", *captures])
        return ran.stdout if ran.returncode == 0 and not ran.stderr else None

    def shift(self, folder):
        """What differs when sequence numbers and times begin elsewhere; nothing should."""
        return self.run(folder, [BUILD / "tools/shift", *self.bundled]).stdout

    # --- a mutant ---

    def link(self, mutant, folder):
        """Puts the library with `mutant` into `folder`. False if it does not compile, or nothing is changed by it."""
        source, new = folder / pathlib.Path(mutant.path).name, folder / "mutant.o"
        source.write_text(mutant.source())
        command, directory = self.command[mutant.path]
        command = list(command)
        command[command.index("-o") + 1] = str(new)
        command[command.index("-c") + 1] = str(source)
        include = ["-iquote", str((ROOT / mutant.path).parent), "-w"]
        if subprocess.run([*command, *include], cwd=directory, capture_output=True).returncode != 0:
            return False
        if self.code(new) == self.code(self.objects[mutant.path]):
            return False
        objects = [new if path == mutant.path else each for path, each in self.objects.items()]
        self.link_library(folder, objects)
        return True

    @staticmethod
    def link_library(folder, objects):
        glib = subprocess.run(["pkg-config", "--libs", "glib-2.0"], capture_output=True, text=True, check=True).stdout.split()
        subprocess.run(["gcc", "-shared", "-Wl,-z,defs", "-o", folder / LIBRARY, *objects, *glib], check=True)

    @staticmethod
    def code(path):
        """The sections that are loaded, without the names of files."""
        with tempfile.NamedTemporaryFile() as bare:
            subprocess.run(["objcopy", "-O", "elf64-x86-64", "--strip-unneeded", "-R", ".comment", path, bare.name], check=True)
            dump = subprocess.run(["objdump", "-s", "-r", bare.name], capture_output=True, text=True, check=True)
        return dump.stdout.split("\n", 3)[-1]

    def programs(self, path):
        """Unit test programs, those that share a word with `path` first, the slow ones last."""
        words = set(re.split(r"[/_.]", path)) - {"plugin", "c"}
        slow = ("bounds", "hostile", "twin")
        return sorted(self.unit, key=lambda each: (each.name.endswith(slow), -len(words & set(each.name.split("_")))))

    def failing(self, folder, path):
        """The unit test program that fails with the library in `folder`, or None."""
        skip = [word for test in LONG for version in ("", "/ipv4", "/ipv6") for word in ("-s", test + version)]
        programs = self.programs(path)
        return next((each.name for each in programs if self.run(folder, [each, *skip]).returncode != 0), None)

    def noticed(self, mutant):
        """What notices `mutant`; "" if nothing does, None if it is no mutant."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            if not self.link(mutant, folder):
                return None
            failing = self.failing(folder, mutant.path)
            if failing:
                return failing
            said = self.judge(folder, self.captures)
            if said is None or self.shift(folder) != self.shifted:
                return "judge or shift"
            return self.truth(folder) if said != self.said else ""

    # What asks judge: first that of all captures, then that of several capture points.
    SUITES = {
        "tests/truth": "(test_truth or test_case) and not (checker or runs or says or symptom or shown or builds)",
        "tests/points/test_points.py": "(test_twins and full) or as_alone or right_size",
    }

    def truth(self, folder):
        """What of the truth suite fails, as far as it asks judge."""
        env = os.environ | {"WIRETRUTH_JUDGE": str(BUILD / "tools/judge"), "LD_LIBRARY_PATH": str(folder), "WIRETRUTH_BUILDS": "release"}
        for suite, chosen in self.SUITES.items():
            command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", suite, "-k", chosen, *self.broken(suite)]
            ran = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, errors="replace")
            failed = re.search(r"^FAILED (\S+?::\S+)", ran.stdout, re.MULTILINE)
            if failed:
                return failed[1]
        return ""

    @functools.lru_cache(maxsize=None)  # noqa: B019  there is one bench
    def broken(self, suite):
        """Options that leave out what fails with nothing changed: it would notice everything."""
        env = os.environ | {"WIRETRUTH_JUDGE": str(BUILD / "tools/judge"), "LD_LIBRARY_PATH": str(BUILD), "WIRETRUTH_BUILDS": "release"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", suite, "-k", self.SUITES[suite]]
        ran = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, errors="replace")
        return [f"--deselect={name}" for name in re.findall(r"^FAILED (\S+?::.*?\])(?: - .*)?$", ran.stdout, re.MULTILINE)]


def chosen(seed):
    """All mutants in an order that depends on the seed."""
    mutants = every_mutant()
    random.Random(seed).shuffle(mutants)
    return mutants
