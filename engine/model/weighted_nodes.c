/* Nodes that own weights, and what these are bounded by. */
#include "model/append.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"

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
        bl_graph_fail_no_mem(g);
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
        return bl_graph_last(g);
    bl_conv1d_params *conv = &node->u.conv;
    *conv = (bl_conv1d_params){ .in_channels = g->nodes[x].channels,
                                .out_channels = shape->out_channels,
                                .kernel = at_least_one(shape->kernel),
                                .dilation = at_least_one(shape->dilation),
                                .groups = at_least_one(shape->groups),
                                .stride = at_least_one(shape->stride) };
    node->channels = shape->out_channels;
    if (!allocate_conv(g, conv, shape->bias))
        return bl_graph_last(g);
    const bool causal = node->kind == BL_NODE_CONV1D && !shape->padded;
    conv->pad_left = causal ? (ptrdiff_t)((conv->kernel - 1) * conv->dilation) : shape->pad_left;
    conv->pad_right = causal ? 0 : shape->pad_right;
    *params = conv;
    return bl_graph_last(g);
}

bl_node_id bl_graph_conv1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape, bl_conv1d_params **params,
                           const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_CONV1D, &x, 1, name, args);
    va_end(args);
    return fill_conv(g, node, x, shape, params);
}

bl_node_id bl_graph_conv_transpose1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape,
                                     bl_conv1d_params **params, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_CONV_TRANSPOSE1D, &x, 1, name, args);
    va_end(args);
    return fill_conv(g, node, x, shape, params);
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
    bl_graph_fail_no_mem(g);
    return false;
}

static bl_node_id fill_recurrent(bl_graph *g, bl_node *node, bl_node_id x, size_t hidden,
                                 bl_recurrent_params **params)
{
    *params = NULL;
    if (!node)
        return bl_graph_last(g);
    node->channels = hidden;
    node->u.rnn = (bl_recurrent_params){ .in_channels = g->nodes[x].channels, .hidden = hidden };
    if (allocate_recurrent(g, node->kind, &node->u.rnn))
        *params = &node->u.rnn;
    return bl_graph_last(g);
}

bl_node_id bl_graph_lstm(bl_graph *g, bl_node_id x, size_t hidden, bl_recurrent_params **params, const char *name,
                         ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_LSTM, &x, 1, name, args);
    va_end(args);
    return fill_recurrent(g, node, x, hidden, params);
}

bl_node_id bl_graph_gru(bl_graph *g, bl_node_id x, size_t hidden, bl_recurrent_params **params, const char *name,
                        ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_GRU, &x, 1, name, args);
    va_end(args);
    return fill_recurrent(g, node, x, hidden, params);
}

bl_node_id bl_graph_prelu(bl_graph *g, bl_node_id x, float **slopes, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    bl_node *node = bl_graph_append(g, BL_NODE_PRELU, &x, 1, name, args);
    va_end(args);
    *slopes = NULL;
    if (!node)
        return bl_graph_last(g);
    node->channels = g->nodes[x].channels;
    *slopes = node->u.slopes = bl_calloc(node->channels, sizeof(float));
    if (!*slopes)
        bl_graph_fail_no_mem(g);
    return bl_graph_last(g);
}
