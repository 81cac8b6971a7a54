/* Where everything lives in a stream's one piece of memory: first the rings (rings.c), then scratch rows for
 * most signals without a past, then the states of long convolutions and recurrent layers. Scratch rows are shared: a
 * row is free again after the last operation that reads it. */
#include "base/alloc.h"
#include "base/fail.h"
#include "kernels/convolver.h"
#include "model/limits.h"
#include "plan/ir.h"

#include <stdlib.h>
#include <string.h>

#define NOT_PLACED SIZE_MAX

/* Free scratch rows between taken ones. */
typedef struct gap {
    size_t first, count;
} gap;

typedef struct layout {
    bl_program *p;
    size_t *last_use;  /* per buffer: index of the last operation that touches it */
    size_t *first_row; /* per scratch buffer: its place among the scratch rows */
    gap *gaps;
    size_t gap_count;
    size_t rows; /* scratch rows, taken and free */
} layout;

void bl_visit_reads(const bl_program *p, size_t index, bl_visit_fn *visit, void *context)
{
    const bl_op *op = &p->ops[index];
    const bl_segment read[] = { op->a, op->b, op->addend, op->plus };
    for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        if (read[i].buffer != BL_NO_BUFFER)
            visit(context, op, read[i], index);
    for (size_t i = 0; i < op->source_count; i++)
        visit(context, op, p->sources[op->first_source + i], index);
}

void bl_visit_writes(const bl_program *p, size_t index, bl_visit_fn *visit, void *context)
{
    const bl_op *op = &p->ops[index];
    const bl_segment written[] = { op->out, op->sum };
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i].buffer != BL_NO_BUFFER)
            visit(context, op, written[i], index);
}

static void note_use(void *context, const bl_op *op, bl_segment s, size_t index)
{
    (void)op;
    ((layout *)context)->last_use[s.buffer] = index;
}

/* The first free rows that are enough, else new ones at the end. */
static bool take_rows(layout *l, size_t count, size_t *first)
{
    size_t i = 0;
    while (i < l->gap_count && l->gaps[i].count < count)
        i++;
    if (i == l->gap_count) {
        *first = l->rows;
        l->rows += count;
        return l->rows <= BL_MAX_STREAM_BYTES / sizeof(float) / l->p->rings[0].stride; /* else too much anyway */
    }
    *first = l->gaps[i].first;
    l->gaps[i].first += count;
    l->gaps[i].count -= count;
    if (!l->gaps[i].count)
        memmove(&l->gaps[i], &l->gaps[i + 1], (--l->gap_count - i) * sizeof *l->gaps);
    return true;
}

/* Gaps stay in order and do not touch each other. There are at most as many as buffers. */
static void give_rows(layout *l, size_t first, size_t count)
{
    size_t i = 0;
    while (i < l->gap_count && l->gaps[i].first < first)
        i++;
    const bool joins_left = i && l->gaps[i - 1].first + l->gaps[i - 1].count == first;
    const bool joins_right = i < l->gap_count && first + count == l->gaps[i].first;
    if (joins_left && joins_right) {
        l->gaps[i - 1].count += count + l->gaps[i].count;
        memmove(&l->gaps[i], &l->gaps[i + 1], (--l->gap_count - i) * sizeof *l->gaps);
    } else if (joins_left) {
        l->gaps[i - 1].count += count;
    } else if (joins_right) {
        l->gaps[i] = (gap){ first, count + l->gaps[i].count };
    } else {
        memmove(&l->gaps[i + 1], &l->gaps[i], (l->gap_count++ - i) * sizeof *l->gaps);
        l->gaps[i] = (gap){ first, count };
    }
}

static size_t mentions(const bl_program *p, const bl_op *op, uint32_t buffer)
{
    size_t count = (op->a.buffer == buffer) + (op->b.buffer == buffer) + (op->addend.buffer == buffer) +
                   (op->plus.buffer == buffer);
    for (size_t i = 0; i < op->source_count; i++)
        count += p->sources[op->first_source + i].buffer == buffer;
    return count;
}

/* Kinds that read each frame of a before they write it, and nothing else of a after. */
static bool works_in_place(const bl_op *op)
{
    switch (op->kind) {
    case BL_OP_SPLIT:
    case BL_OP_JOIN:
    case BL_OP_FIR:
    case BL_OP_LSTM:
    case BL_OP_GRU: return false;
    default: return true;
    }
}

/* An operation may overwrite an input in place if it reads it once, for the last time, and both line up. */
static bool can_replace(const layout *l, bl_segment out, bl_segment in, size_t index)
{
    if (in.buffer == BL_NO_BUFFER || !works_in_place(&l->p->ops[index]) ||
        mentions(l->p, &l->p->ops[index], in.buffer) != 1)
        return false;
    const bl_buffer *a = &l->p->buffers[in.buffer], *b = &l->p->buffers[out.buffer];
    return !a->ring && l->last_use[in.buffer] == index && in.channels == a->channels &&
           out.channels == b->channels && a->channels == b->channels;
}

