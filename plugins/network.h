/** @file network.h
 *  A capture's network at a multiple of the rate it was made for.
 *
 *  At N times its rate a network stays what it is if every delay in it becomes N times as long. The same sound comes
 *  from N copies at the original rate, of which each plays every N-th sample; that is exact for every kind of
 *  network, recurrent ones included, and copies share their weights' loads as lanes of a stream. */
#ifndef BACKLINE_PLUGINS_NETWORK_H
#define BACKLINE_PLUGINS_NETWORK_H

#include <backline/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BL_NETWORK_MAX_TIMES 8

/** One thread at a time. */
typedef struct bl_network bl_network;

/** @param plan   of a network that takes and gives one channel; must outlive the network
 *  @param lanes  1 or 2 independent signals
 *  @param times  1, 2, 4 or 8 times the plan's sample rate
 *  Starts as bl_stream_reset() leaves its streams. Not real-time safe. */
BL_API bl_status bl_network_create(const bl_plan *plan, size_t lanes, size_t times, bl_network **out,
                                   bl_error *error);
BL_API void bl_network_free(bl_network *network);

/** As bl_stream_process(), lanes pointers each; out may equal in. The result does not depend, to the bit, on how the
 *  input was cut into blocks. Real-time safe. */
BL_API BL_REALTIME void bl_network_process(bl_network *network, float *const *out, const float *const *in,
                                           size_t frames);

/** As bl_stream_set_param(), for all copies. */
BL_API BL_REALTIME void bl_network_set_param(bl_network *network, size_t index, float value);

/** Frames, at the multiplied rate, by which the output is late. One signal at a multiple of the rate is one frame later
 *  than two, because copies that share a stream play in step. */
BL_API size_t bl_network_latency(const bl_network *network);

/** As bl_plan_overlap(), at the multiplied rate. */
BL_API bl_status bl_network_overlap(const bl_network *network, size_t *frames, bl_error *error);

/** As bl_stream_reset(), bl_stream_seek() and bl_stream_end_input(). A frame to seek may be any number. */
BL_API void bl_network_reset(bl_network *network);
BL_API void bl_network_seek(bl_network *network, uint64_t frame);
BL_API BL_REALTIME void bl_network_end_input(bl_network *network);

#ifdef __cplusplus
}
#endif
#endif
