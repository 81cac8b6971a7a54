"""backline render: the sound, its formats and its levels."""
import hashlib
import json
import os
import pty
import shutil
import struct
import threading

import numpy as np

from support import PLAIN, RATE, TinyWaveNet, error, read_wav, safetensors, sound, wav

TINY = TinyWaveNet()


def files(program):
    program.write('tiny.nam', TINY.file())
    program.write('in.wav', wav(sound()))


def render(program, out, *options, source='in.wav'):
    """Renders anew, with nothing around the network unless the options say so; exit code and messages."""
    files(program)
    plain = [] if '--raw' in options else PLAIN
    code, _, messages = program.run('render', '-m', 'tiny.nam', '--force', *plain, *options, source, out)
    return code, messages


def test_raw_is_the_network(program, check):
    code, messages = render(program, 'raw.wav', '--raw')
    got, rate, bits = read_wav(program.file('raw.wav'))
    check((code, messages, rate, bits) == (0, '', RATE, 32), 'raw render', code, messages, rate, bits)
    check(error(got, TINY.play(sound())) < 1e-6, 'raw render equals NumPy', error(got, TINY.play(sound())))


def test_verbose(program, check):
    code, messages = render(program, 'verbose.wav', '-v')
    check(code == 0 and messages.startswith('verbose.wav: 0.1 s of sound') and 'times real time' in messages,
          '--verbose', code, messages)


def test_block_size_changes_nothing(program, check):
    render(program, 'block.wav')
    wanted = open(program.file('block.wav'), 'rb').read()
    for block in (1, 7, 64, 1024, 8192):
        code, messages = render(program, 'block.wav', '--block', block)
        same = open(program.file('block.wav'), 'rb').read() == wanted
        check(code == 0 and same, f'--block {block} gives the same bytes', code, messages)


def test_instruction_sets_agree(program, check):
    _, version, _ = program.run('--version')
    for cpu in version.split(':')[1].split():
        code, messages = render(program, 'cpu.wav', '--raw', f'--cpu={cpu}')
        check(code == 0 and error(read_wav(program.file('cpu.wav'))[0], TINY.play(sound())) < 1e-6, f'--cpu {cpu}',
              code, messages)


def test_channels_are_independent(program, check):
    left, right = sound(seed=3), sound(seed=4)
    program.write('stereo.wav', wav(np.stack([left, right], 1)))
    code, messages = render(program, 'stereo-out.wav', source='stereo.wav')
    got = read_wav(program.file('stereo-out.wav'))[0]
    check(code == 0 and got.shape == (5000, 2), 'stereo stays stereo', code, messages, got.shape)
    check(error(got[:, 0], TINY.play(left)) < 1e-6, 'left channel')
    check(error(got[:, 1], TINY.play(right)) < 1e-6, 'right channel')


def test_bits(program, check):
    wanted = TINY.play(sound())
    for word, bits, tolerance in (('16', 16, 0.51 / 32768), ('24', 24, 0.51 / 8388608 + 1e-6), ('32f', 32, 1e-6)):
        code, messages = render(program, 'bits.wav', '--bits', word)
        got, _, found = read_wav(program.file('bits.wav'))
        check(code == 0 and found == bits, f'--bits {word}', code, messages, found)
        check(error(got, wanted) < tolerance, f'--bits {word}: samples', error(got, wanted))


def test_flac(program, check):
    render(program, 'flac.wav', '--bits', '24')
    code, messages = render(program, 'out.flac')
    content = open(program.file('out.flac'), 'rb').read()
    packed, = struct.unpack('>Q', content[18:26])  # FLAC's STREAMINFO block
    facts = packed >> 44, (packed >> 41 & 7) + 1, (packed >> 36 & 31) + 1, packed & 2**36 - 1
    check(code == 0 and content[:4] == b'fLaC', 'FLAC output', code, messages)
    check(facts == (RATE, 1, 24, 5000), 'FLAC rate, channels, bits, frames', facts)
    samples = open(program.file('flac.wav'), 'rb').read()[-5000 * 3:]
    check(content[26:42] == hashlib.md5(samples).digest(), 'FLAC holds the samples that the WAV holds')


def test_other_formats(program, check):
    signs = {'aiff': b'FORM', 'AIF': b'FORM', 'w64': b'riff', 'rf64': b'RF64', 'caf': b'caff', 'au': b'.snd',
             'ogg': b'OggS', 'opus': b'OggS'}
    for extension, sign in signs.items():
        code, messages = render(program, f'other.{extension}')
        check(code == 0 and open(program.file(f'other.{extension}'), 'rb').read(4) == sign, f'.{extension}', code,
              messages)


def test_gains(program, check):
    render(program, 'gain.wav', '--input-gain', '-6.5', '--output-gain=3')
    wanted = TINY.play(sound() * 10**(-6.5 / 20)) * 10**(3 / 20)
    check(error(read_wav(program.file('gain.wav'))[0], wanted) < 2e-6, 'gains before and after the model')


def test_clipping_is_held_and_reported(program, check):
    code, messages = render(program, 'clip.wav', '--bits', '16', '--output-gain', '40')
    got = read_wav(program.file('clip.wav'))[0]
    wanted = np.clip(TINY.play(sound()) * 100, -1, 32767 / 32768)
    check(code == 0 and error(got, wanted) < 1e-3, 'clipped samples stay at full scale', error(got, wanted))
    check('clipped' in messages and '--output-gain' in messages, 'clipping is reported', messages)
    advice = messages.split('--output-gain ')[1].split()[0]
    code, messages = render(program, 'clip.wav', '--bits', '16', '--output-gain', advice)
    check((code, messages) == (0, ''), 'the gain that the note recommends avoids clipping', advice, messages)


