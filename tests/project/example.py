#!/usr/bin/python3
"""example.py PLAY BACKLINE MODEL: the README's C example must give what the program gives."""
import os
import struct
import subprocess
import sys
import tempfile

play, backline, model = sys.argv[1:]
samples = [0.3 * ((i * 7919) % 2001 / 1000 - 1) for i in range(4801)]
raw = struct.pack(f"<{len(samples)}f", *samples)
header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(raw), b"WAVE", b"fmt ", 16, 3, 1, 48000, 192000, 4, 32,
                     b"data", len(raw))
with tempfile.TemporaryDirectory() as folder:
    in_path, out_path = os.path.join(folder, "in.wav"), os.path.join(folder, "out.wav")
    with open(in_path, "wb") as file:
        file.write(header + raw)
    subprocess.run([backline, "render", "--raw", "-m", model, in_path, out_path], check=True)
    with open(out_path, "rb") as file:
        rendered = file.read()
played = subprocess.run([play, model], input=raw, check=True, capture_output=True).stdout
same = len(played) == len(raw) and any(played) and played in rendered
refused = subprocess.run([play, os.devnull], input=raw, capture_output=True)
print("the example plays what the program plays" if same else "the example and the program differ")
sys.exit(not same or refused.returncode != 1 or not refused.stderr)
