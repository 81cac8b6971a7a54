#include "graph_oracle.h"

#include <backline/conv1d.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Frames by which a knob outlives the input: no network of the tests adds as many. */
#define KNOB_TAIL 16384

/* A node's value: [channels][length]. */
typedef struct signal {
    float *x;
    size_t channels, length;
} signal;

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double fast_tanh(double x)
{
    const double ax = fabs(x), x2 = x * x;
    return x * (2.45550750702956 + 2.45550750702956 * ax + (0.893229853513558 + 0.821226666969744 * ax) * x2) /
           (2.44506634652299 + (2.44506634652299 + x2) * fabs(x + 0.814642734961073 * x * ax));
}

/* Written so that a NaN stays one. */
static double activate(bl_activation act, double x)
{
    const double a = (double)act.a, b = (double)act.b, c = (double)act.c, d = (double)act.d;
    switch (act.kind) {
    case BL_ACT_LINEAR: return x;
    case BL_ACT_TANH: return tanh(x);
    case BL_ACT_SIGMOID: return sigmoid(x);
    case BL_ACT_RELU: return x < 0 ? 0 : x;
    case BL_ACT_LEAKY_RELU: return x < 0 ? a * x : x;
    case BL_ACT_SOFTSIGN: return x / (1 + fabs(x));
    case BL_ACT_SILU: return x * sigmoid(x);
    case BL_ACT_HARDTANH: return clip(x, a, b);
    case BL_ACT_HARDSWISH: return x * clip(x + 3, 0, 6) / 6;
    case BL_ACT_HARDSIGMOID: return clip(x / 6 + 0.5, 0, 1);
    case BL_ACT_LEAKY_HARDTANH: return x < a ? (x - a) * c + a : x > b ? (x - b) * d + b : x;
    case BL_ACT_FAST_TANH: return fast_tanh(x);
    case BL_ACT_ELU: return x < 0 ? a * expm1(x) : x;
    case BL_ACT_SELU: return 1.0507009873554805 * (x < 0 ? 1.6732632423543772 * expm1(x) : x);
    case BL_ACT_GELU: return x * 0.5 * erfc(-x * 0.7071067811865476);
    case BL_ACT_SOFTPLUS: return (x < 0 ? 0 : x) + log1p(exp(-fabs(x)));
    case BL_ACT_EXP: return exp(x);
    case BL_ACT_COUNT: break;
    }
    return NAN;
}

/* ---- lengths ---- */

static size_t not_negative(ptrdiff_t n)
{
    return n > 0 ? (size_t)n : 0;
}

/* How long a node's value is, for a shortest input of `frames` frames. */
static size_t length_of(const bl_node *node, size_t frames)
{
    const bl_conv1d_params *c = &node->u.conv;
    const ptrdiff_t n = (ptrdiff_t)frames, span = (ptrdiff_t)((c->kernel - 1) * c->dilation) + 1;
    if (!frames)
        return 0;
    switch (node->kind) {
    case BL_NODE_CONV1D: {
        const ptrdiff_t spare = n + c->pad_left + c->pad_right - span;
        return spare < 0 ? 0 : (size_t)spare / c->stride + 1;
    }
    case BL_NODE_CONV_TRANSPOSE1D:
        return not_negative((n - 1) * (ptrdiff_t)c->stride + span - c->pad_left - c->pad_right);
    case BL_NODE_PAD: return not_negative(n + node->u.pad.left + node->u.pad.right);
    case BL_NODE_UPSAMPLE: return frames * node->u.repeat;
    default: return frames;
    }
}

/* ---- layers that reach over time; y has its length and zeros ---- */

/* bl_conv1d() refuses an input that is shorter than the kernel's span; there is no output then. */
static bool convolve(const bl_conv1d_params *p, signal y, signal x)
{
    const bl_conv1d_desc desc = { .batch = 1,
                                  .in_channels = p->in_channels,
                                  .length = x.length,
                                  .out_channels = p->out_channels,
                                  .kernel = p->kernel,
                                  .stride = p->stride,
                                  .dilation = p->dilation,
                                  .groups = p->groups,
                                  .padding = BL_CONV1D_PAD_EXPLICIT,
                                  .pad_left = (size_t)p->pad_left,
                                  .pad_right = (size_t)p->pad_right };
    bl_error error;
    if (!y.length || !bl_conv1d(y.x, x.x, p->weight, p->bias, &desc, &error))
        return true;
    fprintf(stderr, "graph_oracle: %s\n", error.text);
    return false;
}

