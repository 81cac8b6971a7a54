#!/usr/bin/python3
"""Simulate the "BL-1", a small crunchy guitar amplifier of our own design.

Everything runs at 8 times the audio rate, and everything is causal.

    input  -> [1] input network and first stage -> [2] diode clipper
           -> [3] tone stack -> [4] output stage and transformer -> output

1. Input.  68 kOhm grid stopper into 120 pF of Miller capacitance (a low pass
   at 1/(2 pi R C) = 19.5 kHz), a first stage whose cathode resistor is
   partly bypassed (a shelf that leaves bass below about 150 Hz with less
   gain, so that low notes stay tight), and a bend that is a little stronger
   on one side, as in a triode.  Coupling capacitor 22 nF into 220 kOhm.
2. Diode clipper.  A resistor R feeds a capacitor C to ground; across C are
   two diodes in series one way and one the other way, each way through its
   own resistor so that the clipping is soft and picking dynamics survive:

       C dv/dt = (u - v) / R - i(v)

   with the Shockley law for the diodes.  The trapezoidal rule turns this
   into one implicit equation per sample (see DiodeClipper).
3. Tone stack.  The passive treble/middle/bass network common to most guitar
   amplifiers, by nodal analysis of its netlist (see tone_stack) and the
   bilinear transform.
4. Output.  A push-pull stage saturates softly and evenly, then a transformer
   passes 65 Hz to 6.5 kHz.  There is no loudspeaker in this model.

Background on the method: D. Yeh, J. Abel and J. Smith, "Simulation of the
diode limiter in guitar distortion circuits by numerical solution of ordinary
differential equations", DAFx 2007; D. Yeh and J. Smith, "Discretization of
the '59 Fender Bassman tone stack", DAFx 2006.
"""

import argparse
import pathlib

import numpy as np
from scipy import signal

from plucked import RATE
from synth_di import read_audio, write_flac

OVERSAMPLING = 8
FAST = RATE * OVERSAMPLING

# Settings of this capture.  One unit of input is one volt.
FIRST_GAIN = 5.0        # gain of the first stage above the shelf
TREBLE, MIDDLE, BASS = 0.55, 0.65, 0.45
RECOVERY_GAIN = 2.2     # gain between the tone stack and the output stage
OUTPUT_SCALE = 0.54     # output units per unit of the saturated output

# Diode clipper: feeding resistor, capacitor, resistors in series with each
# branch, and a 1N4148-like diode (saturation current, emission coefficient
# times thermal voltage).
CLIP_R, CLIP_C = 4700.0, 4.7e-9
CLIP_SERIES = (560.0, 390.0)
DIODE_IS, DIODE_VT = 2.52e-9, 1.752 * 0.02585


def one_pole_high(x, freq):
    """First-order high pass at the fast rate."""
    return signal.lfilter(*signal.butter(1, freq, "high", fs=FAST), x)


def shelf(x, freq, low_gain):
    """First-order shelf: low_gain well below freq, 1 well above."""
    w = 2 * np.pi * freq
    b, a = signal.bilinear([1, w * low_gain], [1, w], FAST)
    return signal.lfilter(b, a, x)


def triode_bend(x):
    """Bend a signal softly, sooner on the positive side; slope 1 at 0."""
    return np.where(x > 0, 7.0 * np.tanh(x / 7.0), 11.0 * np.tanh(x / 11.0))


