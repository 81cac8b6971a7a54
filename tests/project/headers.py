#!/usr/bin/python3
"""headers.py INCLUDE_DIR COMPILER [HEADER...]: every public header must compile by itself, as C11 and as C++: those in
INCLUDE_DIR/backline, and the further ones."""
import os
import subprocess
import sys

include_dir, compiler = sys.argv[1], sys.argv[2]
flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I", include_dir]
failures = 0
headers = sorted(f"<backline/{name}>" for name in os.listdir(os.path.join(include_dir, "backline"))
                 if name.endswith(".h"))
headers += [f'"{os.path.abspath(path)}"' for path in sys.argv[3:]]
for header in headers:
    source = f"#include {header}\n"
    for language, standard in (("c", "c11"), ("c++", "c++11")):
        command = [compiler, "-x", language, "-std=" + standard, *flags, "-"]
        run = subprocess.run(command, input=source, capture_output=True, text=True)
        if run.returncode:
            print(f"{header} as {standard}:\n{run.stderr}")
            failures += 1
print(f"{2 * len(headers) - failures} passed, {failures} failed")
sys.exit(bool(failures) or not headers)
