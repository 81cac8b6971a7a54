#!/usr/bin/python3
"""The comparison that all tests with hosts rest on can fail. comparison.py; needs no host."""
import sys

import numpy as np

from hosts import Results
from sound import LIMIT_DB, difference, find_lag, guitar


def main():
    results, sound = Results(), guitar(2).astype(np.float64)
    late = np.pad(sound, ((0, 0), (37, 0)))
    click, hole = sound.copy(), sound.copy()
    click[1, 5000] += 2e-5
    hole[0, 100] = np.nan
    same = {'the same': (sound, 0), 'late as expected': (late, 37),
            'late, and longer': (np.pad(late, ((0, 0), (0, 99))), 37),
            'late, and cut off': (late[:, :sound.shape[1]], 37),
            'another rounding': (sound.astype(np.float32), 0)}
    other = {'0.001 dB louder': (sound * 10 ** (0.001 / 20), 0), 'a sample later': (late, 36), 'one click': (click, 0),
             'one channel': (sound[:1], 0), 'channels changed': (sound[::-1], 0), 'too short': (sound[:, :-1], 0),
             'nothing': (sound[:, :0], 0), 'silence': (0 * sound, 0), 'not finite': (hole, 0),
             'another polarity': (-sound, 0)}
    for name, (got, lag) in same.items():
        results.check(difference(got, sound, lag)[0] <= LIMIT_DB, name, difference(got, sound, lag))
    for name, (got, lag) in other.items():
        results.check(difference(got, sound, lag)[0] > LIMIT_DB, name, difference(got, sound, lag))
    results.check(find_lag(late, sound) == 37, 'the lag is found', find_lag(late, sound))
    print(f'{results.passed} passed, {results.failed} failed')
    return bool(results.failed)


if __name__ == '__main__':
    sys.exit(main())