class DiodeClipper:
    """The clipper of the second stage, solved with the trapezoidal rule.

    With T the time step, a = T / (2 C), and the clipper's equation averaged
    over the old and the new sample,

        v[n] + a (v[n]/R + i(v[n])) = p[n],
        p[n] = v[n-1] - a (v[n-1]/R + i(v[n-1])) + a/R (u[n] + u[n-1]).

    The left side L(v) is a fixed increasing function, so its inverse is put
    into a table once (exact values and slopes, cubic Hermite in between)
    instead of running Newton's method at each sample.  The old sample's
    terms are v - (L(v) - v) = 2 v[n-1] - p[n-1], hence with q = p - 2 v:

        p[n] = a/R (u[n] + u[n-1]) - q[n-1].
    """

    def __init__(self, limit=40.0, points=40001):
        """Build the table for |p| up to limit * a / R volts and more."""
        self.drive = 1.0 / (FAST * 2 * CLIP_C * CLIP_R)      # a / R
        self.limit = 2.2 * limit * self.drive + 3.0
        self.grid = np.linspace(-self.limit, self.limit, points)
        self.step = self.grid[1] - self.grid[0]
        self.value, slope = self.invert(self.grid)
        self.slope = slope * self.step

    def left(self, v):
        """Return the left side of the implicit equation and its slope."""
        a = 1.0 / (FAST * 2 * CLIP_C)
        current, conduct = np.zeros_like(v), np.zeros_like(v)
        branches = ((v > 0, 1.0, 2, CLIP_SERIES[0]),
                    (v <= 0, -1.0, 1, CLIP_SERIES[1]))
        for side, sign, diodes, series in branches:
            i, g = branch_current(sign * v[side], diodes, series)
            current[side], conduct[side] = sign * i, g
        return (v + a * (v / CLIP_R + current),
                1 + a * (1 / CLIP_R + conduct))

    def invert(self, p):
        """Solve left(v) = p by bisection and Newton; return v and dv/dp."""
        low, high = -np.abs(p) - 1e-9, np.abs(p) + 1e-9
        for _ in range(40):
            middle = (low + high) / 2
            above = self.left(middle)[0] > p
            high = np.where(above, middle, high)
            low = np.where(above, low, middle)
        v = (low + high) / 2
        for _ in range(3):
            y, dy = self.left(v)
            v = v - (y - p) / dy
        return v, 1 / self.left(v)[1]

    def lookup(self, p):
        """Return v for p by cubic Hermite interpolation in the table."""
        place = (p + self.limit) / self.step
        index = np.clip(place.astype(np.int64), 0, len(self.grid) - 2)
        t = place - index
        v0, v1 = self.value[index], self.value[index + 1]
        d0, d1 = self.slope[index], self.slope[index + 1]
        rise = v1 - v0
        return v0 + t * (d0 + t * (3 * rise - 2 * d0 - d1
                                   + t * (d0 + d1 - 2 * rise)))

    def process(self, u, lanes=2048, warm_up=512):
        """Clip a signal.

        The recursion cannot be vectorised along time, so the signal is cut
        into lanes that run side by side.  Each lane starts warm_up samples
        early from rest; the circuit forgets its past with the time constant
        R C = 22 us = 8.5 samples at most, so after 512 samples the error is
        far below float64 rounding.
        """
        span = -(-len(u) // lanes)
        drive = np.zeros(warm_up + span * lanes)
        drive[warm_up:warm_up + len(u)] = u
        drive[1:] += drive[:-1].copy()
        drive *= self.drive
        starts = np.arange(lanes) * span
        q = np.zeros(lanes)
        out = np.empty((span, lanes))
        for n in range(warm_up + span):
            p = drive[starts + n] - q
            v = self.lookup(p)
            q = p - 2 * v
            if n >= warm_up:
                out[n - warm_up] = v
        return out.T.reshape(-1)[:len(u)]


def branch_current(v, diodes, series):
    """Current and conductance of diodes in series with a resistor, v >= 0.

    Solves v = series * i + diodes * vt * log(1 + i / is) for i by Newton's
    method on the junction voltage.
    """
    vt = diodes * DIODE_VT
    # From this side Newton's method comes down without overshooting.
    w = np.minimum(v, vt * np.log1p(v / (series * DIODE_IS)))
    for _ in range(60):
        e = np.exp(w / vt)
        w = w - (w + series * DIODE_IS * (e - 1) - v) / (
            1 + series * DIODE_IS * e / vt)
    e = np.exp(w / vt)
    g = DIODE_IS * e / vt
    return DIODE_IS * (e - 1), g / (1 + series * g)


def tone_stack(treble, middle, bass):
    """Return the digital filter (b, a) of the treble/middle/bass network.

    Netlist (in: driven, wiper of the treble control: output):
        C1 470 pF  in - t        R4 33 kOhm  in - s
        treble pot 220 kOhm between t and b, wiper = out
        C2 22 nF   s - b         bass pot 1 MOhm (rheostat) b - m
        C3 22 nF   s - wiper w of the middle pot 25 kOhm, m - w - ground
        load 1 MOhm out - ground
    The nodal equations (G + s C) v = J give H(s) = v_out / v_in as a ratio
    of determinants, which are cubic polynomials in s: they are found by
    evaluating them at four points.
    """
    names = {n: i for i, n in enumerate(("t", "s", "b", "m", "w", "out"))}
    g, c = np.zeros((6, 7)), np.zeros((6, 7))   # column 6: the input node

    def add(matrix, one, two, y):
        for here, there in ((one, two), (two, one)):
            if here in names:
                matrix[names[here], names[here]] += y
                if there in names:
                    matrix[names[here], names[there]] -= y
                elif there == "in":
                    matrix[names[here], 6] += y

    least = 10.0                                # end resistance of a pot
    add(c, "in", "t", 470e-12)
    add(g, "in", "s", 1 / 33e3)
    add(g, "t", "out", 1 / (220e3 * (1 - treble) + least))
    add(g, "out", "b", 1 / (220e3 * treble + least))
    add(c, "s", "b", 22e-9)
    add(g, "b", "m", 1 / (1e6 * bass ** 2 + least))
    add(c, "s", "w", 22e-9)
    add(g, "m", "w", 1 / (25e3 * (1 - middle) + least))
    add(g, "w", "gnd", 1 / (25e3 * middle + least))
    add(g, "out", "gnd", 1e-6)

    unit = 2 * np.pi * 1000.0                   # s in units of 1 kHz
    points = np.array([-1.5, -0.5, 0.5, 1.5])
    top, bottom = [], []
    for s in points:
        y = (g + s * unit * c) * 1e5
        bottom.append(np.linalg.det(y[:, :6]))
        y[:, names["out"]] = y[:, 6]            # Cramer's rule
        top.append(np.linalg.det(y[:, :6]))
    b, a = np.polyfit(points, top, 3), np.polyfit(points, bottom, 3)
    return signal.bilinear(b / a[0], a / a[0], FAST / unit)


def amplify(x):
    """Return the amplifier's output for a 48 kHz signal, in 20 s pieces.

    Pieces overlap by one second that is thrown away: every filter here has
    forgotten its past by then.
    """
    clipper = DiodeClipper()
    piece, early = 20 * RATE, RATE
    out = []
    for start in range(0, len(x), piece):
        first = max(start - early, 0)
        y = amplify_piece(x[first:start + piece], clipper)
        out.append(y[start - first:])
    return np.concatenate(out)


def amplify_piece(x, clipper):
    """Run a signal through all stages at the fast rate, from rest."""
    # The resampling filter is causal (a short delay, no ringing ahead).
    guard = signal.ellip(8, 0.02, 90, 20500, fs=FAST, output="sos")
    fast = np.zeros(len(x) * OVERSAMPLING)
    fast[::OVERSAMPLING] = x * OVERSAMPLING
    fast = signal.sosfilt(guard, fast)

    # 1. Input network and first stage.
    low = signal.butter(1, 1 / (2 * np.pi * 68e3 * 120e-12), fs=FAST)
    fast = signal.lfilter(*low, fast)
    fast = FIRST_GAIN * shelf(fast, 150.0, 0.4)
    fast = triode_bend(fast)
    fast = one_pole_high(fast, 1 / (2 * np.pi * 22e-9 * 220e3))
    # 2. Diode clipper, coupled by 22 nF into 220 kOhm again.
    fast = clipper.process(fast)
    fast = one_pole_high(fast, 1 / (2 * np.pi * 22e-9 * 220e3))
    # 3. Tone stack and recovery.
    fast = RECOVERY_GAIN * signal.lfilter(*tone_stack(TREBLE, MIDDLE, BASS),
                                          fast)
    # 4. Output stage and transformer.
    fast = np.tanh(fast)
    fast = one_pole_high(fast, 65.0)
    fast = signal.lfilter(*signal.butter(2, 6500, fs=FAST), fast)

    fast = signal.sosfilt(guard, fast)
    return OUTPUT_SCALE * fast[::OVERSAMPLING]


def main():
    """Play an audio file through the amplifier."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    args = parser.parse_args()
    write_flac(args.output, amplify(read_audio(args.input)))


if __name__ == "__main__":
    main()
