/* Beginning in the middle of a signal. */
#include "base/alloc.h"
#include "base/fail.h"
#include "stream/stream.h"

#include <stdlib.h>

/* What an operation adds to the lag of the segments that it reads, in frames of its output. */
static size_t own_lag(const bl_op *op)
{
    if (op->kind == BL_OP_JOIN)
        return op->period - 1; /* its frames stand behind the first of their group */
    if (!op->partitions)
        return 0;
    /* A frame of the present block needs the windows of all partitions, down to the last bit of their
     * transforms; they begin this long before the block. The direct part's taps are in the segment's delay. */
    const size_t windows = BL_CONVOLVER_BLOCK * (op->partitions + 2) + BL_CONVOLVER_BLOCK - 1;
    return windows - (op->taps - 1) * op->dilation;
}

/* Input frames in which so many frames of a buffer pass. */
static size_t in_input_frames(size_t frames, const bl_buffer *b)
{
    return (frames * b->down + b->up - 1) / b->up;
}

static size_t lag_of(const bl_program *p, const size_t *lags, bl_segment s)
{
    return s.buffer == BL_NO_BUFFER ? 0 : lags[s.buffer] + in_input_frames(s.delay, &p->buffers[s.buffer]);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* lags[buffer]: how many input frames after a seek its frames become what they would be without. */
static void pass_on(const bl_program *p, const bl_op *op, size_t *lags)
{
    const bl_segment read[] = { op->a, op->b, op->addend, op->plus };
    size_t lag = 0;
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        lag = larger(lag, lag_of(p, lags, read[i]));
    for (size_t i = 0; i < op->source_count; i++)
        lag = larger(lag, lag_of(p, lags, p->sources[op->first_source + i]));
    lag += in_input_frames(own_lag(op), &p->buffers[op->out.buffer]);
    lags[op->out.buffer] = larger(lags[op->out.buffer], lag);
    if (op->sum.buffer != BL_NO_BUFFER)
        lags[op->sum.buffer] = larger(lags[op->sum.buffer], lag);
}

bl_status bl_plan_overlap(const bl_plan *plan, size_t *frames, bl_error *error)
{
    const bl_program *p = &plan->program;
    if (p->recurrent_count)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "The network is recurrent: each of its samples depends on all that came before.");
    size_t *lags = bl_calloc(p->buffer_count, sizeof *lags);
    if (!lags)
        return bl_fail_no_mem(error);
    for (size_t i = 0; i < p->op_count; i++)
        pass_on(p, &p->ops[i], lags);
    size_t lag = 0;
    for (size_t i = 0; i < p->output_count; i++)
        lag = larger(lag, lag_of(p, lags, p->outputs[i]));
    free(lags);
    *frames = lag + p->granularity - 1;
    return BL_OK;
}

/* Frames after which the arithmetic of a signal without an end repeats itself: strides and the blocks of long
 * convolutions count from the beginning. */
static size_t period(const bl_program *p)
{
    return p->transforms ? p->granularity * BL_CONVOLVER_BLOCK : p->granularity;
}

/* Histories keep what they hold: nothing of it is heard behind the overlap. Zeros bring everything that counts
 * frames to where it has to be. */
void bl_stream_seek(bl_stream *s, uint64_t frame)
{
    const bl_program *p = &s->plan->program;
    const size_t all = period(p), g = p->granularity;
    const uint64_t prewarm = (s->plan->prewarm + g - 1) / g * g, goal = prewarm + frame;
    const size_t rest = (size_t)(goal % g);
    s->started = s->ended = false;
    for (size_t i = 0; i < p->param_count; i++) {
        s->knobs[i].now = s->knobs[i].target;
        s->knobs[i].steps_left = 0;
    }
    bl_stream_run_silence(s, (size_t)((goal - rest) % all + all - s->clock % all) % all);
    s->clock = goal - rest;
    s->received = goal;
    s->waiting.in_count = rest;
    s->waiting.out_count = g - 1 - rest;
}
