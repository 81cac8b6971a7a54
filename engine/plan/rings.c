/* Where the pasts of signals live.
 *
 * All signals of one rate and one number of channels share a ring of rows. Their pasts stand in it one behind
 * the other, and all move on together, so that the frames that one signal no longer needs are just those that
 * the next one writes: an operation reads its oldest frames for the last time before its successor's newest
 * ones take their place, still in the cache. So a network's histories take little more memory than they
 * hold, and the ring's end, behind which its beginning stands once more so that every run can be read in one
 * piece, passes through one signal at a time.
 *
 * Where the next signal is written while the oldest frames of the one before are still read, a run is left free
 * between them. Signals without a past that come later lodge there. */
#include "base/alloc.h"
#include "base/fail.h"
#include "plan/ir.h"

#include <stdlib.h>

/* Floats in a cache line. Everything keeps to whole lines, also what kernels read behind a run. */
#define LINE BL_ROW_PADDING

/* Operations are counted from 1; the input is written by operation 0, the output read by the last and one. */
typedef struct use {
    size_t first_write;
    size_t last_read;         /* of those that reach so far back that frames of the next signal could stand there */
    size_t last_aligned_read; /* the same, for operations that read a row just before they write the same row */
} use;

typedef struct placing {
    bl_program *p;
    use *uses;        /* per buffer */
    size_t *last_in;  /* per ring: the buffer whose past ends it */
    size_t *first_in; /* per ring */
} placing;

/* Frames that are written in one run, at the rate of up/down. */
static size_t run_of(const bl_program *p, size_t up, size_t down)
{
    return bl_round_up(p->run_frames / down * up, LINE);
}

static void note_history(void *context, const bl_op *op, bl_segment s, size_t index)
{
    bl_buffer *b = &((placing *)context)->p->buffers[s.buffer];
    (void)index;
    if (s.delay > b->history)
        b->history = s.delay;
    if (op->kind == BL_OP_FIR && (op->taps - 1) * op->dilation > b->reach)
        b->reach = (op->taps - 1) * op->dilation;
}

static void find_histories(placing *l)
{
    for (size_t i = 0; i < l->p->op_count; i++)
        bl_visit_reads(l->p, i, note_history, l);
    for (size_t i = 0; i < l->p->output_count; i++)
        if (l->p->outputs[i].delay > l->p->buffers[l->p->outputs[i].buffer].history)
            l->p->buffers[l->p->outputs[i].buffer].history = l->p->outputs[i].delay;
}

/* True if the operation reads each row of the segment, frame after frame, before it writes just that row. A single
 * tile, also of a layer, reads all rows of its sources before it writes any of its output, but a layer adds its addend
 * row by row. What is added to the output is read when that is written. */
static bool reads_as_it_writes(const bl_op *op, bl_segment s)
{
    const bool same_rows = s.first == op->out.first && (op->sum.buffer == BL_NO_BUFFER || s.first == op->sum.first);
    switch (op->kind) {
    case BL_OP_AFFINE:
        return s.buffer != op->plus.buffer && (op->tile_count == 1 || (same_rows && s.buffer == op->addend.buffer));
    case BL_OP_LAYER: return s.buffer != op->addend.buffer || op->addend.first == op->out.first;
    case BL_OP_MAP:
    case BL_OP_GATE:
    case BL_OP_BLEND:
    case BL_OP_ADD:
    case BL_OP_MUL:
    case BL_OP_SCALE: return same_rows && s.buffer != op->plus.buffer;
    default: return false;
    }
}

static void note_read(void *context, const bl_op *op, bl_segment s, size_t index)
{
    const placing *l = context;
    const bl_buffer *b = &l->p->buffers[s.buffer];
    if (s.delay + run_of(l->p, b->up, b->down) <= b->history)
        return;
    if (reads_as_it_writes(op, s))
        l->uses[s.buffer].last_aligned_read = index + 1;
    else
        l->uses[s.buffer].last_read = index + 1;
}

/* An affine operation of several tiles may name its addend among its sources, too. */
static void note_sources(const placing *l, size_t index)
{
    const bl_op *op = &l->p->ops[index];
    for (size_t i = 0; op->kind == BL_OP_AFFINE && op->tile_count > 1 && i < op->source_count; i++) {
        const bl_segment s = l->p->sources[op->first_source + i];
        const bl_buffer *b = &l->p->buffers[s.buffer];
        if (s.delay + run_of(l->p, b->up, b->down) > b->history)
            l->uses[s.buffer].last_read = index + 1;
    }
}

static void note_write(void *context, const bl_op *op, bl_segment s, size_t index)
{
    const placing *l = context;
    use *u = &l->uses[s.buffer];
    (void)op;
    if (u->first_write > index + 1)
        u->first_write = index + 1;
    if (!l->p->buffers[s.buffer].history && u->last_read < index + 1)
        u->last_read = index + 1; /* until then nobody else may write there */
}

static void find_uses(placing *l)
{
    const bl_program *p = l->p;
    for (size_t i = 1; i < p->buffer_count; i++)
        l->uses[i].first_write = SIZE_MAX;
    for (size_t i = 0; i < p->op_count; i++) {
        bl_visit_reads(p, i, note_read, l);
        note_sources(l, i);
        bl_visit_writes(p, i, note_write, l);
    }
    for (size_t i = 0; i < p->output_count; i++)
        l->uses[p->outputs[i].buffer].last_read = p->op_count + 1;
}

/* True if `next` is written while the oldest frames of `buffer` are still read. What a layer collects it writes
 * before its addend is read. */
