"""backline info, plot-wav and the helps."""
import hashlib
import json
import os
import re
import struct
import zlib

import numpy as np

from support import RATE, TinyWaveNet, container, graph, safetensors, sound, wav

TINY = TinyWaveNet()
MAN_PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'backline.1')


def report(program, *words):
    program.write('tiny.nam', TINY.file())
    program.write('in.wav', wav(sound()))
    return program.run(*words)


def test_info(program, check):
    code, output, messages = report(program, 'info', '--layers', '--tensors', 'tiny.nam')
    check(code == 0 and not messages, 'info', code, messages)
    digest = hashlib.sha256(TINY.file()).hexdigest()
    for word in ('Tiny', 'a test', 'Nobody Two', 'crunch', '48 kHz', '15 samples', '-18.50 dB', digest):
        check(word in output, f'info says {word}', output)
    check('nan' not in output, 'info leaves out what it does not know', output)


def test_info_json(program, check):
    code, output, _ = report(program, 'info', '--json', 'tiny.nam')
    found = json.loads(output)
    macs = 2 + 3 * (2 * 2 * 3 + 2 + 4) + 2  # rechannel, three layers, head
    wanted = {'name': 'Tiny', 'modeled_by': 'a test', 'gear_make': 'Nobody', 'tone_type': 'crunch',
              'sample_rate': RATE, 'loudness_db': -18.5, 'input_level_dbu': None, 'receptive_field': 15,
              'receptive_field_ms': 15 / 48, 'latency': 0, 'sha256': hashlib.sha256(TINY.file()).hexdigest(),
              'file_size': len(TINY.file()), 'network': {'in_channels': 1, 'out_channels': 1,
                                                         'nodes': len(found['layers'])}}
    for key, value in wanted.items():
        check(found[key] == value or isinstance(value, float) and abs(found[key] - value) < 1e-6,
              f'info --json: {key}', found[key], value)
    check(abs(found['macs_per_sample'] - macs) <= 1, 'info --json: macs_per_sample', found['macs_per_sample'], macs)
    check(abs(found['parameters'] - TINY.parameters) <= 1, 'info --json: parameters', found['parameters'])
    check(found['stream_bytes'] > 0 and found['prewarm'] >= 14, 'info --json: stream_bytes and prewarm')
    convolutions = [layer for layer in found['layers'] if layer['kind'] == 'conv1d' and layer['kernel'] == 3]
    check([layer['dilation'] for layer in convolutions] == [1, 2, 4], 'info --json: dilations', convolutions)
    check([layer['operations'] for layer in convolutions] == [24] * 3, 'info --json: operations', convolutions)


# A knob, half the rate in between, a layer that looks ahead, and all of the past.
RATES = graph([('in', 'input', None, {}), ('drive', 'param', None, {'minimum': -1, 'maximum': 11, 'initial': 0.5}),
               ('down', 'conv1d', ['in'], {'weight': 'w', 'stride': 2, 'padding': [1, 2]}),
               ('up', 'upsample', ['down'], {'factor': 2}), ('loud', 'mul', ['up', 'drive'], {}),
               ('out', 'output', ['loud'], {})], {'w': np.ones((1, 1, 4))}, sample_rate=RATE)
MEMORY = graph([('in', 'input', None, {}), ('gru', 'gru', ['in'], {'weight_ih': 'i', 'weight_hh': 'h'}),
                ('out', 'output', ['gru'], {})], {'i': np.ones((6, 1)), 'h': np.ones((6, 2))}, sample_rate=RATE)


def test_knobs_rates_and_latency(program, check):
    program.write('rates.safetensors', RATES)
    code, output, messages = program.run('info', '--json', 'rates.safetensors')
    found = json.loads(output)
    knobs = [{'name': 'drive', 'minimum': -1, 'maximum': 11, 'initial': 0.5}]
    check(code == 0 and found['params'] == knobs, 'knobs', messages, output)
    layers = {layer['name']: layer for layer in found['layers']}
    check((layers['down']['stride'], layers['down']['rate'], layers['up']['rate']) == (2, 0.5, 1),
          'strides and rates', layers)
    check(found['latency'] >= 2 and layers['up']['stride'] is None, 'latency', found['latency'])
    code, output, messages = program.run('info', '--layers', 'rates.safetensors')
    latency = f"{found['latency']} samples ({1000 * found['latency'] / RATE:.3g} ms)"
    for word in ('drive, -1 to 11, at first 0.5', 'STRIDE', 'LATENCY', 'RATE', latency):
        check(code == 0 and word in output, f'info says {word}', output, messages)
    output = report(program, 'info', '--layers', 'tiny.nam')[1]
    check(not any(word in output for word in ('STRIDE', 'LATENCY', 'RATE', 'Knobs', 'Sizes')),
          'no columns and lines that say nothing', output)


def test_all_of_the_past(program, check):
    program.write('memory.safetensors', MEMORY)
    found = json.loads(program.run('info', '--json', 'memory.safetensors')[1])
    check(found['receptive_field'] is None and found['receptive_field_ms'] is None, 'JSON of a recurrent network', found)
    output = program.run('info', 'memory.safetensors')[1]
    check('all of the past (recurrent)' in output and 'Latency          none' in output, 'a recurrent network', output)


def test_sizes(program, check):
    program.write('sizes.nam', container((0.25, TinyWaveNet(seed=3).file()), (1.0, TINY.file())))
    for options in ((), ('--quality', '0')):
        found = json.loads(program.run('info', '--json', *options, 'sizes.nam')[1])
        check([size['below'] for size in found['qualities']] == [0.25, None]
              and all(size['text'] for size in found['qualities']), 'sizes as JSON', found['qualities'])
    output = program.run('info', 'sizes.nam')[1]
    check(', for a quality below 0.25\n' in output and 'from there on' in output, 'sizes for people', output)
    check(json.loads(report(program, 'info', '--json', 'tiny.nam')[1])['qualities'] == [], 'one size only')