def test_not_finite_input(program, check):
    bad = sound()
    bad[[100, 200, 300]] = np.nan, np.inf, -np.inf
    program.write('bad.wav', wav(bad))
    bad[[100, 200, 300]] = 0
    code, messages = render(program, 'bad-out.wav', source='bad.wav')
    check(code == 0 and error(read_wav(program.file('bad-out.wav'))[0], TINY.play(bad)) < 1e-6,
          'samples that are not finite count as 0', code, messages)


def test_empty_input(program, check):
    program.write('empty.wav', wav(sound(0)))
    code, messages = render(program, 'empty-out.wav', source='empty.wav')
    check(code == 0 and len(read_wav(program.file('empty-out.wav'))[0]) == 0, 'no sound in, no sound out', messages)


def test_model_without_a_rate(program, check):
    program.write('free.nam', TINY.file(rate=None))
    program.write('slow.wav', wav(sound(), 22050))
    code, _, messages = program.run('render', '--raw', '-m', 'free.nam', '--force', 'slow.wav', 'free.wav')
    rate = read_wav(program.file('free.wav'))[1]
    check(code == 0 and rate == 22050, 'a model without a rate takes any', rate, messages)


def test_described_network(program, check):
    """Two inputs and three outputs, from a state dict and its description."""
    weight = np.random.default_rng(5).uniform(-1, 1, (3, 2, 1)).astype(np.float32)
    program.write('mixer.safetensors', safetensors({'mix.weight': weight}))
    program.write('about.json', json.dumps({'backline': 'sequence', 'layers': [{'conv': 'mix'}]}).encode())
    stereo = np.stack([sound(seed=6), sound(seed=7)], 1)
    program.write('stereo.wav', wav(stereo))
    words = ['render', '--raw', '-m', 'mixer.safetensors', '--describe', 'about.json', '--force']
    code, _, messages = program.run(*words, 'stereo.wav', 'mixed.wav')
    check(code == 0 and error(read_wav(program.file('mixed.wav'))[0], stereo @ weight[:, :, 0].T) < 1e-6,
          'two channels in, three out', code, messages)
    program.write('mono.wav', wav(sound()))
    code, _, messages = program.run(*words, 'mono.wav', 'mono-out.wav')
    check(code == 1 and '2 channels' in messages and not os.path.exists(program.file('mono-out.wav')),
          'one channel for a network of two inputs', code, messages)
    code, _, messages = program.run(*[word for word in words if word != '--raw'], 'stereo.wav', 'rig-out.wav')
    check(code == 1 and '--raw plays the others' in messages and not os.path.exists(program.file('rig-out.wav')),
          'a network of two inputs in a rig', code, messages)


def test_bundled_model(program, check):
    files(program)
    os.makedirs(program.file('assets'), exist_ok=True)
    shutil.copy(program.file('tiny.nam'), program.file('assets/backline-crunch.nam'))
    assets = {'BACKLINE_ASSETS': program.file('assets')}
    code, _, messages = program.run('render', '--force', *PLAIN, 'in.wav', 'none.wav', environment=assets)
    check(code == 1 and 'backline-cabinet.wav' in messages and not os.path.exists(program.file('none.wav')),
          'a missing bundled cabinet', code, messages)
    code, _, messages = program.run('render', '--force', *PLAIN, '--no-cab', 'in.wav', 'bundled.wav',
                                    environment=assets)
    check(code == 0 and error(read_wav(program.file('bundled.wav'))[0], TINY.play(sound())) < 1e-6,
          'the bundled model of BACKLINE_ASSETS', messages)
    code, _, messages = program.run('render', 'in.wav', 'none.wav', environment={'BACKLINE_ASSETS': '/nowhere'})
    check(code == 1 and '/nowhere' in messages and not os.path.exists(program.file('none.wav')),
          'a missing bundled model', code, messages)


def test_output_over_input(program, check):
    program.write('same.wav', wav(sound()))
    code, messages = render(program, 'same.wav', source='same.wav')
    check(code == 0 and error(read_wav(program.file('same.wav'))[0], TINY.play(sound())) < 1e-6,
          'OUT may be IN with --force', code, messages)


def test_permissions_are_kept(program, check):
    render(program, 'mode.wav')
    os.chmod(program.file('mode.wav'), 0o640)
    render(program, 'mode.wav')
    check(os.stat(program.file('mode.wav')).st_mode & 0o777 == 0o640, 'a replaced file keeps its permissions')
    mask = os.umask(0o027)
    render(program, f'new-{os.getpid()}.wav')
    os.umask(mask)
    check(os.stat(program.file(f'new-{os.getpid()}.wav')).st_mode & 0o777 == 0o640, 'a new file obeys the umask')


def test_link_is_followed(program, check):
    render(program, 'target.wav')
    os.symlink('target.wav', program.file('link.wav'))
    code, messages = render(program, 'link.wav', '--raw')
    check(code == 0 and os.path.islink(program.file('link.wav')), 'a link stays a link', messages)


def test_progress_on_a_terminal(program, check):
    files(program)
    program.write('minute.wav', wav(sound(60 * RATE)))
    ours, theirs = pty.openpty()
    shown = []

    def read():
        try:
            while piece := os.read(ours, 4096):
                shown.append(piece)
        except OSError:
            pass  # how a terminal says that the other side is gone

    reader = threading.Thread(target=read)
    reader.start()
    process = program.start('render', '-m', 'tiny.nam', '--block', 1, '--cpu', 'scalar', '--force', 'minute.wav',
                            'minute-out.wav', stderr=theirs)
    os.close(theirs)
    code = process.wait(120)
    reader.join()
    os.close(ours)
    text = b''.join(shown).decode()
    check(code == 0 and ' %' in text and 'times real time' in text and ' left' in text, 'progress bar', code,
          repr(text[-300:]))
