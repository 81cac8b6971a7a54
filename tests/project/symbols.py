#!/usr/bin/python3
"""symbols.py LIBRARY [PATTERN]: fails if the shared library exports anything but names that match PATTERN (bl_...), or
nothing at all."""
import re
import subprocess
import sys

output = subprocess.run(["nm", "-D", "--defined-only", sys.argv[1]], check=True, capture_output=True, text=True).stdout
names = [line.split()[-1].split("@")[0] for line in output.splitlines() if line]
pattern = sys.argv[2] if len(sys.argv) > 2 else "bl_"
foreign = [name for name in names if not re.match(pattern, name)]
print(f"{len(names)} exported symbols" + (f", not ours: {foreign}" if foreign else f", all {pattern}"))
sys.exit(bool(foreign) or not names)
