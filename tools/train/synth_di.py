#!/usr/bin/python3
"""Synthesise electric-guitar DI recordings (48 kHz mono) from nothing.

The instrument is in plucked.py; this file is what it plays.  Run as a
program it writes the demo performance as a 24-bit FLAC file (needs the `sox`
command).  performance("train") and performance("valid") make the material
that train.py uses; those are not stored in the repository.
"""

import argparse
import pathlib
import subprocess
import tempfile

import numpy as np
from scipy import signal
from scipy.io import wavfile

from plucked import (OPEN_STRINGS, RATE, add_noise, bend, pickup, place_note,
                     pluck, strum)

POWER = {"E": (0, 2, 2, None, None, None), "G": (3, 5, 5, None, None, None),
         "A": (None, 0, 2, 2, None, None), "D": (None, 5, 7, 7, None, None)}


def demo():
    """Return the demo performance: riff, chords, a rest, a lick, an end."""
    rng = np.random.default_rng(20240)
    step = 60.0 / 116 / 4               # one sixteenth note
    track = np.zeros(int(13.9 * RATE))

    def when(bar, sixteenth):
        """Return the time of a step, with a little human looseness."""
        human = 0.004 * (rng.random() - 0.5)
        return 0.12 + (16 * bar + sixteenth) * step + human

    # Bars 1 and 2: power chords over palm-muted low E.
    riff = ({0: ("E", 1.8), 6: ("G", 1.9), 10: ("A", 1.9), 14: ("G", 1.9)},
            {0: ("E", 1.8), 6: ("G", 1.9), 10: ("A", 1.9), 12: ("G", 1.9),
             14: ("D", 1.9)})
    muted = ((2, 3, 4, 8, 9, 12, 13), (2, 3, 4, 8, 9))
    for bar in (0, 1):
        for at, (name, length) in riff[bar].items():
            strum(track, when(bar, at), POWER[name], length * step, rng,
                  0.9 if at else 1.0, 0.004, release=0.035)
        for at in muted[bar]:
            strum(track, when(bar, at), (0, 2, None, None, None, None),
                  (0.85 if at + 1 in muted[bar] else 1.5) * step, rng,
                  0.8 if at % 4 == 0 else 0.62, 0.003, mute=0.85,
                  release=0.03)

    # Bar 3: open ringing chords, Cadd9 and Dsus4 to D.
    strum(track, when(2, 0), (None, 3, 2, 0, 3, 3), 7.8 * step, rng, 0.62,
          0.016)
    strum(track, when(2, 6), (None, None, None, 0, 3, 3), 1.9 * step, rng,
          0.3, 0.010, up=True)
    strum(track, when(2, 8), (None, None, 0, 2, 3, 3), 3.9 * step, rng, 0.62,
          0.015)
    strum(track, when(2, 12), (None, None, 0, 2, 3, 2), 4.4 * step, rng,
          0.6, 0.015, release=0.06)

    # Bar 4: a rest, then a lick in E minor with a bend and vibrato.
    lick = ((3, 6, 71, 1.9, 4, None), (3, 8, 74, 1.9, 4, None),
            (3, 10, 76, 1.9, 5, None),
            (3, 12, 69, 7.9, 3, bend(0.09, 0.16, 200, 28, 5.6, 0.45)),
            (4, 4, 67, 1.9, 3, None), (4, 6, 64, 1.9, 3, None),
            (4, 8, 62, 1.9, 2, None),
            (4, 10, 64, 5.8, 2, bend(0, 1, 0, 24, 5.3, 0.22)))
    for bar, at, midi, length, string, cents in lick:
        place_note(track, when(bar, at),
                   pluck(midi, length * step, rng, 0.85, string, place=0.13,
                         cents=cents, release=0.03))

    # Bar 6 to the end: E minor, left to ring and then damped by the hand.
    strum(track, when(5, 0), (0, 2, 2, 0, 0, 0), 2.45, rng, 0.72, 0.028,
          release=0.6)
    track = pickup(track)
    track *= 0.7 / np.abs(track).max()
    return add_noise(track, rng)


def sweep(seconds, level):
    """Return a logarithmic sine sweep from 30 Hz to 12 kHz with soft ends."""
    t = np.arange(int(seconds * RATE)) / RATE
    wave = level * signal.chirp(t, 30, seconds, 12000, "logarithmic", -90)
    return wave * signal.windows.tukey(len(wave), 0.02)


def noise_bursts(rng, levels):
    """Return bursts of white and of low-passed noise with short gaps."""
    parts = []
    for n, level in enumerate(levels):
        burst = rng.standard_normal(int(0.3 * RATE))
        if n % 3:
            burst = signal.lfilter(*signal.butter(1, 900, fs=RATE), burst)
        burst *= level / np.abs(burst).max()
        parts += [burst, np.zeros(int(0.1 * RATE))]
    return np.concatenate(parts)


