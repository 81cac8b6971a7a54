/* Which part of A stands beside which part of B. */
#include "commands.h"
#include "compare.h"
#include "messages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* Between samples B is interpolated by a windowed sinc of so many samples to either side. */
enum { REACH = 64 };
static const double kaiser_beta = 9;

/* A delay this near to a whole number counts as one, so that nothing is filtered without need. */
static const double nearly_whole = 0.005;

static const float *row_of(const compare_sound *sound, size_t channel)
{
    return sound->rows[sound->channels == 1 ? 0 : channel];
}

static int begin(compare_pair *pair, const compare_sound *a, const compare_sound *b)
{
    *pair =
        (compare_pair){ .channels = a->channels > b->channels ? a->channels : b->channels, .rate_hz = a->rate_hz };
    pair->a = calloc(pair->channels, sizeof *pair->a);
    pair->b = calloc(pair->channels, sizeof *pair->b);
    return pair->a && pair->b ? DONE : fail("There is not enough memory.");
}

int compare_pair_begin(compare_pair *pair, const compare_sound *a, const compare_sound *b)
{
    int code = begin(pair, a, b);
    if (code)
        return code;
    pair->frames = a->frames < b->frames ? a->frames : b->frames;
    for (size_t c = 0; c < pair->channels; c++) {
        pair->a[c] = row_of(a, c);
        pair->b[c] = row_of(b, c);
    }
    return DONE;
}

/* Modified Bessel function of the first kind and order 0, by its power series. */
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
        term *= x / (2 * k) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

/* Taps for the value `part` of a sample, 0 to 1, behind tap REACH - 1. */
static void fill_taps(double *taps, double part)
{
    double sum = 0;
    for (int i = 0; i < 2 * REACH; i++) {
        double x = i - (REACH - 1) - part, at = x / REACH;
        double window = fabs(at) < 1 ? bessel_i0(kaiser_beta * sqrt(1 - at * at)) / bessel_i0(kaiser_beta) : 0;
        taps[i] = window * (fabs(x) < 1e-9 ? 1 : sin(pi * x) / (pi * x));
        sum += taps[i];
    }
    for (int i = 0; i < 2 * REACH; i++)
        taps[i] /= sum;
}

static void interpolate(float *to, const float *from, size_t frames, const double *taps)
{
    for (size_t t = 0; t < frames; t++) {
        double sum = 0;
        for (size_t i = 0; i < 2 * REACH; i++)
            sum += taps[i] * (double)from[t + i];
        to[t] = (float)sum;
    }
}

/* Leaves out the frames of B where the interpolation would need samples from outside of it. */
static bool choose_part(compare_pair *pair, const compare_sound *a, const compare_sound *b, long long whole,
                        bool between)
{
    const long long before = between ? REACH - 1 : 0, behind = between ? REACH : 0;
    long long first = whole < before ? before - whole : 0, end = (long long)b->frames - whole - behind;
    if (end > (long long)a->frames)
        end = (long long)a->frames;
    if (end <= first)
        return false;
    pair->frames = (size_t)(end - first);
    pair->a_begin = (size_t)first;
    pair->b_begin = (size_t)(first + whole);
    return true;
}

int compare_pair_align(compare_pair *pair, const compare_sound *a, const compare_sound *b, double delay)
{
    int code = begin(pair, a, b);
    if (code)
        return code;
    bool between = fabs(delay - round(delay)) > nearly_whole;
    if (between && !choose_part(pair, a, b, (long long)floor(delay), true))
        between = false; /* B is shorter than the interpolation reaches */
    const long long whole = (long long)(between ? floor(delay) : round(delay));
    if (!between && !choose_part(pair, a, b, whole, false))
        return fail("%s and %s have nothing in common after the delay is taken out.", a->path, b->path);
    pair->copy = malloc(pair->frames * b->channels * sizeof *pair->copy);
    if (!pair->copy)
        return fail("There is not enough memory.");
    double taps[2 * REACH];
    fill_taps(taps, delay - (double)whole);
    for (size_t c = 0; c < b->channels; c++) {
        float *to = pair->copy + c * pair->frames;
        if (between)
            interpolate(to, b->rows[c] + pair->b_begin - (REACH - 1), pair->frames, taps);
        else
            memcpy(to, b->rows[c] + pair->b_begin, pair->frames * sizeof *to);
    }
    for (size_t c = 0; c < pair->channels; c++) {
        pair->a[c] = row_of(a, c) + pair->a_begin;
        pair->b[c] = pair->copy + (b->channels == 1 ? 0 : c) * pair->frames;
    }
    return DONE;
}

void compare_pair_invert(compare_pair *pair)
{
    size_t rows = 1; /* channels may share one */
    while (rows < pair->channels && pair->b[rows] != pair->b[0])
        rows++;
    for (size_t i = 0; i < rows * pair->frames; i++)
        pair->copy[i] = -pair->copy[i];
}

void compare_pair_free(compare_pair *pair)
{
    free(pair->a);
    free(pair->b);
    free(pair->copy);
    *pair = (compare_pair){ 0 };
}
