/* The audio thread. Nothing here, in step.c and in settle.c allocates, locks, logs or calls the system. */
#include "stream/stream.h"

#include "base/fpmode.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What is not finite counts as silence, so that one bad sample cannot stay in a history, and what a
 * network makes of absurd input cannot leave it. Written so that compilers vectorise it. */
static void copy_finite(float *restrict to, const float *from, size_t frames)
{
    for (size_t t = 0; t < frames; t++)
        to[t] = fabsf(from[t]) <= FLT_MAX ? from[t] : 0.0f;
}

/* Where rings turn at different rates. */
static void advance_each(bl_stream *s, size_t frames)
{
    const bl_plan *plan = s->plan;
    const bl_code *code = &plan->code;
    for (size_t i = 0; i < code->ref_count; i++) {
        const bl_ring *ring = &plan->program.rings[code->refs[i].ring];
        plan->kernels.advance(&s->places[i], &code->ends[i], &code->turns[i], 1,
                              (uint32_t)(frames / ring->down * ring->up));
    }
}

static void advance(bl_stream *s, size_t frames)
{
    const bl_code *code = &s->plan->code;
    if (code->one_rate)
        s->plan->kernels.advance(s->places, code->ends, code->turns, code->ref_count, (uint32_t)frames);
    else
        advance_each(s, frames);
    s->clock += frames;
}

/* Runs the network on `frames` frames that stand in its input buffer, a multiple of its granularity. */
static void run_network(bl_stream *s, size_t frames)
{
    bl_stream_settle(s, s->plan->code.input, frames);
    bl_stream_run_steps(s, frames);
}

/* Row number i of the network's input, counted through all lanes. */
static float *input_row(const bl_stream *s, size_t i)
{
    const size_t channels = s->plan->program.input_channels;
    const bl_out rows = bl_stream_write(s, s->plan->code.input, i / channels * s->lanes.floats);
    return rows.y + i % channels * rows.stride;
}

static size_t input_rows(const bl_stream *s)
{
    return s->lanes.count * s->plan->program.input_channels;
}

/* out[channel] + done receives the network's output of this run, lane after lane. */
static void read_outputs(const bl_stream *s, float *const *out, size_t done, size_t frames)
{
    const bl_code *code = &s->plan->code;
    for (size_t lane = 0, channel = 0; lane < s->lanes.count; lane++)
        for (size_t i = 0; i < code->output_count; i++) {
            const bl_rows rows = bl_stream_read(s, code->first_output + i, lane * s->lanes.floats);
            const float *row = rows.x;
            for (size_t r = 0; r < rows.count; r++, row += rows.stride)
                copy_finite(out[channel++] + done, row, frames);
        }
}

static void process_directly(bl_stream *s, float *const *out, const float *const *in, size_t frames)
{
    const bl_program *p = &s->plan->program;
    for (size_t done = 0; done < frames;) {
        const size_t left = frames - done, run = left < p->run_frames ? left : p->run_frames;
        for (size_t i = 0; i < input_rows(s); i++)
            copy_finite(input_row(s, i), in[i] + done, run);
        run_network(s, run);
        read_outputs(s, out, done, run);
        advance(s, run);
        done += run;
    }
}

/* ---- networks with strides: frames wait until enough have come ---- */

/* Floats of a row of waiting output. */
static size_t out_row(const bl_program *p)
{
    return p->granularity - 1 + p->run_frames;
}

/* Runs the network on all that waits, but for a rest smaller than its granularity. */
static void run_waiting(bl_stream *s)
{
    const bl_program *p = &s->plan->program;
    bl_waiting *w = &s->waiting;
    const size_t run = w->in_count / p->granularity * p->granularity, rest = w->in_count - run;
    if (!run)
        return;
    for (size_t i = 0; i < input_rows(s); i++) {
        float *row = w->in + i * p->run_frames;
        memcpy(input_row(s, i), row, run * sizeof *row);
        memmove(row, row + run, rest * sizeof *row);
    }
    run_network(s, run);
    for (size_t lane = 0, channel = 0; lane < s->lanes.count; lane++)
        for (size_t i = 0; i < p->output_count; i++) {
            const bl_rows from = bl_stream_read(s, s->plan->code.first_output + i, lane * s->lanes.floats);
            const float *row = from.x;
            for (size_t r = 0; r < from.count; r++, row += from.stride)
                copy_finite(w->out + channel++ * out_row(p) + w->out_count, row, run);
        }
    advance(s, run);
    w->in_count = rest;
    w->out_count += run;
}

