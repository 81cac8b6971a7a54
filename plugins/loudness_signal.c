#include "loudness_signal.h"

#include <math.h>
#include <stdint.h>

/* NAM's trainer states the RMS level of a capture's output to one second of pink noise at -15 dBFS RMS. Ours is another
 * noise of the same kind: tests/plugins/loudness.py compares what is measured with what files state. */
static const double seconds = 1.0, level_db = -15.0;

enum { BANDS = 8 };

/* Low-passed white noises of equal power, whose corners are two octaves apart, add up to a density that falls by 3 dB
 * per octave, to within half a decibel. */
static const double lowest_corner_hz = 0.75, corner_ratio = 4;

size_t bl_loudness_signal_frames(double rate_hz)
{
    return (size_t)(seconds * rate_hz);
}

/* -1 .. 1, by D. Lehmer's generator with the multiplier and modulus of Park and Miller. */
static double white(uint64_t *seed)
{
    *seed = *seed * 48271 % 2147483647;
    return (double)*seed / 1073741823.5 - 1;
}

void bl_loudness_signal(double rate_hz, float *out)
{
    const double pi = 3.14159265358979323846;
    const size_t frames = bl_loudness_signal_frames(rate_hz);
    double state[BANDS] = { 0 }, pole[BANDS], squares = 0;
    uint64_t seed = 1;
    for (size_t i = 0; i < BANDS; i++)
        pole[i] = exp(-2 * pi * lowest_corner_hz * pow(corner_ratio, (double)i) / rate_hz);
    for (size_t t = 0; t < frames; t++) {
        double sum = 0;
        for (size_t i = 0; i < BANDS; i++) {
            state[i] = pole[i] * state[i] + sqrt(1 - pole[i] * pole[i]) * white(&seed);
            sum += state[i];
        }
        out[t] = (float)sum;
        squares += sum * sum;
    }
    const double scale = pow(10, level_db / 20) / sqrt(squares / (double)frames);
    for (size_t t = 0; t < frames; t++)
        out[t] = (float)(scale * out[t]);
}
