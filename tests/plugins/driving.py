"""Running one effect on a signal, by the program drive_effects; and counting what is right."""
import subprocess

import numpy as np

RATE = 48000


class Effects:
    def __init__(self, program):
        self.program, self.passed, self.failed = program, 0, 0

    def run(self, effect, x, changes, rate=RATE, block=64):
        """x: samples, a list of channels, or the path of a recording; changes: (frame, parameters...). The output in
        the shape of x; of a meter, rows of peak, rms, held, clips."""
        recording = isinstance(x, str)
        x = x if recording else np.ascontiguousarray(x, np.float32)
        channels = 1 if recording or x.ndim == 1 else len(x)
        script = ';'.join(' '.join(str(float(value)) if i else str(value) for i, value in enumerate(change))
                          for change in changes)
        words = [self.program, effect, str(rate), str(channels), str(block), script] + ([x] if recording else [])
        done = subprocess.run(words, input=None if recording else x.tobytes(), stdout=subprocess.PIPE, check=True,
                              timeout=300)
        if effect == 'design':
            return np.array([line.split() for line in done.stdout.decode().splitlines()], float)
        out = np.frombuffer(done.stdout, np.float32)
        return out.reshape(-1, 4) if effect == 'meter' else out if recording else out.reshape(x.shape)

    def check(self, ok, what, *details):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            print('FAIL', what, *details)

    def summary(self):
        print(f'{self.passed} passed, {self.failed} failed')
        return bool(self.failed)


def same(a, b):
    """To the bit."""
    return np.asarray(a, np.float32).tobytes() == np.asarray(b, np.float32).tobytes()


def decibels(x):
    return 20 * np.log10(np.maximum(np.abs(x), 1e-30))
