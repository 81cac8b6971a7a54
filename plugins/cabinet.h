/** @file cabinet.h
 *  One or two loudspeakers: impulse responses side by side, with blend, pan, delay and filters, and no latency. */
#ifndef BACKLINE_PLUGINS_CABINET_H
#define BACKLINE_PLUGINS_CABINET_H

#include "impulse.h"

#include <backline/cpu.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What lies outside is clamped, what is not finite is ignored. */
typedef struct bl_cabinet_params {
    /** 0: the first response, 1: the second; between: both, with gains that add up to 1. Without effect where there is
     *  one response. */
    float blend;
    float pan_first;   /**< -1 left .. 1 right, 0 in the middle; without effect where the output is mono */
    float pan_second;  /**< the same of the second response */
    float delay_ms;    /**< of the second response, 0..20; negative: of the first, -20..0 */
    bool invert;       /**< polarity of the second */
    float low_cut_hz;  /**< 12 dB per octave, 20..1000; 20 is off */
    float high_cut_hz; /**< 12 dB per octave, 1000..20000; 20000 is off */
} bl_cabinet_params;

/** Pan. One input through a response of one channel is moved: the left side's gain is 1 - pan, the right one's
 *  1 + pan, so that in the middle both sides are the mono signal at its level, and the mean of both sides is that
 *  signal wherever it is put. Two inputs, or a response of two channels, are balanced: the other side is turned down,
 *  to 1 - |pan|, and nothing is turned up.
 *
 *  blend 0.5; pans 0; the rest off. */
BL_API bl_cabinet_params bl_cabinet_defaults(void);

/** One thread at a time. */
typedef struct bl_cabinet bl_cabinet;

/** @param first, second  either may be NULL, both not; both at rate_hz. They are shared.
 *  @param in, out        channels, 1 or 2, out >= in. Of a response with two channels the left one makes the left
 *                        output and the right one the right; a mono output uses their mean. Two inputs are dual
 *                        mono: the left one goes to the left output, the right one to the right
 *  @param cpu            normally BL_CPU_AUTO
 *  Starts silent, with the defaults. BL_ERR_ARGUMENT (says what does not fit), BL_ERR_NO_MEM, BL_ERR_CPU. Not
 *  real-time safe. */
BL_API bl_status bl_cabinet_create(bl_impulse *first, bl_impulse *second, size_t in, size_t out, double rate_hz,
                                   bl_cpu cpu, bl_cabinet **cabinet, bl_error *error);
BL_API void bl_cabinet_free(bl_cabinet *cabinet);

/** Takes effect smoothly: gains within 20 ms in a straight line, a delay by a crossfade, cuts as filters move. Before
 *  the first frame, and before the first one after a reset, at once. */
BL_API BL_REALTIME void bl_cabinet_set(bl_cabinet *cabinet, const bl_cabinet_params *params);

/** Samples of input after which the past before them is not heard any more: the longest response to its last bit, the
 *  longest delay, and the filters' decay by 100 dB. Constant. */
BL_API size_t bl_cabinet_settling(const bl_cabinet *cabinet);

/** @param out  pointers to frames samples; out[c] may equal in[c]
 *  @param in   pointers to frames finite samples of magnitude 1e4 at most; any number of frames
 *  Cost per block is even: the tails' transforms are spread over the frames. The output does not depend, to the bit,
 *  on how the input was cut into blocks. Real-time safe. */
BL_API BL_REALTIME void bl_cabinet_process(bl_cabinet *cabinet, float *const *out, const float *const *in,
                                           size_t frames);

/** Silence the past and be at the parameters that were set. */
BL_API void bl_cabinet_reset(bl_cabinet *cabinet);

#ifdef __cplusplus
}
#endif
#endif
