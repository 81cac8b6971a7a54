#!/usr/bin/python3
"""test_torch_stack.py BACKLINE [SEED]: networks with random weights, made here with PyTorch, saved as PyTorch state
dicts and as .nam files, rendered by the real program on every instruction set of this machine, and compared with
PyTorch in double precision. Needs Debian's python3-torch."""
import json
import math
import os
import random
import shutil
import sys

sys.dont_write_bytecode = True  # the source folder stays clean
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from support import Program, Results, read_wav, wav

RATE = 48000
FRAMES = 9000
LEVELS = ('scalar', 'sse2', 'avx2', 'avx512', 'neon')
# A float32 engine with exact activations stays below 1e-12 (../shared/corpus/README.md); 25 is the margin there.
MAX_ESR = 25e-12
MAX_ERROR = 1e-5  # of the loudest output sample

SLOPE = 0.15
# In the words of a description, in those of a .nam file, and what both mean.
ACTIVATIONS = {
    'none': (None, lambda x: x),
    'tanh': ('Tanh', torch.tanh),
    'sigmoid': ('Sigmoid', torch.sigmoid),
    'relu': ('ReLU', F.relu),
    'leaky_relu': ({'type': 'LeakyReLU', 'negative_slope': SLOPE}, lambda x: F.leaky_relu(x, SLOPE)),
    'softsign': ('Softsign', F.softsign),
}


class Causal(nn.Conv1d):
    """A convolution that hears the past only."""

    def __init__(self, inputs, outputs, kernel=1, dilation=1, groups=1, bias=True):
        super().__init__(inputs, outputs, kernel, dilation=dilation, groups=groups, bias=bias)
        with torch.no_grad():
            self.weight *= math.sqrt(3)  # then the output is about as loud as the input
        self.past = dilation * (kernel - 1)

    def forward(self, x):
        return super().forward(F.pad(x, (self.past, 0)))


class Stack(nn.Module):
    """Convolutions one after another, the first 1x1: the textbook example of conv1d on audio."""

    def __init__(self, channels, dilations, kernel=3, activation='none', groups=1, outputs=None, bias=True):
        super().__init__()
        self.input_layer = Causal(1, channels, bias=bias)
        self.hidden = nn.ModuleList(Causal(channels, channels, kernel, d, groups, bias) for d in dilations)
        self.output_layer = Causal(channels, outputs, bias=bias) if outputs else None
        self.activation = activation

    def forward(self, x):
        x = self.input_layer(x)
        for conv in self.hidden:
            x = ACTIVATIONS[self.activation][1](conv(x))
        return self.output_layer(x) if self.output_layer else x

    def description(self, prefix=''):
        activation = self.activation
        if activation == 'leaky_relu':
            activation = {'type': 'leaky_relu', 'negative_slope': SLOPE}
        layers = [{'conv': prefix + 'input_layer'}]
        for i, conv in enumerate(self.hidden):
            layers.append({'conv': f'{prefix}hidden.{i}', 'dilation': conv.dilation[0], 'groups': conv.groups,
                           'activation': activation})
        if self.output_layer:
            layers.append({'conv': prefix + 'output_layer'})
        return {'backline': 'sequence', 'sample_rate': RATE, 'layers': layers}


class Layer(nn.Module):
    def __init__(self, a, dilation):
        super().__init__()
        self.a, middle, gates = a, a['bottleneck'], 2 if a['gate'] else 1
        self.conv = Causal(a['channels'], gates * middle, a['kernel'], dilation, a['groups'])
        self.mixin = Causal(1, gates * middle, bias=False)
        self.layer1x1 = Causal(middle, a['channels']) if a['layer1x1'] else None
        self.head1x1 = Causal(middle, a['head1x1']) if a['head1x1'] else None

    def forward(self, h, condition):
        z, middle = self.conv(h) + self.mixin(condition), self.a['bottleneck']
        act = ACTIVATIONS[self.a['activation']][1]
        z = act(z[:, :middle]) * ACTIVATIONS[self.a['gate']][1](z[:, middle:]) if self.a['gate'] else act(z)
        return h + self.layer1x1(z) if self.layer1x1 else h, self.head1x1(z) if self.head1x1 else z


