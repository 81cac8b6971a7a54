#!/usr/bin/python3
"""lv2file: plays files through a plugin in blocks of any size, with presets; no worker, and a feature without URI."""
import json
import os

from hosts import DATA, MONO, STEREO, Rig, Test, need
from sound import find_lag, guitar, read

BLOCKS = (1, 64, 100, 4096)
LATE = ('44.1 kHz', 'tone before, oversampled')  # rigs that have latency, for which lv2file does not make up


def play(place, recording, plugin, *words, **environment):
    out = place.path('out.wav')
    if os.path.exists(out):
        os.remove(out)
    code, said = place.run('lv2file', '-i', recording, '-o', out, '--ignore-clipping', *words, plugin, **environment)
    return code, read(out), said


def rigs(place):
    """Rigs with files whose names are not easy."""
    model = place.copy(place.crunch, 'Verstärker, böse', 'крэнч №1 "heiß".nam')
    cabinet = place.copy(place.cabinet, 'Verstärker, böse', 'boîte 4×12 (100 %).wav')
    small = place.copy(os.path.join(DATA, 'amp.nam'), 'two words', 'amp.nam')
    short = place.copy(os.path.join(DATA, 'cabinet.wav'), 'two words', "it's short.wav")
    yield 'model and cabinet', Rig([model], [cabinet], input_gain=-3, gate=1, gate_threshold=-50, bass=4, treble=-2.5,
                                   low_cut=80, output_gain=-6)
    yield 'third slot', Rig([small, None, model], [cabinet, short], slot=3, cab_blend=0.3, cab_delay=1.5, cab_invert=1,
                            cab_high_cut=7000, cab_pan_1=-0.5, fade=50)
    yield 'tone before, oversampled', Rig([model], [], tone_place=1, mid=5, presence=-4, oversample=2, output_mode=0)
    with open(small, encoding='utf-8') as file:
        other_rate = json.dumps(dict(json.load(file), sample_rate=44100))
    yield '44.1 kHz', Rig([place.write(other_rate, 'two words', 'other rate.nam')], [cabinet])
    yield 'no amp', Rig([model], [cabinet], amp=0, calibrate_input=1, dc_blocker=0)


def test_bundled_rig(place, test):
    """Without any path it plays the bundled model and cabinet."""
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels))
        want = place.render(recording, place.bundled)
        for block in BLOCKS:
            code, got, said = play(place, recording, plugin, '-b', block)
            test.check(code == 0, f'lv2file plays {plugin} in blocks of {block}', code, said)
            test.same(f'{plugin} in blocks of {block}', got, want, said=said)


def test_presets_with_paths(place, test):
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=2))
        for name, rig in rigs(place):
            place.rig_preset(plugin, name, rig)
            want = place.render(recording, rig)
            lag = None if name in LATE else 0
            for block in BLOCKS:
                code, got, said = play(place, recording, plugin, '-b', block, '-P', name)
                if lag is None:  # the first block size finds it, the others must agree
                    lag = find_lag(got, want)
                    test.check(0 < lag < 256, f'{name} is a little late', lag)
                test.check(code == 0, f'lv2file plays {plugin} with the preset {name} in blocks of {block}', code, said)
                test.same(f'{plugin}, {name}, in blocks of {block}', got, want, lag, said)


def test_words_of_presets(place, test):
    """The properties #model and #rig, relative paths, and a locale that is not UTF-8."""
    recording = place.recording('in.wav', guitar(seed=3))
    rig = Rig([place.copy(place.crunch, 'ämp.nam')], [], bass=3, output_gain=-4)
    want = place.render(recording, rig)
    place.preset(MONO, 'model', rig.settings, model=rig.models[0])
    place.preset(MONO, 'rig file', rig=place.write(rig.file(), 'größer.rig.json'))
    place.preset(MONO, 'relative', rig.settings, slot_1='<models/crunch.nam>')
    place.copy(place.crunch, 'lv2', f'preset-{place.presets}.lv2', 'models', 'crunch.nam')
    for name in ('model', 'rig file', 'relative'):
        for locale in ('C.UTF-8', 'C'):
            code, got, said = play(place, recording, MONO, '-b', '64', '-P', name, LC_ALL=locale)
            test.check(code == 0, f'lv2file plays the preset {name} in the locale {locale}', code, said)
            test.same(f'preset {name} in the locale {locale}', got, want, said=said)


def test_bypass_and_missing_files(place, test):
    sound = guitar(seed=4)
    recording = place.recording('in.wav', sound)
    code, got, said = play(place, recording, MONO, '-b', '64', '-p', 'enabled:0')
    test.check(code == 0, 'lv2file plays a bypassed rig', code, said)
    test.same('bypassed', got, sound, said=said)
    place.preset(MONO, 'gone', {'dc_blocker': 0}, slot_1='/there is/no such.nam', cabinet_1=place.cabinet)
    code, got, said = play(place, recording, MONO, '-b', '64', '-P', 'gone')
    test.check(code == 0, 'lv2file plays a preset whose model is not there', code, said)
    test.same('model is not there', got, place.render(recording, Rig([], [place.cabinet], dc_blocker=0)), said=said)


def test_bundled_presets(place, test):
    """At least six, all of which sound, and none like another."""
    recording = place.recording('in.wav', guitar(seed=5))
    sounds = {}
    code, said = place.run('lv2file', '-L', MONO)
    names = [line.split(':', 1)[1].strip() for line in said.splitlines() if line.startswith('Preset:')]
    test.check(code == 0 and len(names) >= 6, 'six presets are in the bundle', code, said)
    for name in names:
        code, got, said = play(place, recording, MONO, '-b', '64', '-P', name)
        test.check(code == 0 and got.size and abs(got).max() > 0.01, f'the preset {name} sounds', code, said)
        sounds[name] = got.tobytes()
    test.check(len(set(sounds.values())) == len(names), 'no preset sounds like another', *sounds)


def need_host():
    need({'lv2file': 'lv2file'})


if __name__ == '__main__':
    need_host()
    Test(globals())
