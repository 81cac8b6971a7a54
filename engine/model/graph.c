#include "model/graph.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
    [BL_NODE_INPUT] = "input",
    [BL_NODE_OUTPUT] = "output",
    [BL_NODE_PARAM] = "param",
    [BL_NODE_CONV1D] = "conv1d",
    [BL_NODE_CONV_TRANSPOSE1D] = "conv_transpose1d",
    [BL_NODE_ACTIVATION] = "activation",
    [BL_NODE_PRELU] = "prelu",
    [BL_NODE_SOFTMAX] = "softmax",
    [BL_NODE_GATE] = "gate",
    [BL_NODE_BLEND] = "blend",
    [BL_NODE_ADD] = "add",
    [BL_NODE_MUL] = "mul",
    [BL_NODE_SCALE] = "scale",
    [BL_NODE_CONCAT] = "concat",
    [BL_NODE_SLICE] = "slice",
    [BL_NODE_PAD] = "pad",
    [BL_NODE_UPSAMPLE] = "upsample",
    [BL_NODE_LSTM] = "lstm",
    [BL_NODE_GRU] = "gru",
};

static const char *const activation_names[BL_ACT_COUNT] = {
    [BL_ACT_LINEAR] = "linear",
    [BL_ACT_TANH] = "tanh",
    [BL_ACT_SIGMOID] = "sigmoid",
    [BL_ACT_RELU] = "relu",
    [BL_ACT_LEAKY_RELU] = "leaky_relu",
    [BL_ACT_SOFTSIGN] = "softsign",
    [BL_ACT_SILU] = "silu",
    [BL_ACT_HARDTANH] = "hardtanh",
    [BL_ACT_HARDSWISH] = "hardswish",
    [BL_ACT_HARDSIGMOID] = "hardsigmoid",
    [BL_ACT_LEAKY_HARDTANH] = "leaky_hardtanh",
    [BL_ACT_FAST_TANH] = "fast_tanh",
    [BL_ACT_ELU] = "elu",
    [BL_ACT_SELU] = "selu",
    [BL_ACT_GELU] = "gelu",
    [BL_ACT_SOFTPLUS] = "softplus",
    [BL_ACT_EXP] = "exp",
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

static void free_recurrent(bl_recurrent_params *rnn)
{
    free(rnn->weight_ih);
    free(rnn->weight_hh);
    free(rnn->bias);
    free(rnn->bias_hh_n);
    free(rnn->h0);
    free(rnn->c0);
}

static void free_node(bl_node *node)
{
    switch (node->kind) {
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D:
        free(node->u.conv.weight);
        free(node->u.conv.bias);
        break;
    case BL_NODE_PRELU: free(node->u.slopes); break;
    case BL_NODE_LSTM:
    case BL_NODE_GRU: free_recurrent(&node->u.rnn); break;
    default: break;
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
        g->status =
            bl_fail(&g->error, BL_ERR_LIMIT, "The network has more than %u nodes, the limit.", BL_MAX_NODES);
        return NULL;
    }
    if (input_count > BL_MAX_CONNECTIONS - g->connections) {
        g->status = bl_fail(&g->error, BL_ERR_LIMIT,
                            "The nodes of the network have more than %u inputs, the limit.", BL_MAX_CONNECTIONS);
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
    g->connections += input_count;
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
        in % conv->groups || out % conv->groups || conv->dilation > BL_MAX_RECEPTIVE_FIELD ||
        conv->stride > BL_MAX_STRIDE) {
        g->status =
            bl_fail(&g->error, BL_ERR_LIMIT,
                    "A convolution of %zu to %zu channels, kernel %zu, dilation %zu, stride %zu, groups %zu "
                    "is not possible (at most %u channels, %u taps, stride %u; groups must divide the "
                    "channels).",
                    in, out, conv->kernel, conv->dilation, conv->stride, conv->groups, BL_MAX_CHANNELS,
                    BL_MAX_KERNEL, BL_MAX_STRIDE);
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

static size_t at_least_one(size_t n)
{
    return n ? n : 1;
}

/* Both kinds of convolution; node has just been appended, or is NULL. */
static bl_node_id fill_conv(bl_graph *g, bl_node *node, bl_node_id x, const bl_conv1d_shape *shape,
                            bl_conv1d_params **params)
{
    *params = NULL;
    if (!node)
        return last_id(g);
    bl_conv1d_params *conv = &node->u.conv;
    *conv = (bl_conv1d_params){ .in_channels = g->nodes[x].channels,
                                .out_channels = shape->out_channels,
                                .kernel = at_least_one(shape->kernel),
                                .dilation = at_least_one(shape->dilation),
                                .groups = at_least_one(shape->groups),
                                .stride = at_least_one(shape->stride) };
    node->channels = shape->out_channels;
    if (!allocate_conv(g, conv, shape->bias))
        return last_id(g);
    const bool causal = node->kind == BL_NODE_CONV1D && !shape->padded;
    conv->pad_left = causal ? (ptrdiff_t)((conv->kernel - 1) * conv->dilation) : shape->pad_left;
    conv->pad_right = causal ? 0 : shape->pad_right;
    *params = conv;
    return last_id(g);
}

bl_node_id bl_graph_conv1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape, bl_conv1d_params **params,
                           const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_CONV1D, &x, 1, name, args);
    va_end(args);
    return fill_conv(g, node, x, shape, params);
}

bl_node_id bl_graph_conv_transpose1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape,
                                     bl_conv1d_params **params, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_CONV_TRANSPOSE1D, &x, 1, name, args);
    va_end(args);
    return fill_conv(g, node, x, shape, params);
}

