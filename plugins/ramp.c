#include "ramp.h"

#include <math.h>
#include <stdbool.h>

void bl_ramp_init(bl_ramp *ramp, double rate_hz, float length_ms, float value)
{
    const double samples = rint(rate_hz * length_ms / 1000), most = UINT32_MAX;
    const uint32_t length = samples >= 1 ? (uint32_t)(samples < most ? samples : most) : 1;
    *ramp = (bl_ramp){ .value = value, .target = value, .length = length };
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The slope of the move so far, per sample, as far as the new one can go on with it and stay within the targets
 * there were. With u for the slope times the samples, and d for the new way, in the direction of the slope: up
 * to u = 3 d the cubic does not go beyond its target. Else it turns at u / (3 w) of its length, w = u - 2 d,
 * having come u^2 / (6 w) far at most, and that is less than the way r to where the old move would have come
 * while u <= 3 r + sqrt(9 r^2 - 12 r d). */
static double first_slope(bl_ramp *ramp, double way)
{
    const double slope = ramp->change - ramp->second / 2 + ramp->third / 3, sign = slope < 0 ? -1 : 1;
    const double d = sign * way, n = ramp->length, straight = larger(0, 3 * d);
    const double r = larger(sign * (ramp->reach - ramp->exact), sign * (ramp->target - ramp->exact));
    const double turns = r > 0 ? 9 * r * r - 12 * r * d : 0, most = turns > 0 ? 3 * r + sqrt(turns) : 0;
    const double u = sign * slope * n, first = u < larger(straight, most) ? u : larger(straight, most);
    if (first <= straight)
        ramp->reach = ramp->exact + way;
    else if (r > sign * (ramp->reach - ramp->exact))
        ramp->reach = ramp->target;
    return sign * first / n;
}

void bl_ramp_set(bl_ramp *ramp, float target)
{
    if (!isfinite(target) || target == ramp->target)
        return;
    const bool moves = ramp->left;
    ramp->exact = moves ? ramp->exact : ramp->value;
    const double way = target - ramp->exact, n = ramp->length, slope = moves ? first_slope(ramp, way) : 0;
    /* exact + slope t + square t^2 + cube t^3 is the target after n samples, and flat there. */
    const double square = (3 * way - 2 * slope * n) / (n * n), cube = (slope * n - 2 * way) / (n * n * n);
    ramp->change = slope + square + cube;
    ramp->second = 2 * square + 6 * cube;
    ramp->third = 6 * cube;
    ramp->reach = moves ? ramp->reach : target;
    ramp->target = target;
    ramp->left = ramp->length;
}

void bl_ramp_jump(bl_ramp *ramp)
{
    ramp->value = ramp->target;
    ramp->left = 0;
}
