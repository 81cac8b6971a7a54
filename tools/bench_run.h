/* Measuring the speed of several things against each other on one core, and against what the arithmetic of
 * that core can do at the same moment.
 *
 * They take turns, in many short rounds, so that a wandering clock frequency touches all of them alike. What
 * counts are medians over the quietest tenth of the rounds: a neighbour on the second thread of a core takes
 * away a quarter of the speed for tenths of a second at a time. */
#ifndef TOOLS_BENCH_RUN_H
#define TOOLS_BENCH_RUN_H

#include <backline/cpu.h>
#include <stdbool.h>
#include <stddef.h>

/* What the machine was like. */
typedef struct bench_machine {
    int pinned_cpu;                      /* number of the CPU, -1 if the system chose freely */
    double disturbed;                    /* share of the rounds in which something else slowed the core down */
    double peak_gflops[BL_CPU_NEON + 1]; /* by instruction set, 0 for those that were not measured */
} bench_machine;

/* One thing to measure, and how fast it was. */
typedef struct bench_subject {
    bl_cpu cpu;
    double operations; /* floating-point operations in one unit of work */
    /* Works for about the given time; returns the median time of one unit. What is only done to warm up the
     * caches is of no other consequence. */
    double (*measure)(void *context, double seconds, bool warming);
    void *context;
    double unit_s;        /* time of one unit */
    double share_of_peak; /* 0..1 */
} bench_subject;

/* Measures every subject for about the given time in all. Returns DONE or, after a message, also if
 * stop_requested() (stop.h), FAILED. */
int bench_run(bench_subject *subjects, size_t count, double seconds, bench_machine *machine);

/* The value that the given part of all values does not exceed; sorts them. n >= 1. */
double bench_quantile(double *values, size_t n, double part);

#endif
