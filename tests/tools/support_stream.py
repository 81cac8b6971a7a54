"""What the tests of backline stream share: samples and headers, and running it beside backline render."""
import struct
import subprocess
import threading

import numpy as np

from support import RATE, TinyWaveNet, graph, wav

TINY = TinyWaveNet()
EARLY = graph([('in', 'input', None, {}),
               ('conv', 'conv1d', ['in'], {'weight': 'w', 'padding': 'same'}), ('out', 'output', ['conv'], {})],
              {'w': np.linspace(-1, 1, 41).reshape(1, 1, 41)})  # looks ahead by 20 samples
SHORT = graph([('in', 'input', None, {}), ('drive', 'param', None, {'minimum': 0, 'maximum': 2, 'initial': 1}),
               ('driven', 'mul', ['in', 'drive'], {}), ('conv', 'conv1d', ['driven'], {'weight': 'w', 'padding': 0}),
               ('out', 'output', ['conv'], {})], {'w': np.linspace(-1, 1, 9).reshape(1, 1, 9)})
SIZES = {'s16': 2, 's24': 3, 's32': 4, 'f32': 4, 'f64': 8}


def files(program):
    program.write('tiny.nam', TINY.file())
    program.write('early.safetensors', EARLY)
    program.write('short.safetensors', SHORT)


# ---- samples and headers, written and read here once more ----

def pack(samples, name):
    """Little-endian samples; integers rounded to the nearest, 1.0 being one step more than the largest."""
    x = np.asarray(samples, np.float64).ravel()
    if name[0] == 'f':
        return x.astype('<f' + str(SIZES[name])).tobytes()
    full = 2.0**(8 * SIZES[name] - 1)
    whole = np.minimum(np.rint(np.clip(x, -1, 1) * full), full - 1).astype('<i8')
    return whole.view(np.uint8).reshape(-1, 8)[:, :SIZES[name]].tobytes()


def unpack(content, name):
    if name[0] == 'f':
        return np.frombuffer(content, '<f' + str(SIZES[name])).astype(np.float32)
    upper = np.zeros((len(content) // SIZES[name], 8), np.uint8)
    upper[:, 8 - SIZES[name]:] = np.frombuffer(content, np.uint8).reshape(-1, SIZES[name])
    return ((upper.view('<i8').ravel() >> 32).astype(np.float32) * np.float32(2.0**-31)).astype(np.float32)


def chunk(name, content, size=None):
    return name + struct.pack('<I', len(content) if size is None else size) + content + b'\0' * (len(content) % 2)


def wav_header(name, channels=1, rate=RATE, size=0xffffffff, extensible=False, before=b''):
    code, bits, frame = 3 if name[0] == 'f' else 1, SIZES[name] * 8, SIZES[name] * channels
    form = struct.pack('<HHIIHH', 0xfffe if extensible else code, channels, rate, rate * frame, frame, bits)
    if extensible:
        form += struct.pack('<HHIH', 22, bits, 0, code) + bytes.fromhex('000000001000800000aa00389b71')
    return b'RIFF' + struct.pack('<I', 0xffffffff) + b'WAVE' + before + chunk(b'fmt ', form) + b'data' + struct.pack(
        '<I', size)


def wav_header_written(name, channels=1, rate=RATE):
    """As the program writes it."""
    code, frame, unknown = 3 if name[0] == 'f' else 1, SIZES[name] * channels, struct.pack('<I', 0xffffffff)
    form = struct.pack('<HHIIHH', code, channels, rate, rate * frame, frame, SIZES[name] * 8)
    return (b'RIFF' + unknown + b'WAVE' + chunk(b'fmt ', form + b'\0\0' * (code == 3)) + b'data' + unknown)


# ---- both commands ----

def feed(to, pieces):
    try:
        for piece in pieces:
            to.write(piece)
        to.close()
    except BrokenPipeError:
        pass


def run(program, content, *options, pieces=None):
    """Exit code, standard output as bytes, messages; the input as a whole or in pieces."""
    process = program.start('stream', *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, bufsize=0)
    writer = threading.Thread(target=feed, args=(process.stdin, [content] if pieces is None else pieces))
    messages = []
    reader = threading.Thread(target=lambda: messages.append(process.stderr.read()))
    writer.start()
    reader.start()
    output = b''.join(iter(lambda: process.stdout.read(1 << 16), b''))
    writer.join()
    reader.join()
    code = process.wait(60)
    process.stdout.close()
    process.stderr.close()
    return code, output, messages[0].decode()


def rendered(program, check, samples, *options, rate=RATE):
    """(frames, channels) of float samples; the bytes of what render writes with them as its result."""
    program.write('in.wav', wav(samples, rate))
    code, _, messages = program.run('render', '--force', *options, 'in.wav', 'out.wav')
    check(code == 0, 'render', messages)
    return open(program.file('out.wav'), 'rb').read().split(b'data', 1)[1][4:]


def form(name, channels=1, rate=RATE):
    return ['--rate', rate, '--channels', channels, '--format', name]


def same(check, what, found, wanted, hint=''):
    code, output, messages = found
    check(code == 0 and output == wanted and (hint in messages if hint else not messages), what, code, len(output),
          len(wanted), messages)


def read_exactly(pipe, size):
    content = b''
    while len(content) < size:
        piece = pipe.read(size - len(content))
        if not piece:
            break
        content += piece
    return content


def start(program, *options):
    return program.start('stream', *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         bufsize=0)


def finish(process):
    """Exit code, the rest of the output, messages."""
    if not process.stdin.closed:
        process.stdin.close()
    rest, messages = process.stdout.read(), process.stderr.read().decode()
    process.stdout.close()
    process.stderr.close()
    return process.wait(60), rest, messages
