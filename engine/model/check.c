/* Validate once, then trust: after bl_graph_check() the plan and the streams only assert. */
#include "base/alloc.h"
#include "base/fail.h"
#include "model/graph.h"
#include "model/limits.h"
#include "model/timing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "node 7 (layers.0.conv)" begins every sentence. */
#define WHERE "Node %zu (%s)"

static bool all_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

static bl_status fail_not_finite(const bl_node *node, size_t id, bl_error *error)
{
    return bl_fail(error, BL_ERR_FORMAT, WHERE " has a weight that is not a finite float32 number.", id,
                   node->name);
}

static bl_status check_conv(const bl_node *node, size_t id, bl_error *error)
{
    const bl_conv1d_params *c = &node->u.conv;
    const size_t weights = c->out_channels / c->groups * c->in_channels * c->kernel;
    if (!all_finite(c->weight, weights) || (c->bias && !all_finite(c->bias, c->out_channels)))
        return fail_not_finite(node, id, error);
    const ptrdiff_t most = (ptrdiff_t)BL_MAX_RECEPTIVE_FIELD;
    const bool negative = node->kind == BL_NODE_CONV1D && (c->pad_left < 0 || c->pad_right < 0);
    if (negative || c->pad_left < -most || c->pad_left > most || c->pad_right < -most || c->pad_right > most)
        return bl_fail(error, BL_ERR_LIMIT, WHERE " has a padding of %td and %td frames, which is not possible.",
                       id, node->name, c->pad_left, c->pad_right);
    return BL_OK;
}

static bl_status check_recurrent(const bl_node *node, size_t id, bl_error *error)
{
    const bl_recurrent_params *r = &node->u.rnn;
    const size_t hidden = r->hidden, rows = hidden * (node->kind == BL_NODE_LSTM ? 4 : 3);
    const float *const last = node->kind == BL_NODE_LSTM ? r->c0 : r->bias_hh_n;
    if (!all_finite(r->weight_ih, rows * r->in_channels) || !all_finite(r->weight_hh, rows * hidden) ||
        !all_finite(r->bias, rows) || !all_finite(r->h0, hidden) || !all_finite(last, hidden))
        return fail_not_finite(node, id, error);
    return BL_OK;
}

static bl_status check_param(const bl_graph *g, size_t id, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    const bl_param_params *p = &node->u.param;
    if (!isfinite(p->minimum) || !isfinite(p->maximum) || !(p->minimum <= p->initial && p->initial <= p->maximum))
        return bl_fail(error, BL_ERR_FORMAT, WHERE " is a knob from %g to %g that starts at %g.", id, node->name,
                       (double)p->minimum, (double)p->maximum, (double)p->initial);
    size_t knobs = 1;
    for (size_t i = 0; i < id; i++) {
        if (g->nodes[i].kind != BL_NODE_PARAM)
            continue;
        if (!strcmp(g->nodes[i].name, node->name))
            return bl_fail(error, BL_ERR_FORMAT, WHERE " is a knob with a name that another one has.", id,
                           node->name);
        knobs++;
    }
    if (knobs > BL_MAX_PARAMS)
        return bl_fail(error, BL_ERR_LIMIT, "The network has more than %u knobs, the limit.", BL_MAX_PARAMS);
    return BL_OK;
}

static bl_status check_activation(const bl_node *node, size_t id, bl_activation act, bl_error *error)
{
    if ((unsigned)act.kind >= BL_ACT_COUNT)
        return bl_fail(error, BL_ERR_ARGUMENT, WHERE " has an activation of unknown kind %d.", id, node->name,
                       (int)act.kind);
    if (!isfinite(act.a) || !isfinite(act.b) || !isfinite(act.c) || !isfinite(act.d))
        return bl_fail(error, BL_ERR_FORMAT,
                       WHERE " has an activation with a parameter that is not a finite number.", id, node->name);
    return BL_OK;
}

static bl_status check_pad(const bl_node *node, size_t id, bl_error *error)
{
    const ptrdiff_t left = node->u.pad.left, right = node->u.pad.right, most = (ptrdiff_t)BL_MAX_RECEPTIVE_FIELD;
    if (left < -most || left > most || right < -most || right > most)
        return bl_fail(error, BL_ERR_LIMIT, WHERE " pads with %td and %td frames; the limit is %td.", id,
                       node->name, left, right, most);
    return BL_OK;
}

static bl_status check_pair(const bl_graph *g, size_t id, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    const size_t a = g->nodes[node->inputs[0]].channels, b = g->nodes[node->inputs[1]].channels;
    if (a != b)
        return bl_fail(error, BL_ERR_FORMAT, WHERE " joins %zu channels with %zu; both must be equal.", id,
                       node->name, a, b);
    return BL_OK;
}

