#!/usr/bin/python3
"""gate.py DRIVE_EFFECTS RECORDING: the noise gate on strings that decay, on noise, and on a guitar's recording."""
import sys

sys.dont_write_bytecode = True  # the source folder stays clean

import numpy as np
from scipy import signal

from driving import RATE, Effects, decibels, same

USUAL = {'active': 1, 'threshold': -60, 'hysteresis': 6, 'attack': 1, 'hold': 50, 'release': 150, 'range': 100}
STRINGS = 31, 41, 55, 82, 110, 147, 196, 330, 659, 1200  # from a bass with five strings to the highest fret


def change(at=0, **different):
    return (at, *{**USUAL, **different}.values())


def pluck(frequency, seconds, random, beat, rate=RATE):
    """A string with a little inharmonicity, whose partials are pairs: beat 0 is one alone, 1 two as loud as each
    other. Overtones decay faster. Peak 0.5."""
    time = np.arange(int(seconds * rate)) / rate
    detune, decay, y = random.uniform(0.2, 2), random.uniform(0.4, 1.5), np.zeros(len(time))
    for k in range(1, 25):
        f = k * frequency * np.sqrt(1 + 8e-5 * k * k)
        if f < 8000:
            phases = random.uniform(0, 2 * np.pi, 2)
            y += (np.sin(0.4 * k) / k * np.exp(-time * (1 + 0.25 * k) / decay)
                  * (np.sin(2 * np.pi * f * time + phases[0])
                     + beat * np.sin(2 * np.pi * (f + detune * np.sqrt(k)) * time + phases[1])))
    y *= np.minimum(1, time / 0.002)
    return 0.5 * y / np.abs(y).max()


def hiss(frames, level, random):
    return random.standard_normal(frames) * 10 ** (level / 20)


def transitions(gain):
    """How often it leaves each end, closed and open."""
    closed, opened = gain == 0, gain == 1
    return int((closed[:-1] & ~closed[1:]).sum()), int((opened[:-1] & ~opened[1:]).sum())


