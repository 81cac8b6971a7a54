#!/usr/bin/python3
"""jalv on a JACK server without a sound card: real time, a worker, restore() while it runs.

jalv.py BUNDLE BACKLINE JACK_LOOP"""
import os
import sys

from hosts import DATA, LEAD, MONO, STEREO, Rig, Test, need, skip
from jack import PERIOD, Jack, Jalv
from sound import guitar


def start(place, period=PERIOD):
    return Jack(place, sys.argv[3], period)


def other_files(place):
    return (place.copy(os.path.join(DATA, 'amp.nam'), 'Köln & Łódź', 'ampli à lampes.nam'),
            place.copy(os.path.join(DATA, 'cabinet.wav'), 'Köln & Łódź', 'four by twelve.wav'))


def test_control_ports(place, test):
    recording = place.recording('in.wav', guitar(seed=11))
    rig = place.bundled
    with start(place) as jack, Jalv(jack, MONO, '-c', 'bass=3') as jalv:
        rig.settings.update(bass=3)
        test.comes_to('jalv, a port set at its start', lambda: jalv.play(recording),
                      place.render(recording, rig, LEAD), PERIOD)
        for symbol, value in (('output_gain', -7.5), ('gate', 1), ('high_cut', 5000), ('cab', 0), ('bass', -4)):
            jalv.command('set', symbol, value)
            rig.settings[symbol] = value
            test.comes_to(f'jalv, after set {symbol} {value}', lambda: jalv.play(recording),
                          place.render(recording, rig, LEAD), PERIOD)
        jalv.command('set', 'oversample', 4)
        rig.settings.update(oversample=4)
        latency = test.wait_for(jalv.latency)
        test.check(latency > 0, 'the latency port says how late an oversampled rig is', latency)
        test.comes_to('jalv, oversampled', lambda: jalv.play(recording), place.render(recording, rig, LEAD),
                      PERIOD + latency)
        jalv.command('set', 'enabled', 0)
        test.comes_to('jalv, bypassed, as late as before', lambda: jalv.play(recording), guitar(seed=11),
                      PERIOD + latency)
        test.check(jalv.close() == 0, 'jalv ends in peace', jalv.said()[-1000:])


def test_presets_and_slots(place, test):
    """Presets with paths while it plays, and the slot port."""
    model, cabinet = other_files(place)
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=12))
        rigs = [Rig([model], [cabinet], input_gain=2, treble=3, slot=1),
                Rig([place.crunch, None, model], [None, cabinet], treble=-3, slot=3, output_mode=0),
                Rig([place.crunch], [], mid=4, slot=1)]
        presets = [place.rig_preset(plugin, f'preset {i}', rig) for i, rig in enumerate(rigs)]
        with start(place) as jack, Jalv(jack, plugin, '-s') as jalv:
            test.comes_to(f'jalv plays the bundled rig, {plugin}', lambda: jalv.play(recording),
                          place.render(recording, place.bundled, LEAD), PERIOD)
            jalv.command('presets')
            settings = {}
            for i in (0, 1, 2, 1):  # a preset leaves ports alone that it does not name
                jalv.command('preset', presets[i])
                settings.update(rigs[i].settings)
                want = place.render(recording, Rig(rigs[i].models, rigs[i].cabinets, **settings), LEAD)
                test.comes_to(f'jalv, preset {i}, {plugin}', lambda: jalv.play(recording), want, PERIOD)
            jalv.command('set', 'slot', 1)
            settings.update(slot=1)
            want = place.render(recording, Rig(rigs[1].models, rigs[1].cabinets, **settings), LEAD)
            test.comes_to(f'jalv, after set slot 1, {plugin}', lambda: jalv.play(recording), want, PERIOD)
            test.check(jalv.close() == 0, 'jalv ends in peace', jalv.said()[-1000:])


def test_state_folder(place, test):
    model, cabinet = other_files(place)
    recording = place.recording('in.wav', guitar(seed=13))
    rig = Rig([None, place.crunch, model], [cabinet], slot=2, depth=3, presence=-2)
    folder = place.state(MONO, 'saved état', rig.settings, **rig.paths())
    with start(place) as jack, Jalv(jack, MONO, '-l', folder) as jalv:
        test.comes_to('jalv, from a state folder', lambda: jalv.play(recording),
                      place.render(recording, rig, LEAD), PERIOD)
        jalv.command('set', 'slot', 3)
        rig.settings.update(slot=3)
        test.comes_to('jalv, another slot', lambda: jalv.play(recording),
                      place.render(recording, rig, LEAD), PERIOD)
        test.check(jalv.close() == 0, 'jalv ends in peace', jalv.said()[-1000:])


def need_host():
    need({'jackd': 'jackd2', 'jack_lsp': 'jackd2', 'jalv': 'jalv'})
    if len(sys.argv) < 4 or sys.argv[3].startswith('test_'):
        skip('jack_loop was not built; it needs the Debian package libjack-jackd2-dev.')


if __name__ == '__main__':
    need_host()
    Test(globals())
