"""backline stream: how it ends, by the input, the reader, a signal or an error; memory; wrong use."""
import fcntl
import os
import signal
import struct
import subprocess
import termios
import threading
import time

import numpy as np

from support import RATE, sound
from support_stream import (feed, files, form, pack, read_exactly, rendered, run, same, start, unpack,
                            wav_header)


# ---- ends of all kinds ----

def test_end_within_a_frame(program, check):
    files(program)
    x = np.stack([sound(300), sound(300, seed=4)], 1)
    content = pack(x, 's24')
    wanted = pack(np.frombuffer(rendered(program, check, unpack(content, 's24').reshape(-1, 2), '-m', 'tiny.nam'),
                                '<f4'), 's24')
    for rest in range(1, 6):
        same(check, f'{rest} bytes too many', run(program, content + b'12345'[:rest], '-m', 'tiny.nam', *form('s24', 2)),
             wanted, f'its last {rest} byte')
    code, output, messages = run(program, b'1', '-m', 'tiny.nam', *form('s24', 2))
    check((code, output) == (0, b'') and 'middle of a frame' in messages, 'less than one frame', code, messages)


def test_reader_goes_away(program, check):
    """By SIGPIPE, without a word; with input and without, and where a parent has turned that signal off."""
    files(program)
    options = ['-m', 'tiny.nam', *form('f32')]
    for what, more in (('', {}), (', ignored by the parent', {'restore_signals': False})):
        process = program.start('stream', *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, bufsize=0, **more)
        writer = threading.Thread(target=feed, args=(process.stdin, [pack(sound(RATE), 'f32')] * 20))
        writer.start()
        process.stdout.read(1000)
        process.stdout.close()
        code, messages = process.wait(60), process.stderr.read()
        writer.join()
        process.stderr.close()
        check((code, messages) == (-signal.SIGPIPE, b''), 'a reader that stops reading' + what, code, messages)
    process = start(program, *options)
    process.stdin.write(pack(sound(256), 'f32'))
    read_exactly(process.stdout, 1024)
    process.stdout.close()
    code, messages = process.wait(60), process.stderr.read()
    process.stdin.close()
    process.stderr.close()
    check((code, messages) == (-signal.SIGPIPE, b''), 'a reader that goes while nothing comes', code, messages)


def test_reader_that_has_enough(program, check):
    """Once the output is complete, nobody needs to read it; the input is read to its end."""
    files(program)
    process = start(program, '-m', 'tiny.nam', '--container', 'wav', '--raw')
    process.stdin.write(wav_header('s16', size=1000) + pack(sound(500), 's16'))
    came = process.stdout.read(44 + 1000)
    came += process.stdout.read()  # its end, though the input is still open
    process.stdout.close()
    process.stdin.write(bytes(100000))
    process.stdin.close()
    code, messages = process.wait(60), process.stderr.read()
    process.stderr.close()
    check((code, messages, len(came)) == (0, b'', 1044), 'chunks behind the sound', code, messages, len(came))


def test_signals(program, check):
    """All that was read comes out, but no tail."""
    files(program)
    x, block = sound(1030), 100
    for options in (['-m', 'tiny.nam'], ['-m', 'early.safetensors', '--raw']):
        wanted = rendered(program, check, x, *options)
        more = [] if '--raw' in options else ['--tail', '2']
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = start(program, *options, *form('f32'), '--block', block, *more)
            process.stdin.write(pack(x, 'f32') + b'abc')
            came = read_exactly(process.stdout, 980 * 4)
            while unread(process.stdin):
                time.sleep(0.01)
            process.send_signal(number)
            rest, messages = process.stdout.read(), process.stderr.read()
            code = process.wait(60)
            for pipe in (process.stdin, process.stdout, process.stderr):
                pipe.close()
            check((code, messages) == (-number, b'') and came + rest == wanted, f'signal {number} with {options}', code,
                  messages, len(came + rest), len(wanted))


def unread(pipe):
    """Bytes that were written and that nobody has taken yet."""
    return struct.unpack('i', fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]


def test_signal_with_a_busy_input(program, check):
    files(program)
    with open('/dev/zero', 'rb') as endless:
        process = program.start('stream', '-m', 'tiny.nam', *form('s16'), stdin=endless, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        process.stdout.read(10)
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        process.send_signal(signal.SIGTERM)
        messages = process.stderr.read()
        reader.join()
        process.stdout.close()
        process.stderr.close()
    check((process.wait(60), messages) == (-signal.SIGTERM, b''), 'a signal in an endless input', messages)


def test_signal_with_a_reader_that_waits(program, check):
    """A pipe that nobody empties, full in the midst of a block: the program does not wait for ever."""
    files(program)
    ours, theirs = os.pipe()
    fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, 4096)
    with open('/dev/zero', 'rb') as endless:
        process = program.start('stream', '-m', 'tiny.nam', *form('f64'), '--block', 8192, stdin=endless, stdout=theirs,
                                stderr=subprocess.PIPE)
    os.close(theirs)
    while unread(ours) < 4096:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=60)
    os.close(ours)
    check(process.returncode == -signal.SIGTERM and b'nobody took them' in messages and messages.count(b'\n') == 1,
          'a reader that waits', process.returncode, messages)


def resident(process):
    for line in open(f'/proc/{process.pid}/status', encoding='ascii'):
        if line.startswith('VmRSS'):
            return int(line.split()[1])
    raise ValueError('no VmRSS')


