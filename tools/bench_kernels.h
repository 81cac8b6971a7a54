/* Measures the engine's kernels one by one. */
#ifndef TOOLS_BENCH_KERNELS_H
#define TOOLS_BENCH_KERNELS_H

#include "bench.h"
#include "bench_lists.h"

/* Measures each kernel for about the given time; fills the kernels of the report, and its machine if it has
 * no rows. Returns DONE or, after a message, FAILED; in any case the caller frees report->kernels. */
int bench_kernels_measure(bench_report *report, const bench_lists *lists, double seconds);

#endif
