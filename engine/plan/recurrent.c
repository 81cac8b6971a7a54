/* Packs the weights of LSTM and GRU layers for their kernels (bl_recurrent in kernels.h). */
#include "plan/lowering.h"

#include "base/alloc.h"

#include <stdlib.h>

/* The factor of what goes through 2^x instead of e^-x (kernels.h): in LSTM and GRU all gates but the third. */
static double gate_factor(size_t gate)
{
    return gate == 2 ? 1.0 : -1.4426950408889634;
}

/* A column of a group: values of the units first .. first + count - 1 of each gate, `stride` floats from unit to
 * unit. */
static void pack_column(bl_lowering *l, const float *values, size_t stride, size_t gates, size_t hidden,
                        size_t first, size_t count)
{
    for (size_t gate = 0; gate < gates; gate++)
        for (size_t unit = first; unit < first + count; unit++)
            bl_add_weight(l, (float)(gate_factor(gate) * (double)values[(gate * hidden + unit) * stride]));
}

/* bias (or NULL) and weights [gates*hidden][columns] as kernels read them. */
static size_t pack_matrix(bl_lowering *l, const float *bias, const float *matrix, size_t gates, size_t hidden,
                          size_t columns)
{
    const size_t start = l->p->weight_count;
    for (size_t first = 0; first < hidden && !l->no_mem; first += BL_UNIT_GROUP) {
        const size_t left = hidden - first, count = left < BL_UNIT_GROUP ? left : BL_UNIT_GROUP;
        if (bias)
            pack_column(l, bias, 1, gates, hidden, first, count);
        for (size_t column = 0; column < columns && !l->no_mem; column++)
            pack_column(l, matrix + column, columns, gates, hidden, first, count);
    }
    return start;
}

/* A value per unit, with padding; NULL, which an LSTM's... */
static size_t pack_units(bl_lowering *l, const float *values, size_t hidden)
{
    const size_t start = l->p->weight_count;
    for (size_t unit = 0; unit < bl_recurrent_rows(hidden); unit++)
        bl_add_weight(l, values && unit < hidden ? values[unit] : 0.0f);
    return start;
}

/* Vector loads stay within cache lines where pieces begin with one. */
static void align_weights(bl_lowering *l)
{
    while (l->p->weight_count % BL_ROW_PADDING && !l->no_mem)
        bl_add_weight(l, 0.0f);
}

static void add_packed(bl_lowering *l, const bl_node *node)
{
    bl_program *p = l->p;
    const bl_recurrent_params *r = &node->u.rnn;
    const size_t gates = node->kind == BL_NODE_LSTM ? 4 : 3;
    if (l->no_mem ||
        !bl_grow((void **)&p->recurrent, &p->recurrent_capacity, p->recurrent_count, sizeof *p->recurrent)) {
        l->no_mem = true;
        return;
    }
    bl_recurrent_op packed = { .inputs = r->in_channels, .hidden = r->hidden };
    align_weights(l);
    packed.weights_x = pack_matrix(l, r->bias, r->weight_ih, gates, r->hidden, r->in_channels);
    align_weights(l);
    packed.weights_h = pack_matrix(l, NULL, r->weight_hh, gates, r->hidden, r->hidden);
    align_weights(l);
    if (r->bias_hh_n)
        packed.bias_h = pack_units(l, r->bias_hh_n, r->hidden);
    packed.start = pack_units(l, r->h0, r->hidden);
    pack_units(l, r->c0, r->hidden);
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
