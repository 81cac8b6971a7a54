/* From nodes to operations: finds what matters, then lowers node by node. */
#include "plan/lowering.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- which nodes matter, and which disappear into others ---- */

static void find_uses(bl_lowering *l)
{
    l->uses[l->g->count - 1].live = true;
    for (size_t id = l->g->count; id-- > 0;) {
        const bl_node *node = &l->g->nodes[id];
        for (size_t i = 0; l->uses[id].live && i < node->input_count; i++) {
            bl_node_use *input = &l->uses[node->inputs[i]];
            input->live = true;
            input->count++;
            input->consumer = (bl_node_id)id;
        }
    }
    l->uses[0].live = true; /* also a network that ignores its input has one */
}

/* Convolutions that one sum may absorb, and so the depth to which affine.c follows them. */
#define MOST_TERMS 32

static void classify(bl_lowering *l, size_t id)
{
    const bl_node *node = &l->g->nodes[id];
    bl_node_use *use = &l->uses[id];
    if (node->kind == BL_NODE_CONV1D) {
        use->affine = use->pure = true;
        use->terms = 1;
    } else if (node->kind == BL_NODE_SCALE) {
        use->affine = use->pure = l->uses[node->inputs[0]].absorbed;
        use->terms = l->uses[node->inputs[0]].terms + 1;
    } else if (node->kind == BL_NODE_ADD) {
        const bl_node_use *a = &l->uses[node->inputs[0]], *b = &l->uses[node->inputs[1]];
        use->affine = a->absorbed || b->absorbed;
        use->pure = a->absorbed && a->pure && b->absorbed && b->pure;
        use->terms = a->terms + b->terms;
    }
    if (use->count == 1) {
        const bl_node_kind consumer = l->g->nodes[use->consumer].kind;
        /* One with other summands stays: a chain of skip connections must not pile up into one operation at
         * its end, but be added to where each of its values is made. */
        use->absorbed =
            (consumer == BL_NODE_ADD || consumer == BL_NODE_SCALE) && use->pure && use->terms <= MOST_TERMS;
    }
}

/* ---- nodes ---- */

static void lower_elementwise(bl_lowering *l, bl_node_id id, bl_op op)
{
    const bl_node *node = &l->g->nodes[id];
    const bl_view *a = &l->views[node->inputs[0]];
    if (node->input_count == 2)
        bl_add_elementwise(l, op, a, bl_join_delay(l, id, 0), &l->views[node->inputs[1]], bl_join_delay(l, id, 1));
    else
        bl_add_elementwise(l, op, a, 0, NULL, 0);
}

static void lower_prelu(bl_lowering *l, bl_node_id id, bl_op op)
{
    const bl_node *node = &l->g->nodes[id];
    op.weights = l->p->weight_count;
    for (size_t i = 0; i < node->channels; i++)
        bl_add_weight(l, node->u.slopes[i]);
    lower_elementwise(l, id, op);
}

/* The maximum over the channels is taken within one operation, so they have to lie in one piece. */
static void lower_softmax(bl_lowering *l, bl_node_id id, bl_op op)
{
    op.kind = BL_OP_MAP;
    lower_elementwise(l, id, op);
    op.kind = BL_OP_SOFTMAX;
    op.a = op.out;
    bl_add_op(l, op);
}

static void lower_param(bl_lowering *l, bl_node_id id, bl_op op)
{
    bl_program *p = l->p;
    op.index = p->param_count;
    if (!bl_grow((void **)&p->params, &p->param_capacity, p->param_count, sizeof *p->params))
        l->no_mem = true;
    else
        p->params[p->param_count++] = l->g->nodes[id].u.param;
    bl_add_op(l, op);
}

/* Every frame `repeat` times: as many equal phases, joined. */
static void lower_upsample(bl_lowering *l, bl_node_id id, bl_op op)
{
    const bl_node *node = &l->g->nodes[id];
    const bl_timing *t = &l->timing[node->inputs[0]];
    const size_t repeat = node->u.repeat;
    const bl_segment phases = bl_add_buffer(l, id, node->channels * repeat, t->up, t->down);
    bl_op copy = bl_make_op(BL_OP_MAP, phases);
    copy.out.channels = node->channels;
    for (size_t i = 0; i < repeat; i++, copy.out.first += node->channels)
        bl_add_elementwise(l, copy, &l->views[node->inputs[0]], 0, NULL, 0);
    op.kind = BL_OP_JOIN;
    op.a = phases;
    op.period = repeat;
    bl_add_op(l, op);
}

