#!/usr/bin/python3
"""What hostile files may cost, beside those of models (tests/limits): bounds.py FOLDER-OF-PROGRAMS

Each file goes through its fuzz target, in a process of its own, and may cost 256 MiB beyond four times its size. Time is
printed, and bounded only by what stops a process that hangs: two seconds are meant, on a machine that has nothing else to
do."""

import os
import resource
import struct
import subprocess
import sys
import tempfile

MIB = 1 << 20
MOST_BYTES = 256 * MIB
MOST_SECONDS = 60


def wav(rate, channels, bits, claimed, data):
    frame = channels * bits // 8
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * frame & 0xFFFFFFFF, frame, bits)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + form + b"data" + struct.pack("<I", claimed) + data


def noise(size):
    return bytes((i * 197 + (i >> 8) * 31) % 251 for i in range(1 << 16)) * (size // (1 << 16) + 1)


def files():
    """program, target, what it is, bytes"""
    yield "rig", "impulse", "60 bytes that claim 4 GiB", wav(48000, 1, 16, 0xFFFFFFF0, bytes(range(16)))
    yield "rig", "impulse", "1000 channels", wav(48000, 1000, 16, 0xFFFFFFF0, bytes(4000))
    yield "rig", "impulse", "5 s at 768 kHz", wav(768000, 2, 16, 768000 * 20, noise(768000 * 20)[:768000 * 20])
    yield "rig", "rig-file", "100 MB", b'{"backline_rig":1,"x":"' + b"a" * 100000000 + b'"}'
    yield "rig", "rig-file", "lists", b"[" + b"[]," * 349000 + b"[]]"
    yield "rig", "rig-file", "lists in lists", b"[" * 1000000
    yield "rig", "rig-file", "knobs", b'{"backline_rig":1,"knobs":{%s}}' % b",".join(b'"%d":1' % i for i in range(90000))
    yield "rig", "rig-file", "a long name", b'{"backline_rig":1,"settings":{"%s":1}}' % (b"a" * 1000000)
    yield "tools", "manifest", "10000 rows", b"input,output,model\n" + b"".join(b"%d,%d.wav,m\n" % (i, i) for i in range(10000))
    yield "tools", "manifest", "1000 bad rows", b"input,output,model\n" + b"a,b,c\n" * 1000
    yield "tools", "manifest", "a million bad rows", b"input,output,model\n" + b"".join(b"a,b%d,c\n" % i for i in range(999999))
    yield "tools", "manifest", "a deep path", b"input,output,model\n" + b"a/" * 32000 + b"x.wav,b.wav,c\n"
    yield "tools", "manifest", "columns", b"input,output" + b"," * 5000000
    yield "tools", "manifest", "an endless field", b'"' + b"a" * 10000000
    yield "tools", "manifest", "options", b"input,output,options\na,b.wav," + b"-ca " * 16000 + b"\n"
    yield "tools", "live-config", "10 MB", b'"' + b"a" * 10000000
    yield "tools", "live-config", "lists", b"[" + b"[]," * 1000000 + b"[]]"
    yield "tools", "stream-wav", "chunks", b"RIFF\0\0\0\0WAVE" + b"LIST\0\0\0\0" * 100000
    yield "window", "library", "lists", b"[" + b"[]," * 1390000 + b"[]]"
    names = b",".join(b'"/%d"' % i for i in range(999))
    yield "window", "library", "the same again and again", b'{"favourites":[%s%s]}' % (names, b',"/5"' * 800000)


def run(program, target, path):
    """Code, seconds of the processor, and the most memory in bytes."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))  # noqa: E731
    process = subprocess.Popen([program, target, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               preexec_fn=limit)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def main(programs):
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "hostile")
        for program, target, about, data in files():
            with open(path, "wb") as file:
                file.write(data)
            code, seconds, memory = run(os.path.join(programs, "replay-" + program), target, path)
            good = not code and memory <= MOST_BYTES + 4 * len(data)
            failed += not good
            print(f"{target:12} {about:26} {len(data) / 1e6:8.2f} MB {seconds:6.2f} s {memory / MIB:6.0f} MiB"
                  + ("" if good else f"  FAILED, code {code}"))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
