#include "bench_times.h"

#include <math.h>

static const double shortest_s = 1e-9;
enum { BINS = TIMES_PER_OCTAVE * TIMES_OCTAVES };

void bench_times_add(bench_times *times, double seconds)
{
    double place = seconds > shortest_s ? TIMES_PER_OCTAVE * log2(seconds / shortest_s) : 0;
    times->bins[place < BINS - 1 ? (size_t)place : BINS - 1]++;
    times->count++;
    times->longest_s = fmax(times->longest_s, seconds);
}

double bench_times_quantile(const bench_times *times, double part)
{
    double wanted = part * (double)times->count;
    uint64_t seen = 0;
    size_t bin = 0;
    while (bin < BINS - 1 && (double)(seen += times->bins[bin]) < wanted)
        bin++;
    /* the upper end of the bin, so that the figure never flatters */
    return fmin(shortest_s * exp2((double)(bin + 1) / TIMES_PER_OCTAVE), times->longest_s);
}
