"""backline compare: its measures against NumPy, SciPy and the standards, and what it does with unlike recordings."""
import json
import os
import re
import resource

import numpy as np
from scipy.signal import firwin, lfilter

from cases_reports import MAN_PAGE, png_size
from support import RATE, safetensors, wav


def music(frames=30000, seed=5, channels=None):
    """Noise with a falling spectrum and a changing level, of float32 values."""
    random = np.random.default_rng(seed)
    columns = []
    for _ in range(channels or 1):
        x = lfilter([0.2], [1, -0.8], random.standard_normal(frames))
        columns.append(x * (0.3 + 0.2 * np.sin(np.arange(frames) / 3000)))
    x = np.stack(columns, 1).astype(np.float32).astype(np.float64)
    return x if channels else x[:, 0]


def no_constants(word):
    raise ValueError(f'{word} is no JSON')


def compare(program, a, b, *options, rate=RATE):
    """The JSON of a comparison of two arrays."""
    program.write('a.wav', wav(a, rate))
    program.write('b.wav', wav(b, rate))
    code, output, messages = program.run('compare', '--json', *options, 'a.wav', 'b.wav')
    if code or messages:
        raise RuntimeError(f'exit code {code}: {messages}')
    return json.loads(output, parse_constant=no_constants)


# ---- the same measures in NumPy ----

def as_float32(x):
    return np.asarray(x, np.float32).astype(np.float64)


def columns(x):
    return x[:, None] if x.ndim == 1 else x


def esr(a, b, emphasis=0.0):
    a, b = (lfilter([1, -emphasis], [1], columns(as_float32(x)), axis=0) for x in (a, b))
    return np.sum((a - b)**2) / np.sum(a**2)


def null_db(a, b):
    a, b = as_float32(a).ravel(), as_float32(b).ravel()
    return 10 * np.log10(np.sum((a - (a @ b) / (b @ b) * b)**2) / (a @ a))


