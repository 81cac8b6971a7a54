/* The plan's own language: buffers of rows, and fused operations on them.
 *
 * A graph node's value is a view: channels found in one or more buffers, each some frames ago.
 * Concatenation, slicing and delaying only rearrange views and cost nothing when running. */
#ifndef BL_PLAN_IR_H
#define BL_PLAN_IR_H

#include "kernels/kernels.h"
#include "model/graph.h"
#include "model/timing.h"

/** Where a signal lives while a block is processed. */
typedef struct bl_buffer {
    bl_node_id node; /* the graph node whose value it holds (or prepares)                            */
    size_t up, down; /* its frames per frame of the input                                            */
    size_t channels;
    size_t history; /* frames of the past that operations read                                          */
    size_t reach;   /* frames of the past that one operation reads in one piece with the present        */
    size_t ring;    /* index in bl_program.rings; 0 for scratch memory of one run                       */
    size_t behind;  /* frames from the ring's position back to the frame that comes next                */
    size_t offset;  /* floats from the start of the stream's memory to its first row                    */
    size_t latency; /* frames before the signal's first                                                 */
    bool masked;    /* before its first frame and after its last it must be zero                        */
} bl_buffer;

/** Rows of memory round which the pasts of one or more buffers follow each other (rings.c). */
typedef struct bl_ring {
    size_t frames;   /* after so many it begins anew; 0: scratch memory, which does not turn */
    size_t margin;   /* frames behind its end that repeat its beginning */
    size_t stride;   /* floats from one row to the next */
    size_t rows;     /* of the buffers in it */
    size_t up, down; /* its frames per frame of the input */
} bl_ring;

/** Some consecutive channels of one buffer, `delay` frames ago. */
typedef struct bl_segment {
    uint32_t buffer;
    size_t first, channels, delay;
} bl_segment;

/** A node's value: segments in channel order. */
typedef struct bl_view {
    bl_segment *segments;
    size_t count;
} bl_view;

typedef enum bl_op_kind {
    BL_OP_AFFINE,
    BL_OP_LAYER, /* an affine operation, its activation, and another affine one of that alone plus the addend */
    BL_OP_MAP,   /* BL_ACT_LINEAR copies */
    BL_OP_GATE,
    BL_OP_BLEND,
    BL_OP_ADD,
    BL_OP_MUL,
    BL_OP_SCALE,
    BL_OP_PRELU,
    BL_OP_SOFTMAX,
    BL_OP_SPLIT, /* `period` rows of every period-th frame from each row: row p*C + c has frames p, p+period.. of c */
    BL_OP_JOIN,  /* the reverse */
    BL_OP_PARAM, /* the value of knob `index` */
    BL_OP_LSTM,
    BL_OP_GRU,
    BL_OP_FIR /* a long convolution of one row; with partitions if it is very long */
} bl_op_kind;

#define BL_NO_BUFFER UINT32_MAX

/** One fused operation. A segment of BL_NO_BUFFER means "none". out, b, sum and plus have as many channels
 *  as a in the element-wise kinds. */
typedef struct bl_op {
    bl_op_kind kind;
    bool early; /* a part of another that is run as soon as what it reads is there (hoist.c)              */
    bl_segment out;
    bl_segment a, b;      /* inputs, but of an affine operation                                          */
    bl_segment addend;    /* affine: out = act_a(addend + ...); layer: see bl_layer_fn                    */
    bl_segment sum, plus; /* affine, map and gate: sum = plus + out; layer                               */
    bl_activation act_a, act_b;
    float factor;                      /* scale                                                            */
    size_t period;                     /* split, join                                                      */
    size_t index;                      /* param: which; lstm, gru: which of bl_program.recurrent           */
    size_t weights;                    /* prelu, fir: first of bl_program.weights                          */
    size_t taps, dilation;             /* fir: of the direct part; a is the oldest frame that it reads     */
    size_t spectra, partitions, state; /* fir: see convolver.h; partitions is 0 where all is direct        */
    size_t first_source, source_count; /* affine, layer: in bl_program.sources                             */
    size_t first_tile, tile_count;     /* affine, layer: in bl_program.tiles; their sources count from 0   */
    size_t first_mix;                  /* layer: in bl_program.tiles, as many of its second half           */
} bl_op;

