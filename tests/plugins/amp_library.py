"""Resamplers, captures and amplifiers of libbackline-rig, through ctypes."""
import ctypes
import os

import numpy as np

CRUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'assets', 'backline-crunch.nam')


class Error(ctypes.Structure):
    _fields_ = [('status', ctypes.c_int), ('text', ctypes.c_char * 512)]


class Options(ctypes.Structure):
    _fields_ = [('rate_hz', ctypes.c_double), ('lanes', ctypes.c_size_t), ('oversample', ctypes.c_size_t)]


def load_library(path):
    lib = ctypes.CDLL(path)
    for name in ('bl_resampler_delay', 'bl_capture_loudness'):
        getattr(lib, name).restype = ctypes.c_double
    for name in ('bl_resampler_most', 'bl_resampler_process', 'bl_amp_latency'):
        getattr(lib, name).restype = ctypes.c_size_t
    lib.bl_capture_loudness_was_measured.restype = ctypes.c_bool
    return lib


def create(function, *arguments):
    """Calls function(*arguments, &handle, &error)."""
    handle, error = ctypes.c_void_p(), Error()
    if function(*arguments, ctypes.byref(handle), ctypes.byref(error)):
        raise RuntimeError(error.text.decode())
    return handle


def pointer(samples):
    return ctypes.byref(ctypes.c_void_p(samples.ctypes.data))


def resample(lib, signal, from_hz, to_hz):
    """The whole signal in one call; returns what has come and the delay that is reported for it."""
    handle = create(lib.bl_resampler_create, ctypes.c_double(from_hz), ctypes.c_double(to_hz), ctypes.c_size_t(1), 0)
    given = np.ascontiguousarray(signal, np.float32)
    count = ctypes.c_size_t(len(given))
    out = np.zeros(lib.bl_resampler_most(handle, count), np.float32)
    came = lib.bl_resampler_process(handle, pointer(out), pointer(given), count)
    delay = lib.bl_resampler_delay(handle)
    lib.bl_resampler_free(handle)
    return out[:came].astype(float), delay


def load_capture(lib, path):
    return create(lib.bl_capture_load, str(path).encode(), None, 0)


def play(lib, capture, signal, rate, oversample=1):
    """Returns what an amplifier makes of the signal, without its latency."""
    amp = create(lib.bl_amp_create, capture, ctypes.byref(Options(rate, 1, oversample)))
    late = lib.bl_amp_latency(amp)
    samples = np.concatenate([signal, np.zeros(late)]).astype(np.float32)
    lib.bl_amp_process(amp, pointer(samples), pointer(samples), ctypes.c_size_t(len(samples)))
    lib.bl_amp_free(amp)
    return samples[late:].astype(float)
