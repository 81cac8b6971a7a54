/* Measuring how fast a plan runs, against what this machine's arithmetic can do at the same moment. */
#ifndef TOOLS_BENCH_RUN_H
#define TOOLS_BENCH_RUN_H

#include <backline/plan.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bench_result {
    size_t blocks;                   /* measured */
    double median_s, p99_s, worst_s; /* time per block */
    double gflops, peak_gflops;      /* two operations per multiply-accumulate */
    double peak_share;               /* of peak_gflops, 0..1 */
    int pinned_cpu;                  /* number of the CPU, -1 if the system chose freely */
} bench_result;

/* Runs one stream on noise for about the given time. macs is per sample. Returns DONE or, after a message,
 * FAILED. */
int bench_run(const bl_plan *plan, uint64_t macs, size_t block, double seconds, bench_result *result);

#endif