/** A recurrent layer's packed weights (indices into bl_program.weights) and its state in a stream. */
typedef struct bl_recurrent_op {
    size_t inputs, hidden;
    size_t weights_x, weights_h, bias_h; /* see bl_recurrent in kernels.h */
    size_t start;                        /* state after a reset */
    size_t state;                        /* floats from the start of the stream's memory */
} bl_recurrent_op;

/** All operations of a network, in order, and what they refer to. */
typedef struct bl_program {
    bl_buffer *buffers;
    size_t buffer_count, buffer_capacity;
    bl_op *ops;
    size_t op_count, op_capacity;
    bl_segment *sources; /* of affine operations */
    size_t source_count, source_capacity;
    bl_tile *tiles;
    size_t tile_count, tile_capacity;
    bl_recurrent_op *recurrent;
    size_t recurrent_count, recurrent_capacity;
    bl_param_params *params;
    size_t param_count, param_capacity;
    float *weights; /* aligned */
    size_t weight_count, weight_capacity;
    bl_segment *outputs; /* the network's output channels, in order */
    size_t output_count;
    size_t input_channels, output_channels; /* the input is buffer 0 */
    size_t granularity;                     /* input frames come in multiples of it */
    size_t run_frames;                      /* most input frames of one run, a multiple of granularity */
    size_t latency;                         /* of the output, without what granularity costs */
    bool masks;                             /* some buffer is masked; then rules holds what lengths need */
    bl_length_rule *rules;                  /* per graph node */
    size_t *first_input;                    /* per graph node, and one more: where its inputs stand in inputs */
    bl_node_id *inputs;
    bl_node_kind *kinds;
    size_t node_count;
    bool transforms; /* some operation needs the convolver's FFT */
    bl_ring *rings;
    size_t ring_count;
    size_t memory_floats; /* of all buffers and states of one stream */
} bl_program;

/** Releases what the program owns and empties it. */
void bl_program_free(bl_program *p);

/** Graph to operations: merges sums of convolutions, folds scale factors, drops what does not reach the
 *  output. Fills all but the memory layout. */
bl_status bl_lower(const bl_graph *g, const bl_kernels *kernels, bl_program *p, bl_error *error);

/** Moves early operations up, right behind the last of those that make what they read. */
bl_status bl_hoist(bl_program *p, bl_error *error);

/** Joins operations that follow each other: an affine one and its activation, an activation and the sum that
 *  collects its output, and what makes up a layer that the kernels have a function for. */
bl_status bl_fuse(bl_program *p, const bl_kernels *kernels, bl_error *error);

/** Finds out how much past of each buffer is read and gives every buffer with a past its place in a ring, all
 *  but its offset. BL_ERR_NO_MEM. */
bl_status bl_place_rings(bl_program *p, bl_error *error);

/** Places all buffers in one piece of memory: rings, and scratch rows, which are used again. */
bl_status bl_layout(bl_program *p, bl_error *error);

/** Rounded up to a multiple of unit. */
static inline size_t bl_round_up(size_t n, size_t unit)
{
    return (n + unit - 1) / unit * unit;
}

/** Calls visit for every segment that an operation reads, and then for every one that it writes. */
typedef void bl_visit_fn(void *context, const bl_op *op, bl_segment segment, size_t index);
void bl_visit_reads(const bl_program *p, size_t index, bl_visit_fn *visit, void *context);
void bl_visit_writes(const bl_program *p, size_t index, bl_visit_fn *visit, void *context);

#endif
