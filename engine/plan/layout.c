/* Where everything lives in a stream's one piece of memory.
 *
 * A signal whose past is read lies in a ring. Behind the ring's end its first BL_MAX_RUN frames stand once
 * more, so that every run of frames can be read in one piece wherever it starts. Signals without a past
 * share scratch rows: a row is free again after the last operation that reads it. */
#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"
#include "plan/ir.h"

#include <assert.h>
#include <stdlib.h>

/* An odd number of cache lines, so that equal frames of neighbouring rows fall into different cache sets. */
#define ROW_EXTRA (BL_MAX_RUN + BL_ROW_PADDING)
#define SCRATCH_STRIDE ROW_EXTRA

#define NOT_PLACED SIZE_MAX

typedef struct layout {
    bl_program *p;
    size_t *last_use;   /* per buffer: index of the last operation that touches it */
    size_t *first_row;  /* per scratch buffer: its place among the scratch rows */
    bool *taken;        /* scratch rows in use */
    size_t rows, row_capacity;
} layout;

/* Calls visit for every segment that an operation touches. */
static void for_each_segment(const bl_program *p, const bl_op *op, void (*visit)(layout *, bl_segment, size_t),
                             layout *l, size_t index)
{
    const bl_segment touched[] = { op->out, op->a, op->b, op->addend, op->sum };
    for (size_t i = 0; i < sizeof touched / sizeof *touched; i++)
        if (touched[i].buffer != BL_NO_BUFFER)
            visit(l, touched[i], index);
    for (size_t i = 0; i < op->source_count; i++)
        visit(l, p->sources[op->first_source + i].rows, index);
}

static void note_use(layout *l, bl_segment s, size_t index)
{
    l->last_use[s.buffer] = index;
}

static void find_histories(bl_program *p)
{
    for (size_t i = 0; i < p->source_count; i++) {
        bl_buffer *b = &p->buffers[p->sources[i].rows.buffer];
        if (p->sources[i].delay > b->history)
            b->history = p->sources[i].delay;
    }
    p->ring_count = 1; /* ring 0 stands for scratch memory: its position is always 0 */
    for (size_t i = 0; i < p->buffer_count; i++) {
        bl_buffer *b = &p->buffers[i];
        b->stride = SCRATCH_STRIDE;
        if (b->history) {
            /* A run of new frames and its padding must not reach round to the oldest frame needed. */
            b->ring_frames = (b->history + ROW_EXTRA + BL_MAX_RUN - 1) / BL_MAX_RUN * BL_MAX_RUN;
            b->stride = b->ring_frames + ROW_EXTRA;
            b->ring = p->ring_count++;
        }
    }
}

/* First free run of `count` scratch rows; grows the rows as needed. */
static bool take_rows(layout *l, size_t count, size_t *first)
{
    size_t run = 0, row = 0;
    for (; row < l->rows && run < count; row++)
        run = l->taken[row] ? 0 : run + 1;
    *first = row - run;
    for (row = *first; row < *first + count; row++) {
        if (row == l->rows) {
            if (!bl_grow((void **)&l->taken, &l->row_capacity, l->rows, sizeof *l->taken))
                return false;
            l->rows++;
        }
        l->taken[row] = true;
    }
    return true;
}

static size_t mentions(const bl_program *p, const bl_op *op, uint32_t buffer)
{
    size_t count = (op->a.buffer == buffer) + (op->b.buffer == buffer) + (op->addend.buffer == buffer);
    for (size_t i = 0; i < op->source_count; i++)
        count += p->sources[op->first_source + i].rows.buffer == buffer;
    return count;
}

/* An operation may overwrite an input in place if it reads it once, for the last time, and both line up. */
static bool can_replace(const layout *l, bl_segment out, bl_segment in, size_t index)
{
    if (in.buffer == BL_NO_BUFFER || mentions(l->p, &l->p->ops[index], in.buffer) != 1)
        return false;
    const bl_buffer *a = &l->p->buffers[in.buffer], *b = &l->p->buffers[out.buffer];
    return !a->history && l->last_use[in.buffer] == index && in.channels == a->channels &&
           out.channels == b->channels && a->channels == b->channels;
}

