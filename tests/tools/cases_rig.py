"""backline render with a rig around the network: every option does what it says, and rig files keep it."""
import hashlib
import json
import os
import shutil

import numpy as np
from scipy import signal

from support import PLAIN, RATE, TinyWaveNet, container, error, graph, read_wav, sound, wav

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
TINY = TinyWaveNet()


def linear(*weights, rate=RATE, **metadata):
    """A network that is a filter; with one weight, a wire."""
    return json.dumps({'version': '0.5.4', 'architecture': 'Linear', 'sample_rate': rate,
                       'config': {'receptive_field': len(weights), 'bias': False}, 'weights': list(weights),
                       'metadata': dict({'loudness': -18.0}, **metadata)}).encode()


def low_noise(frames):
    """Noise without what is near half the rate, where resamplers cut; it begins and ends softly."""
    noise = signal.sosfilt(signal.butter(10, 0.4, output='sos'), np.random.default_rng(4).normal(0, 0.3, frames))
    return (noise * signal.windows.hann(frames)).astype(np.float32)


def play(program, check, samples, *options, rate=RATE, model='wire.nam', plain=True):
    """The samples behind the rig, (frames, channels)."""
    program.write('rig-in.wav', wav(samples, rate))
    if model == 'wire.nam':
        program.write(model, linear(1.0))
    code, _, messages = program.run('render', '--force', *(['-m', model] if model else []),
                                    *(PLAIN if plain else []), *options, 'rig-in.wav', 'rig-out.wav')
    check((code, messages) == (0, ''), f'{" ".join(map(str, options))} plays', code, messages)
    got, found, _ = read_wav(program.file('rig-out.wav'))
    check(found == rate, f'{" ".join(map(str, options))}: the rate stays', found)
    return got


def db(ratio):
    return 20 * np.log10(np.maximum(np.abs(ratio), 1e-12))


def rms(x):
    return np.sqrt(np.mean(np.square(x)))


def response(program, check, *options):
    """Frequencies, and the gain at them in dB, of what is linear."""
    impulse = np.zeros(1 << 16, np.float32)
    impulse[0] = 0.5
    got = play(program, check, impulse, *options)[:, 0]
    return np.fft.rfftfreq(len(got), 1 / RATE), db(np.fft.rfft(got) / 0.5)


# ---- levels ----

def test_gains(program, check):
    x = sound()
    for option, gain in (('--input-gain', -6.5), ('--input-gain', 12.25), ('--output-gain', 3), ('--output-gain', -60)):
        got = play(program, check, x, option, gain)[:, 0]
        check(np.all(np.abs(db(got / x.astype(np.float64)) - gain) < 0.01), f'{option} {gain}')
    check(error(play(program, check, x), x) == 0, 'a plain rig around a wire is a wire')


def test_output_mode(program, check):
    x = sound()
    program.write('loud.nam', linear(1.0, loudness=-11.5, input_level_dbu=18.3, output_level_dbu=9.1))
    for words, gain in ((('--output-mode', 'raw'), 0), (('--output-mode', 'normalised'), -6.5), ((), -6.5),
                        (('--output-mode', 'calibrated'), 9.1 - 12),
                        (('--output-mode', 'calibrated', '--interface-level', 15), 9.1 - 15),
                        (('--output-mode=raw', '--calibrate-input=on'), 12 - 18.3),
                        (('--output-mode=raw', '--calibrate-input=on', '--interface-level=20.5'), 20.5 - 18.3),
                        (('--output-mode=raw', '--interface-level=20.5'), 0)):
        got = play(program, check, x, '--dc-blocker', 'off', *words, model='loud.nam', plain=False)[:, 0]
        check(np.all(np.abs(db(got / x.astype(np.float64)) - gain) < 0.01), f'{words}', np.median(db(got / x)), gain)


def test_dc_blocker(program, check):
    x = np.full(RATE, 0.5, np.float32)
    check(abs(play(program, check, x, '--output-mode=raw', plain=False)[-1, 0]) < 1e-6, 'an offset is removed')
    check(play(program, check, x)[-1, 0] == 0.5, 'and kept with --dc-blocker off')
    x = sound(RATE)
    got = play(program, check, x, '--output-mode=raw', plain=False)[:, 0]
    r = np.exp(-2 * np.pi * 5 / RATE)
    wanted = signal.lfilter([(1 + r) / 2, -(1 + r) / 2], [1, -r], x.astype(np.float64))
    check(error(got, wanted) < 1e-6, 'the DC blocker equals SciPy', error(got, wanted))


# ---- gate ----

