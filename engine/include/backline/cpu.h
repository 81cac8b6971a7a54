/** @file cpu.h
 *  Instruction sets. One binary holds the kernels of all of them and picks one at run time. */
#ifndef BACKLINE_CPU_H
#define BACKLINE_CPU_H

#include <backline/status.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum bl_cpu {
    BL_CPU_AUTO = 0, /**< the environment's BACKLINE_CPU if it is set, else the best available */
    BL_CPU_SCALAR,   /**< plain C, the reference for all others */
    BL_CPU_SSE2,
    BL_CPU_AVX2,   /**< AVX2 and FMA */
    BL_CPU_AVX512, /**< AVX-512 F, VL and DQ */
    BL_CPU_NEON    /**< AArch64 */
} bl_cpu;

/** "auto", "scalar", "sse2", "avx2", "avx512" or "neon"; a static string. */
BL_API const char *bl_cpu_name(bl_cpu cpu);

/** The instruction set of that name (as bl_cpu_name() writes it); BL_ERR_ARGUMENT for another word. */
BL_API bl_status bl_cpu_parse(const char *name, bl_cpu *cpu, bl_error *error);

/** True if this machine runs it and this build contains it. BL_CPU_AUTO is always available. */
BL_API bool bl_cpu_available(bl_cpu cpu);

/** Turns BL_CPU_AUTO into the instruction set to use; checks that any other one is available.
 *  BL_ERR_CPU if it is not, BL_ERR_ARGUMENT if BACKLINE_CPU holds an unknown word. */
BL_API bl_status bl_cpu_resolve(bl_cpu wanted, bl_cpu *cpu, bl_error *error);

/** Measures the single-core float32 multiply-add peak of this machine with the given instruction set
 *  (two floating-point operations per multiply-add), over about the given time.
 *  @return GFLOP/s, or 0 if the instruction set is not available. Not real-time safe. */
BL_API double bl_cpu_measure_peak_gflops(bl_cpu cpu, double seconds);

#ifdef __cplusplus
}
#endif
#endif
