"""backline render on several threads gives the bytes that one gives; and many recordings at once."""
import json
import os
import resource
import shutil
import signal
import subprocess
import time

import numpy as np

from support import PLAIN, RATE, TinyWaveNet, error, graph, read_wav, sound, wav

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
TINY = TinyWaveNet()
LONG = 40000  # frames that are cut even for a network that looks back some hundred frames
INPUT = ('in', 'input', None, {})


def read(program, name):
    with open(program.file(name), 'rb') as file:
        return file.read()


def exists(program, name):
    return os.path.exists(program.file(name))


def outputs(program, folder):
    """What is in a folder, but for what the program keeps there about it."""
    return sorted(name for name in os.listdir(program.file(folder)) if name != '.backline-jobs')


def empty_folder(program, name):
    shutil.rmtree(program.file(name), ignore_errors=True)


def begun(program, folder='.'):
    """A temporary file is there."""
    return exists(program, folder) and any('.backline-' in name for name in os.listdir(program.file(folder)))


def wait_until(holds):
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)


def same_bytes(program, check, what, model, samples, *options, rig=False, said=''):
    """Renders with 1, 2, 3 and 7 threads; the samples. The network alone, unless a rig shall be around it. said: what
    the program says to all of them."""
    options = [*([] if rig else ['--raw']), *options]
    program.write('threads.model', model)
    program.write('threads.wav', wav(samples))
    outputs = []
    for threads in (1, 2, 3, 7):
        code, _, messages = program.run('render', '-m', 'threads.model', '--force', '--threads', threads, *options,
                                        'threads.wav', 'threads-out.wav')
        check(code == 0 and (said in messages if said else not messages), f'{what}, {threads} threads', code, messages)
        outputs.append(read(program, 'threads-out.wav'))
    for threads, output in zip((2, 3, 7), outputs[1:]):
        check(output == outputs[0], f'{what}: {threads} threads give the bytes of one', len(output), len(outputs[0]))
    return read_wav(program.file('threads-out.wav'))[0]


# ---- networks of every kind ----

def draw(*shape):
    limit = np.sqrt(3 / np.prod(shape[1:])) if len(shape) > 1 else 0.5
    return np.random.default_rng(len(shape)).uniform(-limit, limit, shape).astype(np.float32)


def stack(*nodes, **keys):
    """Nodes after one another, but where they say what feeds them: (name, kind, keys) or (..., inputs). A tensor in
    the keys is stored under the node's name."""
    described, tensors, last = [INPUT], {}, 'in'
    for name, kind, more, *inputs in nodes:
        for key, value in more.items():
            if isinstance(value, np.ndarray):
                tensors[f'{name}.{key}'] = value
                more = {**more, key: f'{name}.{key}'}
        described.append((name, kind, inputs[0] if inputs else [last], more))
        last = name
    return graph([*described, ('out', 'output', [last], {})], tensors, **keys)


TANH = {'activation': 'tanh'}


def linear(taps):
    weights = draw(1, taps)[0].astype(float).tolist()
    return json.dumps({'version': '0.5.4', 'architecture': 'Linear', 'sample_rate': RATE,
                       'config': {'receptive_field': taps, 'bias': False}, 'weights': weights}).encode()


def convnet(**keys):
    return stack(('a', 'conv1d', {'weight': draw(4, 1, 7), 'bias': draw(4)}), ('tanh', 'activation', TANH),
                 ('b', 'conv1d', {'weight': draw(1, 4, 5), 'dilation': 9, 'bias': draw(1)}), **keys)


def ahead():
    """Branches of different latency, all of which pad with zeros; the biases are heard where masks are wrong."""
    same = {'padding': 'same', 'bias': draw(1)}
    return stack(('a', 'conv1d', {'weight': draw(1, 1, 9), **same}),
                 ('b', 'conv1d', {'weight': draw(1, 1, 5), 'dilation': 3, **same}, ['a']),
                 ('sum', 'add', {}, ['in', 'b']), ('c', 'conv1d', {'weight': draw(1, 1, 7), **same}))


