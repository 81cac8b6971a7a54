#include "model/graph.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [BL_NODE_INPUT] = "input", [BL_NODE_OUTPUT] = "output", [BL_NODE_CONV1D] = "conv1d",
    [BL_NODE_ACTIVATION] = "activation", [BL_NODE_GATE] = "gate", [BL_NODE_ADD] = "add",
    [BL_NODE_MUL] = "mul", [BL_NODE_SCALE] = "scale", [BL_NODE_CONCAT] = "concat",
    [BL_NODE_SLICE] = "slice",
};

static const char *const activation_names[BL_ACT_COUNT] = {
    [BL_ACT_LINEAR] = "linear", [BL_ACT_TANH] = "tanh", [BL_ACT_SIGMOID] = "sigmoid",
    [BL_ACT_RELU] = "relu", [BL_ACT_LEAKY_RELU] = "leaky_relu", [BL_ACT_SOFTSIGN] = "softsign",
};

const char *bl_node_kind_name(bl_node_kind kind)
{
    return kind_names[kind];
}

const char *bl_activation_name(bl_activation_kind kind)
{
    return activation_names[kind];
}

void bl_graph_init(bl_graph *g)
{
    *g = (bl_graph){ 0 };
}

static void free_node(bl_node *node)
{
    if (node->kind == BL_NODE_CONV1D) {
        free(node->u.conv.weight);
        free(node->u.conv.bias);
    }
    free(node->inputs);
    free(node->name);
}

void bl_graph_free(bl_graph *g)
{
    for (size_t i = 0; i < g->count; i++)
        free_node(&g->nodes[i]);
    free(g->nodes);
    bl_graph_init(g);
}

/* Only the first failure counts: later ones follow from it. */
static void fail_no_mem(bl_graph *g)
{
    if (!g->status)
        g->status = bl_fail_no_mem(&g->error);
}

static char *format_name(const char *format, va_list args)
{
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    return bl_strdup(text);
}

/* Appends a node. Returns NULL, with the graph marked as failed, where that is impossible. */
static bl_node *append(bl_graph *g, bl_node_kind kind, const bl_node_id *inputs, size_t input_count,
                       const char *format, va_list args)
{
    if (g->status)
        return NULL;
    if (g->count >= BL_MAX_NODES) {
        g->status = bl_fail(&g->error, BL_ERR_LIMIT, "The network has more than %u nodes, the limit.", BL_MAX_NODES);
        return NULL;
    }
    for (size_t i = 0; i < input_count; i++)
        if (inputs[i] >= g->count) {
            g->status = bl_fail(&g->error, BL_ERR_ARGUMENT, "Node %zu refers to node %u, which does not exist yet.",
                                g->count, (unsigned)inputs[i]);
            return NULL;
        }
    bl_node node = { .kind = kind, .input_count = input_count };
    node.name = format_name(format, args);
    node.inputs = bl_calloc(input_count, sizeof *inputs);
    if (!node.name || !node.inputs || !bl_grow((void **)&g->nodes, &g->capacity, g->count, sizeof node)) {
        free_node(&node);
        fail_no_mem(g);
        return NULL;
    }
    if (input_count)
        memcpy(node.inputs, inputs, input_count * sizeof *inputs);
    g->nodes[g->count] = node;
    return &g->nodes[g->count++];
}

static bl_node *append_named(bl_graph *g, bl_node_kind kind, const bl_node_id *inputs, size_t input_count,
                             const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bl_node *node = append(g, kind, inputs, input_count, format, args);
    va_end(args);
    return node;
}

static bl_node_id last_id(const bl_graph *g)
{
    return g->count ? (bl_node_id)(g->count - 1) : 0;
}

bl_node_id bl_graph_input(bl_graph *g, size_t channels)
{
    bl_node *node = append_named(g, BL_NODE_INPUT, NULL, 0, "input");
    if (node)
        node->channels = channels;
    return last_id(g);
}

void bl_graph_output(bl_graph *g, bl_node_id x)
{
    bl_node *node = append_named(g, BL_NODE_OUTPUT, &x, 1, "output");
    if (node)
        node->channels = g->nodes[x].channels;
}

