/** @file delay.h
 *  A delay in whole samples that may change without a click: the old and the new place are crossfaded. */
#ifndef BACKLINE_PLUGINS_DELAY_H
#define BACKLINE_PLUGINS_DELAY_H

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One channel; one thread at a time. */
typedef struct bl_delay {
    float *ring;                /* owned; a power of two of samples, and behind them the fade's gains */
    const float *gains;         /* of the new place, for every sample of a fade */
    uint32_t mask, at;          /* index of the next sample */
    uint32_t longest, past;     /* past: samples since the reset, as far as a delay can reach them */
    float before;               /* what was heard until then */
    uint32_t now, next, wanted; /* delays: heard, faded to, asked for last */
    uint32_t fade_left, fade;   /* samples */
} bl_delay;

/** No delay yet. BL_ERR_NO_MEM; bl_delay_free() releases the memory.
 *  @param longest  samples that bl_delay_set() may ask for, at most 2^24 */
BL_API bl_status bl_delay_init(bl_delay *delay, double rate_hz, size_t longest);
BL_API void bl_delay_free(bl_delay *delay);

/** A new delay in samples, clamped to the longest; crossfaded in 20 ms of raised cosine. During a fade the newest
 *  request waits for its end. */
BL_API BL_REALTIME void bl_delay_set(bl_delay *delay, size_t samples);

/** out may equal in, or be NULL if nobody listens. Real-time safe. */
BL_API BL_REALTIME void bl_delay_process(bl_delay *delay, float *out, const float *in, size_t frames);

/** Silence the past and be at the delay that was set. Takes no time: the memory stays as it is, unread. */
BL_API BL_REALTIME void bl_delay_reset(bl_delay *delay);

/** The same with a past of nothing but this value. */
BL_API BL_REALTIME void bl_delay_reset_to(bl_delay *delay, float value);

/** How many samples back it looks at most, until something else is set. */
BL_API BL_REALTIME size_t bl_delay_reach(const bl_delay *delay);

#ifdef __cplusplus
}
#endif
#endif