def magnitudes(x, size, hop, length):
    """As torch.stft(center=True) with a periodic Hann window, and auraloss's floor."""
    window = np.zeros(size)
    begin = (size - length) // 2
    window[begin:begin + length] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    padded = np.pad(x, size // 2, mode='reflect')
    frames = [padded[i:i + size] * window for i in range(0, len(padded) - size + 1, hop)]
    return np.sqrt(np.maximum(np.abs(np.fft.rfft(frames, axis=1))**2, 1e-8))


def stft_errors(a, b):
    """Spectral convergence and log magnitude, means over resolutions and channels."""
    convergence, log_magnitude = [], []
    for a_row, b_row in zip(columns(as_float32(a)).T, columns(as_float32(b)).T):
        for size, hop, length in ((1024, 120, 600), (2048, 240, 1200), (512, 50, 240)):
            of_a, of_b = magnitudes(a_row, size, hop, length), magnitudes(b_row, size, hop, length)
            convergence.append(np.linalg.norm(of_a - of_b) / np.linalg.norm(of_a))
            log_magnitude.append(np.mean(np.abs(np.log(of_a) - np.log(of_b))))
    return np.mean(convergence), np.mean(log_magnitude)


def near(got, wanted, tolerance):
    return got is not None and abs(got - wanted) <= tolerance


def check_errors(check, what, found, a, b):
    convergence, log_magnitude = stft_errors(a, b)
    difference = np.abs(columns(as_float32(a)) - columns(as_float32(b)))
    worst = np.unravel_index(np.argmax(difference), difference.shape)
    for key, wanted, tolerance in (('esr', esr(a, b), 1e-6 * esr(a, b)),
                                   ('esr_pre_emphasised', esr(a, b, 0.85), 1e-6 * esr(a, b, 0.85)),
                                   ('null_depth_db', null_db(a, b), 1e-5), ('spectral_convergence', convergence, 1e-4),
                                   ('log_magnitude', log_magnitude, 1e-4),
                                   ('stft_error', convergence + log_magnitude, 1e-4),
                                   ('largest_error', difference.max(), 1e-7)):
        check(near(found[key], wanted, tolerance), f'{what}: {key}', found[key], wanted)
    check(difference[found['largest_error_frame'], found['largest_error_channel'] - 1] == difference.max(),
          f'{what}: place of the largest error', found['largest_error_frame'], worst)


# ---- the measures ----

def test_errors(program, check):
    a = music()
    noise = np.random.default_rng(6).standard_normal(len(a))
    for what, b in (('noise', a + 0.01 * noise), ('distortion', np.tanh(2 * a)), ('another sound', music(seed=7)),
                    ('quieter', 0.5 * a + 1e-4 * noise), ('inverted', -a + 0.001 * noise)):
        check_errors(check, what, compare(program, a, b), a, b)
    quiet = 1e-5 * a  # where the floor of the STFT's magnitudes counts
    check_errors(check, 'quiet', compare(program, quiet, 0.7 * quiet), quiet, 0.7 * quiet)


def test_channels(program, check):
    a = music(20000, channels=2)
    b = a + 0.02 * np.random.default_rng(8).standard_normal(a.shape) * [1, 3]
    check_errors(check, 'stereo', compare(program, a, b), a, b)
    mono = a.mean(axis=1)
    check_errors(check, 'mono against stereo', compare(program, mono, b), np.stack([mono, mono], 1), b)
    check_errors(check, 'stereo against mono', compare(program, b, mono), b, np.stack([mono, mono], 1))
    program.write('a.wav', wav(mono))
    program.write('b.wav', wav(b))
    code, output, _ = program.run('compare', 'a.wav', 'b.wav')
    check(code == 0 and 'one channel of A with every channel of B' in output, 'mono against stereo, in words', output)


def test_lengths(program, check):
    a = music(20000)
    b = (a + 0.01 * music(seed=9)[:20000])[:15001]
    found = compare(program, a, b)
    check(found['compared_frames'] == 15001, 'the common part is compared', found['compared_frames'])
    check_errors(check, 'unlike lengths', found, a[:15001], b)
    code, output, _ = program.run('compare', 'b.wav', 'a.wav')
    check(code == 0 and 'common part' in output and 'B is 0.10 s longer' in output, 'unlike lengths, in words', output)


def shifted(x, delay):
    """Exactly delayed, also between samples; the sound must be zero at both ends."""
    size = 1 << 17
    bins = np.arange(size // 2 + 1)
    return np.fft.irfft(np.fft.rfft(x, size) * np.exp(-2j * np.pi * bins * delay / size), size)[:len(x)]


def test_delay_gain_polarity(program, check):
    a = music(40000)
    for samples in (0, 1, 777, 31000):
        late = np.concatenate([np.zeros(samples), a])
        for gain in (1.0, -0.25, 3.0):
            found = compare(program, a, gain * late)
            check(near(found['delay_samples'], samples, 1e-3), f'{samples} late', found['delay_samples'])
            check(near(found['delay_ms'], 1000 * samples / RATE, 1e-4), 'the delay in ms', found['delay_ms'])
            check(near(found['gain_db'], 20 * np.log10(abs(gain)), 1e-5), f'gain {gain}', found['gain_db'])
            check(found['polarity'] == np.sign(gain), f'polarity of {gain}', found['polarity'])
            check(near(found['correlation'], 1, 1e-6), 'correlation', found['correlation'])
        found = compare(program, late, -0.5 * a)
        check(near(found['delay_samples'], -samples, 1e-3) and near(found['gain_db'], -6.0206, 1e-4),
              f'{samples} early', found['delay_samples'], found['gain_db'])


def test_delay_between_samples(program, check):
    window = np.sin(np.pi * np.arange(40000) / 40000)**2
    smooth = np.convolve(music(40000), firwin(201, 0.7), 'same') * window
    for delay in (0.5, 12.25, -3.9, 100.02):
        late = shifted(np.concatenate([np.zeros(500), smooth, np.zeros(500)]), delay)
        early = np.concatenate([np.zeros(500), smooth, np.zeros(500)])
        found = compare(program, early, -0.7 * late, '--align')
        check(near(found['delay_samples'], delay, 2e-3), f'delay of {delay}', found['delay_samples'])
        check(found['polarity'] == -1 and near(found['gain_db'], 20 * np.log10(0.7), 1e-3), f'gain at {delay}',
              found['gain_db'])
        check(found['null_depth_db'] < -60 and near(found['esr'], 0.09, 1e-4), f'aligned by {delay}',
              found['null_depth_db'], found['esr'])


def test_align(program, check):
    a = music(30000)
    b = np.tanh(1.5 * a) + 0.001 * music(seed=11)
    for samples in (40, -40):
        late = -np.concatenate([np.zeros(40), b]) if samples > 0 else -b[40:]
        apart = compare(program, a, late)
        check(not apart['aligned'] and apart['esr'] > 2, 'not aligned unless asked', apart['esr'])
        found = compare(program, a, late, '--align')
        wanted = (a, b) if samples > 0 else (a[40:], b[40:])
        check(found['aligned'] and near(found['delay_samples'], samples, 0.005), 'aligned', found['delay_samples'])
        check_errors(check, f'aligned by {samples}', dict(found, largest_error_frame=found['largest_error_frame']
                                                         - found['a']['compared_from']), *wanted)
        begins = (found['a']['compared_from'], found['b']['compared_from'])
        check(begins == ((0, 40) if samples > 0 else (40, 0)), 'where the compared parts begin', begins)
        check(near(found['gain_db'], apart['gain_db'], 1e-6), 'the gain stays in')


def test_delay_of_channels_together(program, check):
    a = music(20000, channels=2)
    found = compare(program, a, np.pad(a, ((250, 0), (0, 0))))
    check(near(found['delay_samples'], 250, 1e-3), 'delay of a stereo recording', found['delay_samples'])
    found = compare(program, a[:, 0], np.pad(a, ((250, 0), (0, 0))))
    check(near(found['delay_samples'], 250, 1e-2), 'delay of stereo against mono', found['delay_samples'])


def test_loudness(program, check):
    """EBU Tech 3341: a 997 Hz sine in two channels has the loudness of its peak; one channel is 3.01 LU less."""
    sine = np.sin(2 * np.pi * 997 * np.arange(4 * RATE) / RATE)
    found = compare(program, 0.1 * sine, np.stack([0.01 * sine] * 2, 1))
    check(near(found['a']['loudness_lufs'], -23.01, 0.02), 'LUFS, mono', found['a']['loudness_lufs'])
    check(near(found['b']['loudness_lufs'], -40, 0.02), 'LUFS, stereo', found['b']['loudness_lufs'])
    check(near(found['b']['sample_peak_db'], -40, 1e-3), 'sample peak', found['b']['sample_peak_db'])
    between = 0.5 * np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)  # no sample meets the crest
    found = compare(program, between, between)
    check(near(found['a']['sample_peak_db'], -9.03, 0.01) and near(found['a']['true_peak_db'], -6.02, 0.3),
          'true peak between samples', found['a'])


# ---- reports ----

def test_same(program, check):
    a = music(5000)
    found = compare(program, a, a)
    check(all(found[key] == 0 for key in ('esr', 'esr_pre_emphasised', 'stft_error', 'largest_error'))
          and found['null_depth_db'] == -200 and found['largest_error_frame'] is None, 'the same recording', found)
    code, output, messages = program.run('compare', 'a.wav', 'b.wav')
    check(code == 0 and not messages and 'perfect' in output and 'all samples are the same' in output,
          'the same recording, in words', output)


def test_text(program, check):
    a = music()
    program.write('a.wav', wav(a))
    program.write('b.wav', wav(-0.5 * np.concatenate([np.zeros(96), a])))
    code, output, messages = program.run('compare', 'a.wav', 'b.wav')
    for words in ('B is 96.00 samples (2.000 ms) late', 'B is inverted', 'B is 6.02 dB quieter', '--align', 'ESR',
                  'STFT error', 'LUFS', 'Largest error', 'a.wav: 48 kHz, mono, 0.62 s'):
        check(code == 0 and not messages and words in output, f'the report says "{words}"', output)
    code, output, _ = program.run('compare', '--align', 'a.wav', 'b.wav')
    check(code == 0 and 'taken out' in output and 'turned back' in output and 'perfect: nothing' in output, '--align',
          output)


def test_keys(program, check):
    keys = {'a', 'b', 'sample_rate', 'compared_frames', 'aligned', 'delay_samples', 'delay_ms', 'correlation', 'gain_db',
            'polarity', 'esr', 'esr_pre_emphasised', 'stft_error', 'spectral_convergence', 'log_magnitude',
            'null_depth_db', 'largest_error', 'largest_error_frame', 'largest_error_channel', 'max_esr',
            'max_esr_exceeded'}
    sound_keys = {'file', 'channels', 'frames', 'compared_from', 'loudness_lufs', 'sample_peak_db', 'true_peak_db'}
    found = compare(program, music(), np.zeros(100))
    check(set(found) == keys and set(found['a']) == set(found['b']) == sound_keys, 'keys', set(found) ^ keys)
    manual = open(MAN_PAGE, encoding='utf-8').read().split('Keys of backline compare')[1].split('.SS')[0]
    named = set(re.findall(r'[a-z_]+', ' '.join(line for line in manual.splitlines() if line.startswith('.B'))))
    check(keys | sound_keys <= named, 'keys in the man page', (keys | sound_keys) - named)


def test_silence(program, check):
    silence, a = np.zeros(4000), music(4000)
    both = compare(program, silence, silence)
    check(both['esr'] == 0 and both['delay_samples'] is None and both['null_depth_db'] is None
          and both['a']['loudness_lufs'] is None and both['a']['true_peak_db'] is None, 'two silences', both)
    of_b = compare(program, a, silence)
    check(of_b['esr'] == 1 and of_b['null_depth_db'] == 0 and of_b['gain_db'] is None, 'B silent', of_b)
    of_a = compare(program, silence, a)
    check(of_a['esr'] is None and of_a['null_depth_db'] is None and of_a['largest_error'] > 0, 'A silent', of_a)
    check(not compare(program, silence, a, '--align')['aligned'], 'silence cannot be aligned')
    code, output, _ = program.run('compare', 'a.wav', 'b.wav')
    check(code == 0 and 'A is silent and B is not' in output and 'nan' not in output, 'silence in words', output)
    code, output, messages = program.run('compare', '--max-esr', '1000', 'a.wav', 'b.wav')
    check(code == 1 and 'silent' in messages, 'an ESR that does not exist exceeds every limit', code, messages)


def test_short(program, check):
    for frames in (1, 2, 100, 1024, 1025):
        a = music(frames, seed=12)
        for channels in (1, 2):
            found = compare(program, a, np.stack([a * 0.5] * channels, 1), '--align', '--plot', 'short.png', '--force')
            check(near(found['esr'], 0.25, 1e-6), f'{frames} frames', found['esr'])
            check((found['stft_error'] is None) == (frames <= 1024), f'STFT of {frames} frames', found['stft_error'])
    found = compare(program, music(3), music(5000, seed=13), '--align')
    check(found['compared_frames'] >= 1, 'three frames against many', found)


def test_not_finite(program, check):
    a = music(3000)
    bad = a.copy()
    bad[[5, 6]] = np.nan, np.inf
    program.write('a.wav', wav(a))
    program.write('bad.wav', wav(bad))
    code, output, messages = program.run('compare', '--json', 'a.wav', 'bad.wav')
    bad[[5, 6]] = 0
    check(code == 0 and 'bad.wav: 2 samples are not finite' in messages, 'samples that are not finite', messages)
    check(near(json.loads(output, parse_constant=no_constants)['esr'], esr(a, bad), 1e-9), 'they count as 0')


def test_limit(program, check):
    a = music(8000)
    b = 0.9 * a  # ESR 0.01
    program.write('a.wav', wav(a))
    program.write('b.wav', wav(b))
    for limit, code in (('0.0101', 0), ('0.0099', 1), ('0', 1), ('1e3', 0)):
        for form in ((), ('--json',)):
            got, output, messages = program.run('compare', *form, '--max-esr', limit, 'a.wav', 'b.wav')
            check(got == code and output and bool(messages) == bool(code), f'--max-esr {limit}', got, messages)
            if form:
                found = json.loads(output)
                check(found['max_esr'] == float(limit) and found['max_esr_exceeded'] == bool(code), 'in the JSON')
    check(program.run('compare', '--max-esr', '0', 'a.wav', 'a.wav')[0] == 0, 'a limit of 0 and no error')
    program.write('late.wav', wav(np.concatenate([np.zeros(10), a])))
    check(program.run('compare', '--max-esr', '0.01', 'a.wav', 'late.wav')[0] == 1
          and program.run('compare', '--align', '--max-esr', '0.01', 'a.wav', 'late.wav')[0] == 0,
          'the limit is for what is measured')


def test_plot(program, check):
    cases = {'music': (music(), np.tanh(music())), 'the same': (music(), music()),
             'silence': (np.zeros(3000), np.zeros(3000)), 'stereo': (music(9000, channels=2), music(9000)),
             'very quiet': (music() * 1e-7, music(seed=3) * 1e-7), 'very loud': (music() * 1e6, music(seed=3) * 1e6)}
    for what, (a, b) in cases.items():
        compare(program, a, b, '--plot', 'plot.png', '--force')
        check(png_size(program.file('plot.png')) == (1600, 1188), f'picture: {what}')
    compare(program, music(), music(seed=3), '--plot', 'slow.png', '--force', rate=30)
    compare(program, music(), music(seed=3), '--plot', 'fast.png', '--force', '--align', rate=192000)
    code, _, messages = program.run('compare', '--plot', 'plot.png', 'a.wav', 'b.wav')
    check(code == 1 and '--force' in messages, 'a picture is not overwritten', messages)
    code, output, messages = program.run('compare', '--plot', 'no/plot.png', 'a.wav', 'b.wav')
    check(code == 1 and not output and 'No such file' in messages, 'a picture in a missing folder', messages)
    code, _, messages = program.run('compare', '--plot', 'never.png', 'a.wav', 'nothing.wav')
    check(code == 1 and not os.path.exists(program.file('never.png')), 'no picture of nothing', messages)
    code, _, messages = program.run('compare', '--plot', 'never.png', 'a.wav', 'b.wav',
                                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)))
    check(code == 1 and 'too large' in messages and not os.path.exists(program.file('never.png')), 'a full disk',
          messages)


