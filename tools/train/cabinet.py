#!/usr/bin/python3
"""Design backline's own guitar cabinet: an impulse response of a closed box with 12-inch loudspeakers.

No loudspeaker was recorded.  What gives a guitar cabinet its sound is put together from sections of second order and
from reflections:

1. The box and the cone.  A loudspeaker in a closed box is a high-pass of second order.  Guitar speakers are hardly
   damped: resonance 92 Hz, Q 1.35, so that it thumps before it falls.
2. Standing waves between the walls of the box, at c / 2L for its width, height and depth and their second orders,
   seen through the cone: narrow, one or two decibels.
3. The cone.  As a piston up to about 1 kHz, with a dip where the voice coil's inductance sets in before the cone helps;
   then it breaks up: bells whose frequencies lie as those of a stiff membrane, notches where neighbours cancel, which
   together lift 2 to 4 kHz.
4. Above them the cone decouples from the coil: low-passes of sixth order in all, with the ragged remains of
   break-up on the slope.
5. Reflections from the surround, the baffle's edges and the neighbouring speaker, each later and duller.  They add
   up to less than one.

Every section is of minimum phase, and so is a sum of reflections that are smaller than the direct sound: the response
begins with its first sample, and what it adds in delay is as little as such a magnitude can have.
"""

import argparse
import pathlib
import wave

import numpy as np
from scipy import signal

RATE = 48000
SECONDS = 0.040
PEAK = 0.9
SOUND_M_S = 343.0

BOX_HZ, BOX_Q = 92.0, 1.35
BOX_M = (0.66, 0.60, 0.27)                      # width, height, depth inside
BOX_DB = ((1.6, -1.0), (-1.4, 0.8), (1.2, 0.0))  # what the first two orders of each do

# Bells: frequency, Q, dB.
CONE = ((205.0, 0.9, 1.5), (560.0, 0.75, -4.5), (1120.0, 2.5, 1.2), (1480.0, 5.0, -2.2), (1790.0, 4.0, 2.6),
        (2160.0, 7.0, -2.4), (2520.0, 1.6, 5.6), (2950.0, 6.0, 2.4), (3340.0, 8.0, -3.6), (3760.0, 3.6, 4.2),
        (4420.0, 7.0, -4.0), (5050.0, 5.0, 2.5), (5850.0, 8.0, -5.5), (6500.0, 7.0, 3.0), (7700.0, 8.0, -4.0),
        (8600.0, 6.0, 3.5), (10100.0, 7.0, -4.0), (11600.0, 6.0, 3.0))

# Low-passes: frequency, Q.
FALL = ((4300.0, 1.0), (4700.0, 0.8), (5900.0, 0.7))

# Reflections: milliseconds, gain, cutoff of a low-pass of first order.
REFLECTIONS = ((0.39, -0.16, 5000.0), (0.83, 0.11, 3500.0), (1.31, -0.09, 2800.0), (2.23, 0.07, 1800.0),
               (3.57, -0.05, 1200.0))


def bell(freq, q, gain_db):
    """Return one second-order section after R. Bristow-Johnson's Audio EQ Cookbook."""
    a, w = 10.0 ** (gain_db / 40.0), 2.0 * np.pi * freq / RATE
    alpha = np.sin(w) / (2.0 * q)
    b = np.array([1.0 + alpha * a, -2.0 * np.cos(w), 1.0 - alpha * a])
    den = np.array([1.0 + alpha / a, -2.0 * np.cos(w), 1.0 - alpha / a])
    return np.concatenate([b, den]) / den[0]


def high_pass(freq, q):
    """Return a high-pass section of second order, after the same."""
    w = 2.0 * np.pi * freq / RATE
    alpha, edge = np.sin(w) / (2.0 * q), (1.0 + np.cos(w)) / 2.0
    return np.array([edge, -2.0 * edge, edge, 1.0 + alpha, -2.0 * np.cos(w), 1.0 - alpha]) / (1.0 + alpha)


def low_pass(freq, q):
    """Return a low-pass section of second order with the poles that the analogue one has, and no zeros.

    Without zeros at half the sample rate it does not fall faster than the analogue one, and it begins at once.
    """
    w = 2.0 * np.pi * freq / RATE
    damping = w / (2.0 * q)
    inside = w * np.sqrt(1.0 - 1.0 / (4.0 * q * q))
    a1, a2 = -2.0 * np.exp(-damping) * np.cos(inside), np.exp(-2.0 * damping)
    return np.array([1.0 + a1 + a2, 0.0, 0.0, 1.0, a1, a2])


def box_modes():
    """Return bells at the standing waves of the box."""
    return [bell(order * SOUND_M_S / (2.0 * length), 9.0, gain)
            for length, gains in zip(BOX_M, BOX_DB) for order, gain in enumerate(gains, 1) if gain]


def reflect(x):
    """Return x and its reflections; their delays are fractions of samples, interpolated in straight lines."""
    total = x.copy()
    for milliseconds, gain, cutoff in REFLECTIONS:
        delay = milliseconds * RATE / 1000.0
        whole, part = int(delay), delay % 1.0
        late = signal.lfilter(*signal.butter(1, cutoff, fs=RATE), x)
        total[whole:] += gain * (1.0 - part) * late[:-whole]
        total[whole + 1:] += gain * part * late[:-whole - 1]
    return total


def response():
    """Return the impulse response, faded out at its end, with its largest magnitude at PEAK."""
    frames = round(SECONDS * RATE)
    x = np.zeros(frames)
    x[0] = 1.0
    sections = [high_pass(BOX_HZ, BOX_Q), *box_modes(), *[bell(*b) for b in CONE], *[low_pass(*f) for f in FALL]]
    x = reflect(signal.sosfilt(np.array(sections), x))
    faded = frames // 8
    x[-faded:] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(faded) + 0.5) / faded)
    return x * (PEAK / np.abs(x).max())


def write(path, x):
    """Write a mono WAV file with samples of 24 bits."""
    steps = np.round(x * (2 ** 23 - 1)).astype("<i4")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(3)
        file.setframerate(RATE)
        file.writeframes(steps.view(np.uint8).reshape(-1, 4)[:, :3].tobytes())


def main():
    default = pathlib.Path(__file__).parents[2] / "assets" / "backline-cabinet.wav"
    parser = argparse.ArgumentParser(description="Write backline's own cabinet impulse response.")
    parser.add_argument("output", nargs="?", default=default, type=pathlib.Path, help="WAV file (default: in assets/)")
    write(parser.parse_args().output, response())


if __name__ == "__main__":
    main()