/* One row of output: every input frame adds its kernel at t * stride, counted before the cut. */
static void transpose_row(const bl_conv1d_params *p, double *y, size_t length, signal x, size_t o)
{
    const size_t in = p->in_channels / p->groups, out = p->out_channels / p->groups, group = o / out;
    for (size_t t = 0; t < length; t++)
        y[t] = p->bias ? (double)p->bias[o] : 0.0;
    for (size_t i = group * in; i < (group + 1) * in; i++)
        for (size_t t = 0; t < x.length; t++)
            for (size_t k = 0; k < p->kernel; k++) {
                const ptrdiff_t at = (ptrdiff_t)(t * p->stride + k * p->dilation) - p->pad_left;
                if (at >= 0 && at < (ptrdiff_t)length)
                    y[at] += (double)p->weight[(i * out + o % out) * p->kernel + k] * (double)x.x[i * x.length + t];
            }
}

static bool transpose(const bl_conv1d_params *p, signal y, signal x)
{
    double *row = calloc(y.length + 1, sizeof *row);
    for (size_t o = 0; row && o < y.channels; o++) {
        transpose_row(p, row, y.length, x, o);
        for (size_t t = 0; t < y.length; t++)
            y.x[o * y.length + t] = (float)row[t];
    }
    free(row);
    return row != NULL;
}

static void pad(const bl_node *node, signal y, signal x)
{
    for (size_t c = 0; c < y.channels; c++)
        for (size_t t = 0; t < y.length; t++) {
            const ptrdiff_t from = (ptrdiff_t)t - node->u.pad.left;
            if (from >= 0 && from < (ptrdiff_t)x.length)
                y.x[c * y.length + t] = x.x[c * x.length + (size_t)from];
        }
}

static double dot(const float *w, const double *v, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)w[i] * v[i];
    return sum;
}

static void lstm_step(const bl_recurrent_params *r, const double *v, double *h, double *c, double *z)
{
    const size_t n = r->hidden;
    for (size_t row = 0; row < 4 * n; row++)
        z[row] = dot(r->weight_ih + row * r->in_channels, v, r->in_channels) + dot(r->weight_hh + row * n, h, n) +
                 (double)r->bias[row];
    for (size_t i = 0; i < n; i++) {
        c[i] = sigmoid(z[n + i]) * c[i] + sigmoid(z[i]) * tanh(z[2 * n + i]);
        h[i] = sigmoid(z[3 * n + i]) * tanh(c[i]);
    }
}

static void gru_step(const bl_recurrent_params *r, const double *v, double *h, double *zh, double *z)
{
    const size_t n = r->hidden;
    for (size_t row = 0; row < 3 * n; row++) {
        z[row] = dot(r->weight_ih + row * r->in_channels, v, r->in_channels) + (double)r->bias[row];
        zh[row] = dot(r->weight_hh + row * n, h, n);
    }
    for (size_t i = 0; i < n; i++) {
        const double reset = sigmoid(z[i] + zh[i]), keep = sigmoid(z[n + i] + zh[n + i]);
        const double new = tanh(z[2 * n + i] + reset * (zh[2 * n + i] + (double)r->bias_hh_n[i]));
        h[i] = (1 - keep) * new + keep *h[i];
    }
}

static bool recur(const bl_node *node, signal y, signal x)
{
    const bl_recurrent_params *r = &node->u.rnn;
    const size_t n = r->hidden;
    double *memory = calloc(r->in_channels + 8 * n, sizeof *memory);
    double *v = memory, *h = v + r->in_channels, *more = h + n, *z = more + 3 * n;
    for (size_t i = 0; memory && i < n; i++) {
        h[i] = (double)r->h0[i];
        more[i] = r->c0 ? (double)r->c0[i] : 0.0;
    }
    for (size_t t = 0; memory && t < x.length; t++) {
        for (size_t i = 0; i < x.channels; i++)
            v[i] = (double)x.x[i * x.length + t];
        if (node->kind == BL_NODE_LSTM)
            lstm_step(r, v, h, more, z);
        else
            gru_step(r, v, h, more, z);
        for (size_t i = 0; i < n; i++)
            y.x[i * y.length + t] = (float)h[i];
    }
    free(memory);
    return memory != NULL;
}

/* ---- layers that compute frame by frame ---- */

static void softmax(signal y, signal x)
{
    for (size_t t = 0; t < y.length; t++) {
        double largest = (double)x.x[t], sum = 0.0;
        for (size_t c = 1; c < x.channels; c++)
            largest = fmax(largest, (double)x.x[c * x.length + t]);
        for (size_t c = 0; c < x.channels; c++)
            sum += exp((double)x.x[c * x.length + t] - largest);
        for (size_t c = 0; c < x.channels; c++)
            y.x[c * y.length + t] = (float)(exp((double)x.x[c * x.length + t] - largest) / sum);
    }
}

static double blend(bl_activation act, double gain, double x)
{
    return gain * activate(act, x) + (1 - gain) * x;
}

