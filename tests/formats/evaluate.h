/* Runs a graph on a short signal: one node after the other, in double precision, from zero history. As plain
 * as can be, because tests of loaders believe it. */
#ifndef BL_TESTS_FORMATS_EVALUATE_H
#define BL_TESTS_FORMATS_EVALUATE_H

#include "model/model.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a node puts out: [channels][frames]. */
typedef struct evaluated {
    double *values;
    size_t frames;
} evaluated;

static inline double evaluate_fast_tanh(double x)
{
    const double ax = fabs(x), x2 = x * x;
    return x * (2.45550750702956 + 2.45550750702956 * ax + (0.893229853513558 + 0.821226666969744 * ax) * x2) /
           (2.44506634652299 + (2.44506634652299 + x2) * fabs(x + 0.814642734961073 * x * ax));
}

static inline double evaluate_activation(bl_activation act, double x)
{
    const double a = (double)act.a, b = (double)act.b, c = (double)act.c, d = (double)act.d;
    switch (act.kind) {
    case BL_ACT_LINEAR: return x;
    case BL_ACT_TANH: return tanh(x);
    case BL_ACT_SIGMOID: return 1.0 / (1.0 + exp(-x));
    case BL_ACT_RELU: return x > 0.0 ? x : 0.0;
    case BL_ACT_LEAKY_RELU: return x > 0.0 ? x : a * x;
    case BL_ACT_SOFTSIGN: return x / (1.0 + fabs(x));
    case BL_ACT_SILU: return x / (1.0 + exp(-x));
    case BL_ACT_HARDTANH: return fmin(fmax(x, a), b);
    case BL_ACT_HARDSWISH: return x * fmin(fmax(x + 3.0, 0.0), 6.0) / 6.0;
    case BL_ACT_HARDSIGMOID: return fmin(fmax(x / 6.0 + 0.5, 0.0), 1.0);
    case BL_ACT_LEAKY_HARDTANH: return x < a ? (x - a) * c + a : x > b ? (x - b) * d + b : x;
    case BL_ACT_FAST_TANH: return evaluate_fast_tanh(x);
    case BL_ACT_ELU: return x > 0.0 ? x : a * expm1(x);
    case BL_ACT_SELU: return 1.0507009873554805 * (x > 0.0 ? x : 1.6732632423543772 * expm1(x));
    case BL_ACT_GELU: return 0.5 * x * (1.0 + erf(x / sqrt(2.0)));
    case BL_ACT_SOFTPLUS: return x > 30.0 ? x : log1p(exp(x));
    case BL_ACT_EXP: return exp(x);
    case BL_ACT_COUNT: break;
    }
    assert(!"a known activation");
    return NAN;
}

static inline void evaluate_conv(const bl_conv1d_params *c, evaluated y, evaluated x)
{
    const size_t in = c->in_channels / c->groups, out = c->out_channels / c->groups;
    for (size_t o = 0; o < c->out_channels; o++)
        for (size_t t = 0; t < y.frames; t++) {
            double sum = c->bias ? (double)c->bias[o] : 0.0;
            for (size_t k = 0; k < c->kernel; k++) {
                const ptrdiff_t at = (ptrdiff_t)(t * c->stride + k * c->dilation) - c->pad_left;
                for (size_t i = 0; i < in && at >= 0 && at < (ptrdiff_t)x.frames; i++)
                    sum += (double)c->weight[(o * in + i) * c->kernel + k] *
                           x.values[(o / out * in + i) * x.frames + (size_t)at];
            }
            y.values[o * y.frames + t] = sum;
        }
}

static inline void evaluate_conv_transpose(const bl_conv1d_params *c, evaluated y, evaluated x)
{
    const size_t in = c->in_channels / c->groups, out = c->out_channels / c->groups;
    for (size_t o = 0; o < c->out_channels; o++)
        for (size_t t = 0; t < y.frames; t++)
            y.values[o * y.frames + t] = c->bias ? (double)c->bias[o] : 0.0;
    for (size_t i = 0; i < c->in_channels; i++)
        for (size_t t = 0; t < x.frames; t++)
            for (size_t o = 0; o < out; o++)
                for (size_t k = 0; k < c->kernel; k++) {
                    const ptrdiff_t at = (ptrdiff_t)(t * c->stride + k * c->dilation) - c->pad_left;
                    if (at >= 0 && at < (ptrdiff_t)y.frames)
                        y.values[(i / in * out + o) * y.frames + (size_t)at] +=
                            (double)c->weight[(i * out + o) * c->kernel + k] * x.values[i * x.frames + t];
                }
}

/* weight [rows][n] times x plus what is there. */
static inline void evaluate_product(double *y, const float *weight, const double *x, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n; i++)
            y[r] += (double)weight[r * n + i] * x[i];
}

