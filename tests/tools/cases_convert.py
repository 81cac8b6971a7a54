"""backline convert: what comes out plays and reads the same."""
import json
import os
import struct

import numpy as np

from support import RATE, TinyWaveNet, container, graph, safetensors, sound, wav

TINY = TinyWaveNet()
# What belongs to the file and not to the network.
OF_THE_FILE = {'file', 'file_size', 'sha256', 'container', 'format', 'tensors', 'qualities', 'layers'}


def lstm(hidden=4, seed=6, rate=RATE):
    """A .nam file with an LSTM whose state is not zero at first."""
    weights = np.random.default_rng(seed).uniform(-0.7, 0.7, 4 * hidden * (1 + hidden) + 6 * hidden + hidden + 1)
    model = {'version': '0.5.4', 'architecture': 'LSTM', 'weights': [float(w) for w in weights.astype(np.float32)],
             'config': {'input_size': 1, 'hidden_size': hidden, 'num_layers': 1}, 'sample_rate': rate}
    return json.dumps(model).encode()


def linear(taps=50):
    weights = np.random.default_rng(5).uniform(-0.7, 0.7, taps).astype(np.float32)
    return json.dumps({'version': '0.5.4', 'architecture': 'Linear', 'weights': [float(w) for w in weights],
                       'config': {'receptive_field': taps, 'bias': False}, 'sample_rate': RATE}).encode()


def state_dict():
    """A safetensors file without a word about its network, which a description beside it has."""
    return safetensors({'a.weight': np.full((3, 1, 2), 0.3), 'a.bias': np.ones(3), 'b.weight': np.ones((1, 3, 1))})


DESCRIPTION = json.dumps({'backline': 'sequence', 'sample_rate': RATE, 'layers': [
    {'conv': 'a', 'dilation': 3, 'activation': 'tanh'}, {'conv': 'b'}]}).encode()

KNOBS = graph([('in', 'input', None, {'channels': 2}), ('drive', 'param', None, {'maximum': 10, 'initial': 0.1}),
               ('a', 'conv1d', ['in'], {'weight': 'w', 'padding': 'same'}), ('b', 'mul', ['a', 'drive'], {}),
               ('out', 'output', ['b'], {})], {'w': np.full((1, 2, 3), 0.25)}, name='Knobs', prewarm=7)


def files(program):
    for name, content in (('tiny.nam', TINY.file()), ('lstm.nam', lstm()), ('linear.nam', linear()),
                          ('dict.safetensors', state_dict()), ('dict.json', DESCRIPTION), ('knobs.safetensors', KNOBS),
                          ('sizes.nam', container((0.5, TinyWaveNet(seed=3).file()), (1.0, TINY.file()))),
                          ('in.wav', wav(sound())), ('two.wav', wav(np.stack([sound(), sound(seed=8)], 1)))):
        program.write(name, content)


def convert(program, *words):
    code, output, messages = program.run('convert', '--force', *words)
    assert code == 0 and not messages, (words, code, messages)
    return output


def play(program, model, source, *options):
    """All bytes of the WAV file."""
    code, _, messages = program.run('render', '--raw', '--force', '-m', model, *options, source, 'out.wav')
    assert code == 0, (model, code, messages)
    return open(program.file('out.wav'), 'rb').read()


def info(program, model, *options):
    """(all that belongs to the network, its layers without their names)"""
    code, output, messages = program.run('info', '--json', *options, model)
    assert code == 0, (model, code, messages)
    found = json.loads(output)
    return ({key: value for key, value in found.items() if key not in OF_THE_FILE},
            [{key: value for key, value in layer.items() if key != 'name'} for layer in found['layers']])


def test_both_ways(program, check):
    files(program)
    for name in ('tiny.nam', 'lstm.nam', 'linear.nam'):
        output = convert(program, name, 'there.safetensors')
        convert(program, 'there.safetensors', 'back.nam')
        size = os.path.getsize(program.file('there.safetensors'))
        size = f'{size} bytes' if size < 1024 else f'{size / 1024:.2f} KiB'
        check(output.startswith('there.safetensors: ') and output.endswith(f', {size}\n') and output.count('\n') == 1,
              f'{name}: one line about what was written', output)
        wanted = play(program, name, 'in.wav')
        check(play(program, 'there.safetensors', 'in.wav') == wanted, f'{name}: safetensors plays the same')
        check(play(program, 'back.nam', 'in.wav') == wanted, f'{name}: .nam plays the same')
        check(info(program, 'there.safetensors') == info(program, name), f'info on {name} and safetensors')
        check(info(program, 'back.nam') == info(program, name), f'info on {name} and .nam')
        weights = json.load(open(program.file('back.nam'), encoding='utf-8'))['weights']
        original = json.load(open(program.file(name), encoding='utf-8'))['weights']
        check(np.array_equal(np.float32(weights), np.float32(original)), f'{name}: the weights in their order')


