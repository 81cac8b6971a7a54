#!/usr/bin/python3
"""effects.py DRIVE_EFFECTS: filters, gain, delay, DC blocker and meter against SciPy and NumPy; knobs that move."""
import itertools
import sys

sys.dont_write_bytecode = True  # the source folder stays clean

import numpy as np
from scipy import signal

from driving import RATE, Effects, decibels, same

LOW_SHELF, HIGH_SHELF, PEAK, LOW_PASS, HIGH_PASS = range(5)
KINDS = 'low shelf', 'high shelf', 'peak', 'low-pass', 'high-pass'
NAN, INF = float('nan'), float('inf')
BLOCKS = 1, 7, 64, 4096

noise = np.random.default_rng(5).uniform(-0.5, 0.5, (2, 24000)).astype(np.float32)


def single(*values):
    """What the effects see of a number."""
    return [float(np.float32(v)) for v in values]


def prototype(kind, q, gain_db):
    """Numerator and denominator in s, corner at 1 rad/s."""
    a = 10 ** (gain_db / 40)
    r = np.sqrt(a) / q
    return {
        LOW_SHELF: ([a, a * r, a * a], [a, r, 1]),
        HIGH_SHELF: ([a * a, a * r, a], [1, r, a]),
        PEAK: ([1, a / q, 1], [1, 1 / (a * q), 1]),
        LOW_PASS: ([1], [1, 1 / q, 1]),
        HIGH_PASS: ([1, 0, 0], [1, 1 / q, 1]),
    }[kind]


def expected(kind, frequency, q, gain_db, rate=RATE):
    """b and a, by SciPy's bilinear transform of the analogue filter."""
    frequency, q, gain_db = single(frequency, q, gain_db)
    return signal.bilinear(*prototype(kind, q, gain_db), fs=0.5 / np.tan(np.pi * frequency / rate))


def test_biquad_is_the_textbook_filter(effects):
    for rate, kind in itertools.product((44100, 48000, 96000, 192000), range(5)):
        for frequency, q, gain in ((25, 0.7071, 15), (110, 0.5, -12), (600, 3, 9), (4500, 0.7071, -15),
                                   (15000, 12, 40)):
            b, a = expected(kind, frequency, q, gain, rate)
            changes = [(0, kind, frequency, q, gain, 1)]
            got = effects.run('design', [0], changes, rate)[0]
            at = np.geomspace(10, 0.499 * rate, 300)
            wanted = signal.freqz(b, a, at, fs=rate)[1]
            wrong = decibels(signal.freqz(got[:3], [1, *got[3:]], at, fs=rate)[1] / wanted)
            what = f'{KINDS[kind]} at {frequency} Hz, q {q}, {gain} dB, rate {rate}'
            effects.check(np.abs(wrong).max() < 1e-4, what + ': response', np.abs(wrong).max(), 'dB')
            wanted = signal.lfilter(b, a, noise[0].astype(float))
            wrong = np.abs(effects.run('biquad', noise[0], changes, rate) - wanted).max() / np.abs(wanted).max()
            effects.check(wrong < 2e-7, what + ': sound', wrong)


# What tone.h promises: kind, frequency, q of each control, in the order of the parameters.
TONE = ((LOW_SHELF, 120, 0.5), (PEAK, 600, 0.6), (HIGH_SHELF, 2200, 0.5), (HIGH_SHELF, 4500, 0.7071), (PEAK, 80, 0.9),
        (HIGH_PASS, None, 0.7071), (LOW_PASS, None, 0.7071))
FLAT = 0, 0, 0, 0, 0, 20, 20000


def tone_filtered(x, values, rate=RATE):
    for (kind, frequency, q), value in zip(TONE, values):
        if frequency and value:
            x = signal.lfilter(*expected(kind, frequency, q, value, rate), x)
        elif not frequency and value not in (20, 20000):
            x = signal.lfilter(*expected(kind, value, q, 0, rate), x)
    return x