class Array(nn.Module):
    """A layer array of a .nam file. Its parameters are registered in the file's order."""
    DEFAULTS = {'bottleneck': None, 'kernel': 3, 'activation': 'tanh', 'gate': None, 'groups': 1, 'layer1x1': True,
                'head1x1': None, 'head_bias': False, 'head_kernel': 1}

    def __init__(self, inputs, head_size, **a):
        super().__init__()
        self.inputs, self.head_size = inputs, head_size
        self.a = a = {**self.DEFAULTS, **a}
        a['bottleneck'] = a['bottleneck'] or a['channels']
        self.rechannel = Causal(inputs, a['channels'], bias=False)
        self.layers = nn.ModuleList(Layer(a, d) for d in a['dilations'])
        self.head = Causal(a['head1x1'] or a['bottleneck'], head_size, a['head_kernel'], bias=a['head_bias'])

    def forward(self, x, condition, head):
        h = self.rechannel(x)
        for layer in self.layers:
            h, skip = layer(h, condition)
            head = head + skip
        return h, self.head(head)

    @property
    def past(self):
        return sum(layer.conv.past for layer in self.layers) + self.head.past

    def config(self):
        a = self.a
        c = {'input_size': self.inputs, 'condition_size': 1, 'channels': a['channels'], 'kernel_size': a['kernel'],
             'dilations': list(a['dilations']), 'activation': ACTIVATIONS[a['activation']][0]}
        if a['gate'] in (None, 'sigmoid'):  # as trainers have always written it
            c['gated'] = a['gate'] is not None
        else:
            c['gating_mode'], c['secondary_activation'] = 'gated', ACTIVATIONS[a['gate']][0]
        if a['head_kernel'] == 1:
            c['head_size'], c['head_bias'] = self.head_size, a['head_bias']
        else:
            c['head'] = {'out_channels': self.head_size, 'kernel_size': a['head_kernel'], 'bias': a['head_bias']}
        if a['bottleneck'] != a['channels']:
            c['bottleneck'] = a['bottleneck']
        if a['groups'] != 1:
            c['groups_input'] = a['groups']
        if not a['layer1x1']:
            c['layer1x1'] = {'active': False, 'groups': 1}
        if a['head1x1']:
            c['head1x1'] = {'active': True, 'out_channels': a['head1x1'], 'groups': 1}
        return c


class WaveNet(nn.Module):
    """The A1 network of .nam files: each array hears what the one before makes of the sound, and adds to its
    head, whose size is therefore that of the next array's activations."""

    def __init__(self, *arrays, head_scale=0.3):
        super().__init__()
        self.arrays, inputs = nn.ModuleList(), 1
        for i, a in enumerate(arrays):
            size = arrays[i + 1]['channels'] if i + 1 < len(arrays) else 1
            self.arrays.append(Array(inputs, size, **a))
            inputs = a['channels']
        self.head_scale = float(np.float32(head_scale))

    def forward(self, x):
        h, head = x, 0
        for array in self.arrays:
            h, head = array(h, x, head)
        return self.head_scale * head

    @property
    def prewarm(self):
        return 1 + sum(array.past for array in self.arrays)

    def file(self):
        weights = [v for p in self.parameters() for v in p.detach().float().ravel().tolist()] + [self.head_scale]
        return json.dumps({'version': '0.5.4', 'architecture': 'WaveNet', 'sample_rate': RATE, 'weights': weights,
                           'config': {'layers': [a.config() for a in self.arrays], 'head': None,
                                      'head_scale': self.head_scale}}).encode()


def powers(count):
    return [2**i for i in range(count)]


def save_stack(program, name, net, legacy=False, dtype=torch.float32, prefix=''):
    """Writes the state dict and its description. The network then has the numbers that were saved."""
    net.to(dtype)
    tensors = net.state_dict()
    if prefix:
        tensors = {'epoch': 7, prefix[:-1]: tensors}
    torch.save(tensors, program.file(name + '.pt'), _use_new_zipfile_serialization=not legacy)
    program.write(name + '.json', json.dumps(net.description(prefix)).encode())
    return name + '.pt'


