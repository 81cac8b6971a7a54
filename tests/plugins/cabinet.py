#!/usr/bin/python3
"""cabinet.py LIBRARY SOURCE_ROOT: impulse responses and the cabinet of libbackline-rig against SciPy."""
import ctypes
import os
import subprocess
import sys
import tempfile

import numpy as np
from scipy import signal
from scipy.io import wavfile

RATE = 48000.0
FLOATS = ctypes.POINTER(ctypes.c_float)


class Options(ctypes.Structure):
    _fields_ = [("rate_hz", ctypes.c_double), ("keep_level", ctypes.c_bool), ("keep_silence", ctypes.c_bool)]


class Params(ctypes.Structure):
    _fields_ = [("blend", ctypes.c_float), ("pan_first", ctypes.c_float), ("pan_second", ctypes.c_float),
                ("delay_ms", ctypes.c_float), ("invert", ctypes.c_bool), ("low_cut_hz", ctypes.c_float),
                ("high_cut_hz", ctypes.c_float)]


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("text", ctypes.c_char * 512)]


def open_library(path):
    library = ctypes.CDLL(path)
    handle, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_double
    prototypes = {
        "bl_impulse_load": (ctypes.c_int, ctypes.c_char_p, handle, handle, handle),
        "bl_impulse_create": (ctypes.c_int, handle, size, size, number, handle, handle, handle),
        "bl_impulse_free": (None, handle),
        "bl_impulse_channels": (size, handle),
        "bl_impulse_taps": (size, handle),
        "bl_impulse_samples": (FLOATS, handle, size),
        "bl_cabinet_defaults": (Params,),
        "bl_cabinet_create": (ctypes.c_int, handle, handle, size, size, number, ctypes.c_int, handle, handle),
        "bl_cabinet_set": (None, handle, handle),
        "bl_cabinet_process": (None, handle, handle, handle, size),
        "bl_cabinet_reset": (None, handle),
        "bl_cabinet_free": (None, handle),
    }
    for name, (result, *arguments) in prototypes.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


LIBRARY = open_library(sys.argv[1])
ROOT = sys.argv[2]


def rows(samples):
    """Pointers to the rows of a C-contiguous float32 array."""
    return (FLOATS * len(samples))(*[row.ctypes.data_as(FLOATS) for row in samples])


class Impulse:
    """Of an array [channels][frames] or of a file."""

    def __init__(self, source, rate=RATE, target=RATE, keep=True):
        self.handle = ctypes.c_void_p()
        options, error = Options(target, keep, keep), Error()
        if isinstance(source, str):
            status = LIBRARY.bl_impulse_load(os.fsencode(source), ctypes.byref(options), ctypes.byref(self.handle),
                                             ctypes.byref(error))
        else:
            samples = np.ascontiguousarray(np.atleast_2d(source), np.float32)
            status = LIBRARY.bl_impulse_create(rows(samples), *samples.shape, rate, ctypes.byref(options),
                                               ctypes.byref(self.handle), ctypes.byref(error))
        assert status == 0, error.text.decode()

    def samples(self):
        taps = LIBRARY.bl_impulse_taps(self.handle)
        return np.array([np.ctypeslib.as_array(LIBRARY.bl_impulse_samples(self.handle, c), (taps,))
                         for c in range(LIBRARY.bl_impulse_channels(self.handle))])

    def __del__(self):
        LIBRARY.bl_impulse_free(self.handle)


class Cabinet:
    def __init__(self, first, second=None, inputs=1, outputs=1, rate=RATE, **params):
        self.inputs, self.outputs, self.handle, error = inputs, outputs, ctypes.c_void_p(), Error()
        status = LIBRARY.bl_cabinet_create(first and first.handle, second and second.handle, inputs, outputs, rate, 0,
                                           ctypes.byref(self.handle), ctypes.byref(error))
        assert status == 0, error.text.decode()
        self.set(**params)

    def set(self, **params):
        values = LIBRARY.bl_cabinet_defaults()
        for name, value in params.items():
            setattr(values, name, value)
        LIBRARY.bl_cabinet_set(self.handle, ctypes.byref(values))

    def play(self, x, sizes=(64,)):
        """x [inputs][frames] in blocks of these sizes, over and over."""
        x = np.ascontiguousarray(np.atleast_2d(x), np.float32)
        out, at, turn = np.zeros((self.outputs, x.shape[1]), np.float32), 0, 0
        while at < x.shape[1]:
            n = min(sizes[turn % len(sizes)], x.shape[1] - at)
            given = np.ascontiguousarray(x[:, at:at + n])
            taken = np.zeros((self.outputs, n), np.float32)
            LIBRARY.bl_cabinet_process(self.handle, rows(taken), rows(given), n)
            out[:, at:at + n] = taken
            at, turn = at + n, turn + 1
        return out

    def __del__(self):
        LIBRARY.bl_cabinet_free(self.handle)


