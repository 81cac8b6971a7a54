#!/usr/bin/python3
"""rigs.py [--only NAME]... BACKLINE...: rig files of older versions sound as they did then. BACKLINE is the program, with an
emulator before it if need be.

rigs.py --add NAME OLD_BACKLINE BACKLINE: lets that program, of an older version, write rig files and play them; keeps
    the files as rigs/NAME-*.rig.json, and how they sounded in rigs.npz.
rigs.py --update BACKLINE: keeps the hashes of what BACKLINE plays, in rigs.json; only where a change is meant."""
import os
import subprocess
import sys
import tempfile

import numpy as np

from golden import HERE, Golden, esr, excerpt, sha256

sys.path.insert(0, os.path.join(HERE, '..', 'tools'))
from support import read_wav  # noqa: E402

FOLDER = os.path.join(HERE, 'rigs')
SETS = ['scalar', 'sse2', 'avx2', 'avx512', 'neon']
# Excerpts have 16 bits, and the oldest ones another order of additions: 1e-8 was seen.
MOST = 1e-7

# What each version is asked to write.
RIGS = {
    'lead': ['-m', 'files/crunch.nam', '-c', 'files/cabinet.wav', '--input-gain=6', '--gate=-45', '--gate-release=80',
             '--bass=3', '--mid=-2.5', '--treble=4', '--presence=2', '--low-cut=70', '--high-cut=9000', '--output-gain=-3'],
    'wide': ['-m', 'files/crunch.nam', '-c', 'files/cabinet.wav', '-c', 'files/cabinet-stereo-44100.wav',
             '--cab-blend=0.4', '--cab-pan-1=-0.7', '--cab-pan-2=0.6', '--cab-delay=1.5', '--cab-invert=on',
             '--cab-low-cut=90', '--cab-high-cut=7000', '--oversample=4'],
    'slots': ['-m', 'files/crunch.nam', '-m', 'files/knobs.safetensors', '--slot=2', '--param', 'gain=1.25', '--no-cab',
              '--calibrate-input=on', '--interface-level=15', '--output-mode=raw', '--dc-blocker=off'],
    'sizes': ['-m', 'files/sizes.nam', '-c', 'files/cabinet.wav', '--quality=0.2', '--tone-place=before', '--bass=-6',
              '--treble=5', '--depth=3', '--output-mode=calibrated'],
}


def render(program, rig, cpu, *words):
    """Samples (channels, frames), or None where the program or the machine does not have this instruction set."""
    with tempfile.TemporaryDirectory(prefix='backline-rigs-') as out:
        target = os.path.join(out, 'out.wav')
        done = subprocess.run([*program, 'render', '--stereo', '--bits=32f', *rig, *words,
                               os.path.join(FOLDER, 'input.wav'), target], cwd=FOLDER, check=False,
                              stderr=subprocess.PIPE, env=dict(os.environ, BACKLINE_CPU=cpu))
        if done.returncode and b'does not have the instruction set' in done.stderr:
            return None
        if done.returncode:
            sys.exit(f'{" ".join(rig)} does not play: {done.stderr.decode()}')
        return read_wav(target)[0].T.astype(np.float32)


def add(golden, name, old):
    for rig, words in RIGS.items():
        file = f'{name}-{rig}.rig.json'
        subprocess.run([old, 'render', '--force', *words, '--save-rig', file], cwd=FOLDER, check=True)
        golden.keep_excerpt(f'{name}-{rig}', render([old], ['--rig', file], 'avx2'))


def main(words):
    golden = Golden('rigs')
    update = '--update' in words
    if words[:1] == ['--add']:
        add(golden, words[1], words[2])
        words, update = words[3:], True
    program, only = [w for w in words if w != '--update'], []
    while program[:1] == ['--only']:
        only, program = only + [program[1]], program[2:]
    program[-1:] = [os.path.abspath(p) for p in program[-1:]]
    names = sorted(f.removesuffix('.rig.json') for f in os.listdir(FOLDER) if f.endswith('.rig.json'))
    failed, worst, same, count, played = 0, 0.0, 0, 0, set()
    for name in only or names:
        file = name + '.rig.json'
        kept, _ = golden.excerpt(name)
        for cpu in SETS:
            sound = render(program, ['--rig', file], cpu)
            if sound is None:
                continue
            played.add(cpu)
            if update:
                golden.hashes.setdefault(name, {})[cpu] = sha256(sound)
            got, is_same = excerpt(sound.astype(np.float64)), sha256(sound) == golden.hashes.get(name, {}).get(cpu)
            count, same, worst = count + 1, same + is_same, max(worst, esr(got, kept))
            if not is_same or not esr(got, kept) <= MOST:
                failed += 1
                print(f'FAIL {file} on {cpu}: {"the same bits as lately" if is_same else "other bits than lately"}; to '
                      f'what it was then ESR {esr(got, kept):.2e}, largest difference {np.abs(got - kept).max():.2e} '
                      f'where the peak is {np.abs(kept).max():.2e}')
    if update:
        golden.write(golden.hashes)
    print(f'{count} sounds, {same} with the same bits as lately; to the older versions an ESR of {worst:.1e} at most; '
          f'instruction sets {" ".join(c for c in SETS if c in played)}')
    sys.exit(bool(failed) or not count)


if __name__ == '__main__':
    main(sys.argv[1:])
