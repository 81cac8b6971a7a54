/** @file biquad.h
 *  Second-order filters after R. Bristow-Johnson's Audio EQ Cookbook, in a form whose parameters may move while it
 *  sounds. */
#ifndef BACKLINE_PLUGINS_BIQUAD_H
#define BACKLINE_PLUGINS_BIQUAD_H

#include "ramp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum bl_biquad_kind {
    BL_BIQUAD_LOW_SHELF,
    BL_BIQUAD_HIGH_SHELF,
    BL_BIQUAD_PEAK,
    BL_BIQUAD_LOW_PASS,
    BL_BIQUAD_HIGH_PASS
} bl_biquad_kind;

typedef struct bl_biquad_params {
    bl_biquad_kind kind;
    float frequency_hz; /**< clamped to 1 Hz .. 0.49 times the rate */
    float q;            /**< 0.1..20; of shelves: 0.7071 is the steepest without a bump */
    float gain_db;      /**< -40..40; of shelves and peaks */
    bool active;        /**< false: the input, to the bit, once the change has faded */
} bl_biquad_params;

/** y[t] = b0 x[t] + b1 x[t-1] + b2 x[t-2] - a1 y[t-1] - a2 y[t-2] */
typedef struct bl_biquad_coefficients {
    double b0, b1, b2, a1, a2;
} bl_biquad_coefficients;

/** The coefficients themselves, for whoever draws a response; params are clamped as by bl_biquad_set(), and what is
 *  not finite is 1 kHz, 0.7071 or 0 dB. */
BL_API void bl_biquad_design(const bl_biquad_params *params, double rate_hz, bl_biquad_coefficients *out);

/** Most channels of one filter. */
#define BL_BIQUAD_CHANNELS 2

/** One filter for up to BL_BIQUAD_CHANNELS channels; plain data, one thread at a time. Parameters move once per
 *  BL_BIQUAD_CHUNK samples, counted from the reset or from when it ceased to be inactive, so that the sound does not
 *  depend on the block size. Between, the coefficients move in straight lines. */
#define BL_BIQUAD_CHUNK 32
typedef struct bl_biquad {
    double rate_hz;
    bl_biquad_kind kind;
    double goal[4];                  /* parameters that were set */
    bl_ramp way[4];                  /* to them, at the ends of the chunks */
    uint32_t phase;                  /* in the chunk */
    double now[6], next[6], step[6]; /* coefficients, those at the chunk's end, change per sample */
    double state[2][BL_BIQUAD_CHANNELS];
    bool moving, identity; /* in this chunk: coefficients change; the output is the input */
    bool idle;             /* the output is the input until something is set */
} bl_biquad;

/** At the parameters, with a silent past. */
BL_API void bl_biquad_init(bl_biquad *filter, double rate_hz, const bl_biquad_params *params);

/** A new target; the kind may not change. Reached smoothly within about 30 ms: frequency and q move in the logarithm,
 *  the gain in dB, and cuts are faded in and out. A shelf or peak of exactly 0 dB is inactive. What is not finite is
 *  ignored. */
BL_API BL_REALTIME void bl_biquad_set(bl_biquad *filter, const bl_biquad_params *params);

/** out[c] may equal in[c]; channels at most BL_BIQUAD_CHANNELS, the same in every call. Input must be finite.
 *  Real-time safe. */
BL_API BL_REALTIME void bl_biquad_process(bl_biquad *filter, float *const *out, const float *const *in,
                                          size_t channels, size_t frames);

/** Silence the past and be at the target. */
BL_API BL_REALTIME void bl_biquad_reset(bl_biquad *filter);

#ifdef __cplusplus
}
#endif
#endif