def test_other_formats(program, check):
    files(program)
    for name, source in (('dict.safetensors', 'in.wav'), ('knobs.safetensors', 'two.wav')):
        convert(program, name, 'there.safetensors')
        check(play(program, 'there.safetensors', source) == play(program, name, source), f'{name} plays the same')
        check(info(program, 'there.safetensors') == info(program, name), f'info on {name}')
    check(play(program, 'there.safetensors', 'two.wav', '--param', 'drive=7.5')
          == play(program, 'knobs.safetensors', 'two.wav', '--param', 'drive=7.5'), 'a knob is still a knob')


def test_describe(program, check):
    files(program)
    program.write('other.json', DESCRIPTION.replace(b'3', b'5'))
    convert(program, '--describe', 'other.json', 'dict.safetensors', 'there.safetensors')
    check(play(program, 'there.safetensors', 'in.wav')
          == play(program, 'dict.safetensors', 'in.wav', '--describe', 'other.json'), '--describe')
    check(play(program, 'there.safetensors', 'in.wav') != play(program, 'dict.safetensors', 'in.wav'),
          '--describe makes a difference')


def test_quality(program, check):
    files(program)
    for quality in ('0', '1'):
        for target in ('there.safetensors', 'there.nam'):
            convert(program, '--quality', quality, 'sizes.nam', target)
            check(play(program, target, 'in.wav') == play(program, 'sizes.nam', 'in.wav', '--quality', quality),
                  f'--quality {quality} to {target}')
            found, wanted = info(program, target), info(program, 'sizes.nam', '--quality', quality)
            check(wanted[0].pop('architecture').startswith(found[0].pop('architecture').split(' (')[0]),
                  f'--quality {quality} to {target}: the network in words')
            check(found == wanted, f'info --quality {quality} and {target}')


def test_prewarm(program, check):
    files(program)
    convert(program, '--prewarm', '100', 'lstm.nam', 'there.safetensors')
    check(play(program, 'there.safetensors', 'in.wav') == play(program, 'lstm.nam', 'in.wav', '--prewarm', '100'),
          '--prewarm is kept')
    code, _, messages = program.run('convert', 'there.safetensors', 'never.nam')
    check(code == 1 and 'hears 100 zeros' in messages and '24000' in messages
          and not os.path.exists(program.file('never.nam')), 'a .nam file prescribes its prewarming', code, messages)
    convert(program, '--prewarm', '24000', 'there.safetensors', 'back.nam')
    check(play(program, 'back.nam', 'in.wav') == play(program, 'lstm.nam', 'in.wav'), 'and with that it fits')


def test_exchange_format(program, check):
    """What the file is, read by other means."""
    files(program)
    convert(program, 'knobs.safetensors', 'there.safetensors')
    content = open(program.file('there.safetensors'), 'rb').read()
    length, = struct.unpack('<Q', content[:8])
    header = json.loads(content[8:8 + length])
    description = json.loads(header.pop('__metadata__')['backline'])
    check(length % 8 == 0 and description['backline'] == 'graph' and description['version'] == 1, 'header', description)
    check((description['name'], description['prewarm']) == ('Knobs', 7), 'what the file says about itself', description)
    check([node['kind'] for node in description['nodes']] == ['input', 'param', 'conv1d', 'mul', 'output'], 'nodes',
          description['nodes'])
    name = description['nodes'][2]['weight']
    begin, end = header[name]['data_offsets']
    values = np.frombuffer(content[8 + length + begin:8 + length + end], '<f4').reshape(header[name]['shape'])
    check(header[name]['dtype'] == 'F32' and np.array_equal(values, np.full((1, 2, 3), 0.25)), 'weights', header)


def test_what_does_not_fit(program, check):
    files(program)
    for name, hint in (('knobs.safetensors', 'knob (drive)'), ('dict.safetensors', 'WaveNet')):
        code, output, messages = program.run('convert', name, 'never.nam')
        check(code == 1 and not output and hint in messages and messages.startswith('backline convert: never.nam: ')
              and messages.count('\n') == 1, f'{name} does not fit', code, messages)
        check(not os.path.exists(program.file('never.nam')), f'{name}: nothing is left')


def test_existing_file(program, check):
    files(program)
    program.write('there.nam', b'old')
    code, _, messages = program.run('convert', 'tiny.nam', 'there.nam')
    check(code == 1 and '--force' in messages and open(program.file('there.nam'), 'rb').read() == b'old',
          'an existing file stays as it was', code, messages)
    code, _, messages = program.run('convert', '--force', 'tiny.nam', 'tiny.nam')
    check(code == 0 and play(program, 'tiny.nam', 'in.wav'), 'OUT may be IN with --force', messages)