bl_node_id bl_graph_param(bl_graph *g, bl_param_params range, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_PARAM, NULL, 0, name, args);
    va_end(args);
    if (node) {
        node->channels = 1;
        node->u.param = range;
    }
    return last_id(g);
}

static bool allocate_recurrent(bl_graph *g, bl_node_kind kind, bl_recurrent_params *rnn)
{
    const bool lstm = kind == BL_NODE_LSTM;
    const size_t in = rnn->in_channels, hidden = rnn->hidden, gates = lstm ? 4 : 3;
    if (!hidden || hidden > BL_MAX_HIDDEN || !in || in > BL_MAX_CHANNELS) {
        g->status = bl_fail(&g->error, BL_ERR_LIMIT,
                            "A recurrent layer of %zu to %zu channels is not possible; 1 to %u are.", in, hidden,
                            BL_MAX_HIDDEN);
        return false;
    }
    rnn->weight_ih = bl_calloc(gates * hidden * in, sizeof(float));
    rnn->weight_hh = bl_calloc(gates * hidden * hidden, sizeof(float));
    rnn->bias = bl_calloc(gates * hidden, sizeof(float));
    rnn->h0 = bl_calloc(hidden, sizeof(float));
    *(lstm ? &rnn->c0 : &rnn->bias_hh_n) = bl_calloc(hidden, sizeof(float));
    if (rnn->weight_ih && rnn->weight_hh && rnn->bias && rnn->h0 && (rnn->c0 || rnn->bias_hh_n))
        return true;
    fail_no_mem(g);
    return false;
}

static bl_node_id fill_recurrent(bl_graph *g, bl_node *node, bl_node_id x, size_t hidden,
                                 bl_recurrent_params **params)
{
    *params = NULL;
    if (!node)
        return last_id(g);
    node->channels = hidden;
    node->u.rnn = (bl_recurrent_params){ .in_channels = g->nodes[x].channels, .hidden = hidden };
    if (allocate_recurrent(g, node->kind, &node->u.rnn))
        *params = &node->u.rnn;
    return last_id(g);
}