/* Signals of different length are cut to the shortest where it matters what stands behind their end. */
static bool concat_is_a_view(const bl_lowering *l, bl_node_id id)
{
    const bl_node *node = &l->g->nodes[id];
    for (size_t i = 1; i < node->input_count; i++)
        if (l->timing[node->inputs[i]].as_long_as != l->timing[node->inputs[0]].as_long_as)
            return !l->timing[id].padded;
    return true;
}

/* The inputs' channels, each as late as the latest. */
static void append_inputs(bl_lowering *l, bl_node_id id, bl_view *view)
{
    const bl_node *node = &l->g->nodes[id];
    for (size_t i = 0; i < node->input_count; i++)
        bl_view_append_range(l, view, &l->views[node->inputs[i]], 0, SIZE_MAX, bl_join_delay(l, id, i));
}

static void lower_concat(bl_lowering *l, bl_node_id id, bl_op op)
{
    bl_view pieces = { 0 };
    append_inputs(l, id, &pieces);
    if (!l->no_mem)
        bl_add_elementwise(l, op, &pieces, 0, NULL, 0);
    free(pieces.segments);
}

/* Zeros before a signal are there already, in its past. What is cut, and what is appended where the network
 * looks ahead, has to become zero, which takes a buffer of its own. */
static bool pad_is_a_view(const bl_lowering *l, const bl_node *node)
{
    return node->u.pad.left >= 0 && (node->u.pad.right >= 0 || !l->p->masks);
}

static size_t pad_delay(const bl_lowering *l, bl_node_id id)
{
    const bl_node *node = &l->g->nodes[id];
    const ptrdiff_t delay =
        (ptrdiff_t)l->timing[id].latency + node->u.pad.left - (ptrdiff_t)l->timing[node->inputs[0]].latency;
    return (size_t)delay; /* timing.c has made it at least 0 */
}

static void lower_into_buffer(bl_lowering *l, bl_node_id id, bl_segment out)
{
    const bl_node *node = &l->g->nodes[id];
    bl_op op = bl_make_op(BL_OP_MAP, out);
    switch (node->kind) {
    case BL_NODE_CONV1D: bl_lower_affine(l, id, out); return;
    case BL_NODE_CONV_TRANSPOSE1D: bl_lower_transposed(l, id, out); return;
    case BL_NODE_LSTM:
    case BL_NODE_GRU: bl_lower_recurrent(l, id, out); return;
    case BL_NODE_UPSAMPLE: lower_upsample(l, id, op); return;
    case BL_NODE_CONCAT: lower_concat(l, id, op); return;
    case BL_NODE_PAD: bl_add_elementwise(l, op, &l->views[node->inputs[0]], pad_delay(l, id), NULL, 0); return;
    case BL_NODE_SOFTMAX: lower_softmax(l, id, op); return;
    case BL_NODE_PARAM:
        op.kind = BL_OP_PARAM;
        lower_param(l, id, op);
        return;
    case BL_NODE_PRELU:
        op.kind = BL_OP_PRELU;
        lower_prelu(l, id, op);
        return;
    case BL_NODE_ACTIVATION: op.act_a = node->u.act; break;
    case BL_NODE_GATE:
    case BL_NODE_BLEND:
        op.kind = node->kind == BL_NODE_GATE ? BL_OP_GATE : BL_OP_BLEND;
        op.act_a = node->u.gate.a;
        op.act_b = node->u.gate.b;
        break;
    case BL_NODE_ADD: op.kind = BL_OP_ADD; break;
    case BL_NODE_MUL: op.kind = BL_OP_MUL; break;
    case BL_NODE_SCALE:
        op.kind = BL_OP_SCALE;
        op.factor = node->u.factor;
        break;
    default: return; /* the input is filled from outside */
    }
    if (l->uses[id].affine)
        bl_lower_affine(l, id, out);
    else
        lower_elementwise(l, id, op);
}

static void lower_node(bl_lowering *l, bl_node_id id)
{
    const bl_node *node = &l->g->nodes[id];
    bl_view *view = &l->views[id];
    const bool copy = node->kind == BL_NODE_ACTIVATION && node->u.act.kind == BL_ACT_LINEAR;
    if ((node->kind == BL_NODE_CONCAT && concat_is_a_view(l, id)) || node->kind == BL_NODE_OUTPUT || copy) {
        append_inputs(l, id, view);
    } else if (node->kind == BL_NODE_SLICE) {
        bl_view_append_range(l, view, &l->views[node->inputs[0]], node->u.first, node->channels, 0);
    } else if (node->kind == BL_NODE_PAD && pad_is_a_view(l, node)) {
        bl_view_append_range(l, view, &l->views[node->inputs[0]], 0, SIZE_MAX, pad_delay(l, id));
    } else {
        const bl_segment out = bl_add_node_buffer(l, id);
        bl_view_append(l, view, out);
        if (!l->no_mem)
            lower_into_buffer(l, id, out);
    }
}

