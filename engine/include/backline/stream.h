/** @file stream.h
 *  A stream: the running state of one network. Last of the three handles.
 *
 *  A stream belongs to one thread at a time; streams of one plan may run in parallel. */
#ifndef BACKLINE_STREAM_H
#define BACKLINE_STREAM_H

#include <backline/plan.h>
#include <backline/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bl_stream bl_stream;

/** Most lanes of a stream. */
#define BL_MAX_LANES 2

/** Create a stream, prewarmed as bl_stream_reset() leaves it. All its memory, bl_plan_stream_bytes(),
 *  is allocated here. The plan must outlive the stream. Not real-time safe.
 *  @param lanes  1, or 2 for two independent signals, such as left and right, that go through the network side by
 *                side: cheaper than two streams, and each to the bit what a stream of its own would give. Knobs
 *                turn for both */
BL_API bl_status bl_stream_create(const bl_plan *plan, size_t lanes, bl_stream **out, bl_error *error);

/** Free; NULL is allowed. Not real-time safe. */
BL_API void bl_stream_free(bl_stream *stream);

/** Forget the past: all histories become zero, then the network hears as many zeros as the model's
 *  format prescribes (bl_model_info.prewarm), so that it starts from the state it has in silence.
 *  Does not allocate, but takes the time of that many samples. */
BL_API void bl_stream_reset(bl_stream *stream);

/** Turn a knob. The value is clamped to the knob's range (what is not finite is ignored) and reached
 *  smoothly, within about 20 ms. After creation and reset all knobs stand at their initial values, or at
 *  what was set since without a reset.
 *  @param index  0 <= index < bl_plan_param_count()
 *  Real-time safe; same thread as bl_stream_process(). */
BL_API BL_REALTIME void bl_stream_set_param(bl_stream *stream, size_t index, float value);

/** Say that the input has ended. A network that looks ahead treats what follows as the zeros that its
 *  layers pad with; feed zeros until as many samples have come out as bl_plan_latency() and
 *  bl_model_output_frames() together. Until then, or for
 *  live input, a stream needs no such call. bl_stream_reset() begins anew. Real-time safe. */
BL_API BL_REALTIME void bl_stream_end_input(bl_stream *stream);

/** Run one block through the network.
 *  @param out     bl_plan_out_channels() pointers per lane, lane after lane, each to frames samples. Each may
 *                 equal any pointer of in; otherwise no array may overlap another
 *  @param in      bl_plan_in_channels() pointers per lane, each to frames samples, nominal -1..+1, at
 *                 bl_plan_sample_rate(). A sample that is not finite counts as 0
 *  @param frames  any number, also 0; it may change from call to call
 *  The output is finite and does not depend, to the bit, on how the input was cut into blocks.
 *  Real-time safe: time linear in frames and independent of the samples' values. */
BL_API BL_REALTIME void bl_stream_process(bl_stream *stream, float *const *out, const float *const *in,
                                          size_t frames);

/** How long the past is heard: the output of frame `frame` + *frames and of all after it is, to the bit, that of
 *  a stream which has played the whole signal, if bl_stream_seek(stream, frame) was called and the signal played
 *  from there. So pieces of a long signal can be played at the same time, by several streams on several threads.
 *  BL_ERR_UNSUPPORTED for a recurrent network, which never forgets. Constant; not real-time safe. */
BL_API bl_status bl_plan_overlap(const bl_plan *plan, size_t *frames, bl_error *error);

/** Go to another place of the signal: the next frame is number `frame`, counted from 0 after a reset. What the
 *  stream gives for the first bl_plan_overlap() frames is not defined; a signal's beginning is not sought but
 *  reset. Knobs stand at once where they were turned to, and the input has not ended. Does not allocate, but may
 *  take the time of some hundred samples. */
BL_API void bl_stream_seek(bl_stream *stream, uint64_t frame);

#ifdef __cplusplus
}
#endif
#endif
