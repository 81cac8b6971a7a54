/** @file dc_blocker.h
 *  A one-pole, one-zero high-pass at 5 Hz that removes a constant offset:
 *  y[t] = x[t] - x[t-1] + r * y[t-1], with r = exp(-2 pi 5 Hz / rate), scaled to 0 dB at half the rate. */
#ifndef BACKLINE_PLUGINS_DC_BLOCKER_H
#define BACKLINE_PLUGINS_DC_BLOCKER_H

#include "ramp.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One channel; plain data, one thread at a time. */
typedef struct bl_dc_blocker {
    double pole;
    float x, pairs[2]; /* the last input, and sums of two of them, oldest first */
    double offset[4];  /* the last offsets */
    bl_ramp mix;       /* 0: the input, 1: without its offset */
} bl_dc_blocker;

/** Active. */
BL_API void bl_dc_blocker_init(bl_dc_blocker *blocker, double rate_hz);

/** Off gives the input to the bit; the change is faded in 20 ms. */
BL_API BL_REALTIME void bl_dc_blocker_set(bl_dc_blocker *blocker, bool active);

/** out may equal in. The input must be finite. Real-time safe. */
BL_API BL_REALTIME void bl_dc_blocker_process(bl_dc_blocker *blocker, float *out, const float *in, size_t frames);

/** Silence the past, and be on or off as was set. */
BL_API BL_REALTIME void bl_dc_blocker_reset(bl_dc_blocker *blocker);

#ifdef __cplusplus
}
#endif
#endif
