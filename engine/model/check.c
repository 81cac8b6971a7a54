/* Validate once, then trust: after bl_graph_check() the plan and the streams only assert. */
#include "base/fail.h"
#include "model/graph.h"
#include "model/limits.h"

#include <math.h>

/* "node 7 (layers.0.conv)" begins every sentence. */
#define WHERE "Node %zu (%s)"

static bool all_finite(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return false;
    return true;
}

static bl_status check_conv(const bl_graph *g, size_t id, bl_error *error)
{
    const bl_node *node = &g->nodes[id];
    const bl_conv1d_params *c = &node->u.conv;
    const size_t weights = c->out_channels * (c->in_channels / c->groups) * c->kernel;
    if (!all_finite(c->weight, weights) || (c->bias && !all_finite(c->bias, c->out_channels)))
        return bl_fail(error, BL_ERR_FORMAT, WHERE " has a weight that is not a finite float32 number.", id,
                       node->name);
    return BL_OK;
}

static bl_status check_activation(const bl_node *node, size_t id, bl_activation act, bl_error *error)
{
    if ((unsigned)act.kind >= BL_ACT_COUNT)
        return bl_fail(error, BL_ERR_ARGUMENT, WHERE " has an activation of unknown kind %d.", id, node->name,
                       (int)act.kind);
    if (act.kind == BL_ACT_LEAKY_RELU && !isfinite(act.slope))
        return bl_fail(error, BL_ERR_FORMAT, WHERE " has a slope that is not a finite number.", id, node->name);
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
    case BL_NODE_CONV1D: return check_conv(g, id, error);
    case BL_NODE_ACTIVATION: return check_activation(node, id, node->u.act, error);
    case BL_NODE_GATE:
        if ((status = check_activation(node, id, node->u.gate.a, error)) ||
            (status = check_activation(node, id, node->u.gate.b, error)))
            return status;
        return check_pair(g, id, error);
    case BL_NODE_ADD:
    case BL_NODE_MUL: return check_pair(g, id, error);
    case BL_NODE_SCALE:
        if (!isfinite(node->u.factor))
            return bl_fail(error, BL_ERR_FORMAT, WHERE " has a factor that is not a finite number.", id, node->name);
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
    if (values > BL_MAX_VALUES)
        return bl_fail(error, BL_ERR_LIMIT, "The network has %llu parameters; the limit is %u.",
                       (unsigned long long)values, BL_MAX_VALUES);
    size_t field;
    return bl_graph_receptive_field(g, &field, error);
}
