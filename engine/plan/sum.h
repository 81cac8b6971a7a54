/* What an affine operation is the sum of. */
#ifndef BL_PLAN_SUM_H
#define BL_PLAN_SUM_H

#include "plan/lowering.h"

/** One tap: which of the input's rows it reads (behind a stride, rows of one phase), how long ago. */
typedef struct bl_tap {
    size_t row, delay, weight; /* weight: its index among the kernel's taps */
} bl_tap;

/** One convolution inside an affine operation. Taken apart into taps, every kind looks the same. */
typedef struct bl_term {
    const bl_conv1d_params *conv;
    bool transposed;    /* weight is [in][out/groups][kernel] instead of [out][in/groups][kernel] */
    bl_view input;      /* owned */
    size_t first, rows; /* of the group's input rows: those that are in input */
    bl_tap *taps;       /* owned */
    size_t tap_count;
    float factor;
} bl_term;

typedef struct bl_addend {
    bl_node_id node;
    size_t delay;
} bl_addend;

/** The summands of an affine operation. */
typedef struct bl_affine_sum {
    bl_term *terms;
    size_t term_count, term_capacity;
    bl_addend *addends;
    size_t addend_count, addend_capacity;
} bl_affine_sum;

/** Rounds down. */
static inline ptrdiff_t bl_floor_div(ptrdiff_t a, ptrdiff_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/** A term without an input and taps yet, with room for as many as the kernel has; NULL without memory. */
bl_term *bl_sum_add_term(bl_lowering *l, bl_affine_sum *s, const bl_conv1d_params *conv);

/** All summands of node `id` and of what it absorbs, times factor; delay: how long the node's value waits for others further
 *  up. */
void bl_sum_collect(bl_lowering *l, bl_affine_sum *s, bl_node_id id, float factor, size_t delay);

void bl_sum_free(bl_affine_sum *s);

#endif
