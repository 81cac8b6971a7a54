#include "half_band.h"

#include <math.h>
#include <string.h>

enum { RUN = BL_HALF_BAND_RUN };

/* Per stage: the shortest filter whose stop band, the image of 0 .. 0.4125 of the lowest rate, lies below -100 dB,
 * and the window's parameter that lowers it most. Later stages are as the last one. */
static const struct {
    size_t reach;
    double beta;
} designs[] = { { BL_HALF_BAND_MOST_REACH, 10.4 }, { 11, 11.0 }, { 7, 9.6 } };

/* The modified Bessel function of the first kind and order 0, by its series. */
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* h[2 i] for i = 0 .. reach, scaled so that their sum, like the tap between them, is half of a constant's. */
static void design(double *h, size_t reach, double beta)
{
    const double pi = 3.14159265358979323846;
    double sum = 0;
    for (size_t i = 0; i <= reach; i++) {
        const double n = 2.0 * (double)i - (double)reach, x = n / ((double)reach + 1);
        h[i] = sin(pi * n / 2) / (pi * n) * bessel_i0(beta * sqrt(1 - x * x));
        sum += h[i];
    }
    for (size_t i = 0; i <= reach; i++)
        h[i] *= 0.5 / sum;
}

void bl_half_band_init(bl_half_band *filter, bl_fir_fn *fir, size_t stage, bool up)
{
    const size_t designed = sizeof designs / sizeof *designs, which = stage < designed ? stage : designed - 1;
    double h[BL_HALF_BAND_MOST_REACH + 1];
    *filter = (bl_half_band){ .fir = fir, .reach = designs[which].reach };
    design(h, filter->reach, designs[which].beta);
    for (size_t i = 0; i <= filter->reach; i++)
        filter->taps[1 + i] = (float)(up ? 2 * h[i] : h[i]); /* of two samples up, one is zero */
}

void bl_half_band_reset(bl_half_band *filter)
{
    filter->odd = false;
    memset(filter->summed, 0, sizeof filter->summed);
    memset(filter->passed, 0, sizeof filter->passed);
}

static void forget(float *line, size_t reach, size_t frames)
{
    memmove(line, line + frames, reach * sizeof *line);
}

void bl_half_band_up(bl_half_band *f, float *out, const float *in, size_t frames)
{
    float sums[RUN + BL_ROW_PADDING];
    for (size_t done = 0; done < frames;) {
        const size_t run = frames - done < RUN ? frames - done : RUN;
        const float *passed = f->summed + f->reach - (f->reach - 1) / 2;
        memcpy(f->summed + f->reach, in + done, run * sizeof *in);
        f->fir(sums, f->summed + f->reach, f->taps, f->reach + 1, 1, run);
        for (size_t t = 0; t < run; t++) {
            out[2 * (done + t)] = sums[t];
            out[2 * (done + t) + 1] = passed[t];
        }
        forget(f->summed, f->reach, run);
        done += run;
    }
}

/* Puts pairs into the lines, behind the past; returns how many, at most RUN. *used: frames of in. */
static size_t take_pairs(bl_half_band *f, const float *in, size_t frames, size_t *used)
{
    float *first = f->passed + f->reach, *second = f->summed + f->reach;
    const size_t held = f->odd, whole = (held + frames) / 2, pairs = whole < RUN ? whole : RUN;
    for (size_t t = held; t < pairs; t++)
        first[t] = in[2 * t - held];
    for (size_t t = 0; t < pairs; t++)
        second[t] = in[2 * t + 1 - held];
    if (pairs && held)
        first[0] = f->first;
    f->odd = held && !pairs;
    *used = 2 * pairs - (pairs ? held : 0);
    if (pairs == whole && *used < frames) {
        f->first = in[(*used)++];
        f->odd = true;
    }
    return pairs;
}

size_t bl_half_band_down(bl_half_band *f, float *out, const float *in, size_t frames)
{
    float sums[RUN + BL_ROW_PADDING];
    size_t done = 0;
    while (frames) {
        size_t used;
        const size_t pairs = take_pairs(f, in, frames, &used);
        const float *passed = f->passed + f->reach - (f->reach - 1) / 2;
        f->fir(sums, f->summed + f->reach, f->taps, f->reach + 1, 1, pairs);
        for (size_t t = 0; t < pairs; t++)
            out[done + t] = sums[t] + 0.5f * passed[t];
        forget(f->summed, f->reach, pairs);
        forget(f->passed, f->reach, pairs);
        done += pairs;
        in += used;
        frames -= used;
    }
    return done;
}
