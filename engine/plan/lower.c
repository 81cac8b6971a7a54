/* From nodes to operations.
 *
 * A convolution that only feeds a sum is not computed by itself: the sum becomes one affine operation with
 * the sources of all its convolutions ("absorbed"). A scale factor on top is folded into the weights. */
#include "base/alloc.h"
#include "base/fail.h"
#include "plan/ir.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a node before operations are made. */
typedef struct node_use {
    size_t count;        /* live nodes that read it, counting twice who reads it twice */
    bl_node_id consumer; /* one of them */
    bool live;           /* the output depends on it */
    bool affine;         /* a convolution, or a sum or multiple with an absorbed convolution */
    bool pure;           /* affine without any other summand */
    bool absorbed;       /* computed as a part of its consumer */
} node_use;

typedef struct lowering {
    const bl_graph *g;
    bl_program *p;
    size_t tile_rows, weight_capacity;
    node_use *uses;
    bl_view *views; /* of each node that has been lowered */
    bool no_mem;
} lowering;

/* One convolution inside an affine operation. */
typedef struct term {
    const bl_conv1d_params *conv;
    const bl_view *input;
    float factor;
} term;

/* The summands of an affine operation. */
typedef struct sum {
    term *terms;
    size_t term_count, term_capacity;
    bl_node_id *addends;
    size_t addend_count, addend_capacity;
} sum;

/* ---- which nodes matter, and which disappear into others ---- */

static void find_uses(lowering *l)
{
    l->uses[l->g->count - 1].live = true;
    for (size_t id = l->g->count; id-- > 0;) {
        const bl_node *node = &l->g->nodes[id];
        for (size_t i = 0; l->uses[id].live && i < node->input_count; i++) {
            node_use *input = &l->uses[node->inputs[i]];
            input->live = true;
            input->count++;
            input->consumer = (bl_node_id)id;
        }
    }
}

static void classify(lowering *l, size_t id)
{
    const bl_node *node = &l->g->nodes[id];
    node_use *use = &l->uses[id];
    if (node->kind == BL_NODE_CONV1D) {
        use->affine = use->pure = true;
    } else if (node->kind == BL_NODE_SCALE) {
        use->affine = use->pure = l->uses[node->inputs[0]].absorbed;
    } else if (node->kind == BL_NODE_ADD) {
        const node_use *a = &l->uses[node->inputs[0]], *b = &l->uses[node->inputs[1]];
        use->affine = a->absorbed || b->absorbed;
        use->pure = a->absorbed && a->pure && b->absorbed && b->pure;
    }
    if (use->count == 1) {
        const bl_node_kind consumer = l->g->nodes[use->consumer].kind;
        use->absorbed = (consumer == BL_NODE_ADD && use->affine) || (consumer == BL_NODE_SCALE && use->pure);
    }
}

/* ---- views ---- */

static bool view_append(lowering *l, bl_view *view, bl_segment segment)
{
    bl_segment *grown = realloc(view->segments, (view->count + 1) * sizeof *grown);
    if (!grown) {
        l->no_mem = true;
        return false;
    }
    view->segments = grown;
    view->segments[view->count++] = segment;
    return true;
}

/* Appends channels first .. first + channels - 1 of `from` to `view`. */
static void view_append_range(lowering *l, bl_view *view, const bl_view *from, size_t first, size_t channels)
{
    for (size_t i = 0; i < from->count && channels; i++) {
        bl_segment s = from->segments[i];
        if (first >= s.channels) {
            first -= s.channels;
            continue;
        }
        s.first += first;
        s.channels -= first;
        if (s.channels > channels)
            s.channels = channels;
        first = 0;
        channels -= s.channels;
        if (!view_append(l, view, s))
            return;
    }
}

/* ---- the growing program ---- */