bl_node_id bl_graph_lstm(bl_graph *g, bl_node_id x, size_t hidden, bl_recurrent_params **params, const char *name,
                         ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_LSTM, &x, 1, name, args);
    va_end(args);
    return fill_recurrent(g, node, x, hidden, params);
}

bl_node_id bl_graph_gru(bl_graph *g, bl_node_id x, size_t hidden, bl_recurrent_params **params, const char *name,
                        ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_GRU, &x, 1, name, args);
    va_end(args);
    return fill_recurrent(g, node, x, hidden, params);
}

bl_node_id bl_graph_prelu(bl_graph *g, bl_node_id x, float **slopes, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_PRELU, &x, 1, name, args);
    va_end(args);
    *slopes = NULL;
    if (!node)
        return last_id(g);
    node->channels = g->nodes[x].channels;
    *slopes = node->u.slopes = bl_calloc(node->channels, sizeof(float));
    if (!*slopes)
        fail_no_mem(g);
    return last_id(g);
}

bl_node_id bl_graph_softmax(bl_graph *g, bl_node_id x, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_SOFTMAX, &x, 1, name, args);
    va_end(args);
    if (node)
        node->channels = g->nodes[x].channels;
    return last_id(g);
}

bl_node_id bl_graph_pad(bl_graph *g, bl_node_id x, ptrdiff_t left, ptrdiff_t right, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_PAD, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.pad.left = left;
        node->u.pad.right = right;
    }
    return last_id(g);
}

bl_node_id bl_graph_upsample(bl_graph *g, bl_node_id x, size_t repeat, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = append(g, BL_NODE_UPSAMPLE, &x, 1, name, args);
    va_end(args);
    if (node) {
        node->channels = g->nodes[x].channels;
        node->u.repeat = repeat;
    }
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

static bl_node_id fill_gate(bl_graph *g, bl_node *node, bl_activation a, bl_activation b)
{
    if (node) {
        node->u.gate.a = a;
        node->u.gate.b = b;
    }
    return last_id(g);
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

/* Room for one more node at position `at`; everything that referred to nodes from there on follows them. */
static bool insert_node(bl_graph *g, size_t at)
{
    if (!bl_grow((void **)&g->nodes, &g->capacity, g->count, sizeof *g->nodes))
        return false;
    memmove(g->nodes + at + 1, g->nodes + at, (g->count - at) * sizeof *g->nodes);
    g->nodes[at] = (bl_node){ 0 };
    g->count++;
    for (size_t id = 0; id < g->count; id++)
        for (size_t i = 0; id != at && i < g->nodes[id].input_count; i++)
            if (g->nodes[id].inputs[i] >= at)
                g->nodes[id].inputs[i]++;
    return true;
}

/* What remains of the input for those who read it, and the knobs, become slices of the wider input. */
static bool make_slice_of_input(bl_node *node, size_t first, size_t channels, const char *name)
{
    if (!node->name)
        node->name = bl_strdup(name);
    bl_node_id *inputs = bl_calloc(1, sizeof *inputs);
    if (!node->name || !inputs) {
        free(inputs);
        return false;
    }
    free(node->inputs);
    node->kind = BL_NODE_SLICE;
    node->channels = channels;
    node->input_count = 1;
    node->inputs = inputs;
    node->u.first = first;
    return true;
}

void bl_graph_params_to_inputs(bl_graph *g)
{
    if (g->status || !g->count)
        return;
    const size_t audio = g->nodes[0].channels;
    bool ok = insert_node(g, 1) && make_slice_of_input(&g->nodes[1], 0, audio, "audio");
    for (size_t id = 2; ok && id < g->count; id++) {
        bl_node *node = &g->nodes[id];
        for (size_t i = 0; i < node->input_count; i++)
            if (node->inputs[i] == 0)
                node->inputs[i] = 1;
        if (node->kind == BL_NODE_PARAM)
            ok = make_slice_of_input(node, g->nodes[0].channels++, 1, node->name);
    }
    if (!ok)
        fail_no_mem(g);
}
