/* A plan in words: what is computed, in which order, from where to where. */
#include "base/fail.h"
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

static const char *const op_names[] = {
    [BL_OP_AFFINE] = "affine",   [BL_OP_LAYER] = "layer", [BL_OP_MAP] = "map",   [BL_OP_GATE] = "gate",
    [BL_OP_BLEND] = "blend",     [BL_OP_ADD] = "add",     [BL_OP_MUL] = "mul",   [BL_OP_SCALE] = "scale",
    [BL_OP_PRELU] = "prelu",     [BL_OP_SPLIT] = "split", [BL_OP_JOIN] = "join", [BL_OP_PARAM] = "param",
    [BL_OP_SOFTMAX] = "softmax", [BL_OP_LSTM] = "lstm",   [BL_OP_GRU] = "gru",   [BL_OP_FIR] = "fir",
};

static void print_segment(FILE *file, const char *before, bl_segment s)
{
    if (s.buffer != BL_NO_BUFFER)
        fprintf(file, "%sb%u[%zu..%zu]", before, (unsigned)s.buffer, s.first, s.first + s.channels - 1);
    if (s.buffer != BL_NO_BUFFER && s.delay)
        fprintf(file, "@-%zu", s.delay);
}

static void print_op(FILE *file, const bl_program *p, const bl_op *op)
{
    print_segment(file, "", op->out);
    fprintf(file, " = %s", op_names[op->kind]);
    const bool gates = op->kind == BL_OP_GATE || op->kind == BL_OP_BLEND;
    if (op->kind == BL_OP_MAP || gates)
        fprintf(file, " %s", bl_activation_name(op->act_a.kind));
    if (gates)
        fprintf(file, " * %s", bl_activation_name(op->act_b.kind));
    if (op->kind == BL_OP_SCALE)
        fprintf(file, " %g", (double)op->factor);
    print_segment(file, " of ", op->a);
    print_segment(file, " and ", op->b);
    for (size_t i = 0; i < op->source_count; i++)
        print_segment(file, i ? ", " : " of ", p->sources[op->first_source + i]);
    print_segment(file, " plus ", op->addend);
    if ((op->kind == BL_OP_AFFINE || op->kind == BL_OP_LAYER) && op->act_a.kind != BL_ACT_LINEAR)
        fprintf(file, ", then %s", bl_activation_name(op->act_a.kind));
    print_segment(file, "; ", op->sum);
    if (op->sum.buffer != BL_NO_BUFFER)
        fputs(op->kind == BL_OP_LAYER ? " = its values" : " = it", file);
    print_segment(file, " plus ", op->plus);
    fputc('\n', file);
}

bl_status bl_plan_print(const bl_plan *plan, FILE *file, bl_error *error)
{
    const bl_program *p = &plan->program;
    fprintf(file, "# %s, %zu operations, %zu weights, %zu bytes per stream, latency %zu\n",
            bl_cpu_name(plan->kernels.cpu), p->op_count, p->weight_count, bl_plan_stream_bytes(plan, 1),
            bl_plan_latency(plan));
    for (size_t i = 0; i < p->buffer_count; i++)
        if (p->buffers[i].history)
            fprintf(file, "b%zu: %zu channels with %zu frames of history\n", i, p->buffers[i].channels,
                    p->buffers[i].history);
    for (size_t i = 0; i < p->op_count; i++)
        print_op(file, p, &p->ops[i]);
    if (fflush(file) || ferror(file))
        return bl_fail(error, BL_ERR_IO, "Writing the plan failed (%s).", strerror(errno));
    return BL_OK;
}
