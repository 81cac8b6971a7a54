"""A host for a rig: libbackline-rig through ctypes, with a worker that works between the blocks."""
import ctypes
import json
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))
from support import Results, TinyWaveNet, container, wav  # noqa: E402,F401

ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'assets')
CRUNCH = os.path.join(ASSETS, 'backline-crunch.nam')
MODEL, IMPULSE_1, IMPULSE_2 = 0, 16, 17


class LoadOptions(ctypes.Structure):
    _fields_ = [('description_path', ctypes.c_char_p), ('has_quality', ctypes.c_bool), ('quality', ctypes.c_double),
                ('has_prewarm', ctypes.c_bool), ('prewarm', ctypes.c_size_t), ('params_as_inputs', ctypes.c_bool)]


class Options(ctypes.Structure):
    _fields_ = [('rate_hz', ctypes.c_double), ('in_channels', ctypes.c_size_t), ('out_channels', ctypes.c_size_t),
                ('cpu', ctypes.c_int), ('load', LoadOptions)]


class Error(ctypes.Structure):
    _fields_ = [('status', ctypes.c_int), ('text', ctypes.c_char * 512)]


class FileState(ctypes.Structure):
    _fields_ = [('path', ctypes.c_char_p), ('loaded', ctypes.c_bool), ('error', Error)]


def load_library(path):
    lib = ctypes.CDLL(path)
    lib.bl_rig_latency.restype = ctypes.c_size_t
    lib.bl_rig_wants_work.restype = ctypes.c_bool
    lib.bl_rig_get.restype = ctypes.c_float
    return lib


class Rig:
    """Files and settings as keyword arguments; audio is float32, (frames) or (channels, frames)."""

    def __init__(self, lib, rate=48000, channels=(1, 1), model=None, ir=None, ir2=None, **settings):
        self.lib, self.channels = lib, channels
        self.handle = ctypes.c_void_p()
        options, error = Options(rate, *channels, 0, LoadOptions()), Error()
        if lib.bl_rig_create(ctypes.byref(options), ctypes.byref(self.handle), ctypes.byref(error)):
            raise RuntimeError(error.text.decode())
        self.set(**settings)
        for file, path in ((MODEL, model), (IMPULSE_1, ir), (IMPULSE_2, ir2)):
            if path:
                self.file(file, path)
        self.work()
        self.process(np.zeros((channels[0], 0)))

    def close(self):
        self.lib.bl_rig_free(self.handle)
        self.handle = None

    def set(self, **settings):
        for symbol, value in settings.items():
            param = self.lib.bl_rig_param_find(symbol.encode())
            self.lib.bl_rig_set(self.handle, param, ctypes.c_float(value))

    def file(self, file, path):
        if self.lib.bl_rig_set_file(self.handle, file, path.encode() if path else None):
            raise MemoryError

    def state(self, file):
        state = FileState()
        self.lib.bl_rig_get_file(self.handle, file, ctypes.byref(state))
        return state

    def work(self):
        """The sentence of the first failure, or ''."""
        error = Error()
        return error.text.decode() if self.lib.bl_rig_work(self.handle, ctypes.byref(error)) else ''

    @property
    def latency(self):
        return self.lib.bl_rig_latency(self.handle)

    def process(self, sound):
        sound = np.ascontiguousarray(np.atleast_2d(sound), np.float32)
        out = np.empty((self.channels[1], sound.shape[1]), np.float32)
        pointers = [(ctypes.c_void_p * len(x))(*(row.ctypes.data for row in x)) for x in (out, sound)]
        self.lib.bl_rig_process(self.handle, pointers[0], pointers[1], ctypes.c_size_t(sound.shape[1]))
        return out

    def play(self, sound, block=64, events=()):
        """Plays in blocks; events are (frame, function(rig)), done with the worker before that block."""
        sound, events, pieces = np.atleast_2d(sound), sorted(events, key=lambda e: e[0]), []
        for at in range(0, sound.shape[1], block):
            while events and events[0][0] <= at:
                events.pop(0)[1](self)
                self.work()
            pieces.append(self.process(sound[:, at:at + block]))
            if self.lib.bl_rig_wants_work(self.handle):
                self.work()
        out = np.concatenate(pieces, axis=1)
        return out[0] if self.channels[1] == 1 else out


def plain(**settings):
    """Settings of a rig that is nothing but its amp and its cabinet."""
    return dict({'dc_blocker': 0, 'output_mode': 0}, **settings)


class Folder:
    """Small files in a folder of their own."""

    def __init__(self):
        self.keeper = tempfile.TemporaryDirectory(prefix='backline-rig-')

    def write(self, name, content):
        path = os.path.join(self.keeper.name, name)
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def linear(self, name, taps, rate=48000, **metadata):
        """A Linear network: its taps as an impulse response."""
        model = {'version': '0.5.4', 'architecture': 'Linear', 'sample_rate': rate,
                 'config': {'receptive_field': len(taps), 'bias': False}, 'metadata': dict({'loudness': -18}, **metadata),
                 'weights': [float(x) for x in taps]}
        return self.write(name, json.dumps(model).encode())


def decibels(x):
    return 20 * np.log10(np.maximum(np.abs(x), 1e-30))


def rms(x):
    return float(np.sqrt(np.mean(np.square(np.asarray(x, np.float64)))))


def main(cases):
    """rig.py LIBRARY: runs the functions whose names begin with test_."""
    lib, results = load_library(sys.argv[1]), Results()
    for name in sorted(cases):
        if name.startswith('test_'):
            cases[name](lib, results.check)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed) or not results.passed)