def test_gate(program, check):
    """Half a second of loud sound, then noise that lies 20 dB below the threshold."""
    t = np.arange(RATE) / RATE
    x = np.where(t < 0.5, 0.5 * np.sin(2 * np.pi * 440 * t), 1e-3 * np.sin(2 * np.pi * 300 * t)).astype(np.float32)
    loud, quiet = slice(4800, 23000), slice(38000, 48000)
    for words, closed in ((('--gate', -40), True), (('--gate=-70',), False), (('--gate=on',), False),
                          (('--gate', 'off'), False), ((), False), (('--gate=-40', '--gate-release=4000'), None),
                          (('--gate=-40', '--gate-hold=2000'), False), (('--gate=-57', '--gate-hysteresis=24'), False)):
        got = play(program, check, x, *words)[:, 0]
        check(error(got[loud], x[loud]) < 1e-6, f'{words}: what is loud passes', error(got[loud], x[loud]))
        gain = rms(got[quiet]) / rms(x[quiet])
        if closed is not None:
            check(gain == 0 if closed else gain > 0.9999, f'{words}: what is quiet', gain)
        else:
            check(0 < gain < 1, f'{words}: it is still on its way', gain)
    slow, fast = (play(program, check, x, '--gate=-40', f'--gate-attack={ms}')[:1000, 0] for ms in (100, 0.05))
    check(rms(slow) < 0.5 * rms(fast), '--gate-attack', rms(slow), rms(fast))


# ---- tone ----

def test_tone(program, check):
    """Each control where it does most, and far from there."""
    for words, points in ((('--bass', 9), {5: 9, 8000: 0}), (('--bass=-15',), {5: -15, 8000: 0}),
                          (('--mid', 7.5), {600: 7.5, 5: 0, 23900: 0}), (('--treble=-6',), {20: 0, 23900: -6}),
                          (('--presence=12',), {20: 0, 23900: 12}), (('--depth=-12',), {80: -12, 8000: 0}),
                          (('--low-cut', 500), {500: -3.01, 50: -40, 20000: 0}),
                          (('--high-cut=3000',), {3000: -3.01, 20: 0}),
                          (('--bass=6', '--mid=3', '--depth=0'), {600: None}),
                          (('--bass=0',), {20: 0, 100: 0, 20000: 0})):
        f, gain = response(program, check, *words)
        for frequency, wanted in points.items():
            found = gain[np.argmin(np.abs(f - frequency))]
            if wanted is not None:
                check(abs(found - wanted) < 0.15, f'{words} at {frequency} Hz', found, wanted)
    check(error(play(program, check, sound(), '--bass=0', '--low-cut=20', '--high-cut=20000'), sound()) == 0,
          'flat is the input to the bit')


def test_tone_place(program, check):
    program.write('tiny.nam', TINY.file())
    x, words = sound(), ('--bass=9', '--treble=-6', '--low-cut=100')
    toned = play(program, check, x, *words)[:, 0]
    got = play(program, check, x, *words, '--tone-place=before', model='tiny.nam')
    check(error(got, TINY.play(toned)) < 1e-5, '--tone-place before', error(got, TINY.play(toned)))
    got = play(program, check, x, *words, model='tiny.nam')
    program.write('amped.wav', wav(TINY.play(x)))
    wanted = play(program, check, TINY.play(x).astype(np.float32), *words)
    check(error(got, wanted) < 1e-5, '--tone-place behind', error(got, wanted))


# ---- cabinet ----

def impulse_response(seed, frames=3000, channels=1):
    x = np.random.default_rng(seed).normal(0, 0.1, (frames, channels)) * np.exp(-np.arange(frames) / 400)[:, None]
    x[0] = 0.7
    return x.astype(np.float32)


def cabinets(program):
    program.write('one.wav', wav(impulse_response(1)))
    program.write('two.wav', wav(impulse_response(2)))
    program.write('both.wav', wav(impulse_response(3, channels=2)))


def is_like(got, wanted):
    """How far apart they are but for one factor, in dB; and that factor. A response's end is faded, 80 dB down."""
    factor = np.vdot(wanted, got) / np.vdot(wanted, wanted)
    return db(rms(got - factor * wanted) / rms(got)), factor


def test_cabinet(program, check):
    cabinets(program)
    x = sound(20000)
    for name, seed in (('one.wav', 1), ('two.wav', 2)):
        got = play(program, check, x, '-c', name)[:, 0]
        wanted = signal.fftconvolve(x.astype(np.float64), impulse_response(seed)[:, 0])[:len(x)]
        residual, factor = is_like(got, wanted)
        check(residual < -65 and 0.05 < factor < 20, f'{name} equals SciPy', residual, factor)
    check(error(play(program, check, x, '-c', 'one.wav', '--cab=off'), x) == 0, '--cab off')
    check(error(play(program, check, x, '-c', 'one.wav', '--no-cab'), x) == 0, '--no-cab')


def test_two_cabinets(program, check):
    cabinets(program)
    x = sound(20000)
    one, two = (play(program, check, x, '-c', name)[:, 0] for name in ('one.wav', 'two.wav'))
    pair = ('-c', 'one.wav', '-c', 'two.wav')
    for words, wanted in (((), (one + two) / 2), (('--cab-blend=0',), one), (('--cab-blend=1',), two),
                          (('--cab-blend=0.25',), 0.75 * one + 0.25 * two),
                          (('--cab-invert=on',), (one - two) / 2),
                          (('--cab-delay=2',), (one + np.append(np.zeros(96), two[:-96])) / 2),
                          (('--cab-delay=-2',), (np.append(np.zeros(96), one[:-96]) + two) / 2)):
        got = play(program, check, x, *pair, *words)[:, 0]
        check(error(got, wanted) < 2e-5, f'two cabinets {words}', error(got, wanted))
    got = play(program, check, x, *pair, '--stereo', '--cab-pan-1=-1', '--cab-pan-2=1')
    check(got.shape[1] == 2 and is_like(got[:, 0], one)[0] < -90 and is_like(got[:, 1], two)[0] < -90,
          'a mono recording becomes stereo by panned cabinets', is_like(got[:, 0], one), is_like(got[:, 1], two))
    got = play(program, check, x, '-c', 'both.wav', '--stereo')
    for c in range(2):
        wanted = signal.fftconvolve(x.astype(np.float64), impulse_response(3, channels=2)[:, c])[:len(x)]
        check(is_like(got[:, c], wanted)[0] < -65, f'channel {c} of a stereo response', is_like(got[:, c], wanted))


