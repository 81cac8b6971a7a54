/* Times of any number of blocks in little memory: how many were about how long, to within one percent. */
#ifndef TOOLS_BENCH_TIMES_H
#define TOOLS_BENCH_TIMES_H

#include <stddef.h>
#include <stdint.h>

enum { TIMES_PER_OCTAVE = 64, TIMES_OCTAVES = 40 }; /* from a nanosecond to a quarter of an hour */

typedef struct bench_times {
    uint64_t count;
    double longest_s;
    uint32_t bins[TIMES_PER_OCTAVE * TIMES_OCTAVES];
} bench_times;

void bench_times_add(bench_times *times, double seconds);

/* The time within which the given part of all blocks stayed; 0 if there are none. */
double bench_times_quantile(const bench_times *times, double part);

#endif
