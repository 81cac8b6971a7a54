#!/usr/bin/python3
"""GStreamer's lv2 elements: in place, atom ports connected to nothing, no worker, no state; switches are off unless
they are set."""
import os
import subprocess

from hosts import DATA, MONO, STEREO, Rig, Test, need, skip
from sound import guitar, read

# Switches that are on initially. A boolean of GStreamer is false until it is set.
SWITCHES_ON = {'enabled': 1, 'dc_blocker': 1, 'amp': 1, 'cab': 1}


def play(place, recording, plugin, **controls):
    out = place.path('out.wav')
    values = [f'{symbol.replace("_", "-")}={value}' for symbol, value in controls.items()]
    code, said = place.run('gst-launch-1.0', '-q', 'filesrc', f'location={recording}', '!', 'wavparse', '!',
                           'audioconvert', '!', plugin.replace(':', '-'), *values, '!', 'audioconvert', '!',
                           'wavenc', '!', 'filesink', f'location={out}')
    return code, read(out) if code == 0 else None, said


def check(place, test, what, recording, rig, plugin, **controls):
    code, got, said = play(place, recording, plugin, **dict(SWITCHES_ON, **controls))
    test.check(code == 0, f'GStreamer plays {what}', code, said)
    if got is not None:
        rig = Rig(rig.models, rig.cabinets, **dict(rig.settings, **controls))
        test.same(what, got, place.render(recording, rig), said=said)


def test_bundled_rig(place, test):
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=31))
        check(place, test, f'the bundled rig, {plugin}', recording, place.bundled, plugin)
        check(place, test, f'with settings, {plugin}', recording, place.bundled, plugin, input_gain=-3, gate_hold=20,
              treble=4, low_cut=100, cab_low_cut=90, output_gain=-3)


def test_bypass(place, test):
    sound = guitar(seed=32)
    code, got, said = play(place, place.recording('in.wav', sound), MONO)
    test.check(code == 0, 'GStreamer plays a rig that nobody enabled', said)
    test.same('not enabled', got, sound, said=said)


def test_slots_of_the_bank(place, test):
    small = os.path.join(DATA, 'amp.nam')
    files = Rig([place.crunch, None, small], [place.cabinet])
    place.write(files.file(), 'config', 'backline', 'bank.json')
    recording = place.recording('in.wav', guitar(seed=33))
    for slot in (1, 3):
        check(place, test, f'slot {slot} of the bank', recording, files, MONO, slot=slot)


def need_host():
    need({'gst-launch-1.0': 'gstreamer1.0-tools', 'gst-inspect-1.0': 'gstreamer1.0-tools'})
    for element, package in (('wavparse', 'good'), ('lv2', 'bad')):
        if subprocess.run(['gst-inspect-1.0', element], capture_output=True).returncode:
            skip(f'GStreamer has no {element}; it is in the Debian package gstreamer1.0-plugins-{package}.')


if __name__ == '__main__':
    need_host()
    Test(globals())
