/* A stream's memory. One piece holds the struct and everything that it points to. */
#ifndef BL_STREAM_STREAM_H
#define BL_STREAM_STREAM_H

#include "kernels/convolver.h"
#include "plan/plan.h"

#include <backline/stream.h>

/** A knob on its way from one setting to the next, in equal steps. */
typedef struct bl_knob {
    float now, target, step;
    size_t steps_left;
} bl_knob;

/** Input frames that wait until a multiple of the network's granularity is there, and output frames that
 *  wait to be fetched. Only networks with strides have them. */
typedef struct bl_waiting {
    float *in, *out; /* rows of run_frames and of granularity - 1 + run_frames, for all channels of all lanes */
    size_t in_count, out_count;
} bl_waiting;

struct bl_stream {
    const bl_plan *plan;
    bl_lanes lanes;   /* memory: per lane all buffers, then the states of long convolutions and recurrent layers */
    uint32_t *places; /* per ref of the code: where its next frame is in the first lane's memory */
    bl_knob *knobs;
    bl_waiting waiting;
    bl_convolver_fft fft; /* set where the program has long convolutions */
    uint64_t received;    /* input frames since the reset, with those of the prewarming */
    uint64_t clock;       /* how many of them the network has heard */
    bool started;         /* a frame has been processed since the reset */
    bool ended;           /* the input has; then lengths says how long each node's signal is */
    ptrdiff_t *lengths;
};

/** Lets the network hear `frames` zeros (rounded up to its granularity) and drops what it says. */
BL_REALTIME void bl_stream_run_silence(bl_stream *s, size_t frames);

/** Runs all steps for a run of `frames` input frames (step.c). */
BL_REALTIME void bl_stream_run_steps(bl_stream *s, size_t frames);

/** After `frames` frames (of its own rate) were written to that ref: makes zero what lies outside the signal, and
 *  keeps the ring's margin alike (settle.c). */
BL_REALTIME void bl_stream_settle(const bl_stream *s, size_t ref, size_t frames);

/** How many of the next `frames` frames of a buffer come before its signal begins. */
static inline size_t bl_stream_lead(const bl_stream *s, const bl_buffer *b, size_t frames)
{
    const uint64_t now = s->clock / b->down * b->up, left = now < b->latency ? b->latency - now : 0;
    return left < frames ? (size_t)left : frames;
}

/** The rows of a ref, in the lane that lies `lane` floats behind the first. */
static inline bl_rows bl_stream_read(const bl_stream *s, size_t ref, size_t lane)
{
    const bl_shape shape = s->plan->code.shapes[ref];
    return (bl_rows){ s->lanes.memory + s->places[ref] + lane, shape.stride, shape.channels };
}

/** y is NULL where there is nothing. */
static inline bl_out bl_stream_write(const bl_stream *s, size_t ref, size_t lane)
{
    const bl_shape shape = s->plan->code.shapes[ref];
    return (bl_out){ shape.channels ? s->lanes.memory + s->places[ref] + lane : NULL, shape.stride };
}

#endif
