"""backline render: latency, and networks that make a recording shorter or longer; knobs, sizes, prewarming."""
import os

import numpy as np

from support import RATE, TinyWaveNet, container, error, graph, read_wav, sound, wav

INPUT, OUTPUT = ('in', 'input', None, {}), 'output'


def render(program, model, source, *options):
    """The frames that come out of a network for a sound, as (frames, channels)."""
    program.write('model.safetensors', model)
    program.write('in.wav', wav(source))
    code, _, messages = program.run('render', '-m', 'model.safetensors', '--force', '--raw', *options, 'in.wav',
                                    'out.wav')
    assert code == 0 and not messages, (code, messages)
    return read_wav(program.file('out.wav'))[0]


def correlate(x, weight, left, right):
    """A convolution with one channel, as PyTorch pads it."""
    return np.correlate(np.pad(x.astype(np.float64), (left, right)), weight, 'valid')


WEIGHT = np.array([0.5, -0.3, 0.2, 0.7, -0.1])


def branches(padding, *more):
    """A convolution beside a straight wire, which the plan has to delay."""
    return graph([INPUT, ('conv', 'conv1d', ['in'], {'weight': 'w', 'padding': padding}), *more,
                  ('out', OUTPUT, [more[-1][0] if more else 'conv'], {})], {'w': WEIGHT.reshape(1, 1, 5)})


def test_look_ahead_is_taken_out(program, check):
    x = sound()
    model = branches('same', ('sum', 'add', ['conv', 'in'], {}))
    wanted = correlate(x, WEIGHT, 2, 2) + x
    check(error(render(program, model, x), wanted) < 1e-6, 'a "same" convolution equals that of the whole file')
    again = branches('causal', ('again', 'conv1d', ['conv'], {'weight': 'w', 'padding': 'same'}))
    check(error(render(program, again, x), correlate(correlate(x, WEIGHT, 4, 0), WEIGHT, 2, 2)) < 1e-6,
          'a "same" convolution sees zeros behind the end of the layer before')
    both = np.stack([x, sound(seed=8)], 1)
    got = render(program, model, both)
    check(error(got[:, 0], wanted) < 1e-6 and error(got[:, 1], correlate(both[:, 1], WEIGHT, 2, 2) + both[:, 1]) < 1e-6,
          'the same for two channels')


def test_output_length(program, check):
    x = sound(1000)
    for what, model, wanted in (
            ('without padding', branches(0), correlate(x, WEIGHT, 0, 0)),
            ('with more padding than "same"', branches([4, 4]), correlate(x, WEIGHT, 4, 4)),
            ('zeros at the end', branches('causal', ('pad', 'pad', ['conv'], {'right': 2000})),
             np.append(correlate(x, WEIGHT, 4, 0), np.zeros(2000))),
            ('cut at the end', branches('causal', ('pad', 'pad', ['conv'], {'right': -300})),
             correlate(x, WEIGHT, 4, 0)[:-300]),
            ('cut at the beginning', branches('causal', ('pad', 'pad', ['conv'], {'left': -300})),
             correlate(x, WEIGHT, 4, 0)[300:]),
            ('cut on both sides', branches('causal', ('pad', 'pad', ['conv'], {'left': -1, 'right': -3})),
             correlate(x, WEIGHT, 4, 0)[1:-3])):
        for block in (1, 7, 1024):
            got = render(program, model, x, '--block', block)
            check(got.shape == (len(wanted), 1) and error(got, wanted) < 1e-6, f'{what}, block {block}', got.shape)


def test_short_recordings(program, check):
    for frames in (0, 1, 2, 3, 4, 5, 9):
        x = sound(frames)
        model = branches('same', ('sum', 'add', ['conv', 'in'], {}))
        wanted = correlate(x, WEIGHT, 2, 2) + x if frames else x
        check(error(render(program, model, x), wanted) < 1e-6, f'{frames} frames, shorter than the network looks')
        wanted = correlate(x, WEIGHT, 0, 0) if frames >= 5 else np.zeros(0)
        check(error(render(program, branches(0), x), wanted) < 1e-6, f'{frames} frames without padding')


def test_strides(program, check):
    """Every second frame, repeated: also where the file ends with half a pair."""
    model = graph([INPUT, ('down', 'conv1d', ['in'], {'weight': 'w', 'stride': 2}),
                   ('up', 'upsample', ['down'], {'factor': 2}), ('out', OUTPUT, ['up'], {})], {'w': np.ones((1, 1, 1))})
    for frames in (1, 2, 999, 1000):
        x = sound(frames)
        for block in (1, 64, 1023):
            got = render(program, model, x, '--block', block)
            check(error(got, np.repeat(x[::2], 2)) == 0, f'stride 2 on {frames} frames, block {block}', got.shape)


