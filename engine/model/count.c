/* What can be counted on a graph without running it. */
#include "base/alloc.h"
#include "base/fail.h"
#include "model/graph.h"
#include "model/limits.h"

#include <stdlib.h>

/* Largest number of past samples that a node's output depends on; saturates above the limit, so that no
 * chain of dilations can overflow it. */
static size_t past_of(const bl_graph *g, const size_t *past, size_t id)
{
    const bl_node *node = &g->nodes[id];
    size_t longest = 0;
    for (size_t i = 0; i < node->input_count; i++)
        if (past[node->inputs[i]] > longest)
            longest = past[node->inputs[i]];
    if (node->kind == BL_NODE_CONV1D) {
        uint64_t reach = (uint64_t)(node->u.conv.kernel - 1) * node->u.conv.dilation;
        longest = reach + longest > BL_MAX_RECEPTIVE_FIELD ? BL_MAX_RECEPTIVE_FIELD : (size_t)(reach + longest);
    }
    return longest;
}

bl_status bl_graph_receptive_field(const bl_graph *g, size_t *field, bl_error *error)
{
    size_t *past = bl_calloc(g->count, sizeof *past);
    if (!past)
        return bl_fail_no_mem(error);
    for (size_t id = 0; id < g->count; id++)
        past[id] = past_of(g, past, id);
    *field = past[g->count - 1] + 1;
    free(past);
    if (*field > BL_MAX_RECEPTIVE_FIELD)
        return bl_fail(error, BL_ERR_LIMIT, "The network looks back over more than %u samples, the limit.",
                       BL_MAX_RECEPTIVE_FIELD);
    return BL_OK;
}

static uint64_t conv_weights(const bl_conv1d_params *c)
{
    return (uint64_t)c->out_channels * (c->in_channels / c->groups) * c->kernel;
}

uint64_t bl_graph_macs(const bl_graph *g)
{
    uint64_t macs = 0;
    for (size_t id = 0; id < g->count; id++)
        if (g->nodes[id].kind == BL_NODE_CONV1D)
            macs += conv_weights(&g->nodes[id].u.conv);
    return macs;
}

uint64_t bl_graph_parameters(const bl_graph *g)
{
    uint64_t parameters = 0;
    for (size_t id = 0; id < g->count; id++) {
        const bl_node *node = &g->nodes[id];
        if (node->kind == BL_NODE_CONV1D)
            parameters += conv_weights(&node->u.conv) + (node->u.conv.bias ? node->u.conv.out_channels : 0);
        if (node->kind == BL_NODE_SCALE)
            parameters++;
    }
    return parameters;
}
