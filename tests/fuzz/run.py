#!/usr/bin/python3
"""Runs one fuzz target for some seconds: run.py PROGRAM TARGET SECONDS DICTIONARY WORK SEEDS...
Or prints what the last runs came to: run.py --table FOLDER, with one WORK in it for each target.

WORK keeps what the fuzzer learns from run to run; it begins with the files in SEEDS. What it finds is left in
WORK/found: minimise it with BL_FUZZ_TARGET=TARGET PROGRAM -minimize_crash=1, keep it in tests/fuzz/finds/<target>."""

import json
import os
import re
import subprocess
import sys
import tempfile

# libFuzzer's own limits: of bytes of an input by target, where 8 KiB are not enough or too many.
LONGEST = {"manifest": 4096, "drop": 1024, "live-config": 2048}

# Pango and GLib keep what they have, where the leak sanitizer does not find it; replay.c looks for leaks there.
KEEPERS = ("drop", "window")


def last_number(pattern, text):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def read_report(target, text, seconds):
    """libFuzzer's lines: "#4096 pulse  cov: 1234 ft: 5678 corp: ...", and its statistics at the end."""
    return {"target": target, "seconds": seconds, "inputs": last_number(r"number_of_executed_units:\s*(\d+)", text),
            "per_second": last_number(r"average_exec_per_sec:\s*(\d+)", text),
            "edges": last_number(r"\bcov: (\d+)", text), "features": last_number(r"\bft: (\d+)", text)}


def environment(target, folder):
    more = {"BL_FUZZ_TARGET": target, "TMPDIR": folder,
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            "ASAN_OPTIONS": f"detect_leaks={int(target not in KEEPERS)}:allocator_may_return_null=1:quarantine_size_mb=16"}
    return dict(os.environ, **more)


def run(program, target, seconds, dictionary, work, *seeds):
    corpus, found = os.path.join(work, "corpus"), os.path.join(work, "found")
    for folder in corpus, found:
        os.makedirs(folder, exist_ok=True)
    # Limits with room for the sanitizers, which take three times the memory and ten times the time, and for two to a core.
    options = [f"-dict={os.path.abspath(dictionary)}", f"-max_total_time={seconds}", f"-max_len={LONGEST.get(target, 8192)}",
               "-timeout=30", "-rss_limit_mb=1500", "-malloc_limit_mb=300", "-print_final_stats=1",
               f"-detect_leaks={int(target not in KEEPERS)}", f"-artifact_prefix={os.path.abspath(found)}/"]
    folders = [os.path.abspath(s) for s in (corpus, *seeds) if os.path.isdir(s)]
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=in_memory) as folder:
        result = subprocess.run(["nice", os.path.abspath(program), *options, *folders], check=False, cwd=folder,
                                env=environment(target, folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = result.stdout.decode(errors="replace")
    report = {**read_report(target, text, int(seconds)), "finds": len(os.listdir(found))}
    with open(os.path.join(work, "report.json"), "w") as file:
        json.dump(report, file)
    if result.returncode:
        print(text[-20000:])
        return 1
    print(f"{target}: {report['inputs']} inputs")
    return 0


def table(folder):
    row = "{:14} {:>8} {:>12} {:>9} {:>7} {:>9} {:>6}".format
    print(row("target", "seconds", "inputs", "per s", "edges", "features", "finds"))
    for target in sorted(os.listdir(folder)):
        path = os.path.join(folder, target, "report.json")
        if os.path.exists(path):
            with open(path) as file:
                r = json.load(file)
            print(row(r["target"], r["seconds"], r["inputs"], r["per_second"], r["edges"], r["features"], r["finds"]))
    return 0


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--table":
        sys.exit(table(sys.argv[2]))
    if len(sys.argv) < 7:
        sys.exit(__doc__)
    sys.exit(run(*sys.argv[1:]))