/* A new buffer, as a segment of all its channels. */
static bl_segment add_buffer(lowering *l, size_t channels)
{
    bl_program *p = l->p;
    if (!bl_grow((void **)&p->buffers, &p->buffer_capacity, p->buffer_count, sizeof *p->buffers)) {
        l->no_mem = true;
        return (bl_segment){ 0, 0, channels };
    }
    p->buffers[p->buffer_count] = (bl_buffer){ .channels = channels };
    return (bl_segment){ (uint32_t)p->buffer_count++, 0, channels };
}

static void add_op(lowering *l, bl_op op)
{
    bl_program *p = l->p;
    if (!bl_grow((void **)&p->ops, &p->op_capacity, p->op_count, sizeof *p->ops))
        l->no_mem = true;
    else
        p->ops[p->op_count++] = op;
}

static void add_source(lowering *l, bl_segment rows, size_t delay)
{
    bl_program *p = l->p;
    if (!bl_grow((void **)&p->sources, &p->source_capacity, p->source_count, sizeof *p->sources))
        l->no_mem = true;
    else
        p->sources[p->source_count++] = (bl_source_ref){ rows, delay };
}

static void add_tile(lowering *l, bl_tile tile)
{
    bl_program *p = l->p;
    if (!bl_grow((void **)&p->tiles, &p->tile_capacity, p->tile_count, sizeof *p->tiles))
        l->no_mem = true;
    else
        p->tiles[p->tile_count++] = tile;
}

static void add_weight(lowering *l, float weight)
{
    bl_program *p = l->p;
    if (!bl_grow((void **)&p->weights, &l->weight_capacity, p->weight_count, sizeof *p->weights))
        l->no_mem = true;
    else
        p->weights[p->weight_count++] = weight;
}

static const bl_segment no_segment = { BL_NO_BUFFER, 0, 0 };

static bl_op make_op(bl_op_kind kind, bl_segment out)
{
    return (bl_op){ .kind = kind, .out = out, .a = no_segment, .b = no_segment, .addend = no_segment,
                    .sum = no_segment };
}

/* ---- affine operations ---- */

static void collect(lowering *l, sum *s, bl_node_id id, float factor)
{
    const bl_node *node = &l->g->nodes[id];
    if (node->kind == BL_NODE_CONV1D) {
        if (!bl_grow((void **)&s->terms, &s->term_capacity, s->term_count, sizeof *s->terms))
            l->no_mem = true;
        else
            s->terms[s->term_count++] = (term){ &node->u.conv, &l->views[node->inputs[0]], factor };
        return;
    }
    if (node->kind == BL_NODE_SCALE)
        factor *= node->u.factor;
    for (size_t i = 0; i < node->input_count; i++) {
        if (l->uses[node->inputs[i]].absorbed)
            collect(l, s, node->inputs[i], factor);
        else if (!bl_grow((void **)&s->addends, &s->addend_capacity, s->addend_count, sizeof *s->addends))
            l->no_mem = true;
        else
            s->addends[s->addend_count++] = node->inputs[i];
    }
}

/* First output row after `row` at which some term's group ends. */
static size_t group_end(const sum *s, size_t row, size_t rows)
{
    size_t end = rows;
    for (size_t i = 0; i < s->term_count; i++) {
        const size_t per_group = rows / s->terms[i].conv->groups;
        const size_t next = (row / per_group + 1) * per_group;
        if (next < end)
            end = next;
    }
    return end;
}

/* The rows that output rows of one region read: all taps of all terms, each in the region's group. */
static void add_region_sources(lowering *l, const sum *s, size_t row)
{
    for (size_t i = 0; i < s->term_count; i++) {
        const bl_conv1d_params *c = s->terms[i].conv;
        const size_t in = c->in_channels / c->groups, group = row / (c->out_channels / c->groups);
        bl_view rows = { 0 };
        view_append_range(l, &rows, s->terms[i].input, group * in, in);
        for (size_t k = 0; k < c->kernel; k++)
            for (size_t j = 0; j < rows.count; j++)
                add_source(l, rows.segments[j], (c->kernel - 1 - k) * c->dilation);
        free(rows.segments);
    }
}

