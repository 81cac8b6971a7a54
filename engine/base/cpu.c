#include <backline/cpu.h>

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [BL_CPU_AUTO] = "auto", [BL_CPU_SCALAR] = "scalar", [BL_CPU_SSE2] = "sse2",
    [BL_CPU_AVX2] = "avx2", [BL_CPU_AVX512] = "avx512", [BL_CPU_NEON] = "neon",
};
#define CPU_COUNT (sizeof names / sizeof *names)

const char *bl_cpu_name(bl_cpu cpu)
{
    return (size_t)cpu < CPU_COUNT ? names[cpu] : "unknown";
}

bl_status bl_cpu_parse(const char *name, bl_cpu *cpu, bl_error *error)
{
    for (size_t i = 0; i < CPU_COUNT; i++)
        if (!strcmp(name, names[i])) {
            *cpu = (bl_cpu)i;
            return BL_OK;
        }
    return bl_fail(error, BL_ERR_ARGUMENT,
                   "\"%.40s\" is not an instruction set; known are auto, scalar, sse2, avx2, avx512 and neon.",
                   name);
}

bool bl_cpu_available(bl_cpu cpu)
{
    switch (cpu) {
    case BL_CPU_AUTO:
    case BL_CPU_SCALAR: return true;
#if defined(__x86_64__) && !defined(BL_WITHOUT_SSE2)
    case BL_CPU_SSE2: return true;
#endif
        /* The compiler's run-time check includes whether the system saves the wide registers. */
#if defined(__x86_64__) && !defined(BL_WITHOUT_AVX2)
    case BL_CPU_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
#if defined(__x86_64__) && !defined(BL_WITHOUT_AVX512)
    case BL_CPU_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq");
#endif
#if defined(__aarch64__) && !defined(BL_WITHOUT_NEON)
    case BL_CPU_NEON: return true;
#endif
    default: return false;
    }
}

static bl_cpu best(void)
{
    static const bl_cpu by_speed[] = { BL_CPU_AVX512, BL_CPU_AVX2, BL_CPU_SSE2, BL_CPU_NEON };
    for (size_t i = 0; i < sizeof by_speed / sizeof *by_speed; i++)
        if (bl_cpu_available(by_speed[i]))
            return by_speed[i];
    return BL_CPU_SCALAR;
}

bl_status bl_cpu_resolve(bl_cpu wanted, bl_cpu *cpu, bl_error *error)
{
    if (wanted == BL_CPU_AUTO) {
        const char *name = getenv("BACKLINE_CPU");
        bl_status status = name && *name ? bl_cpu_parse(name, &wanted, error) : BL_OK;
        if (status)
            return bl_fail_context(error, status, "The environment variable BACKLINE_CPU");
    }
    if (!bl_cpu_available(wanted))
        return bl_fail(error, BL_ERR_CPU, "This machine does not have the instruction set %s; its best is %s.",
                       bl_cpu_name(wanted), bl_cpu_name(best()));
    *cpu = wanted == BL_CPU_AUTO ? best() : wanted;
    return BL_OK;
}
