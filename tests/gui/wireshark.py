# SPDX-License-Identifier: GPL-2.0-or-later
"""A real Wireshark on a screen of its own, as the tests see it.

    with Screen(width) as screen, Wireshark(screen, home, ["-r", FILE]) as gui:
        gui.menu("Analyze", "Expert Information")
        table = gui.until(lambda: gui.table("Expert Information")["rows"])

Wireshark runs in an X server without a monitor (Xvfb), and tells over the accessibility bus what its windows hold; the
program `desktop` beside this file asks it. All waiting is for a condition, and ends.
"""

import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time

import conftest

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 180  # seconds until a condition that does not come is a failure: a busy machine is slow, but no failure
AGAIN = 2  # seconds until a user tries again, then longer and longer
PAUSE = 0.05  # between two looks
APART = 9  # pixels between clicks that are no double click; Qt's limit is 5
NEEDED = ("wireshark", "Xvfb", "dbus-run-session", "xdotool", "xclip", "import")


def missing():
    """Why there can be no Wireshark on this machine; empty if there can."""
    absent = [program for program in NEEDED if not shutil.which(program)]
    if absent:
        return f"not installed: {' '.join(absent)}"
    if not conftest.IS_ROOT and os.geteuid() not in (entry.pw_uid for entry in pwd.getpwall()):
        return f"the user {os.geteuid()} has no name, and D-Bus wants one"
    looks = subprocess.run(["/usr/bin/python3", "-c", "import gi; gi.require_version('Atspi', '2.0')"], capture_output=True)
    return "not installed: python3-gi, gir1.2-atspi-2.0" if looks.returncode else ""


def until(condition, what="", patience=PATIENCE):
    """The first value of `condition` that is true. A window that is not there yet is no failure before the end."""
    end = time.monotonic() + patience
    while True:
        try:
            value, reason = condition(), ""
        except NotThere as error:
            value, reason = None, error
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain for {what or 'a condition'}; {reason or repr(value)}")
        time.sleep(PAUSE)


def user(rights=""):
    """What root puts in front of a command that another user is to run, with these capabilities."""
    if not conftest.IS_ROOT:
        return []
    allowed = [f"--inh-caps={rights}", f"--ambient-caps={rights}"] if rights else []
    return ["setpriv", f"--reuid={conftest.NOBODY}", f"--regid={conftest.NOBODY}", "--clear-groups", *allowed]


class NotThere(Exception):
    """What was asked for is not on the screen."""