/* One value from those of the inputs at the same place. */
static double combine(const bl_node *node, size_t channel, double a, double b)
{
    switch (node->kind) {
    case BL_NODE_ACTIVATION: return activate(node->u.act, a);
    case BL_NODE_PRELU: return a < 0 ? (double)node->u.slopes[channel] * a : a;
    case BL_NODE_GATE: return activate(node->u.gate.a, a) * activate(node->u.gate.b, b);
    case BL_NODE_BLEND: return blend(node->u.gate.a, activate(node->u.gate.b, b), a);
    case BL_NODE_ADD: return a + b;
    case BL_NODE_MUL: return a * b;
    case BL_NODE_SCALE: return (double)node->u.factor * a;
    default: return a;
    }
}

static void combine_all(const bl_node *node, signal y, signal a, signal b)
{
    for (size_t c = 0; c < y.channels; c++)
        for (size_t t = 0; t < y.length; t++)
            y.x[c * y.length + t] =
                (float)combine(node, c, (double)a.x[c * a.length + t], b.x ? (double)b.x[c * b.length + t] : 0.0);
}

static void copy_rows(signal y, size_t first, signal x, size_t from, size_t channels)
{
    for (size_t c = 0; c < channels; c++)
        memcpy(y.x + (first + c) * y.length, x.x + (from + c) * x.length, y.length * sizeof *y.x);
}

static bool evaluate(const bl_node *node, signal y, const signal *values)
{
    const signal a = node->input_count ? values[node->inputs[0]] : y;
    const signal b = node->input_count > 1 ? values[node->inputs[1]] : (signal){ 0 };
    switch (node->kind) {
    case BL_NODE_CONV1D: return convolve(&node->u.conv, y, a);
    case BL_NODE_CONV_TRANSPOSE1D: return transpose(&node->u.conv, y, a);
    case BL_NODE_LSTM:
    case BL_NODE_GRU: return recur(node, y, a);
    case BL_NODE_PAD: pad(node, y, a); return true;
    case BL_NODE_SOFTMAX: softmax(y, a); return true;
    case BL_NODE_SLICE: copy_rows(y, 0, a, node->u.first, y.channels); return true;
    case BL_NODE_CONCAT:
        for (size_t i = 0, first = 0; i < node->input_count; first += values[node->inputs[i++]].channels)
            copy_rows(y, first, values[node->inputs[i]], 0, values[node->inputs[i]].channels);
        return true;
    case BL_NODE_UPSAMPLE:
        for (size_t i = 0; i < y.channels * y.length; i++)
            y.x[i] = a.x[i / node->u.repeat];
        return true;
    case BL_NODE_PARAM:
        for (size_t t = 0; t < y.length; t++)
            y.x[t] = node->u.param.initial;
        return true;
    default: combine_all(node, y, a, b); return true;
    }
}

/* ---- the whole graph ---- */

static size_t shortest_input(const bl_node *node, const signal *values)
{
    size_t shortest = SIZE_MAX;
    for (size_t i = 0; i < node->input_count; i++)
        if (values[node->inputs[i]].length < shortest)
            shortest = values[node->inputs[i]].length;
    return shortest;
}

static bool evaluate_node(const bl_node *node, signal *values, size_t id, const float *in, size_t frames)
{
    size_t length = node->kind == BL_NODE_PARAM ? frames + KNOB_TAIL : frames;
    if (node->input_count)
        length = length_of(node, shortest_input(node, values));
    signal *y = &values[id];
    *y = (signal){ calloc(node->channels * length + 1, sizeof *y->x), node->channels, length };
    if (!y->x)
        return false;
    if (node->kind != BL_NODE_INPUT)
        return evaluate(node, *y, values);
    memcpy(y->x, in, node->channels * length * sizeof *in);
    return true;
}

bool graph_oracle_raw(const bl_graph *g, const float *in, size_t frames, graph_answer *answer)
{
    signal *values = calloc(g->count, sizeof *values);
    bool good = values != NULL;
    *answer = (graph_answer){ 0 };
    for (size_t id = 0; good && id < g->count; id++) {
        good = evaluate_node(&g->nodes[id], values, id, in, frames);
        for (size_t i = 0; good && i < values[id].channels * values[id].length; i++)
            answer->peak = fmax(answer->peak, fabs((double)values[id].x[i]));
    }
    if (good) {
        answer->out = values[g->count - 1].x;
        answer->frames = values[g->count - 1].length;
        values[g->count - 1].x = NULL;
    }
    for (size_t id = 0; values && id < g->count; id++)
        free(values[id].x);
    free(values);
    return good;
}

bool graph_oracle(const bl_graph *g, const float *in, size_t frames, graph_answer *answer)
{
    const size_t count = g->nodes[0].channels * frames;
    float *clean = calloc(count + 1, sizeof *clean);
    for (size_t i = 0; clean && i < count; i++)
        clean[i] = isfinite(in[i]) ? in[i] : 0.0f;
    const bool good = clean && graph_oracle_raw(g, clean, frames, answer);
    free(clean);
    return good;
}
