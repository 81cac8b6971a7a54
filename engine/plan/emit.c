#include "plan/code.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <stdlib.h>

static void add_ref(const bl_program *p, bl_code *code, bl_segment s)
{
    const size_t i = code->ref_count++;
    code->ends[i] = UINT32_MAX;
    if (s.buffer == BL_NO_BUFFER)
        return;
    const bl_buffer *b = &p->buffers[s.buffer];
    const bl_ring *ring = &p->rings[b->ring];
    code->refs[i] = (bl_ref){ .offset = (uint32_t)(b->offset + s.first * ring->stride),
                              .delay = (uint32_t)(b->behind + s.delay),
                              .ring = (uint32_t)b->ring,
                              .buffer = s.buffer };
    code->shapes[i] = (bl_shape){ (uint32_t)ring->stride, (uint32_t)s.channels };
    code->turns[i] = (uint32_t)ring->frames;
    if (ring->frames)
        code->ends[i] = code->refs[i].offset + (uint32_t)ring->frames;
}

/* Inputs of an affine operation are its sources; the others have a and, some, b. */
static void add_refs(const bl_program *p, bl_code *code, const bl_op *op)
{
    add_ref(p, code, op->out);
    add_ref(p, code, op->addend);
    add_ref(p, code, op->sum);
    add_ref(p, code, op->plus);
    if (op->kind == BL_OP_AFFINE || op->kind == BL_OP_LAYER) {
        for (size_t i = 0; i < op->source_count; i++)
            add_ref(p, code, p->sources[op->first_source + i]);
    } else {
        add_ref(p, code, op->a);
        add_ref(p, code, op->b);
    }
}

/* Frames at a ring's beginning and end stand twice. */
static bl_calm calm_of(const bl_program *p, bl_segment s)
{
    if (s.buffer == BL_NO_BUFFER)
        return (bl_calm){ 0, UINT32_MAX };
    const bl_buffer *b = &p->buffers[s.buffer];
    const bl_ring *ring = &p->rings[b->ring];
    const size_t row = b->offset + s.first * ring->stride;
    if (b->masked)
        return (bl_calm){ UINT32_MAX, 0 };
    return b->history ? (bl_calm){ (uint32_t)(row + ring->margin), (uint32_t)(row + ring->frames) }
                      : (bl_calm){ 0, UINT32_MAX };
}

static bl_affine affine_of(const bl_program *p, const bl_kernels *kernels, const bl_op *op, const bl_shape *shapes)
{
    const bool finishes = op->act_a.kind != BL_ACT_LINEAR || op->sum.buffer != BL_NO_BUFFER;
    return (bl_affine){ .tiles = p->tiles + op->first_tile,
                        .mix = p->tiles + op->first_mix,
                        .tile_count = op->tile_count,
                        .weights = p->weights,
                        .shapes = shapes,
                        .finish = finishes ? kernels->map[op->act_a.kind] : NULL,
                        .act = op->act_a };
}

static bl_step translate(const bl_program *p, const bl_kernels *kernels, const bl_op *op, const bl_code *code)
{
    const bl_buffer *out = &p->buffers[op->out.buffer];
    bl_step step = { .kind = (uint8_t)op->kind,
                     .up = (uint32_t)out->up,
                     .down = (uint32_t)out->down,
                     .first_ref = (uint32_t)code->ref_count,
                     .out = calm_of(p, op->out),
                     .sum = calm_of(p, op->sum) };
    if (op->kind == BL_OP_AFFINE || op->kind == BL_OP_LAYER) {
        step.run = op->kind == BL_OP_LAYER ? kernels->layer(op->act_a.kind, op->out.channels) : kernels->affine;
        step.affine = affine_of(p, kernels, op, code->shapes + code->ref_count);
    }
    return step;
}

bl_status bl_emit(const bl_program *p, const bl_kernels *kernels, bl_code *code, bl_error *error)
{
    const size_t refs = p->source_count + (BL_AT_INPUTS + 2) * p->op_count + p->output_count + 1;
    *code = (bl_code){ .step_count = p->op_count, .output_count = p->output_count, .one_rate = true };
    for (size_t r = 1; r < p->ring_count; r++)
        code->one_rate &= p->rings[r].up == p->rings[r].down;
    code->steps = bl_calloc(p->op_count, sizeof *code->steps);
    code->refs = bl_calloc(refs, sizeof *code->refs);
    code->shapes = bl_calloc(refs, sizeof *code->shapes);
    code->ends = bl_aligned_calloc(refs * sizeof *code->ends); /* as places are, which move on beside them */
    code->turns = bl_aligned_calloc(refs * sizeof *code->turns);
    if (!code->steps || !code->refs || !code->shapes || !code->ends || !code->turns) {
        bl_code_free(code);
        return bl_fail_no_mem(error);
    }
    for (size_t i = 0; i < p->op_count; i++) {
        code->steps[i] = translate(p, kernels, &p->ops[i], code);
        add_refs(p, code, &p->ops[i]);
    }
    code->first_output = code->ref_count;
    for (size_t i = 0; i < p->output_count; i++)
        add_ref(p, code, p->outputs[i]);
    code->input = code->ref_count;
    add_ref(p, code, (bl_segment){ 0, 0, p->input_channels, 0 });
    return BL_OK;
}

void bl_code_free(bl_code *code)
{
    free(code->steps);
    free(code->refs);
    free(code->shapes);
    bl_aligned_free(code->ends);
    bl_aligned_free(code->turns);
    *code = (bl_code){ 0 };
}