class Screen:
    """An X server of its own, on a number that it chooses itself."""

    def __init__(self, width=1280, height=1024):
        self.size = f"{width}x{height}x24"

    def __enter__(self):
        out, into = os.pipe()
        command = ["Xvfb", "-displayfd", str(into), "-screen", "0", self.size, "-nolisten", "tcp", "-noreset"]
        self.process = subprocess.Popen(command, pass_fds=[into], stderr=subprocess.DEVNULL)
        os.close(into)
        with os.fdopen(out) as told:
            self.name = ":" + told.readline().strip()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Wireshark:
    """
    Wireshark started with `arguments`. `home` is a folder of its user, with plugin and settings. `outside` is put in front
    of the whole command (for another network namespace); `rights` are capabilities for it and what it starts.
    """

    def __init__(self, screen, home, arguments, outside=(), rights=""):
        self.screen, self.home, self.arguments, self.outside, self.rights = screen, home, arguments, outside, rights
        self.clicks = 0

    def __enter__(self):
        self.prepare()
        command = [*self.outside, *user(self.rights), "dbus-run-session", "--", self.home / "desktop", "wireshark", *self.arguments]
        self.errors = tempfile.TemporaryFile("w+")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.errors, "text": True}
        self.process = subprocess.Popen(list(map(str, command)), env=self.variables(), cwd=self.home, **pipes)
        try:
            self.until(self.windows, "the main window")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.stdout.close()
        self.errors.close()

    def prepare(self):
        """A window that fills the screen, and `desktop` where the user can read it."""
        shutil.copy(HERE / "desktop", self.home)
        configuration = self.home / ".config/wireshark"
        configuration.mkdir(parents=True, exist_ok=True)
        width, height, _ = self.screen.size.split("x")
        geometry = {"x": 0, "y": 0, "width": int(width), "height": int(height), "maximized": "FALSE"}
        lines = "".join(f"gui.geometry_main_{key}: {value}\n" for key, value in geometry.items())
        (configuration / "recent_common").write_text(lines)
        (self.home / "run").mkdir(mode=0o700, exist_ok=True)
        conftest.give_to_user(self.home)

    def variables(self):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "DISPLAY": self.screen.name,
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    # --- asking ---

    def ask(self, *question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.answer())
        if "failed" in reply:
            raise NotThere(reply["failed"])
        return reply["is"]

    def answer(self):
        """The next line of `desktop`; services of the bus write there, too."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return line
        raise AssertionError(f"Wireshark is gone: {self.said()}")

    def said(self):
        """What Wireshark and the bus wrote to standard error."""
        self.errors.seek(0)
        return "".join(line for line in self.errors if not line.startswith(("dbus-daemon", "SpiRegistry")))

    def until(self, condition, what="", patience=PATIENCE):
        """As above; leaves a picture of the screen in build/gui/ if it is in vain."""
        try:
            return until(condition, what, patience)
        except AssertionError:
            pictures = conftest.BUILDS["release"] / "gui"
            pictures.mkdir(exist_ok=True)
            self.photograph(self.home / "run/failed.png")
            shutil.copyfile(self.home / "run/failed.png", pictures / f"{self.home.name}.png")
            raise

    def insist(self, act, condition, what):
        """Does what a user would do again if nothing came of it: Wireshark may have been busy drawing something else."""
        end, patience = time.monotonic() + PATIENCE, AGAIN
        while time.monotonic() < end:
            with contextlib.suppress(AssertionError, NotThere):
                act()
                return until(condition, what, patience)
            time.sleep(PAUSE)
            patience *= 1.5
        return self.until(condition, what, AGAIN)

    def windows(self):
        return self.ask("windows")

    def main(self):
        """Title of the main window."""
        return self.windows()[0]

    def table(self, title, **others):
        return self.ask("table", title, others.get("name"), others.get("wanted", "tree"), others.get("place", 0))

    def table_titles(self, name):
        """Titles of the columns of a table in the main window."""
        return self.ask("titles", self.main(), name)

    def menu(self, *path):
        self.ask("menu", self.main(), *path)

    def choose(self, *path):
        """Chooses a menu item as a user does, with the mouse: for menus that are filled when they open."""
        for depth in range(1, len(path) + 1):
            self.click(self.until(lambda: self.ask("menu_place", self.main(), *path[:depth]), f"menu {path[:depth]}"))

    def open(self, *path):
        """Chooses a menu item that opens a window; its title."""
        before = self.windows()
        self.menu(*path)
        return self.until(lambda: next((title for title in self.windows() if title not in before), ""), f"window of {path}")

    def is_idle(self):
        """Whether Wireshark goes through no packets just now; it shows a bar while it does."""
        return not any(re.match("Loading|Recalculating", name) for name in self.ask("names", self.main(), "label"))

    def close(self, title, button="Close"):
        """Closes a window. Now and then Qt does not list the next one that opens, so do it once in a Wireshark's life."""
        self.ask("press", title, button)
        self.until(lambda: title not in self.windows(), f"the end of {title}")

    def resize(self, title, width, height):
        """Moves a window into the corner, in that size."""
        found = self.until(lambda: self.run("xdotool", "search", "--onlyvisible", "--name", re.escape(title)).split(), title)
        number = found[-1]
        self.run("xdotool", "windowmove", number, "0", "0", "windowsize", number, str(width), str(height))
        self.until(lambda: self.ask("extent", title)[2:] == [width, height], "the size")

    def packets(self):
        """[displayed, all], from the status bar, once it says so; later versions say one number while all are shown."""
        words = [name for name in self.ask("names", self.main(), "label") if name.startswith("Packets:")]
        numbers = [int(part.split()[1]) for part in words[0].split("·")[:2]] if words else []
        return [numbers[-1], numbers[0]] if numbers else None

    def loaded(self):
        """Waits until the capture is read: then packet details are shown, and the status bar counts."""
        self.until(lambda: self.packets() and self.is_idle(), "all packets")
        return self

    def goto(self, number):
        """Selects a packet by its number."""

        def act():
            self.menu("Go", "Go to Packet…")
            until(lambda: self.ask("write_beside", self.main(), "Packet:", str(number)) or True, patience=AGAIN)
            self.ask("press", self.main(), "Go to packet")

        self.insist(act, lambda: self.details() and self.details()[0].startswith(f"Frame {number}:"), f"packet {number}")

    def row_of(self, text):
        """Row of the line of the packet details that begins with `text`, or None."""
        return next((row for row, line in enumerate(self.details()) if line.startswith(text)), None)

    def select_line(self, text):
        """Selects that line; its row."""
        row = self.until(lambda: self.row_of(text) or None, f"line {text!r}")
        self.ask("select", self.main(), row, "Packet details")
        return row

    def is_open(self, text):
        return self.row_of(text) is not None and self.ask("is_open", self.main(), self.row_of(text), "Packet details")

    def expand(self, text):
        """Opens that line."""

        def act():
            self.click_line(text)
            self.keys("Right")

        self.insist(act, lambda: self.is_open(text), f"lines below {text!r}")

    def click_line(self, text, **how):
        """Clicks on that line, if it is in view: what is scrolled away lies somewhere behind another part of the window."""
        row = self.row_of(text)
        if row is None:
            raise NotThere(f"line {text!r}")
        x, y, width, height = self.ask("where", self.main(), row, 0, "Packet details")
        _, top, _, whole = self.ask("place", self.main(), "tree", "Packet details")
        if not top <= y <= top + whole - height:
            raise NotThere(f"line {text!r}, which is scrolled away")
        self.click([x, y, width, height], **how)

    def details(self):
        """Lines of the packet details that are not inside a closed one."""
        return [row[0] for row in self.table(self.main(), name="Packet details")["rows"]]

    # --- mouse, keyboard and screen ---

    def run(self, *command, text=True):
        ran = subprocess.run(command, env=self.variables(), capture_output=True, text=text, timeout=PATIENCE)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def click(self, place, *, right=0.5, twice=False):
        """Clicks into [x, y, width, height]; never where the last click was, as two would be a double click."""
        x, y, width, height = place
        self.clicks += 1
        point = map(str, (x + int(width * right) + self.clicks % 2 * APART, y + height // 2))
        self.run("xdotool", "mousemove", *point, "click", "--repeat", "2" if twice else "1", "--delay", "50", "1")

    def keys(self, *names):
        self.run("xdotool", "key", *names)

    def clipboard(self):
        ran = subprocess.run(
            ["xclip", "-selection", "clipboard", "-o"], env=self.variables(), capture_output=True, timeout=PATIENCE
        )
        return ran.stdout.decode()

    def copied(self, title, begin):
        """The text that the Copy button of a window puts into the clipboard, once it has the line `begin`."""
        self.ask("press", title, "Copy")
        return self.until(lambda: self.clipboard() if begin in self.clipboard() else "", f"{begin!r} in the clipboard")

    def pixels(self, place):
        """The bytes, three for each pixel, of a rectangle of the screen."""
        x, y, width, height = place
        crop = f"{width}x{height}+{x}+{y}"
        return self.run("import", "-silent", "-window", "root", "-crop", crop, "-depth", "8", "rgb:-", text=False)

    def photograph(self, path):
        self.run("import", "-silent", "-window", "root", str(path))


def home_make(folder):
    """A folder that is a user's home, with the plugin of the Release build."""
    shutil.copytree(conftest.BUILDS["release"] / "plugins", folder / ".local/lib/wireshark/plugins")
    return folder


def profile_add(home, settings=()):
    """Installs the profile of this tree for the user, with further preferences."""
    folder = home / ".config/wireshark/profiles/Wire Truth"
    shutil.copytree(conftest.ROOT / "plugin/profile", folder, dirs_exist_ok=True)
    with open(folder / "preferences", "a") as preferences:
        preferences.writelines(line + "\n" for line in settings)


@contextlib.contextmanager
def show(scratch, *arguments, settings=(), width=1280, **others):
    """A new user's Wireshark with plugin and profile."""
    home = home_make(pathlib.Path(tempfile.mkdtemp(dir=scratch)))
    home.chmod(0o755)
    profile_add(home, ["gui.ask_unsaved: FALSE", *settings])
    with Screen(width) as screen, Wireshark(screen, home, ["-C", "Wire Truth", *arguments], **others) as gui:
        yield gui


sys.dont_write_bytecode = True
