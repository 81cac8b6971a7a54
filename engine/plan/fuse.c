/* Joins operations that would read again what the one before has just written: an affine operation with its
 * activation, and whatever makes a value with the sum that collects it, as a WaveNet's skip connections do. */
#include "base/alloc.h"
#include "base/fail.h"
#include "plan/ir.h"

#include <stdlib.h>
#include <string.h>

/* Who writes and reads a buffer. */
typedef struct traffic {
    size_t writes, reads;
    size_t last_write; /* index of the last operation that writes it */
} traffic;

typedef struct fusing {
    bl_program *p;
    const bl_kernels *kernels;
    traffic *of;   /* per buffer */
    bool *dropped; /* per operation: it has become a part of another */
} fusing;

static bool same_segment(bl_segment a, bl_segment b)
{
    return a.buffer == b.buffer && a.first == b.first && a.channels == b.channels && a.delay == b.delay;
}

static void note_write(void *context, const bl_op *op, bl_segment s, size_t index)
{
    traffic *t = &((fusing *)context)->of[s.buffer];
    (void)op;
    t->writes++;
    t->last_write = index;
}

static void note_read(void *context, const bl_op *op, bl_segment s, size_t index)
{
    (void)op;
    (void)index;
    ((fusing *)context)->of[s.buffer].reads++;
}

static void note_traffic(fusing *f)
{
    const bl_program *p = f->p;
    for (size_t i = 0; i < p->op_count; i++) {
        bl_visit_reads(p, i, note_read, f);
        bl_visit_writes(p, i, note_write, f);
    }
    for (size_t i = 0; i < p->output_count; i++)
        f->of[p->outputs[i].buffer].reads++;
}

/* True unless the node of `out` reads the value as it is. Else another node may stand between that makes the signal
 * longer, by zeros that the value's maker must leave to it. */
static bool may_be_lengthened(const bl_program *p, bl_segment value, bl_segment out)
{
    const bl_buffer *b = &p->buffers[value.buffer];
    const bl_node_id reader = p->buffers[out.buffer].node;
    bool direct = !b->masked;
    for (size_t i = 0; b->masked && i < p->first_input[reader + 1] - p->first_input[reader]; i++)
        direct |= p->inputs[p->first_input[reader] + i] == b->node;
    return !direct;
}

/* An activation right behind the affine operation that alone makes its input, which nobody else reads. Copies
 * may be there to make a signal longer or shorter and stay. */
static void fuse_activation(fusing *f, size_t map)
{
    bl_op *maker = &f->p->ops[map - 1];
    const bl_op *op = &f->p->ops[map];
    if (op->kind != BL_OP_MAP || op->act_a.kind == BL_ACT_LINEAR || maker->kind != BL_OP_AFFINE ||
        maker->act_a.kind != BL_ACT_LINEAR || !same_segment(maker->out, op->a) ||
        may_be_lengthened(f->p, op->a, op->out))
        return;
    const traffic t = f->of[op->a.buffer];
    if (t.writes != 1 || t.reads != 1)
        return;
    maker->act_a = op->act_a;
    maker->out = op->out;
    f->of[op->out.buffer].last_write = map - 1;
    f->dropped[map] = true;
}

/* The addition `add` may move up to the operation that makes `value`, if `other` is complete by then. */
static bool fuse_sum(fusing *f, size_t add, bl_segment value, bl_segment other)
{
    const traffic made = f->of[value.buffer];
    if (made.writes != 1 || made.last_write >= add)
        return false;
    bl_op *maker = &f->p->ops[made.last_write];
    const bl_segment out = f->p->ops[add].out;
    if ((maker->kind != BL_OP_AFFINE && maker->kind != BL_OP_MAP && maker->kind != BL_OP_GATE) ||
        maker->sum.buffer != BL_NO_BUFFER || !same_segment(maker->out, value) ||
        may_be_lengthened(f->p, value, out))
        return false;
    if ((f->of[other.buffer].writes && f->of[other.buffer].last_write >= made.last_write) ||
        f->of[out.buffer].writes != 1)
        return false;
    maker->plus = other;
    maker->sum = out;
    f->of[out.buffer].last_write = made.last_write;
    return true;
}

/* How many of the first sources are all rows of one buffer. */
static size_t taps_of(const bl_program *p, const bl_op *op)
{
    const bl_segment *sources = p->sources + op->first_source;
    size_t taps = 0;
    while (taps < op->source_count && sources[taps].channels == op->out.channels &&
           sources[taps].buffer == sources[0].buffer)
        taps++;
    return taps;
}

