/** @file measure.h
 *  The speed of the engine's kernels one by one, for those who work on them. */
#ifndef BACKLINE_MEASURE_H
#define BACKLINE_MEASURE_H

#include <backline/cpu.h>
#include <backline/status.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What one call of a kernel did. */
typedef struct bl_kernel_timing {
    double seconds;
    double values;     /**< output values computed */
    double operations; /**< floating-point operations, two per multiply-add; 0 where the kernel does other work */
} bl_kernel_timing;

/** Number of kernels that can be measured; the same for all instruction sets. */
BL_API size_t bl_measure_kernel_count(void);

/** Name of kernel i, 0 <= i < bl_measure_kernel_count(), e.g. "tanh"; a static string. */
BL_API const char *bl_measure_kernel_name(size_t i);

/** Calls kernel i again and again over about the given time, on data that stays in the first-level cache.
 *  @param out  receives the fastest of many short series: what the core can do when nothing disturbs it
 *  BL_ERR_CPU if the instruction set is not available. Not real-time safe. */
BL_API bl_status bl_measure_kernel(bl_cpu cpu, size_t i, double seconds, bl_kernel_timing *out, bl_error *error);

#ifdef __cplusplus
}
#endif
#endif
