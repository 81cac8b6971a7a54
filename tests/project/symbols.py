#!/usr/bin/python3
"""symbols.py LIBRARY: fails if the shared library exports anything but bl_ names, or nothing at all."""
import subprocess
import sys

output = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], check=True, capture_output=True, text=True).stdout
names = [line.split()[-1].split("@")[0] for line in output.splitlines() if line]
foreign = [name for name in names if not name.startswith("bl_")]
print(f"{len(names)} exported symbols" + (f", not ours: {foreign}" if foreign else ", all bl_"))
sys.exit(bool(foreign) or not names)
