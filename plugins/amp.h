/** @file amp.h
 *  A capture at any sample rate: resampled to the network's rate and back, with constant latency. */
#ifndef BACKLINE_PLUGINS_AMP_H
#define BACKLINE_PLUGINS_AMP_H

#include "capture.h"
#include "network.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One thread at a time. */
typedef struct bl_amp bl_amp;

typedef struct bl_amp_options {
    double rate_hz;    /**< of the input and the output, 8 kHz .. 768 kHz */
    size_t lanes;      /**< 1, or 2 independent signals */
    size_t oversample; /**< the network runs at so many times its own rate: 1, 2, 4 or 8 */
} bl_amp_options;

/** Shares the capture. The network is prewarmed, everything else silent. Not real-time safe.
 *  Where rate_hz is already oversample times the capture's rate, nothing is resampled. */
BL_API bl_status bl_amp_create(bl_capture *capture, const bl_amp_options *options, bl_amp **out, bl_error *error);
BL_API void bl_amp_free(bl_amp *amp);

BL_API bl_capture *bl_amp_capture(const bl_amp *amp);

/** Samples of rate_hz by which the output is late; constant, the same for every block size. */
BL_API BL_REALTIME size_t bl_amp_latency(const bl_amp *amp);

/** Samples of input after which the past before them is not heard any more, to the bit for networks with a finite
 *  receptive field at their own rate; a second for recurrent ones. */
BL_API size_t bl_amp_settling(const bl_amp *amp);

/** Levels in dB before and behind the network, reached within 20 ms; at once before the first frame. */
BL_API BL_REALTIME void bl_amp_set_levels(bl_amp *amp, float before_db, float behind_db);

/** Turns a knob of the network, as bl_stream_set_param(). */
BL_API BL_REALTIME void bl_amp_set_knob(bl_amp *amp, size_t index, float value);

/** @param out  lanes pointers to frames samples; may equal in
 *  @param in   lanes pointers to frames finite samples; any number of frames
 *  The output is finite, of magnitude 1000 at most, and does not depend, to the bit, on how the input was cut into
 *  blocks. Real-time safe. */
BL_API BL_REALTIME void bl_amp_process(bl_amp *amp, float *const *out, const float *const *in, size_t frames);

/** As after creation: what was heard is forgotten, levels are 0 dB, knobs at their initial values. Takes the time of the
 *  network's prewarming; allocates nothing. Not real-time safe. */
BL_API void bl_amp_reset(bl_amp *amp);

/** ---- For programs that run the network themselves, such as a render on many threads ----
 *  bl_amp_process() is: before, a bl_network at bl_amp_oversample() times the capture's rate, behind. */

/** Most frames that bl_amp_before() gives for so many. */
BL_API size_t bl_amp_before_most(const bl_amp *amp, size_t frames);

/** Level and resampling up to the network. network_in: lanes pointers. Returns the network's frames. */
BL_API BL_REALTIME size_t bl_amp_before(bl_amp *amp, float *const *network_in, const float *const *in,
                                        size_t frames);

/** What is behind the network: takes the network_frames that bl_amp_before() returned for `frames` frames, and gives
 *  `frames` frames. network_out may be changed. */
BL_API BL_REALTIME void bl_amp_behind(bl_amp *amp, float *const *out, float *const *network_out,
                                      size_t network_frames, size_t frames);

/** Multiple of the capture's rate at which the network runs. */
BL_API size_t bl_amp_oversample(const bl_amp *amp);

#ifdef __cplusplus
}
#endif
#endif
