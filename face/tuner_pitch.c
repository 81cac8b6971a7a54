/* The normalised square difference of McLeod and Wyvill ("A smarter way to find pitch", 2005): how like the sound is to
 * itself some time ago,
 *
 *     n(lag) = 2 sum x[j] x[j + lag] / sum (x[j]^2 + x[j + lag]^2)        1: the same, 0: nothing to do with it
 *
 * The period is the first lag at which it is nearly as like as at any. Harmonics only make the peaks sharper. After several
 * periods it is like itself again: there the period is measured to a fraction of what one alone would give.
 *
 * The harmonics of a string are a little sharp, the more the higher they are, and drag this period along, a bass's by ten
 * cents. People tune by the lowest ones, so in the end the phases of those are followed from the first half of the sound to
 * the second. */
#include "tuner_pitch.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
static const double lowest_hz = 24.5, highest_hz = 1450;
/* Less like itself is noise. */
static const double clear = 0.8;
/* Share of the best that the first peak needs: an octave's even harmonics stay below. */
static const double as_like = 0.92;
/* Share of the first peak's that a later period needs. */
static const double still_like = 0.7;

enum { TOGETHER = 8 };  /* lags summed side by side, each in its own order */
enum { HARMONICS = 3 }; /* that the pitch is taken from */

static void correlate(pitch *p, size_t count, size_t lags)
{
    for (size_t lag = 0; lag < lags; lag += TOGETHER) {
        float sums[TOGETHER] = { 0 };
        /* Behind the sound are zeros, so that the last lags of the group can go on with the first one. */
        for (size_t j = 0; j + lag < count; j++)
            for (size_t i = 0; i < TOGETHER; i++)
                sums[i] += p->sound[j] * p->sound[j + lag + i];
        memcpy(&p->likeness[lag], sums, sizeof sums);
    }
}

static void normalise(pitch *p, size_t count, size_t lags)
{
    double energy = 0;
    for (size_t j = 0; j < count; j++)
        energy += 2.0 * p->sound[j] * p->sound[j];
    for (size_t lag = 0; lag < lags; lag++) {
        p->likeness[lag] = energy > 1e-12 ? (float)(2.0 * p->likeness[lag] / energy) : 0.0f;
        const double first = p->sound[lag], last = p->sound[count - 1 - lag];
        energy -= first * first + last * last;
    }
}

/* The lag of the highest value between a rise above zero and the fall below it that begins at or behind *at, which moves
 * behind it; 0: there is none. */
static size_t next_peak(const pitch *p, size_t *at, size_t lags)
{
    size_t i = *at, best = 0;
    while (i < lags && p->likeness[i] <= 0)
        i++;
    for (; i < lags && p->likeness[i] > 0; i++)
        if (!best || p->likeness[i] > p->likeness[best])
            best = i;
    *at = i;
    return best + 1 < lags ? best : 0; /* the last hill may go on */
}

/* The top of the parabola through a value and its neighbours: where it is, and how high. */
static double top_of(const pitch *p, size_t lag, double *height)
{
    const double before = p->likeness[lag - 1], here = p->likeness[lag], behind = p->likeness[lag + 1];
    const double bend = before - 2 * here + behind, to = bend < 0 ? 0.5 * (before - behind) / bend : 0;
    *height = here - 0.25 * (before - behind) * to;
    return (double)lag + to;
}

static size_t first_period(const pitch *p, size_t lags)
{
    size_t start = 0;
    while (start < lags && p->likeness[start] > 0) /* the hill around no lag at all */
        start++;
    double best = 0, height;
    for (size_t at = start, lag; (lag = next_peak(p, &at, lags));) {
        top_of(p, lag, &height);
        best = fmax(best, height);
    }
    if (best < clear)
        return 0;
    size_t at = start, lag;
    while ((lag = next_peak(p, &at, lags))) {
        top_of(p, lag, &height);
        if (height >= as_like * best)
            break;
    }
    return lag;
}

