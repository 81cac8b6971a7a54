"""What fails must say so in one sentence, with the right exit code, and leave nothing behind."""
import os
import resource
import signal
import subprocess
import time

from support import RATE, TinyWaveNet, sound, wav

TINY = TinyWaveNet()


def files(program):
    program.write('tiny.nam', TINY.file())
    program.write('in.wav', wav(sound()))


def expect(program, check, what, code, hint, *words, absent='never.wav', **more):
    """The command must end with the code and a message that holds the hint; the file must not exist."""
    found, output, messages = program.run(*words, **more)
    sentences = messages.strip().splitlines()
    check(found == code and hint in messages and messages.startswith('backline'), what, found, messages)
    check(len(sentences) == (2 if code == 2 else 1), f'{what}: one sentence', messages)
    check(not os.path.exists(program.file(absent)), f'{what}: no {absent}')


def test_wrong_usage(program, check):
    files(program)
    render = ['render', '-m', 'tiny.nam', 'in.wav', 'never.wav']
    for what, hint, words in (
            ('unknown command', 'did you mean "render"', ['rendr', 'in.wav', 'never.wav']),
            ('unknown help', 'did you mean "bench"', ['help', 'bnech']),
            ('unknown option', 'did you mean --block', ['render', '--blokc', '3', 'in.wav', 'never.wav']),
            ('unknown short option', 'no option -x', ['render', '-x', 'in.wav', 'never.wav']),
            ('unknown option of the program', 'did you mean --version', ['--verison']),
            ('no files', 'IN OUT', ['render']),
            ('one file', 'IN OUT', ['render', 'in.wav']),
            ('three files', 'too many', ['render', 'in.wav', 'never.wav', 'x.wav']),
            ('option without value', 'needs a value', ['render', 'in.wav', 'never.wav', '--block']),
            ('block is a word', '"abc"', render + ['--block', 'abc']),
            ('block is 0', '"0"', render + ['--block', '0']),
            ('block is negative', '"-5"', render + ['--block', '-5']),
            ('block is too large', '8192', render + ['--block', '8193']),
            ('block is larger than any number', '8192', render + ['--block', '99999999999999999999']),
            ('block is no whole number', '"1.5"', render + ['--block', '1.5']),
            ('block is empty', '""', render + ['--block=']),
            ('gain is not a number', '"nan"', render + ['--input-gain', 'nan']),
            ('gain is too large', 'from -60 to 40 dB', render + ['--output-gain', '1e9']),
            ('bits', '32f', render + ['--bits', '20']),
            ('unknown instruction set', 'avx2', render + ['--cpu', 'mmx']),
            ('raw with a gain', '--raw', render + ['--raw', '--input-gain', '3']),
            ('raw with 16 bits', '--raw', render + ['--raw', '--bits', '16']),
            ('unknown extension', '.flac', ['render', '-m', 'tiny.nam', 'in.wav', 'never.xyz']),
            ('no extension', '.flac', ['render', '-m', 'tiny.nam', 'in.wav', 'never']),
            ('float in FLAC', '--bits 24', ['render', '-m', 'tiny.nam', '--bits', '32f', 'in.wav', 'never.flac']),
            ('bits in Ogg', '--bits', ['render', '-m', 'tiny.nam', '--bits', '16', 'in.wav', 'never.ogg']),
            ('dot with JSON', '--dot', ['info', '--dot', '--json', 'tiny.nam']),
            ('nothing to measure', 'MODEL', ['bench']),
            ('seconds', '"0"', ['bench', '--seconds', '0', 'tiny.nam']),
            ('blocks that are a word', '"many"', ['bench', '--block', '16,many', 'tiny.nam']),
            ('one of the blocks is 0', '"0"', ['bench', '--block', '64,0', 'tiny.nam']),
            ('one of the blocks is too large', '"8193"', ['bench', '--block', '8193,1', 'tiny.nam']),
            ('no blocks', '""', ['bench', '--block=', 'tiny.nam']),
            ('a comma too many', '""', ['bench', '--block', '16,', 'tiny.nam']),
            ('the same block twice', '64 twice', ['bench', '--block', '64,16,64', 'tiny.nam']),
            ('too many blocks', '32', ['bench', '--block', ','.join(map(str, range(1, 34))), 'tiny.nam']),
            ('all blocks and one more', 'either all', ['bench', '--block', 'all,3', 'tiny.nam']),
            ('an unknown instruction set among others', '"mmx"', ['bench', '--cpu', 'scalar,mmx', 'tiny.nam']),
            ('no instruction sets', '""', ['bench', '--cpu=', 'tiny.nam']),
            ('the same instruction set twice', 'scalar twice', ['bench', '--cpu', 'scalar,scalar', 'tiny.nam']),
            ('all instruction sets and one more', 'either all', ['bench', '--cpu', 'scalar,all', 'tiny.nam']),
            ('blocks without a network', '--block', ['bench', '--kernels', '--block', '16']),
            ('a picture without a network', '--plot', ['bench', '--kernels', '--plot', 'never.png']),
            ('a curve of one point', 'several', ['bench', '--block', '16', '--plot', 'never.png', 'tiny.nam']),
            ('too many curves', '20', ['bench', '--block', '16,64', '--plot', 'never.png', *['tiny.nam'] * 21]),
            ('quality', 'from 0 to 1,', render + ['--quality', '1.5']),
            ('quality is a word', '"high"', ['info', '--quality', 'high', 'tiny.nam']),
            ('quality of bench', '"-1"', ['bench', '--quality', '-1', 'tiny.nam']),
            ('prewarming', '"-1"', render + ['--prewarm', '-1']),
            ('prewarming too long', '4194304', render + ['--prewarm', '4194305']),
            ('knob without a value', 'NAME=VALUE', render + ['--param', 'drive']),
            ('knob of a model without knobs', 'no knobs', render + ['--param', 'drive=1']),
            ('one file to convert', 'IN OUT', ['convert', 'tiny.nam']),
            ('unknown ending to convert to', '.safetensors', ['convert', 'tiny.nam', 'never.wav']),
            ('no ending to convert to', '.safetensors', ['convert', 'tiny.nam', 'never']),
            ('no image', '-o PNG', ['plot-wav', 'in.wav'])):
        expect(program, check, what, 2, hint, *words)
    check(not os.path.exists(program.file('never.png')), 'no picture of nonsense')
    code, output, messages = program.run()
    check(code == 2 and not output and 'Usage' in messages, 'no command', code, output)