def noise(seed, *shape):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(np.float32)


def response(seed, taps, channels=1):
    """Noise that dies away."""
    return (noise(seed, channels, taps) * np.exp(-5.0 * np.arange(taps) / taps)).astype(np.float32)


def convolve(x, h):
    return signal.oaconvolve(x.astype(np.float64), h.astype(np.float64))[:len(x)]


def expect(name, got, wanted, limit_db):
    """Energy of the difference against that of what is wanted."""
    error = 10.0 * np.log10(max(np.sum((got - wanted) ** 2) / np.sum(wanted ** 2), 1e-30))
    print(f"{'ok  ' if error < limit_db else 'FAIL'} {name}: {error:.1f} dB, at most {limit_db} dB")
    assert error < limit_db, name


LENGTHS = (1, 2, 63, 64, 65, 500, 511, 512, 513, 769, 1023, 1024, 1025, 1536, 8192, 100000)


def test_lengths():
    for taps in LENGTHS:
        x, h = noise(1, taps + 5000), response(taps, taps)[0]
        got = Cabinet(Impulse(h)).play(x)[0]
        expect(f"{taps} taps", got, convolve(x, h), -120)


SIZES = ((1,), (7,), (64,), (333,), (4096,), (1, 64, 5, 200, 1000))


def late(y, frames):
    return np.concatenate([np.zeros(frames), y[:len(y) - frames]])


def test_layouts():
    """Every number of channels, with everything turned somewhere."""
    x, mono, stereo = noise(3, 2, 9000), response(1, 700), response(2, 3000, 2)
    first, second = Impulse(mono), Impulse(stereo)
    turned = dict(blend=0.3, pan_first=-0.5, pan_second=0.25, delay_ms=5.0, invert=True)
    delay = 240
    alone, pair = convolve(x[0], mono[0]), [convolve(x[0], h) for h in stereo]

    def check(name, inputs, outputs, params, wanted):
        first_cut = None
        for sizes in SIZES:
            got = Cabinet(first, second, inputs, outputs, **params).play(x[:inputs], sizes)
            first_cut = got if first_cut is None else first_cut
            assert np.array_equal(got, first_cut), f"{name}: blocks of {sizes} change the bits"
        for side, y in enumerate(wanted):
            expect(f"{name}, output {side}", first_cut[side], y, -120)

    moved, balanced = (1.5, 0.5), (0.75, 1.0)
    check("mono to mono", 1, 1, turned, [0.7 * alone - 0.3 * late(convolve(x[0], stereo.mean(0)), delay)])
    check("mono to stereo", 1, 2, turned,
          [0.7 * moved[c] * alone - 0.3 * balanced[c] * late(pair[c], delay) for c in range(2)])
    turned["delay_ms"] = -5.0
    check("dual mono", 2, 2, turned,
          [0.7 * min(moved[c], 1.0) * late(convolve(x[c], mono[0]), delay)
           - 0.3 * balanced[c] * convolve(x[c], stereo[c]) for c in range(2)])


def test_one_response():
    """As the first or as the second; the blend does nothing, and in the middle both sides are the mono signal."""
    x, h = noise(4, 4000), response(5, 900)
    alone = Cabinet(Impulse(h)).play(x)[0]
    for first, second in ((Impulse(h), None), (None, Impulse(h))):
        for blend in (0.0, 0.3, 1.0):
            for side in Cabinet(first, second, 1, 2, blend=blend).play(x):
                assert np.array_equal(side, alone)
    sides = Cabinet(Impulse(h), None, 1, 2, pan_first=0.6).play(x)
    expect("mean of both sides", sides.mean(0), alone, -140)


