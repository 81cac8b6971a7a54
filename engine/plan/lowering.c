/* The growing program. */
#include "plan/lowering.h"

#include "base/alloc.h"
#include "model/limits.h"

#include <stdlib.h>

const bl_segment bl_no_segment = { BL_NO_BUFFER, 0, 0, 0 };

bool bl_count_piece(bl_lowering *l)
{
    if (!l->no_mem && ++l->pieces > BL_MAX_PLAN_PIECES)
        l->no_mem = l->too_large = true;
    return !l->no_mem;
}

void bl_view_append(bl_lowering *l, bl_view *view, bl_segment segment)
{
    bl_segment *grown = !bl_count_piece(l) ? NULL : realloc(view->segments, (view->count + 1) * sizeof *grown);
    if (!grown) {
        l->no_mem = true;
        return;
    }
    view->segments = grown;
    view->segments[view->count++] = segment;
}

void bl_view_append_range(bl_lowering *l, bl_view *view, const bl_view *from, size_t first, size_t channels,
                          size_t delay)
{
    for (size_t i = 0; i < from->count && channels; i++) {
        bl_segment s = from->segments[i];
        if (first >= s.channels) {
            first -= s.channels;
            continue;
        }
        s.first += first;
        s.channels -= first;
        s.delay += delay;
        if (s.channels > channels)
            s.channels = channels;
        first = 0;
        channels -= s.channels;
        bl_view_append(l, view, s);
    }
}

size_t bl_view_channels(const bl_view *view)
{
    size_t channels = 0;
    for (size_t i = 0; i < view->count; i++)
        channels += view->segments[i].channels;
    return channels;
}

bl_segment bl_add_buffer(bl_lowering *l, bl_node_id node, size_t channels, size_t up, size_t down)
{
    bl_program *p = l->p;
    const bl_segment none = { 0, 0, channels, 0 };
    if (l->no_mem || !bl_grow((void **)&p->buffers, &p->buffer_capacity, p->buffer_count, sizeof *p->buffers)) {
        l->no_mem = true;
        return none;
    }
    p->buffers[p->buffer_count] = (bl_buffer){ .node = node, .up = up, .down = down, .channels = channels };
    return (bl_segment){ (uint32_t)p->buffer_count++, 0, channels, 0 };
}

bl_segment bl_add_node_buffer(bl_lowering *l, bl_node_id node)
{
    const bl_timing *t = &l->timing[node];
    const bl_segment segment = bl_add_buffer(l, node, l->g->nodes[node].channels, t->up, t->down);
    if (!l->no_mem) {
        bl_buffer *b = &l->p->buffers[segment.buffer];
        b->latency = t->latency;
        b->masked = l->p->masks;
    }
    return segment;
}

void bl_add_op(bl_lowering *l, bl_op op)
{
    bl_program *p = l->p;
    if (!bl_count_piece(l) || !bl_grow((void **)&p->ops, &p->op_capacity, p->op_count, sizeof *p->ops))
        l->no_mem = true;
    else
        p->ops[p->op_count++] = op;
}

void bl_add_weight(bl_lowering *l, float weight)
{
    bl_program *p = l->p;
    if (p->weight_count >= BL_MAX_PLAN_WEIGHTS)
        l->no_mem = l->too_large = true;
    if (l->no_mem || !bl_grow((void **)&p->weights, &p->weight_capacity, p->weight_count, sizeof *p->weights))
        l->no_mem = true;
    else
        p->weights[p->weight_count++] = weight;
}

bl_op bl_make_op(bl_op_kind kind, bl_segment out)
{
    return (bl_op){ .kind = kind,
                    .out = out,
                    .a = bl_no_segment,
                    .b = bl_no_segment,
                    .addend = bl_no_segment,
                    .plus = bl_no_segment,
                    .sum = bl_no_segment };
}

/* Walks a view in runs of channels. */
typedef struct cursor {
    const bl_view *view;
    size_t segment, used, delay;
} cursor;

static bl_segment rest_of(const cursor *c)
{
    bl_segment s = c->view->segments[c->segment];
    s.first += c->used;
    s.channels -= c->used;
    s.delay += c->delay;
    return s;
}

static bl_segment take(cursor *c, size_t channels)
{
    bl_segment s = rest_of(c);
    if (s.channels == channels) {
        c->segment++;
        c->used = 0;
    } else {
        c->used += channels;
    }
    s.channels = channels;
    return s;
}

void bl_add_elementwise(bl_lowering *l, bl_op op, const bl_view *a, size_t delay_a, const bl_view *b,
                        size_t delay_b)
{
    const bl_segment out = op.out;
    cursor ca = { a, 0, 0, delay_a }, cb = { b, 0, 0, delay_b };
    for (size_t done = 0, run; done < out.channels && !l->no_mem; done += run) {
        run = rest_of(&ca).channels;
        if (b && rest_of(&cb).channels < run)
            run = rest_of(&cb).channels;
        op.a = take(&ca, run);
        op.b = b ? take(&cb, run) : bl_no_segment;
        op.out = (bl_segment){ out.buffer, out.first + done, run, 0 };
        bl_add_op(l, op);
        op.weights += run; /* a weight per channel, where the kind has weights */
    }
}

bl_segment bl_in_one_piece(bl_lowering *l, bl_node_id id)
{
    const bl_view *view = &l->views[id];
    if (view->count == 1)
        return view->segments[0];
    const bl_timing *t = &l->timing[id];
    const bl_segment copy = bl_add_buffer(l, id, bl_view_channels(view), t->up, t->down);
    bl_add_elementwise(l, bl_make_op(BL_OP_MAP, copy), view, 0, NULL, 0);
    return copy;
}

size_t bl_join_delay(const bl_lowering *l, bl_node_id id, size_t i)
{
    const bl_node *node = &l->g->nodes[id];
    size_t latest = 0;
    for (size_t k = 0; k < node->input_count; k++)
        if (l->timing[node->inputs[k]].latency > latest)
            latest = l->timing[node->inputs[k]].latency;
    return latest - l->timing[node->inputs[i]].latency;
}