def test_tone_is_the_product_of_its_filters(effects):
    settings = [(12, -7, 5, 4, -3, 90, 9000), (-15, 15, -15, 12, 12, 1000, 1000), FLAT]
    settings += [tuple(v if i == j else FLAT[j] for j in range(7)) for i, v in enumerate((9, 9, 9, 9, 9, 200, 3000))]
    for rate, values in itertools.product((44100, 192000), settings):
        wanted = tone_filtered(noise[0].astype(float), values, rate)
        wrong = np.abs(effects.run('tone', noise[0], [(0, *values)], rate) - wanted).max() / np.abs(wanted).max()
        effects.check(wrong < 5e-7, f'tone {values} at {rate}', wrong)


def test_moves_arrive(effects):
    """After a move, once what was heard before it has died away, the filter is as if it had always been there."""
    start, values = (-15, 15, -15, 12, 12, 1000, 1000), (15, -15, 15, -12, -12, 30, 15000)
    there = effects.run('tone', noise[0], [(0, *values)])
    moved = effects.run('tone', noise[0], [(0, *start), (1000, *values)])
    wrong = np.abs(moved - there)
    arrived = 1000 + int(0.03 * RATE) + 2 * 32
    effects.check(same(moved[:1000], effects.run('tone', noise[0][:1000], [(0, *start)])), 'no move before its time')
    effects.check(wrong[2000:arrived].max() > 1e-3, 'the move takes its time')
    effects.check(wrong[arrived + 4800:].max() < 1e-6, 'the tone arrives', wrong[arrived + 4800:].max())


def test_inactive_is_the_input_to_the_bit(effects):
    settle = 6000  # a delay's fade may begin when another ends
    loud, odd = [12, 12, 12, 12, 12, 300, 3000], np.concatenate([noise[0], [-0.0, 1e-40, -1e-45, 3e38]])
    cases = {
        'gain': ([-20], [0]), 'dc_blocker': ([1], [0]), 'tone': (loud, FLAT), 'delay': ([100], [0]),
        'gate': ([1, 0, 6, 1, 50, 150, 100], [0, 0, 6, 1, 50, 150, 100]),
        'gate ': ([1, -40, 6, 1, 50, 150, 100], [1, -100, 6, 1, 50, 150, 100]),  # open, which is as good
        **{'biquad' + ' ' * k: ([k, 500, 2, 9, 1], [k, 500, 2, 9, 0]) for k in range(5)},
        'biquad      ': ([PEAK, 500, 2, 9, 1], [PEAK, 500, 2, 0, 1]),
    }
    for name, (before, after) in cases.items():
        out = effects.run(name.strip(), odd, [(0, *before), (777, *after)])
        effects.check(same(out[777 + settle:], odd[777 + settle:]), f'{name} {after} passes the input')
        effects.check(not same(out[:777], odd[:777]), f'{name} {before} does not')
        out = effects.run(name.strip(), odd, [(0, *after)])
        effects.check(same(out, odd) or name == 'gate ', f'{name} {after} passes the input from the start')


def test_knobs_do_not_click(effects):
    """A low sine, a knob that jumps from end to end: what appears above 1.5 kHz."""
    high = signal.butter(8, 1500, 'high', fs=RATE, output='sos')
    time = np.arange(RATE) / RATE

    def splash(effect, before, after, frequency, offset=0):
        x = 0.5 * np.sin(2 * np.pi * frequency * time) + offset
        y = effects.run(effect, x, [(0, *before), (20000, *after), (20700, *before), (30011, *after)]).astype(float)
        heard = np.abs(signal.sosfiltfilt(high, y))[4000:-4000].max()
        return decibels(heard / np.abs(y).max())

    def turned(i, value):
        return [value if i == j else flat for j, flat in enumerate(FLAT)]

    for frequency in (55, 110, 220):
        cases = [('gain', [0], [-120], -80), ('dc_blocker', [0], [1], -80), ('delay', [0], [300], -75),
                 ('tone', turned(5, 20), turned(5, 1000), -60), ('tone', turned(6, 20000), turned(6, 1000), -60)]
        cases += [('tone', turned(i, -most), turned(i, most), -55) for i, most in enumerate((15, 15, 15, 12, 12))]
        for effect, before, after, most in cases:
            heard = splash(effect, before, after, frequency, 0.2 if effect == 'dc_blocker' else 0)
            effects.check(heard < most, f'{effect} {before} to {after} at {frequency} Hz clicks', heard, 'dB')