/* Biases, then the weights in the order in which add_region_sources() lists the rows. */
static void add_tile_weights(lowering *l, const sum *s, size_t first_row, size_t rows)
{
    for (size_t o = first_row; o < first_row + rows; o++) {
        float bias = 0.0f;
        for (size_t i = 0; i < s->term_count; i++)
            if (s->terms[i].conv->bias)
                bias += s->terms[i].factor * s->terms[i].conv->bias[o];
        add_weight(l, bias);
    }
    for (size_t i = 0; i < s->term_count; i++) {
        const bl_conv1d_params *c = s->terms[i].conv;
        const size_t in = c->in_channels / c->groups;
        for (size_t k = 0; k < c->kernel; k++)
            for (size_t r = 0; r < in; r++)
                for (size_t o = first_row; o < first_row + rows; o++)
                    add_weight(l, s->terms[i].factor * c->weight[(o * in + r) * c->kernel + k]);
    }
}

static void add_region(lowering *l, const sum *s, size_t row, size_t end, size_t first_source)
{
    const size_t source = l->p->source_count;
    add_region_sources(l, s, row);
    const size_t sources = l->p->source_count - source;
    for (size_t tiles = (end - row + l->tile_rows - 1) / l->tile_rows; tiles && !l->no_mem; tiles--) {
        const size_t rows = (end - row + tiles - 1) / tiles; /* equal shares */
        add_tile(l, (bl_tile){ row, rows, source - first_source, sources, l->p->weight_count });
        add_tile_weights(l, s, row, rows);
        row += rows;
    }
}

/* out = a + b by as many operations as the views have common runs of channels. */
static void add_elementwise(lowering *l, bl_op op, const bl_view *a, const bl_view *b)
{
    const bl_segment out = op.out;
    for (size_t done = 0, ia = 0, ib = 0, ua = 0, ub = 0; done < out.channels && !l->no_mem;) {
        bl_segment sa = a->segments[ia];
        sa.first += ua;
        sa.channels -= ua;
        bl_segment sb = no_segment;
        size_t run = sa.channels;
        if (b) {
            sb = b->segments[ib];
            sb.first += ub;
            sb.channels -= ub;
            if (sb.channels < run)
                run = sb.channels;
            sb.channels = run;
            ub = ub + run == b->segments[ib].channels ? (ib++, 0) : ub + run;
        }
        sa.channels = run;
        ua = ua + run == a->segments[ia].channels ? (ia++, 0) : ua + run;
        op.a = sa;
        op.b = sb;
        op.out = (bl_segment){ out.buffer, out.first + done, run };
        add_op(l, op);
        done += run;
    }
}

/* The first summand that lies in one piece is added while the sums are stored, any further one after. */
static void add_affine(lowering *l, bl_node_id id, bl_segment out)
{
    sum s = { 0 };
    collect(l, &s, id, 1.0f);
    bl_op op = make_op(BL_OP_AFFINE, out);
    op.first_source = l->p->source_count;
    op.first_tile = l->p->tile_count;
    for (size_t row = 0, end; row < out.channels && !l->no_mem; row = end) {
        end = group_end(&s, row, out.channels);
        add_region(l, &s, row, end, op.first_source);
    }
    op.source_count = l->p->source_count - op.first_source;
    op.tile_count = l->p->tile_count - op.first_tile;
    if (op.source_count > l->p->max_sources)
        l->p->max_sources = op.source_count;
    size_t fused = s.addend_count;
    for (size_t i = 0; i < s.addend_count && fused == s.addend_count; i++)
        if (l->views[s.addends[i]].count == 1) {
            op.addend = l->views[s.addends[i]].segments[0];
            fused = i;
        }
    add_op(l, op);
    const bl_view sum_so_far = { &out, 1 };
    for (size_t i = 0; i < s.addend_count; i++)
        if (i != fused)
            add_elementwise(l, make_op(BL_OP_ADD, out), &sum_so_far, &l->views[s.addends[i]]);
    free(s.terms);
    free(s.addends);
}

