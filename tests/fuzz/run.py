#!/usr/bin/python3
"""Runs one fuzz target for some seconds: run.py PROGRAM SECONDS DICTIONARY WORK SEEDS...

WORK keeps what the fuzzer learns from run to run; it begins with the files in SEEDS. What it finds is left in
WORK/found: minimise it with PROGRAM -minimize_crash=1, keep it in tests/fuzz/finds/<target>."""

import os
import re
import subprocess
import sys


def main(program, seconds, dictionary, work, *seeds):
    corpus, found = os.path.join(work, "corpus"), os.path.join(work, "found")
    os.makedirs(corpus, exist_ok=True)
    os.makedirs(found, exist_ok=True)
    environment = dict(os.environ, UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
                       ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1")
    # Limits with room for the sanitizers, which take three times the memory and ten times the time.
    result = subprocess.run(
        ["nice", program, f"-dict={dictionary}", f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=1500",
         "-malloc_limit_mb=300", "-max_len=8192", "-print_final_stats=1", f"-artifact_prefix={found}/", corpus,
         *[s for s in seeds if os.path.isdir(s)]],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = result.stdout.decode(errors="replace")
    if result.returncode:
        print(text[-20000:])
        return 1
    count = re.search(r"number_of_executed_units:\s*(\d+)", text)
    print(f"{os.path.basename(program)}: {count.group(1) if count else 'no'} inputs")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