static bl_status check_kind(const bl_graph *g, size_t id, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    bl_status status;
    switch (node->kind) {
    case BL_NODE_PARAM: return check_param(g, id, error);
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D: return check_conv(node, id, error);
    case BL_NODE_LSTM:
    case BL_NODE_GRU: return check_recurrent(node, id, error);
    case BL_NODE_PRELU:
        return all_finite(node->u.slopes, node->channels) ? BL_OK : fail_not_finite(node, id, error);
    case BL_NODE_PAD: return check_pad(node, id, error);
    case BL_NODE_UPSAMPLE:
        if (!node->u.repeat || node->u.repeat > BL_MAX_STRIDE)
            return bl_fail(error, BL_ERR_LIMIT, WHERE " repeats every frame %zu times; 1 to %u are possible.", id,
                           node->name, node->u.repeat, BL_MAX_STRIDE);
        return BL_OK;
    case BL_NODE_ACTIVATION: return check_activation(node, id, node->u.act, error);
    case BL_NODE_GATE:
    case BL_NODE_BLEND:
        if ((status = check_activation(node, id, node->u.gate.a, error)) ||
            (status = check_activation(node, id, node->u.gate.b, error)))
            return status;
        return check_pair(g, id, error);
    case BL_NODE_ADD:
    case BL_NODE_MUL: return check_pair(g, id, error);
    case BL_NODE_SCALE:
        if (!isfinite(node->u.factor))
            return bl_fail(error, BL_ERR_FORMAT, WHERE " has a factor that is not a finite number.", id,
                           node->name);
        return BL_OK;
    case BL_NODE_SLICE: {
        const size_t available = g->nodes[node->inputs[0]].channels;
        if (node->u.first > available || node->channels > available - node->u.first)
            return bl_fail(error, BL_ERR_FORMAT, WHERE " takes channels %zu..%zu of %zu.", id, node->name,
                           node->u.first, node->u.first + node->channels - 1, available);
        return BL_OK;
    }
    case BL_NODE_INPUT:
    case BL_NODE_OUTPUT:
    case BL_NODE_SOFTMAX:
    case BL_NODE_CONCAT: return BL_OK;
    }
    return bl_fail(error, BL_ERR_ARGUMENT, WHERE " is of unknown kind %d.", id, node->name, (int)node->kind);
}

static bl_status check_node(const bl_graph *g, size_t id, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    if (!node->channels || node->channels > BL_MAX_CHANNELS)
        return bl_fail(error, BL_ERR_LIMIT, WHERE " has %zu channels; 1 to %u are possible.", id, node->name,
                       node->channels, BL_MAX_CHANNELS);
    if ((node->kind == BL_NODE_INPUT) != (id == 0) || (node->kind == BL_NODE_OUTPUT) != (id == g->count - 1))
        return bl_fail(error, BL_ERR_ARGUMENT,
                       WHERE " stands in the wrong place: the input comes first, the output last, once each.", id,
                       node->name);
    return check_kind(g, id, error);
}

/* Rates that fit, and a reach into past and future that is bearable. */
static bl_status check_times(const bl_graph *g, bl_error *error)
{
    bl_timing *timing = bl_calloc(g->count, sizeof *timing);
    if (!timing)
        return bl_fail_no_mem(error);
    size_t field;
    bl_status status = bl_graph_timing(g, timing, error);
    if (!status)
        status = bl_graph_receptive_field(g, &field, error);
    if (!status && bl_graph_granularity(g, timing) > BL_MAX_GRANULARITY)
        status = bl_fail(error, BL_ERR_LIMIT, "The strides of the network multiply to more than %u, the limit.",
                         BL_MAX_GRANULARITY);
    free(timing);
    return status;
}

bl_status bl_graph_check(const bl_graph *g, bl_error *error)
{
    if (g->status)
        return bl_fail(error, g->status, "%s", g->error.text);
    if (g->count < 2)
        return bl_fail(error, BL_ERR_FORMAT, "The network is empty.");
    for (size_t id = 0; id < g->count; id++) {
        bl_status status = check_node(g, id, error);
        if (status)
            return status;
    }
    const uint64_t values = bl_graph_parameters(g);
    if (values > BL_MAX_PARAMETERS)
        return bl_fail(error, BL_ERR_LIMIT, "The network has %llu parameters; the limit is %u.",
                       (unsigned long long)values, BL_MAX_PARAMETERS);
    return check_times(g, error);
}
