# SPDX-License-Identifier: GPL-2.0-or-later
"""
The core compiles for Windows (x86-64, UCRT): packets, engine, tables, and its unit tests.

clang with the headers of MinGW-w64 reads every file, and links nothing: so that nothing breaks unseen, such as structures
that Microsoft's rules for bit-fields make larger. GLib's headers are those of this machine; what Windows has different in
glibconfig.h (a long has 32 bits there) is written into a copy.
"""

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = pathlib.Path("/usr/x86_64-w64-mingw32/include")
GLIB = pathlib.Path("/usr/include/glib-2.0")
FOLDERS = ("plugin/packet", "plugin/engine", "plugin/tables", "tests/unit")
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]

pytestmark = [
    pytest.mark.skipif(not shutil.which("clang"), reason="clang is not installed"),
    pytest.mark.skipif(not HEADERS.is_dir(), reason="mingw-w64-x86-64-dev is not installed"),
]


def sources():
    return sorted(str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*.c"))


def for_windows(config):
    """glibconfig.h of a 64-bit Linux as it is on 64-bit Windows."""
    config = re.sub(r"^typedef ((?:un)?signed) long (g\w+);", r"typedef \1 long long \2;", config, flags=re.MULTILINE)
    config = re.sub(r"\(glong\) \((p|i)\)", r"(gint64) (\1)", config)
    config = re.sub(r"\(gulong\) \((p|u)\)", r"(guint64) (\1)", config)
    config = re.sub(r'"l([iudxX]?)"', r'"ll\1"', config)
    config = re.sub(r"(GLIB_SIZEOF_LONG) +8", r"\1 4", config)
    config = re.sub(r"\(val##(U?)L\)", r"(val##\1LL)", config)
    return config.replace("#define G_OS_UNIX", "#define G_OS_WIN32\n#define G_PLATFORM_WIN32")


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    folder = tmp_path_factory.mktemp("glib")
    found = subprocess.run(["pkg-config", "--variable=libdir", "glib-2.0"], capture_output=True, text=True, check=True)
    config = pathlib.Path(found.stdout.strip()) / "glib-2.0/include/glibconfig.h"
    (folder / "glibconfig.h").write_text(for_windows(config.read_text()))
    target = ["-target", "x86_64-w64-windows-gnu", "-fsyntax-only", "-std=c11"]
    return [*target, *WARNINGS, "-Iinclude", "-Iplugin", "-Itests/unit", f"-isystem{folder}", f"-isystem{GLIB}"]


@pytest.mark.parametrize("path", sources())
def test_compiles(path, options):
    ran = subprocess.run(["clang", *options, path], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_long_has_32_bits(options, tmp_path):
    """What is compiled is Windows: a long is no gint64 there."""
    source = tmp_path / "long.c"
    check = "sizeof(long) == 4 && sizeof(gsize) == 8 && sizeof(gint64) == 8 && sizeof(gpointer) == 8"
    source.write_text(f'#include <glib.h>\n_Static_assert({check}, "");\n#ifndef G_OS_WIN32\n#error\n#endif\n')
    ran = subprocess.run(["clang", *options, source], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
