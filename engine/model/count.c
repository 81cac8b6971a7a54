/* What can be counted on a graph without running it. */
#include "base/alloc.h"
#include "base/fail.h"
#include "model/graph.h"
#include "model/limits.h"
#include "model/timing.h"

#include <stdlib.h>

/* Frames first .. last of a signal; none where first > last. */
typedef struct span {
    ptrdiff_t first, last;
} span;

static const span nothing = { PTRDIFF_MAX, PTRDIFF_MIN };

static ptrdiff_t floor_div(ptrdiff_t a, ptrdiff_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* The input frames that frames `out` of a node depend on. */
static span needed_by(const bl_node *node, span out)
{
    const bl_conv1d_params *c = &node->u.conv;
    const ptrdiff_t stride = (ptrdiff_t)c->stride;
    switch (node->kind) {
    case BL_NODE_CONV1D:
        return (span){ out.first * stride - c->pad_left,
                       out.last * stride - c->pad_left + (ptrdiff_t)((c->kernel - 1) * c->dilation) };
    case BL_NODE_CONV_TRANSPOSE1D:
        return (span){ -floor_div(-(out.first + c->pad_left - (ptrdiff_t)((c->kernel - 1) * c->dilation)), stride),
                       floor_div(out.last + c->pad_left, stride) };
    case BL_NODE_UPSAMPLE:
        return (span){ floor_div(out.first, (ptrdiff_t)node->u.repeat),
                       floor_div(out.last, (ptrdiff_t)node->u.repeat) };
    case BL_NODE_PAD: return (span){ out.first - node->u.pad.left, out.last - node->u.pad.left };
    default: return out;
    }
}

/* Input frames that output frame t depends on. spans has room for every node. */
static span trace_back(const bl_graph *g, ptrdiff_t t, span *spans)
{
    for (size_t id = 0; id < g->count; id++)
        spans[id] = nothing;
    spans[g->count - 1] = (span){ t, t };
    for (size_t id = g->count; id-- > 0;) {
        if (spans[id].first > spans[id].last)
            continue;
        const span need = needed_by(&g->nodes[id], spans[id]);
        for (size_t i = 0; i < g->nodes[id].input_count && need.first <= need.last; i++) {
            span *in = &spans[g->nodes[id].inputs[i]];
            in->first = need.first < in->first ? need.first : in->first;
            in->last = need.last > in->last ? need.last : in->last;
        }
    }
    return spans[0];
}

/* Output frames differ in what they depend on only within one period of the strides. */
static size_t period(const bl_graph *g)
{
    size_t frames = 1;
    for (size_t id = 0; id < g->count; id++)
        if (g->nodes[id].kind == BL_NODE_CONV1D && frames <= BL_MAX_GRANULARITY)
            frames *= g->nodes[id].u.conv.stride;
    return frames < BL_MAX_GRANULARITY ? frames : BL_MAX_GRANULARITY;
}

static bool remembers_everything(const bl_graph *g)
{
    for (size_t id = 0; id < g->count; id++)
        if (g->nodes[id].kind == BL_NODE_LSTM || g->nodes[id].kind == BL_NODE_GRU)
            return true;
    return false;
}

bl_status bl_graph_receptive_field(const bl_graph *g, size_t *field, bl_error *error)
{
    span *spans = bl_calloc(g->count, sizeof *spans);
    if (!spans)
        return bl_fail_no_mem(error);
    ptrdiff_t longest = 1;
    for (size_t t = 0; t < period(g); t++) {
        const span in = trace_back(g, (ptrdiff_t)t, spans);
        if (in.first <= in.last && in.last - in.first + 1 > longest)
            longest = in.last - in.first + 1;
    }
    free(spans);
    if (longest > (ptrdiff_t)BL_MAX_RECEPTIVE_FIELD)
        return bl_fail(error, BL_ERR_LIMIT, "The network looks over more than %u samples, the limit.",
                       BL_MAX_RECEPTIVE_FIELD);
    *field = remembers_everything(g) ? 0 : (size_t)longest;
    return BL_OK;
}

static uint64_t conv_weights(const bl_conv1d_params *c)
{
    return (uint64_t)c->out_channels * (c->in_channels / c->groups) * c->kernel;
}

uint64_t bl_node_macs(const bl_node *node)
{
    const bl_recurrent_params *r = &node->u.rnn;
    switch (node->kind) {
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D: return conv_weights(&node->u.conv);
    case BL_NODE_LSTM: return 4 * (uint64_t)r->hidden * (r->in_channels + r->hidden);
    case BL_NODE_GRU: return 3 * (uint64_t)r->hidden * (r->in_channels + r->hidden);
    default: return 0;
    }
}

uint64_t bl_node_parameters(const bl_node *node)
{
    const bl_recurrent_params *r = &node->u.rnn;
    switch (node->kind) {
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D:
        return conv_weights(&node->u.conv) + (node->u.conv.bias ? node->u.conv.out_channels : 0);
    case BL_NODE_LSTM: return bl_node_macs(node) + 6 * (uint64_t)r->hidden; /* biases, initial state */
    case BL_NODE_GRU: return bl_node_macs(node) + 5 * (uint64_t)r->hidden;
    case BL_NODE_PRELU: return node->channels;
    case BL_NODE_SCALE: return 1;
    default: return 0;
    }
}

/* Behind a stride a node runs for every so-many-th sample only; rounded up. */
uint64_t bl_graph_macs(const bl_graph *g, const bl_timing *timing)
{
    double macs = 0;
    for (size_t id = 0; id < g->count; id++) {
        /* A transposed convolution multiplies once per input frame and weight. */
        const bl_node *node = &g->nodes[id];
        const bl_timing *t = &timing[node->kind == BL_NODE_CONV_TRANSPOSE1D ? node->inputs[0] : id];
        macs += (double)bl_node_macs(node) * (double)t->up / (double)t->down;
    }
    return (uint64_t)(macs + 0.5);
}

uint64_t bl_graph_parameters(const bl_graph *g)
{
    uint64_t parameters = 0;
    for (size_t id = 0; id < g->count; id++)
        parameters += bl_node_parameters(&g->nodes[id]);
    return parameters;
}
