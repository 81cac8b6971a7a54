#include "dc_blocker.h"

#include <math.h>

static const double pi = 3.14159265358979323846, corner_hz = 5;
static const float fade_ms = 20;

void bl_dc_blocker_init(bl_dc_blocker *blocker, double rate_hz)
{
    const double pole = exp(-2 * pi * corner_hz / rate_hz);
    *blocker = (bl_dc_blocker){ .pole = pole, .scale = (1 + pole) / 2 };
    bl_ramp_init(&blocker->mix, rate_hz, fade_ms, 1);
}

void bl_dc_blocker_set(bl_dc_blocker *blocker, bool active)
{
    bl_ramp_set(&blocker->mix, active);
}

void bl_dc_blocker_reset(bl_dc_blocker *blocker)
{
    blocker->x = blocker->y = 0;
    bl_ramp_jump(&blocker->mix);
}

/* Silence. Behind a sound the state falls below it, and would become a denormal number and stay one; but not within one
 * call, which leaves the recursion short. */
static const double least = 1e-30;

void bl_dc_blocker_process(bl_dc_blocker *blocker, float *out, const float *in, size_t frames)
{
    const double pole = blocker->pole, scale = blocker->scale;
    const bool settled = !blocker->mix.left && blocker->mix.value == 1;
    double before = blocker->x, y = blocker->y;
    for (size_t i = 0; i < frames; i++) {
        const double x = in[i];
        y = x - before + pole * y;
        before = x;
        const double blocked = fabs(y) < least ? 0 : scale * y;
        const float mix = settled ? 1 : bl_ramp_next(&blocker->mix);
        out[i] = mix == 0 ? in[i] : mix == 1 ? (float)blocked : (float)(x + mix * (blocked - x));
    }
    blocker->x = before;
    blocker->y = fabs(y) < least ? 0 : y;
}
