/* Joins operations that would read again what the one before has just written: an affine operation with its
 * activation, and whatever makes a value with the sum that collects it, as a WaveNet's skip connections do. */
#include "base/alloc.h"
#include "base/fail.h"
#include "plan/ir.h"

#include <stdlib.h>

/* Who writes and reads a buffer. */
typedef struct traffic {
    size_t writes, reads;
    size_t last_write; /* index of the last operation that writes it */
} traffic;

typedef struct fusing {
    bl_program *p;
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

/* An activation right behind the affine operation that alone makes its input, which nobody else reads. Copies
 * may be there to make a signal longer or shorter and stay. */
static void fuse_activation(fusing *f, size_t map)
{
    bl_op *maker = &f->p->ops[map - 1];
    const bl_op *op = &f->p->ops[map];
    if (op->kind != BL_OP_MAP || op->act_a.kind == BL_ACT_LINEAR || maker->kind != BL_OP_AFFINE ||
        maker->act_a.kind != BL_ACT_LINEAR || !same_segment(maker->out, op->a))
        return;
    const traffic t = f->of[op->a.buffer];
    if (t.writes != 1 || t.reads != 1)
        return;
    maker->act_a = op->act_a;
    maker->out = op->out;
    f->of[op->out.buffer].last_write = map - 1;
    f->dropped[map] = true;
}

/* A sum that begins before the value does needs the zeros that stand before the value's first frame, which are
 * there only when the value's maker is done. */
static bool counts_its_zeros(const bl_program *p, bl_segment value, bl_segment sum)
{
    const bl_buffer *b = &p->buffers[value.buffer];
    return b->masked && p->buffers[sum.buffer].latency < b->latency;
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
        maker->sum.buffer != BL_NO_BUFFER || !same_segment(maker->out, value) || counts_its_zeros(f->p, value, out))
        return false;
    if ((f->of[other.buffer].writes && f->of[other.buffer].last_write >= made.last_write) ||
        f->of[out.buffer].writes != 1)
        return false;
    maker->plus = other;
    maker->sum = out;
    f->of[out.buffer].last_write = made.last_write;
    return true;
}

static void drop_operations(fusing *f)
{
    bl_program *p = f->p;
    size_t kept = 0;
    for (size_t i = 0; i < p->op_count; i++)
        if (!f->dropped[i])
            p->ops[kept++] = p->ops[i];
    p->op_count = kept;
}

bl_status bl_fuse(bl_program *p, bl_error *error)
{
    fusing f = { .p = p };
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
    }
    const bool ok = f.of && f.dropped;
    free(f.of);
    free(f.dropped);
    return ok ? BL_OK : bl_fail_no_mem(error);
}