static bool place(layout *l, bl_segment out, bl_segment in_place, size_t index)
{
    if (out.buffer == BL_NO_BUFFER || l->p->buffers[out.buffer].history || l->first_row[out.buffer] != NOT_PLACED)
        return true;
    if (can_replace(l, out, in_place, index)) {
        l->first_row[out.buffer] = l->first_row[in_place.buffer];
        l->last_use[in_place.buffer] = NOT_PLACED; /* its rows are not given back: they have a new owner */
        return true;
    }
    return take_rows(l, l->p->buffers[out.buffer].channels, &l->first_row[out.buffer]);
}

static void release_if_done(layout *l, bl_segment s, size_t index)
{
    const bl_buffer *b = &l->p->buffers[s.buffer];
    if (b->history || l->last_use[s.buffer] != index)
        return;
    for (size_t r = 0; r < b->channels; r++)
        l->taken[l->first_row[s.buffer] + r] = false;
    l->last_use[s.buffer] = NOT_PLACED; /* an operation may name it twice */
}

static bool place_scratch(layout *l)
{
    bl_program *p = l->p;
    for (size_t i = 0; i < p->buffer_count; i++) {
        l->first_row[i] = NOT_PLACED;
        l->last_use[i] = 0;
    }
    for (size_t i = 0; i < p->op_count; i++)
        for_each_segment(p, &p->ops[i], note_use, l, i);
    for (size_t i = 0; i < p->output_count; i++)
        l->last_use[p->outputs[i].buffer] = p->op_count; /* read after the last operation */
    if (!p->buffers[0].history && !take_rows(l, p->buffers[0].channels, &l->first_row[0]))
        return false;
    for (size_t i = 0; i < p->op_count; i++) {
        const bl_op *op = &p->ops[i];
        const bl_segment in_place = op->kind == BL_OP_AFFINE ? op->addend : op->a;
        if (!place(l, op->out, in_place, i) || !place(l, op->sum, op->addend, i))
            return false;
        for_each_segment(p, op, release_if_done, l, i);
    }
    return true;
}

/* Rings first, then the scratch rows. */
static bl_status assign_offsets(layout *l, bl_error *error)
{
    bl_program *p = l->p;
    uint64_t floats = 0;
    for (size_t i = 0; i < p->buffer_count; i++)
        if (p->buffers[i].history) {
            p->buffers[i].offset = (size_t)floats;
            floats += (uint64_t)p->buffers[i].channels * p->buffers[i].stride;
            if (floats > BL_MAX_STREAM_BYTES / sizeof(float))
                return bl_fail(error, BL_ERR_LIMIT,
                               "The network needs more than %u MiB of memory per stream, the limit.",
                               BL_MAX_STREAM_BYTES >> 20);
        }
    for (size_t i = 0; i < p->buffer_count; i++)
        if (!p->buffers[i].history && l->first_row[i] != NOT_PLACED)
            p->buffers[i].offset = (size_t)floats + l->first_row[i] * SCRATCH_STRIDE;
    floats += (uint64_t)l->rows * SCRATCH_STRIDE;
    p->memory_floats = (size_t)floats;
    return BL_OK;
}

bl_status bl_layout(bl_program *p, bl_error *error)
{
    layout l = { .p = p };
    l.last_use = bl_calloc(p->buffer_count, sizeof *l.last_use);
    l.first_row = bl_calloc(p->buffer_count, sizeof *l.first_row);
    bl_status status;
    find_histories(p);
    if (!l.last_use || !l.first_row || !place_scratch(&l))
        status = bl_fail_no_mem(error);
    else
        status = assign_offsets(&l, error);
    free(l.taken);
    free(l.first_row);
    free(l.last_use);
    return status;
}
