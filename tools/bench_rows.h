/* Makes and measures the rows of the table: every network with every instruction set and block size. */
#ifndef TOOLS_BENCH_ROWS_H
#define TOOLS_BENCH_ROWS_H

#include "bench.h"
#include "bench_lists.h"
#include "bench_networks.h"

/* Measures each row for about the given time; fills the rows of the report, its machine and base_block. Returns
 * DONE or, after a message, FAILED; in any case bench_rows_free() comes last. */
int bench_rows_measure(bench_report *report, const bench_networks *networks, const bench_lists *lists,
                       double seconds);

void bench_rows_free(bench_report *report);

#endif
