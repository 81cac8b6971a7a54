#!/usr/bin/python3
"""Ardour without a window: cuts its cycles at automation, copies models into the session, compensates for latency, runs
workers at once while it exports."""
import os
import re
import shutil

import numpy as np

from daw import Daw
from hosts import DATA, LEAD, MONO, STEREO, Rig, Test, need
from sound import RATE, decibels, guitar, read, rms


def other_files(place):
    return (place.copy(os.path.join(DATA, 'amp.nam'), 'meine Verstärker', 'schöner Klang №2.nam'),
            place.copy(os.path.join(DATA, 'cabinet.wav'), 'meine Verstärker', 'boîte (100 %).wav'))


def both(mono):
    """A mono track, as the two channels that are exported."""
    return np.repeat(mono[:1], 2, axis=0) if len(mono) == 1 else mono


def test_inserted_by_uri(place, test):
    """The bundled rig and one with settings, mono and stereo, in short and long cycles."""
    for plugin, channels, block, settings in (
            (MONO, 1, 64, {}), (STEREO, 2, 1024, {}),
            (MONO, 1, 1024, {'oversample': 4, 'bass': 3, 'output_gain': -5}),
            (STEREO, 2, 64, {'tone_place': 1, 'mid': -4, 'gate': 1, 'cab_pan_1': 0.5})):
        recording = place.recording('in.wav', guitar(channels, seed=41))
        want = place.render(recording, Rig(place.bundled.models, place.bundled.cabinets, **settings), LEAD)
        daw, what = Daw(place, block), f'{plugin} in cycles of {block} with {settings}'
        folder = daw.create('inserted', recording, [dict(uri=plugin, ports=settings)])
        got, said = daw.export(folder, 'inserted', want.shape[1])
        test.same(what, got, both(want), said=said)
        for symbol, value in settings.items():
            found = re.search(rf'^value\s+0\s+{re.escape(daw.labels[symbol])}\s+(\S+)$', said, re.M)
            test.check(found and abs(float(found[1]) - value) < 1e-6, f'{what}: {symbol} is still {value}', said)
        shutil.rmtree(folder)


def test_session_that_moves(place, test):
    """Two instances on one track, one of them with files by a preset. Ardour keeps a file as a link, relative to the
    session: it breaks when the session moves to another depth, and where the file is gone."""
    model, cabinet = other_files(place)
    recording = place.recording('in.wav', guitar(seed=42))
    amp = Rig([place.crunch, None, model], [cabinet], slot=3, treble=2)
    second = dict(amp=0, cab=0, high_cut=4000, output_gain=-3)
    place.rig_preset(MONO, 'files', amp)
    silence_first = place.recording('silence first.wav', np.pad(read(recording), ((0, 0), (LEAD, 0))))
    between = place.recording('between.wav', place.render(silence_first, amp))
    want = both(place.render(between, Rig(**second))[:, LEAD:])

    daw = Daw(place)
    folder = daw.create('moving', recording, [dict(uri=MONO, preset='files'), dict(uri=MONO, ports=second)])

    def export(what, *moved_to, **environment):
        nonlocal folder
        if moved_to:
            os.makedirs(place.path(*moved_to[:-1]), exist_ok=True)
            os.rename(folder, place.path(*moved_to))
            folder = place.path(*moved_to)
        got, said = daw.export(folder, 'moving', want.shape[1], **environment)
        test.same(f'two instances, {what}', got, want, said=said)

    export('not moved')
    export('the session has another name', 'noch einmal, größer')
    export('the links to files are broken', 'much', 'deeper', 'inside')
    shelf = place.path('shelf')
    os.makedirs(os.path.join(shelf, 'in some folder'))
    for i, path in enumerate((model, cabinet)):
        os.rename(path, os.path.join(shelf, 'in some folder', f'renamed {i}' + os.path.splitext(path)[1]))
    export('the files have other places and names', BACKLINE_PATH=shelf)
    export('saved meanwhile, and moved', 'back', BACKLINE_PATH=shelf)


def test_automated_gain(place, test):
    """A ramp of 24 dB in a second. Ardour gives one value a cycle, and the rig moves there within 20 ms."""
    frames = 2 * RATE
    ramp = ((0, 0), (RATE // 2, 0), (3 * RATE // 2, -24), (frames, -24))
    recording = place.recording('in.wav', guitar(seconds=2, seed=43))
    flat = both(place.render(recording, place.bundled, LEAD))
    daw = Daw(place)
    folder = daw.create('gain', recording, [dict(uri=MONO, automation={'output_gain': ramp})])
    got, said = daw.export(folder, 'gain', frames)
    test.check(got.shape == flat.shape, 'an automated session has its length', got.shape, said)
    for at in range(0, frames - 960, 960):
        want_db = np.interp(at + 480, *zip(*ramp))
        got_db = decibels(rms(got[:, at:at + 960]) / rms(flat[:, at:at + 960]))
        test.check(-0.1 < got_db - want_db < 24 * 0.025, f'automated gain at frame {at}', got_db, want_db)


def test_automated_slot_and_bypass(place, test):
    """Before, between and behind the points of the automation all is as if it had been so for ever."""
    frames, fade = 3 * RATE, 2 * RATE // 10
    model, cabinet = other_files(place)
    files = Rig([place.crunch, model], [cabinet])
    sound = guitar(seconds=3, seed=44)
    recording = place.recording('in.wav', sound)
    place.rig_preset(MONO, 'two slots', files)
    plays = {slot: both(place.render(recording, Rig(files.models, files.cabinets, slot=slot), LEAD)) for slot in (1, 2)}
    plays[0] = both(sound.astype(np.float64))  # bypassed
    daw = Daw(place)

    step = 1024  # Ardour thins out what is closer, and draws lines between the points
    points = ((0, 1), (RATE, 1), (RATE + step, 2), (2 * RATE, 2), (2 * RATE + step, 1), (frames, 1))
    folder = daw.create('slots', recording, [dict(uri=MONO, preset='two slots', automation={'slot': points})])
    got, said = daw.export(folder, 'slots', frames)
    parts(test, 'slot automated', got, plays, ((0, RATE - 512, 1), (RATE + fade, 2 * RATE - 512, 2),
                                               (2 * RATE + fade, frames, 1)), said)

    points = ((0, 1), (RATE, 1), (RATE + step, 0), (2 * RATE, 0), (2 * RATE + step, 1), (frames, 1))
    folder = daw.create('bypass', recording, [dict(uri=MONO, preset='two slots', automation={'enabled': points})])
    got, said = daw.export(folder, 'bypass', frames)
    parts(test, 'bypass automated', got, plays, ((0, RATE - 512, 1), (RATE + fade, 2 * RATE - 512, 0),
                                                 (2 * RATE + fade, frames, 1)), said)
    steepest = np.abs(np.diff(got[0])).max()
    most = max(np.abs(np.diff(some[0])).max() for some in plays.values())
    test.check(steepest < 1.5 * most, 'no click at the bypass', steepest, most)


def parts(test, what, got, plays, expected, said):
    """expected: (first frame, frame behind the last, which of plays)."""
    for first, end, which in expected:
        test.same(f'{what}, frames {first} to {end}', got[:, first:end], plays[which][:, first:end], said=said)


def need_host():
    need({'ardour7-lua': 'ardour'})


if __name__ == '__main__':
    need_host()
    Test(globals())
