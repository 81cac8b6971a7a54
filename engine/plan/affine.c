/* Convolutions and sums of convolutions as affine operations.
 *
 * A convolution that only feeds a sum is not computed by itself: the sum becomes one affine operation with
 * the sources of all its convolutions ("absorbed"). A scale factor on top is folded into the weights. */
#include "base/alloc.h"
#include "kernels/convolver.h"
#include "plan/sum.h"

#include <stdlib.h>

/* ---- tiles ---- */

/* First output row after `row` at which some term's group ends. */
static size_t group_end(const bl_affine_sum *s, size_t row, size_t rows)
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
    if (!l->no_mem && rows.delay > p->buffers[rows.buffer].history)
        p->buffers[rows.buffer].history = rows.delay;
}

/* The rows that output rows of one region read: all taps of all terms, each in the region's group. */
static void add_region_sources(bl_lowering *l, const bl_affine_sum *s, size_t row)
{
    for (size_t i = 0; i < s->term_count && !l->no_mem; i++) {
        const bl_term *t = &s->terms[i];
        const size_t in = t->conv->in_channels / t->conv->groups;
        const size_t group = row / (t->conv->out_channels / t->conv->groups);
        for (size_t k = 0; k < t->tap_count && !l->no_mem; k++) {
            bl_view rows = { 0 };
            bl_view_append_range(l, &rows, &t->input, t->taps[k].row + group * in, t->rows, t->taps[k].delay);
            for (size_t j = 0; j < rows.count; j++)
                add_source(l, rows.segments[j]);
            free(rows.segments);
        }
    }
}

/* Weight of output row o for row r of its group's input and a tap. */
static float weight_of(const bl_term *t, size_t o, size_t r, size_t weight)
{
    const bl_conv1d_params *c = t->conv;
    const size_t in = c->in_channels / c->groups, out = c->out_channels / c->groups;
    if (!t->transposed)
        return t->factor * c->weight[(o * in + r) * c->kernel + weight];
    return t->factor * c->weight[((o / out * in + r) * out + o % out) * c->kernel + weight];
}

/* Biases, then the weights in the order in which add_region_sources() lists the rows. */
static void add_tile_weights(bl_lowering *l, const bl_affine_sum *s, size_t first_row, size_t rows)
{
    for (size_t o = first_row; o < first_row + rows; o++) {
        float bias = 0.0f;
        for (size_t i = 0; i < s->term_count; i++)
            if (s->terms[i].conv->bias && !s->terms[i].first)
                bias += s->terms[i].factor * s->terms[i].conv->bias[o];
        bl_add_weight(l, bias);
    }
    for (size_t i = 0; i < s->term_count && !l->no_mem; i++) {
        const bl_term *t = &s->terms[i];
        for (size_t k = 0; k < t->tap_count && !l->no_mem; k++)
            for (size_t r = t->first; r < t->first + t->rows; r++)
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

static void add_region(bl_lowering *l, const bl_affine_sum *s, size_t row, size_t end, size_t first_source)
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
static void add_affine_op(bl_lowering *l, const bl_affine_sum *s, bl_segment out, bl_segment plus)
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
static bl_segment addend_in_one_piece(const bl_lowering *l, const bl_addend *a)
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

static bool is_fir(const bl_affine_sum *s)
{
    const bl_term *t = s->terms;
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
static void add_fir_ops(bl_lowering *l, const bl_affine_sum *s, bl_segment out)
{
    const bl_term *t = s->terms;
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

/* ---- in parts ---- */

/* Rows that a part takes at least, so that it is worth an operation of its own. */
#define PART_ROWS 8

/* Where the part ends that begins with segment `first` of the input: when its rows are enough, and the next segment is made
 * later. Rows with a past stay in memory anyway. */
static size_t part_end(const bl_lowering *l, const bl_view *input, size_t first)
{
    uint32_t newest = 0;
    for (size_t i = first, rows = 0; i < input->count; i++) {
        const bl_segment s = input->segments[i];
        if (rows >= PART_ROWS && s.buffer > newest)
            return i;
        newest = s.buffer > newest ? s.buffer : newest;
        rows += l->p->buffers[s.buffer].history || s.delay ? 0 : s.channels;
    }
    return input->count;
}

/* One tap over the values of many layers, such as the head of a PedalNet, which otherwise would all have to stand until
 * the last of them is there. */
static bool is_of_parts(const bl_lowering *l, const bl_affine_sum *s)
{
    const bl_term *t = s->terms;
    return s->term_count == 1 && !s->addend_count && t->conv->groups == 1 && t->conv->stride == 1 &&
           t->tap_count == 1 && part_end(l, &t->input, 0) < t->input.count;
}

static void add_parts(bl_lowering *l, bl_node_id id, const bl_affine_sum *s, bl_segment out)
{
    const bl_timing *t = &l->timing[id];
    const bl_view input = s->terms->input;
    const bl_segment so_far = bl_add_buffer(l, id, out.channels, t->up, t->down);
    bl_term part = *s->terms;
    part.rows = 0;
    for (size_t first = 0, end; first < input.count && !l->no_mem; first = end) {
        end = part_end(l, &input, first);
        part.first += part.rows;
        part.input = (bl_view){ input.segments + first, end - first };
        part.rows = bl_view_channels(&part.input);
        add_affine_op(l, &(const bl_affine_sum){ .terms = &part, .term_count = 1 },
                      end < input.count ? so_far : out, first ? so_far : bl_no_segment);
        if (!l->no_mem)
            l->p->ops[l->p->op_count - 1].early = end < input.count;
    }
}

void bl_lower_affine(bl_lowering *l, bl_node_id id, bl_segment out)
{
    bl_affine_sum s = { 0 };
    bl_sum_collect(l, &s, id, 1.0f, 0);
    if (!l->no_mem && is_fir(&s)) {
        add_fir_ops(l, &s, out);
    } else if (!l->no_mem && is_of_parts(l, &s)) {
        add_parts(l, id, &s, out);
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
    bl_sum_free(&s);
}

/* Output frames phase, phase + stride, ... of a transposed convolution are an ordinary convolution of the
 * input with every stride-th tap. */
static void add_phase(bl_lowering *l, bl_node_id id, size_t phase, bl_segment out)
{
    const bl_conv1d_params *c = &l->g->nodes[id].u.conv;
    const bl_node_id input = l->g->nodes[id].inputs[0];
    const ptrdiff_t stride = (ptrdiff_t)c->stride, late = (ptrdiff_t)l->timing[id].latency;
    bl_affine_sum s = { 0 };
    bl_term *t = bl_sum_add_term(l, &s, c);
    if (t) {
        t->transposed = true;
        bl_view_append_range(l, &t->input, &l->views[input], 0, SIZE_MAX, 0);
        for (size_t k = 0; k < c->kernel; k++) {
            /* position in the kernel's own output, whose frame t + pad_left is the signal's frame t */
            const ptrdiff_t at = (ptrdiff_t)phase - late + c->pad_left - (ptrdiff_t)(k * c->dilation);
            if (at - bl_floor_div(at, stride) * stride)
                continue;
            const ptrdiff_t delay = -(bl_floor_div(at, stride) + (ptrdiff_t)l->timing[input].latency);
            t->taps[t->tap_count++] = (bl_tap){ 0, (size_t)delay, k };
        }
        add_affine_op(l, &s, out, bl_no_segment);
    }
    bl_sum_free(&s);
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