SCRIPTS = {
    'gain': [(0, -3), (1000, -120), (1500, 6), (5001, 0)],
    'dc_blocker': [(0, 1), (1234, 0), (9000, 1)],
    'gate': [(0, 1, -20, 6, 1, 0, 5, 100), (5000, 1, -3, 3, 0.05, 0, 1, 20), (9001, 0, -3, 3, 9, 0, 1, 30),
             (12000, 1, 0, 0, 1, 0, 40, 100)],
    'biquad': [(0, PEAK, 300, 1, 6, 1), (500, PEAK, 3000, 9, -6, 1), (900, PEAK, 100, 0.3, 12, 1),
               (4000, PEAK, 1, 1, 0, 1)],
    'tone': [(0, *FLAT), (100, 9, 9, 9, 9, 9, 100, 5000), (700, -9, 0, 9, 1, 2, 20, 20000), (5000, *FLAT)],
    'delay': [(0, 10), (1000, 4000), (1500, 300), (1600, 17), (9000, 0)],
    'meter': [],
}


def test_blocks_do_not_matter(effects):
    """Bursts, so that the gate has something to do; parameters change at frames within blocks of any size."""
    bursts = noise * (np.arange(noise.shape[1]) % 4000 < 1500)
    for effect, script in SCRIPTS.items():
        two = effect in ('gain', 'biquad', 'tone', 'meter')
        x = bursts if two else bursts[0]
        whole = effects.run(effect, x, script, block=x.shape[-1])
        for block in BLOCKS:
            cut = effects.run(effect, x, script, block=block)
            ok = np.allclose(cut[-1], whole[-1], rtol=2e-3) if effect == 'meter' else same(cut, whole)
            effects.check(ok, f'{effect} in blocks of {block}')
        if two and effect != 'meter':
            alone = [effects.run(effect, channel, script) for channel in x]
            effects.check(same(alone, whole), f'{effect}: two channels are each as alone')


def test_parameters_are_clamped_or_ignored(effects):
    """Each bad value on top of good ones: not finite changes nothing, beyond the range is its end."""
    ranges = {
        'gain': ([-3], [(None, 120)]),
        'biquad': ([PEAK, 300, 1, 6, 1], [None, (1, 0.49 * RATE), (0.1, 20), (-40, 40), None]),
        'tone': ([3, 3, 3, 3, 3, 100, 5000], [(-15, 15)] * 3 + [(-12, 12)] * 2 + [(20, 1000), (1000, 20000)]),
        'gate': ([1, -20, 6, 2, 40, 60, 60], [None, (-100, 0), (0, 24), (0.05, 100), (0, 2000), (1, 4000), (0, 100)]),
    }
    x = noise[0] * (np.arange(noise.shape[1]) % 6000 < 1500)
    for effect, (usual, bounds) in ranges.items():
        for i, bound in enumerate(bounds):
            def run(value):
                return effects.run(effect, x, [(0, *usual), (500, *usual[:i], value, *usual[i + 1:])])
            for value in (NAN, INF, -INF) if bound else ():
                effects.check(same(run(value), run(usual[i])), f'{effect}: parameter {i} ignores {value}')
            for value, end in zip((-1e30, 1e30), bound or ()):
                effects.check(end is None or same(run(value), run(end)), f'{effect}: parameter {i} {value} is {end}')
    effects.check(not effects.run('gain', x, [(0, -1e30)]).any(), 'a gain of -1e30 dB is silence')


def smooth(frames):
    t = np.arange(1, frames + 1) / frames
    return 3 * t**2 - 2 * t**3


def test_gain_moves_in_20_ms(effects):
    for level, factor in ((-6, 10**(-6 / 20)), (-119, 10**(-119 / 20)), (-120, 0), (24, 10**1.2)):
        out = effects.run('gain', np.ones(3000), [(0, 0), (1000, level)])
        move = int(0.02 * RATE)
        wanted = np.concatenate([np.ones(1000), 1 + (factor - 1) * smooth(move), np.full(2000 - move, factor)])
        wrong = np.abs(out - wanted).max() / max(1, factor)
        effects.check(wrong < 1e-6, f'gain to {level} dB', wrong)


