/* Moves the parts of operations that read the values of many layers to where these are made: so the values need not stand
 * in memory until the last of them is there. */
#include "base/alloc.h"
#include "base/fail.h"
#include "plan/ir.h"

#include <stdlib.h>
#include <string.h>

/* The new order: first every operation that stays, at its number, then those that follow it. */
typedef struct hoisting {
    bl_program *p;
    size_t *place;      /* per operation: the number of the one that it is or follows */
    size_t *last_write; /* per buffer: the place of the last operation that writes it, so far */
    size_t *next;       /* per place: where in the new order its next operation goes */
    bl_op *ops;         /* in the new order */
} hoisting;

static void note_read(void *context, const bl_op *op, bl_segment s, size_t index)
{
    hoisting *h = context;
    if (op->early && h->last_write[s.buffer] > h->place[index])
        h->place[index] = h->last_write[s.buffer];
}

static void note_write(void *context, const bl_op *op, bl_segment s, size_t index)
{
    hoisting *h = context;
    (void)op;
    h->last_write[s.buffer] = h->place[index];
}

static void find_places(hoisting *h)
{
    for (size_t i = 0; i < h->p->op_count; i++) {
        h->place[i] = h->p->ops[i].early ? 0 : i;
        bl_visit_reads(h->p, i, note_read, h);
        bl_visit_writes(h->p, i, note_write, h);
        h->next[h->place[i] + 1]++;
    }
    for (size_t i = 0; i < h->p->op_count; i++)
        h->next[i + 1] += h->next[i];
}

/* What stays comes first at its place: it has a lower number than what follows it. */
static void reorder(hoisting *h)
{
    for (size_t i = 0; i < h->p->op_count; i++)
        h->ops[h->next[h->place[i]]++] = h->p->ops[i];
    memcpy(h->p->ops, h->ops, h->p->op_count * sizeof *h->ops);
}

bl_status bl_hoist(bl_program *p, bl_error *error)
{
    hoisting h = { .p = p };
    if (!p->op_count) /* what goes in comes out */
        return BL_OK;
    h.place = bl_calloc(p->op_count, sizeof *h.place);
    h.last_write = bl_calloc(p->buffer_count, sizeof *h.last_write);
    h.next = bl_calloc(p->op_count + 1, sizeof *h.next);
    h.ops = bl_calloc(p->op_count, sizeof *h.ops);
    const bool ok = h.place && h.last_write && h.next && h.ops;
    if (ok) {
        find_places(&h);
        reorder(&h);
    }
    free(h.place);
    free(h.last_write);
    free(h.next);
    free(h.ops);
    return ok ? BL_OK : bl_fail_no_mem(error);
}
