#!/usr/bin/python3
"""golden.py [--update] [--only PREFIX]... PLAYER... MODELS ASSETS: no sound changes unnoticed.

PLAYER is golden-player, with an emulator before it if need be. Every case is played on every instruction set of this
machine, and compared

- to the bit, by SHA-256, with what it was on that instruction set: where the build is the one that golden.json names;
- with excerpts of what the scalar kernels gave, in golden.npz: whatever compiler was used;
- with what the scalar kernels give now.

--update writes golden.json and golden.npz anew: only where a change of the sound is meant, and NEWS.md says so."""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
# Error to signal, as ratios of energies: 1e-11 is -110 dB. The largest that was seen between instruction sets is 3e-12.
# Excerpts are kept in 16 bits of their peak, which alone makes up to 1e-8 in what is mostly quiet.
MOST_BETWEEN_SETS, MOST_FROM_EXCERPT = 1e-11, 1e-7
WINDOWS, WINDOW = 4, 256  # of an excerpt


def excerpt(sound):
    """Four pieces of all channels' samples, one behind the other; the last one is the end."""
    flat = sound.ravel()
    starts = [(len(flat) - WINDOW) * (i + 1) // WINDOWS for i in range(WINDOWS)]
    return np.concatenate([flat[s:s + WINDOW] for s in starts])


def pack(sound):
    """16 bits per sample, and what they are to be multiplied with."""
    piece = excerpt(sound).astype(np.float64)
    scale = max(np.abs(piece).max(), 1e-9) / 32767
    return np.round(piece / scale).astype(np.int16), scale


def esr(got, wanted):
    error, signal = np.sum((got - wanted) ** 2), np.sum(wanted ** 2)
    return float(error / signal) if signal else float(error > 0)


def play(player, folders, prefixes):
    """(name, instruction set, samples (channels, frames)) for each that is played."""
    with tempfile.TemporaryDirectory(prefix='backline-golden-') as out:
        done = subprocess.run([*player, *folders, out, *prefixes], stdout=subprocess.PIPE, check=False)
        if done.returncode:
            sys.exit(f'golden-player failed with {done.returncode}.')
        for line in done.stdout.decode().splitlines():
            number, name, cpu, channels = line.split()
            samples = np.fromfile(os.path.join(out, number + '.f32'), '<f4')
            yield name, cpu, samples.reshape(int(channels), -1)


class Golden:
    """What is kept, in STEM.json and STEM.npz."""

    def __init__(self, stem='golden'):
        self.json, self.npz = (os.path.join(HERE, stem + end) for end in ('.json', '.npz'))
        self.hashes, self.excerpts = {}, {}
        if os.path.exists(self.json):
            with open(self.json) as file:
                self.hashes = json.load(file)
            with np.load(self.npz) as arrays:
                self.excerpts = dict(arrays)

    def keep(self, name, cpu, sound):
        self.hashes.setdefault(name, {})[cpu] = sha256(sound)
        if cpu == 'scalar':
            self.keep_excerpt(name, sound)

    def keep_excerpt(self, name, sound):
        """The step between two values follows behind them."""
        samples, scale = pack(sound)
        self.excerpts[name] = np.concatenate([samples, np.frombuffer(np.float64(scale).tobytes(), np.int16)])

    def excerpt(self, name):
        """The samples that were kept, and the step between two values of theirs."""
        kept = self.excerpts[name]
        scale = float(np.frombuffer(kept[-4:].tobytes(), np.float64)[0])
        return kept[:-4] * scale, scale

    def write(self, names):
        order = ['scalar', 'sse2', 'avx2', 'avx512', 'scalar-aarch64', 'neon']
        kept = {n: {c: self.hashes[n][c] for c in order if c in self.hashes[n]} for n in sorted(names)}
        with open(self.json, 'w') as file:
            json.dump(kept, file, indent=1)
            file.write('\n')
        np.savez_compressed(self.npz, **{n: self.excerpts[n] for n in sorted(names)})


def sha256(sound):
    return hashlib.sha256(np.ascontiguousarray(sound, '<f4').tobytes()).hexdigest()


class Judge:
    """Compares, and says what moved."""

    def __init__(self, golden, by_hash):
        self.golden, self.by_hash = golden, by_hash
        self.same = self.failed = 0
        self.worst_set = self.worst_excerpt = 0.0
        self.scalar = {}

    def moved(self, name, cpu, what, got, wanted):
        self.failed += 1
        print(f'FAIL {name} on {cpu}: {what}; ESR {esr(got, wanted):.2e}, largest difference '
              f'{np.abs(got - wanted).max():.2e} where the peak is {np.abs(wanted).max():.2e}')

    def judge(self, name, cpu, sound):
        sound64 = sound.astype(np.float64)
        if not np.all(np.isfinite(sound64)):
            sys.exit(f'FAIL {name} on {cpu} is not finite.')
        if name not in self.golden.hashes:
            self.failed += 1
            print(f'FAIL {name} is not among what is kept: --update adds it.')
            return
        if cpu.startswith('scalar'):
            self.scalar[name] = sound64
        kept, step = self.golden.excerpt(name)
        got = excerpt(sound64)
        if np.abs(got - kept).max() > 0.51 * step:
            self.worst_excerpt = max(self.worst_excerpt, esr(got, kept))
        if not esr(got, kept) <= MOST_FROM_EXCERPT:
            self.moved(name, cpu, 'not what it was', got, kept)
        between = esr(sound64, self.scalar[name])
        self.worst_set = max(self.worst_set, between)
        if not between <= MOST_BETWEEN_SETS:
            self.moved(name, cpu, 'not what the scalar kernels give', sound64, self.scalar[name])
        wanted = self.golden.hashes[name].get(cpu)
        if self.by_hash and wanted != sha256(sound):
            self.moved(name, cpu, 'other bits than it had' if wanted else 'not kept for this instruction set', got, kept)
        self.same += wanted == sha256(sound)


def main(words):
    update = '--update' in words
    by_hash = '--no-hashes' not in words
    words = [w for w in words if w not in ('--update', '--no-hashes')]
    prefixes = []
    while words and words[0] == '--only':
        prefixes.append(words[1])
        words = words[2:]
    if len(words) < 3:
        sys.exit(__doc__)
    golden, names, count = Golden(), set(), 0
    judge = Judge(golden, by_hash)
    for name, cpu, sound in play(words[:-2], words[-2:], prefixes):
        count += 1
        names.add(name)
        if update:
            golden.keep(name, cpu, sound)
        else:
            judge.judge(name, cpu, sound)
    if update:
        golden.write(set(golden.hashes) if prefixes else names)
        print(f'{count} sounds of {len(names)} cases are kept.')
        return
    gone = set() if prefixes else set(golden.hashes) - names
    for name in sorted(gone):
        print(f'FAIL {name} is kept, but not played any more.')
    print(f'{count} sounds of {len(names)} cases; {judge.same} with the same bits; between instruction sets an ESR of '
          f'{judge.worst_set:.1e} at most')
    sys.exit(bool(judge.failed or gone or not count))


if __name__ == '__main__':
    main(sys.argv[1:])
