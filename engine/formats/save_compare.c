#include "formats/save_compare.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

#define UNSEEN UINT32_MAX

typedef struct pair {
    bl_node_id a, b;
} pair;

/* What is still to be compared, and which node of b stands for each node of a. */
typedef struct comparison {
    const bl_graph *a, *b;
    pair *stack;
    size_t count, capacity;
    bl_node_id *match;
} comparison;

static bool same_floats(const float *a, const float *b, size_t count)
{
    return !a == !b && (!a || !memcmp(a, b, count * sizeof *a));
}

static bool same_float(float a, float b)
{
    return same_floats(&a, &b, 1);
}

static bool same_activation(bl_activation a, bl_activation b)
{
    return a.kind == b.kind && same_float(a.a, b.a) && same_float(a.b, b.b) && same_float(a.c, b.c) &&
           same_float(a.d, b.d);
}

static bool same_conv(const bl_conv1d_params *a, const bl_conv1d_params *b)
{
    return a->in_channels == b->in_channels && a->out_channels == b->out_channels && a->kernel == b->kernel &&
           (a->kernel == 1 || a->dilation == b->dilation) && a->groups == b->groups && a->stride == b->stride &&
           a->pad_left == b->pad_left && a->pad_right == b->pad_right &&
           same_floats(a->weight, b->weight, a->out_channels * (a->in_channels / a->groups) * a->kernel) &&
           same_floats(a->bias, b->bias, a->out_channels);
}

static bool same_recurrent(const bl_recurrent_params *a, const bl_recurrent_params *b, size_t gates)
{
    const size_t hidden = a->hidden, rows = gates * hidden;
    return a->in_channels == b->in_channels && hidden == b->hidden &&
           same_floats(a->weight_ih, b->weight_ih, rows * a->in_channels) &&
           same_floats(a->weight_hh, b->weight_hh, rows * hidden) && same_floats(a->bias, b->bias, rows) &&
           same_floats(a->bias_hh_n, b->bias_hh_n, hidden) && same_floats(a->h0, b->h0, hidden) &&
           same_floats(a->c0, b->c0, hidden);
}

/* All but the inputs. */
static bool same_node(const bl_node *a, const bl_node *b)
{
    if (a->kind != b->kind || a->channels != b->channels || a->input_count != b->input_count)
        return false;
    switch (a->kind) {
    case BL_NODE_PARAM: return !strcmp(a->name, b->name) && !memcmp(&a->u.param, &b->u.param, sizeof a->u.param);
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D: return same_conv(&a->u.conv, &b->u.conv);
    case BL_NODE_ACTIVATION: return same_activation(a->u.act, b->u.act);
    case BL_NODE_PRELU: return same_floats(a->u.slopes, b->u.slopes, a->channels);
    case BL_NODE_GATE:
    case BL_NODE_BLEND:
        return same_activation(a->u.gate.a, b->u.gate.a) && same_activation(a->u.gate.b, b->u.gate.b);
    case BL_NODE_SCALE: return same_float(a->u.factor, b->u.factor);
    case BL_NODE_SLICE: return a->u.first == b->u.first;
    case BL_NODE_PAD: return a->u.pad.left == b->u.pad.left && a->u.pad.right == b->u.pad.right;
    case BL_NODE_UPSAMPLE: return a->u.repeat == b->u.repeat;
    case BL_NODE_LSTM: return same_recurrent(&a->u.rnn, &b->u.rnn, 4);
    case BL_NODE_GRU: return same_recurrent(&a->u.rnn, &b->u.rnn, 3);
    case BL_NODE_INPUT:
    case BL_NODE_OUTPUT:
    case BL_NODE_SOFTMAX:
    case BL_NODE_ADD:
    case BL_NODE_MUL:
    case BL_NODE_CONCAT: return true;
    }
    return false;
}

static bl_node_id behind_unit_scales(const bl_graph *g, bl_node_id x)
{
    while (g->nodes[x].kind == BL_NODE_SCALE && g->nodes[x].u.factor == 1.0f)
        x = g->nodes[x].inputs[0];
    return x;
}

static bool push(comparison *c, bl_node_id a, bl_node_id b)
{
    if (!bl_grow((void **)&c->stack, &c->capacity, c->count, sizeof *c->stack))
        return false;
    c->stack[c->count++] = (pair){ behind_unit_scales(c->a, a), behind_unit_scales(c->b, b) };
    return true;
}

static bl_status compare(comparison *c, size_t *differs, bl_error *error)
{
    bool memory = push(c, (bl_node_id)(c->a->count - 1), (bl_node_id)(c->b->count - 1));
    *differs = c->a->count;
    while (memory && c->count) {
        const pair p = c->stack[--c->count];
        if (c->match[p.a] == p.b)
            continue;
        const bl_node *a = &c->a->nodes[p.a], *b = &c->b->nodes[p.b];
        if (c->match[p.a] != UNSEEN || !same_node(a, b)) {
            *differs = p.a;
            return BL_OK;
        }
        c->match[p.a] = p.b;
        for (size_t i = 0; memory && i < a->input_count; i++)
            memory = push(c, a->inputs[i], b->inputs[i]);
    }
    return memory ? BL_OK : bl_fail_no_mem(error);
}

bl_status bl_graphs_compare(const bl_graph *a, const bl_graph *b, size_t *differs, bl_error *error)
{
    comparison c = { .a = a, .b = b, .match = bl_calloc(a->count, sizeof *c.match) };
    for (size_t i = 0; c.match && i < a->count; i++)
        c.match[i] = UNSEEN;
    bl_status status = c.match ? compare(&c, differs, error) : bl_fail_no_mem(error);
    free(c.match);
    free(c.stack);
    return status;
}