/* Taps, then single rows such as a condition's, and as few tiles as the kernels allow: no groups. */
static bool reads_like_a_layer(const fusing *f, const bl_op *op)
{
    bool simple = op->tile_count == bl_tile_count(f->kernels, op->out.channels);
    for (size_t i = taps_of(f->p, op); i < op->source_count; i++)
        simple &= f->p->sources[op->first_source + i].channels == 1;
    return simple;
}

/* An affine operation with its activation, and one that reads nothing but its values and an addend that is complete by
 * then. The values must not need the zeros that stand before a first frame. */
static bool make_a_layer(const fusing *f, size_t first, size_t second)
{
    const bl_program *p = f->p;
    const bl_op *op = &p->ops[first], *mix = &p->ops[second];
    if (op->kind != BL_OP_AFFINE || op->addend.buffer != BL_NO_BUFFER || mix->addend.buffer == BL_NO_BUFFER ||
        mix->act_a.kind != BL_ACT_LINEAR || mix->sum.buffer != BL_NO_BUFFER)
        return false;
    if (!same_segment(p->sources[mix->first_source], op->out) || op->out.channels != mix->out.channels ||
        !f->kernels->layer(op->act_a.kind, op->out.channels) || mix->tile_count != op->tile_count ||
        !reads_like_a_layer(f, op))
        return false;
    const traffic values = f->of[op->out.buffer], addend = f->of[mix->addend.buffer];
    return values.writes == 1 && (values.reads == 1 || op->sum.buffer == BL_NO_BUFFER) &&
           (!addend.writes || addend.last_write < first) && f->of[mix->out.buffer].writes == 1 &&
           !p->buffers[op->out.buffer].masked;
}

/* The second half of a layer moves up to the first. */
static void fuse_layer(fusing *f, size_t second)
{
    bl_program *p = f->p;
    const bl_op *mix = &p->ops[second];
    if (mix->kind != BL_OP_AFFINE || mix->source_count != 1)
        return;
    const size_t first = f->of[p->sources[mix->first_source].buffer].last_write;
    bl_op *op = &p->ops[first];
    if (first >= second || !make_a_layer(f, first, second))
        return;
    if (f->of[op->out.buffer].reads > 1) /* by others, too */
        op->sum = op->out;
    for (size_t i = op->first_tile; i < op->first_tile + op->tile_count; i++)
        p->tiles[i].taps = (uint32_t)taps_of(p, op);
    for (size_t i = mix->first_tile; i < mix->first_tile + mix->tile_count; i++)
        p->tiles[i].source_count = 0; /* but the values */
    op->kind = BL_OP_LAYER;
    op->first_mix = mix->first_tile;
    op->out = mix->out;
    op->addend = mix->addend;
    f->of[op->out.buffer].last_write = first;
    f->dropped[second] = true;
}

static void drop_operations(fusing *f)
{
    bl_program *p = f->p;
    size_t kept = 0;
    for (size_t i = 0; i < p->op_count; i++)
        if (!f->dropped[i])
            p->ops[kept++] = p->ops[i];
    memset(f->dropped, 0, p->op_count * sizeof *f->dropped);
    p->op_count = kept;
}

bl_status bl_fuse(bl_program *p, const bl_kernels *kernels, bl_error *error)
{
    fusing f = { .p = p, .kernels = kernels };
    f.of = bl_calloc(p->buffer_count, sizeof *f.of);
    f.dropped = bl_calloc(p->op_count, sizeof *f.dropped);
    if (f.of && f.dropped) {
        note_traffic(&f);
        for (size_t i = 1; i < p->op_count; i++)
            fuse_activation(&f, i);
        for (size_t i = 0; i < p->op_count; i++) {
            const bl_op op = p->ops[i];
            if (op.kind == BL_OP_ADD)
                f.dropped[i] = fuse_sum(&f, i, op.a, op.b) || fuse_sum(&f, i, op.b, op.a);
        }
        drop_operations(&f);
        memset(f.of, 0, p->buffer_count * sizeof *f.of);
        note_traffic(&f);
        for (size_t i = 0; i < p->op_count; i++)
            fuse_layer(&f, i);
        drop_operations(&f);
    }
    const bool ok = f.of && f.dropped;
    free(f.of);
    free(f.dropped);
    return ok ? BL_OK : bl_fail_no_mem(error);
}
