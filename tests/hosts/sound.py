"""Recordings: made, read, and compared."""
import warnings

import numpy as np
from scipy.io import wavfile
from scipy.signal import fftconvolve

RATE, OTHER_RATE = 48000, 44100
LIMIT_DB = -100  # what a host's output may differ from the program's


def read(path):
    """(channels, frames), float64. No file or no sound in it: no frames."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', wavfile.WavFileWarning)  # chunks that it does not know
        try:
            rate, sound = wavfile.read(path)
        except (FileNotFoundError, ValueError):
            return np.zeros((1, 0))
    if rate not in (RATE, OTHER_RATE) or sound.dtype != np.float32:
        raise RuntimeError(f'{path} has {rate} Hz and {sound.dtype}, instead of {RATE} or {OTHER_RATE} Hz and float32')
    return np.atleast_2d(sound.T.astype(np.float64))


def guitar(channels=1, seconds=1.5, seed=1):
    """Something like a guitar: chords of decaying strings, with a pick's noise, from the very first sample on."""
    random, frames = np.random.default_rng(seed), int(seconds * RATE)
    sound = random.normal(0, 1e-4, (channels, frames))
    for row in sound:
        for at in range(0, frames, RATE // 2):
            time = np.arange(frames - at) / RATE
            for string in random.choice([82.4, 110, 146.8, 196, 246.9, 329.6], 3, replace=False):
                for k in range(1, 9):
                    row[at:] += 0.1 / k * np.exp(-3 * k ** 0.5 * time) * np.sin(2 * np.pi * string * k * time + k)
            row[at:at + 480] += random.normal(0, 0.05, len(row[at:at + 480]))
    return (0.6 * sound / np.abs(sound).max()).astype(np.float32)


def decibels(x):
    return 20 * np.log10(max(x, 1e-15))


def rms(x):
    return float(np.sqrt(np.mean(np.square(x)))) if x.size else 0.0


def find_lag(got, want, most=8192):
    """By how many samples the first channel of got is late."""
    likeness = fftconvolve(got[0], want[0][::-1])[want.shape[1] - 1:]
    return int(np.argmax(np.abs(likeness[:most + 1])))


def difference(got, want, lag=0):
    """What got, which is late by lag samples, differs from want, in dB: the larger one of the RMS, relative to that of
    want, and of the peak, relative to full scale. A sentence goes with it. What is missing at the end for being late
    does not count, anything else that is missing does."""
    if got.shape[0] != want.shape[0]:
        return 0.0, f'{got.shape[0]} channels instead of {want.shape[0]}'
    frames = min(want.shape[1], got.shape[1] - lag)
    if frames < want.shape[1] - lag or frames <= 0:
        return 0.0, f'{got.shape[1]} frames instead of {want.shape[1]}'
    d = got[:, lag:lag + frames] - want[:, :frames]
    if not np.isfinite(d).all():
        return 0.0, 'not all samples are finite'
    worst = max(decibels(rms(d) / max(rms(want), 1e-9)), decibels(np.abs(d).max()))
    said = f'differs by {worst:.1f} dB'
    if worst > LIMIT_DB:
        late = find_lag(got, want)
        gain = rms(got[:, lag:lag + frames]) / max(rms(want[:, :frames]), 1e-9)
        said += f'; first at frame {int(np.argmax(np.abs(d).max(axis=0) > 1e-5))}, looks late by {late} (expected ' \
                f'{lag}), {decibels(gain):+.3f} dB'
    return worst, said