def test_one_note_opens_and_closes_once(effects):
    for seed in range(45):
        random = np.random.default_rng(seed)
        string, threshold, beat = STRINGS[seed % 10], (-50, -42, -33)[seed % 3], (0, 0.3, 0.6)[seed // 3 % 3]
        rate = 192000 if seed % 20 == 0 else RATE
        x = np.concatenate([np.zeros(rate), pluck(string, 9, random, beat, rate)])
        x = (x + hiss(len(x), -80, random)).astype(np.float32)
        gain = effects.run('gate-gain', x, [change(threshold=threshold)], rate)
        what = f'seed {seed}: {string} Hz, beat {beat}, threshold {threshold} dB'
        effects.check(transitions(gain) == (1, 1), what, transitions(gain))
        onset, open_at = rate + np.argmax(np.abs(x[rate:]) > 10 ** (threshold / 20)), np.argmax(gain == 1)
        effects.check(gain[0] == 0 and gain[-1] == 0 and (gain[:onset] == 0).all(), what + ': opened by noise')
        effects.check(open_at - onset < 0.002 * rate, what + ': opens late', (open_at - onset) / rate)
        # Loud: the note itself, to the bit.
        y = effects.run('gate', x, [change(threshold=threshold)], rate)
        loud = rate + np.flatnonzero(np.abs(x[rate:]) > 10 ** ((threshold + 3) / 20))[-1]
        effects.check(same(y[open_at:loud], x[open_at:loud]), what + ': the open note has its level')
        effects.check(same(y, gain * x), what + ': gain times input')


def test_a_slow_wave_does_not_ripple(effects):
    """Just above the lower level, without a hold of its own, at the lowest string's pitch."""
    time = np.arange(3 * RATE) / RATE
    for frequency in (31, 41):
        x = np.abs(np.sin(np.pi * frequency * time)) * np.sin(2 * np.pi * frequency * time)
        low = change(4800, threshold=-16, hysteresis=6, hold=0)
        gain = effects.run('gate-gain', 0.5 * x, [change(threshold=-60), low])
        effects.check((gain[4800:] == 1).all(), f'{frequency} Hz stays open')


def test_beats_do_not_open_it_again(effects):
    """Two partials that fade alternately, 12 dB deep, while both decay: dips far enough below to close it, and swells
    behind them far enough to reach the threshold."""
    time = np.arange(8 * RATE) / RATE
    for beats in (1, 1.5, 2.5):
        for level in range(-8, 0):  # where in a beat the threshold is met
            x = np.exp(-0.8 * time) * (1 + 0.6 * np.cos(2 * np.pi * beats * time)) * np.sin(2 * np.pi * 220 * time)
            gain = effects.run('gate-gain', 0.3 * 10 ** (level / 20) * x, [change(threshold=-40)])
            effects.check(transitions(gain) == (1, 1), f'{beats} beats a second at {level} dB', transitions(gain))


def test_noise_alone_stays_shut(effects):
    random = np.random.default_rng(3)
    for rate in (RATE, 192000):
        # As peaks in what the gate hears, noise is 12 dB above its level there at most.
        noise = hiss(20 * rate, -75, random)
        gain = effects.run('gate-gain', noise, [change(threshold=-62)], rate)
        effects.check(not gain.any(), f'noise below the threshold at {rate}', gain.max())
        hum = 10 ** (-60 / 20) * np.sin(2 * np.pi * 50 * np.arange(5 * rate) / rate)
        gain = effects.run('gate-gain', hum, [change(threshold=-64)], rate)
        effects.check(not gain.any(), f'hum at {rate}', gain.max())


def test_the_recording(effects):
    """A riff, a rest of half a second, a lick and a last chord: open twice."""
    for threshold in (-65, -55, -45, -35):
        gain = effects.run('gate-gain', sys.argv[2], [change(threshold=threshold)])
        effects.check(transitions(gain) == (2, 2), f'recording at {threshold} dB', transitions(gain))


def test_times_and_range(effects):
    """A burst of noise: every time to the sample, the gain's shape, and its ends."""
    random, start, stop = np.random.default_rng(1), 5000, 20000
    x = np.zeros(4 * RATE, np.float32)
    x[start:stop] = random.choice((-0.5, 0.5), stop - start)
    for attack, hold, release, depth in ((1, 50, 150, 100), (0.05, 0, 1, 100), (40, 200, 1000, 20), (1, 33, 150, 60)):
        gain = effects.run('gate-gain', x, [change(threshold=-20, hysteresis=0, attack=attack, hold=hold,
                                                   release=release, range=depth)]).astype(float)
        what = f'attack {attack}, hold {hold}, release {release}, range {depth}'
        least = 0 if depth == 100 else 10 ** (-depth / 20)
        position = np.minimum(1, np.arange(1, RATE) / max(1, attack * RATE / 1000))
        wanted = least + (1 - least) * (1 - (1 - position) ** 2) ** 8
        wrong = np.abs(gain[start:start + RATE // 20] - wanted[:RATE // 20]).max()
        effects.check(wrong < 1e-5, what + ': rise', wrong)
        held = np.argmax(gain[stop:] < 1) / RATE * 1000
        effects.check(max(hold, 33) - 1 < held < max(hold, 33) + 5, what + ': hold', held)
        position = np.maximum(0, 1 - np.arange(1, RATE + 1) / (release * RATE / 1000))
        wanted = least + (1 - least) * (1 - (1 - position) ** 2) ** 8
        # It begins so gently that its first samples are rounded to 1.
        first = stop + np.argmax(gain[stop:] < 1)
        wrong = min(np.abs(gain[begin:begin + RATE] - wanted).max() for begin in range(first - 9, first + 1))
        effects.check(wrong < 1e-4, what + ': fall', wrong)
        effects.check(abs(gain[-1] - least) < 1e-7 and (gain[-1] == 0) == (least == 0), what + ': closed', gain[-1])


def test_a_shorter_hold_counts_at_once(effects):
    x = np.zeros(3 * RATE)
    x[:4800] = 0.5 * np.sin(0.1 * np.arange(4800))
    gain = effects.run('gate-gain', x, [change(hold=2000), change(9600, hold=50, release=50)])
    effects.check((gain[2000:9600] == 1).all() and not gain[9600 + RATE // 9:].any(), 'a shorter hold')


def test_nothing_clicks(effects):
    """A sine that goes on while the gate closes and opens again; what appears far above it."""
    x = 0.5 * np.sin(2 * np.pi * 110 * np.arange(2 * RATE) / RATE)
    high = signal.butter(8, 1500, 'high', fs=RATE, output='sos')
    shut = {'threshold': 0, 'hysteresis': 0}
    for attack, release, most in ((1, 150, -28), (20, 150, -80), (20, 50, -75)):
        times = {'attack': attack, 'release': release}
        y = effects.run('gate', x, [change(**times), change(20000, **shut, **times), change(60000, **times)])
        heard = decibels(np.abs(signal.sosfiltfilt(high, y.astype(float))[8000:-4000]).max() / 0.5)
        effects.check(heard < most and np.abs(y[59000:60000]).max() == 0, f'attack {attack}, release {release}', heard)
    for before, after in (({}, {'range': 20}), ({'range': 0}, {}), ({}, {'active': 0})):
        y = effects.run('gate', x, [change(**{**shut, **before}), change(40000, **{**shut, **after})])
        heard = decibels(np.abs(signal.sosfiltfilt(high, y.astype(float))[8000:-4000]).max() / 0.5)
        effects.check(heard < -75, f'from {before} to {after}', heard)


def main():
    effects = Effects(sys.argv[1])
    for name, test in list(globals().items()):
        if name.startswith('test_'):
            test(effects)
    sys.exit(effects.summary())


main()
