"""A plucked electric-guitar string: the instrument behind synth_di.py.

Strings are extended Karplus-Strong models: an excitation pulse with the comb
notches of the picking position, a delay loop with a loss filter and a
fractional delay for exact tuning, two slightly detuned polarisations per
string, the comb of the pickup position, and a pickup/body filter.

References for the method: K. Karplus and A. Strong, "Digital synthesis of
plucked-string and drum timbres", CMJ 7(2), 1983; D. Jaffe and J. Smith,
"Extensions of the Karplus-Strong plucked-string algorithm", same issue.
"""

import numpy as np
from scipy import ndimage, signal

RATE = 48000
# MIDI note numbers of the open strings, low E first.
OPEN_STRINGS = (40, 45, 50, 55, 59, 64)
PICKUP_PLACE = 0.19     # distance bridge to pickup, as part of the scale


def note_hz(midi):
    """Return the frequency of a MIDI note number (A4 = 69 = 440 Hz)."""
    return 440.0 * 2.0 ** ((midi - 69) / 12.0)


def lagrange3(delay):
    """Return the 4 taps of a cubic Lagrange delay line, 1 <= delay < 2."""
    taps = np.ones(4)
    for k in range(4):
        for m in range(4):
            if m != k:
                taps[k] *= (delay - m) / (k - m)
    return taps


def comb(x, delay, depth):
    """Subtract a copy of x delayed by a fractional number of samples."""
    whole = max(int(delay) - 1, 0)
    taps = np.concatenate((np.zeros(whole), lagrange3(delay - whole)))
    return x - depth * np.convolve(x, taps)[:len(x)]


def string_loop(excitation, freq, t60, damping):
    """Run an excitation through the closed loop of one vibrating string.

    t60 is the decay time of the fundamental in seconds, damping (0 to 0.5)
    the extra loss of high partials.  The loop delay is a whole number of
    samples plus a 3-tap loss filter plus a fractional delay, so the output
    can be computed in blocks as long as the whole part.
    """
    period = RATE / freq
    whole = int(period) - 2
    loss = np.array([damping / 2, 1 - damping, damping / 2])
    loss *= 10.0 ** (-3.0 / (freq * t60))
    taps = np.convolve(loss, lagrange3(period - 1 - whole))
    pad = whole + len(taps) - 1
    y = np.concatenate((np.zeros(pad), excitation))
    for start in range(pad, len(y), whole):
        stop = min(start + whole, len(y))
        past = y[start - pad:stop - whole]
        y[start:stop] += np.convolve(past, taps, "valid")
    return y[pad:]


def pluck(midi, seconds, rng, level=1.0, string=None, mute=0.0, place=0.15,
          cents=None, release=0.05):
    """Return one plucked note of about unit peak times level.

    mute (0 to 1) is the amount of palm muting, place the picking position as
    part of the scale, cents an optional function of time in seconds giving a
    pitch offset (bends, vibrato), release the time to damp the string at the
    end of the note.
    """
    if string is None:
        string = max(i for i in range(6) if OPEN_STRINGS[i] <= max(midi, 40))
    freq = note_hz(midi)
    length = int((seconds + release) * RATE)
    warp = None
    if cents is not None:
        ratio = 2.0 ** (cents(np.arange(length) / RATE) / 1200.0)
        warp = np.concatenate(([0.0], np.cumsum(ratio)))[:length]
        length = int(warp[-1]) + 4
    shortening = freq / note_hz(OPEN_STRINGS[string])
    period = RATE / freq

    # Excitation: a smooth pulse (harder picking is shorter and brighter)
    # and one period of noise for the scrape of the pick.
    width = int(RATE * (0.00075 - 0.0004 * min(level, 1.0)))
    exc = np.zeros(length)
    pulse = np.hanning(width + 2)[1:-1]
    exc[:min(width, length)] = pulse[:length] / np.sqrt(width)
    scrape = min(int(period), length)
    exc[:scrape] += 0.035 * rng.standard_normal(scrape)
    corner = (1800 + 2000 * min(level, 1.0)) * (1 - 0.72 * mute)
    exc = signal.lfilter(*signal.butter(1, corner, fs=RATE), exc)
    exc = comb(exc, period * min(place * shortening, 0.45), 0.9)

    # Thick low strings ring longer; palm muting takes most of that away.
    t60 = 7.0 * (note_hz(40) / freq) ** 0.35 * (1 - mute) + 0.33 * mute
    damping = 0.03 + 0.012 * rng.random()
    damping = damping * min((note_hz(45) / freq) ** 0.6, 1.0) + 0.25 * mute
    out = np.zeros(length)
    for share, detune, decay in ((0.65, -0.0002, 1.0), (0.35, 0.0003, 0.45)):
        out += string_loop(share * exc, freq * (1 + detune), t60 * decay,
                           damping)
    out = comb(out, period * min(PICKUP_PLACE * shortening, 0.45), 0.85)
    if warp is not None:
        out = ndimage.map_coordinates(out, [warp], order=3, mode="nearest")
    stop = min(int(release * RATE), len(out))
    out[-stop:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(stop) / stop)
    return out * (level / max(np.abs(out).max(), 1e-9))


def bend(start, rise, amount, depth=0.0, rate=5.4, vibrato_from=0.5):
    """Return a pitch function: a smooth bend in cents, then vibrato."""
    def cents(t):
        part = np.clip((t - start) / rise, 0.0, 1.0)
        grow = np.clip((t - vibrato_from) / 0.25, 0.0, 1.0)
        wave = np.sin(2 * np.pi * rate * (t - vibrato_from))
        return amount * (3 - 2 * part) * part * part + depth * grow * wave
    return cents


def place_note(track, at, note):
    """Mix a note into a track at a time in seconds."""
    start = int(round(at * RATE))
    stop = min(start + len(note), len(track))
    if stop > start:
        track[start:stop] += note[:stop - start]


def strum(track, at, frets, seconds, rng, level=1.0, spread=0.014, up=False,
          mute=0.0, release=0.05):
    """Strum a chord: frets are low string first, None is a string at rest."""
    played = [i for i in range(6) if frets[i] is not None]
    if up:
        played.reverse()
    for n, i in enumerate(played):
        lag = spread * n * (0.85 + 0.3 * rng.random())
        note = pluck(OPEN_STRINGS[i] + frets[i], max(seconds - lag, 0.05),
                     rng, level * (0.85 + 0.3 * rng.random()), i, mute,
                     release=release)
        place_note(track, at + lag, note)


def pickup(x):
    """Filter string motion like a solid body, a pickup and a cable."""
    x = signal.lfilter(*signal.butter(2, 55, "high", fs=RATE), x)
    for freq, quality, amount in ((205, 3, 0.25), (410, 4, 0.18)):
        b, a = signal.iirpeak(freq, quality, fs=RATE)
        x = x + amount * signal.lfilter(b, a, x)
    # Resonance of coil and cable at 3.6 kHz, Q 1.5 (bilinear transform).
    w = 2 * np.pi * 3600.0
    b, a = signal.bilinear([w * w], [1, w / 1.5, w * w], RATE)
    return signal.lfilter(b, a, x)


def add_noise(x, rng, level=2.0e-5):
    """Add the hiss of an audio interface (about -94 dBFS)."""
    return x + level * rng.standard_normal(len(x))