def test_failures(program, check):
    files(program)
    program.write('rate.wav', wav(sound(), 44100))
    program.write('noise.wav', os.urandom(5000))
    program.write('noise.nam', b'{"version": "0.5.4", "architecture"')
    program.write('short.nam', TINY.file(weights=TINY.stream[:-3]))
    program.write('there.wav', b'old')
    os.makedirs(program.file('folder.wav'), exist_ok=True)
    if not os.path.islink(program.file('full.wav')):
        os.symlink('/dev/full', program.file('full.wav'))
    for what, hint, model, source, target, absent in (
            ('missing input', 'No such file', 'tiny.nam', 'nothing.wav', 'never.wav', 'never.wav'),
            ('missing model', 'No such file', 'nothing.nam', 'in.wav', 'never.wav', 'never.wav'),
            ('folder as input', 'folder', 'tiny.nam', 'folder.wav', 'never.wav', 'never.wav'),
            ('folder as model', 'folder', 'folder.wav', 'in.wav', 'never.wav', 'never.wav'),
            ('noise as input', 'noise.wav', 'tiny.nam', 'noise.wav', 'never.wav', 'never.wav'),
            ('broken model', 'noise.nam', 'noise.nam', 'in.wav', 'never.wav', 'never.wav'),
            ('model with too few weights', 'short.nam', 'short.nam', 'in.wav', 'never.wav', 'never.wav'),
            ('missing folder', 'No such file', 'tiny.nam', 'in.wav', 'no/never.wav', 'no'),
            ('folder that cannot be written to', '/proc', 'tiny.nam', 'in.wav', '/proc/never.wav', 'never.wav'),
            ('device as output', 'device', 'tiny.nam', 'in.wav', 'full.wav', 'never.wav')):
        expect(program, check, what, 1, hint, 'render', '--force', '-m', model, source, target, absent=absent)
    expect(program, check, 'wrong rate', 1, '44100', 'render', '--raw', '-m', 'tiny.nam', 'rate.wav', 'never.wav')
    for what, hint, source in (('missing model', 'No such file', 'nothing.nam'),
                               ('broken model', 'noise.nam', 'noise.nam')):
        expect(program, check, f'{what} to convert', 1, hint, 'convert', source, 'never.nam', absent='never.nam')
        expect(program, check, f'{what} to measure', 1, hint, 'bench', source)
    expect(program, check, 'a picture in a missing folder', 1, 'No such file', 'bench', '--plot', 'no/x.png',
           'tiny.nam', absent='no')
    expect(program, check, 'converting into a missing folder', 1, 'No such file', 'convert', 'tiny.nam', 'no/x.nam',
           absent='no')
    expect(program, check, 'existing output', 1, '--force', 'render', '-m', 'tiny.nam', 'in.wav', 'there.wav')
    check(open(program.file('there.wav'), 'rb').read() == b'old', 'an existing file stays as it was')
    expect(program, check, 'existing input as output', 1, '--force', 'render', '-m', 'tiny.nam', 'in.wav', 'in.wav')
    _, version, _ = program.run('--version')
    foreign = 'neon' if 'neon' not in version else 'sse2'
    expect(program, check, 'an instruction set of another machine', 1, foreign, 'render', '-m', 'tiny.nam', '--cpu',
           foreign, 'in.wav', 'never.wav')
    expect(program, check, 'the same for measuring', 1, foreign, 'bench', '--cpu', foreign, 'tiny.nam')
    expect(program, check, 'the same from the environment', 1, foreign, 'render', '-m', 'tiny.nam', 'in.wav',
           'never.wav', environment={'BACKLINE_CPU': foreign})


