/* Packs the weights of LSTM and GRU layers for their kernels (bl_recurrent in kernels.h). */
#include "plan/lowering.h"

#include "base/alloc.h"

#include <stdlib.h>

/* The kernels pad every gate to whole blocks of rows. */
static size_t padded(size_t hidden)
{
    return (hidden + BL_ROW_PADDING - 1) / BL_ROW_PADDING * BL_ROW_PADDING;
}

/* Weights [gates*hidden][columns] as blocks of BL_ROW_PADDING rows, each [column][row]; missing rows are 0. */
static size_t pack_matrix(bl_lowering *l, const float *matrix, size_t gates, size_t hidden, size_t columns)
{
    const size_t first = l->p->weight_count;
    for (size_t gate = 0; gate < gates && !l->no_mem; gate++)
        for (size_t block = 0; block < padded(hidden) && !l->no_mem; block += BL_ROW_PADDING)
            for (size_t column = 0; column < columns; column++)
                for (size_t row = block; row < block + BL_ROW_PADDING; row++)
                    bl_add_weight(l, row < hidden ? matrix[(gate * hidden + row) * columns + column] : 0.0f);
    return first;
}

static size_t pack_vector(bl_lowering *l, const float *vector, size_t gates, size_t hidden)
{
    const size_t first = l->p->weight_count;
    for (size_t gate = 0; gate < gates; gate++)
        for (size_t row = 0; row < padded(hidden); row++)
            bl_add_weight(l, row < hidden && vector ? vector[gate * hidden + row] : 0.0f);
    return first;
}

/* Vector loads of weights are aligned only if every piece is a multiple of a block; pieces before may not be. */
static void align_weights(bl_lowering *l)
{
    while (l->p->weight_count % BL_ROW_PADDING && !l->no_mem)
        bl_add_weight(l, 0.0f);
}

static void add_packed(bl_lowering *l, const bl_node *node)
{
    bl_program *p = l->p;
    const bl_recurrent_params *r = &node->u.rnn;
    const bool lstm = node->kind == BL_NODE_LSTM;
    const size_t gates = lstm ? 4 : 3;
    if (l->no_mem ||
        !bl_grow((void **)&p->recurrent, &p->recurrent_capacity, p->recurrent_count, sizeof *p->recurrent)) {
        l->no_mem = true;
        return;
    }
    align_weights(l);
    bl_recurrent_op packed = { .inputs = r->in_channels, .hidden = r->hidden };
    packed.weights_x = pack_matrix(l, r->weight_ih, gates, r->hidden, r->in_channels);
    packed.bias_x = pack_vector(l, r->bias, gates, r->hidden);
    packed.weights_h = pack_matrix(l, r->weight_hh, gates, r->hidden, r->hidden);
    packed.bias_h = pack_vector(l, NULL, gates - 1, r->hidden);
    pack_vector(l, r->bias_hh_n, 1, r->hidden);
    packed.start = pack_vector(l, r->h0, 1, r->hidden);
    pack_vector(l, r->c0, 1, r->hidden);
    p->recurrent[p->recurrent_count++] = packed;
}

void bl_lower_recurrent(bl_lowering *l, bl_node_id id, bl_segment out)
{
    const bl_node *node = &l->g->nodes[id];
    bl_op op = bl_make_op(node->kind == BL_NODE_LSTM ? BL_OP_LSTM : BL_OP_GRU, out);
    op.a = bl_in_one_piece(l, node->inputs[0]);
    op.index = l->p->recurrent_count;
    add_packed(l, node);
    bl_add_op(l, op);
}
