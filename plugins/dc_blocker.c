#include "dc_blocker.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846, corner_hz = 5;
static const float fade_ms = 20;

void bl_dc_blocker_init(bl_dc_blocker *blocker, double rate_hz)
{
    *blocker = (bl_dc_blocker){ .pole = exp(-2 * pi * corner_hz / rate_hz) };
    bl_ramp_init(&blocker->mix, rate_hz, fade_ms, 1);
}

void bl_dc_blocker_set(bl_dc_blocker *blocker, bool active)
{
    bl_ramp_set(&blocker->mix, active);
}

void bl_dc_blocker_reset(bl_dc_blocker *blocker)
{
    blocker->x = 0;
    memset(blocker->pairs, 0, sizeof blocker->pairs);
    memset(blocker->offset, 0, sizeof blocker->offset);
    bl_ramp_jump(&blocker->mix);
}

enum { RUN = 64, BACK = 4 };

/* Silence. Behind a sound the offset falls below it, and would become a denormal number and stay one; but not within one
 * call, which leaves the recursion short. */
static const float least = 1e-30f;

/* The filter takes away the offset m, which is a mean of the past: y[t] = x[t] - m[t-1], where
 * m[t] = r m[t-1] + (1 - r) x[t]. A sample that waits for the one before it waits long, so the recursion is written
 * out for four samples: with pairs p[t] = x[t] + r x[t-1],
 *
 *     m[t] = r^4 m[t-4] + (1 - r) (p[t] + r^2 p[t-2]),
 *
 * in loops of constant length, which compilers vectorise. Every sample takes the same operations, wherever blocks begin.
 * What the sums are rounded by counts for little, for it is multiplied by 1 - r.
 *
 * m[0 .. BACK-1] is the past; those of RUN samples follow, of which the first `frames` count. */
static void find_offset(bl_dc_blocker *b, double *m, const float *in, size_t frames)
{
    const double r4 = b->pole * b->pole * b->pole * b->pole, share = 1 - b->pole;
    const float r = (float)b->pole, r2 = (float)(b->pole * b->pole);
    float pairs[2 + RUN];
    double now[BACK];
    memcpy(pairs, b->pairs, sizeof b->pairs);
    pairs[2] = in[0] + r * b->x;
    for (size_t i = 1; i < RUN; i++)
        pairs[2 + i] = in[i] + r * in[i - 1];
    memcpy(now, b->offset, sizeof now);
    memcpy(m, now, sizeof now);
    for (size_t i = 0; i < RUN; i += BACK)
        for (size_t k = 0; k < BACK; k++)
            m[BACK + i + k] = now[k] = r4 * now[k] + share * (pairs[2 + i + k] + r2 * pairs[i + k]);
    b->x = in[frames - 1];
    memcpy(b->pairs, pairs + frames, sizeof b->pairs);
    memcpy(b->offset, m + frames, sizeof b->offset);
}

/* m as above. */
static void take_away(float *y, const float *x, const double *m, float scale)
{
    float offset[RUN];
    for (size_t i = 0; i < RUN; i++)
        offset[i] = (float)m[BACK - 1 + i];
    for (size_t i = 0; i < RUN; i++)
        offset[i] = fabsf(offset[i]) < least ? 0 : offset[i];
    for (size_t i = 0; i < RUN; i++)
        y[i] = scale * (x[i] - offset[i]);
}

/* RUN samples, of which the first `frames` count; out may be in. */
static void process_run(bl_dc_blocker *b, float *out, const float *in, size_t frames)
{
    float y[RUN];
    double m[BACK + RUN];
    find_offset(b, m, in, frames);
    take_away(y, in, m, (float)((1 + b->pole) / 2));
    if (b->mix.left || b->mix.value != 1)
        for (size_t i = 0; i < frames; i++) {
            const float mix = bl_ramp_next(&b->mix);
            y[i] = mix == 0 ? in[i] : mix == 1 ? y[i] : in[i] + mix * (y[i] - in[i]);
        }
    memcpy(out, y, sizeof y);
}

void bl_dc_blocker_process(bl_dc_blocker *blocker, float *out, const float *in, size_t frames)
{
    const size_t rest = frames % RUN, whole = frames - rest;
    for (size_t at = 0; at < whole; at += RUN)
        process_run(blocker, out + at, in + at, RUN);
    if (rest) {
        float last[RUN] = { 0 };
        memcpy(last, in + whole, rest * sizeof *last);
        process_run(blocker, last, last, rest);
        memcpy(out + whole, last, rest * sizeof *last);
    }
    for (size_t i = 0; i < BACK; i++)
        if (fabs(blocker->offset[i]) < least)
            blocker->offset[i] = 0;
}