def test_delay_is_right_to_the_sample(effects):
    fade, x = int(0.02 * RATE), noise[0].astype(float)
    gain = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)

    def late(samples):
        return np.concatenate([np.zeros(samples), x])[:len(x)]
    for samples in (0, 1, 63, 1000, 20000, 48000):
        effects.check(same(effects.run('delay', x, [(0, samples)]), late(samples)), f'delay of {samples}')
    effects.check(same(effects.run('delay', x, [(0, 1e9)]), late(48000)), 'a delay is clamped')
    # The request at 3100 comes during a fade, and so does the one that takes its place.
    got = effects.run('delay', x, [(0, 5), (3000, 700), (3100, 9000), (3500, 0)])
    weight = np.zeros((3, len(x)))
    first, second = slice(3000, 3000 + fade), slice(3000 + fade, 3000 + 2 * fade)
    weight[0, :3000], weight[0, first] = 1, 1 - gain
    weight[1, first], weight[1, second] = gain, 1 - gain
    weight[2, second], weight[2, second.stop:] = gain, 1
    wrong = np.abs(got - (weight * [late(5), late(700), late(0)]).sum(axis=0)).max()
    effects.check(wrong < 2e-7, 'delay: requests during a fade', wrong)


def test_dc_blocker_is_one_pole(effects):
    for rate in (44100, 192000):
        pole = np.exp(-2 * np.pi * 5 / rate)
        b, a = np.array([1, -1]) * (1 + pole) / 2, [1, -pole]
        x = noise[0] + np.float32(0.3)
        wrong = np.abs(effects.run('dc_blocker', x, [(0, 1)], rate) - signal.lfilter(b, a, x.astype(float))).max()
        effects.check(wrong < 1e-7, f'DC blocker at {rate}', wrong)
    quiet = effects.run('dc_blocker', np.concatenate([np.ones(100), np.zeros(20 * RATE)]), [(0, 1)])
    effects.check(not quiet[-RATE:].any(), 'the DC blocker falls silent')


def test_meter_reads_what_numpy_computes(effects):
    rate, x = 44100, noise.astype(float)
    x[1] *= np.linspace(0, 3, x.shape[1])
    x[0, 9000:9003] = 2, NAN, -INF
    clean = np.where(np.isfinite(x), np.abs(x), 0)
    fall, keep = 10 ** (-1 / rate), np.exp(-1 / (0.3 * rate))
    for block in (1, 441, 30000):
        got = effects.run('meter', x, [(10000, 0)], rate, block)
        ends = np.minimum(np.arange(1, len(got) + 1) * block, x.shape[1])
        starts = np.arange(len(got)) * block
        square = signal.lfilter([1 - keep], [1, -keep], clean**2)
        age = np.arange(x.shape[1])
        peak = np.maximum.accumulate(clean * fall**(-age.astype(float)), axis=1) * fall**age
        cleared = starts[starts >= 10000][0] if (starts >= 10000).any() else x.shape[1]
        for i in np.unique(np.linspace(0, len(got) - 1, 40).astype(int)):
            end = ends[i]
            since = cleared if end > cleared else 0
            wanted = [peak[:, end - 1].max(), np.sqrt(square[:, end - 1].max()), clean[:, since:end].max(),
                      (~(np.abs(x[:, since:end]) <= 1)).sum()]
            effects.check(np.allclose(got[i], wanted, rtol=2e-3, atol=0), f'meter after {end}', got[i], wanted)
    silent = effects.run('meter', np.concatenate([np.ones(10), np.zeros(10 * RATE)]), [], block=RATE)
    effects.check(same(silent[-1][2:], [1, 0]) and abs(decibels(silent[4][0]) + 100) < 0.1
                  and silent[-1][0] == 0 and silent[-1][1] < 1e-7, 'the peak falls 20 dB a second, to 0', silent[-2:])


def main():
    effects = Effects(sys.argv[1])
    for name, test in list(globals().items()):
        if name.startswith('test_'):
            test(effects)
    sys.exit(effects.summary())


main()
