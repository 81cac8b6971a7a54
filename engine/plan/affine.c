/* Convolutions and sums of convolutions as affine operations.
 *
 * A convolution that only feeds a sum is not computed by itself: the sum becomes one affine operation with
 * the sources of all its convolutions ("absorbed"). A scale factor on top is folded into the weights. */
#include "base/alloc.h"
#include "kernels/convolver.h"
#include "plan/lowering.h"

#include <stdlib.h>

/* One tap: which of the input's rows it reads (behind a stride, rows of one phase), how long ago. */
typedef struct tap {
    size_t row, delay, weight; /* weight: its index among the kernel's taps */
} tap;

/* One convolution inside an affine operation. Taken apart into taps, every kind looks the same. */
typedef struct term {
    const bl_conv1d_params *conv;
    bool transposed; /* weight is [in][out/groups][kernel] instead of [out][in/groups][kernel] */
    bl_view input;   /* owned */
    tap *taps;       /* owned */
    size_t tap_count;
    float factor;
} term;

typedef struct addend {
    bl_node_id node;
    size_t delay;
} addend;

/* The summands of an affine operation. */
typedef struct sum {
    term *terms;
    size_t term_count, term_capacity;
    addend *addends;
    size_t addend_count, addend_capacity;
} sum;

static void free_sum(sum *s)
{
    for (size_t i = 0; i < s->term_count; i++) {
        free(s->terms[i].input.segments);
        free(s->terms[i].taps);
    }
    free(s->terms);
    free(s->addends);
}

/* ---- collecting ---- */

/* The frames that the strided convolution `id` reads, each row as `stride` rows of every stride-th frame. */
static bl_segment split_input(bl_lowering *l, bl_node_id id)
{
    const bl_node_id input = l->g->nodes[id].inputs[0];
    const bl_timing *t = &l->timing[id];
    const size_t stride = l->g->nodes[id].u.conv.stride;
    const bl_segment whole = bl_in_one_piece(l, input);
    bl_op op = bl_make_op(BL_OP_SPLIT, bl_add_buffer(l, input, whole.channels * stride, t->up, t->down));
    op.a = whole;
    op.period = stride;
    bl_add_op(l, op);
    return op.out;
}

