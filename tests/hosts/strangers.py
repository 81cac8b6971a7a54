#!/usr/bin/python3
"""strangers.py BUNDLE BACKLINE STRANGERS: a process that brings other functions under the names that the plugin uses, as
other plugins and hosts' libraries do (strangers.c): the sound is the same, and nothing of them is called."""
import ctypes
import os
import sys

from hosts import MONO, STEREO, Test, need
from lv2file import play
from sound import guitar

STRANGERS = os.path.abspath(sys.argv[3])


def test_strangers_are_there(place, test):
    """Else this test could not fail."""
    library = ctypes.CDLL(STRANGERS)
    test.check(library.bl_rig_process and library.kiss_fft, 'the strangers have our names')
    code, said = place.run(sys.executable, '-c', 'import ctypes; ctypes.CDLL(None).bl_rig_process()',
                           LD_PRELOAD=STRANGERS)
    test.check(code < 0, 'to call one ends the process', code, said)


def test_plugin_among_strangers(place, test):
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=71))
        code, got, said = play(place, recording, plugin, LD_PRELOAD=STRANGERS)
        test.check(code == 0, f'{plugin} plays among strangers', code, said)
        test.same(f'{plugin} among strangers', got, place.render(recording, place.bundled), said=said)


if __name__ == '__main__':
    need({'lv2file': 'lv2file'})
    Test(globals())