def test_json_keys_are_documented(program, check):
    manual = open(MAN_PAGE, encoding='utf-8').read().replace('\\-', '-')
    info = json.loads(report(program, 'info', '--json', 'tiny.nam')[1])
    program.write('rates.safetensors', RATES)
    more = json.loads(program.run('info', '--json', 'rates.safetensors')[1])
    keys = {*info, *info['network'], *info['layers'][0], *info['tensors'][0], *more['params'][0]}
    missing = [key for key in keys if not re.search(rf'(?<![\w]){key}(?![\w])', manual)]
    check(not missing, 'all JSON keys are in the man page', missing)


def test_tensors(program, check):
    _, output, _ = report(program, 'info', '--json', 'tiny.nam')
    weights = np.array(TINY.stream, '<f4')
    tensors = json.loads(output)['tensors']
    total = sum(np.prod(t['shape'], dtype=int) for t in tensors)
    check(total == len(weights), 'all weights are in tensors', total)
    place = 0
    for tensor in tensors:  # a .nam file's tensors stand in the order of its stream
        count = int(np.prod(tensor['shape'], dtype=int))
        values = weights[place:place + count]
        place += count
        check(tensor['sha256'] == hashlib.sha256(values.tobytes()).hexdigest(), f'hash of {tensor["name"]}')
        check(abs(tensor['min'] - values.min()) < 1e-6 and abs(tensor['max'] - values.max()) < 1e-6,
              f'range of {tensor["name"]}', tensor)


def test_tensors_without_a_network(program, check):
    values = np.arange(6, dtype='<f4')
    program.write('lonely.safetensors', safetensors({'lonely': values.reshape(2, 3)}))
    code, output, messages = program.run('info', '--tensors', 'lonely.safetensors')
    digest = hashlib.sha256(values.tobytes()).hexdigest()
    check(code == 0 and 'lonely' in output and digest in output and 'safetensors' in output and 'Note' in output,
          'a file without a network is listed', code, output, messages)
    code, output, messages = program.run('info', '--json', 'lonely.safetensors')
    found = json.loads(output)
    check(code == 0 and found['network'] is None and found['tensors'][0]['sha256'] == digest
          and found['parameters'] == 6 and found['macs_per_sample'] is None, 'the same as JSON', output)
    code, _, messages = program.run('info', '--dot', 'lonely.safetensors')
    check(code == 1 and 'describe' in messages, 'no graph without a network', code, messages)


def test_dot(program, check):
    code, output, _ = report(program, 'info', '--dot', 'tiny.nam')
    check(code == 0 and output.startswith('digraph') and output.rstrip().endswith('}'), 'info --dot', output[:80])


def test_terminal_is_safe(program, check):
    """A stranger's file must not send commands to the terminal."""
    program.write('evil.nam', TINY.file(metadata={'name': 'evil\x1b]0;title\x07', 'modeled_by': 'x\ny'}))
    _, output, _ = program.run('info', 'evil.nam')
    check('evil?]0;title?' in output and '\x1b' not in output and 'x?y' in output, 'control characters',
          repr(output))


def png_size(path):
    """Width and height of a PNG file whose checksums are right."""
    content = open(path, 'rb').read()
    assert content[:8] == b'\x89PNG\r\n\x1a\n', 'signature'
    place = 8
    while place < len(content):
        size, kind = struct.unpack('>I4s', content[place:place + 8])
        body = content[place + 4:place + 8 + size]
        assert struct.unpack('>I', content[place + 8 + size:place + 12 + size])[0] == zlib.crc32(body), kind
        place += 12 + size
    assert kind == b'IEND', 'end'
    return struct.unpack('>II', content[16:24])


def test_plot(program, check):
    program.write('stereo.wav', wav(np.stack([sound(), sound(seed=9)], 1)))
    program.write('silence.wav', wav(np.zeros(100)))
    program.write('one.wav', wav(np.ones(1)))
    program.write('loud.wav', wav(sound() * 50, 192000))
    program.write('slow.wav', wav(sound(), 100))
    for what, names in (('one file', ['in.wav']), ('two files', ['in.wav', 'stereo.wav']),
                        ('silence', ['silence.wav']), ('one sample', ['one.wav']),
                        ('loud', ['loud.wav', 'silence.wav']), ('slow', ['slow.wav'])):
        code, output, messages = report(program, 'plot-wav', '--force', '-o', 'plot.png', *names)
        check((code, output, messages) == (0, '', ''), f'plot-wav: {what}', code, messages)
        size = png_size(program.file('plot.png'))
        check(size[0] == 1600 and size[1] >= 500, f'plot-wav: size for {what}', size)
    code, _, messages = report(program, 'plot-wav', '-o', 'plot.png', 'in.wav')
    check(code == 1 and '--force' in messages, 'plot-wav does not overwrite', code, messages)


def test_helps(program, check):
    for words in (['--help'], ['-h'], ['help'], ['render', '--help'], ['render', '-h'], ['help', 'render']):
        code, output, messages = program.run(*words)
        check(code == 0 and 'Usage: backline' in output and not messages, ' '.join(words), code, messages)
    code, output, _ = program.run('--version')
    check(code == 0 and re.match(r'backline \d+\.\d+\.\d+\n', output), '--version', output)
    check(program.run('help', 'info')[1] == program.run('info', '--help')[1], 'help info equals info --help')
