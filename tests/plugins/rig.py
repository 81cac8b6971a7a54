#!/usr/bin/python3
"""rig.py LIBRARY: the rig as a whole: block sizes, rates, latency, channels, levels, failures, bypass."""
import numpy as np
from scipy import signal

from rig_host import CRUNCH, IMPULSE_1, MODEL, Folder, Rig, TinyWaveNet, container, decibels, main, plain, rms, wav

RATES = [44100, 48000, 88200, 96000, 176400, 192000]


def plucks(rate, seconds=1.0, top=4000):
    """Decaying chords, band-limited, the same sound at every rate."""
    t = np.arange(int(rate * seconds)) / rate
    out = np.zeros(len(t))
    for start, base in ((0.02, 110.0), (0.3, 146.83), (0.6, 82.41)):
        since = np.maximum(t - start, 0)
        rise = np.where(t > start, 1 - np.exp(-since / 0.002), 0)
        for k in range(1, 40):
            if base * k < top:
                out += rise * np.exp(-since * (2 + 0.6 * k)) * np.sin(2 * np.pi * base * k * since + k) / k ** 1.3
    return 0.25 * out


def cabinet(folder, rate=48000):
    taps = np.random.default_rng(5).normal(size=1500) * np.exp(-np.arange(1500) / 150)
    taps[0] = 3
    return folder.write('cab.wav', wav(taps / 10, rate))


EVERYTHING = dict(gate=1, gate_threshold=-50, bass=4, mid=-3, treble=2, presence=3, depth=2, low_cut=60,
                  high_cut=9000, input_gain=3, output_gain=-6, cab_low_cut=70, cab_high_cut=8000)


def test_blocks(lib, check):
    folder = Folder()
    for rate in (48000, 44100, 192000):
        sound = plucks(rate, 0.4) + 1e-3 * np.random.default_rng(1).normal(size=int(rate * 0.4))
        for more in (dict(), dict(oversample=2), dict(tone_place=1)):
            played = {}
            for block in (1, 7, 64, 333, 1024, 4096):
                if block == 1 and rate != 48000:
                    continue
                rig = Rig(lib, rate, (1, 2), model=CRUNCH, ir=cabinet(folder), **dict(EVERYTHING, **more))
                played[block] = rig.play(sound, block)
                rig.close()
            wanted = played[4096]
            check(rms(wanted) > 1e-3, 'the rig sounds', rms(wanted))
            for block, got in played.items():
                check(np.array_equal(got, wanted), f'{rate} Hz, {more}: blocks of {block} give the same bits',
                      np.abs(got - wanted).max())


def test_latency(lib, check):
    folder = Folder()
    models = {48000: folder.linear('48.nam', [1.0]), 44100: folder.linear('44.nam', [1.0], 44100)}
    for rate in RATES:
        for model_rate, model in models.items():
            for oversample in (1, 2, 8):
                rig = Rig(lib, rate, model=model, **plain(oversample=oversample))
                sound = np.zeros(8192)
                sound[1000] = 0.5
                got = rig.play(sound, 64)
                at = int(np.abs(got).argmax())
                # what is symmetrical around a sample has its centre of gravity there
                near = got[at - 20:at + 21].astype(float)
                centre = at + np.sum(near ** 2 * np.arange(-20, 21)) / np.sum(near ** 2)
                check(abs(centre - 1000 - rig.latency) < 0.02,
                      f'{model_rate} Hz model at {rate} Hz, {oversample} times: late as reported', centre - 1000,
                      rig.latency)
                if rate == model_rate * oversample:
                    check(rig.latency < oversample, 'nothing to resample', rate, model_rate, rig.latency)
                rig.close()


def band(x, rate, top):
    """Spectrum up to top Hz, in steps of 1 Hz."""
    x = np.asarray(x, float)[:rate]
    return np.fft.rfft(x * signal.windows.tukey(len(x), 0.02), rate)[:top] / rate


def test_rates(lib, check):
    """The same sound whatever the host's rate is."""
    folder = Folder()
    cab = cabinet(folder)
    spectra = {}
    for rate in RATES:
        rig = Rig(lib, rate, model=CRUNCH, ir=cab)
        late = rig.latency
        got = rig.play(np.concatenate([plucks(rate), np.zeros(late)]), 256)
        spectra[rate] = band(got[late:], rate, 18000)
        rig.close()
    wanted = spectra.pop(48000)
    for rate, spectrum in spectra.items():
        off = 10 * np.log10(np.sum(np.abs(spectrum - wanted) ** 2) / np.sum(np.abs(wanted) ** 2))
        check(off < -60, f'{rate} Hz sounds like 48000 Hz', off)


def test_channels(lib, check):
    folder = Folder()
    cab = cabinet(folder)
    left, right = plucks(48000, 0.3), plucks(48000, 0.3, 900)[::-1].copy()
    alone = []
    for sound in (left, right):
        rig = Rig(lib, model=CRUNCH, ir=cab, **EVERYTHING)
        alone.append(rig.play(sound))
        rig.close()
    rig = Rig(lib, channels=(2, 2), model=CRUNCH, ir=cab, **EVERYTHING)
    both = rig.play(np.stack([left, right]))
    rig.close()
    check(np.array_equal(both, np.stack(alone)), 'two channels are two rigs', np.abs(both - np.stack(alone)).max())
    rig = Rig(lib, channels=(1, 2), model=CRUNCH, ir=cab, **EVERYTHING)
    wide = rig.play(left)
    rig.close()
    check(np.array_equal(wide, np.stack([alone[0]] * 2)), 'a mono rig in the middle of two outputs')


