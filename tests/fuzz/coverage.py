#!/usr/bin/python3
"""How much of the code that reads strangers' files is run by the seeds, the finds, what the fuzzers learned and the unit
tests, in lines: coverage.py BUILD [FOLDER]

BUILD is a build folder with counters, e.g. from
    meson setup build-coverage --buildtype=debug -Db_coverage=true -Dinstruction_sets=sse2 -Dtools=false -Dlv2=false -Dui=false
FOLDER holds what the fuzzers learned, normally build-check/fuzz/tests/fuzz/work. Everything is built and run by this
script, some minutes; then it prints a line for each file of engine/formats, and which lines nothing has reached."""

import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

PART = "engine/formats"
WANTED = 95.0
UNIT_TESTS = ("containers", "pickles", "tensors", "networks", "nam", "nam-wavenet", "keras", "graph-json", "npz", "microtcn",
              "load-memory", "save", "save-nam", "limits", "network-corpus", "tensor-corpus")


def run_all(build, learned):
    subprocess.run(["ninja", "-C", build, "tests/fuzz/replay-models", "tests/fuzz/seeds"], check=True)
    subprocess.run(["meson", "test", "-C", build, "--print-errorlogs", *UNIT_TESTS, "fuzz-replay-models",
                    "fuzz-malformed"], check=True)
    if learned:
        subprocess.run([os.path.join(build, "tests/fuzz/replay-models"), "--all", learned], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def read_counters(build, root):
    """{file: {line: times}} of the part."""
    lines = {}
    with tempfile.TemporaryDirectory() as folder:
        counters = glob.glob(os.path.join(os.path.abspath(build), "engine", "libbackline.so*.p", "*.gcda"))
        subprocess.run(["gcov", "--json-format", *counters], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        for name in glob.glob(os.path.join(folder, "*.json.gz")):
            with gzip.open(name) as file:
                report = json.load(file)
            for source in report["files"]:
                place = os.path.join(report["current_working_directory"], source["file"])
                path = os.path.relpath(os.path.realpath(place), root)
                if path.startswith(PART) and path.endswith(".c"):
                    of = lines.setdefault(path, {})
                    for line in source["lines"]:
                        number = line["line_number"]
                        of[number] = of.get(number, 0) + line["count"]
    return lines


def ranges(numbers):
    """"3-5, 9"."""
    found = []
    for n in sorted(numbers):
        if found and n == found[-1][1] + 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def main(build, learned=None):
    root = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    run_all(build, learned)
    lines = read_counters(build, root)
    missed = all_lines = 0
    for path in sorted(lines):
        never = [n for n, times in lines[path].items() if not times]
        missed += len(never)
        all_lines += len(lines[path])
        share = 100 - 100 * len(never) / len(lines[path])
        print(f"{share:6.1f} %  {os.path.basename(path):26} {ranges(never)}")
    share = 100 - 100 * missed / max(all_lines, 1)
    print(f"{share:6.2f} %  of {all_lines} lines of {PART}")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
