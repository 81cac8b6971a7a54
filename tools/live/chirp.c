/* A sound that is recognised wherever it comes back: unlike a click it has energy without being loud, and its correlation
 * with itself has one sharp peak. */
#include "measure_latency.h"

#include <math.h>

static const double from_hz = 500, to_hz = 8000, level = 0.25, surely = 0.5;

void chirp_make(float *chirp, size_t length, double rate_hz)
{
    const double pi = 3.14159265358979323846, octaves = log(to_hz / from_hz);
    for (size_t i = 0; i < length; i++) {
        const double at = (double)i / (double)length, seconds = (double)length / rate_hz;
        const double phase = 2 * pi * from_hz * seconds / octaves * (exp(at * octaves) - 1);
        const double end = fmin(fmin(at, 1 - at) * 10, 1); /* rises over a tenth */
        chirp[i] = (float)(level * (0.5 - 0.5 * cos(pi * end)) * sin(phase));
    }
}

static double energy(const float *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

static double product(const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)y[i];
    return sum;
}

/* The largest normalised correlation, of either polarity; a device's filters and noise make it less than one, and
 * another sound makes it small. */
long chirp_find(const float *chirp, size_t length, const float *recording, size_t frames)
{
    const double own = energy(chirp, length), quietest = own * 1e-8; /* 80 dB below the chirp */
    double best = 0, heard;
    long found = -1;
    if (frames < length)
        return -1;
    heard = energy(recording, length);
    for (size_t i = 0; i + length <= frames; i++) {
        const double c = fabs(product(chirp, recording + i, length));
        if (heard > quietest && c > best * sqrt(heard * own)) {
            best = c / sqrt(heard * own);
            found = (long)i;
        }
        if (i + length < frames) {
            const double in = (double)recording[i + length], out = (double)recording[i];
            heard += in * in - out * out;
        }
    }
    return best >= surely ? found : -1;
}
