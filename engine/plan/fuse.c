/* Joins an activation (or gate) with the sum that collects its output, as a WaveNet's skip connections do:
 * the values are added while they are in registers. */
#include "base/alloc.h"
#include "base/fail.h"
#include "plan/ir.h"

#include <stdlib.h>

/* Who writes a buffer. */
typedef struct writers {
    size_t count, last; /* index of the last operation that writes it */
} writers;

static bool same_segment(bl_segment a, bl_segment b)
{
    return a.buffer == b.buffer && a.first == b.first && a.channels == b.channels && a.delay == b.delay;
}

static void note_writer(writers *w, bl_segment s, size_t op)
{
    if (s.buffer != BL_NO_BUFFER) {
        w[s.buffer].count++;
        w[s.buffer].last = op;
    }
}

/* The addition `add` may move up to the operation that makes `value`, if `other` is complete by then. */
static bool try_fuse(bl_program *p, writers *w, size_t add, bl_segment value, bl_segment other)
{
    const writers made = w[value.buffer];
    if (made.count != 1 || made.last >= add)
        return false;
    bl_op *maker = &p->ops[made.last];
    if ((maker->kind != BL_OP_MAP && maker->kind != BL_OP_GATE) || maker->sum.buffer != BL_NO_BUFFER ||
        !same_segment(maker->out, value))
        return false;
    if (w[other.buffer].count && w[other.buffer].last >= made.last)
        return false;
    const bl_segment out = p->ops[add].out;
    if (w[out.buffer].count != 1)
        return false;
    maker->addend = other;
    maker->sum = out;
    w[out.buffer].last = made.last;
    return true;
}

bl_status bl_fuse(bl_program *p, bl_error *error)
{
    writers *w = bl_calloc(p->buffer_count, sizeof *w);
    bool *fused = bl_calloc(p->op_count, sizeof *fused);
    if (!w || !fused) {
        free(w);
        free(fused);
        return bl_fail_no_mem(error);
    }
    for (size_t i = 0; i < p->op_count; i++)
        note_writer(w, p->ops[i].out, i);
    for (size_t i = 0; i < p->op_count; i++) {
        const bl_op op = p->ops[i];
        fused[i] = op.kind == BL_OP_ADD && (try_fuse(p, w, i, op.a, op.b) || try_fuse(p, w, i, op.b, op.a));
    }
    size_t kept = 0;
    for (size_t i = 0; i < p->op_count; i++)
        if (!fused[i])
            p->ops[kept++] = p->ops[i];
    p->op_count = kept;
    free(fused);
    free(w);
    return BL_OK;
}