def test_delay():
    """To the sample, of the one or of the other."""
    x, unit = noise(6, 3000), Impulse(np.ones(1))
    for frames in (0, 1, 17, 480, 960):
        for sign in (1, -1):
            got = Cabinet(unit, unit, delay_ms=sign * frames * 1000.0 / RATE).play(x)[0]
            assert np.array_equal(got, (0.5 * x + 0.5 * late(x, frames)).astype(np.float32)), (frames, sign)


def test_cuts():
    x, h = noise(7, 20000), response(8, 600)
    for low, high in ((20.0, 20000.0), (120.0, 20000.0), (20.0, 5000.0), (80.0, 7500.0), (1000.0, 1000.0)):
        wanted = convolve(x, h[0])
        if low > 20.0:
            wanted = signal.sosfilt(signal.butter(2, low, "high", fs=RATE, output="sos"), wanted)
        if high < 20000.0:
            wanted = signal.sosfilt(signal.butter(2, high, "low", fs=RATE, output="sos"), wanted)
        got = Cabinet(Impulse(h), low_cut_hz=low, high_cut_hz=high).play(x)[0]
        expect(f"cuts at {low:g} and {high:g} Hz", got, wanted, -115)


def spectrum(taps, rate):
    """Of a response at 40 Hz to 18 kHz in steps of 20 Hz, whatever its rate: folded to the samples of 1/20 s."""
    period = round(rate / 20.0)
    folded = np.zeros(-(-taps.size // period) * period)
    folded[:taps.size] = taps
    return np.fft.fft(folded.reshape(-1, period).sum(0))[2:901]


def loudspeaker(rate, lead_s):
    """A band-pass like a guitar loudspeaker's, behind some silence."""
    impulse = np.zeros(int(rate * (0.06 + lead_s)))
    impulse[int(rate * lead_s)] = 1.0
    sections = np.concatenate([signal.butter(2, 80.0, "high", fs=rate, output="sos"),
                               signal.butter(4, 5000.0, fs=rate, output="sos")])
    return signal.sosfilt(sections, impulse)


def test_rates():
    """The frequency response stays what it was, in level and in time: nothing is late."""
    for rate in (44100.0, 48000.0, 88200.0, 96000.0, 192000.0):
        white = noise(10, 2400) * np.exp(-np.arange(2400) / 300.0)
        for name, h, limit in (("recorded", loudspeaker(rate, 0.001), -120.0), ("sudden", loudspeaker(rate, 0.0), -80.0),
                               ("one sample", np.ones(1), -60.0), ("white noise", white, -50.0)):
            wanted = spectrum(h, rate)
            for target in (44100.0, 48000.0, 96000.0, 192000.0):
                got = spectrum(Impulse(h, rate, target).samples()[0], target)
                error = 10.0 * np.log10(np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2) + 1e-20)
                heard = np.abs(wanted) > (0.0 if name == "recorded" else 0.01) * np.abs(wanted).max()
                level = 20.0 * np.abs(np.log10(np.abs(got / wanted)[heard])).max()
                print(f"{name}, {rate:g} Hz to {target:g} Hz: {error:.1f} dB, level off by {level:.4f} dB")
                assert error < limit
                assert level < 0.05 or name == "white noise"  # with its deep notches


def test_cut_and_normalised_at_all_rates():
    """What is cut away, faded and scaled does not depend on the rate: the same response comes out."""
    for rate in (44100.0, 48000.0, 96000.0):
        h = 0.01 * loudspeaker(rate, 0.002)
        results = {target: spectrum(Impulse(h, rate, target, False).samples()[0], target)
                   for target in (44100.0, 48000.0, 96000.0, 192000.0)}
        for target, got in results.items():
            error = 10.0 * np.log10(np.sum(np.abs(got - results[rate]) ** 2) / np.sum(np.abs(got) ** 2) + 1e-20)
            print(f"{rate:g} Hz to {target:g} Hz: {error:.1f} dB")
            assert error < -80.0
        shape = 20.0 * np.log10(np.abs(results[rate]) / np.abs(spectrum(h, rate)))
        heard = np.abs(results[rate]) > 0.01 * np.abs(results[rate]).max()
        print(f"    against what was recorded: {np.ptp(shape[heard]):.3f} dB")
        assert np.ptp(shape[heard]) < 0.15


def ear_weighted(x):
    """Filters of ITU-R BS.1770 for 48 kHz."""
    x = signal.lfilter([1.53512485958697, -2.69169620938640, 1.19839281085285],
                       [1.0, -1.69065929318241, 0.73248077421585], x)
    return signal.lfilter([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621], x)


def own_cabinet():
    return os.path.join(ROOT, "assets", "backline-cabinet.wav")


def test_own_cabinet_again():
    """The script makes the file that is there; sines may be rounded otherwise elsewhere, by one step of 24 bits."""
    with tempfile.TemporaryDirectory() as folder:
        again = os.path.join(folder, "again.wav")
        subprocess.run([sys.executable, os.path.join(ROOT, "tools", "train", "cabinet.py"), again], check=True)
        (rate, there), (rate_again, made) = wavfile.read(own_cabinet()), wavfile.read(again)
    assert rate == rate_again == 48000 and there.shape == made.shape == (1920,)
    steps = np.abs(there.astype(np.int64) - made.astype(np.int64)).max() // 256
    print(f"assets/backline-cabinet.wav: made again, {steps} steps away")
    assert steps <= 1


# A 12-inch guitar loudspeaker in thirds of an octave, against its mean from 200 Hz to 1 kHz: lowest and highest dB.
GUITAR_SPEAKER = {63: (-6, 0), 100: (2, 4.5), 125: (2, 4.5), 500: (-5, 0), 630: (-5, 0), 2500: (4, 8), 3150: (4, 8),
                  4000: (2, 8), 6300: (-15, -8), 8000: (-26, -18), 12500: (-46, -34)}


def test_own_cabinet_is_a_guitar_speaker():
    h = Impulse(own_cabinet()).samples()[0]
    spectrum = np.abs(np.fft.rfft(h, 1 << 16)) ** 2
    frequencies = np.fft.rfftfreq(1 << 16, 1.0 / RATE)

    def band(centre):
        edge = 2.0 ** (1.0 / 6.0)
        return spectrum[(frequencies >= centre / edge) & (frequencies < centre * edge)].mean()

    middle = np.mean([band(1000.0 * 2.0 ** (k / 3.0)) for k in range(-7, 1)])
    for centre, (low, high) in GUITAR_SPEAKER.items():
        level = 10.0 * np.log10(band(centre) / middle)
        print(f"{centre:6d} Hz {level:6.1f} dB")
        assert low <= level <= high


def test_level():
    """A guitar, clean or distorted, is about as loud behind a response as before it."""
    strings = np.concatenate([string(f) for f in (82.4, 123.5, 164.8, 247.0, 329.6)])
    for name, x in (("clean", strings), ("distorted", np.tanh(30.0 * strings))):
        before = 10.0 * np.log10(np.mean(ear_weighted(x) ** 2))
        for label, source in (("own cabinet", own_cabinet()), ("dark", loudspeaker(RATE, 0.0) * 1e-3),
                              ("room", response(9, 24000))):
            got = Cabinet(Impulse(source, keep=False)).play(x, (4096,))[0].astype(np.float64)
            change = 10.0 * np.log10(np.mean(ear_weighted(got) ** 2)) - before
            print(f"{name} guitar through {label}: {change:+.1f} dB")
            assert abs(change) < 2.5


def string(frequency):
    """A plucked string, 1 s: partials that die away, the higher the faster, through a pickup."""
    t, partials = np.arange(int(RATE)) / RATE, np.arange(1, int(5000.0 / frequency))
    loud = np.sin(np.pi * partials * 0.13) * np.sin(np.pi * partials * 0.21) / partials
    return 0.3 * np.sum([a * np.exp(-t * (1.0 + 0.3 * n)) * np.sin(2.0 * np.pi * n * frequency * t)
                         for n, a in zip(partials, loud)], axis=0)


def main():
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    for test in tests:
        print(f"-- {test.__name__}")
        test()


main()