# ---- what cannot be compared ----

def test_refused(program, check):
    program.write('a.wav', wav(music(2000)))
    program.write('rate.wav', wav(music(2000), 44100))
    program.write('two.wav', wav(music(2000, channels=2)))
    program.write('three.wav', wav(music(2000, channels=3)))
    program.write('empty.wav', wav(np.zeros(0)))
    program.write('noise.wav', os.urandom(3000))
    program.write('model.wav', safetensors({'w': np.ones(3)}))
    os.makedirs(program.file('folder.wav'), exist_ok=True)
    for what, words, hints in (
            ('unlike rates', ('a.wav', 'rate.wav'), ('48000 Hz', '44100 Hz', 'convert', 'a.wav', 'rate.wav')),
            ('unlike channels', ('two.wav', 'three.wav'), ('2 channels', '3', 'two.wav', 'three.wav')),
            ('no sound', ('a.wav', 'empty.wav'), ('empty.wav', 'no sound')),
            ('noise', ('noise.wav', 'a.wav'), ('noise.wav',)), ('a model', ('a.wav', 'model.wav'), ('model.wav',)),
            ('a folder', ('folder.wav', 'a.wav'), ('folder',)), ('nothing', ('a.wav', 'none.wav'), ('No such file',))):
        code, output, messages = program.run('compare', *words)
        check(code == 1 and not output and messages.count('\n') == 1 and all(hint in messages for hint in hints),
              f'compare refuses {what}', code, messages)


def test_usage(program, check):
    program.write('a.wav', wav(music(2000)))
    for what, words, hint in (('no files', (), 'A B'), ('one file', ('a.wav',), 'A B'),
                              ('three files', ('a.wav', 'a.wav', 'a.wav'), 'too many'),
                              ('a limit that is a word', ('--max-esr', 'low', 'a.wav', 'a.wav'), '"low"'),
                              ('a limit below 0', ('--max-esr=-1', 'a.wav', 'a.wav'), '"-1"'),
                              ('a limit that is not a number', ('--max-esr', 'nan', 'a.wav', 'a.wav'), '"nan"'),
                              ('no limit', ('a.wav', 'a.wav', '--max-esr'), 'needs a value'),
                              ('an unknown option', ('--aline', 'a.wav', 'a.wav'), '--align')):
        code, output, messages = program.run('compare', *words)
        check(code == 2 and not output and hint in messages and '--help' in messages, f'compare: {what}', code,
              messages)