def encoder():
    """Down by 3 and by 2, up again, and the skip connection."""
    return stack(('down', 'conv1d', {'weight': draw(4, 1, 9), 'stride': 3, 'padding': [4, 2], 'bias': draw(4)}),
                 ('deep', 'conv1d', {'weight': draw(4, 4, 4), 'stride': 2, 'padding': [2, 0]}),
                 ('tanh', 'activation', TANH),
                 ('up', 'conv_transpose1d', {'weight': draw(4, 4, 4), 'stride': 2, 'padding': 1, 'bias': draw(4)}),
                 ('skip', 'add', {}, ['down', 'up']),
                 ('last', 'conv_transpose1d', {'weight': draw(4, 1, 9), 'stride': 3, 'padding': 3}))


def slow_room():
    """A very long impulse response at a third of the rate."""
    return stack(('down', 'conv1d', {'weight': draw(1, 1, 3), 'stride': 3}),
                 ('room', 'conv1d', {'weight': draw(1, 1, 2500), 'bias': draw(1)}),
                 ('up', 'upsample', {'factor': 3}))


def lstm(hidden=3):
    return stack(('lstm', 'lstm', {'weight_ih': draw(4 * hidden, 1), 'weight_hh': draw(4 * hidden, hidden),
                                   'bias_ih': draw(4 * hidden)}),
                 ('dense', 'conv1d', {'weight': draw(1, hidden, 1)}))


def test_wavenet(program, check):
    x = sound(LONG)
    got = same_bytes(program, check, 'WaveNet', TINY.file(), x)
    check(error(got, TINY.play(x)) < 1e-6, 'WaveNet on threads equals NumPy')
    both = np.stack([x, sound(LONG, seed=5)], 1)
    got = same_bytes(program, check, 'stereo', TINY.file(), both)
    check(error(got[:, 1], TINY.play(both[:, 1])) < 1e-6, 'the right channel on threads equals NumPy')
    same_bytes(program, check, 'gains and bits', TINY.file(), x, '--input-gain=-3', '--output-gain=2', '--bits=16',
               rig=True)
    same_bytes(program, check, 'small blocks', TINY.file(), x, '--block=7')


def test_bundled_model(program, check):
    with open(os.path.join(ROOT, 'assets', 'backline-crunch.nam'), 'rb') as file:
        same_bytes(program, check, 'bundled model', file.read(), sound(300001))
        same_bytes(program, check, 'bundled rig', open(file.name, 'rb').read(), sound(300001), '--gate=-30', rig=True)


def test_every_length(program, check):
    """Recordings that are shorter than any segment, and those that end with one, or just before or behind it."""
    for frames in (0, 1, 4095, 4096, 4097, 8190, 8191, 8192, 8193, 12288, 16383, 16384, 16385):
        got = same_bytes(program, check, f'{frames} frames', ahead(), sound(frames))
        check(len(got) == frames, f'{frames} frames stay as many', len(got))


def test_kinds_of_networks(program, check):
    for what, model in (('ConvNet', convnet()), ('prewarmed ConvNet', convnet(prewarm=777)), ('look-ahead', ahead()),
                        ('strides', encoder()), ('transposed', stack(
                            ('t', 'conv_transpose1d', {'weight': draw(1, 1, 6), 'padding': [2, 3]}))),
                        ('no padding', stack(('a', 'conv1d', {'weight': draw(1, 1, 200), 'padding': 0}))),
                        ('cut at the end', stack(('cut', 'pad', {'right': -300}))),
                        ('zeros at the end', stack(('a', 'conv1d', {'weight': draw(1, 1, 9), 'padding': [4, 4]}),
                                                   ('longer', 'pad', {'right': 9000}))),
                        ('delay', stack(('late', 'delay', {'frames': 5000})))):
        same_bytes(program, check, what, model, sound(LONG + 5))


def test_long_impulse_responses(program, check):
    """Their partitions are transformed block by block, from the first frame on."""
    x = sound(240000)
    got = same_bytes(program, check, 'impulse response', linear(2500), x)
    wanted = np.convolve(x.astype(np.float64), draw(1, 2500)[0].astype(np.float64))[:len(x)]
    check(error(got, wanted) < 1e-4, 'impulse response equals NumPy', error(got, wanted))
    same_bytes(program, check, 'impulse response behind a stride', slow_room(), sound(300002))


