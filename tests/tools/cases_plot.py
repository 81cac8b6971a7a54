"""backline plot: what it measures, against devices whose answers can be computed."""
import json
import os

import numpy as np

from cases_compare import MAN_PAGE, near, no_constants
from cases_reports import png_size
from support import RATE, TinyWaveNet, container, graph

INPUT, OUTPUT = ('in', 'input', None, {}), 'output'

GAIN = 3.0
TANH = graph([INPUT, ('loud', 'scale', ['in'], {'factor': GAIN}),
              ('act', 'activation', ['loud'], {'activation': 'tanh'}), ('out', OUTPUT, ['act'], {})], sample_rate=RATE)

KNOB = graph([INPUT, ('gain', 'param', None, {'minimum': -2, 'maximum': 2, 'initial': 1}),
              ('loud', 'mul', ['in', 'gain'], {}), ('out', OUTPUT, ['loud'], {})], sample_rate=RATE)


def one_conv(weight, rate=RATE, **keys):
    return graph([INPUT, ('conv', 'conv1d', ['in'], dict(keys, weight='w')), ('out', OUTPUT, ['conv'], {})],
                 {'w': np.reshape(weight, (1, 1, -1))}, **({'sample_rate': rate} if rate else {}))


def plot(program, model, *options, name='model.safetensors'):
    program.write(name, model)
    code, output, messages = program.run('plot', '--json', '--force', '-o', 'plot.png', *options, name)
    if code or messages:
        raise RuntimeError(f'exit code {code}: {messages}')
    return json.loads(output, parse_constant=no_constants)


def decibels(x):
    return 20 * np.log10(np.maximum(np.abs(x), 1e-12))


def test_response(program, check):
    weight = [0.4, -0.9, 0.3, 0.0, 0.25]  # the newest sample is the last
    for rate in (RATE, 8000):
        found = plot(program, one_conv(weight, rate))
        hz = np.array([point['hz'] for point in found['response']])
        wanted = decibels(np.exp(-2j * np.pi * np.outer(hz / rate, np.arange(5))) @ weight[::-1])
        off = np.abs([point['gain_db'] for point in found['response']] - wanted).max()
        check(off < 0.02, f'frequency response at {rate} Hz', off)
        check(near(hz[0], 20, 1e-6) and near(hz[-1], min(20000, 0.48 * rate), 1), 'from 20 Hz to 20 kHz', hz[[0, -1]])


def tanh_harmonics(peak, count):
    """Peak values of the harmonics of a continuous sine: no aliasing."""
    t = np.arange(1 << 14) / (1 << 14)
    return 2 * np.abs(np.fft.rfft(np.tanh(GAIN * peak * np.sin(2 * np.pi * t))))[:count + 1] / (1 << 14)


def test_tones(program, check):
    """Where the aliases are far below the harmonics."""
    found = plot(program, TANH)
    check(len(found['tones']) == 26, 'two tones at thirteen levels', len(found['tones']))
    for tone in found['tones']:
        wanted = tanh_harmonics(10**(tone['input_db'] / 20), 9)
        got = 10**(np.array(tone['harmonics_db'][:9], float) / 20)
        check(np.abs(got - wanted[1:]).max() < 2e-7 * max(wanted[1], 0.03), f'harmonics at {tone["input_db"]} dBFS',
              np.abs(got - wanted[1:]).max())
        power = np.sum(tanh_harmonics(10**(tone['input_db'] / 20), 400)[1:]**2)
        check(near(tone['output_db'], 10 * np.log10(power), 1e-3), 'output level', tone['output_db'])
        check(near(tone['distortion'], np.sqrt(np.sum(wanted[2:]**2)) / wanted[1], 1e-3), 'distortion',
              tone['distortion'])
        check(near(tone['offset'], 0, 1e-7), 'no offset of an odd curve', tone['offset'])
        nominal = min((110, 1000), key=lambda hz: abs(hz - tone['hz']))
        check(abs(tone['hz'] / nominal - 1) < 0.04, 'frequency', tone['hz'])


