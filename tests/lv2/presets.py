#!/usr/bin/python3
"""presets.py LIBRARY BUNDLE: how the presets sound: as loud as each other, unclipped, each what its name promises."""
import ctypes
import os
import re
import subprocess
import sys

import numpy as np
from scipy import signal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'plugins'))
from rig_host import ASSETS, Rig, decibels, load_library, rms  # noqa: E402
from support import Results  # noqa: E402

RATE = 48000
SPREAD_LU = 2  # from the softest to the loudest
HEADROOM_DB = 2
HISS_DB = -70  # of a noisy input, RMS
URI = {1: 'urn:backline:rig', 2: 'urn:backline:rig-stereo'}


def triples(path):
    """(subject, predicate, object) of a Turtle file, with the brackets and quotes of N-Triples."""
    text = subprocess.run(['sordi', path], check=True, stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r'^(\S+) (\S+) (.*) \.$', text, re.M)


def last(uri):
    return re.split('[#/]', uri.strip('<>'))[-1]


def read_presets(bundle, channels):
    """{symbol of the preset: its settings by symbol}, of one plugin."""
    said = {}
    for subject, predicate, value in triples(os.path.join(bundle, 'presets.ttl')):
        said.setdefault(subject, []).append((last(predicate), value))
    found = {}
    for subject, facts in said.items():
        if ('appliesTo', f'<{URI[channels]}>') not in facts:
            continue
        ports = [dict(said[value]) for name, value in facts if name == 'port']
        found[last(subject)] = {port['symbol'].strip('"'): float(re.match(r'"?([-.\d]+)', port['value'])[1])
                                for port in ports}
    return found