/* ---- nodes ---- */

static void lower_elementwise(lowering *l, const bl_node *node, bl_segment out)
{
    const bl_view *a = &l->views[node->inputs[0]];
    const bl_view *b = node->input_count > 1 ? &l->views[node->inputs[1]] : NULL;
    bl_op op = make_op(BL_OP_ADD, out);
    switch (node->kind) {
    case BL_NODE_ACTIVATION:
        op.kind = BL_OP_MAP;
        op.act_a = node->u.act;
        break;
    case BL_NODE_GATE:
        op.kind = BL_OP_GATE;
        op.act_a = node->u.gate.a;
        op.act_b = node->u.gate.b;
        break;
    case BL_NODE_SCALE:
        op.kind = BL_OP_SCALE;
        op.factor = node->u.factor;
        break;
    case BL_NODE_MUL: op.kind = BL_OP_MUL; break;
    default: break;
    }
    add_elementwise(l, op, a, b);
}

static void lower_node(lowering *l, bl_node_id id)
{
    const bl_node *node = &l->g->nodes[id];
    bl_view *view = &l->views[id];
    if (node->kind == BL_NODE_CONCAT || node->kind == BL_NODE_OUTPUT) {
        for (size_t i = 0; i < node->input_count; i++)
            view_append_range(l, view, &l->views[node->inputs[i]], 0, SIZE_MAX);
    } else if (node->kind == BL_NODE_SLICE) {
        view_append_range(l, view, &l->views[node->inputs[0]], node->u.first, node->channels);
    } else if (node->kind == BL_NODE_ACTIVATION && node->u.act.kind == BL_ACT_LINEAR) {
        view_append_range(l, view, &l->views[node->inputs[0]], 0, SIZE_MAX);
    } else {
        const bl_segment out = add_buffer(l, node->channels);
        view_append(l, view, out);
        if (l->no_mem || node->kind == BL_NODE_INPUT)
            return;
        if (l->uses[id].affine)
            add_affine(l, id, out);
        else
            lower_elementwise(l, node, out);
    }
}

static void lower_all(lowering *l)
{
    find_uses(l);
    for (size_t id = 0; id < l->g->count; id++)
        classify(l, id);
    l->uses[0].live = true; /* also a network that ignores its input has one */
    for (size_t id = 0; id < l->g->count && !l->no_mem; id++)
        if (l->uses[id].live && !l->uses[id].absorbed)
            lower_node(l, (bl_node_id)id);
    bl_view *last = &l->views[l->g->count - 1];
    l->p->outputs = last->segments;
    l->p->output_count = last->count;
    *last = (bl_view){ 0 };
    l->p->input_channels = l->g->nodes[0].channels;
    l->p->output_channels = l->g->nodes[l->g->count - 1].channels;
}

/* Kernels load weights one by one, but a plan should not depend on where realloc() put them. */
static bool align_weights(bl_program *p)
{
    float *aligned = bl_aligned_calloc(p->weight_count * sizeof *aligned);
    if (aligned && p->weight_count)
        memcpy(aligned, p->weights, p->weight_count * sizeof *aligned);
    free(p->weights);
    p->weights = aligned;
    return aligned != NULL;
}

bl_status bl_lower(const bl_graph *g, size_t tile_rows, bl_program *p, bl_error *error)
{
    lowering l = { .g = g, .p = p, .tile_rows = tile_rows };
    *p = (bl_program){ 0 };
    l.uses = bl_calloc(g->count, sizeof *l.uses);
    l.views = bl_calloc(g->count, sizeof *l.views);
    l.no_mem = !l.uses || !l.views;
    if (!l.no_mem)
        lower_all(&l);
    for (size_t id = 0; l.views && id < g->count; id++)
        free(l.views[id].segments);
    free(l.views);
    free(l.uses);
    if (!align_weights(p) || l.no_mem) {
        bl_program_free(p);
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
    free(p->outputs);
    bl_aligned_free(p->weights);
    *p = (bl_program){ 0 };
}
