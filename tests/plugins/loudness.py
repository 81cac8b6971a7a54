#!/usr/bin/python3
"""loudness.py LIBRARY CORPUS: what is measured for captures that NAM's trainer wrote, against what they state. Skipped
where the corpus is absent."""
import json
import os
import sys
import tempfile

from amp_library import load_capture, load_library

SKIPPED = 77
# Captures with the date of a training: other files of the corpus were generated and state made-up numbers.
FILES = ('lstm.nam', 'wavenet.nam', 'A2.nam')


def measure(lib, path):
    capture = load_capture(lib, path)
    found = lib.bl_capture_loudness(capture), lib.bl_capture_loudness_was_measured(capture)
    lib.bl_capture_free(capture)
    return found


def forget_loudness(member):
    """Also in the networks that a container holds."""
    for inner in member.values() if isinstance(member, dict) else member if isinstance(member, list) else ():
        forget_loudness(inner)
    if isinstance(member, dict):
        member.pop('loudness', None)


def main():
    lib, folder = load_library(sys.argv[1]), os.path.join(sys.argv[2], 'models', 'nam-public', 'core-mit')
    if not os.path.isdir(folder):
        print('skipped: no corpus at', sys.argv[2])
        sys.exit(SKIPPED)
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        for name in FILES:
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                content = json.load(file)
            stated = content['metadata']['loudness']
            told = measure(lib, os.path.join(folder, name))
            forget_loudness(content)
            path = os.path.join(temporary, name)
            with open(path, 'w', encoding='utf-8') as file:
                json.dump(content, file)
            measured = measure(lib, path)
            print(f'{name}: stated {stated:.2f} dB, measured {measured[0]:.2f} dB')
            failed |= abs(told[0] - stated) > 1e-3 or told[1]
            failed |= abs(measured[0] - stated) > 1 or not measured[1]
    sys.exit(failed)


if __name__ == '__main__':
    main()
