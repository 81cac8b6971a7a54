#!/usr/bin/python3
"""amp.py LIBRARY: resampling against sines that are known at any rate, and an amplifier at any rate against the same one
at its own rate, resampled by SciPy."""
import itertools
import sys

import numpy as np
from scipy import signal

from amp_library import CRUNCH, load_capture, load_library, play, resample

RATES = (44100, 48000, 88200, 96000, 176400, 192000)
failures = 0


def check(ok, *what):
    global failures
    if not ok:
        failures += 1
        print('FAIL', *what)


def db(power_ratio):
    return 10 * np.log10(max(power_ratio, 1e-30))


def settled(x):
    return x[len(x) // 4:]


def check_band(lib, a, b):
    """Sines of the band: the error, that of the phase included, is below -90 dB."""
    worst = -300.0
    edge = min(0.4125 * min(a, b), 18000 if min(a, b) < 48000 else 19800)
    for hz in (50, 440, 997, 3000, 7000, 12000, 16000, edge):
        got, delay = resample(lib, np.sin(2 * np.pi * hz * np.arange(a // 4) / a), a, b)
        expected = np.sin(2 * np.pi * hz * (np.arange(len(got)) - delay) / b)
        worst = max(worst, db(np.mean(settled(got - expected)**2) * 2))
    check(worst < -90, f'{a} to {b} Hz: error {worst:.1f} dB')
    return worst


def check_stop_band(lib, a, b):
    """Sines that the lower rate does not have leave nothing in its lower 0.4125."""
    worst = -300.0
    for hz in np.linspace(0.5875 * b, 0.497 * a, 12):
        got, _ = resample(lib, np.sin(2 * np.pi * hz * np.arange(a // 4) / a), a, b)
        folded = abs((hz + b / 2) % b - b / 2)
        if folded <= 0.4125 * b:
            worst = max(worst, db(np.mean(settled(got)**2) * 2))
    check(worst < -90, f'{a} to {b} Hz: {worst:.1f} dB of what lies beyond')


def check_round_trip(lib, low, high):
    """Up and down again, or down and up: the error is below -90 dB."""
    rng = np.random.default_rng(1)
    partials = [(hz, rng.uniform(0, 2 * np.pi)) for hz in np.linspace(60, 0.4125 * low, 40)]

    def chord(time):
        return sum(np.sin(2 * np.pi * hz * time + phase) for hz, phase in partials) / 40

    for a, b in ((low, high), (high, low)):
        there, first = resample(lib, chord(np.arange(a // 4) / a), a, b)
        back, second = resample(lib, there, b, a)
        expected = chord((np.arange(len(back)) - first * a / b - second) / a)
        error = db(np.mean(settled(back - expected)**2) / np.mean(settled(expected)**2))
        check(error < -90, f'{a} to {b} Hz and back: error {error:.1f} dB')


def playing(rate, seconds=1):
    """Chords that are plucked hard, band-limited: their partials are the same at every rate."""
    rng = np.random.default_rng(2)
    time = np.arange(rate * seconds) / rate
    out = np.zeros(len(time))
    for start, root in ((0.05, 82.41), (0.3, 110.0), (0.6, 146.83)):
        for note in (root, 1.5 * root, 2 * root):
            for k in range(1, int(17500 / note)):
                phase, since = rng.uniform(0, 2 * np.pi), np.maximum(time - start, 0)
                envelope = (1 - np.exp(-since * 300))**2 * np.exp(-since * (2 + 0.3 * k))
                out += 0.12 / k * envelope * np.sin(2 * np.pi * k * note * since + phase)
    return out * np.minimum(1, (seconds - time) / 0.2)


def check_amp(lib, capture):
    """Up to 18 kHz, at all rates: what the same network says at its own rate (times 2, 4)."""
    for factor in (1, 2, 4):
        own = 48000 * factor
        dry = playing(own)
        reference = np.fft.rfft(play(lib, capture, dry, own, factor)) / own
        for rate in RATES:
            if rate == own:
                continue
            there = signal.resample(dry, len(dry) * rate // own)
            got = np.fft.rfft(play(lib, capture, there, rate, factor)) / rate
            bins = 18000 * len(dry) // own
            error = db(np.sum(np.abs(got[:bins] - reference[:bins])**2) / np.sum(np.abs(reference[:bins])**2))
            print(f'amp at {rate} Hz, network at {own} Hz: error {error:.1f} dB')
            check(error < -60, f'amp at {rate} Hz, network at {own} Hz')


def main():
    lib = load_library(sys.argv[1])
    for a, b in itertools.permutations(RATES, 2):
        worst = check_band(lib, a, b)
        print(f'{a} to {b} Hz: error {worst:.1f} dB')
    for high, low in itertools.permutations(RATES, 2):
        if high / low in (2, 4):
            check_stop_band(lib, high, low)
            check_round_trip(lib, low, high)
    capture = load_capture(lib, CRUNCH)
    check_amp(lib, capture)
    lib.bl_capture_free(capture)
    sys.exit(failures > 0)


if __name__ == '__main__':
    main()
