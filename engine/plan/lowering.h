/* What the files that turn nodes into operations share: the graph, the growing program, and what is known of
 * each node. Running out of memory is noted once; everything after it does nothing. */
#ifndef BL_PLAN_LOWERING_H
#define BL_PLAN_LOWERING_H

#include "plan/ir.h"

/** What is known of a node before operations are made. */
typedef struct bl_node_use {
    size_t count;        /* live nodes that read it, counting twice who reads it twice */
    bl_node_id consumer; /* one of them */
    size_t terms;        /* convolutions in it, where it is affine */
    bool live;           /* the output depends on it */
    bool affine;         /* a convolution, or a sum or multiple with an absorbed convolution */
    bool pure;           /* affine without any other summand */
    bool absorbed;       /* computed as a part of its consumer */
} bl_node_use;

typedef struct bl_lowering {
    const bl_graph *g;
    bl_program *p;
    const bl_kernels *kernels;
    bl_timing *timing;
    bl_node_use *uses;
    bl_view *views; /* of each node that has been lowered */
    size_t pieces;  /* segments, operations, sources and tiles made so far */
    bool no_mem;    /* or too_large: everything stops */
    bool too_large;
} bl_lowering;

/** No segment. */
extern const bl_segment bl_no_segment;

/* Views. A range that runs past the end of `from` stops there. */
void bl_view_append(bl_lowering *l, bl_view *view, bl_segment segment);
/** Appends channels first .. first + channels - 1 of `from`, `delay` frames later. */
void bl_view_append_range(bl_lowering *l, bl_view *view, const bl_view *from, size_t first, size_t channels,
                          size_t delay);
size_t bl_view_channels(const bl_view *view);

/** Counts one more piece; false, with everything stopped, where there are too many. */
bool bl_count_piece(bl_lowering *l);

/* The program. */
/** A new buffer for the node, as a segment of all its channels; up/down is its rate. */
bl_segment bl_add_buffer(bl_lowering *l, bl_node_id node, size_t channels, size_t up, size_t down);
/** The same at the rate of the node. */
bl_segment bl_add_node_buffer(bl_lowering *l, bl_node_id node);
void bl_add_op(bl_lowering *l, bl_op op);
void bl_add_weight(bl_lowering *l, float weight);
/** An operation without inputs. */
bl_op bl_make_op(bl_op_kind kind, bl_segment out);
/** op for every common run of channels of its inputs: out = f(a, b), where b may be NULL. delay_a and delay_b
 *  come on top of what the views say. */
void bl_add_elementwise(bl_lowering *l, bl_op op, const bl_view *a, size_t delay_a, const bl_view *b,
                        size_t delay_b);

/** The whole value of a node as one segment: copied into a buffer of its own where it lies in pieces. */
bl_segment bl_in_one_piece(bl_lowering *l, bl_node_id id);

/** How many frames node `id` waits for its input number i, which is earlier than others. */
size_t bl_join_delay(const bl_lowering *l, bl_node_id id, size_t i);

/** The affine node `id` and all that it absorbs, into out (affine.c). */
void bl_lower_affine(bl_lowering *l, bl_node_id id, bl_segment out);
/** A transposed convolution: a phase of its output at a time, then all phases joined (affine.c). */
void bl_lower_transposed(bl_lowering *l, bl_node_id id, bl_segment out);
/** LSTM or GRU (recurrent.c). */
void bl_lower_recurrent(bl_lowering *l, bl_node_id id, bl_segment out);

#endif