static ptrdiff_t floor_div(ptrdiff_t a, ptrdiff_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* Tap k of output frame t reads input frame t*stride + ahead - (kernel-1-k)*dilation; counted in the streams,
 * where both signals are late, that is an offset from the start of the group of `stride` input frames. */
static void find_conv_taps(term *t, const bl_conv1d_params *c, size_t input_latency, size_t latency,
                           size_t channels, size_t delay)
{
    const ptrdiff_t stride = (ptrdiff_t)c->stride;
    const ptrdiff_t ahead = (ptrdiff_t)((c->kernel - 1) * c->dilation) - c->pad_left;
    const ptrdiff_t newest = ahead + (ptrdiff_t)input_latency - stride * (ptrdiff_t)latency;
    for (size_t k = 0; k < c->kernel; k++) {
        const ptrdiff_t offset = newest - (ptrdiff_t)((c->kernel - 1 - k) * c->dilation);
        const ptrdiff_t group = floor_div(offset, stride);
        t->taps[t->tap_count++] = (tap){ (size_t)(offset - group * stride) * channels, (size_t)-group + delay, k };
    }
}

static term *add_term(bl_lowering *l, sum *s, const bl_conv1d_params *conv)
{
    if (l->no_mem || !bl_grow((void **)&s->terms, &s->term_capacity, s->term_count, sizeof *s->terms)) {
        l->no_mem = true;
        return NULL;
    }
    term *t = &s->terms[s->term_count++];
    *t = (term){ .conv = conv, .factor = 1.0f };
    t->taps = bl_calloc(conv->kernel, sizeof *t->taps);
    if (!t->taps)
        l->no_mem = true;
    return t->taps ? t : NULL;
}

static void add_conv_term(bl_lowering *l, sum *s, bl_node_id id, float factor, size_t delay)
{
    const bl_conv1d_params *c = &l->g->nodes[id].u.conv;
    const bl_node_id input = l->g->nodes[id].inputs[0];
    bl_segment phases = bl_no_segment;
    if (c->stride > 1)
        phases = split_input(l, id);
    term *t = add_term(l, s, c);
    if (!t)
        return;
    t->factor = factor;
    if (c->stride > 1)
        bl_view_append(l, &t->input, phases);
    else
        bl_view_append_range(l, &t->input, &l->views[input], 0, SIZE_MAX, 0);
    find_conv_taps(t, c, l->timing[input].latency, l->timing[id].latency, c->in_channels, delay);
}

/* delay: how long the node's value waits for others further up. */
static void collect(bl_lowering *l, sum *s, bl_node_id id, float factor, size_t delay)
{
    const bl_node *node = &l->g->nodes[id];
    if (node->kind == BL_NODE_CONV1D) {
        add_conv_term(l, s, id, factor, delay);
        return;
    }
    if (node->kind == BL_NODE_SCALE)
        factor *= node->u.factor;
    for (size_t i = 0; i < node->input_count; i++) {
        const size_t wait = delay + bl_join_delay(l, id, i);
        if (l->uses[node->inputs[i]].absorbed)
            collect(l, s, node->inputs[i], factor, wait);
        else if (!bl_grow((void **)&s->addends, &s->addend_capacity, s->addend_count, sizeof *s->addends))
            l->no_mem = true;
        else
            s->addends[s->addend_count++] = (addend){ node->inputs[i], wait };
    }
}

/* ---- tiles ---- */

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

static void add_source(bl_lowering *l, bl_segment rows)
{
    bl_program *p = l->p;
    if (!bl_count_piece(l) ||
        !bl_grow((void **)&p->sources, &p->source_capacity, p->source_count, sizeof *p->sources))
        l->no_mem = true;
    else
        p->sources[p->source_count++] = rows;
}

/* The rows that output rows of one region read: all taps of all terms, each in the region's group. */
static void add_region_sources(bl_lowering *l, const sum *s, size_t row)
{
    for (size_t i = 0; i < s->term_count && !l->no_mem; i++) {
        const term *t = &s->terms[i];
        const size_t in = t->conv->in_channels / t->conv->groups;
        const size_t group = row / (t->conv->out_channels / t->conv->groups);
        for (size_t k = 0; k < t->tap_count && !l->no_mem; k++) {
            bl_view rows = { 0 };
            bl_view_append_range(l, &rows, &t->input, t->taps[k].row + group * in, in, t->taps[k].delay);
            for (size_t j = 0; j < rows.count; j++)
                add_source(l, rows.segments[j]);
            free(rows.segments);
        }
    }
}

/* Weight of output row o for row r of its group's input and a tap. */
static float weight_of(const term *t, size_t o, size_t r, size_t weight)
{
    const bl_conv1d_params *c = t->conv;
    const size_t in = c->in_channels / c->groups, out = c->out_channels / c->groups;
    if (!t->transposed)
        return t->factor * c->weight[(o * in + r) * c->kernel + weight];
    return t->factor * c->weight[((o / out * in + r) * out + o % out) * c->kernel + weight];
}

/* Biases, then the weights in the order in which add_region_sources() lists the rows. */
static void add_tile_weights(bl_lowering *l, const sum *s, size_t first_row, size_t rows)
{
    for (size_t o = first_row; o < first_row + rows; o++) {
        float bias = 0.0f;
        for (size_t i = 0; i < s->term_count; i++)
            if (s->terms[i].conv->bias)
                bias += s->terms[i].factor * s->terms[i].conv->bias[o];
        bl_add_weight(l, bias);
    }
    for (size_t i = 0; i < s->term_count && !l->no_mem; i++) {
        const term *t = &s->terms[i];
        for (size_t k = 0; k < t->tap_count && !l->no_mem; k++)
            for (size_t r = 0; r < t->conv->in_channels / t->conv->groups; r++)
                for (size_t o = first_row; o < first_row + rows; o++)
                    bl_add_weight(l, weight_of(t, o, r, t->taps[k].weight));
    }
}

static void add_tile(bl_lowering *l, bl_tile tile)
{
    bl_program *p = l->p;
    if (!bl_count_piece(l) || !bl_grow((void **)&p->tiles, &p->tile_capacity, p->tile_count, sizeof *p->tiles))
        l->no_mem = true;
    else
        p->tiles[p->tile_count++] = tile;
}

static void add_region(bl_lowering *l, const sum *s, size_t row, size_t end, size_t first_source)
{
    const size_t source = l->p->source_count;
    add_region_sources(l, s, row);
    const size_t sources = l->p->source_count - source;
    for (size_t tiles = bl_tile_count(l->kernels, end - row); tiles && !l->no_mem; tiles--) {
        const size_t rows = (end - row + tiles - 1) / tiles; /* equal shares */
        add_tile(l, (bl_tile){ (uint32_t)row, (uint32_t)rows, (uint32_t)(source - first_source), (uint32_t)sources,
                               0, (uint32_t)l->p->weight_count });
        add_tile_weights(l, s, row, rows);
        row += rows;
    }
}

/* ---- operations ---- */

/* out = plus + the terms of s */
static void add_affine_op(bl_lowering *l, const sum *s, bl_segment out, bl_segment plus)
{
    bl_program *p = l->p;
    bl_op op = bl_make_op(BL_OP_AFFINE, out);
    op.addend = plus;
    op.first_source = p->source_count;
    op.first_tile = p->tile_count;
    for (size_t row = 0, end; row < out.channels && !l->no_mem; row = end) {
        end = group_end(s, row, out.channels);
        add_region(l, s, row, end, op.first_source);
    }
    op.source_count = p->source_count - op.first_source;
    op.tile_count = p->tile_count - op.first_tile;
    bl_add_op(l, op);
}

/* A summand that lies in one piece can be added while the sums are stored. */
static bl_segment addend_in_one_piece(const bl_lowering *l, const addend *a)
{
    const bl_view *view = &l->views[a->node];
    if (view->count != 1)
        return bl_no_segment;
    bl_segment s = view->segments[0];
    s.delay += a->delay;
    return s;
}

/* Taps from which a convolution of each channel by itself is better served by a loop of its own. */
#define FIR_TAPS 64

static bool is_fir(const sum *s)
{
    const term *t = s->terms;
    return s->term_count == 1 && !s->addend_count && t->conv->stride == 1 && t->tap_count >= FIR_TAPS &&
           t->conv->groups == t->conv->in_channels && t->conv->groups == t->conv->out_channels;
}

/* Taps of a convolution that goes in partitions: enough for them to pay. */
#define PARTITIONED_TAPS (BL_CONVOLVER_HEAD + 2 * BL_CONVOLVER_BLOCK)

/* Leaves the head to the direct sum. The weights are those of the operation, newest input first. */
static void partition_fir(bl_lowering *l, bl_op *op)
{
    bl_program *p = l->p;
    const size_t partitions = bl_convolver_partitions(op->taps), floats = partitions * 2 * BL_CONVOLVER_BINS;
    float *spectra = bl_calloc(floats, sizeof *spectra);
    if (l->no_mem || !spectra || !bl_convolver_prepare(p->weights + op->weights + 1, op->taps, spectra)) {
        l->no_mem = true;
    } else {
        p->weight_count = op->weights + 1 + BL_CONVOLVER_HEAD;
        op->spectra = p->weight_count;
        for (size_t i = 0; i < floats; i++)
            bl_add_weight(l, spectra[i]);
        op->taps = BL_CONVOLVER_HEAD;
        op->partitions = partitions;
        p->transforms = true;
    }
    free(spectra);
}

/* Per channel the bias, then the taps, newest input first. */
static void add_fir_ops(bl_lowering *l, const sum *s, bl_segment out)
{
    const term *t = s->terms;
    const bl_conv1d_params *c = t->conv;
    for (size_t o = 0; o < out.channels && !l->no_mem; o++) {
        bl_op op = bl_make_op(BL_OP_FIR, (bl_segment){ out.buffer, out.first + o, 1, 0 });
        op.weights = l->p->weight_count;
        op.taps = c->kernel;
        op.dilation = c->dilation;
        bl_add_weight(l, c->bias ? t->factor * c->bias[o] : 0.0f);
        for (size_t k = c->kernel; k-- > 0;)
            bl_add_weight(l, weight_of(t, o, 0, k));
        if (c->kernel >= PARTITIONED_TAPS && c->dilation == 1)
            partition_fir(l, &op);
        bl_view row = { 0 };
        bl_view_append_range(l, &row, &t->input, o, 1, t->taps[c->kernel - op.taps].delay); /* the oldest */
        if (!l->no_mem)
            op.a = row.segments[0];
        bl_add_op(l, op);
        free(row.segments);
    }
}

void bl_lower_affine(bl_lowering *l, bl_node_id id, bl_segment out)
{
    sum s = { 0 };
    collect(l, &s, id, 1.0f, 0);
    if (!l->no_mem && is_fir(&s)) {
        add_fir_ops(l, &s, out);
    } else if (!l->no_mem) {
        bl_segment first = bl_no_segment;
        size_t fused = s.addend_count;
        for (size_t i = 0; i < s.addend_count && first.buffer == BL_NO_BUFFER; i++) {
            first = addend_in_one_piece(l, &s.addends[i]);
            fused = i;
        }
        if (first.buffer == BL_NO_BUFFER)
            fused = s.addend_count;
        add_affine_op(l, &s, out, first);
        bl_segment so_far = out;
        const bl_view sum_so_far = { &so_far, 1 };
        for (size_t i = 0; i < s.addend_count; i++)
            if (i != fused)
                bl_add_elementwise(l, bl_make_op(BL_OP_ADD, out), &sum_so_far, 0, &l->views[s.addends[i].node],
                                   s.addends[i].delay);
    }
    free_sum(&s);
}

/* Output frames phase, phase + stride, ... of a transposed convolution are an ordinary convolution of the
 * input with every stride-th tap. */
static void add_phase(bl_lowering *l, bl_node_id id, size_t phase, bl_segment out)
{
    const bl_conv1d_params *c = &l->g->nodes[id].u.conv;
    const bl_node_id input = l->g->nodes[id].inputs[0];
    const ptrdiff_t stride = (ptrdiff_t)c->stride, late = (ptrdiff_t)l->timing[id].latency;
    sum s = { 0 };
    term *t = add_term(l, &s, c);
    if (t) {
        t->transposed = true;
        bl_view_append_range(l, &t->input, &l->views[input], 0, SIZE_MAX, 0);
        for (size_t k = 0; k < c->kernel; k++) {
            /* position in the kernel's own output, whose frame t + pad_left is the signal's frame t */
            const ptrdiff_t at = (ptrdiff_t)phase - late + c->pad_left - (ptrdiff_t)(k * c->dilation);
            if (at - floor_div(at, stride) * stride)
                continue;
            const ptrdiff_t delay = -(floor_div(at, stride) + (ptrdiff_t)l->timing[input].latency);
            t->taps[t->tap_count++] = (tap){ 0, (size_t)delay, k };
        }
        add_affine_op(l, &s, out, bl_no_segment);
    }
    free_sum(&s);
}

void bl_lower_transposed(bl_lowering *l, bl_node_id id, bl_segment out)
{
    const bl_node *node = &l->g->nodes[id];
    const size_t stride = node->u.conv.stride;
    if (stride == 1) {
        add_phase(l, id, 0, out);
        return;
    }
    const bl_timing *t = &l->timing[node->inputs[0]];
    const bl_segment phases = bl_add_buffer(l, id, node->channels * stride, t->up, t->down);
    for (size_t phase = 0; phase < stride; phase++)
        add_phase(l, id, phase, (bl_segment){ phases.buffer, phase * node->channels, node->channels, 0 });
    bl_op join = bl_make_op(BL_OP_JOIN, out);
    join.a = phases;
    join.period = stride;
    bl_add_op(l, join);
}