def test_cabinet_cuts(program, check):
    program.write('click.wav', wav(np.append(1, np.zeros(99)).astype(np.float32)))
    _, flat = response(program, check, '-c', 'click.wav')
    for words, frequency in ((('--cab-low-cut=200',), 200), (('--cab-high-cut=5000',), 5000)):
        f, gain = response(program, check, '-c', 'click.wav', *words)
        at = np.argmin(np.abs(f - frequency))
        check(abs(gain[at] - flat[at] + 3.01) < 0.15, f'{words}', gain[at] - flat[at])


# ---- amp ----

def test_amp_switches(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('half.nam', linear(0.5))
    x = sound()
    check(error(play(program, check, x, '--amp=off', '--output-gain=6', model='tiny.nam'), x * 10**(6 / 20)) < 1e-6,
          '--amp off: the input goes on')
    check(error(play(program, check, x, '--enabled=off', '--output-gain=6', model='tiny.nam'), x) == 0,
          '--enabled off: the input')
    program.write('wire.nam', linear(1.0))
    for slot, gain in ((1, 1), (2, 0.5)):
        got = play(program, check, x, '-m', 'half.nam', '--slot', slot)
        check(error(got, x * gain) < 1e-7, f'slot {slot} of two models')
    program.write('sizes.nam', container((0.5, linear(0.25)), (1.0, linear(1.0))))
    for words, gain in (((), 1), (('--quality', 0), 0.25), (('--quality=1',), 1)):
        check(error(play(program, check, x, *words, model='sizes.nam'), x * gain) < 1e-7, f'{words} of two sizes')


def test_oversampling(program, check):
    """Less aliasing, the same sound where there is none."""
    program.write('tiny.nam', TINY.file())
    clean = low_noise(30000)
    for times in (1, 2, 4, 8):
        got = play(program, check, clean, '--oversample', times)[:, 0]
        check(error(got, clean) < 2e-5, f'--oversample {times} of a wire', error(got, clean))
    t = np.arange(4 * RATE) / RATE
    x = (0.9 * np.sin(2 * np.pi * 4999.25 * t)).astype(np.float32)
    cubic = graph([('in', 'input', None, {}), ('a', 'conv1d', ['in'], {'weight': 'w'}),
                   ('tanh', 'activation', ['a'], {'activation': 'tanh'}), ('out', 'output', ['tanh'], {})],
                  {'w': np.full((1, 1, 1), 3.0)}, sample_rate=RATE)
    program.write('tanh.model', cubic)
    alias = []
    for times in (1, 2, 4, 8):
        got = play(program, check, x, '--oversample', times, model='tanh.model')[:, 0]
        spectrum = np.abs(np.fft.rfft(got * np.hanning(len(got))))
        f = np.fft.rfftfreq(len(got), 1 / RATE)
        harmonic = np.abs(f / 4999.25 - np.round(f / 4999.25)) * 4999.25 < 5
        alias.append(db(rms(spectrum[~harmonic & (f < 18000)]) / rms(spectrum[harmonic & (f < 18000)])))
    check(all(b < a - 6 for a, b in zip(alias, alias[1:3])) and alias[3] <= alias[2] + 1, 'aliasing falls', alias)


# ---- time ----

def test_aligned(program, check):
    """An impulse comes out where it went in, whatever the rates and the oversampling."""
    for rate in (22050, 44100, 48000, 96000, 192000):
        for times in (1, 4):
            x = np.zeros(rate // 2, np.float32)
            x[[1000, rate // 2 - 1]] = 0.5
            got = play(program, check, x, '--oversample', times, rate=rate)[:, 0]
            check(len(got) == len(x), f'{rate} Hz, {times} times: as long as the recording', len(got))
            check(np.argmax(np.abs(got[:5000])) == 1000, f'{rate} Hz, {times} times: aligned',
                  np.argmax(np.abs(got[:5000])))
            check(np.argmax(np.abs(got[-5:])) == 4, f'{rate} Hz, {times} times: aligned at the end', got[-5:])


def test_rates_agree(program, check):
    """A recording at another rate sounds like one at the network's."""
    program.write('tiny.nam', TINY.file())
    t = np.arange(2 * RATE) / RATE
    whole = 0.2 * np.sin(2 * np.pi * 220 * t) + 0.1 * np.sin(2 * np.pi * 1310 * t)
    at_48 = play(program, check, whole.astype(np.float32), model='tiny.nam')[:, 0]
    for rate in (44100, 96000):
        t = np.arange(2 * rate) / rate
        x = 0.2 * np.sin(2 * np.pi * 220 * t) + 0.1 * np.sin(2 * np.pi * 1310 * t)
        got = play(program, check, x.astype(np.float32), rate=rate, model='tiny.nam')[:, 0]
        wanted = signal.resample(at_48 * signal.windows.hann(len(at_48)), 2 * rate)
        off = np.fft.rfft(got * signal.windows.hann(2 * rate) - wanted)[:36000]  # 0.5 Hz apart, so up to 18 kHz
        off = db(rms(off) / rms(np.fft.rfft(wanted)[:36000]))
        check(off < -60, f'{rate} Hz sounds as 48 kHz', off)


def test_tail(program, check):
    cabinets(program)
    x = np.zeros(1000, np.float32)
    x[-1] = 0.5
    longer = np.append(x, np.zeros(24000)).astype(np.float32)
    wanted = play(program, check, longer, '-c', 'one.wav')
    for rate in (48000, 44100):
        got = play(program, check, x, '-c', 'one.wav', '--tail', 0.5, rate=rate)
        check(len(got) == 1000 + rate // 2, f'--tail 0.5 at {rate} Hz', len(got))
        if rate == 48000:
            check(error(got, wanted) == 0, 'the tail is what silence would have made')
    check(len(play(program, check, x, '-c', 'one.wav', '--tail', 0)) == 1000, '--tail 0')
    check(len(play(program, check, sound(0), '--tail', 1)) == RATE, 'a tail of nothing')


def test_channels(program, check):
    program.write('tiny.nam', TINY.file())
    left, right, third = sound(seed=3), sound(seed=4), sound(seed=5)
    stereo, three = np.stack([left, right], 1), np.stack([left, right, third], 1)
    amped = [TINY.play(x) for x in (left, right, third)]
    check(error(play(program, check, stereo, model='tiny.nam'), np.stack(amped[:2], 1)) < 1e-6, 'dual mono')
    check(error(play(program, check, stereo, '--stereo', model='tiny.nam'), np.stack(amped[:2], 1)) < 1e-6,
          '--stereo of stereo is dual mono')
    check(error(play(program, check, three, model='tiny.nam'), np.stack(amped, 1)) < 1e-6, 'three channels')
    mixed = TINY.play(((left.astype(np.float64) + right) / 2).astype(np.float32))
    check(error(play(program, check, stereo, '--mono', model='tiny.nam'), mixed) < 1e-6, '--mono')
    got = play(program, check, stereo, '--mono', '--stereo', model='tiny.nam')
    check(error(got, np.stack([mixed, mixed], 1)) < 1e-6, '--mono --stereo')
    check(error(play(program, check, left, '--stereo', model='tiny.nam'), np.stack([amped[0]] * 2, 1)) < 1e-6,
          '--stereo of mono')
    code, _, messages = program.run('render', '--force', '-m', 'tiny.nam', '--stereo', 'rig-in.wav', 'ok.wav')
    check(code == 0, '--stereo', messages)
    program.write('three.wav', wav(three))
    code, _, messages = program.run('render', '-m', 'tiny.nam', '--stereo', 'three.wav', 'never.wav')
    check(code == 1 and '3 channels' in messages and not os.path.exists(program.file('never.wav')),
          '--stereo of three channels', code, messages)


# ---- the same bytes ----

def bytes_of(program, name='rig-out.wav'):
    with open(program.file(name), 'rb') as file:
        return file.read()


def lstm():
    draw = np.random.default_rng(6).uniform
    tensors = {'lstm.weight_ih': draw(-1, 1, (12, 1)), 'lstm.weight_hh': draw(-0.5, 0.5, (12, 3)),
               'lstm.bias_ih': draw(-0.1, 0.1, 12), 'dense.weight': draw(-1, 1, (1, 3, 1))}
    return graph([('in', 'input', None, {}),
                  ('lstm', 'lstm', ['in'], {k: f'lstm.{k}' for k in ('weight_ih', 'weight_hh', 'bias_ih')}),
                  ('dense', 'conv1d', ['lstm'], {'weight': 'dense.weight'}), ('out', 'output', ['dense'], {})], tensors)


RICH = ['--gate=-40', '--bass=4', '--mid=-3', '--low-cut=70', '-c', 'one.wav', '-c', 'two.wav', '--tail=0.3',
        '--cab-delay=0.3', '--input-gain=6', '--calibrate-input=on']


def test_threads_and_blocks(program, check):
    """Any number of threads and any block gives the bytes of one thread."""
    cabinets(program)
    program.write('tiny.nam', TINY.file())
    program.write('lstm.model', lstm())
    mono, stereo = sound(150000), np.stack([sound(90000, seed=3), sound(90000, seed=4)], 1)
    three = np.concatenate([stereo, stereo[:, :1]], 1)
    for what, x, rate, words in (('mono', mono, 48000, []), ('stereo at 44.1 kHz', stereo, 44100, []),
                                 ('mono at 96 kHz, 4 times', mono, 96000, ['--oversample=4']),
                                 ('stereo, 2 times', stereo, 48000, ['--oversample=2']),
                                 ('three channels, 2 times', three, 48000, ['--oversample=2']),
                                 ('mono to stereo', mono, 44100, ['--stereo', '--cab-pan-1=-0.5']),
                                 ('amp off', mono, 48000, ['--amp=off'])):
        for model in ('tiny.nam', 'lstm.model'):
            wanted = None
            for more in (['--threads=1'], ['--threads=2'], ['--threads=7'], ['--threads=1', '--block=7'],
                         ['--threads=3', '--block=8192']):
                program.write('rig-in.wav', wav(x, rate))
                code, _, messages = program.run('render', '--force', '-m', model, *RICH, *words, *more, 'rig-in.wav',
                                                'rig-out.wav')
                got = bytes_of(program)
                wanted = wanted or got
                check(code == 0 and got == wanted, f'{what}, {model}, {more}', code, messages)


def test_whole_and_in_parts(program, check):
    """A rig that plays as a whole, because an amp that is off cannot be taken out, is the same rig."""
    cabinets(program)
    x = sound(100000)
    words = ['--gate=-30', '--bass=4', '-c', 'one.wav', '--input-gain=3']
    parts, whole = (play(program, check, x, *words, *more) for more in ([], ['--amp=off']))
    check(error(parts, whole) == 0, 'in parts around a wire, and as a whole', error(parts, whole))


def test_many_rates_at_once(program, check):
    cabinets(program)
    program.write('tiny.nam', TINY.file())
    shutil.rmtree(program.file('amped'), ignore_errors=True)
    names = []
    for i, rate in enumerate((44100, 48000, 96000, 44100, 48000)):
        x = sound(20000 + 999 * i, seed=i)
        names.append(f'take{i}.wav')
        program.write(names[-1], wav(np.stack([x, x[::-1]], 1) if i == 2 else x, rate))
    words = ['render', '--force', '-m', 'tiny.nam', *RICH, '--oversample=2']
    code, _, messages = program.run(*words, '--threads=3', *names, '-o', 'amped')
    check((code, messages) == (0, ''), 'recordings of several rates', code, messages)
    for name in names:
        program.run(*words, '--threads=1', name, 'rig-out.wav')
        check(bytes_of(program, 'amped/' + name) == bytes_of(program), f'{name} among others')


# ---- rig files ----

def knob_model():
    return graph([('in', 'input', None, {}), ('drive', 'param', None, {'minimum': 0, 'maximum': 2, 'initial': 1}),
                  ('loud', 'mul', ['in', 'drive'], {}), ('out', 'output', ['loud'], {})], sample_rate=RATE)


def save(program, check, *words, name='my.rig.json'):
    code, _, messages = program.run('render', '--force', *words, '--save-rig', name)
    check((code, messages) == (0, ''), f'--save-rig {name}', code, messages)
    with open(program.file(name), encoding='utf-8') as file:
        return json.load(file)


def test_saved_and_played(program, check):
    cabinets(program)
    program.write('tiny.nam', TINY.file())
    x = sound(30000)
    words = ['-m', 'tiny.nam', *[w for w in RICH if not w.startswith('--tail')], '--output-gain=-3.3', '--oversample=2',
             '--cab-invert=on', '--tone-place=before']
    rig = save(program, check, *words)
    check(rig['backline_rig'] == 1 and rig['models'][0]['path'] == 'tiny.nam' and
          rig['models'][0]['sha256'] == hashlib.sha256(TINY.file()).hexdigest() and
          rig['models'][0]['size'] == len(TINY.file()) and
          [c['path'] for c in rig['cabinets']] == ['one.wav', 'two.wav'],
          'what a rig file names', rig['models'], rig['cabinets'])
    check(rig['settings']['output_gain'] == -3.3 and rig['settings']['gate'] is True and
          rig['settings']['gate_threshold'] == -40 and rig['settings']['oversample'] == '2' and
          rig['settings']['tone_place'] == 'before', 'settings in a rig file', rig['settings'])
    program.write('rig-in.wav', wav(x))
    program.run('render', '--force', *words, 'rig-in.wav', 'wanted.wav')
    program.run('render', '--force', '--rig', 'my.rig.json', 'rig-in.wav', 'rig-out.wav')
    check(bytes_of(program, 'wanted.wav') == bytes_of(program), 'a rig file gives the bytes of its options')
    again = save(program, check, '--rig', 'my.rig.json', name='again.rig.json')
    check(again == rig, 'a rig file that is saved again is the same')
    program.run('render', '--force', *words, '--bass=-2', '--gate=off', 'rig-in.wav', 'wanted.wav')
    program.run('render', '--force', '--rig', 'my.rig.json', '--bass=-2', '--gate=off', 'rig-in.wav', 'rig-out.wav')
    check(bytes_of(program, 'wanted.wav') == bytes_of(program), 'options override a rig file')
    program.write('wire.nam', linear(1.0))
    check(error(play(program, check, x, '--rig', 'my.rig.json', '--no-cab', '--gate=off', '--bass=0', '--mid=0',
                     '--low-cut=20', '--oversample=1', '--input-gain=0', '--output-gain=0', '--calibrate-input=off'),
                x) == 0, '-m and --no-cab take the place of the files')
    code, _, messages = program.run('render', '-m', 'tiny.nam', '--save-rig', 'my.rig.json')
    check(code == 1 and '--force' in messages, 'an existing rig file stays', code, messages)


def test_saved_while_rendering(program, check):
    program.write('tiny.nam', TINY.file())
    play(program, check, sound(), '--save-rig', 'rendered.rig.json', model='tiny.nam')
    with open(program.file('rendered.rig.json'), encoding='utf-8') as file:
        check(json.load(file)['settings']['dc_blocker'] is False, 'saved beside a rendering')


def test_paths(program, check):
    """Relative where a file lies below the rig file's folder, and relative to that."""
    os.makedirs(program.file('rigs/models'), exist_ok=True)
    program.write('rigs/models/tiny.nam', TINY.file())
    program.write('out.nam', linear(1.0))
    program.write('rig-in.wav', wav(sound()))
    rig = save(program, check, '-m', 'rigs/models/tiny.nam', *PLAIN, name='rigs/below.rig.json')
    check(rig['models'][0]['path'] == 'models/tiny.nam', 'below the rig file', rig['models'])
    code, _, messages = program.run('render', '--force', '--rig', 'rigs/below.rig.json', 'rig-in.wav', 'rig-out.wav')
    check(code == 0 and error(read_wav(program.file('rig-out.wav'))[0], TINY.play(sound())) < 1e-6,
          'played from another folder', messages)
    rig = save(program, check, '-m', 'out.nam', name='rigs/out.rig.json')
    check(rig['models'][0]['path'] == os.path.realpath(program.file('out.nam')), 'elsewhere', rig['models'])
    shutil.rmtree(program.file('moved'), ignore_errors=True)
    shutil.move(program.file('rigs'), program.file('moved'))
    code, _, messages = program.run('render', '--force', '--rig', 'moved/below.rig.json', 'rig-in.wav', 'rig-out.wav')
    check((code, messages) == (0, ''), 'a folder moves with all that is in it', messages)


def test_moved_files(program, check):
    """Found again in BACKLINE_PATH by content, under its own or another name; where there is no hash, by name."""
    for folder in ('lost', 'library'):
        shutil.rmtree(program.file(folder), ignore_errors=True)
    os.makedirs(program.file('lost'))
    os.makedirs(program.file('library/amps/deep'))
    program.write('lost/tiny.nam', TINY.file())
    rig = save(program, check, '-m', 'lost/tiny.nam', *PLAIN, name='lost.rig.json')
    os.remove(program.file('lost/tiny.nam'))
    program.write('rig-in.wav', wav(sound()))
    path = {'BACKLINE_PATH': f'{program.file("nothing")}:{program.file("library")}'}
    words = ['render', '--force', '--rig', 'lost.rig.json', 'rig-in.wav', 'moved.wav']

    def expect_found(what, hint, run=words):
        code, _, messages = program.run(*run, environment=path)
        check(code == 0 and hint in messages and len(messages.splitlines()) == 1, what, code, messages)
        check(error(read_wav(program.file('moved.wav'))[0], TINY.play(sound())) < 1e-6, f'{what}: its sound')
        os.remove(program.file('moved.wav'))

    def expect_lost(what, *hints, environment=path):
        code, _, messages = program.run(*words, environment=environment)
        check(code == 1 and all(h in messages for h in hints) and len(messages.splitlines()) == 1, what, code, messages)
        check(not os.path.exists(program.file('moved.wav')), f'{what}: no output')

    program.write('library/tiny.nam', linear(1.0))
    expect_lost('the same name with another content', 'lost/tiny.nam', 'library', 'BACKLINE_PATH')
    expect_lost('no search path', 'lost/tiny.nam', 'BACKLINE_PATH', environment={})
    program.write('library/amps/deep/renamed.nam', TINY.file())
    expect_found('a renamed file in a deep folder', 'library/amps/deep/renamed.nam has the same content')
    program.write('library/amps/tiny.nam', TINY.file())
    os.remove(program.file('library/amps/deep/renamed.nam'))
    expect_found('a moved file', 'library/amps/tiny.nam has the same content')
    del rig['models'][0]['size']
    program.write('lost.rig.json', json.dumps(rig).encode())
    expect_found('a moved file of unknown size', 'library/amps/tiny.nam')
    del rig['models'][0]['sha256']
    program.write('lost.rig.json', json.dumps(rig).encode())
    program.write('library/tiny.nam', TINY.file())
    expect_found('a file of unknown content', 'has the same name')
    os.remove(program.file('library/tiny.nam'))
    os.remove(program.file('library/amps/tiny.nam'))
    os.symlink('..', program.file('library/amps/loop'))
    expect_lost('a search path that runs in circles', 'lost/tiny.nam')
    program.write('lost/tiny.nam', TINY.file())
    rig['models'][0]['sha256'] = '0' * 64
    program.write('lost.rig.json', json.dumps(rig).encode())
    expect_found('a file that was changed', 'not what it was')


def test_knobs(program, check):
    program.write('knob.model', knob_model())
    x = sound()
    check(error(play(program, check, x, '--param', 'drive=0.5', model='knob.model'), x * 0.5) < 1e-6, '--param')
    check(error(play(program, check, x, model='knob.model'), x) < 1e-6, 'a knob as it is')
    clean = low_noise(30000)
    got = play(program, check, clean, '--param=drive=1.5', '--threads=3', '--oversample=2', model='knob.model')[:, 0]
    check(error(got, clean * 1.5) < 5e-5, 'a knob of several threads and copies', error(got, clean * 1.5))
    rig = save(program, check, '-m', 'knob.model', '--param', 'drive=0.25', *PLAIN, name='knob.rig.json')
    check(rig['knobs'] == {'drive': 0.25}, 'a knob in a rig file', rig['knobs'])
    check(error(play(program, check, x, '--rig', 'knob.rig.json', model=None), x * 0.25) < 1e-6, 'and from there')
    check(error(play(program, check, x, '--rig', 'knob.rig.json', '--param=drive=2', model=None), x * 2) < 1e-6,
          '--param overrides it')
    program.write('wire.nam', linear(1.0))
    check(error(play(program, check, x, '--rig', 'knob.rig.json', '--threads=2'), x) < 1e-6,
          'another model does not have it')


def test_broken_rig_files(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('rig-in.wav', wav(sound()))
    good = {'backline_rig': 1, 'models': [{'path': 'tiny.nam'}], 'settings': {}}

    def text(**changes):
        return json.dumps(dict(good, **changes)).encode()

    for what, hint, content in (
            ('nothing', 'JSON', b''), ('no JSON', 'line 1', b'{'), ('a list', 'backline_rig', b'[]'),
            ('another JSON file', 'backline_rig', b'{"a": 1}'), ('a later version', 'version 2', text(backline_rig=2)),
            ('no version', 'backline_rig', text(backline_rig='1')),
            ('twice', 'JSON', b'{"backline_rig":1,"backline_rig":1}'),
            ('an unknown setting', 'did its writer mean "bass"', text(settings={'basss': 1})),
            ('a strange setting', 'no setting "volume_of_it"', text(settings={'volume_of_it': 1})),
            ('out of range', 'from -15 to 15 dB, not 16', text(settings={'bass': 16})),
            ('far out of range', 'not 1e300', text(settings={'bass': 1e300})),
            ('a word for a number', 'not "loud"', text(settings={'bass': 'loud'})),
            ('a number for a switch', 'true or false', text(settings={'gate': 1})),
            ('no choice', 'raw, normalised or calibrated', text(settings={'output_mode': 'loud'})),
            ('half a slot', 'whole number from 1 to 16', text(settings={'slot': 1.5})),
            ('settings in a list', '"settings"', text(settings=[])), ('knobs in a list', '"knobs"', text(knobs=[1])),
            ('a knob that is a word', '"drive"', text(knobs={'drive': 'x'})),
            ('a knob that the model does not have', 'no knobs', text(knobs={'drive': 1})),
            ('too many models', '16', text(models=[None] * 17)), ('too many cabinets', '2', text(cabinets=[None] * 3)),
            ('a path that is a number', '"path"', text(models=[{'path': 5}])),
            ('an empty path', '"path"', text(models=[{'path': ''}])),
            ('a very long path', '4096', text(models=[{'path': 'x' * 5000}])),
            ('a model that is a word', '"path"', text(models=['tiny.nam'])),
            ('a hash that is none', 'sha256', text(models=[{'path': 'tiny.nam', 'sha256': 'abc'}])),
            ('a size that is none', 'size', text(models=[{'path': 'tiny.nam', 'size': -1}])),
            ('a path with a zero in it', 'JSON', text(models=[{'path': 'a\0b'}])),
            ('a missing model', 'nothing.nam', text(models=[{'path': 'nothing.nam'}])),
            ('a missing cabinet', 'nothing.wav', text(cabinets=[None, {'path': 'nothing.wav'}])),
            ('a device as a model', 'device', text(models=[{'path': '/dev/zero', 'sha256': '0' * 64}])),
            ('a model that is broken', 'rig-in.wav', text(models=[{'path': 'rig-in.wav'}])),
            ('a cabinet that is none', 'tiny.nam', text(cabinets=[{'path': 'tiny.nam'}])),
            ('very deep', 'JSON', b'[' * 100000), ('very long', '1 MiB', b' ' * (1 << 20) + b'{}'),
            ('noise', 'JSON', os.urandom(1000))):
        program.write('broken.rig.json', content)
        code, _, messages = program.run('render', '--rig', 'broken.rig.json', 'rig-in.wav', 'never.wav')
        check(code == 1 and hint in messages and messages.startswith('backline render: ') and
              len(messages.splitlines()) == 1, f'rig file: {what}', code, messages)
        check(not os.path.exists(program.file('never.wav')), f'rig file: {what}: no output')
    program.write('new.rig.json', text(author='nobody', settings={'oversample': 2, 'output_mode': 'raw',
                                                                  'dc_blocker': False, 'oversample': 1}))
    check(error(play(program, check, sound(), '--rig', 'new.rig.json', model=None), TINY.play(sound())) < 1e-6,
          'keys of a later version are left out, and a factor may be a number')


# ---- the command line ----

def test_wrong_words(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('rig-in.wav', wav(sound()))
    files = ['rig-in.wav', 'never.wav']
    for hint, words in (('--gate wants a number from -100 to 0 dB, or on or off', ['--gate=5']),
                        ('--bass wants a number from -15 to 15 dB, not "16"', ['--bass=16']),
                        ('--bass wants a number', ['--bass=nan']), ('--bass wants a number', ['--bass=']),
                        ('--cab wants on or off, not "maybe"', ['--cab=maybe']),
                        ('--oversample wants 1, 2, 4 or 8, not "3"', ['--oversample=3']),
                        ('--output-mode wants raw, normalised or calibrated', ['--output-mode=loud']),
                        ('--slot wants a whole number from 1 to 16', ['--slot=1.5']),
                        ('--tail wants a number from 0 to 600 s', ['--tail=-1']),
                        ('--gate-attack wants a number from 0.05 to 100 ms', ['--gate-attack=0.01']),
                        ('-c may be given 2 times', ['-c', 'a', '-c', 'b', '-c', 'c']),
                        ('this rig has none', ['--param=a=1', '--slot=2']),
                        ('did you mean --treble', ['--trebel=2']), ('did you mean --output', ['--ouput=x']),
                        ('cannot go with --bass', ['--raw', '--bass=2']),
                        ('cannot go with --cabinet', ['--raw', '-c', 'x']),
                        ('cannot go with --rig', ['--raw', '--rig', 'x']), ('with --tail', ['--raw', '--tail=2']),
                        ('with --save-rig', ['--raw', '--save-rig', 'x']), ('with --mono', ['--raw', '--mono']),
                        ('with --stereo', ['--raw', '--stereo']), ('with --no-cab', ['--raw', '--no-cab']),
                        ('several models', ['--raw', '-m', 'tiny.nam'])):
        code, _, messages = program.run('render', '-m', 'tiny.nam', *words, *files)
        check(code == 2 and hint in messages and len(messages.splitlines()) == 2, ' '.join(words), code, messages)
        check(not os.path.exists(program.file('never.wav')), f'{words}: no output')
    check(error(play(program, check, sound(), '--gate-attack=0.05'), sound()) == 0, 'a limit is in its range')
    for what, words in (('a missing cabinet', ['-m', 'tiny.nam', '-c', 'nothing.wav']),
                        ('a second missing cabinet', ['-m', 'tiny.nam', '-c', 'rig-in.wav', '-c', 'nothing.wav']),
                        ('a missing model in a slot', ['-m', 'tiny.nam', '-m', 'nothing.wav']),
                        ('a missing rig file', ['--rig', 'nothing.wav'])):
        code, _, messages = program.run('render', *words, *files)
        check(code == 1 and 'nothing.wav' in messages and len(messages.splitlines()) == 1, what, code, messages)
        check(not os.path.exists(program.file('never.wav')), f'{what}: no output')


def test_every_setting_has_an_option(program, check):
    """The rig file holds all settings; the help has an option for each, but the gate's threshold."""
    program.write('tiny.nam', TINY.file())
    settings = save(program, check, '-m', 'tiny.nam', name='all.rig.json')['settings']
    _, text, _ = program.run('render', '--help')
    options = {word.split('=')[0] for word in text.split() if word.startswith('--')}
    missing = [s for s in settings if '--' + s.replace('_', '-') not in options]
    check(missing == ['gate_threshold'] and len(settings) > 30, 'settings without an option', missing)
    with open(os.path.join(ROOT, 'docs', 'rig-file.md'), encoding='utf-8') as file:
        rows = [line.split('|')[1:4] for line in file if line.startswith('| `')]
    documented = {row[0].strip(' `'): row[2].strip() for row in rows}
    for name, value in settings.items():
        value = {True: 'on', False: 'off'}[value] if isinstance(value, bool) else str(value)
        check(documented.get(name) == value, f'{name} and its initial value in docs/rig-file.md',
              documented.get(name), value)


def test_bundled_rig(program, check):
    """Without -m and --rig: the bundled model and cabinet, as rigs with these files play."""
    assets = os.path.join(ROOT, 'assets')
    environment = {'BACKLINE_ASSETS': os.path.abspath(assets)}
    program.write('rig-in.wav', wav(sound(20000)))
    code, _, messages = program.run('render', '--force', 'rig-in.wav', 'bundled.wav', environment=environment)
    check((code, messages) == (0, ''), 'bundled rig', code, messages)
    play(program, check, sound(20000), '-c', os.path.join(assets, 'backline-cabinet.wav'), plain=False,
         model=os.path.join(assets, 'backline-crunch.nam'))
    check(bytes_of(program) == bytes_of(program, 'bundled.wav'), 'the bundled rig is model and cabinet')


def test_old_rig_file(program, check):
    """A rig that was saved once keeps its sound, to what a compiler may round differently."""
    folder = os.path.join(ROOT, 'tests', 'data', 'rig')
    code, _, messages = program.run('render', '--force', '--rig', os.path.join(folder, 'kept.rig.json'), '--stereo',
                                    os.path.join(folder, 'pluck.flac'), 'kept.wav')
    check((code, messages) == (0, ''), 'a kept rig file plays', code, messages)
    program.run('render', '--raw', '--force', '-m', os.path.join(folder, 'wire.nam'), os.path.join(folder, 'kept.flac'),
                'wanted.wav')
    got, wanted = (read_wav(program.file(name))[0] for name in ('kept.wav', 'wanted.wav'))
    esr = np.sum((got - wanted)**2) / np.sum(wanted**2) if got.shape == wanted.shape else np.inf
    check(esr < 1e-8, 'a kept rig file keeps its sound', got.shape, wanted.shape, esr)
