#!/usr/bin/python3
"""Captures that others made, out of ../shared/corpus (or the folder that BACKLINE_CORPUS names), in real hosts; nothing
of them is copied. What a host plays is compared with `backline render`, and, where a capture is alone and at its own
rate, with what its original implementation made of the same recording.

corpus.py BUNDLE BACKLINE [JACK_LOOP] [test_...]"""
import json
import os
import sys

import numpy as np
from scipy.io import wavfile

import ardour
import ffmpeg
import gstreamer
import jalv
import lv2file
from daw import Daw
from hosts import LEAD, MONO, SOURCE, STEREO, Rig, Test, skip
from jack import Jalv
from sound import LIMIT_DB, OTHER_RATE, RATE, decibels, difference, find_lag, read

CORPUS = os.path.abspath(os.environ.get('BACKLINE_CORPUS') or os.path.join(SOURCE, '..', 'shared', 'corpus'))
INDEX = os.path.join(CORPUS, 'index.json')
# Cases of the corpus, in the order of their slots. The last three are of 44.1 kHz, all others of 48 kHz.
CASES = {
    'A1 standard': 'core_wavenet_a1_standard', 'A2': 'core_A2', 'A2, its small size': 'core_A2_slim0',
    'NAM LSTM': 'core_lstm', 'RTNeural LSTM': 'rtneural_vec_lstm_1d', 'AIDA-X LSTM': 'keras_gen_lstm16_skip_gains',
    'AIDA-X GRU': 'keras_gen_gru_stack_tdd', 'Linear': 'gen_linear_257', 'ConvNet as condition': 'gen_cond_convnet',
    'WaveNetVA': 'wavenetva_WaveNet1-ts7', 'SmartGuitarAmp': 'smartguitaramp_bluej_fullD_p0153',
    'PedalNet checkpoint': 'pedalnet_ckpt'}
# For hosts that take their time.
SOME = ('A1 standard', 'A2', 'NAM LSTM', 'AIDA-X LSTM', 'SmartGuitarAmp')
GUITARS = {RATE: 'input_2s.wav', OTHER_RATE: 'input_44k1_2s.wav'}
EXCERPT = 0.4  # seconds
MOST_LATE = 256  # samples, of a capture at another rate than its own

# A capture of 44.1 kHz that plays at 48 kHz hears 147 instants in 160 samples. Which ones depends on how many samples
# the rig has heard before, and matters, as networks alias: up to 80 dB above the limit. With a period of a multiple of
# 160 it does not change.
INSTANTS = 160
JACK_PERIOD = 480


class Capture:
    def __init__(self, name, case):
        self.name, self.case, self.rate = name, case, case['sample_rate']
        self.path = os.path.join(CORPUS, case['model'])
        self.other_rate = OTHER_RATE if self.rate == RATE else RATE
        self.heard_guitar = case['input'] in os.listdir(CORPUS)
        # What the network gives.
        self.alone = dict(output_mode=0, dc_blocker=0, cab=0)
        if case['slim'] is not None:
            self.alone['quality'] = case['slim']

    def recording(self, place, rate, channels=1):
        """The beginning of a guitar of the corpus; at its own rate, of what the original heard."""
        name = self.case['input'] if self.heard_guitar and rate == self.rate else GUITARS[rate]
        sound = wavfile.read(os.path.join(CORPUS, name))[1][:int(EXCERPT * rate)]
        if channels == 2:
            sound = np.stack([sound, -0.8 * np.roll(sound, 999)], axis=1).astype(np.float32)
        wavfile.write(place.path('excerpt.wav'), rate, sound)
        return place.path('excerpt.wav')

    def is_original(self, test, host, got):
        """Within the bounds that the corpus gives, if it was a guitar that the original heard."""
        if not self.heard_guitar:
            return
        want = read(os.path.join(CORPUS, self.case['expected']))[:, :got.shape[1]]
        bounds, error = self.case['suggested_tolerance'], got - want
        largest, ratio = np.abs(error).max(), np.sum(error ** 2) / np.sum(want ** 2)
        said = f'{host}, {self.name}: {decibels(np.sqrt(ratio)):.1f} dB from the original, the peak ' \
               f'{decibels(largest):.1f} dB'
        print(said)
        test.check(largest <= bounds['maxabs'] and ratio <= bounds['esr'], said, bounds)