def test_knobs(program, check):
    knob = stack(('a', 'conv1d', {'weight': draw(1, 1, 9), 'bias': draw(1)}),
                 ('gain', 'param', {'minimum': -2, 'maximum': 2, 'initial': 0.25}, None),
                 ('loud', 'mul', {}, ['a', 'gain']), ('b', 'conv1d', {'weight': draw(1, 1, 9)}), prewarm=100)
    x = sound(LONG)
    same_bytes(program, check, 'knob as it is', knob, x)
    turned = same_bytes(program, check, 'turned knob', knob, x, '--param', 'gain=1.5')
    way = np.stack([x, np.full(LONG, 1.5, np.float32)], 1)
    recorded = same_bytes(program, check, 'recorded knob', knob, way, said='turns the knob')
    check(error(recorded[30:], turned[30:]) == 0, 'a recorded knob that stands still is a turned one')


def test_recurrent(program, check):
    x = np.stack([sound(LONG), sound(LONG, seed=5)], 1)
    program.write('lstm.model', lstm())
    program.write('both.wav', wav(x))
    wanted = None
    for threads, note in ((1, False), (2, False), (3, True)):
        code, _, messages = program.run('render', '-m', 'lstm.model', '--force', '--threads', threads, 'both.wav',
                                        'both-out.wav')
        wanted = wanted or read(program, 'both-out.wav')
        check(code == 0 and ('recurrent' in messages) == note and len(messages.splitlines()) == note,
              f'a recurrent network says what it cannot, {threads} threads', messages)
        check(read(program, 'both-out.wav') == wanted, f'recurrent, {threads} threads')
    code, _, messages = program.run('render', '-m', 'lstm.model', '--force', 'both.wav', 'both-out.wav')
    check((code, messages) == (0, '') and read(program, 'both-out.wav') == wanted, 'nobody asked: no note', messages)


