/** @file gain.h
 *  A level change, free of zipper noise. */
#ifndef BACKLINE_PLUGINS_GAIN_H
#define BACKLINE_PLUGINS_GAIN_H

#include "ramp.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One gain for any number of channels; plain data, one thread at a time. */
typedef struct bl_gain {
    bl_ramp factor;
} bl_gain;

/** 0 dB. */
BL_API void bl_gain_init(bl_gain *gain, double rate_hz);

/** A new level in dB, reached within 20 ms on a smooth ramp of the factor; -120 or less is silence, more than 120 is
 *  120, what is not finite is ignored. */
BL_API BL_REALTIME void bl_gain_set(bl_gain *gain, float level_db);

/** @param out  channels pointers to frames samples; out[c] may equal in[c]
 *  A gain of exactly 0 dB gives the input to the bit. Real-time safe. */
BL_API BL_REALTIME void bl_gain_process(bl_gain *gain, float *const *out, const float *const *in, size_t channels,
                                        size_t frames);

/** Be at the level that was set. */
BL_API BL_REALTIME void bl_gain_reset(bl_gain *gain);

#ifdef __cplusplus
}
#endif
#endif