def aliases_db(hz, peak, function, rate=RATE, size=32768):
    """Everything between the harmonics, of a whole number of cycles: lines of an FFT."""
    cycles = round(hz / rate * size)
    power = np.abs(np.fft.rfft(function(peak * np.sin(2 * np.pi * np.arange(size) * cycles / size))))**2
    bins = np.arange(len(power))
    harmonic = (bins % cycles == 0) & (bins > 0)
    off = np.minimum(bins % cycles, -bins % cycles)
    return 10 * np.log10(power[off >= 8].sum() / power[harmonic].sum())


def folds_apart(hz, rate=RATE, size=32768):
    """Least distance, in lines, from what is folded back up to four times to a harmonic."""
    cycles = round(hz / rate * size)
    beyond = np.arange(1, 5) * size % cycles
    return np.minimum(beyond, cycles - beyond).min()


def test_aliasing(program, check):
    cubic = graph([INPUT, ('square', 'mul', ['in', 'in'], {}), ('cube', 'mul', ['square', 'in'], {}),
                   ('out', OUTPUT, ['cube'], {})], sample_rate=RATE)
    for what, model, function in (('tanh', TANH, lambda x: np.tanh(GAIN * x)), ('a cubic', cubic, lambda x: x**3)):
        found = plot(program, model)['aliasing']
        worst, counted = 0, 0
        for point in found:
            wanted = aliases_db(point['hz'], 10**(point['input_db'] / 20), function)
            if wanted > -100:
                worst, counted = max(worst, abs(point['alias_db'] - wanted)), counted + 1
            else:
                check(point['alias_db'] < -99, f'{what} hardly aliases at {point["hz"]} Hz', point['alias_db'])
        check(worst < 0.1 and counted >= 10, f'aliasing of {what}', worst, counted)
    check(min(folds_apart(point['hz']) for point in found) >= 8, 'aliases do not fall onto harmonics')
    high = [point['alias_db'] for point in found if 12500 < point['hz']]
    check(all(near(db, 20 * np.log10(1 / 3), 0.01) for db in high), 'a cubic above a quarter of the rate', high)


def test_no_aliasing(program, check):
    found = plot(program, one_conv([0.5]))
    check(max(point['alias_db'] for point in found['aliasing']) < -145, 'a linear device does not alias')
    check(max(tone['distortion'] for tone in found['tones']) < 1e-6, 'nor distort')


def test_networks_that_remember(program, check):
    random = np.random.default_rng(4)
    lstm = graph([INPUT, ('lstm', 'lstm', ['in'], {'weight_ih': 'i', 'weight_hh': 'h'}),
                  ('mix', 'conv1d', ['lstm'], {'weight': 'w'}), ('out', OUTPUT, ['mix'], {})],
                 {'i': random.uniform(-1, 1, (16, 1)), 'h': random.uniform(-0.3, 0.3, (16, 4)),
                  'w': np.ones((1, 4, 1))})
    for what, model in (('an LSTM that names no rate', lstm), ('one that looks ahead', one_conv([1, 2, 3], padding='same')),
                        ('a WaveNet', TinyWaveNet().file())):
        found = plot(program, model, name='any.model')
        check(found['sample_rate'] == RATE and png_size(program.file('plot.png')) == (1600, 1120), what)
    delayed = graph([INPUT, ('late', 'delay', ['in'], {'frames': 5000}), ('out', OUTPUT, ['late'], {})], sample_rate=RATE)
    found = plot(program, delayed)
    check(max(abs(point['gain_db']) for point in found['response']) < 0.01
          and max(tone['distortion'] for tone in found['tones']) < 1e-6, 'a long delay changes nothing')
    off = [(tone['phase_degrees'] + 360 * 5000 * tone['hz'] / RATE + 180) % 360 - 180 for tone in found['tones']]
    check(np.abs(off).max() < 0.001, 'but the phase', off)


