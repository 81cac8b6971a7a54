"""What the tests of the program share: running it, tiny models and sounds, and counting results."""
import json
import math
import os
import signal
import struct
import subprocess
import tempfile

import numpy as np

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup the program would rightly ignore it, too

RATE = 48000
PLAIN = ['--output-mode', 'raw', '--dc-blocker', 'off']  # a rig that gives what the network gives


class Program:
    """The program under test, run in a folder of its own."""

    def __init__(self, path):
        self.path = os.path.abspath(path)
        self.folder = tempfile.mkdtemp(prefix='backline-test-')
        self.environment = dict(os.environ)
        self.environment.pop('BACKLINE_CPU', None)
        self.environment.pop('BACKLINE_ASSETS', None)
        self.environment.pop('BACKLINE_PATH', None)
        # fontconfig keeps some memory for ever, which a leak checker would hold against us
        ignored = self.write('ignored-leaks', b'leak:libfontconfig\n')
        self.environment['LSAN_OPTIONS'] = f'suppressions={ignored}:print_suppressions=0'

    def file(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        with open(self.file(name), 'wb') as file:
            file.write(content)
        return self.file(name)

    def run(self, *words, environment=None, **more):
        """Exit code, standard output and standard error."""
        more.setdefault('stdout', subprocess.PIPE)
        more.setdefault('timeout', 120)
        done = subprocess.run([self.path, *map(str, words)], cwd=self.folder, stderr=subprocess.PIPE,
                              env=dict(self.environment, **(environment or {})), **more)
        return done.returncode, (done.stdout or b'').decode(), done.stderr.decode()

    def start(self, *words, **more):
        return subprocess.Popen([self.path, *map(str, words)], cwd=self.folder, env=self.environment, **more)


class Results:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def check(self, ok, what, *details):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            print('FAIL', what, *details)


def run_cases(cases, program, results):
    """Runs the functions of a module whose names begin with test_. None of them may leave a temporary file."""
    for name in sorted(vars(cases)):
        if not name.startswith('test_'):
            continue
        try:
            vars(cases)[name](program, results.check)
        except Exception as problem:  # a broken case is a failed one, the others still run
            results.check(False, name, repr(problem))
        left = [f for f in os.listdir(program.folder) if '.backline-' in f]
        results.check(not left, f'{name} leaves no temporary files', left)


class TinyWaveNet:
    """One layer array, three layers of two channels; weights as a .nam file holds them, in float32."""
    dilations, channels, taps = [1, 2, 4], 2, 3

    def __init__(self, seed=1):
        self.random = np.random.default_rng(seed)
        self.stream = []
        self.rechannel = self.draw(self.channels, 1)
        n = self.channels
        self.layers = [(self.draw(n, n, self.taps), self.draw(n), self.draw(n, 1), self.draw(n, n), self.draw(n))
                       for _ in self.dilations]
        self.head = self.draw(1, self.channels)
        self.scale = self.draw(1)[0]
        self.parameters = len(self.stream)  # head_scale is in the stream as a weight

    def draw(self, *shape):
        values = self.random.uniform(-0.7, 0.7, shape).astype(np.float32)
        self.stream += [float(v) for v in values.ravel()]
        return values.astype(np.float64)

    def file(self, rate=RATE, **changes):
        array = {'input_size': 1, 'condition_size': 1, 'head_size': 1, 'channels': self.channels,
                 'kernel_size': self.taps, 'dilations': self.dilations, 'activation': 'Tanh', 'gated': False,
                 'head_bias': False}
        model = {'version': '0.5.4', 'architecture': 'WaveNet',
                 'config': {'layers': [array], 'head': None, 'head_scale': self.scale},
                 'weights': self.stream,
                 'metadata': {'name': 'Tiny', 'modeled_by': 'a test', 'gear_type': 'amp', 'gear_make': 'Nobody',
                              'gear_model': 'Two', 'tone_type': 'crunch', 'loudness': -18.5}}
        if rate:
            model['sample_rate'] = rate
        model.update(changes)
        return json.dumps(model).encode()

    @property
    def receptive_field(self):
        return 1 + sum(d * (self.taps - 1) for d in self.dilations)

    def play(self, sound):
        """The output in double precision, from the state that silence leaves."""
        quiet = 4 * self.receptive_field
        sound = np.concatenate([np.zeros(quiet), sound])
        h, total = self.rechannel @ sound[None, :], 0
        for (weight, bias, mix, out_weight, out_bias), dilation in zip(self.layers, self.dilations):
            past = np.pad(h, ((0, 0), (dilation * (self.taps - 1), 0)))
            z = bias[:, None] + mix @ sound[None, :]
            for k in range(self.taps):
                z = z + weight[:, :, k] @ past[:, k * dilation:k * dilation + len(sound)]
            z = np.tanh(z)
            total = total + z
            h = h + out_weight @ z + out_bias[:, None]
        return (self.head @ total)[0, quiet:] * self.scale


def safetensors(tensors, **metadata):
    """A safetensors file of {name: array}."""
    header, data = {'__metadata__': metadata} if metadata else {}, b''
    for name, values in tensors.items():
        values = np.asarray(values, '<f4')
        header[name] = {'dtype': 'F32', 'shape': list(values.shape),
                        'data_offsets': [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + data


def graph(nodes, tensors=None, **keys):
    """A safetensors file with a graph description. Every node is (name, kind, inputs, further keys)."""
    described = [dict({'name': name, 'kind': kind}, **({'inputs': inputs} if inputs else {}), **more)
                 for name, kind, inputs, more in nodes]
    description = dict({'backline': 'graph', 'version': 1, 'nodes': described}, **keys)
    return safetensors(tensors or {}, backline=json.dumps(description))


def container(*sizes):
    """A .nam file with several sizes of a network: (largest quality, .nam file)."""
    submodels = [{'max_value': most, 'model': json.loads(file)} for most, file in sizes]
    return json.dumps({'version': '0.7.0', 'architecture': 'SlimmableContainer', 'config': {'submodels': submodels},
                       'weights': [], 'sample_rate': RATE}).encode()


def sound(frames=5000, seed=2):
    return np.random.default_rng(seed).uniform(-0.8, 0.8, frames).astype(np.float32)


def wav(samples, rate=RATE):
    """A WAV file of 32-bit float samples, (frames) or (frames, channels)."""
    samples = np.asarray(samples, '<f4')
    channels, data = samples.shape[1] if samples.ndim == 2 else 1, samples.tobytes()
    form = struct.pack('<HHIIHH', 3, channels, rate, rate * channels * 4, channels * 4, 32)
    chunks = b'fmt ' + struct.pack('<I', len(form)) + form + b'data' + struct.pack('<I', len(data)) + data
    return b'RIFF' + struct.pack('<I', 4 + len(chunks)) + b'WAVE' + chunks


def read_wav(path):
    """(frames, channels) as float64, rate, bits: from 16- or 24-bit integers or 32-bit float."""
    content = open(path, 'rb').read()
    place, chunks = 12, {}
    while place + 8 <= len(content):
        tag, size = content[place:place + 4], struct.unpack('<I', content[place + 4:place + 8])[0]
        chunks[tag] = content[place + 8:place + 8 + size]
        place += 8 + size + size % 2
    code, channels, rate, _, _, bits = struct.unpack('<HHIIHH', chunks[b'fmt '][:16])
    data = chunks[b'data']
    if bits == 32:
        samples = np.frombuffer(data, '<f4').astype(np.float64)
    elif bits == 16:
        samples = np.frombuffer(data, '<i2') / 32768.0
    else:
        raw = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int32)
        samples = ((raw[:, 0] << 8 | raw[:, 1] << 16 | raw[:, 2] << 24) >> 8) / 8388608.0
    return samples.reshape(-1, channels), rate, bits


def error(got, wanted):
    """The largest difference; infinite where the lengths differ."""
    got, wanted = np.asarray(got).ravel(), np.asarray(wanted).ravel()
    return float(np.abs(got - wanted).max(initial=0)) if got.shape == wanted.shape else math.inf
