#include "plan/plan.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"
#include "model/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Every stream begins with it, so it must not take for ever. */
static bl_status check_prewarming(const bl_model *model, bl_error *error)
{
    double work = (double)model->info.macs;
    for (size_t id = 0; id < model->graph.count; id++)
        work += (double)model->graph.nodes[id].channels;
    if (work * (double)model->info.prewarm <= BL_MAX_PREWARM_WORK)
        return BL_OK;
    return bl_fail(
        error, BL_ERR_LIMIT,
        "The network is to hear %zu zeros before it starts, at %.0f operations each; that would take too "
        "long.",
        model->info.prewarm, work);
}

bl_status bl_plan_create(const bl_model *model, bl_cpu cpu, bl_plan **out, bl_error *error)
{
    bl_status status = bl_cpu_resolve(cpu, &cpu, error);
    if (status)
        return status;
    if ((status = check_prewarming(model, error)))
        return status;
    bl_plan *plan = bl_calloc(1, sizeof *plan);
    if (!plan)
        return bl_fail_no_mem(error);
    bl_kernels_init(&plan->kernels, cpu);
    plan->prewarm = model->info.prewarm;
    plan->sample_rate_hz = model->info.sample_rate_hz;
    status = bl_lower(&model->graph, &plan->kernels, &plan->program, error);
    if (!status) {
        status = bl_hoist(&plan->program, error);
        if (!status)
            status = bl_fuse(&plan->program, &plan->kernels, error);
        if (!status)
            status = bl_layout(&plan->program, error);
        if (!status)
            status = bl_emit(&plan->program, &plan->kernels, &plan->code, error);
    }
    if (status) {
        bl_plan_free(plan);
        return status;
    }
    *out = plan;
    return BL_OK;
}

void bl_plan_free(bl_plan *plan)
{
    if (!plan)
        return;
    bl_code_free(&plan->code);
    bl_program_free(&plan->program);
    free(plan);
}

bl_cpu bl_plan_cpu(const bl_plan *plan)
{
    return plan->kernels.cpu;
}

size_t bl_plan_in_channels(const bl_plan *plan)
{
    return plan->program.input_channels;
}

size_t bl_plan_out_channels(const bl_plan *plan)
{
    return plan->program.output_channels;
}

double bl_plan_sample_rate(const bl_plan *plan)
{
    return plan->sample_rate_hz;
}

size_t bl_plan_latency(const bl_plan *plan)
{
    return plan->program.latency + plan->program.granularity - 1;
}

size_t bl_plan_param_count(const bl_plan *plan)
{
    return plan->program.param_count;
}
