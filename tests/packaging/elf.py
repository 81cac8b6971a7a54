#!/usr/bin/python3
"""elf.py [--fortified] [--clean ROOT]... --debian FOLDER --headers HEADER|FOLDER... -- KIND=FILE...: what the linker made of
the files that are installed: hardened; no more exported than is public, and just that in FOLDER/*.symbols; no more needed than
is declared; and no folder of this machine (ROOT) in them. KIND is program, library, rig, plugin or window."""
import argparse
import glob
import os
import re
import subprocess
import sys

C_LIBRARY = {"libc", "libm", "libpthread", "ld-linux-x86-64", "ld-linux-aarch64"}
ENGINE = {"libjansson", "libzip"} | C_LIBRARY
RIG = {"libsamplerate", "libsndfile", "libmd"} | ENGINE
# What each file may need: the README's section "Libraries", and what those bring along.
MAY_NEED = {
    "library": ENGINE,
    "rig": RIG,
    "plugin": RIG,
    "program": RIG | {"libpopt", "libcairo", "libkissfft-float", "libebur128", "libportaudio", "libasound", "libjack",
                      "libncursesw", "libtinfo", "libglib-2.0"},
    "window": {"libsndfile", "libjansson", "libcairo", "libpangocairo-1.0", "libpango-1.0", "libgobject-2.0",
               "libglib-2.0", "libxcb", "libxcb-shm", "libxcb-xkb", "libxkbcommon", "libxkbcommon-x11"} | C_LIBRARY,
}


def readelf(path, *options):
    return subprocess.run(["readelf", "-W", *options, path], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C"}).stdout


def public_names(headers):
    """The functions that headers declare with BL_API."""
    names = set()
    for path in headers:
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/|^\s*#[^\n]*", " ", file.read(), flags=re.S | re.M)
        names.update(re.findall(r"\bBL_API\b[^;(]*?\b(\w+)\s*\(", text))
    return names


def listed_names(path):
    """The names in a symbols file of a Debian package."""
    with open(path, encoding="utf-8") as file:
        return set(re.findall(r"^ (\w+)@", file.read(), flags=re.M))


def symbols(path):
    """(the names that a file defines for others, the names that it takes from others)"""
    defined, undefined = set(), set()
    for line in readelf(path, "--dyn-syms").splitlines():
        columns = line.split()
        if len(columns) < 8 or not columns[0].rstrip(":").isdigit() or columns[4] == "LOCAL":
            continue
        (undefined if columns[6] == "UND" else defined).add(columns[7].split("@")[0])
    return defined, undefined


def check_hardening(kind, path, undefined, fortified):
    """Sentences about what is missing."""
    header, dynamic, segments = readelf(path, "-h"), readelf(path, "-d"), readelf(path, "-l")
    if not re.search(r"Type:\s+DYN", header):
        yield "its code stands at fixed addresses"
    if kind == "program" and not re.search(r"\(FLAGS_1\).*\bPIE\b", dynamic):
        yield "it is no position-independent executable"
    if "GNU_RELRO" not in segments:
        yield "its relocations stay writable: no RELRO"
    if not re.search(r"\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*\bNOW\b", dynamic):
        yield "its functions are bound late, so RELRO is not full: no BIND_NOW"
    if "TEXTREL" in dynamic:
        yield "it has text relocations"
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        yield "it has an RPATH"
    stack = re.search(r"GNU_STACK.*", segments)
    if not stack or re.search(r"\s[RW ]*E[RW ]*\s", stack[0].split("GNU_STACK")[1]):
        yield "its stack is executable"
    for line in re.findall(r"^\s+LOAD.*", segments, flags=re.M):
        if re.search(r"\sRWE\s", line):
            yield f"a segment is writable and executable:{line}"
    if "__stack_chk_fail" not in undefined:
        yield "nothing in it is compiled with a stack protector"
    if fortified and not any(re.fullmatch(r"__\w+_chk", name) and name != "__stack_chk_fail" for name in undefined):
        yield "nothing in it is compiled with FORTIFY"


def check_exports(kind, defined, public, debian):
    """Sentences about exported names; public has those of the library and of the rig."""
    expected = {"library": public["library"], "rig": public["library"] | public["rig"], "plugin": {"lv2_descriptor"},
                "window": {"lv2ui_descriptor"}}
    if kind == "program":
        foreign = {name for name in defined if name.startswith("bl_")}
        if foreign:
            yield f"the program exports {sorted(foreign)}"
        return
    linker = {"_init", "_fini", "_edata", "_end", "__bss_start"}
    if expected[kind] - defined:
        yield f"it does not export {sorted(expected[kind] - defined)}"
    if defined - expected[kind] - linker:
        yield f"it exports {sorted(defined - expected[kind] - linker)}, which no public header declares"
    package = {"library": "libbackline0", "rig": "libbackline-rig0"}.get(kind)
    listed = listed_names(os.path.join(debian, package + ".symbols")) if package else expected[kind]
    if listed != expected[kind]:
        yield f"debian/{package}.symbols lacks {sorted(expected[kind] - listed)} and has {sorted(listed - expected[kind])} too many"


def check_needed(kind, path):
    needed = {re.sub(r"\.so\b.*", "", name) for name in re.findall(r"\(NEEDED\).*\[(.*)\]", readelf(path, "-d"))}
    if needed - MAY_NEED[kind]:
        yield f"it needs {sorted(needed - MAY_NEED[kind])}, which is not among the declared libraries"


def check_paths(path, roots):
    with open(path, "rb") as file:
        content = file.read()
    for root in roots:
        if os.path.realpath(root).encode() + b"/" in content:
            yield f"it holds the folder {os.path.realpath(root)} of this machine"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fortified", action="store_true")
    parser.add_argument("--clean", action="append", default=[])
    parser.add_argument("--debian", required=True)
    parser.add_argument("--headers", nargs="+", required=True)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    headers = [header for path in arguments.headers for header in (glob.glob(os.path.join(path, "*.h")) or [path])]
    of_rig = [path for path in headers if os.path.basename(os.path.dirname(os.path.abspath(path))) == "plugins"]
    public = {"rig": public_names(of_rig), "library": public_names(set(headers) - set(of_rig))}
    assert len(public["library"]) > 30 and len(public["rig"]) > 60, public
    failures = 0
    for kind, path in (word.split("=", 1) for word in arguments.files):
        defined, undefined = symbols(path)
        wrong = [*check_hardening(kind, path, undefined, arguments.fortified), *check_exports(kind, defined, public, arguments.debian),
                 *check_needed(kind, path), *check_paths(path, arguments.clean)]
        for sentence in wrong:
            print(f"FAIL {os.path.basename(path)}: {sentence}.")
        print(f"{os.path.basename(path)} ({kind}): {len(defined)} names exported, "
              + (f"{len(wrong)} faults" if wrong else "hardened, and needs what is declared"))
        failures += len(wrong)
    sys.exit(bool(failures))


main()