def test_outputs(program, check):
    two = graph([INPUT, ('both', 'conv1d', ['in'], {'weight': 'w'}), ('out', OUTPUT, ['both'], {})],
                {'w': np.reshape([0.5, -7], (2, 1, 1))}, sample_rate=RATE)
    check(near(plot(program, two)['response'][100]['gain_db'], -6.0206, 1e-3), 'the first of two outputs')


def test_silent(program, check):
    found = plot(program, one_conv([0.0]))
    check(found['tones'][0]['distortion'] is None and found['aliasing'][0]['alias_db'] is None
          and found['tones'][0]['output_db'] == -200, 'a silent model', found['tones'][0])


def test_options(program, check):
    for words, wanted in ((('--param', 'gain=0.5'), -6.0206), ((), 0)):
        check(near(plot(program, KNOB, *words)['response'][0]['gain_db'], wanted, 1e-3), f'knob {words}')
    small = TinyWaveNet(seed=3)
    model = container((0.4, small.file()), (1.0, TinyWaveNet(seed=4).file()))
    check(plot(program, model, '--quality', '0')['tones'] == plot(program, small.file())['tones'], '--quality')


def test_names(program, check):
    program.write('sound.of.amp.nam', TinyWaveNet().file())
    made = program.file('sound.of.amp.png')
    code, output, messages = program.run('plot', 'sound.of.amp.nam')
    check((code, output, messages) == (0, '', '') and png_size(made) == (1600, 1120), 'named after the model', messages)
    before = open(made, 'rb').read()
    code, _, messages = program.run('plot', 'sound.of.amp.nam')
    check(code == 1 and '--force' in messages, 'not overwritten', messages)
    check(program.run('plot', '-f', 'sound.of.amp.nam')[0] == 0 and open(made, 'rb').read() == before,
          'the same picture again, with --force')


def test_keys(program, check):
    found = plot(program, KNOB)
    keys = {*found, *found['tones'][0], *found['response'][0], *found['aliasing'][0]}
    check(keys == {'file', 'sample_rate', 'tones', 'response', 'aliasing', 'hz', 'input_db', 'output_db', 'distortion',
                   'offset', 'phase_degrees', 'harmonics_db', 'gain_db', 'alias_db'}, 'keys', keys)
    manual = open(MAN_PAGE, encoding='utf-8').read().split('Keys of backline plot')[1].split('.SS')[0].split('.SH')[0]
    check(all(key in manual for key in keys), 'keys in the man page', [key for key in keys if key not in manual])


def test_refused(program, check):
    program.write('knob.safetensors', KNOB)
    program.write('two.safetensors', graph([('in', 'input', None, {'channels': 2}), ('out', OUTPUT, ['in'], {})]))
    program.write('slow.safetensors', one_conv([1], 1000))
    program.write('noise.nam', b'{"version": "0.5.4", "architecture"')
    for what, code, words, hint in (
            ('two inputs', 1, ('two.safetensors',), '2 inputs'), ('a low rate', 1, ('slow.safetensors',), '1000 Hz'),
            ('a broken model', 1, ('noise.nam',), 'noise.nam'), ('nothing', 1, ('none.nam',), 'No such file'),
            ('a missing folder', 1, ('-o', 'no/x.png', 'knob.safetensors'), 'No such file'),
            ('no model', 2, (), 'MODEL'), ('two models', 2, ('knob.safetensors', 'a.nam'), 'too many'),
            ('an unknown knob', 2, ('--param', 'drive=1', 'knob.safetensors'), 'gain'),
            ('a knob too far', 2, ('--param', 'gain=3', 'knob.safetensors'), 'from -2 to 2'),
            ('a quality', 2, ('--quality', '2', 'knob.safetensors'), 'from 0 to 1'),
            ('an unknown option', 2, ('--outptu', 'x.png', 'knob.safetensors'), '--output')):
        got, output, messages = program.run('plot', '--json', *(() if '-o' in words else ('-o', 'never.png')), *words)
        check(got == code and not output and hint in messages and not os.path.exists(program.file('never.png')),
              f'plot refuses {what}', got, messages)
