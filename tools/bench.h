/* What `backline bench` measures and finds, for those who measure it and those who report it. */
#ifndef TOOLS_BENCH_H
#define TOOLS_BENCH_H

#include "bench_run.h"
#include "bench_times.h"

#include <backline/model.h>

struct bench_player;

typedef struct bench_network {
    const char *name; /* the file's, or that of a network of our own */
    const char *file; /* path; NULL for a network of our own */
    bl_model *model;
    bl_model_info info;
    double rate_hz;
} bench_network;

/* One row of the table: a network with an instruction set and a block size. */
typedef struct bench_row {
    const bench_network *network;
    bl_cpu cpu;
    size_t block;
    struct bench_player *player;
    double block_s; /* time of the median block in quiet rounds */
    double share_of_peak;
    bench_times times; /* of all blocks that were not preempted */
} bench_row;

/* One kernel with an instruction set. */
typedef struct bench_kernel {
    size_t index; /* of bl_measure_kernel() */
    bl_cpu cpu;
    double ns_per_value;
    double share_of_peak; /* NAN where the work is not multiply-adds */
} bench_kernel;

typedef struct bench_report {
    bench_machine machine;
    size_t base_block; /* whose cost per sample counts as 1; 0 if there is only one block size */
    bench_row *rows;
    size_t row_count;
    bench_kernel *kernels;
    size_t kernel_count;
} bench_report;

/* How often the median block fits into the time that it plays for. */
double bench_times_real_time(const bench_row *row);

double bench_gflops(const bench_row *row);

/* The time within which 99 % of all blocks stayed. */
double bench_p99(const bench_row *row);

/* How many instances one core can run if each needs that time for a block. */
size_t bench_instances(const bench_row *row);

/* Cost per sample relative to that at the base block; NAN if there is none. */
double bench_relative_cost(const bench_report *report, const bench_row *row);

#endif