def test_constant_memory(program, check):
    """Minutes of sound, faster than they last."""
    files(program)
    seconds = 240 * int(os.environ.get('BACKLINE_TEST_EFFORT', '100')) // 100
    for what, options in (('the network', ['--raw', '-m', 'early.safetensors']),
                          ('a rig', ['-m', 'tiny.nam', '--gate', '-60', '--oversample', '2'])):
        process = start(program, *options, *form('s16'), '--block', 1024)
        second, sizes = pack(sound(RATE), 's16'), []
        reader = threading.Thread(target=lambda: [None for _ in iter(lambda: process.stdout.read(1 << 16), b'')])
        reader.start()
        for at in range(seconds):
            process.stdin.write(second)
            if at in (seconds // 2, seconds - 1):
                sizes.append(resident(process))
        process.stdin.close()
        reader.join()
        check(process.wait(60) == 0 and sizes[1] <= sizes[0] + 256, f'{what}: memory in KiB', sizes)
        process.stdout.close()
        process.stderr.close()


# ---- wrong use ----

def test_bad_options(program, check):
    files(program)
    plain = ['-m', 'tiny.nam', *form('s16')]
    for what, hint, words in (
            ('no rate', '--rate is missing', ['--format', 's16']),
            ('no format', '--format is missing', ['--rate', 48000]),
            ('a rate of 0', '"0"', ['--rate', 0, '--format', 's16']),
            ('a rate that is a word', '"fast"', ['--rate', 'fast', '--format', 's16']),
            ('no channels', '"0"', form('s16', 0)),
            ('too many channels', '256', form('s16', 257)),
            ('an unknown format', 'f64, not "u8"', form('u8')),
            ('an unknown format of the output', '--out-format wants', [*plain, '--out-format', 's8']),
            ('an unknown container', '"flac"', [*plain, '--container', 'flac']),
            ('WAV with a rate', '--rate', ['--container', 'wav', '--rate', 48000]),
            ('WAV with channels', '--channels', ['--container', 'wav', '--channels', 2]),
            ('WAV with a format', '--format', ['--container', 'wav', '--format', 's16']),
            ('a block of 0', '"0"', [*plain, '--block', 0]),
            ('a block too large', '8192', [*plain, '--block', 8193]),
            ('a tail too long', '600', [*plain, '--tail', 601]),
            ('an unknown instruction set', 'avx2', [*plain, '--cpu', 'mmx']),
            ('raw with a gain', 'input-gain', [*plain, '--raw', '--input-gain', 3]),
            ('raw with a tail', 'tail', [*plain, '--raw', '--tail', 1]),
            ('raw with two models', 'several', [*plain, '-m', 'tiny.nam', '--raw']),
            ('a setting out of range', '--bass wants', [*plain, '--bass', 99]),
            ('a file name', 'too many', [*plain, 'in.wav']),
            ('an unknown option', 'did you mean --format', [*plain, '--fromat', 's16']),
            ('half an option', 'did you mean --rate', [*plain, '--rat', '48000']),
            ('an option of render', 'no option --bits', [*plain, '--bits', '16']),
            ('a knob that is not there', 'no knobs', [*plain, '--param', 'drive=1'])):
        code, output, messages = run(program, bytes(1000), *words)
        check(code == 2 and not output and hint in messages and messages.count('\n') == 2 and
              messages.startswith('backline stream: '), what, code, messages)


def test_failures(program, check):
    files(program)
    program.write('noise.nam', b'{"version": "0.5.4", "architecture"')
    for what, hint, words in (
            ('a missing model', 'No such file', ['-m', 'nothing.nam', *form('s16')]),
            ('a broken model', 'noise.nam', ['-m', 'noise.nam', *form('s16')]),
            ('a missing cabinet', 'nothing.wav', ['-m', 'tiny.nam', '-c', 'nothing.wav', *form('s16')]),
            ('a missing rig', 'nothing.json', ['--rig', 'nothing.json', *form('s16')]),
            ('another rate with --raw', 'leave --raw out', ['--raw', '-m', 'tiny.nam', *form('s16', 1, 44100)]),
            ('a rate too low', 'Hz', ['-m', 'tiny.nam', *form('s16', 1, 4000)]),
            ('stereo from three channels', '--stereo', ['-m', 'tiny.nam', '--stereo', *form('s16', 3)])):
        code, output, messages = run(program, bytes(1000), *words)
        check(code == 1 and not output and hint in messages and messages.count('\n') == 1, what, code, messages)
    words = ['stream', '-m', 'tiny.nam', *form('s16')]
    with open('/dev/full', 'wb') as full:
        code, _, messages = program.run(*words, input=bytes(1000), stdout=full)
    check(code == 1 and 'Writing to the standard output failed' in messages and messages.count('\n') == 1,
          'a full output', code, messages)
    folder = os.open(program.folder, os.O_RDONLY)
    code, output, messages = program.run(*words, stdin=folder)
    os.close(folder)
    check((code, output) == (1, '') and 'directory' in messages, 'a folder as input', code, messages)


def test_terminals(program, check):
    files(program)
    words = ['stream', '-m', 'tiny.nam', *form('s16')]
    ours, theirs = os.openpty()
    code, output, messages = program.run(*words, stdin=theirs)
    check((code, output) == (2, '') and 'input is a terminal' in messages, 'a terminal as input', code, messages)
    code, _, messages = program.run(*words, stdin=subprocess.DEVNULL, stdout=theirs)
    check(code == 2 and 'output is a terminal' in messages, 'a terminal as output', code, messages)
    os.close(ours)
    os.close(theirs)
    for number, name in ((0, 'input'), (1, 'output')):
        more = {'stdin': subprocess.DEVNULL, 'preexec_fn': lambda number=number: os.close(number)}
        code, _, messages = program.run(*words, **more)
        check(code == 2 and f'standard {name} is closed' in messages, f'no standard {name}', code, messages)