def captures():
    """{name: capture}, in the order of their slots."""
    with open(INDEX, encoding='utf-8') as file:
        cases = {case['id']: case for case in json.load(file)}
    return {name: Capture(name, cases[case]) for name, case in CASES.items()}


def impulse(place, some):
    """The corpus has no recording of an impulse response, but a network that is one."""
    with open(some['Linear'].path, encoding='utf-8') as file:
        return place.recording('impulse response.wav', json.load(file)['weights'])


def lateness(test, what, capture, rate, got, want):
    if rate == capture.rate:
        return 0
    lag = find_lag(got, want)
    test.check(0 < lag < MOST_LATE, f'{what} is a little late', lag)
    return lag


def test_lv2file(place, test):
    """Each by a preset with its path: alone at its own rate, and in stereo with an impulse response at the other."""
    some = captures()
    cabinet = impulse(place, some)
    for capture in some.values():
        for what, rate, channels, rig in (
                ('alone', capture.rate, 1, Rig([capture.path], **capture.alone)),
                ('in a rig', capture.other_rate, 2, Rig([None, capture.path], [cabinet, place.cabinet], slot=2, gate=1,
                                                        bass=3, cab_pan_1=-0.5, output_gain=-6))):
            name, plugin = f'{capture.name}, {what}', (MONO, STEREO)[channels - 1]
            recording = capture.recording(place, rate, channels)
            place.rig_preset(plugin, name, rig)
            want = place.render(recording, rig)
            code, got, said = lv2file.play(place, recording, plugin, '-b', '100', '-P', name)
            test.check(code == 0, f'lv2file plays {name}', code, said)
            test.same(f'lv2file, {name}', got, want, lateness(test, name, capture, rate, got, want), said)
            if what == 'alone':
                capture.is_original(test, 'lv2file', got)


def from_bank(place, test, host, play):
    """Captures as the user's bank, for hosts without presets: each at its own rate; one in stereo and two at other
    rates, with the impulse response."""
    every = captures()
    some = {name: every[name] for name in SOME}
    files = Rig([capture.path for capture in some.values()], [impulse(place, every)])
    place.write(files.file(), 'config', 'backline', 'bank.json')
    cases = [(name, some[name].rate, 1, some[name].alone) for name in SOME]
    cases += [('A2', RATE, 2, dict(treble=3, output_gain=-3)), ('A1 standard', OTHER_RATE, 1, dict(bass=4)),
              ('SmartGuitarAmp', RATE, 1, dict(mid=-4, high_cut=6000))]
    for name, rate, channels, settings in cases:
        capture, what = some[name], f'{host}, {name}, {rate} Hz'
        settings = dict(settings, slot=list(some).index(name) + 1)
        recording = capture.recording(place, rate, channels)
        want = place.render(recording, Rig(files.models, files.cabinets, **settings))
        code, got, said = play(place, recording, (MONO, STEREO)[channels - 1], **settings)
        test.check(code == 0, what, code, said)
        if got is not None:
            test.same(what, got, want, lateness(test, what, capture, rate, got, want), said)
            if 'cab' in settings:
                capture.is_original(test, host, got)


def test_ffmpeg(place, test):
    from_bank(place, test, 'FFmpeg', ffmpeg.play)


def test_gstreamer(place, test):
    def play(place, recording, plugin, **controls):
        return gstreamer.play(place, recording, plugin, **dict(gstreamer.SWITCHES_ON, **controls))

    from_bank(place, test, 'GStreamer', play)


def at_some_instants(place, recording, rig, got, lag=0):
    """What the program makes of a recording, behind so many samples of silence that it is what a host made of it, if
    there are such."""
    for more in reversed(range(INSTANTS)):
        want = np.repeat(place.render(recording, rig, LEAD + more), len(got), axis=0)
        if difference(got, want, lag)[0] <= LIMIT_DB:
            break
    return want