def loudness(sound):
    """Of one or more channels in LUFS, after ITU-R BS.1770-4; the filters are those that it lists for 48 kHz."""
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585]
    high_pass = [1, -2, 1], [1, -1.99004745483398, 0.99007225036621]
    heard = signal.lfilter(*high_pass, signal.lfilter(*shelf, np.atleast_2d(sound)))
    length = int(0.4 * RATE)
    power = np.array([np.sum(np.mean(heard[:, at:at + length] ** 2, axis=1))
                      for at in range(0, heard.shape[1] - length + 1, length // 4)])

    def level(p):
        return -0.691 + 10 * np.log10(np.maximum(p, 1e-30))

    power = power[level(power) > -70]
    return level(np.mean(power[level(power) > level(np.mean(power)) - 10]))


class SoundInfo(ctypes.Structure):
    """SF_INFO of libsndfile."""
    _fields_ = [('frames', ctypes.c_int64)] + [(name, ctypes.c_int)
                                               for name in ('rate', 'channels', 'format', 'sections', 'seekable')]


def read_guitar():
    sndfile, info = ctypes.CDLL('libsndfile.so.1'), SoundInfo()
    sndfile.sf_open.restype = ctypes.c_void_p
    path = os.path.join(ASSETS, 'guitar-di.flac')
    file = ctypes.c_void_p(sndfile.sf_open(path.encode(), 0x10, ctypes.byref(info)))
    if not file or info.channels != 1 or info.rate != RATE:
        sys.exit(f'{path} cannot be read, or is not as it was')
    sound = np.zeros(info.frames, np.float32)
    sndfile.sf_readf_float(file, ctypes.c_void_p(sound.ctypes.data), ctypes.c_int64(info.frames))
    sndfile.sf_close(file)
    return sound


class Player:
    def __init__(self, lib, bundle):
        self.lib = lib
        self.files = {'model': os.path.join(bundle, 'backline-crunch.nam'),
                      'ir': os.path.join(bundle, 'backline-cabinet.wav')}

    def play(self, settings, sound, channels=1):
        """A mono sound through the rig; (frames) or (channels, frames)."""
        settings = {name: value for name, value in settings.items() if not name.startswith('knob_')}
        rig = Rig(self.lib, RATE, (channels, channels), **self.files, **settings)
        out = rig.play(np.tile(sound, (channels, 1)), 512)
        rig.close()
        return out

    def distortion(self, settings):
        """Harmonics behind the amp of a note of -20 dBFS, in dB below it."""
        sine = 0.1 * np.sin(2 * np.pi * 220 * np.arange(2 * RATE) / RATE)
        out = self.play({'input_gain': settings['input_gain'], 'cab': 0}, sine)[RATE:]
        power = np.abs(np.fft.rfft(out * np.hanning(RATE))) ** 2
        note, *harmonics = [power[220 * k - 3:220 * k + 4].sum() for k in range(1, 30)]
        return 10 * np.log10(sum(harmonics) / note)


def check_levels(player, check, presets, guitar, channels):
    levels = {}
    for name, settings in presets.items():
        out = player.play(settings, guitar, channels)
        levels[name] = loudness(out) - 10 * np.log10(channels)
        peak = decibels(np.max(np.abs(out)))
        print(f'{name:24} {channels} channels: {levels[name]:6.2f} LUFS, peak {peak:6.2f} dBFS')
        check(np.isfinite(out).all() and peak < -HEADROOM_DB, f'{name} has headroom', peak)
        if channels == 2:
            check(np.array_equal(out[0], out[1]), f'{name} stands in the middle')
    spread = max(levels.values()) - min(levels.values())
    check(spread < SPREAD_LU, f'{channels} channels: the presets are equally loud', spread)


def check_drive(player, check, presets):
    """What is called clean is clean, and the rest is in its order."""
    drive = {name: player.distortion(settings) for name, settings in presets.items()}
    print('harmonics of a note:', ', '.join(f'{name} {value:.0f} dB' for name, value in drive.items()))
    for name in ('preset_clean', 'preset_dark_jazz'):
        check(drive[name] < -45, f'{name} is clean', drive[name])
    order = [drive['preset_' + name]
             for name in ('clean', 'edge_of_breakup', 'crunch', 'tight_rhythm', 'singing_lead')]
    check(all(a + 3 < b for a, b in zip(order, order[1:])), 'more and more drive', order)


def check_gates(player, check, presets, guitar):
    """With a noisy input: silence in the rests, and nothing lost of what is played."""
    hiss = 10 ** (HISS_DB / 20) * np.random.default_rng(7).normal(size=len(guitar))
    rest, end = slice(int(6.9 * RATE), int(7.0 * RATE)), slice(-RATE // 10, None)
    ringing = slice(int(12.0 * RATE), int(12.6 * RATE))  # the last chord, at -45 dBFS and falling
    for name, settings in presets.items():
        if not settings['gate']:
            continue
        noisy = (guitar + hiss).astype(np.float32)
        gated, open_ = player.play(settings, noisy), player.play(dict(settings, gate=0), noisy)
        for where in (rest, end):
            silence = decibels(rms(gated[where]))
            check(decibels(rms(open_[where])) > -75 and silence < -110, f'{name} silences the hiss', silence)
        lost = decibels(rms(gated[ringing]) / rms(open_[ringing]))
        check(abs(lost) < 0.1, f'{name} lets chords ring out', lost)


def check_colours(player, check, presets, guitar):
    """Shares of the sound's power above 3 kHz, and below 160 Hz."""
    highs, lows = {}, {}
    for name, settings in presets.items():
        frequency, power = signal.welch(player.play(settings, guitar), RATE, nperseg=8192)
        highs[name] = 10 * np.log10(power[frequency > 3000].sum() / power.sum())
        lows[name] = 10 * np.log10(power[frequency < 160].sum() / power.sum())
    check(highs['preset_dark_jazz'] < highs['preset_clean'] - 6, 'jazz is dark', highs)
    check(lows['preset_bass_grit'] > lows['preset_crunch'] + 4, 'bass is full', lows)


def main():
    lib, bundle = load_library(sys.argv[1]), sys.argv[2]
    player, guitar, results = Player(lib, bundle), read_guitar(), Results()
    presets = {channels: read_presets(bundle, channels) for channels in URI}
    results.check(len(presets[1]) >= 6, 'there are presets', len(presets[1]))
    results.check(presets[1] == presets[2], 'both plugins have the same presets')
    for channels in URI:
        check_levels(player, results.check, presets[channels], guitar, channels)
    check_drive(player, results.check, presets[1])
    check_gates(player, results.check, presets[1], guitar)
    check_colours(player, results.check, presets[1], guitar)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed) or not results.passed)


main()
