/* Runs a graph on a short signal: one node after the other, in double precision, from zero history. As plain
 * as can be, because tests of loaders believe it. */
#ifndef BL_TESTS_FORMATS_EVALUATE_H
#define BL_TESTS_FORMATS_EVALUATE_H

#include "model/model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static inline double evaluate_activation(bl_activation act, double x)
{
    switch (act.kind) {
    case BL_ACT_TANH: return tanh(x);
    case BL_ACT_SIGMOID: return 1.0 / (1.0 + exp(-x));
    case BL_ACT_RELU: return x > 0.0 ? x : 0.0;
    case BL_ACT_LEAKY_RELU: return x > 0.0 ? x : (double)act.slope * x;
    case BL_ACT_SOFTSIGN: return x / (1.0 + fabs(x));
    default: assert(act.kind == BL_ACT_LINEAR); return x;
    }
}

/* y and x are [channels][frames]. */
static inline void evaluate_conv(const bl_conv1d_params *c, double *y, const double *x, size_t frames)
{
    const size_t in = c->in_channels / c->groups, out = c->out_channels / c->groups;
    for (size_t o = 0; o < c->out_channels; o++)
        for (size_t t = 0; t < frames; t++)
            y[o * frames + t] = c->bias ? (double)c->bias[o] : 0.0;
    for (size_t o = 0; o < c->out_channels; o++)
        for (size_t i = 0; i < in; i++)
            for (size_t k = 0; k < c->kernel; k++) {
                const double w = (double)c->weight[(o * in + i) * c->kernel + k];
                const double *from = x + (o / out * in + i) * frames;
                const size_t back = (c->kernel - 1 - k) * c->dilation;
                for (size_t t = back; t < frames; t++)
                    y[o * frames + t] += w * from[t - back];
            }
}

static inline double evaluate_pair(const bl_node *node, double a, double b)
{
    switch (node->kind) {
    case BL_NODE_ADD: return a + b;
    case BL_NODE_MUL: return a * b;
    default:
        assert(node->kind == BL_NODE_GATE);
        return evaluate_activation(node->u.gate.a, a) * evaluate_activation(node->u.gate.b, b);
    }
}

static inline void evaluate_node(const bl_graph *g, size_t id, double **values, const double *in, size_t frames)
{
    const bl_node *node = &g->nodes[id];
    const size_t n = node->channels * frames;
    double *y = values[id];
    const double *x = node->input_count ? values[node->inputs[0]] : in;
    switch (node->kind) {
    case BL_NODE_CONV1D: evaluate_conv(&node->u.conv, y, x, frames); break;
    case BL_NODE_CONCAT:
        for (size_t i = 0; i < node->input_count; i++)
            for (size_t k = 0; k < g->nodes[node->inputs[i]].channels * frames; k++)
                *y++ = values[node->inputs[i]][k];
        break;
    case BL_NODE_INPUT:
    case BL_NODE_OUTPUT:
    case BL_NODE_ACTIVATION:
    case BL_NODE_SCALE:
    case BL_NODE_SLICE:
        for (size_t k = 0; k < n; k++)
            y[k] = node->kind == BL_NODE_ACTIVATION ? evaluate_activation(node->u.act, x[k])
                   : node->kind == BL_NODE_SCALE    ? (double)node->u.factor * x[k]
                   : node->kind == BL_NODE_SLICE    ? x[node->u.first * frames + k]
                                                    : x[k];
        break;
    default:
        for (size_t k = 0; k < n; k++)
            y[k] = evaluate_pair(node, x[k], values[node->inputs[1]][k]);
    }
}

/* in is [in channels][frames]; the result, [out channels][frames], is the caller's to free. */
static inline double *evaluate(const bl_model *model, const double *in, size_t frames)
{
    const bl_graph *g = &model->graph;
    double **values = calloc(g->count, sizeof *values);
    assert(values);
    for (size_t id = 0; id < g->count; id++) {
        values[id] = calloc(g->nodes[id].channels * frames + 1, sizeof **values);
        assert(values[id]);
        evaluate_node(g, id, values, in, frames);
    }
    double *out = values[g->count - 1];
    for (size_t id = 0; id + 1 < g->count; id++)
        free(values[id]);
    free(values);
    return out;
}

#endif
