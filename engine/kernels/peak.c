#define _POSIX_C_SOURCE 200809L
#include "kernels/kernels.h"

#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The fastest of many short rounds: what the core can do when nothing disturbs it. */
double bl_cpu_measure_peak_gflops(bl_cpu cpu, double seconds)
{
    bl_error ignored;
    if (bl_cpu_resolve(cpu, &cpu, &ignored))
        return 0.0;
    bl_kernels k;
    bl_kernels_init(&k, cpu);
    volatile float sink = 0.0f;
    double best = 0.0;
    const double end = now() + seconds;
    do {
        float result;
        const double start = now();
        const double operations = k.peak(20000, &result);
        const double elapsed = now() - start;
        sink = result;
        if (elapsed > 0 && operations / elapsed > best)
            best = operations / elapsed;
    } while (now() < end);
    (void)sink;
    return best * 1e-9;
}
