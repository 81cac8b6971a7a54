#include "graph_oracle.h"

#include <backline/conv1d.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double activate(bl_activation act, double x)
{
    switch (act.kind) {
    case BL_ACT_LINEAR: return x;
    case BL_ACT_TANH: return tanh(x);
    case BL_ACT_SIGMOID: return 1.0 / (1.0 + exp(-x));
    case BL_ACT_RELU: return x > 0.0 ? x : 0.0;
    case BL_ACT_LEAKY_RELU: return x > 0.0 ? x : act.slope * x;
    case BL_ACT_SOFTSIGN: return x / (1.0 + fabs(x));
    case BL_ACT_COUNT: break;
    }
    return NAN;
}

static bool convolve(const bl_conv1d_params *p, float *y, const float *x, size_t frames)
{
    const bl_conv1d_desc desc = { .batch = 1,
                                  .in_channels = p->in_channels,
                                  .length = frames,
                                  .out_channels = p->out_channels,
                                  .kernel = p->kernel,
                                  .stride = 1,
                                  .dilation = p->dilation,
                                  .groups = p->groups,
                                  .padding = BL_CONV1D_PAD_EXPLICIT,
                                  .pad_left = p->dilation * (p->kernel - 1) };
    bl_error error;
    if (!bl_conv1d(y, x, p->weight, p->bias, &desc, &error))
        return true;
    fprintf(stderr, "graph_oracle: %s\n", error.text);
    return false;
}

/* y and the inputs are [channels][frames]; the channels of most nodes do not hear each other. */
static bool evaluate(const bl_graph *g, const bl_node *node, float *y, float *const *values, size_t frames)
{
    const float *a = values[node->inputs[0]];
    const float *b = node->input_count > 1 ? values[node->inputs[1]] : NULL;
    const size_t count = node->channels * frames;
    switch (node->kind) {
    case BL_NODE_CONV1D: return convolve(&node->u.conv, y, a, frames);
    case BL_NODE_OUTPUT: memcpy(y, a, count * sizeof *y); return true;
    case BL_NODE_SLICE: memcpy(y, a + node->u.first * frames, count * sizeof *y); return true;
    case BL_NODE_CONCAT:
        for (size_t i = 0; i < node->input_count; i++) {
            const size_t part = g->nodes[node->inputs[i]].channels * frames;
            memcpy(y, values[node->inputs[i]], part * sizeof *y);
            y += part;
        }
        return true;
    case BL_NODE_ACTIVATION:
        for (size_t i = 0; i < count; i++)
            y[i] = (float)activate(node->u.act, a[i]);
        return true;
    case BL_NODE_GATE:
        for (size_t i = 0; i < count; i++)
            y[i] = (float)(activate(node->u.gate.a, a[i]) * activate(node->u.gate.b, b[i]));
        return true;
    case BL_NODE_ADD:
        for (size_t i = 0; i < count; i++)
            y[i] = (float)((double)a[i] + b[i]);
        return true;
    case BL_NODE_MUL:
        for (size_t i = 0; i < count; i++)
            y[i] = (float)((double)a[i] * b[i]);
        return true;
    case BL_NODE_SCALE:
        for (size_t i = 0; i < count; i++)
            y[i] = (float)((double)node->u.factor * a[i]);
        return true;
    case BL_NODE_INPUT: break;
    }
    fprintf(stderr, "graph_oracle: a node of kind %d cannot be evaluated\n", (int)node->kind);
    return false;
}

bool graph_oracle(const bl_graph *g, float *out, const float *in, size_t frames, double *peak)
{
    float **values = calloc(g->count, sizeof *values);
    bool good = values != NULL;
    double most = 0.0;
    for (size_t id = 0; good && id < g->count; id++) {
        const bl_node *node = &g->nodes[id];
        const size_t count = node->channels * frames;
        float *y = values[id] = calloc(count + 1, sizeof *y);
        good = y != NULL;
        if (good && node->kind == BL_NODE_INPUT)
            for (size_t i = 0; i < count; i++)
                y[i] = isfinite(in[i]) ? in[i] : 0.0f;
        else
            good = good && evaluate(g, node, y, values, frames);
        for (size_t i = 0; good && i < count; i++)
            most = fmax(most, fabs((double)y[i]));
    }
    if (good) {
        memcpy(out, values[g->count - 1], g->nodes[g->count - 1].channels * frames * sizeof *out);
        if (peak)
            *peak = most;
    }
    for (size_t id = 0; values && id < g->count; id++)
        free(values[id]);
    free(values);
    return good;
}
