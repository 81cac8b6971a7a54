/* Collects the summands of an affine operation: convolutions, taken apart into taps, and what is added to them. */
#include "plan/sum.h"

#include "base/alloc.h"

#include <stdlib.h>

void bl_sum_free(bl_affine_sum *s)
{
    for (size_t i = 0; i < s->term_count; i++) {
        free(s->terms[i].input.segments);
        free(s->terms[i].taps);
    }
    free(s->terms);
    free(s->addends);
}

/* The frames that the strided convolution `id` reads, each row as `stride` rows of every stride-th frame. */
static bl_segment split_input(bl_lowering *l, bl_node_id id)
{
    const bl_node_id input = l->g->nodes[id].inputs[0];
    const bl_timing *t = &l->timing[id];
    const size_t stride = l->g->nodes[id].u.conv.stride;
    const bl_segment whole = bl_in_one_piece(l, input);
    bl_op op = bl_make_op(BL_OP_SPLIT, bl_add_buffer(l, input, whole.channels * stride, t->up, t->down));
    op.a = whole;
    op.period = stride;
    bl_add_op(l, op);
    return op.out;
}

/* Tap k of output frame t reads input frame t*stride + ahead - (kernel-1-k)*dilation; counted in the streams,
 * where both signals are late, that is an offset from the start of the group of `stride` input frames. */
static void find_conv_taps(bl_term *t, const bl_conv1d_params *c, size_t input_latency, size_t latency,
                           size_t channels, size_t delay)
{
    const ptrdiff_t stride = (ptrdiff_t)c->stride;
    const ptrdiff_t ahead = (ptrdiff_t)((c->kernel - 1) * c->dilation) - c->pad_left;
    const ptrdiff_t newest = ahead + (ptrdiff_t)input_latency - stride * (ptrdiff_t)latency;
    for (size_t k = 0; k < c->kernel; k++) {
        const ptrdiff_t offset = newest - (ptrdiff_t)((c->kernel - 1 - k) * c->dilation);
        const ptrdiff_t group = bl_floor_div(offset, stride);
        t->taps[t->tap_count++] =
            (bl_tap){ (size_t)(offset - group * stride) * channels, (size_t)-group + delay, k };
    }
}

bl_term *bl_sum_add_term(bl_lowering *l, bl_affine_sum *s, const bl_conv1d_params *conv)
{
    if (l->no_mem || !bl_grow((void **)&s->terms, &s->term_capacity, s->term_count, sizeof *s->terms)) {
        l->no_mem = true;
        return NULL;
    }
    bl_term *t = &s->terms[s->term_count++];
    *t = (bl_term){ .conv = conv, .rows = conv->in_channels / conv->groups, .factor = 1.0f };
    t->taps = bl_calloc(conv->kernel, sizeof *t->taps);
    if (!t->taps)
        l->no_mem = true;
    return t->taps ? t : NULL;
}

static void add_conv_term(bl_lowering *l, bl_affine_sum *s, bl_node_id id, float factor, size_t delay)
{
    const bl_conv1d_params *c = &l->g->nodes[id].u.conv;
    const bl_node_id input = l->g->nodes[id].inputs[0];
    bl_segment phases = bl_no_segment;
    if (c->stride > 1)
        phases = split_input(l, id);
    bl_term *t = bl_sum_add_term(l, s, c);
    if (!t)
        return;
    t->factor = factor;
    if (c->stride > 1)
        bl_view_append(l, &t->input, phases);
    else
        bl_view_append_range(l, &t->input, &l->views[input], 0, SIZE_MAX, 0);
    find_conv_taps(t, c, l->timing[input].latency, l->timing[id].latency, c->in_channels, delay);
}

void bl_sum_collect(bl_lowering *l, bl_affine_sum *s, bl_node_id id, float factor, size_t delay)
{
    const bl_node *node = &l->g->nodes[id];
    if (node->kind == BL_NODE_CONV1D) {
        add_conv_term(l, s, id, factor, delay);
        return;
    }
    if (node->kind == BL_NODE_SCALE)
        factor *= node->u.factor;
    for (size_t i = 0; i < node->input_count; i++) {
        const size_t wait = delay + bl_join_delay(l, id, i);
        if (l->uses[node->inputs[i]].absorbed)
            bl_sum_collect(l, s, node->inputs[i], factor, wait);
        else if (!bl_grow((void **)&s->addends, &s->addend_capacity, s->addend_count, sizeof *s->addends))
            l->no_mem = true;
        else
            s->addends[s->addend_count++] = (bl_addend){ node->inputs[i], wait };
    }
}