/* Room for the weights, once the sizes are known to be sane. */
static bool allocate_conv(bl_graph *g, bl_conv1d_params *conv, bool bias)
{
    const size_t in = conv->in_channels, out = conv->out_channels;
    if (!out || out > BL_MAX_CHANNELS || !in || in > BL_MAX_CHANNELS || conv->kernel > BL_MAX_KERNEL ||
        in % conv->groups || out % conv->groups || conv->dilation > BL_MAX_RECEPTIVE_FIELD) {
        g->status = bl_fail(&g->error, BL_ERR_LIMIT,
                            "A convolution of %zu to %zu channels, kernel %zu, dilation %zu, groups %zu is not "
                            "possible (at most %u channels and %u taps; groups must divide the channels).",
                            in, out, conv->kernel, conv->dilation, conv->groups, BL_MAX_CHANNELS, BL_MAX_KERNEL);
        return false;
    }
    uint64_t weights = (uint64_t)out * (in / conv->groups) * conv->kernel;
    if (weights > BL_MAX_VALUES) {
        g->status = bl_fail(&g->error, BL_ERR_LIMIT, "A convolution has %llu weights; the limit is %u.",
                            (unsigned long long)weights, BL_MAX_VALUES);
        return false;
    }
    conv->weight = bl_calloc((size_t)weights, sizeof(float));
    conv->bias = bias ? bl_calloc(out, sizeof(float)) : NULL;
    if (!conv->weight || (bias && !conv->bias)) {
        fail_no_mem(g);
        return false;
    }
    return true;
}

bl_node_id bl_graph_conv1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape, bl_conv1d_params **params,
                           const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_CONV1D, &x, 1, name, args);
    va_end(args);
    *params = NULL;
    if (!node)
        return last_id(g);
    bl_conv1d_params *conv = &node->u.conv;
    *conv = (bl_conv1d_params){ .in_channels = g->nodes[x].channels,
                                .out_channels = shape->out_channels,
                                .kernel = shape->kernel ? shape->kernel : 1,
                                .dilation = shape->dilation ? shape->dilation : 1,
                                .groups = shape->groups ? shape->groups : 1 };
    node->channels = shape->out_channels;
    if (allocate_conv(g, conv, shape->bias))
        *params = conv;
    return last_id(g);
}

bl_node_id bl_graph_activation(bl_graph *g, bl_node_id x, bl_activation act, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_ACTIVATION, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.act = act;
    }
    return last_id(g);
}

/* A node of two inputs with equally many channels; check.c reports where they differ. */
static bl_node *append_pair(bl_graph *g, bl_node_kind kind, bl_node_id x, bl_node_id y, const char *format,
                            va_list args)
{
    const bl_node_id inputs[2] = { x, y };
    bl_node *node = append(g, kind, inputs, 2, format, args);
    if (node)
        node->channels = g->nodes[x].channels;
    return node;
}

bl_node_id bl_graph_gate(bl_graph *g, bl_node_id x, bl_node_id y, bl_activation a, bl_activation b,
                         const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append_pair(g, BL_NODE_GATE, x, y, name, args);
    va_end(args);
    if (node) {
        node->u.gate.a = a;
        node->u.gate.b = b;
    }
    return last_id(g);
}

bl_node_id bl_graph_add(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    append_pair(g, BL_NODE_ADD, x, y, name, args);
    va_end(args);
    return last_id(g);
}

bl_node_id bl_graph_mul(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    append_pair(g, BL_NODE_MUL, x, y, name, args);
    va_end(args);
    return last_id(g);
}

bl_node_id bl_graph_scale(bl_graph *g, bl_node_id x, float factor, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_SCALE, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.factor = factor;
    }
    return last_id(g);
}

bl_node_id bl_graph_concat(bl_graph *g, const bl_node_id *inputs, size_t count, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_CONCAT, inputs, count, name, args);
    va_end(args);
    for (size_t i = 0; node && i < count; i++)
        node->channels += g->nodes[inputs[i]].channels;
    return last_id(g);
}

bl_node_id bl_graph_slice(bl_graph *g, bl_node_id x, size_t first, size_t channels, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_SLICE, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = channels;
        node->u.first = first;
    }
    return last_id(g);
}
