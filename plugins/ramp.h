/** @file ramp.h
 *  A number that moves to its target smoothly, sample by sample: what keeps knobs from clicking. */
#ifndef BACKLINE_PLUGINS_RAMP_H
#define BACKLINE_PLUGINS_RAMP_H

#include <backline/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Plain data; one thread at a time. */
typedef struct bl_ramp {
    float value, target;
    uint32_t left, length;               /* samples to go, samples that a move takes */
    double exact, change, second, third; /* the value, and its differences of the first to third order */
    double reach;                        /* how far this move may go before it turns back to the target */
} bl_ramp;

/** Stands still at value; moves will take length_ms at rate_hz, at least one sample. */
BL_API void bl_ramp_init(bl_ramp *ramp, double rate_hz, float length_ms, float value);

/** Begin to move from where it is now, on a cubic that begins with the slope of the move so far, ends with none and
 *  never goes beyond all targets there were: from rest, 3 x^2 - 2 x^3. Two ramps that are set at the same times
 *  to targets that add up to 1 add up to 1 all the time, but for rounding. Nothing happens if it is on its way there
 *  already, or if target is not finite. */
BL_API BL_REALTIME void bl_ramp_set(bl_ramp *ramp, float target);

/** Be at the target at once. */
BL_API BL_REALTIME void bl_ramp_jump(bl_ramp *ramp);

/** The value for the next sample. After length samples it is the target itself, to the bit, and stays so. */
static inline float bl_ramp_next(bl_ramp *ramp)
{
    if (ramp->left) {
        ramp->exact += ramp->change;
        ramp->change += ramp->second;
        ramp->second += ramp->third;
        ramp->value = --ramp->left ? (float)ramp->exact : ramp->target;
    }
    return ramp->value;
}

#ifdef __cplusplus
}
#endif
#endif
