#include "plan/code.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <stdlib.h>

static bl_ref resolve(const bl_program *p, bl_segment s)
{
    if (s.buffer == BL_NO_BUFFER)
        return (bl_ref){ 0 };
    const bl_buffer *b = &p->buffers[s.buffer];
    return (bl_ref){ .offset = (uint32_t)(b->offset + s.first * b->stride),
                     .stride = (uint32_t)b->stride,
                     .channels = (uint32_t)s.channels,
                     .ring = (uint32_t)b->ring,
                     .ring_frames = (uint32_t)b->ring_frames,
                     .delay = (uint32_t)s.delay };
}

static bool settles(const bl_program *p, bl_segment s)
{
    return s.buffer != BL_NO_BUFFER && (p->buffers[s.buffer].history || p->buffers[s.buffer].masked);
}

static bl_step translate(const bl_program *p, const bl_op *op)
{
    const bl_buffer *out = &p->buffers[op->out.buffer];
    return (bl_step){ .kind = op->kind,
                      .up = (uint32_t)out->up,
                      .down = (uint32_t)out->down,
                      .settles = settles(p, op->out) || settles(p, op->sum),
                      .out_buffer = op->out.buffer,
                      .sum_buffer = op->sum.buffer,
                      .out = resolve(p, op->out),
                      .a = resolve(p, op->a),
                      .b = resolve(p, op->b),
                      .addend = resolve(p, op->addend),
                      .sum = resolve(p, op->sum),
                      .act_a = op->act_a,
                      .act_b = op->act_b,
                      .factor = op->factor,
                      .period = (uint32_t)op->period,
                      .index = (uint32_t)op->index,
                      .weights = (uint32_t)op->weights,
                      .taps = (uint32_t)op->taps,
                      .dilation = (uint32_t)op->dilation,
                      .spectra = (uint32_t)op->spectra,
                      .partitions = (uint32_t)op->partitions,
                      .state = (uint32_t)op->state,
                      .first_source = (uint32_t)op->first_source,
                      .source_count = (uint32_t)op->source_count,
                      .first_tile = (uint32_t)op->first_tile,
                      .tile_count = (uint32_t)op->tile_count };
}

bl_status bl_emit(const bl_program *p, bl_code *code, bl_error *error)
{
    *code = (bl_code){ .step_count = p->op_count, .output_count = p->output_count, .ring_count = p->ring_count };
    code->steps = bl_calloc(p->op_count, sizeof *code->steps);
    code->sources = bl_calloc(p->source_count, sizeof *code->sources);
    code->outputs = bl_calloc(p->output_count, sizeof *code->outputs);
    code->rings = bl_calloc(p->ring_count, sizeof *code->rings);
    if (!code->steps || !code->sources || !code->outputs || !code->rings) {
        bl_code_free(code);
        return bl_fail_no_mem(error);
    }
    for (size_t i = 0; i < p->op_count; i++)
        code->steps[i] = translate(p, &p->ops[i]);
    for (size_t i = 0; i < p->source_count; i++)
        code->sources[i] = resolve(p, p->sources[i]);
    for (size_t i = 0; i < p->output_count; i++)
        code->outputs[i] = resolve(p, p->outputs[i]);
    code->input = resolve(p, (bl_segment){ 0, 0, p->input_channels, 0 });
    for (size_t i = 0; i < p->buffer_count; i++) {
        const bl_buffer *b = &p->buffers[i];
        if (b->history)
            code->rings[b->ring] =
                (bl_ring){ (uint32_t)b->ring_frames, (uint32_t)b->margin, (uint32_t)b->up, (uint32_t)b->down };
    }
    return BL_OK;
}

void bl_code_free(bl_code *code)
{
    free(code->steps);
    free(code->sources);
    free(code->outputs);
    free(code->rings);
    *code = (bl_code){ 0 };
}