def stacks(program):
    """Name, model file and network of the state dicts; they start with zero histories."""
    cases = [
        ('seed WaveNet, zip', dict(channels=16, dilations=powers(10)), {}),
        ('seed WaveNet, legacy', dict(channels=16, dilations=powers(10)), dict(legacy=True)),
        ('tanh, zip', dict(channels=16, dilations=powers(8), activation='tanh', outputs=1), {}),
        ('tanh, in a checkpoint, legacy', dict(channels=16, dilations=powers(8), activation='tanh', outputs=1),
         dict(legacy=True, prefix='state_dict.')),
        ('sigmoid, kernel 2', dict(channels=7, dilations=powers(9), kernel=2, activation='sigmoid', outputs=1), {}),
        ('ReLU, two outputs', dict(channels=5, dilations=[1, 3, 9, 27], activation='relu', outputs=2), {}),
        ('LeakyReLU, kernel 9', dict(channels=12, dilations=[1, 10, 100], kernel=9, activation='leaky_relu',
                                     outputs=1), {}),
        ('softsign, groups', dict(channels=12, dilations=powers(6), groups=3, activation='softsign', outputs=1),
         {}),
        ('depthwise', dict(channels=19, dilations=powers(4), kernel=5, groups=19, activation='tanh', outputs=1),
         {}),
        ('no bias', dict(channels=3, dilations=powers(5), bias=False, activation='tanh', outputs=1), {}),
        ('one channel, kernel 200', dict(channels=1, dilations=[1, 7], kernel=200, outputs=1), {}),
        ('saved as float64', dict(channels=8, dilations=powers(4), activation='tanh', outputs=1),
         dict(dtype=torch.float64)),
        ('saved as float16, legacy', dict(channels=8, dilations=powers(4), activation='tanh', outputs=1),
         dict(dtype=torch.float16, legacy=True)),
    ]
    for i, (name, shape, saving) in enumerate(cases):
        net = Stack(**shape)
        if saving.get('dtype') == torch.float64:
            net.double()  # the numbers are float32 ones all the same: float32 is what the engine computes with
        yield 'state dict: ' + name, save_stack(program, f'stack-{i}', net, **saving), net, 0


def wavenets(program):
    """The same for .nam files, which are to be prewarmed."""
    def a1(first, second, dilations=powers(10), **more):
        return [dict(channels=first, dilations=dilations, **more),
                dict(channels=second, dilations=dilations, **{'head_bias': True, **more})]

    lite = powers(7)
    cases = [
        ('A1 standard, 16 and 8', a1(16, 8)),
        ('A1 lite, 12 and 6', a1(12, 6, lite)),
        ('A1 feather, 8 and 4', a1(8, 4, lite)),
        ('A1 nano, 4 and 2', a1(4, 2, lite)),
        ('gated, 16 and 8', a1(16, 8, lite, gate='sigmoid')),
        ('gated, 5 and 3', a1(5, 3, lite, gate='sigmoid')),
        ('gated by softsign, 6 and 4', a1(6, 4, lite, gate='softsign', activation='leaky_relu')),
        ('5 and 3', a1(5, 3, lite)),
        ('17 and 1', a1(17, 1, powers(4))),
        ('no head bias', a1(8, 4, lite, head_bias=False)),
        ('head bias in both', a1(8, 4, lite, head_bias=True)),
        ('ReLU', a1(8, 4, lite, activation='relu')),
        ('LeakyReLU', a1(12, 6, lite, activation='leaky_relu')),
        ('Sigmoid', a1(8, 4, lite, activation='sigmoid')),
        ('Softsign', a1(8, 4, lite, activation='softsign')),
        ('one array of 7, kernel 4', a1(7, 1, [1, 5, 25, 125], kernel=4)[:1]),
        ('one layer of one channel', a1(1, 1, [1])[:1]),
        ('kernel 2, repeated dilations', a1(6, 3, [1, 2, 4, 8, 1, 2, 4, 8], kernel=2)),
        ('three arrays', a1(8, 4, powers(5)) + a1(3, 3, powers(5))[1:]),
        ('head kernel 16', a1(8, 4, powers(5), head_kernel=16)),
        ('bottleneck 3', a1(8, 4, powers(5), bottleneck=3, gate='sigmoid')[:1] + a1(8, 4, powers(5))[1:]),
        ('grouped', a1(8, 4, powers(5), groups=4)),
        ('head 1x1', a1(8, 4, powers(5), head1x1=5)[:1] + a1(8, 4, powers(5))[1:]),
        ('without layer 1x1', a1(8, 4, powers(5), layer1x1=False)),
    ]
    for i, (name, arrays) in enumerate(cases):
        net = WaveNet(*arrays, head_scale=random.uniform(0.02, 0.9))
        program.write(f'wavenet-{i}.nam', net.file())
        yield '.nam: ' + name, f'wavenet-{i}.nam', net, net.prewarm


