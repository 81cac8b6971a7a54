#!/usr/bin/python3
"""gcc's static analyser over the C sources: analyzer.py BUILD_FOLDER [PATH...]

Prints every report that analyzer.known does not explain, and every explanation that explains nothing any more; fails if there
are any. PATHs are files or folders below the source root; without them all is analysed but the tests. About 70 seconds of
CPU (two at a time). The build folder needs only to be configured, for gcc or clang."""

import json
import os
import re
import subprocess
import sys

import known
import sources

CHOSEN = ["engine", "plugins", "lv2", "face", "tools", "examples"]

# Their branches are the compiler's, from intrinsics: gcc takes minutes and gigabytes for each. They own no memory, and
# the tests run them between guard bytes, under sanitizers and in MSan.
TOO_LARGE = re.compile(r"engine/kernels/(sse2|avx2|avx512|neon)\.c$")

# -O0 so that the report names what the source says, and with assertions, which tell it what is so. Uninitialised values are
# left to clang-tidy, MSan and valgrind: gcc 12 loses sight of memory that memcpy() or an assignment of structs filled, and
# all of its 28 reports of 2026-11 were that.
OPTIONS = ["-O0", "-fanalyzer", "-Wno-analyzer-use-of-uninitialized-value", "-fdiagnostics-format=json",
           "-S", "-o", os.devnull]
REPLACED = re.compile(r"-O.|-g.*|-DNDEBUG|-Werror|-fsanitize.*|-fdiagnostics.*|-flto.*")


def analyse(command, root):
    """Reports on one file: (file, function, warning, line, message)."""
    path, folder, words = command
    words = ["gcc"] + [word for word in words[1:] if not REPLACED.fullmatch(word)] + OPTIONS
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    reports = []
    for line in done.stderr.splitlines():
        if not line.startswith("["):
            sys.exit("%s: %s" % (path, done.stderr))
        for report in json.loads(line):
            option = report.get("option", report["kind"])
            place = report["locations"][0]["caret"]
            where = os.path.relpath(os.path.join(folder, place["file"]), root)
            function = report["path"][-1]["function"] if report.get("path") else "-"
            reports.append((where, function, option.replace("-Wanalyzer-", ""), place["line"], report["message"]))
    if done.returncode:
        sys.exit("%s: %s" % (path, done.stderr))
    return reports


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build, chosen = sys.argv[1], sys.argv[2:] or CHOSEN
    root = sources.source_root(build)
    commands = [command for command in sources.read(build, chosen) if not TOO_LARGE.search(command[0])]
    found = sources.for_each(commands, lambda command: analyse(command, root))
    reports = sorted({report for some in found for report in some})
    failures = known.compare([((where, function, warning), "%s:%d: in %s(): %s [%s]" % (where, line, function, message, warning))
                              for where, function, warning, line, message in reports],
                             known.read("analyzer.known", 3), {command[0] for command in commands}, root)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
