/* The audio thread. Nothing here allocates, locks, logs or calls the system. */
#include "stream/stream.h"

#include "base/fpmode.h"

#include <assert.h>
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

static float *rows_at(const bl_stream *s, bl_segment segment, size_t delay, size_t *stride)
{
    const bl_buffer *b = &s->plan->program.buffers[segment.buffer];
    size_t position = s->position[b->ring];
    if (position < delay)
        position += b->ring_frames;
    *stride = b->stride;
    return s->memory + b->offset + segment.first * b->stride + (position - delay);
}

static bl_rows read_rows(const bl_stream *s, bl_segment segment, size_t delay)
{
    bl_rows rows = { .count = segment.channels };
    rows.x = rows_at(s, segment, delay, &rows.stride);
    return rows;
}

static bl_out write_rows(const bl_stream *s, bl_segment segment)
{
    bl_out out = { 0 };
    if (segment.buffer != BL_NO_BUFFER)
        out.y = rows_at(s, segment, 0, &out.stride);
    return out;
}

/* Keeps the ring's first BL_MAX_RUN frames and their copy behind its end alike, after frames were
 * written at its position in one piece. */
static void mirror(const bl_stream *s, bl_segment segment, size_t frames)
{
    if (segment.buffer == BL_NO_BUFFER)
        return;
    const bl_buffer *b = &s->plan->program.buffers[segment.buffer];
    const size_t begin = s->position[b->ring], end = begin + frames;
    if (!b->history || (begin >= BL_MAX_RUN && end <= b->ring_frames))
        return;
    float *row = s->memory + b->offset + segment.first * b->stride;
    for (size_t r = 0; r < segment.channels; r++, row += b->stride) {
        if (end > b->ring_frames)
            memcpy(row, row + b->ring_frames, (end - b->ring_frames) * sizeof *row);
        if (begin < BL_MAX_RUN) {
            const size_t stop = end < BL_MAX_RUN ? end : BL_MAX_RUN;
            memcpy(row + b->ring_frames + begin, row + begin, (stop - begin) * sizeof *row);
        }
    }
}

static void run_affine(const bl_stream *s, const bl_op *op, size_t frames)
{
    const bl_program *p = &s->plan->program;
    for (size_t i = 0; i < op->source_count; i++) {
        const bl_source_ref *source = &p->sources[op->first_source + i];
        s->rows[i] = read_rows(s, source->rows, source->delay);
    }
    const bl_affine affine = { p->tiles + op->first_tile, op->tile_count, p->weights };
    const bl_out addend = write_rows(s, op->addend);
    s->plan->kernels.affine(write_rows(s, op->out), addend.y, addend.stride, &affine, s->rows, frames);
}

static void run_op(const bl_stream *s, const bl_op *op, size_t frames)
{
    const bl_kernels *k = &s->plan->kernels;
    if (op->kind == BL_OP_AFFINE) {
        run_affine(s, op, frames);
        return;
    }
    const bl_out out = write_rows(s, op->out), sum = write_rows(s, op->sum), addend = write_rows(s, op->addend);
    const bl_rows a = read_rows(s, op->a, 0);
    const bl_rows b = op->b.buffer == BL_NO_BUFFER ? (bl_rows){ 0 } : read_rows(s, op->b, 0);
    switch (op->kind) {
    case BL_OP_MAP: k->map[op->act_a.kind](out, a, op->act_a, sum, addend.y, addend.stride, frames); break;
    case BL_OP_GATE: k->gate(out, a, b, op->act_a, op->act_b, sum, addend.y, addend.stride, frames); break;
    case BL_OP_ADD: k->add(out, a, b, frames); break;
    case BL_OP_MUL: k->mul(out, a, b, frames); break;
    case BL_OP_SCALE: k->scale(out, a, op->factor, frames); break;
    case BL_OP_AFFINE: break;
    }
}

static void advance(bl_stream *s, size_t frames)
{
    const bl_program *p = &s->plan->program;
    for (size_t i = 0; i < p->buffer_count; i++) {
        const bl_buffer *b = &p->buffers[i];
        if (!b->history)
            continue;
        s->position[b->ring] += frames;
        if (s->position[b->ring] >= b->ring_frames)
            s->position[b->ring] -= b->ring_frames;
    }
}

/* Runs the network on what stands in its input buffer. */
static void run_network(bl_stream *s, size_t frames)
{
    const bl_program *p = &s->plan->program;
    mirror(s, (bl_segment){ 0, 0, p->input_channels }, frames);
    for (const bl_op *op = p->ops; op < p->ops + p->op_count; op++) {
        run_op(s, op, frames);
        mirror(s, op->out, frames);
        mirror(s, op->sum, frames);
    }
}

static void read_outputs(const bl_stream *s, float *const *out, size_t done, size_t frames)
{
    const bl_program *p = &s->plan->program;
    for (size_t i = 0, channel = 0; i < p->output_count; i++) {
        const bl_rows rows = read_rows(s, p->outputs[i], 0);
        for (size_t r = 0; r < rows.count; r++)
            copy_finite(out[channel++] + done, rows.x + r * rows.stride, frames);
    }
}

void bl_stream_process(bl_stream *s, float *const *out, const float *const *in, size_t frames)
{
    const bl_fpmode before = bl_fpmode_enter();
    for (size_t done = 0; done < frames;) {
        const size_t left = frames - done, run = left < BL_MAX_RUN ? left : BL_MAX_RUN;
        const bl_out rows = write_rows(s, (bl_segment){ 0, 0, s->plan->program.input_channels });
        for (size_t c = 0; c < s->plan->program.input_channels; c++)
            copy_finite(rows.y + c * rows.stride, in[c] + done, run);
        run_network(s, run);
        read_outputs(s, out, done, run);
        advance(s, run);
        done += run;
    }
    bl_fpmode_leave(before);
}

void bl_stream_run_silence(bl_stream *s, size_t frames)
{
    const bl_fpmode before = bl_fpmode_enter();
    for (size_t done = 0; done < frames;) {
        const size_t left = frames - done, run = left < BL_MAX_RUN ? left : BL_MAX_RUN;
        const bl_out rows = write_rows(s, (bl_segment){ 0, 0, s->plan->program.input_channels });
        for (size_t c = 0; c < s->plan->program.input_channels; c++)
            memset(rows.y + c * rows.stride, 0, run * sizeof(float));
        run_network(s, run);
        advance(s, run);
        done += run;
    }
    bl_fpmode_leave(before);
}
