#include "model/timing.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"

#include <stdlib.h>

static size_t gcd(size_t a, size_t b)
{
    while (b) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static ptrdiff_t floor_div(ptrdiff_t a, ptrdiff_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static ptrdiff_t ceil_div(ptrdiff_t a, ptrdiff_t b)
{
    return -floor_div(-a, b);
}

/* ---- lengths ---- */

bl_length_rule bl_length_rule_of(const bl_node *node)
{
    const bl_conv1d_params *c = &node->u.conv;
    bl_length_rule rule = { .divisor = 1, .factor = 1 };
    switch (node->kind) {
    case BL_NODE_CONV1D:
        rule.before = c->pad_left + c->pad_right - (ptrdiff_t)((c->kernel - 1) * c->dilation) - 1;
        rule.divisor = (ptrdiff_t)c->stride;
        rule.after = 1;
        break;
    case BL_NODE_CONV_TRANSPOSE1D:
        rule.before = -1;
        rule.factor = (ptrdiff_t)c->stride;
        rule.after = (ptrdiff_t)((c->kernel - 1) * c->dilation) + 1 - c->pad_left - c->pad_right;
        break;
    case BL_NODE_UPSAMPLE: rule.factor = (ptrdiff_t)node->u.repeat; break;
    case BL_NODE_PAD: rule.after = node->u.pad.left + node->u.pad.right; break;
    default: break;
    }
    return rule;
}

static ptrdiff_t apply(const bl_length_rule *rule, ptrdiff_t n)
{
    if (n >= BL_LENGTH_ENDLESS)
        return BL_LENGTH_ENDLESS;
    return floor_div(n + rule->before, rule->divisor) * rule->factor + rule->after;
}

ptrdiff_t bl_length_apply(const bl_length_rule *rule, ptrdiff_t shortest_input)
{
    const ptrdiff_t length = shortest_input <= rule->least ? 0 : apply(rule, shortest_input);
    return length > 0 ? length : 0;
}

/* A node that has the length of its inputs, which are all equally long. */
static bl_node_id as_long_as(const bl_graph *g, bl_node_id id, const bl_timing *timing)
{
    const bl_node *node = &g->nodes[id];
    const bl_length_rule rule = bl_length_rule_of(node);
    if (!node->input_count || rule.divisor != 1 || rule.factor != 1 || rule.before + rule.after)
        return id;
    const bl_node_id first = timing[node->inputs[0]].as_long_as;
    for (size_t i = 1; i < node->input_count; i++)
        if (timing[node->inputs[i]].as_long_as != first)
            return id;
    return first;
}

/* Some of its last frames depend on frames behind its input's last. */
static bool reads_past_the_end(const bl_node *node)
{
    const bl_conv1d_params *c = &node->u.conv;
    switch (node->kind) {
    case BL_NODE_CONV1D: return c->pad_right > 0;
    case BL_NODE_CONV_TRANSPOSE1D:
        return (ptrdiff_t)((c->kernel - 1) * c->dilation) - c->pad_right >= (ptrdiff_t)c->stride;
    case BL_NODE_PAD: return node->u.pad.right > 0;
    default: return false;
    }
}

static void find_padded(const bl_graph *g, bl_timing *timing)
{
    for (size_t id = 0; id < g->count; id++)
        timing[id].padded = false;
    for (size_t id = g->count; id-- > 0;)
        for (size_t i = 0; i < g->nodes[id].input_count; i++)
            timing[g->nodes[id].inputs[i]].padded |= timing[id].padded || reads_past_the_end(&g->nodes[id]);
}

/* ---- rate and latency ---- */

static bool same_rate(const bl_timing *a, const bl_timing *b)
{
    return a->up == b->up && a->down == b->down;
}

/* Rate of the inputs, and the latency of the latest of them: the others are delayed to match. */
static bl_status join(const bl_graph *g, size_t id, const bl_timing *timing, bl_timing *t, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    t->up = t->down = 1;
    t->latency = 0;
    for (size_t i = 0; i < node->input_count; i++) {
        const bl_timing *in = &timing[node->inputs[i]];
        if (i && !same_rate(in, t))
            return bl_fail(error, BL_ERR_FORMAT,
                           "Node %zu (%s) joins signals of different rates: %zu/%zu and %zu/%zu of the input's.",
                           id, node->name, t->up, t->down, in->up, in->down);
        t->up = in->up;
        t->down = in->down;
        if (in->latency > t->latency)
            t->latency = in->latency;
    }
    return BL_OK;
}

static size_t not_negative(ptrdiff_t n)
{
    return n > 0 ? (size_t)n : 0;
}

static void multiply_rate(bl_timing *t, size_t up, size_t down)
{
    t->up *= up;
    t->down *= down;
    const size_t common = gcd(t->up, t->down);
    t->up /= common;
    t->down /= common;
}

/* Output frame t needs the input up to frame t*stride + ahead. Of each group of `stride` frames all are there
 * when the output frame is made. */
static void conv_timing(const bl_conv1d_params *c, bl_timing *t)
{
    const ptrdiff_t stride = (ptrdiff_t)c->stride;
    const ptrdiff_t ahead = (ptrdiff_t)((c->kernel - 1) * c->dilation) - c->pad_left;
    t->latency = not_negative(ceil_div((ptrdiff_t)t->latency + ahead - (stride - 1), stride));
    multiply_rate(t, 1, c->stride);
}

/* Output frame t needs the input up to frame floor((t + cut) / stride). */
static void transpose_timing(const bl_conv1d_params *c, bl_timing *t)
{
    t->latency = not_negative((ptrdiff_t)(t->latency * c->stride) + c->pad_left);
    multiply_rate(t, c->stride, 1);
}

/* Where a signal ends, counted from the frame that comes with the last of the network's input: before it where
 * the end is cut. The position of its first missing frame, later than this by the latency, must not come before
 * the end of the input is known, or what is there would be taken for the signal. */
static ptrdiff_t end_of(const bl_graph *g, size_t id, const ptrdiff_t *ends)
{
    const bl_node *node = &g->nodes[id];
    const bl_length_rule rule = bl_length_rule_of(node);
    ptrdiff_t earliest = node->kind == BL_NODE_INPUT ? 0 : BL_LENGTH_ENDLESS;
    for (size_t i = 0; i < node->input_count; i++)
        if (ends[node->inputs[i]] < earliest)
            earliest = ends[node->inputs[i]];
    return node->kind == BL_NODE_INPUT ? 0 : apply(&rule, earliest);
}

static bl_status node_timing(const bl_graph *g, size_t id, bl_timing *timing, ptrdiff_t *ends, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    bl_timing *t = &timing[id];
    bl_status status = join(g, id, timing, t, error);
    if (status)
        return status;
    switch (node->kind) {
    case BL_NODE_CONV1D: conv_timing(&node->u.conv, t); break;
    case BL_NODE_CONV_TRANSPOSE1D: transpose_timing(&node->u.conv, t); break;
    case BL_NODE_UPSAMPLE:
        t->latency *= node->u.repeat;
        multiply_rate(t, node->u.repeat, 1);
        break;
    case BL_NODE_PAD: t->latency = not_negative((ptrdiff_t)t->latency - node->u.pad.left); break;
    default: break;
    }
    t->as_long_as = as_long_as(g, (bl_node_id)id, timing);
    ends[id] = end_of(g, id, ends);
    if (t->padded && (ptrdiff_t)t->latency < -ends[id])
        t->latency = (size_t)-ends[id];
    if (t->up > BL_MAX_GRANULARITY || t->down > BL_MAX_GRANULARITY || t->latency > BL_MAX_RECEPTIVE_FIELD)
        return bl_fail(error, BL_ERR_LIMIT,
                       "Node %zu (%s) runs at %zu/%zu of the input's rate, %zu frames late; that "
                       "is beyond the limits.",
                       id, node->name, t->up, t->down, t->latency);
    return BL_OK;
}

bl_status bl_graph_timing(const bl_graph *g, bl_timing *timing, bl_error *error)
{
    ptrdiff_t *ends = bl_calloc(g->count, sizeof *ends);
    if (!ends)
        return bl_fail_no_mem(error);
    find_padded(g, timing);
    bl_status status = BL_OK;
    for (size_t id = 0; id < g->count && !status; id++)
        status = node_timing(g, id, timing, ends, error);
    free(ends);
    if (status)
        return status;
    const bl_timing *out = &timing[g->count - 1];
    if (out->up != 1 || out->down != 1)
        return bl_fail(error, BL_ERR_FORMAT,
                       "The output of the network has %zu/%zu of the input's rate; only 1 is possible.", out->up,
                       out->down);
    return BL_OK;
}

size_t bl_graph_granularity(const bl_graph *g, const bl_timing *timing)
{
    size_t frames = 1;
    for (size_t id = 0; id < g->count && frames <= BL_MAX_GRANULARITY; id++)
        frames = frames / gcd(frames, timing[id].down) * timing[id].down;
    return frames;
}

size_t bl_graph_latency(const bl_graph *g, const bl_timing *timing)
{
    return timing[g->count - 1].latency + bl_graph_granularity(g, timing) - 1;
}

/* ---- of the whole network ---- */

bl_status bl_graph_output_frames(const bl_graph *g, size_t frames, size_t *out, bl_error *error)
{
    ptrdiff_t *lengths = bl_calloc(g->count, sizeof *lengths);
    if (!lengths)
        return bl_fail_no_mem(error);
    for (size_t id = 0; id < g->count; id++) {
        const bl_node *node = &g->nodes[id];
        ptrdiff_t shortest = BL_LENGTH_ENDLESS;
        for (size_t i = 0; i < node->input_count; i++)
            if (lengths[node->inputs[i]] < shortest)
                shortest = lengths[node->inputs[i]];
        const bl_length_rule rule = bl_length_rule_of(node);
        lengths[id] = node->kind == BL_NODE_INPUT ? (ptrdiff_t)frames : bl_length_apply(&rule, shortest);
    }
    const ptrdiff_t length = lengths[g->count - 1];
    *out = length == BL_LENGTH_ENDLESS ? frames : (size_t)length; /* a knob alone lasts as long as it is played */
    free(lengths);
    return BL_OK;
}