def test_jalv(place, test):
    """From a state folder, and by presets and by the slot port while it plays."""
    some = captures()
    files, gain = Rig([some[name].path for name in SOME], [impulse(place, some)]), dict(output_gain=-3)
    folder = place.state(MONO, 'captures', gain, **files.paths())
    names = ('RTNeural LSTM', 'AIDA-X GRU', 'A2')
    presets = [place.rig_preset(MONO, name, Rig([some[name].path], **some[name].alone)) for name in names]
    presets.append(place.rig_preset(MONO, 'all', Rig(files.models, files.cabinets, output_mode=1, dc_blocker=1, cab=1)))
    recording = some['A2'].recording(place, RATE)
    with jalv.start(place, JACK_PERIOD) as jack, Jalv(jack, MONO, '-s', '-l', folder) as host:
        def comes_to(what, models, cabinets=(), **settings):
            want = place.render(recording, Rig(models, cabinets, **gain, **settings), LEAD)
            test.comes_to(f'jalv, {what}', lambda: host.play(recording), want, JACK_PERIOD)

        comes_to('from a state folder', files.models, files.cabinets)
        host.command('presets')
        for name, preset in zip(names, presets):
            host.command('preset', preset)
            comes_to(f'{name} by a preset', [some[name].path], **some[name].alone)
        host.command('preset', presets[-1])
        for slot in (3, 4):
            host.command('set', 'slot', slot)
            comes_to(f'{SOME[slot - 1]} by its slot', files.models, files.cabinets, slot=slot)
        host.command('set', 'slot', 5)
        lag = JACK_PERIOD + test.wait_for(host.latency)
        got = host.play(recording)
        want = at_some_instants(place, recording, Rig(files.models[4:], files.cabinets, **gain), got, lag)
        test.same(f'jalv, {SOME[4]} by its slot', got, want, lag)
        test.check(host.close() == 0, 'jalv ends in peace', host.said()[-1000:])


def test_ardour(place, test):
    """A session whose slots are automated, and one with a capture at another rate: Ardour makes up for its latency."""
    some = captures()
    cabinet, guitar = impulse(place, some), os.path.join(CORPUS, 'input.wav')
    length, fade, step = RATE, 2 * RATE // 10, 1024  # closer points Ardour thins out
    daw = Daw(place)

    names = ('A1 standard', 'A2', 'AIDA-X LSTM')
    files = Rig([some[name].path for name in names], [cabinet])
    place.rig_preset(MONO, 'captures', files)
    points = [(0, 1), (length, 1), (length + step, 2), (2 * length, 2), (2 * length + step, 3)]
    folder = daw.create('captures', guitar, [dict(uri=MONO, preset='captures', automation={'slot': points})])
    got, said = daw.export(folder, 'captures', 3 * length)
    plays = {slot: ardour.both(place.render(guitar, Rig(files.models, files.cabinets, slot=slot), LEAD))
             for slot in (1, 2, 3)}
    ardour.parts(test, f'Ardour, {names}', got, plays, (
        (0, length - 512, 1), (length + fade, 2 * length - 512, 2), (2 * length + fade, 3 * length, 3)), said)

    excerpt, rig = some['WaveNetVA'].recording(place, RATE), Rig([some['WaveNetVA'].path], [cabinet], bass=3)
    place.rig_preset(MONO, 'another rate', rig)
    folder = daw.create('rate', excerpt, [dict(uri=MONO, preset='another rate')])
    got, said = daw.export(folder, 'rate', int(EXCERPT * RATE))
    test.same('Ardour, WaveNetVA', got, at_some_instants(place, excerpt, rig, got), said=said)


HOSTS = {'test_ardour': ardour, 'test_ffmpeg': ffmpeg, 'test_gstreamer': gstreamer, 'test_jalv': jalv,
         'test_lv2file': lv2file}

if __name__ == '__main__':
    if not os.path.exists(INDEX):
        skip(f'there is no corpus at {CORPUS}.')
    for chosen in [word for word in sys.argv if word in HOSTS] or HOSTS:
        HOSTS[chosen].need_host()
    Test(globals())