def test_wrong_rate_says_what_to_do(program, check):
    files(program)
    program.write('rate.wav', wav(sound(), 44100))
    _, _, messages = program.run('render', '--raw', '-m', 'tiny.nam', 'rate.wav', 'never.wav')
    check(all(word in messages for word in ('44100', '48000', 'leave --raw out', 'rate.wav', 'tiny.nam')),
          'wrong rate', messages)


def test_full_disk(program, check):
    """A limit on the size of files fails like a full disk, at the place where it is reached."""
    files(program)
    program.write('long.wav', wav(sound(20 * RATE)))
    for target, limit in (('never.wav', 1 << 20), ('never.wav', 10), ('never.flac', 1 << 20), ('never.flac', 1000),
                          ('never.ogg', 30000)):
        expect(program, check, f'disk full after {limit} bytes of {target}', 1, 'too large', 'render', '-m',
               'tiny.nam', 'long.wav', target, absent=target,
               preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    expect(program, check, 'disk full under a model', 1, 'too large', 'convert', 'tiny.nam', 'never.safetensors',
           absent='never.safetensors', preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    expect(program, check, 'disk full under an image', 1, 'too large', 'plot-wav', '-o', 'never.png', 'in.wav',
           absent='never.png', preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)))


def test_standard_output_full(program, check):
    files(program)
    with open('/dev/full', 'wb') as full:
        code, _, messages = program.run('info', 'tiny.nam', stdout=full)
    check(code == 1 and 'standard output' in messages, 'a full standard output is an error', code, messages)


def test_signals(program, check):
    files(program)
    program.write('long.wav', wav(sound(600 * RATE)))
    for number in (signal.SIGINT, signal.SIGTERM):
        process = program.start('render', '-m', 'tiny.nam', '--block', 1, '--cpu', 'scalar', 'long.wav',
                                'never.wav', stderr=subprocess.PIPE)
        for _ in range(500):
            if any('.backline-' in name for name in os.listdir(program.folder)):
                break
            time.sleep(0.01)
        process.send_signal(number)
        _, messages = process.communicate(timeout=60)
        check(process.returncode == -number and b'Interrupted' in messages, f'signal {number}', process.returncode,
              messages)
        left = [name for name in os.listdir(program.folder) if 'never' in name]
        check(not left, f'signal {number} leaves nothing', left)
    os.remove(program.file('long.wav'))


def test_truncated_flac(program, check):
    files(program)
    program.run('render', '-m', 'tiny.nam', '--force', 'in.wav', 'whole.flac')
    content = open(program.file('whole.flac'), 'rb').read()
    program.write('cut.flac', content[:len(content) // 2])
    expect(program, check, 'a FLAC file that ends early', 1, 'cut.flac', 'render', '-m', 'tiny.nam', 'cut.flac',
           'never.wav')
