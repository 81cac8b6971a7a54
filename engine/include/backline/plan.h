/** @file plan.h
 *  A plan: a model compiled for one instruction set. Second of the three handles. */
#ifndef BACKLINE_PLAN_H
#define BACKLINE_PLAN_H

#include <backline/cpu.h>
#include <backline/model.h>
#include <backline/status.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable and shareable: any number of streams on any threads may use one plan. */
typedef struct bl_plan bl_plan;

/** Compile a model. The plan copies all that it needs; the model may be freed right afterwards.
 *  @param cpu  instruction set, normally BL_CPU_AUTO
 *  @param out  receives the plan on success; free it with bl_plan_free() after its last stream
 *  Not real-time safe. */
BL_API bl_status bl_plan_create(const bl_model *model, bl_cpu cpu, bl_plan **out, bl_error *error);

/** Free; NULL is allowed. */
BL_API void bl_plan_free(bl_plan *plan);

/** The instruction set it was compiled for; never BL_CPU_AUTO. */
BL_API bl_cpu bl_plan_cpu(const bl_plan *plan);

/** Channels that a stream of this plan takes and gives. */
BL_API size_t bl_plan_in_channels(const bl_plan *plan);
BL_API size_t bl_plan_out_channels(const bl_plan *plan);

/** Sample rate in Hz that the model was made for, NAN where the file does not say. */
BL_API double bl_plan_sample_rate(const bl_plan *plan);

/** Samples by which a stream's output is late: what the network looks ahead, and what a stride makes it
 *  wait for. Constant. */
BL_API size_t bl_plan_latency(const bl_plan *plan);

/** Knobs, as bl_model_param_count() counted them. */
BL_API size_t bl_plan_param_count(const bl_plan *plan);

/** Bytes of memory that a stream with so many lanes takes. */
BL_API size_t bl_plan_stream_bytes(const bl_plan *plan, size_t lanes);

/** Writes the fused operations, one per line, for people. BL_ERR_IO if the file reports an error. */
BL_API bl_status bl_plan_print(const bl_plan *plan, FILE *file, bl_error *error);

#ifdef __cplusplus
}
#endif
#endif