static inline double evaluate_sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* One frame; z holds W x + bias and is overwritten, h and c are the state. */
static inline void evaluate_lstm_cell(const bl_recurrent_params *p, double *z, double *h, double *c)
{
    const size_t n = p->hidden;
    evaluate_product(z, p->weight_hh, h, 4 * n, n);
    for (size_t i = 0; i < n; i++) {
        c[i] = evaluate_sigmoid(z[n + i]) * c[i] + evaluate_sigmoid(z[i]) * tanh(z[2 * n + i]);
        h[i] = evaluate_sigmoid(z[3 * n + i]) * tanh(c[i]);
    }
}

static inline void evaluate_gru_cell(const bl_recurrent_params *p, double *z, double *h, double *u)
{
    const size_t n = p->hidden;
    memset(u, 0, 3 * n * sizeof *u);
    evaluate_product(u, p->weight_hh, h, 3 * n, n);
    for (size_t i = 0; i < n; i++) {
        const double r = evaluate_sigmoid(z[i] + u[i]), update = evaluate_sigmoid(z[n + i] + u[n + i]);
        const double fresh = tanh(z[2 * n + i] + r * (u[2 * n + i] + (double)p->bias_hh_n[i]));
        h[i] = (1.0 - update) * fresh + update * h[i];
    }
}

static inline void evaluate_recurrent(bl_node_kind kind, const bl_recurrent_params *p, evaluated y, evaluated x)
{
    const size_t n = p->hidden, in = p->in_channels, gates = kind == BL_NODE_LSTM ? 4 : 3;
    double *memory = calloc(n + 2 * 4 * n + in, sizeof *memory);
    assert(memory);
    double *h = memory, *z = h + n, *other = z + 4 * n, *frame = other + 4 * n;
    for (size_t i = 0; i < n; i++) {
        h[i] = (double)p->h0[i];
        other[i] = p->c0 ? (double)p->c0[i] : 0.0;
    }
    for (size_t t = 0; t < x.frames; t++) {
        for (size_t i = 0; i < in; i++)
            frame[i] = x.values[i * x.frames + t];
        for (size_t i = 0; i < gates * n; i++)
            z[i] = (double)p->bias[i];
        evaluate_product(z, p->weight_ih, frame, gates * n, in);
        if (kind == BL_NODE_LSTM)
            evaluate_lstm_cell(p, z, h, other);
        else
            evaluate_gru_cell(p, z, h, other);
        for (size_t i = 0; i < n; i++)
            y.values[i * y.frames + t] = h[i];
    }
    free(memory);
}

static inline void evaluate_softmax(size_t channels, evaluated y, evaluated x)
{
    for (size_t t = 0; t < x.frames; t++) {
        double top = -INFINITY, sum = 0.0;
        for (size_t i = 0; i < channels; i++)
            top = fmax(top, x.values[i * x.frames + t]);
        for (size_t i = 0; i < channels; i++)
            sum += exp(x.values[i * x.frames + t] - top);
        for (size_t i = 0; i < channels; i++)
            y.values[i * y.frames + t] = exp(x.values[i * x.frames + t] - top) / sum;
    }
}

static inline double evaluate_pair(const bl_node *node, double x, double y)
{
    const double b =
        node->kind == BL_NODE_GATE || node->kind == BL_NODE_BLEND ? evaluate_activation(node->u.gate.b, y) : 0.0;
    switch (node->kind) {
    case BL_NODE_ADD: return x + y;
    case BL_NODE_MUL: return x * y;
    case BL_NODE_GATE: return evaluate_activation(node->u.gate.a, x) * b;
    default: assert(node->kind == BL_NODE_BLEND); return b * evaluate_activation(node->u.gate.a, x) + (1.0 - b) * x;
    }
}

/* Value t of a channel of a node that has one input and works on each of its values. */
static inline double evaluate_single(const bl_node *node, evaluated x, size_t channel, size_t t)
{
    const size_t first = node->kind == BL_NODE_SLICE ? node->u.first : 0;
    const double *row = x.values + (first + channel) * x.frames;
    switch (node->kind) {
    case BL_NODE_ACTIVATION: return evaluate_activation(node->u.act, row[t]);
    case BL_NODE_PRELU: return row[t] > 0.0 ? row[t] : (double)node->u.slopes[channel] * row[t];
    case BL_NODE_SCALE: return (double)node->u.factor * row[t];
    case BL_NODE_UPSAMPLE: return row[t / node->u.repeat];
    case BL_NODE_PAD: {
        const ptrdiff_t at = (ptrdiff_t)t - node->u.pad.left;
        return at >= 0 && at < (ptrdiff_t)x.frames ? row[at] : 0.0;
    }
    default: return row[t];
    }
}

