/* The plan in the form that streams run: small, so that it stays in the first-level cache beside the signals. What
 * only some kinds of operations need stands in the operation itself. */
#ifndef BL_PLAN_CODE_H
#define BL_PLAN_CODE_H

#include "plan/ir.h"

/** A segment in a stream's memory: its first row begins `offset` floats from the start, and its next frame comes
 *  `delay` frames before the ring's position, going round. */
typedef struct bl_ref {
    uint32_t offset, delay, ring, buffer;
} bl_ref;

/** Frames that were written from this place on and before that end need neither masking nor a second copy. */
typedef struct bl_calm {
    uint32_t first, end;
} bl_calm;

/** One operation, number i for bl_program.ops[i]. Its signals are listed from first_ref on, in the order of
 *  BL_AT_OUT ... BL_AT_INPUTS; inputs are a and b, or the sources of an affine operation. */
typedef struct bl_step {
    uint8_t kind;      /* bl_op_kind */
    uint32_t up, down; /* frames of out per frame of the input */
    uint32_t first_ref;
    bl_calm out, sum;
    bl_affine_fn *run; /* affine, layer: the kernel; NULL for other kinds */
    bl_affine affine;  /* what it takes, as it stands */
} bl_step;

typedef struct bl_code {
    bl_step *steps;
    size_t step_count;
    bl_ref *refs;
    bl_shape *shapes; /* of each ref */
    uint32_t *ends;   /* of each ref: where its ring ends, in floats from the start of memory */
    uint32_t *turns;  /* of each ref: frames of its ring, 0 for scratch memory */
    size_t ref_count;
    bool one_rate;                     /* all rings turn at the rate of the input */
    size_t input;                      /* ref of all channels of the network's input */
    size_t first_output, output_count; /* refs */
} bl_code;

/** Translates a program whose layout is known and which stays where it is; bl_code_free() releases what code comes
 *  to own. */
bl_status bl_emit(const bl_program *p, const bl_kernels *kernels, bl_code *code, bl_error *error);
void bl_code_free(bl_code *code);

#endif
