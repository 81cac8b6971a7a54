/* The plan in the form that streams run: every segment resolved to where it lives, small enough to stay in
 * the first-level cache beside the signals. */
#ifndef BL_PLAN_CODE_H
#define BL_PLAN_CODE_H

#include "plan/ir.h"

/** A segment in a stream's memory: row r begins at offset + r*stride, plus the ring's position, less the
 *  delay, going round. Without a ring (index 0) the position is always 0. channels == 0 means "none". */
typedef struct bl_ref {
    uint32_t offset, stride, channels;
    uint32_t ring, ring_frames, delay;
} bl_ref;

/** A ring's size, and how many frames of it come with `down` frames of the input. */
typedef struct bl_ring {
    uint32_t frames, margin;
    uint32_t up, down;
} bl_ring;

/** One operation, see bl_op. */
typedef struct bl_step {
    bl_op_kind kind;
    uint32_t up, down;               /* frames of out per frame of the input */
    bool settles;                    /* something written lies in a ring or is masked */
    uint32_t out_buffer, sum_buffer; /* for masks */
    bl_ref out, a, b, addend, sum;
    bl_activation act_a, act_b;
    float factor;
    uint32_t period, index;
    uint32_t weights, taps, dilation, spectra, partitions, state;
    uint32_t first_source, source_count, first_tile, tile_count;
} bl_step;

typedef struct bl_code {
    bl_step *steps;
    size_t step_count;
    bl_ref *sources; /* of affine operations */
    bl_ref input;    /* all channels of the network's input */
    bl_ref *outputs;
    size_t output_count;
    bl_ring *rings;
    size_t ring_count;
} bl_code;

/** Translates a program whose layout is known; bl_code_free() releases what code comes to own. */
bl_status bl_emit(const bl_program *p, bl_code *code, bl_error *error);
void bl_code_free(bl_code *code);

#endif