KNOB = graph([INPUT, ('gain', 'param', None, {'minimum': -2, 'maximum': 2, 'initial': 0.25}),
              ('dull=x', 'param', None, {}), ('loud', 'mul', ['in', 'gain'], {}),
              ('sum', 'add', ['loud', 'dull=x'], {}), ('out', OUTPUT, ['sum'], {})])


def test_knobs(program, check):
    x = sound()
    for what, options, wanted in (
            ('at first', (), x * 0.25),
            ('turned', ('--param', 'gain=-1.5'), x * -1.5),
            ('both, with an equals sign in the name', ('--param=gain=0', '--param', 'dull=x=0.5'), x * 0 + 0.5),
            ('twice, the last counts', ('--param', 'gain=1', '--param', 'gain=2'), x * 2)):
        check(error(render(program, KNOB, x, *options), wanted) < 1e-6, f'knobs {what}: from the first sample on')
    both = np.stack([x, sound(seed=8)], 1)
    check(error(render(program, KNOB, both, '--param', 'gain=0.5'), both * 0.5) < 1e-6, 'knobs of both channels')


def test_knob_errors(program, check):
    program.write('knob.safetensors', KNOB)
    program.write('plain.nam', TinyWaveNet().file())
    program.write('in.wav', wav(sound()))
    knob = 'knob.safetensors'
    for model, word, hint in ((knob, 'drive=1', 'gain, dull=x'), (knob, 'gain', 'NAME=VALUE'),
                              (knob, '=1', 'NAME=VALUE'), (knob, 'gain=2.5', 'from -2 to 2'),
                              (knob, 'gain=nan', '"nan"'), (knob, 'gain=loud', '"loud"'), (knob, 'gain=', '""'),
                              ('plain.nam', 'gain=1', 'no knobs')):
        code, _, messages = program.run('render', '-m', model, '--param', word, 'in.wav', 'never.wav')
        check(code == 2 and hint in messages and '--help' in messages and not os.path.exists(program.file('never.wav')),
              f'--param {word}', code, messages)


def test_prewarm(program, check):
    """The second layer sees the first one's bias before the file only if that has heard something."""
    x = sound(20)
    nodes = [INPUT, ('a', 'conv1d', ['in'], {'weight': 'one', 'bias': 'half'}),
             ('b', 'conv1d', ['a'], {'weight': 'two'}), ('out', OUTPUT, ['b'], {})]
    tensors = {'one': np.ones((1, 1, 1)), 'half': [0.5], 'two': np.ones((1, 1, 2))}
    cold = x + np.append(0, x[:-1]) + 1
    cold[0] -= 0.5
    warm = x + np.append(0, x[:-1]) + 1
    for keys, options, wanted in (({}, (), cold), ({}, ('--prewarm', '1'), warm), ({}, ('--prewarm=3000',), warm),
                                  ({'prewarm': 1}, (), warm), ({'prewarm': 1}, ('--prewarm', '0'), cold)):
        check(error(render(program, graph(nodes, tensors, **keys), x, *options), wanted) < 1e-6,
              f'prewarming: file {keys}, options {options}')


def test_quality(program, check):
    x, small, large = sound(), TinyWaveNet(seed=3), TinyWaveNet(seed=4)
    model = container((0.4, small.file()), (1.0, large.file()))
    for options, network in (((), large), (('--quality', '0'), small), (('--quality=0.39',), small),
                             (('--quality', '0.4'), large), (('--quality', '1'), large)):
        check(error(render(program, model, x, *options), network.play(x)) < 1e-6, f'sizes: options {options}')
    program.write('plain.nam', TinyWaveNet().file())
    code, _, messages = program.run('render', '-m', 'plain.nam', '--force', '--raw', '--quality', '0', 'in.wav',
                                    'out.wav')
    check(code == 0 and error(read_wav(program.file('out.wav'))[0], TinyWaveNet().play(x)) < 1e-6,
          'a network of one size takes no notice', messages)
    code, output, messages = program.run('bench', '--seconds', '0.1', '--quality', '0', 'model.safetensors')
    check(code == 0 and 'WaveNet' in output, 'bench --quality', code, messages)