/* The highest value around there, if it is a peak; or 0. */
static size_t peak_near(const pitch *p, size_t middle, size_t reach)
{
    size_t best = middle - reach;
    for (size_t i = best; i <= middle + reach; i++)
        if (p->likeness[i] > p->likeness[best])
            best = i;
    return p->likeness[best - 1] > p->likeness[best] || p->likeness[best + 1] > p->likeness[best] ? 0 : best;
}

/* Goes from the peak of one period to that of ever more of them. */
static double refine(const pitch *p, size_t first, size_t lags)
{
    double height, later, period = top_of(p, first, &height);
    for (size_t periods = 2;; periods++) {
        const size_t middle = (size_t)(period * (double)periods + 0.5), reach = (size_t)fmax(period / 8, 1);
        const size_t lag = middle + reach + 1 < lags ? peak_near(p, middle, reach) : 0;
        const double top = lag ? top_of(p, lag, &later) : 0;
        if (!lag || later < still_like * height)
            return period;
        period = top / (double)periods;
    }
}

/* ---- the lowest harmonics ---- */

typedef struct phasor {
    double re, im;
} phasor;

/* The sound at hz, seen through a Hann window of `size` samples from `from` on: of whole periods, so that it is blind for
 * all other harmonics. */
static phasor look_at(const pitch *p, size_t from, double size, double hz, double rate_hz)
{
    const double turn = 2 * pi * hz / rate_hz, slow = 2 * pi / size;
    const phasor step = { cos(turn), sin(turn) }, slow_step = { cos(slow), sin(slow) };
    phasor sum = { 0, 0 }, at = { 1, 0 }, window = { 1, 0 };
    for (size_t i = 0; (double)i < size; i++) {
        const double weighted = p->sound[from + i] * (0.5 - 0.5 * window.re);
        sum.re += weighted * at.re;
        sum.im -= weighted * at.im;
        at = (phasor){ at.re * step.re - at.im * step.im, at.re * step.im + at.im * step.re };
        window = (phasor){ window.re * slow_step.re - window.im * slow_step.im,
                           window.re * slow_step.im + window.im * slow_step.re };
    }
    return sum;
}

/* The mean of what the harmonics say, by their power. */
static double sharpen(const pitch *p, size_t count, double hz, double rate_hz)
{
    const double period = rate_hz / hz, periods = floor((double)count / period / 2);
    const double size = periods * period;
    const size_t apart = count - (size_t)ceil(size);
    double sum = 0, weights = 0;
    if (periods < 2)
        return hz;
    for (int h = 1; h <= HARMONICS && h * hz < 0.4 * rate_hz; h++) {
        const phasor first = look_at(p, 0, size, h * hz, rate_hz), later = look_at(p, apart, size, h * hz, rate_hz);
        const double turned =
            atan2(later.im * first.re - later.re * first.im, later.re * first.re + later.im * first.im);
        const double expected = h * hz / rate_hz * (double)apart, cycles = turned / (2 * pi) - expected;
        const double weight = first.re * first.re + first.im * first.im + later.re * later.re + later.im * later.im;
        sum += weight * (cycles - floor(cycles + 0.5)) * rate_hz / (double)apart / h;
        weights += weight;
    }
    const double off = weights > 0 ? sum / weights : 0;
    return fabs(off) < 0.02 * hz ? hz + off : hz; /* a third of a semitone: else it is something else */
}

double pitch_find(pitch *p, const float *samples, size_t count, double rate_hz)
{
    double mean = 0;
    for (size_t j = 0; j < count; j++)
        mean += samples[j];
    mean /= (double)count;
    memset(p->sound, 0, sizeof p->sound);
    for (size_t j = 0; j < count; j++)
        p->sound[j] = samples[j] - (float)mean;
    const size_t lags = count / 2;
    correlate(p, count, lags);
    normalise(p, count, lags);
    const size_t first = first_period(p, lags);
    const double hz = first ? sharpen(p, count, rate_hz / refine(p, first, lags), rate_hz) : 0;
    return hz >= lowest_hz && hz <= highest_hz ? hz : 0;
}
