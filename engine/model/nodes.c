/* Nodes without weights. */
#include "model/append.h"

static bl_node *append_named(bl_graph *g, bl_node_kind kind, const bl_node_id *inputs, size_t input_count,
                             const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bl_node *node = bl_graph_append(g, kind, inputs, input_count, format, args);
    va_end(args);
    return node;
}

bl_node_id bl_graph_input(bl_graph *g, size_t channels)
{
    bl_node *node = append_named(g, BL_NODE_INPUT, NULL, 0, "input");
    if (node)
        node->channels = channels;
    return bl_graph_last(g);
}

void bl_graph_output(bl_graph *g, bl_node_id x)
{
    bl_node *node = append_named(g, BL_NODE_OUTPUT, &x, 1, "output");
    if (node)
        node->channels = g->nodes[x].channels;
}

bl_node_id bl_graph_param(bl_graph *g, bl_param_params range, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_PARAM, NULL, 0, name, args);
    va_end(args);
    if (node) {
        node->channels = 1;
        node->u.param = range;
    }
    return bl_graph_last(g);
}

bl_node_id bl_graph_softmax(bl_graph *g, bl_node_id x, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_SOFTMAX, &x, 1, name, args);
    va_end(args);
    if (node)
        node->channels = g->nodes[x].channels;
    return bl_graph_last(g);
}

bl_node_id bl_graph_pad(bl_graph *g, bl_node_id x, ptrdiff_t left, ptrdiff_t right, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_PAD, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.pad.left = left;
        node->u.pad.right = right;
    }
    return bl_graph_last(g);
}

bl_node_id bl_graph_upsample(bl_graph *g, bl_node_id x, size_t repeat, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_UPSAMPLE, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.repeat = repeat;
    }
    return bl_graph_last(g);
}

bl_node_id bl_graph_activation(bl_graph *g, bl_node_id x, bl_activation act, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_ACTIVATION, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.act = act;
    }
    return bl_graph_last(g);
}

/* A node of two inputs with equally many channels; check.c reports where they differ. */
static bl_node *append_pair(bl_graph *g, bl_node_kind kind, bl_node_id x, bl_node_id y, const char *format,
                            va_list args)
{
    const bl_node_id inputs[2] = { x, y };
    bl_node *node = bl_graph_append(g, kind, inputs, 2, format, args);
    if (node)
        node->channels = g->nodes[x].channels;
    return node;
}

static bl_node_id fill_gate(bl_graph *g, bl_node *node, bl_activation a, bl_activation b)
{
    if (node) {
        node->u.gate.a = a;
        node->u.gate.b = b;
    }
    return bl_graph_last(g);
}

bl_node_id bl_graph_gate(bl_graph *g, bl_node_id x, bl_node_id y, bl_activation a, bl_activation b,
                         const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append_pair(g, BL_NODE_GATE, x, y, name, args);
    va_end(args);
    return fill_gate(g, node, a, b);
}

bl_node_id bl_graph_blend(bl_graph *g, bl_node_id x, bl_node_id y, bl_activation a, bl_activation b,
                          const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append_pair(g, BL_NODE_BLEND, x, y, name, args);
    va_end(args);
    return fill_gate(g, node, a, b);
}

bl_node_id bl_graph_add(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    append_pair(g, BL_NODE_ADD, x, y, name, args);
    va_end(args);
    return bl_graph_last(g);
}

bl_node_id bl_graph_mul(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    append_pair(g, BL_NODE_MUL, x, y, name, args);
    va_end(args);
    return bl_graph_last(g);
}

bl_node_id bl_graph_scale(bl_graph *g, bl_node_id x, float factor, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_SCALE, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.factor = factor;
    }
    return bl_graph_last(g);
}

bl_node_id bl_graph_concat(bl_graph *g, const bl_node_id *inputs, size_t count, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_CONCAT, inputs, count, name, args);
    va_end(args);
    for (size_t i = 0; node && i < count; i++)
        node->channels += g->nodes[inputs[i]].channels;
    return bl_graph_last(g);
}

bl_node_id bl_graph_slice(bl_graph *g, bl_node_id x, size_t first, size_t channels, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_SLICE, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = channels;
        node->u.first = first;
    }
    return bl_graph_last(g);
}