def random_plucks(rng, seconds):
    """Return single notes over the whole neck, soft to hard, some bent."""
    track = np.zeros(int(seconds * RATE))
    at = 0.02
    while at < seconds - 0.3:
        string = int(rng.integers(6))
        length = 0.12 + 0.75 * rng.random() ** 2
        cents = None
        if rng.random() < 0.25:
            cents = bend(0.05, 0.15, float(rng.choice((0, 100, 200))),
                         40 * rng.random(), 4.5 + 2 * rng.random(), 0.2)
        mute = float(rng.choice((0, 0, 0, 0.6, 0.9)))
        level = 10.0 ** (-1.7 * rng.random())
        midi = OPEN_STRINGS[string] + int(rng.integers(23))
        place_note(track, at, pluck(midi, length, rng, level, string, mute,
                                    0.08 + 0.2 * rng.random(), cents))
        at += length * (0.5 + 0.6 * rng.random())
    return track


SHAPES = ((0, 2, 2, 1, 0, 0), (0, 2, 2, 0, 0, 0), (None, 0, 2, 2, 2, 0),
          (None, 3, 2, 0, 1, 0), (3, 2, 0, 0, 0, 3), (1, 3, 3, 2, 1, 1),
          (None, None, 2, 2, 2, None), (0, 2, None, None, None, None),
          (0, 2, 2, None, None, None), (None, 0, 2, 2, None, None),
          (None, None, None, 2, 3, None), (None, None, None, None, 0, 0))


def random_chords(rng, seconds):
    """Return strummed, ringing and palm-muted chords at many levels."""
    track = np.zeros(int(seconds * RATE))
    at = 0.02
    while at < seconds - 0.4:
        shape = SHAPES[int(rng.integers(len(SHAPES)))]
        up_neck = int(rng.integers(0, 9)) if rng.random() < 0.6 else 0
        frets = tuple(None if f is None else f + up_neck for f in shape)
        mute = float(rng.choice((0, 0, 0.85)))
        length = 0.15 if mute else 0.2 + 1.3 * rng.random() ** 2
        strum(track, at, frets, length, rng, 10.0 ** (-1.4 * rng.random()),
              0.002 + 0.02 * rng.random(), rng.random() < 0.3, mute)
        at += length * (0.9 + 0.2 * rng.random())
    return track


def performance(kind):
    """Return the "train" or "valid" material (not used in the demo)."""
    long = kind == "train"
    rng = np.random.default_rng({"train": 7001, "valid": 9002}[kind])
    scale = 1.0 if long else 0.16
    guitar = []
    for peak in (0.95, 0.6, 0.25):
        for make, share in ((random_plucks, 22), (random_chords, 22)):
            x = pickup(make(rng, share * scale))
            guitar.append(x * (peak / np.abs(x).max()))
    levels = 10.0 ** (-np.arange(0, 30 if long else 6) / 16.0)
    rng.shuffle(levels)
    tests = [sweep(4.0 * scale, a) for a in (0.02, 0.1, 0.35, 0.9)]
    tests += [noise_bursts(rng, levels * 0.9), np.zeros(int(RATE * scale))]
    parts = [np.zeros(RATE // 4)] + tests + guitar
    return add_noise(np.concatenate(parts), rng)


def sox(*args):
    """Run the sox command without dither."""
    subprocess.run(["sox", "-D", *map(str, args)], check=True)


def write_flac(path, x):
    """Write a signal as a 24-bit mono FLAC file."""
    with tempfile.TemporaryDirectory() as folder:
        wav = pathlib.Path(folder) / "x.wav"
        data = np.clip(np.round(x * 2.0 ** 23), -2 ** 23, 2 ** 23 - 1)
        wavfile.write(wav, RATE, data.astype(np.int32) << 8)
        sox(wav, "-b", 24, path)


def read_audio(path):
    """Read an audio file as float64 through sox."""
    with tempfile.TemporaryDirectory() as folder:
        wav = pathlib.Path(folder) / "x.wav"
        sox(path, "-b", 32, "-e", "signed-integer", wav)
        return wavfile.read(wav)[1].astype(np.float64) / 2.0 ** 31


def main():
    """Write the demo recording."""
    assets = pathlib.Path(__file__).resolve().parents[2] / "assets"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output", type=pathlib.Path,
                        default=assets / "guitar-di.flac")
    path = parser.parse_args().output
    x = demo()
    write_flac(path, x)
    print(f"{path.name}: {len(x) / RATE:.2f} s, peak {np.abs(x).max():.3f}, "
          f"rms {20 * np.log10(np.sqrt(np.mean(x * x))):.1f} dBFS, "
          f"dc {x.mean():.1e}")


if __name__ == "__main__":
    main()