static bool place(layout *l, bl_segment out, bl_segment in_place, size_t index)
{
    if (out.buffer == BL_NO_BUFFER || l->p->buffers[out.buffer].ring || l->first_row[out.buffer] != NOT_PLACED)
        return true;
    if (can_replace(l, out, in_place, index)) {
        l->first_row[out.buffer] = l->first_row[in_place.buffer];
        l->last_use[in_place.buffer] = NOT_PLACED; /* its rows are not given back: they have a new owner */
        return true;
    }
    return take_rows(l, l->p->buffers[out.buffer].channels, &l->first_row[out.buffer]);
}

static void release_if_done(void *context, const bl_op *op, bl_segment s, size_t index)
{
    layout *l = context;
    const bl_buffer *b = &l->p->buffers[s.buffer];
    (void)op;
    if (b->ring || l->last_use[s.buffer] != index)
        return;
    give_rows(l, l->first_row[s.buffer], b->channels);
    l->last_use[s.buffer] = NOT_PLACED; /* an operation may name it twice */
}

static bool place_scratch(layout *l)
{
    bl_program *p = l->p;
    for (size_t i = 0; i < p->buffer_count; i++) {
        l->first_row[i] = NOT_PLACED;
        l->last_use[i] = 0;
    }
    for (size_t i = 0; i < p->op_count; i++) {
        bl_visit_reads(p, i, note_use, l);
        bl_visit_writes(p, i, note_use, l);
    }
    for (size_t i = 0; i < p->output_count; i++)
        l->last_use[p->outputs[i].buffer] = p->op_count; /* read after the last operation */
    if (!p->buffers[0].ring && !take_rows(l, p->buffers[0].channels, &l->first_row[0]))
        return false;
    for (size_t i = 0; i < p->op_count; i++) {
        const bl_op *op = &p->ops[i];
        const bl_segment in_place = op->kind == BL_OP_AFFINE || op->kind == BL_OP_LAYER ? op->addend : op->a;
        if (!place(l, op->out, in_place, i) || !place(l, op->sum, op->plus, i))
            return false;
        bl_visit_reads(p, i, release_if_done, l);
        bl_visit_writes(p, i, release_if_done, l);
    }
    return true;
}

/* Where each ring begins. */
static uint64_t place_rings(bl_program *p, size_t *offsets, uint64_t most)
{
    uint64_t floats = 0;
    for (size_t r = 1; r < p->ring_count && floats <= most; r++) {
        offsets[r] = (size_t)floats;
        floats += (uint64_t)p->rings[r].rows * p->rings[r].stride;
    }
    return floats;
}

static bool assign_offsets(layout *l, size_t *ring_offsets)
{
    bl_program *p = l->p;
    const uint64_t most = BL_MAX_STREAM_BYTES / sizeof(float);
    uint64_t floats = place_rings(p, ring_offsets, most);
    for (size_t i = 0; i < p->buffer_count; i++)
        if (p->buffers[i].ring)
            p->buffers[i].offset = ring_offsets[p->buffers[i].ring];
        else if (l->first_row[i] != NOT_PLACED)
            p->buffers[i].offset = (size_t)floats + l->first_row[i] * p->rings[0].stride;
    floats += (uint64_t)l->rows * p->rings[0].stride;
    for (size_t i = 0; i < p->op_count; i++)
        if (p->ops[i].partitions) {
            p->ops[i].state = (size_t)floats;
            floats += bl_convolver_state_floats(p->ops[i].partitions);
        }
    for (size_t i = 0; i < p->recurrent_count; i++) {
        p->recurrent[i].state = (size_t)floats;
        floats += bl_recurrent_state_floats(p->recurrent[i].hidden);
    }
    p->memory_floats = (size_t)floats;
    return floats <= most;
}

static bl_status fail_too_large(bl_error *error)
{
    return bl_fail(error, BL_ERR_LIMIT, "The network needs more than %u MiB of memory per stream, the limit.",
                   BL_MAX_STREAM_BYTES >> 20);
}

bl_status bl_layout(bl_program *p, bl_error *error)
{
    bl_status status = bl_place_rings(p, error);
    if (status)
        return status;
    layout l = { .p = p };
    l.last_use = bl_calloc(p->buffer_count, sizeof *l.last_use);
    l.first_row = bl_calloc(p->buffer_count, sizeof *l.first_row);
    l.gaps = bl_calloc(p->buffer_count + 1, sizeof *l.gaps);
    size_t *ring_offsets = bl_calloc(p->ring_count, sizeof *ring_offsets);
    if (!l.last_use || !l.first_row || !l.gaps || !ring_offsets)
        status = bl_fail_no_mem(error);
    else if (!place_scratch(&l) || !assign_offsets(&l, ring_offsets))
        status = fail_too_large(error);
    free(ring_offsets);
    free(l.gaps);
    free(l.first_row);
    free(l.last_use);
    return status;
}