def test_verbose(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('long.wav', wav(sound(LONG)))
    code, _, messages = program.run('render', '-v', '-m', 'tiny.nam', '--force', '--threads', 3, 'long.wav', 'out.wav')
    check(code == 0 and messages.startswith('out.wav: 0.8 s of sound') and 'times real time' in messages, 'verbose',
          messages)


# ---- how many threads ----

def threads_of(program, words, **more):
    """Threads that the program has when it has begun to render."""
    process = program.start('render', '-m', 'tiny.nam', '--block', 1, '--cpu', 'scalar', *words, 'long.wav',
                            'never.wav', stderr=subprocess.DEVNULL, **more)
    wait_until(lambda: begun(program))
    count = len(os.listdir(f'/proc/{process.pid}/task'))
    process.send_signal(signal.SIGINT)
    process.wait(60)
    return count


def test_number_of_threads(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('long.wav', wav(sound(600 * RATE)))
    one = threads_of(program, ['--threads', 1])
    check(threads_of(program, ['--threads', 4]) == one + 3, '--threads 4', one)
    cores = sorted(os.sched_getaffinity(0))
    check(threads_of(program, []) == one + len(cores) - 1, 'as many threads as there are cores', len(cores))
    few = cores[:1]
    check(threads_of(program, [], preexec_fn=lambda: os.sched_setaffinity(0, few)) == one,
          'as many threads as there are cores for the program')
    os.remove(program.file('long.wav'))


# ---- failures ----

def expect(program, check, what, hint, *words, code=1, absent='never.wav', **more):
    found, _, messages = program.run('render', '-m', 'tiny.nam', *words, **more)
    check(found == code and hint in messages and messages.startswith('backline render: '), what, found, messages)
    check(len(messages.strip().splitlines()) == (2 if code == 2 else 1), f'{what}: one sentence', messages)
    check(not exists(program, absent), f'{what}: no {absent}')


def test_wrong_words(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('in.wav', wav(sound()))
    for what, hint, words in (('no thread', '"0"', ['--threads', 0, 'in.wav', 'never.wav']),
                              ('too many threads', '256', ['--threads', 257, 'in.wav', 'never.wav']),
                              ('a word for a number', '"all"', ['--threads=all', 'in.wav', 'never.wav']),
                              ('three files without a folder', '-o DIR', ['in.wav', 'in.wav', 'never.wav']),
                              ('a folder without a name', 'folder', ['-o', '', 'in.wav']),
                              ('no recording', 'missing', ['-o', 'never.wav'])):
        expect(program, check, what, hint, *words, code=2)


def test_failures_on_threads(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('long.wav', wav(sound(20 * RATE)))
    for target, limit in (('never.wav', 1 << 20), ('never.flac', 1 << 20), ('never.wav', 10)):
        expect(program, check, f'disk full after {limit} bytes of {target}', 'too large', '--threads', 3, 'long.wav',
               target, absent=target,
               preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    program.run('render', '-m', 'tiny.nam', '--force', 'long.wav', 'whole.flac')
    content = read(program, 'whole.flac')
    program.write('cut.flac', content[:len(content) // 2])
    expect(program, check, 'a FLAC file that ends early', 'cut.flac', '--threads', 3, 'cut.flac', 'never.wav')


def interrupt(program, ready, *words):
    """Ends a rendering when ready() holds; exit code and messages."""
    process = program.start('render', '-m', 'tiny.nam', '--threads', 3, '--block', 1, '--cpu', 'scalar', *words,
                            stderr=subprocess.PIPE)
    wait_until(ready)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    return process.returncode, messages.decode()


def test_interrupted(program, check):
    program.write('tiny.nam', TINY.file())
    program.write('long.wav', wav(sound(600 * RATE)))
    program.write('short.wav', wav(sound()))
    empty_folder(program, 'takes')
    code, messages = interrupt(program, lambda: begun(program), 'long.wav', 'never.wav')
    check(code == -signal.SIGINT and 'Interrupted' in messages and not exists(program, 'never.wav'),
          'interrupted on threads', code, messages)
    code, messages = interrupt(program, lambda: begun(program, 'takes'), 'long.wav', '-o', 'takes')
    check(code == -signal.SIGINT and 'Interrupted' in messages and not exists(program, 'takes'),
          'interrupted: not even the folder is left', code, messages)
    code, messages = interrupt(program, lambda: exists(program, 'takes/short.wav'), 'short.wav', 'long.wav', '-o',
                               'takes')
    check(code == -signal.SIGINT and '1 of 2' in messages and outputs(program, 'takes') == ['short.wav'],
          'interrupted: what was complete stays', code, messages, os.listdir(program.file('takes')))
    os.remove(program.file('long.wav'))


# ---- many recordings ----

def takes(program):
    """Recordings of several lengths, channels and formats in folders; {path: samples}."""
    program.write('tiny.nam', TINY.file())
    os.makedirs(program.file('raw/more'), exist_ok=True)
    recordings = {f'raw/take{i}.wav': sound(500 + 7001 * i, seed=i) for i in range(9)}
    recordings['raw/more/stereo.wav'] = np.stack([sound(30000, seed=20), sound(30000, seed=21)], 1)
    recordings['raw/empty.wav'] = sound(0)
    for name, samples in recordings.items():
        program.write(name, wav(samples))
    empty_folder(program, 'amped')
    return recordings


def right_sound(program, path, samples):
    got = read_wav(program.file(path))[0]
    wanted = [TINY.play(channel) for channel in np.atleast_2d(samples.T)]
    return error(got, np.stack(wanted, 1)) < 1e-6


def test_many_recordings(program, check):
    recordings = takes(program)
    for threads in (1, 2, 5):
        empty_folder(program, 'amped')
        code, _, messages = program.run('render', '-m', 'tiny.nam', *PLAIN, '-v', '--threads', threads, *recordings,
                                        '-o', 'amped')
        check(code == 0 and messages.startswith(f'{len(recordings)} recordings: ') and 'times real time' in messages,
              f'many recordings, {threads} threads', code, messages)
        check(outputs(program, 'amped') == sorted(map(os.path.basename, recordings)),
              f'their names, {threads} threads', os.listdir(program.file('amped')))
        for path, samples in recordings.items():
            check(right_sound(program, os.path.join('amped', os.path.basename(path)), samples),
                  f'{path} among many, {threads} threads')
    code, _, messages = program.run('render', '-m', 'tiny.nam', *PLAIN, '--force', '-o', 'amped/', *recordings)
    check((code, messages) == (0, ''), 'replaced, and silent', code, messages)


def test_many_recurrent(program, check):
    """Recordings are played side by side, each from its beginning to its end."""
    recordings = takes(program)
    program.write('lstm.model', lstm())
    wanted = {}
    for path in recordings:
        program.run('render', '-m', 'lstm.model', '--force', '--threads', 1, path, 'one.wav')
        wanted[os.path.basename(path)] = read(program, 'one.wav')
    for threads in (1, 2, 20):
        empty_folder(program, 'amped')
        code, _, messages = program.run('render', '-m', 'lstm.model', '--threads', threads, '-o', 'amped', *recordings)
        check(code == 0 and ('recurrent' in messages) == (threads == 20), f'recurrent, {threads} threads', messages)
        for name in wanted:
            check(read(program, 'amped/' + name) == wanted[name], f'recurrent {name}, {threads} threads')


def test_names_in_a_folder(program, check):
    takes(program)
    program.run('render', '-m', 'tiny.nam', '--force', 'raw/take1.wav', 'raw/a.b.FLAC')
    shutil.copy(program.file('raw/take1.wav'), program.file('raw/strange.xyz'))
    shutil.copy(program.file('raw/take1.wav'), program.file('raw/none'))
    shutil.copy(program.file('raw/take1.wav'), program.file('raw/.hidden'))
    names = {'raw/a.b.FLAC': 'a.b.FLAC', 'raw/strange.xyz': 'strange.wav', 'raw/none': 'none.wav',
             'raw/.hidden': '.hidden.wav', 'raw/take1.wav': 'take1.wav'}
    code, _, messages = program.run('render', '-m', 'tiny.nam', *names, '-o', 'amped')
    check(code == 0 and outputs(program, 'amped') == sorted(names.values()), 'names in a folder', code,
          messages, os.listdir(program.file('amped')))
    check(read(program, 'amped/a.b.FLAC')[:4] == b'fLaC', 'FLAC stays FLAC')
    check(read(program, 'amped/strange.wav') == read(program, 'amped/take1.wav'), 'other endings become WAV')


def test_names_that_clash(program, check):
    takes(program)
    shutil.copy(program.file('raw/take1.wav'), program.file('raw/more/take1.wav'))
    shutil.copy(program.file('raw/take1.wav'), program.file('raw/take1.xyz'))
    for other in ('raw/more/take1.wav', 'raw/take1.xyz', 'raw/take1.wav'):
        expect(program, check, f'{other} has the same name', 'both become amped/take1.wav', 'raw/take2.wav',
               'raw/take1.wav', other, '-o', 'amped', absent='amped')
    os.makedirs(program.file('amped'))
    program.write('amped/take2.wav', b'old')
    expect(program, check, 'an output exists', 'amped/take2.wav', 'raw/take1.wav', 'raw/take2.wav', 'raw/take3.wav',
           '-o', 'amped', absent='amped/take1.wav')
    program.write('amped/take3.wav', b'old')
    expect(program, check, 'outputs exist', '1 other', 'raw/take1.wav', 'raw/take2.wav', 'raw/take3.wav', '-o', 'amped',
           absent='amped/take1.wav')
    check(read(program, 'amped/take2.wav') == b'old', 'an existing output stays as it was')
    expect(program, check, 'bits that a format has not', '--bits 24', '--bits=32f', 'raw/take1.wav', 'raw/x.flac', '-o',
           'amped', code=2, absent='amped/take1.wav')


def test_folders_that_cannot_be(program, check):
    takes(program)
    program.write('file', b'')
    expect(program, check, 'a file for a folder', 'no folder', 'raw/take1.wav', '-o', 'file')
    expect(program, check, 'a folder in a folder that is not there', 'No such file', 'raw/take1.wav', '-o', 'no/amped',
           absent='no')


def test_bad_among_good(program, check):
    recordings = takes(program)
    program.write('raw/noise.wav', os.urandom(5000))
    program.run('render', '-m', 'tiny.nam', '--force', 'raw/take8.wav', 'raw/cut.flac')
    program.write('raw/cut.flac', read(program, 'raw/cut.flac')[:80000])
    bad = ['raw/noise.wav', 'raw/missing.wav', 'raw/cut.flac']
    for threads in (1, 3):
        empty_folder(program, 'amped')
        code, _, messages = program.run('render', *PLAIN, '-v', '-m', 'tiny.nam', '--threads', threads, *bad[:1],
                                        *recordings, *bad[1:], '-o', 'amped')
        check(code == 10 + len(bad), 'the exit code counts those that failed', code)
        for path in bad:
            check(sum(path in line for line in messages.splitlines()) == 1, f'{path} is named, {threads} threads',
                  messages)
        check(f'{len(recordings)} recordings' in messages and '3 could not be rendered' in messages, 'the sum of it',
              messages)
        check(outputs(program, 'amped') == sorted(map(os.path.basename, recordings)),
              'the good are there', os.listdir(program.file('amped')))
        for path, samples in recordings.items():
            check(right_sound(program, os.path.join('amped', os.path.basename(path)), samples),
                  f'{path} beside bad ones')
    empty_folder(program, 'amped')
    code, _, messages = program.run('render', '-m', 'tiny.nam', *bad, '-o', 'amped')
    check(code == 13 and not exists(program, 'amped'), 'all failed: no folder', code, messages)


def test_disk_full_among_many(program, check):
    """What fits is written, what does not leaves nothing."""
    recordings = takes(program)
    limit = 100000
    code, _, messages = program.run('render', '-m', 'tiny.nam', '--threads', 3, *recordings, '-o', 'amped',
                                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    fits = [path for path in recordings if os.path.getsize(program.file(path)) <= limit]
    check(code == 10 + len(recordings) - len(fits) and outputs(program, 'amped') == sorted(map(os.path.basename, fits)),
          'files that fit', code, messages, os.listdir(program.file('amped')))
    check(len(messages.splitlines()) == len(recordings) - len(fits), 'one sentence for each that does not', messages)


def test_recorded_knobs_in_some(program, check):
    knob = stack(('gain', 'param', {}, None), ('loud', 'mul', {}, ['in', 'gain']))
    program.write('knob.model', knob)
    for name in ('a', 'b'):
        program.write(name + '-knob.wav', wav(np.stack([sound(), np.full(5000, 0.5, np.float32)], 1)))
    program.write('plain.wav', wav(sound()))
    empty_folder(program, 'amped')
    words = ['render', '--raw', '-m', 'knob.model', '-o', 'amped', '--force']
    code, _, messages = program.run(*words, 'a-knob.wav', 'b-knob.wav')
    got = read_wav(program.file('amped/b-knob.wav'))[0]
    check(code == 0 and error(got, sound() * 0.5) < 1e-6, 'recorded knobs of many', code, messages)
    empty_folder(program, 'amped')
    code, _, messages = program.run(*words, 'a-knob.wav', 'plain.wav')
    check(code == 1 and '--param' in messages and not exists(program, 'amped'), 'recorded knobs in some', code,
          messages)
    code, _, messages = program.run(*words, '--param', 'gain=1', 'a-knob.wav', 'plain.wav')
    check(code == 0 and read_wav(program.file('amped/a-knob.wav'))[0].shape == (5000, 2), 'all are audio', code,
          messages)


# ---- going on ----

def test_going_on(program, check):
    """What is finished is left out; what was changed, cut off or lost since is rendered again."""
    recordings = takes(program)
    words = ['render', '-v', '-m', 'tiny.nam', *recordings, '-o', 'amped']
    program.run(*words)
    wanted = {name: read(program, 'amped/' + name) for name in outputs(program, 'amped')}
    old = {name: os.stat(program.file('amped/' + name)).st_ino for name in wanted}

    def expect_anew(what, anew, *options):
        code, _, messages = program.run(*words, *options)
        new = {name: os.stat(program.file('amped/' + name)).st_ino for name in outputs(program, 'amped')}
        check(code == 0 and {name for name in new if new[name] != old.get(name)} == set(anew), what, code, messages)
        check({name: read(program, 'amped/' + name) for name in new} == wanted, f'{what}: the same bytes')
        old.update(new)
        return messages

    check('11 recordings were finished before' in expect_anew('nothing is left to do', []), 'all finished: told')
    changed = bytearray(wanted['take3.wav'])
    changed[-5] ^= 1
    program.write('amped/take3.wav', bytes(changed))
    program.write('amped/take4.wav', wanted['take4.wav'][:-1])
    program.write('amped/take5.wav', wanted['take5.wav'] + b'x')
    os.remove(program.file('amped/take6.wav'))
    program.write('amped/.backline-jobs/take7.wav.job', read(program, 'amped/.backline-jobs/take7.wav.job')[:-10])
    messages = expect_anew('what was changed', ['take3.wav', 'take4.wav', 'take5.wav', 'take6.wav', 'take7.wav'])
    check('5 recordings: ' in messages and '6 were finished before' in messages, 'some finished: told', messages)
    expect_anew('cores and blocks do not matter', [], '--threads', '1', '--block', '77')
    expect_anew('one recording at a time', [], '--jobs', '1')
    expect_anew('--force', wanted, '--force')
    os.rename(program.file('tiny.nam'), program.file('other.nam'))
    words[3] = 'other.nam'
    expect_anew('a model of another name', [])
    code, _, messages = program.run(*words, '--bass', '1')
    check(code == 1 and '--force' in messages, 'other settings: the files are in the way', code, messages)
    os.remove(program.file('amped/.backline-jobs/take1.wav.job'))
    code, _, messages = program.run(*words)
    check(code == 1 and 'take1.wav' in messages and '--force' in messages, 'a file that nobody knows', code, messages)


def test_killed(program, check):
    """Nothing that a killed process leaves is in the way of the next, or stays."""
    program.write('tiny.nam', TINY.file())
    program.write('long.wav', wav(sound(600 * RATE)))
    program.write('short.wav', wav(sound()))
    empty_folder(program, 'takes')
    words = ['render', '-m', 'tiny.nam', '--threads', 2, 'short.wav', 'long.wav', '-o', 'takes']
    process = program.start(*words, '--block', 1, '--cpu', 'scalar', stderr=subprocess.DEVNULL)
    wait_until(lambda: exists(program, 'takes/short.wav') and begun(program, 'takes'))
    process.kill()
    process.wait(60)
    check(begun(program, 'takes') and outputs(program, 'takes')[-1] == 'short.wav', 'killed midway',
          outputs(program, 'takes'))
    program.write('long.wav', wav(sound(5 * RATE)))
    program.write('takes/.other.wav.backline-abcdef', b'somebody else has begun this')
    code, _, messages = program.run(*words, '--cpu', 'scalar')
    check((code, messages) == (0, '') and outputs(program, 'takes') == ['.other.wav.backline-abcdef', 'long.wav', 'short.wav'],
          'the next run goes on', code, messages, outputs(program, 'takes'))
    os.remove(program.file('takes/.other.wav.backline-abcdef'))


def test_temporary_file_in_use(program, check):
    """Of a process that lives."""
    program.write('tiny.nam', TINY.file())
    program.write('in.wav', wav(sound(600 * RATE)))
    empty_folder(program, 'takes')
    words = ['render', '-m', 'tiny.nam', '--threads', 1, 'in.wav', '-o', 'takes']
    slow = program.start(*words, '--block', 1, '--cpu', 'scalar', stderr=subprocess.DEVNULL)
    wait_until(lambda: begun(program, 'takes'))
    fast = program.start(*words, '--block', 1, '--cpu', 'scalar', stderr=subprocess.DEVNULL)
    wait_until(lambda: sum('.backline-' in name for name in outputs(program, 'takes')) == 2)
    check(sum('.backline-' in name for name in outputs(program, 'takes')) == 2, 'both are there', outputs(program, 'takes'))
    for process in (slow, fast):
        process.send_signal(signal.SIGINT)
        process.wait(60)
    os.remove(program.file('in.wav'))