static bool meets(const placing *l, size_t buffer, size_t next)
{
    const use *u = &l->uses[buffer];
    const size_t write = l->uses[next].first_write;
    if (u->last_read >= write || u->last_aligned_read > write)
        return true;
    const bl_op *writer = u->last_aligned_read == write ? &l->p->ops[write - 1] : NULL;
    return writer && writer->kind == BL_OP_LAYER && writer->sum.buffer == next;
}

/* Frames from the head of a buffer to the head of the next one in the ring. Where they meet, a run is left free
 * between them. */
static size_t span(const placing *l, size_t buffer, size_t next)
{
    const bl_buffer *b = &l->p->buffers[buffer];
    return bl_round_up(b->history, LINE) + (meets(l, buffer, next) ? run_of(l->p, b->up, b->down) : 0);
}

static bool share(const bl_buffer *a, const bl_buffer *b)
{
    return !a->reach && !b->reach && a->channels == b->channels && a->up == b->up && a->down == b->down;
}

/* The buffer that follows in the same ring: of those that have no place yet, in their order, the first that does not
 * meet this one; else the first; 0 if there is none. (Buffer 0, the input, never follows.) */
static size_t follower(const placing *l, size_t buffer)
{
    const bl_program *p = l->p;
    size_t any = 0;
    for (size_t i = 1; i < p->buffer_count; i++) {
        const size_t next = (buffer + i) % p->buffer_count;
        const bl_buffer *b = &p->buffers[next];
        if (!next || !b->history || b->ring || !share(&p->buffers[buffer], b))
            continue;
        if (!meets(l, buffer, next))
            return next;
        any = any ? any : next;
    }
    return any;
}

/* Gives the run that is left free behind a buffer to signals without a past, one after the other, that are written
 * when its oldest frames have been read. Before the next run that place is not written again. */
static void lodge(placing *l, size_t host)
{
    bl_program *p = l->p;
    const bl_buffer *h = &p->buffers[host];
    for (size_t i = 1, before = host; i < p->buffer_count; i++) {
        bl_buffer *guest = &p->buffers[i];
        const bool used = l->uses[i].first_write != SIZE_MAX;
        if (!used || guest->history || guest->ring || !share(h, guest) || meets(l, before, i))
            continue;
        guest->ring = h->ring;
        guest->behind = h->behind + bl_round_up(h->history, LINE);
        before = i;
    }
}

/* A ring with this buffer in front and all that can follow it. */
static void fill_ring(placing *l, size_t first)
{
    bl_program *p = l->p;
    const size_t r = p->ring_count++;
    const bl_buffer *b = &p->buffers[first];
    p->rings[r] = (bl_ring){ .rows = b->channels, .up = b->up, .down = b->down };
    l->first_in[r] = first;
    for (size_t i = first, behind = 0, next;; i = next) {
        p->buffers[i].ring = r;
        p->buffers[i].behind = behind;
        l->last_in[r] = i;
        next = follower(l, i);
        if (meets(l, i, next ? next : first))
            lodge(l, i);
        if (!next)
            return;
        behind += span(l, i, next);
    }
}

/* From row to row: whole lines, not a multiple of four of them, so that equal frames of 32 rows fall into different
 * cache sets. */
static size_t stride_of(size_t floats)
{
    const size_t lines = (floats + LINE - 1) / LINE;
    return (lines + (lines % 4 == 0)) * LINE;
}

static void close_rings(placing *l)
{
    bl_program *p = l->p;
    for (size_t r = 1; r < p->ring_count; r++) {
        bl_ring *ring = &p->rings[r];
        const bl_buffer *last = &p->buffers[l->last_in[r]];
        ring->frames = last->behind + span(l, l->last_in[r], l->first_in[r]);
        ring->margin = bl_round_up(last->reach, LINE) + run_of(p, ring->up, ring->down);
        if (ring->frames < ring->margin)
            ring->frames = ring->margin;
        ring->stride = stride_of(ring->frames + ring->margin);
    }
}

/* Rows outside of rings, for a run at the highest rate. They stand one behind the other like a single piece, so that
 * none is in another's way in the cache. */
static void size_scratch(bl_program *p)
{
    size_t longest = 0;
    for (size_t i = 0; i < p->buffer_count; i++)
        if (!p->buffers[i].ring && run_of(p, p->buffers[i].up, p->buffers[i].down) > longest)
            longest = run_of(p, p->buffers[i].up, p->buffers[i].down);
    p->rings[0] = (bl_ring){ .stride = longest, .up = 1, .down = 1 };
}

bl_status bl_place_rings(bl_program *p, bl_error *error)
{
    placing l = { .p = p };
    l.uses = bl_calloc(p->buffer_count, sizeof *l.uses);
    l.first_in = bl_calloc(p->buffer_count + 1, sizeof *l.first_in);
    l.last_in = bl_calloc(p->buffer_count + 1, sizeof *l.last_in);
    p->rings = bl_calloc(p->buffer_count + 1, sizeof *p->rings);
    const bool ok = l.uses && l.first_in && l.last_in && p->rings;
    if (ok) {
        p->ring_count = 1;
        find_histories(&l);
        find_uses(&l);
        for (size_t i = 0; i < p->buffer_count; i++)
            if (p->buffers[i].history && !p->buffers[i].ring)
                fill_ring(&l, i);
        close_rings(&l);
        size_scratch(p);
    }
    free(l.uses);
    free(l.first_in);
    free(l.last_in);
    return ok ? BL_OK : bl_fail_no_mem(error);
}