def make_sound(generator):
    """Noise that comes and goes; its first sample is loud, so that the start is tested too."""
    sound = generator.uniform(-0.8, 0.8, FRAMES)
    sound[2000:3500] = 0
    sound[5000:7000] *= 0.01
    return sound.astype(np.float32)


def expected(net, sound, prewarm):
    """(frames, channels) in double precision."""
    x = torch.cat([torch.zeros(prewarm, dtype=torch.float64), torch.from_numpy(sound).double()])
    with torch.no_grad():
        return net.double()(x[None, None])[0, :, prewarm:].T.numpy()


def render(program, model, level, block):
    """The output and None, or None and the program's complaint."""
    code, _, complaint = program.run('render', '--raw', '--force', '--cpu', level, '--block', block, '-m', model,
                                     'in.wav', 'out.wav')
    if code:
        return None, complaint.strip() or f'exit code {code}'
    return read_wav(program.file('out.wav'))[0], None


def levels_here(program, model):
    """The instruction sets of this machine. A level that is not there has to be refused as such."""
    for level in LEVELS:
        _, complaint = render(program, model, level, 64)
        if not complaint:
            yield level
        elif 'instruction set' not in complaint:
            sys.exit(f'{level}: {complaint}')


def measure(program, model, level, wanted, check, name):
    """Renders and compares; a short text for the table."""
    got, complaint = render(program, model, level, random.choice((1, 64, 100, 1024)))
    if complaint or got.shape != wanted.shape:
        check(False, name, level, complaint or f'shape {got.shape} instead of {wanted.shape}')
        return f'{"failed":>17}'
    peak, wrong = np.abs(wanted).max(), got - wanted
    worst, esr = float(np.abs(wrong).max() / peak), float((wrong**2).sum() / (wanted**2).sum())
    check(worst <= MAX_ERROR and esr <= MAX_ESR, name, level, f'error {worst:.2g} of the peak, ESR {esr:.2g}')
    return f'{worst:>8.1e} {esr:>8.1e}'


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    random.seed(seed)
    program, results = Program(sys.argv[1]), Results()
    try:
        sound = make_sound(np.random.default_rng(seed))
        program.write('in.wav', wav(sound, RATE))
        cases = [*stacks(program), *wavenets(program)]
        levels = list(levels_here(program, cases[0][1]))
        print(f'PyTorch {torch.__version__}, seed {seed}; largest error over peak, and error-to-signal ratio')
        print(f'{"network":<43} {"peak":>6}' + ''.join(f'  {level:<17}' for level in levels))
        for name, model, net, prewarm in cases:
            wanted = expected(net, sound, prewarm)
            row = [measure(program, model, level, wanted, results.check, name) for level in levels]
            print(f'{name:<43} {np.abs(wanted).max():>6.2f}' + ''.join('  ' + text for text in row), flush=True)
    finally:
        shutil.rmtree(program.folder)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed))


main()
