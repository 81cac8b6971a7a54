#!/usr/bin/python3
"""FFmpeg's filter lv2: no worker, no state, atom ports of its own making; so slots come from the user's bank."""
import os

from hosts import DATA, MONO, STEREO, Rig, Test, need
from sound import guitar, read


def play(place, recording, plugin, **controls):
    out = place.path('out.wav')
    values = '|'.join(f'{symbol}={value}' for symbol, value in controls.items())
    words = 'lv2=p=' + plugin.replace(':', r'\\:') + (f':c={values}' if values else '')
    code, said = place.run('ffmpeg', '-v', 'error', '-nostdin', '-y', '-i', recording, '-af', words,
                           '-c:a', 'pcm_f32le', out)
    return code, read(out) if code == 0 else None, said


def check(place, test, what, recording, rig, plugin, lag=0, **controls):
    code, got, said = play(place, recording, plugin, **controls)
    test.check(code == 0 and not said, f'ffmpeg plays {what}', code, said)
    if got is not None:
        rig = Rig(rig.models, rig.cabinets, **dict(rig.settings, **controls))
        test.same(what, got, place.render(recording, rig), lag, said)


def test_bundled_rig(place, test):
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=21))
        check(place, test, f'the bundled rig, {plugin}', recording, place.bundled, plugin)
        check(place, test, f'with settings, {plugin}', recording, place.bundled, plugin, gate=1, gate_threshold=-45.5,
              bass=4, high_cut=6000, tone_place=1, cab_pan_1=0.5, output_gain=-6, output_mode=0)


def test_bypass(place, test):
    sound = guitar(seed=22)
    code, got, said = play(place, place.recording('in.wav', sound), MONO, enabled=0)
    test.check(code == 0, 'ffmpeg plays a bypassed rig', said)
    test.same('bypassed', got, sound, said=said)


def test_slots_of_the_bank(place, test):
    """The bank's models and cabinets, but not its settings."""
    small = place.copy(os.path.join(DATA, 'amp.nam'), 'config', 'backline', 'mes amplis', 'été.nam')
    short = place.copy(os.path.join(DATA, 'cabinet.wav'), 'cabinets', 'a cabinet.wav')
    files = Rig([place.crunch, small, None, place.crunch], [short, place.cabinet])
    bank = Rig(['mes amplis/été.nam' if path == small else path for path in files.models], files.cabinets, bass=12)
    place.write(bank.file(), 'config', 'backline', 'bank.json')
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=23))
        for slot in (1, 2, 4):
            check(place, test, f'slot {slot} of the bank, {plugin}', recording, files, plugin, slot=slot)


def test_broken_bank(place, test):
    """A bank that is none does not keep the plugin from playing."""
    place.write('{ "backline_rig": 1, "models": [', 'config', 'backline', 'bank.json')
    recording = place.recording('in.wav', guitar(seed=24))
    check(place, test, 'with a broken bank', recording, place.bundled, MONO)


def need_host():
    need({'ffmpeg': 'ffmpeg'})


if __name__ == '__main__':
    need_host()
    Test(globals())
