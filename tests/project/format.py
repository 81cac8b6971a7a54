#!/usr/bin/python3
"""format.py SOURCE_ROOT: fails where a file is not what clang-format 14, Debian 12's, makes of it with the repository's
.clang-format. Other versions differ in details."""
import os
import shutil
import subprocess
import sys

FOLDERS = ["engine", "plugins", "lv2", "face", "tools", "examples", "tests"]

root = sys.argv[1]
program = shutil.which("clang-format-14")
if not program:
    print("Skipped: the program clang-format-14 is not installed; it is in the Debian package clang-format-14.")
    sys.exit(77)
sources = sorted(os.path.join(folder, name) for top in FOLDERS for folder, _, names in os.walk(os.path.join(root, top))
                 for name in names if name.endswith((".c", ".h")))
if not sources:
    sys.exit(f"{root} holds no sources")
sys.exit(subprocess.run([program, "--dry-run", "-Werror", *sources], check=False).returncode)