/* Frames of a node whose first input has that many. */
static inline size_t evaluate_frames(const bl_node *node, size_t x)
{
    const bl_conv1d_params *c = &node->u.conv;
    const ptrdiff_t span = (ptrdiff_t)((c->kernel - 1) * c->dilation + 1), n = (ptrdiff_t)x;
    ptrdiff_t frames = n;
    switch (node->kind) {
    case BL_NODE_CONV1D:
        frames = n + c->pad_left + c->pad_right - span;
        frames = frames < 0 ? 0 : frames / (ptrdiff_t)c->stride + 1;
        break;
    case BL_NODE_CONV_TRANSPOSE1D:
        frames = (n - 1) * (ptrdiff_t)c->stride + span - c->pad_left - c->pad_right;
        break;
    case BL_NODE_PAD: frames = n + node->u.pad.left + node->u.pad.right; break;
    case BL_NODE_UPSAMPLE: frames = n * (ptrdiff_t)node->u.repeat; break;
    default: break;
    }
    return frames < 0 ? 0 : (size_t)frames;
}

static inline void evaluate_concat(const bl_node *node, const evaluated *all, const bl_graph *g, evaluated y)
{
    double *to = y.values;
    for (size_t i = 0; i < node->input_count; i++) {
        const evaluated x = all[node->inputs[i]];
        assert(x.frames >= y.frames);
        for (size_t c = 0; c < g->nodes[node->inputs[i]].channels; c++)
            for (size_t t = 0; t < y.frames; t++)
                *to++ = x.values[c * x.frames + t];
    }
}

static inline void evaluate_each(const bl_node *node, const evaluated *all, evaluated y)
{
    const evaluated x = all[node->inputs[0]];
    const evaluated other = node->input_count > 1 ? all[node->inputs[1]] : x;
    for (size_t c = 0; c < node->channels; c++)
        for (size_t t = 0; t < y.frames; t++)
            y.values[c * y.frames + t] = node->input_count > 1 ? evaluate_pair(node, x.values[c * x.frames + t],
                                                                               other.values[c * other.frames + t])
                                                               : evaluate_single(node, x, c, t);
}

static inline void evaluate_node(const bl_graph *g, size_t id, evaluated *all, const double *in)
{
    const bl_node *node = &g->nodes[id];
    const evaluated y = all[id], x = node->input_count ? all[node->inputs[0]] : y;
    switch (node->kind) {
    case BL_NODE_INPUT: memcpy(y.values, in, node->channels * y.frames * sizeof *in); break;
    case BL_NODE_PARAM:
        for (size_t t = 0; t < y.frames; t++)
            y.values[t] = (double)node->u.param.initial;
        break;
    case BL_NODE_CONV1D: evaluate_conv(&node->u.conv, y, x); break;
    case BL_NODE_CONV_TRANSPOSE1D: evaluate_conv_transpose(&node->u.conv, y, x); break;
    case BL_NODE_LSTM:
    case BL_NODE_GRU: evaluate_recurrent(node->kind, &node->u.rnn, y, x); break;
    case BL_NODE_SOFTMAX: evaluate_softmax(node->channels, y, x); break;
    case BL_NODE_CONCAT: evaluate_concat(node, all, g, y); break;
    default: evaluate_each(node, all, y);
    }
}

/* A knob has as many frames as are asked of it; where signals meet the shortest decides. */
static inline size_t evaluate_length(const bl_graph *g, const evaluated *all, size_t id, size_t frames)
{
    const bl_node *node = &g->nodes[id];
    size_t shortest = node->input_count ? SIZE_MAX : frames;
    for (size_t i = 0; i < node->input_count; i++)
        if (all[node->inputs[i]].frames < shortest)
            shortest = all[node->inputs[i]].frames;
    return evaluate_frames(node, shortest);
}

/* in is [in channels][frames]; the result, [out channels][frames of the output], is the caller's to free. */
static inline double *evaluate(const bl_model *model, const double *in, size_t frames)
{
    const bl_graph *g = &model->graph;
    evaluated *all = calloc(g->count, sizeof *all);
    assert(all);
    for (size_t id = 0; id < g->count; id++) {
        all[id].frames = evaluate_length(g, all, id, frames);
        all[id].values = calloc(g->nodes[id].channels * all[id].frames + 1, sizeof *all[id].values);
        assert(all[id].values);
        evaluate_node(g, id, all, in);
    }
    double *out = all[g->count - 1].values;
    for (size_t id = 0; id + 1 < g->count; id++)
        free(all[id].values);
    free(all);
    return out;
}

#endif
