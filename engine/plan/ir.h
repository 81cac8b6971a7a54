/* The plan's own language: buffers of rows, and fused operations on them.
 *
 * A graph node's value is a view: channels found in one or more buffers. Concatenation and slicing only
 * rearrange views and cost nothing when running. */
#ifndef BL_PLAN_IR_H
#define BL_PLAN_IR_H

#include "kernels/kernels.h"
#include "model/graph.h"

/** Where a signal lives while a block is processed. */
typedef struct bl_buffer {
    size_t channels;
    size_t history;     /* frames of the past that operations read; 0: scratch memory of one run        */
    size_t ring_frames; /* history > 0: the ring's length, a multiple of BL_MAX_RUN                     */
    size_t stride;      /* floats from one row to the next                                              */
    size_t offset;      /* floats from the start of the stream's memory                                 */
    size_t ring;        /* history > 0: index of its position counter                                   */
} bl_buffer;

/** Some consecutive channels of one buffer. */
typedef struct bl_segment {
    uint32_t buffer;
    size_t first, channels;
} bl_segment;

/** A node's value: segments in channel order. */
typedef struct bl_view {
    bl_segment *segments;
    size_t count;
} bl_view;

/** What an affine operation reads: a segment, `delay` frames ago. */
typedef struct bl_source_ref {
    bl_segment rows;
    size_t delay;
} bl_source_ref;

typedef enum bl_op_kind { BL_OP_AFFINE, BL_OP_MAP, BL_OP_GATE, BL_OP_ADD, BL_OP_MUL, BL_OP_SCALE } bl_op_kind;

#define BL_NO_BUFFER UINT32_MAX

/** One fused operation. out, a, b, addend and sum have equally many channels, but for an affine operation,
 *  which has sources instead of a and b. A buffer of BL_NO_BUFFER means "none". */
typedef struct bl_op {
    bl_op_kind kind;
    bl_segment out;
    bl_segment a, b;         /* inputs of the element-wise kinds                                          */
    bl_segment addend, sum;  /* affine: out = addend + ...; map and gate: sum = addend + out              */
    bl_activation act_a, act_b;
    float factor;
    size_t first_source, source_count; /* affine: in bl_program.sources                                   */
    size_t first_tile, tile_count;     /* affine: in bl_program.tiles; their sources count from 0         */
} bl_op;

/** All operations of a network, in order, and what they refer to. */
typedef struct bl_program {
    bl_buffer *buffers;
    size_t buffer_count, buffer_capacity;
    bl_op *ops;
    size_t op_count, op_capacity;
    bl_source_ref *sources;
    size_t source_count, source_capacity;
    bl_tile *tiles;
    size_t tile_count, tile_capacity;
    float *weights; /* aligned; see bl_affine for their order */
    size_t weight_count;
    bl_segment *outputs; /* the network's output channels, in order */
    size_t output_count;
    size_t input_channels, output_channels; /* the input is buffer 0 */
    size_t ring_count;
    size_t max_sources;   /* of any operation */
    size_t memory_floats; /* of all buffers of one stream */
} bl_program;

/** Releases what the program owns and empties it. */
void bl_program_free(bl_program *p);

/** Graph to operations: merges sums of convolutions, folds scale factors, drops what does not reach the
 *  output. Fills all but the memory layout. */
bl_status bl_lower(const bl_graph *g, size_t tile_rows, bl_program *p, bl_error *error);

/** Joins operations that follow each other: an activation and the sum that collects its output. */
void bl_fuse(bl_program *p);

/** Decides histories, places all buffers in one piece of memory, reusing scratch rows. */
bl_status bl_layout(bl_program *p, bl_error *error);

#endif
