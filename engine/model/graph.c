#include "model/append.h"

#include "base/alloc.h"

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

void bl_graph_free_node(bl_node *node)
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
        bl_graph_free_node(&g->nodes[i]);
    free(g->nodes);
    bl_graph_init(g);
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
        bl_graph_fail_no_mem(g);
}