/* ---- the whole network ---- */

/* What a stream needs to know how long each signal is. */
static void keep_lengths(bl_lowering *l)
{
    bl_program *p = l->p;
    const bl_graph *g = l->g;
    size_t inputs = 0;
    for (size_t id = 0; id < g->count; id++)
        inputs += g->nodes[id].input_count;
    p->rules = bl_calloc(g->count, sizeof *p->rules);
    p->kinds = bl_calloc(g->count, sizeof *p->kinds);
    p->first_input = bl_calloc(g->count + 1, sizeof *p->first_input);
    p->inputs = bl_calloc(inputs, sizeof *p->inputs);
    if (!p->rules || !p->kinds || !p->first_input || !p->inputs) {
        l->no_mem = true;
        return;
    }
    for (size_t id = 0; id < g->count; id++) {
        const bl_node *node = &g->nodes[id];
        p->rules[id] = bl_length_rule_of(node);
        p->kinds[id] = node->kind;
        p->first_input[id + 1] = p->first_input[id] + node->input_count;
        for (size_t i = 0; i < node->input_count; i++)
            p->inputs[p->first_input[id] + i] = node->inputs[i];
    }
    p->node_count = g->count;
}

static void find_times(bl_lowering *l)
{
    bl_program *p = l->p;
    p->granularity = bl_graph_granularity(l->g, l->timing);
    p->run_frames = p->granularity >= BL_MAX_RUN ? p->granularity : BL_MAX_RUN / p->granularity * p->granularity;
    p->latency = l->timing[l->g->count - 1].latency;
    /* In networks that do not look ahead nothing is heard of what stands before a first or after a last frame. */
    for (size_t id = 0; id < l->g->count; id++)
        p->masks |= l->timing[id].latency > 0 || l->timing[id].padded;
    if (p->masks)
        keep_lengths(l);
}

static void lower_all(bl_lowering *l)
{
    find_uses(l);
    for (size_t id = 0; id < l->g->count; id++)
        classify(l, id);
    find_times(l);
    for (size_t id = 0; id < l->g->count && !l->no_mem; id++)
        if ((l->uses[id].live || l->g->nodes[id].kind == BL_NODE_PARAM) && !l->uses[id].absorbed)
            lower_node(l, (bl_node_id)id);
    bl_view *last = &l->views[l->g->count - 1];
    l->p->outputs = last->segments;
    l->p->output_count = last->count;
    *last = (bl_view){ 0 };
    l->p->input_channels = l->g->nodes[0].channels;
    l->p->output_channels = l->g->nodes[l->g->count - 1].channels;
}

/* Kernels load some weights as whole, aligned vectors. */
static bool align_weights(bl_program *p)
{
    float *aligned = bl_aligned_calloc(p->weight_count * sizeof *aligned);
    if (aligned && p->weight_count)
        memcpy(aligned, p->weights, p->weight_count * sizeof *aligned);
    free(p->weights);
    p->weights = aligned;
    return aligned != NULL;
}

bl_status bl_lower(const bl_graph *g, const bl_kernels *kernels, bl_program *p, bl_error *error)
{
    bl_lowering l = { .g = g, .p = p, .kernels = kernels };
    *p = (bl_program){ 0 };
    l.uses = bl_calloc(g->count, sizeof *l.uses);
    l.views = bl_calloc(g->count, sizeof *l.views);
    l.timing = bl_calloc(g->count, sizeof *l.timing);
    l.no_mem = !l.uses || !l.views || !l.timing;
    bl_status status = l.no_mem ? BL_ERR_NO_MEM : bl_graph_timing(g, l.timing, error);
    if (!status)
        lower_all(&l);
    for (size_t id = 0; l.views && id < g->count; id++)
        free(l.views[id].segments);
    free(l.views);
    free(l.uses);
    free(l.timing);
    if (status && !l.no_mem)
        return status;
    if (!align_weights(p) || l.no_mem) {
        bl_program_free(p);
        if (l.too_large)
            return bl_fail(
                error, BL_ERR_LIMIT,
                "The network falls into more than %u pieces, or %u packed weights, the limits of a plan.",
                BL_MAX_PLAN_PIECES, BL_MAX_PLAN_WEIGHTS);
        return bl_fail_no_mem(error);
    }
    return BL_OK;
}

void bl_program_free(bl_program *p)
{
    free(p->buffers);
    free(p->ops);
    free(p->sources);
    free(p->tiles);
    free(p->recurrent);
    free(p->params);
    free(p->outputs);
    free(p->rings);
    free(p->rules);
    free(p->kinds);
    free(p->first_input);
    free(p->inputs);
    bl_aligned_free(p->weights);
    *p = (bl_program){ 0 };
}
