"""backline stream: WAV through pipes, as other programs write and read it."""
import shutil
import subprocess

import numpy as np

from support import read_wav, sound, wav
from support_stream import (SIZES, chunk, files, pack, rendered, run, same, unpack, wav_header, wav_header_written)


def test_wav_headers(program, check):
    files(program)
    x, options = np.stack([sound(700), sound(700, seed=4)], 1), ['-m', 'tiny.nam', '--container', 'wav']
    for name in SIZES:
        content = pack(x, name)
        heard = unpack(content, name).reshape(-1, 2)
        wanted = wav_header_written(name, 2, 44100) + pack(
            np.frombuffer(rendered(program, check, heard, '-m', 'tiny.nam', rate=44100), '<f4'), name)
        odd = chunk(b'LIST', b'odd') + chunk(b'junk', b'even') + chunk(b'none', b'') + chunk(b'big ', bytes(9999))
        for what, header, behind in (
                ('until the end', wav_header(name, 2, 44100), b''),
                ('extensible', wav_header(name, 2, 44100, extensible=True), b''),
                ('a size of 0', wav_header(name, 2, 44100, 0), b''),
                ('a size of 0x7fffffff', wav_header(name, 2, 44100, 0x7fffffff), b''),
                ('the size that SoX writes', wav_header(name, 2, 44100, 0x7ffff000 // 12 * 12), b''),
                ('the size that arecord writes', wav_header(name, 2, 44100, 0x80000000), b''),
                ('odd chunks', wav_header(name, 2, 44100, before=odd), b''),
                ('a known size', wav_header(name, 2, 44100, len(content)), b''),
                ('something behind the sound', wav_header(name, 2, 44100, len(content)), odd * 20)):
            same(check, f'WAV of {name}: {what}', run(program, header + content + behind, *options), wanted)


def test_bad_wav(program, check):
    files(program)
    good, content = wav_header('s16'), pack(sound(500), 's16')

    def patched(at, value):
        return good[:at] + value + good[at + len(value):]

    for what, hint, header in (
            ('nothing', 'empty', b''),
            ('a cut header', 'ends before', good[:30]),
            ('no data', 'ends before', good[:36]),
            ('something else', 'does not begin as WAV', b'OggS' + bytes(100)),
            ('no format chunk', 'does not say', good[:12] + chunk(b'data', bytes(100))),
            ('a short format chunk', 'only 14 bytes', good[:12] + chunk(b'fmt ', bytes(14))),
            ('8 bits', '8 bits', patched(34, b'\x08')),
            ('A-law', '0x0006', patched(20, b'\x06')),
            ('an unknown subformat', '0xfffe', wav_header('s16', extensible=True).replace(b'\x38\x9b\x71', b'abc')),
            ('no channels', '0 channels', patched(22, b'\0')),
            ('too many channels', '257 channels', patched(22, b'\1\1')),
            ('no rate', '0 Hz', patched(24, bytes(4))),
            ('a wrong frame', '3 bytes', patched(32, b'\3'))):
        code, output, messages = run(program, header + (content if len(header) == 44 else b''), '-m', 'tiny.nam',
                                     '--container', 'wav')
        check(code == 1 and not output and hint in messages and messages.count('\n') == 1, what, code, messages)


def test_wav_ends_early(program, check):
    files(program)
    content, options = pack(sound(500), 's16'), ['-m', 'tiny.nam', '--container', 'wav']
    wanted = wav_header_written('s16') + pack(
        np.frombuffer(rendered(program, check, unpack(content, 's16'), '-m', 'tiny.nam'), '<f4'), 's16')
    same(check, 'a promise not kept', run(program, wav_header('s16', size=1500) + content, *options), wanted,
         '250 frames before')
    same(check, 'half a frame', run(program, wav_header('s16') + content + b'x', *options), wanted, 'its last 1 byte')


def pipe_of(program, words, content=b''):
    return subprocess.run(words, cwd=program.folder, input=content, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=True, timeout=60).stdout


def test_other_programs(program, check):
    """What SoX and FFmpeg write to pipes is read, and what is written they read."""
    files(program)
    program.write('in.wav', wav(np.stack([sound(3000), sound(3000, seed=4)], 1), 44100))
    writers, readers = [], []
    if shutil.which('sox'):
        raw = ['sox', '-t', 'raw', '-r', '44100', '-c', '2', '-e', 'float', '-b', '32', '-', '-D', '-t', 'wav']
        writers += [('SoX ' + ' '.join(kind), [*raw, *kind, '-']) for kind in (
            ['-e', 'signed', '-b', '16'], ['-e', 'signed', '-b', '24'], ['-e', 'signed', '-b', '32'],
            ['-e', 'float', '-b', '32'], ['-e', 'float', '-b', '64'])]
        readers.append(('SoX', ['sox', '-t', 'wav', '-', '-t', 'raw', '-e', 'signed', '-b', '32', '-']))
    if shutil.which('ffmpeg'):
        writers += [('FFmpeg ' + kind, ['ffmpeg', '-v', 'error', '-f', 'f32le', '-ar', '44100', '-ac', '2', '-i', '-',
                                        '-c:a', kind, '-f', 'wav', '-'])
                    for kind in ('pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_f64le')]
        readers.append(('FFmpeg', ['ffmpeg', '-v', 'fatal', '-i', '-', '-c:a', 'pcm_s32le', '-f', 's32le', '-']))
    x = pack(np.stack([sound(3000), sound(3000, seed=4)], 1), 'f32')
    for what, words in writers:
        program.write('piped.wav', content := pipe_of(program, words, x))
        name = 'sf'['float' in what or '_f' in what] + [bits for bits in ('16', '24', '32', '64') if bits in what][0]
        heard = unpack(content[content.index(b'data') + 8:], name).reshape(-1, 2)
        check(len(heard) == 3000, f'{what}: frames', len(heard))
        wanted = wav_header_written('s16', 2, 44100) + pack(
            np.frombuffer(rendered(program, check, heard, '-m', 'tiny.nam', rate=44100), '<f4'), 's16')
        same(check, f'a pipe from {what}', run(program, content, '-m', 'tiny.nam', '--container', 'wav',
                                               '--out-format', 's16'), wanted)
    for name in SIZES:
        _, content, _ = run(program, wav_header('f32', 2, 44100) + x, '-m', 'tiny.nam', '--container', 'wav',
                            '--out-format', name)
        wanted = unpack(content[content.index(b'data') + 8:], name)
        for what, words in readers:
            got = unpack(pipe_of(program, words, content), 's32')
            check(got.shape == wanted.shape and np.abs(got - wanted).max() <= 2.0**-24, f'{what} reads {name}',
                  got.shape, wanted.shape)
        program.write('streamed.wav', content)
        code, _, messages = program.run('render', '--force', '--enabled', 'off', 'streamed.wav', 'again.wav')
        check(code == 0 and (read_wav(program.file('again.wav'))[0].ravel() == wanted).all(),
              f'libsndfile reads {name}', messages)
