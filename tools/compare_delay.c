/* Delay by cross-correlation: the blocks of A against the blocks of B around them, multiplied as spectra. */
#include "commands.h"
#include "compare.h"
#include "messages.h"
#include "stop.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;

static const double rounding = 1e-6; /* a correlation below this is that of the transforms */

enum { LEAST_REACH = 64, MOST_REACH = 1 << 18 };

/* Blocks of A of 2 * reach samples, and their surroundings in B of 4 * reach. */
typedef struct correlator {
    size_t reach, size; /* size = 4 * reach */
    float *block;
    kiss_fft_cpx *of_a, *of_b;
    double *sum; /* [size/2 + 1][2] of conj(A) * B */
    kiss_fftr_cfg forward, backward;
} correlator;

static int correlator_create(correlator *r, size_t frames)
{
    *r = (correlator){ .reach = LEAST_REACH };
    while (r->reach < frames && r->reach < MOST_REACH)
        r->reach *= 2;
    r->size = 4 * r->reach;
    const size_t bins = r->size / 2 + 1;
    r->block = malloc(r->size * sizeof *r->block);
    r->of_a = malloc(bins * sizeof *r->of_a);
    r->of_b = malloc(bins * sizeof *r->of_b);
    r->sum = calloc(2 * bins, sizeof *r->sum);
    r->forward = kiss_fftr_alloc((int)r->size, 0, NULL, NULL);
    r->backward = kiss_fftr_alloc((int)r->size, 1, NULL, NULL);
    if (!r->block || !r->of_a || !r->of_b || !r->sum || !r->forward || !r->backward)
        return fail("There is not enough memory.");
    return DONE;
}

static void correlator_free(correlator *r)
{
    free(r->block);
    free(r->of_a);
    free(r->of_b);
    free(r->sum);
    if (r->forward)
        kiss_fftr_free(r->forward);
    if (r->backward)
        kiss_fftr_free(r->backward);
}

/* The spectrum of `count` samples from `begin` on, which may lie outside of the row. */
static void transform(correlator *r, kiss_fft_cpx *spectrum, const float *row, size_t frames, long long begin,
                      size_t count)
{
    for (size_t i = 0; i < r->size; i++) {
        long long t = begin + (long long)i;
        r->block[i] = i < count && t >= 0 && t < (long long)frames ? row[t] : 0;
    }
    kiss_fftr(r->forward, r->block, spectrum);
}

static void add_block(correlator *r, const float *a, size_t a_frames, const float *b, size_t b_frames, size_t begin)
{
    transform(r, r->of_a, a, a_frames, (long long)begin, 2 * r->reach);
    transform(r, r->of_b, b, b_frames, (long long)begin - (long long)r->reach, r->size);
    for (size_t k = 0; k <= r->size / 2; k++) {
        double ar = r->of_a[k].r, ai = r->of_a[k].i, br = r->of_b[k].r, bi = r->of_b[k].i;
        r->sum[2 * k] += ar * br + ai * bi;
        r->sum[2 * k + 1] += ar * bi - ai * br;
    }
}

/* r->block[reach + lag] becomes the sum of A(t) * B(t + lag) over all t and channels. */
static int correlate(correlator *r, const compare_sound *a, const compare_sound *b)
{
    const size_t channels = a->channels > b->channels ? a->channels : b->channels;
    for (size_t c = 0; c < channels; c++)
        for (size_t begin = 0; begin < a->frames; begin += 2 * r->reach) {
            if (stop_requested())
                return FAILED;
            add_block(r, a->rows[a->channels == 1 ? 0 : c], a->frames, b->rows[b->channels == 1 ? 0 : c], b->frames,
                      begin);
        }
    for (size_t k = 0; k <= r->size / 2; k++) {
        r->of_a[k].r = (float)(r->sum[2 * k] / (double)r->size);
        r->of_a[k].i = (float)(r->sum[2 * k + 1] / (double)r->size);
    }
    kiss_fftri(r->backward, r->of_a, r->block);
    return DONE;
}

/* Sum of squares; a recording of one channel counts for each of the other's. */
static double energy(const compare_sound *sound, size_t channels)
{
    double sum = 0;
    for (size_t c = 0; c < sound->channels; c++)
        for (size_t t = 0; t < sound->frames; t++)
            sum += (double)sound->rows[c][t] * (double)sound->rows[c][t];
    return sum * (double)(channels / sound->channels);
}

/* The correlation at any lag, by a sinc under a Hann window: it is as band-limited as the recordings. */
static double correlation_at(const correlator *r, double lag)
{
    enum { WIDTH = 32 };
    double sum = 0, place = lag + (double)r->reach;
    for (long long i = (long long)floor(place) - WIDTH; i <= (long long)floor(place) + WIDTH + 1; i++) {
        double x = place - (double)i;
        if (i < 0 || i > 2 * (long long)r->reach || fabs(x) > WIDTH)
            continue;
        double sinc = fabs(x) < 1e-9 ? 1 : sin(pi * x) / (pi * x);
        sum += (0.5 + 0.5 * cos(pi * x / WIDTH)) * sinc * (double)r->block[i];
    }
    return sum;
}

/* The vertex of the parabola through three neighbours, of which the middle one is the highest; from -1/2 to 1/2. */
static double vertex(double before, double middle, double behind)
{
    double curvature = before - 2 * middle + behind;
    return curvature < 0 ? fmin(fmax(0.5 * (before - behind) / curvature, -0.5), 0.5) : 0;
}

/* A parabola through whole lags is some hundredths of a sample off where there is much treble; through lags a
 * sixteenth apart it is exact to a thousandth. */
static double refine(const correlator *r, double lag, double sign)
{
    const double step = 1.0 / 16;
    double best = lag;
    for (int i = -16; i <= 16; i++)
        if (sign * correlation_at(r, lag + i * step) > sign * correlation_at(r, best))
            best = lag + i * step;
    return best + step * vertex(sign * correlation_at(r, best - step), sign * correlation_at(r, best),
                                sign * correlation_at(r, best + step));
}

int compare_find_delay(compare_delay *delay, const compare_sound *a, const compare_sound *b)
{
    const size_t channels = a->channels > b->channels ? a->channels : b->channels;
    const double energies = energy(a, channels) * energy(b, channels);
    correlator r;
    *delay = (compare_delay){ .samples = NAN };
    if (!(energies > 0))
        return DONE;
    int code = correlator_create(&r, a->frames > b->frames ? a->frames : b->frames);
    if (!code)
        code = correlate(&r, a, b);
    if (!code) {
        size_t best = 0;
        for (size_t i = 1; i <= 2 * r.reach; i++)
            if (fabsf(r.block[i]) > fabsf(r.block[best]))
                best = i;
        double sign = r.block[best] < 0 ? -1 : 1, lag = refine(&r, (double)best - (double)r.reach, sign);
        delay->correlation = fmin(fmax(sign * correlation_at(&r, lag) / sqrt(energies), 0), 1);
        delay->samples = delay->correlation > rounding ? lag : NAN;
    }
    correlator_free(&r);
    return code;
}