def test_levels(lib, check):
    folder = Folder()
    model = folder.linear('quiet.nam', [0.5], loudness=-30, input_level_dbu=18.0, output_level_dbu=6.0)
    sound = plucks(48000, 0.3)
    for settings, factor in ((dict(output_mode=0), 0), (dict(output_mode=1), 12), (dict(output_mode=2), -6),
                             (dict(output_mode=0, calibrate_input=1), -6),
                             (dict(output_mode=2, calibrate_input=1, interface_level=10), -12),
                             (dict(output_mode=0, input_gain=6, output_gain=-10), -4)):
        rig = Rig(lib, model=model, **dict({'dc_blocker': 0}, **settings))
        got = rig.play(sound)
        rig.close()
        check(np.allclose(got, 0.5 * sound * 10 ** (factor / 20), rtol=1e-4, atol=1e-6), 'levels', settings,
              decibels(rms(got) / rms(sound)))


def test_failures_keep_the_sound(lib, check):
    folder = Folder()
    cab = cabinet(folder)
    broken = folder.write('broken.nam', b'{"version": "0.5.4"')
    sound = plucks(48000, 0.5)
    rig = Rig(lib, model=CRUNCH, ir=cab)
    wanted = rig.play(sound)
    rig.close()
    rig = Rig(lib, model=CRUNCH, ir=cab)
    got = rig.play(sound, 64, [(4000, lambda r: r.file(MODEL, broken)), (6000, lambda r: r.file(MODEL, '/none')),
                               (8000, lambda r: r.file(IMPULSE_1, broken)), (9000, lambda r: r.set(slot=5))])
    check(np.array_equal(got, wanted), 'failed loads and empty slots are not heard')
    state = rig.state(MODEL)
    check(state.path == b'/none' and state.loaded and state.error.status and b'/none' in state.error.text,
          'the path stays, and a sentence says why', state.path, state.loaded, state.error.text)
    check('broken' in rig.state(IMPULSE_1).path.decode() and rig.state(IMPULSE_1).error.status != 0,
          'an impulse response that is none', rig.state(IMPULSE_1).error.text)
    rig.set(slot=1)
    rig.file(MODEL, None)
    rig.file(IMPULSE_1, None)
    rig.work()
    rig.set(output_mode=0, dc_blocker=0)
    rig.play(sound)
    check(np.array_equal(rig.play(sound), sound.astype(np.float32)), 'without files the rig passes on')
    rig.close()


def test_bypass(lib, check):
    for rate in (48000, 44100):
        sound = plucks(rate, 1.0)
        rig = Rig(lib, rate, model=CRUNCH)
        always = rig.play(sound)
        rig.close()
        rig = Rig(lib, rate, model=CRUNCH)
        late, off, on = rig.latency, 8000, 24000
        got = rig.play(sound, 64, [(off, lambda r: r.set(enabled=0)), (on, lambda r: r.set(enabled=1))])
        rig.close()
        dry = np.concatenate([np.zeros(late), sound]).astype(np.float32)[:len(sound)]
        off, on, fade = -(-off // 64) * 64, -(-on // 64) * 64, rate // 50 + 2
        check(np.array_equal(got[off + fade:on], dry[off + fade:on]), f'{rate} Hz: bypass is the input, late by {late}')
        check(np.array_equal(got[on + fade:], always[on + fade:]), f'{rate} Hz: the amp stayed warm')
        low, high = np.minimum(always, dry) - 1e-6, np.maximum(always, dry) + 1e-6
        check(np.all((got >= low) & (got <= high)), f'{rate} Hz: nothing but a blend of both')


def test_strange_numbers(lib, check):
    rig = Rig(lib, model=CRUNCH, **EVERYTHING)
    sound = plucks(48000, 0.3)
    for value in (np.nan, np.inf, -np.inf, 3e38, 1e-40):
        sound[3000:3100] = value
        out = rig.play(sound)
        check(np.all(np.isfinite(out)), 'finite output', value)
    rig.play(np.zeros(96000), 4096)
    rig.set(bass=np.nan, input_gain=np.inf, output_gain=-np.inf, slot=np.nan, oversample=3, fade=-5)
    check(np.all(np.isfinite(rig.play(plucks(48000, 0.3)))), 'settings that are no numbers')
    rig.close()


def test_qualities(lib, check):
    """A model in sizes plays the size that is asked for."""
    folder = Folder()
    small, large = TinyWaveNet(1), TinyWaveNet(2)
    model = folder.write('sizes.nam', container((0.5, small.file()), (1.0, large.file())))
    sound = plucks(48000, 0.2)
    for quality, network in ((0.0, small), (1.0, large)):
        rig = Rig(lib, model=model, **plain(quality=quality))
        check(np.abs(rig.play(sound) - network.play(sound)).max() < 1e-5, f'quality {quality}')
        rig.close()


if __name__ == '__main__':
    main(dict(globals()))
