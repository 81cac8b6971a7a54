#!/usr/bin/python3
"""switching.py LIBRARY: fifty switches while a tone and a chord sound. No silence, no dry signal, no click."""
import numpy as np

from rig_host import CRUNCH, IMPULSE_1, MODEL, Folder, Rig, TinyWaveNet, container, decibels, main, plain, rms, wav

RATE, SECONDS, SWITCHES = 48000, 6, 50
FADE = RATE // 50
T = np.arange(RATE * SECONDS) / RATE
TONE = 0.2 * np.sin(2 * np.pi * 220 * T)
CHORD = 0.08 * sum(np.sin(2 * np.pi * f * T + f) for f in (110, 164.81, 220, 277.18))
SOUNDS = (('tone', TONE), ('chord', CHORD))


def times(block, seed):
    """Fifty moments, at least three fades apart, at block boundaries."""
    gaps = np.random.default_rng(seed).integers(3 * FADE, 5 * FADE, SWITCHES)
    return list(-(-(4000 + np.cumsum(gaps)) // block) * block)


def steady(lib, sound, **rig):
    host = Rig(lib, **rig)
    out = host.play(sound, 64)
    host.close()
    return out.astype(np.float64)


def high(x):
    """What is above 6 kHz, where neither sound nor its distortion has much: clicks stand out there."""
    spectrum = np.fft.rfft(x)
    spectrum[np.fft.rfftfreq(len(x), 1 / RATE) < 6000] = 0
    return np.fft.irfft(spectrum, len(x))


def judge(check, what, got, states, moments):
    """states: the sound of each state, played alone; the rig begins in the first and goes on to the next at every
    moment, round and round."""
    at, inside = 0, np.zeros(len(got), bool)
    wrong = 0.0
    for i, moment in enumerate(list(moments) + [len(got)]):
        now = states[i % len(states)]
        settled = slice(at, moment)
        wrong = max(wrong, np.abs(got[settled] - now[settled]).max(initial=0))
        if moment == len(got):
            break
        later = states[(i + 1) % len(states)]
        fade = slice(moment, moment + FADE + 64)
        inside[fade] = True
        blend = np.minimum(now[fade], later[fade]) - 1e-4, np.maximum(now[fade], later[fade]) + 1e-4
        check(np.all((got[fade] >= blend[0]) & (got[fade] <= blend[1])), f'{what}: switch {i} is a blend of both')
        at = moment + FADE + 64
    check(wrong < 1e-4 * max(np.abs(s).max() for s in states), f'{what}: each state as if it had always played', wrong)
    # splash: what is new in the highs, in windows of 5 ms, against the louder of the states there
    width = RATE // 200
    def levels(x):
        return np.array([rms(x[i:i + width]) for i in range(0, len(x) - width, width)])
    limit = np.max([levels(high(s)).max() for s in states]) * 2 + 1e-5 * rms(got)
    splash = levels(high(got))[4:].max()
    check(splash < limit, f'{what}: no splash in the highs', decibels(splash), decibels(limit))
    quietest = min(levels(s)[20:].min() for s in states)
    check(levels(got)[20:].min() > 0.5 * quietest, f'{what}: no gap', decibels(levels(got)[20:].min()),
          decibels(quietest))


def test_models(lib, check):
    folder = Folder()
    other = folder.write('other.nam', TinyWaveNet(4).file())
    for name, sound in SOUNDS:
        states = [steady(lib, sound, model=m) for m in (CRUNCH, other)]
        for block in (64, 500):
            moments, events = times(block, 1), []
            for i, moment in enumerate(moments):
                events.append((moment, lambda r, m=(other, CRUNCH)[i % 2]: r.file(MODEL, m)))
            host = Rig(lib, model=CRUNCH)
            judge(check, f'models, {name}, blocks of {block}', host.play(sound, block, events), states, moments)
            host.close()


def test_slots(lib, check):
    folder = Folder()
    other = folder.write('other.nam', TinyWaveNet(4).file())
    for name, sound in SOUNDS:
        states = [steady(lib, sound, model=m) for m in (CRUNCH, other)]
        moments, events = times(64, 2), []
        for i, moment in enumerate(moments):
            events.append((moment, lambda r, i=i: r.set(slot=(7, 1)[i % 2])))
        host = Rig(lib, model=CRUNCH)
        host.file(MODEL + 6, other)
        host.work()
        judge(check, f'slots, {name}', host.play(sound, 64, events), states, moments)
        host.close()


def test_impulses(lib, check):
    folder, random, paths = Folder(), np.random.default_rng(3), []
    for i in range(3):
        taps = random.normal(size=2500) * np.exp(-np.arange(2500) / 100) * 0.1
        taps[0] = 1
        paths.append(folder.write(f'{i}.wav', wav(taps, RATE)))
    for name, sound in SOUNDS:
        states = [steady(lib, sound, model=CRUNCH, ir=p) for p in paths]
        moments, events = times(64, 3), []
        for i, moment in enumerate(moments):
            events.append((moment, lambda r, p=paths[(i + 1) % 3]: r.file(IMPULSE_1, p)))
        host = Rig(lib, model=CRUNCH, ir=paths[0])
        judge(check, f'impulse responses, {name}', host.play(sound, 64, events), states, moments)
        host.close()


def test_qualities(lib, check):
    model = Folder().write('sizes.nam', container((0.5, TinyWaveNet(4).file()), (1.0, TinyWaveNet(6).file())))
    for name, sound in SOUNDS:
        states = [steady(lib, sound, model=model, quality=q) for q in (1, 0)]
        moments, events = times(64, 4), []
        for i, moment in enumerate(moments):
            events.append((moment, lambda r, i=i: r.set(quality=i % 2)))
        host = Rig(lib, model=model)
        judge(check, f'qualities, {name}', host.play(sound, 64, events), states, moments)
        host.close()


def test_stages_on_and_off(lib, check):
    folder = Folder()
    taps = np.exp(-np.arange(300) / 20.0)
    cab = folder.write('cab.wav', wav(taps, RATE))
    for symbol, files in (('amp', dict(model=CRUNCH)), ('cab', dict(model=CRUNCH, ir=cab)),
                          ('enabled', dict(model=CRUNCH, ir=cab))):
        for name, sound in SOUNDS:
            states = [steady(lib, sound, **files, **{symbol: on}) for on in (1, 0)]
            moments, events = times(64, 5), []
            for i, moment in enumerate(moments):
                events.append((moment, lambda r, i=i: r.set(**{symbol: i % 2})))
            host = Rig(lib, **files)
            judge(check, f'{symbol} on and off, {name}', host.play(sound, 64, events), states, moments)
            host.close()


def test_oversampling(lib, check):
    """Latency changes with it, so that the two states are not in step: only level and splash can be judged."""
    for name, sound in SOUNDS:
        states = [steady(lib, sound, model=CRUNCH, oversample=n) for n in (1, 2)]
        moments, events = times(64, 6), []
        for i, moment in enumerate(moments):
            events.append((moment, lambda r, i=i: r.set(oversample=(2, 1)[i % 2])))
        host = Rig(lib, model=CRUNCH)
        got = host.play(sound, 64, events)
        host.close()
        limit = 2 * max(np.abs(high(s)[4800:]).max() for s in states) + 1e-4 * rms(got)
        check(np.abs(high(got)[4800:]).max() < limit, f'oversampling, {name}: no splash', np.abs(high(got)[4800:]).max(),
              limit)
        width = RATE // 100
        quiet = [min(rms(x[i:i + width]) for i in range(4800, len(x) - width, width)) for x in (got, *states)]
        check(quiet[0] > 0.4 * min(quiet[1:]), f'oversampling, {name}: no gap', quiet)


if __name__ == '__main__':
    main(dict(globals()))
