"""backline stream: the sound that comes out of a pipe is what backline render writes."""
import numpy as np

from support import PLAIN, RATE, sound
from support_stream import (SIZES, files, finish, form, pack, read_exactly, rendered, run, same, start, unpack,
                            wav_header, wav_header_written)

LOUD = ['--output-gain', '12']  # some samples clip


# ---- the sound ----

def test_every_format(program, check):
    files(program)
    x = np.append(sound(3000), [1, -1, 0.99999, 1.5, -3]).astype(np.float32)
    words = ['-m', 'tiny.nam', *LOUD]
    for name in SIZES:
        content = pack(x, name)
        heard = unpack(content, name)
        plain = np.frombuffer(rendered(program, check, heard, *words), '<f4')
        check(np.abs(plain).max() > 1, 'some samples clip')
        for to in SIZES:
            options = [*words, *form(name), *(['--out-format', to] if to != name else [])]
            hint = 'clipped' if to[0] == 's' else ''
            same(check, f'{name} to {to}', run(program, content, *options), pack(plain, to), hint)
    for to, bits in (('s16', 16), ('s24', 24)):
        wanted = rendered(program, check, x, *words, '--bits', bits)[:len(x) * SIZES[to]]
        same(check, f'{to} as --bits {bits}', run(program, pack(x, 'f32'), *words, *form('f32'), '--out-format', to),
             wanted, 'clipped')


CASES = (  # what, channels, rate, options
    ('a rig', 1, RATE, ['-m', 'tiny.nam']),
    ('the bundled rig', 1, RATE, ['--gate', '-40', '--bass', '5']),
    ('two amps', 2, RATE, ['-m', 'tiny.nam', *PLAIN]),
    ('three rigs', 3, RATE, ['-m', 'tiny.nam', *PLAIN]),
    ('a mixture', 2, RATE, ['-m', 'tiny.nam', '--mono', '--treble', '3']),
    ('mono to stereo', 1, RATE, ['-m', 'tiny.nam', '--stereo']),
    ('another rate', 1, 44100, ['-m', 'tiny.nam', '--tail', '0.05']),
    ('another rate in stereo', 2, 96000, ['-m', 'tiny.nam']),
    ('oversampling', 1, RATE, ['-m', 'tiny.nam', '--oversample', '4']),
    ('a tail', 1, RATE, ['-m', 'tiny.nam', '--tail', '0.1']),
    ('no amp', 1, RATE, ['-m', 'tiny.nam', '--amp', 'off', '--low-cut', '200']),
    ('a knob', 1, RATE, ['-m', 'short.safetensors', '--param', 'drive=0.5']),
    ('raw', 1, RATE, ['-m', 'tiny.nam', '--raw']),
    ('raw in stereo', 2, RATE, ['-m', 'tiny.nam', '--raw']),
    ('raw with latency', 1, 44100, ['-m', 'early.safetensors', '--raw']),
    ('raw with latency, five channels', 5, 44100, ['-m', 'early.safetensors', '--raw']),
    ('raw, shorter', 1, RATE, ['-m', 'short.safetensors', '--raw', '--param', 'drive=1.5']),
)


def test_equal_to_render(program, check):
    files(program)
    for what, channels, rate, options in CASES:
        x = np.stack([sound(4001, seed=20 + c) for c in range(channels)], 1)
        wanted = rendered(program, check, x, *options, rate=rate)
        for block in (None, 1, 7, 64, 1000, 8192):
            more = ['--block', block] if block else []
            same(check, f'{what}, block {block}', run(program, pack(x, 'f32'), *form('f32', channels, rate), *options,
                                                      *more), wanted)


def test_knob_from_a_channel(program, check):
    files(program)
    x = np.stack([sound(), np.linspace(0, 2, 5000)], 1)
    options = ['--raw', '-m', 'short.safetensors']
    wanted = rendered(program, check, x, *options)
    same(check, 'the last channel turns a knob', run(program, pack(x, 'f32'), *form('f32', 2), *options), wanted,
         'turns the knob')


def test_short_sounds(program, check):
    files(program)
    for options in (['-m', 'tiny.nam', '--raw'], ['-m', 'early.safetensors', '--raw'], ['-m', 'tiny.nam'],
                    ['-m', 'tiny.nam', '--oversample', '2'], ['-m', 'tiny.nam', '--tail', '0.01']):
        for frames in (0, 1, 5, 255, 256, 257, 512):
            wanted = rendered(program, check, sound(frames), *options)
            same(check, f'{frames} frames with {options}',
                 run(program, pack(sound(frames), 'f32'), *form('f32'), *options), wanted)


def dribble(content, seed=5):
    random = np.random.default_rng(seed)
    at = 0
    while at < len(content):
        n = int(random.integers(1, 8))
        yield content[at:at + n]
        at += n


def test_dribbling_input(program, check):
    files(program)
    x = np.stack([sound(1500), sound(1500, seed=9)], 1)
    for name, container in (('s24', 'raw'), ('f32', 'raw'), ('f64', 'wav'), ('s16', 'wav')):
        content = pack(x, name)
        options = ['-m', 'tiny.nam', '--block', 50, '--out-format', 'f32', '--container', container]
        wanted = rendered(program, check, unpack(content, name).reshape(-1, 2), '-m', 'tiny.nam')
        if container == 'wav':
            content = wav_header(name, 2) + content
            wanted = wav_header_written('f32', 2) + wanted
        else:
            options += form(name, 2)
        same(check, f'{name} in {container}, 1 to 7 bytes at a time',
             run(program, None, *options, pieces=dribble(content)), wanted)


def test_blocks_are_flushed(program, check):
    """After every block what belongs to it is there, but for the constant latency, though the input is still open."""
    files(program)
    x, block = sound(2000), 100
    for what, latency, options in (('a rig', 0, ['-m', 'tiny.nam']),
                                   ('a network that looks ahead', 20, ['--raw', '-m', 'early.safetensors'])):
        wanted = rendered(program, check, x, *options)
        process = start(program, *options, *form('f32'), '--block', block)
        came = b''
        for at in range(0, len(x), block):
            process.stdin.write(pack(x[at:at + block], 'f32'))
            came += read_exactly(process.stdout, (at + block - latency) * 4 - len(came))
            check(came == wanted[:(at + block - latency) * 4], f'{what}: the block at {at}')
        code, rest, messages = finish(process)
        check((code, came + rest, messages) == (0, wanted, ''), f'{what}: all of it', code, messages)


def test_verbose(program, check):
    files(program)
    code, _, messages = run(program, b'', *form('s16', 2), '--raw', '-m', 'early.safetensors', '-v', '--block', 48)
    check(code == 0 and '48000 Hz, s16 with 2 channels in, s16 with 2 out' in messages and '48 frames (1.0 ms)' in
          messages and ' 20 frames (0.4 ms) of latency' in messages, '-v', messages)