static void fetch_waiting(bl_stream *s, float *const *out, size_t done, size_t frames)
{
    const bl_program *p = &s->plan->program;
    bl_waiting *w = &s->waiting;
    w->out_count -= frames;
    for (size_t i = 0; i < s->lanes.count * p->output_channels; i++) {
        float *row = w->out + i * out_row(p);
        memcpy(out[i] + done, row, frames * sizeof *row);
        memmove(row, row + frames, w->out_count * sizeof *row);
    }
}

static void process_waiting(bl_stream *s, float *const *out, const float *const *in, size_t frames)
{
    const bl_program *p = &s->plan->program;
    bl_waiting *w = &s->waiting;
    for (size_t done = 0; done < frames;) {
        const size_t left = frames - done, room = p->run_frames - w->in_count, take = left < room ? left : room;
        for (size_t i = 0; i < input_rows(s); i++)
            copy_finite(w->in + i * p->run_frames + w->in_count, in[i] + done, take);
        w->in_count += take;
        run_waiting(s);
        fetch_waiting(s, out, done, take);
        done += take;
    }
}

/* ---- the public functions ---- */

void bl_stream_process(bl_stream *s, float *const *out, const float *const *in, size_t frames)
{
    const bl_fpmode before = bl_fpmode_enter();
    s->received += s->ended ? 0 : frames;
    s->started |= frames > 0;
    if (s->plan->program.granularity == 1)
        process_directly(s, out, in, frames);
    else
        process_waiting(s, out, in, frames);
    bl_fpmode_leave(before);
}

void bl_stream_run_silence(bl_stream *s, size_t frames)
{
    const bl_fpmode before = bl_fpmode_enter();
    const bl_program *p = &s->plan->program;
    const size_t whole = (frames + p->granularity - 1) / p->granularity * p->granularity;
    for (size_t done = 0; done < whole;) {
        const size_t left = whole - done, run = left < p->run_frames ? left : p->run_frames;
        for (size_t i = 0; i < input_rows(s); i++)
            memset(input_row(s, i), 0, run * sizeof(float));
        run_network(s, run);
        advance(s, run);
        done += run;
    }
    bl_fpmode_leave(before);
}

/* Seconds in which a knob reaches its new setting. */
#define KNOB_SECONDS 0.02

void bl_stream_set_param(bl_stream *s, size_t index, float value)
{
    const bl_param_params *range = &s->plan->program.params[index];
    bl_knob *knob = &s->knobs[index];
    if (!(fabsf(value) <= FLT_MAX))
        return;
    knob->target = fminf(fmaxf(value, range->minimum), range->maximum);
    const double rate = s->plan->sample_rate_hz > 0 ? s->plan->sample_rate_hz : 48000.0;
    knob->steps_left = s->started ? (size_t)(KNOB_SECONDS * rate) + 1 : 0;
    if (knob->steps_left)
        knob->step = (knob->target - knob->now) / (float)knob->steps_left;
    else
        knob->now = knob->target;
}

static ptrdiff_t length_of(const bl_stream *s, size_t id)
{
    const bl_program *p = &s->plan->program;
    if (p->kinds[id] == BL_NODE_INPUT)
        return (ptrdiff_t)s->received;
    ptrdiff_t shortest = BL_LENGTH_ENDLESS;
    for (size_t i = p->first_input[id]; i < p->first_input[id + 1]; i++)
        if (s->lengths[p->inputs[i]] < shortest)
            shortest = s->lengths[p->inputs[i]];
    return p->kinds[id] == BL_NODE_PARAM ? BL_LENGTH_ENDLESS : bl_length_apply(&p->rules[id], shortest);
}

void bl_stream_end_input(bl_stream *s)
{
    if (s->ended)
        return;
    s->ended = true;
    for (size_t id = 0; id < s->plan->program.node_count; id++)
        s->lengths[id] = length_of(s, id);
}
