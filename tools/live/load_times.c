#include "load_times.h"

#include <math.h>

static const double lowest = 1e-4, decades = 5;

void load_meter_init(load_meter *m, double stretch_seconds)
{
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < LOAD_BINS; i++)
            atomic_init(&m->bins[s][i], 0);
    atomic_init(&m->now, 0);
    atomic_init(&m->stretch_frames, 0);
    atomic_init(&m->worst, 0);
    m->stretch_seconds = stretch_seconds;
}

static size_t bin_of(double share)
{
    const double at = share > lowest ? log10(share / lowest) / decades * LOAD_BINS : 0;
    return at < LOAD_BINS - 1 ? (size_t)at : LOAD_BINS - 1;
}

/* The middle of a bin. */
static double share_of(size_t bin)
{
    return lowest * pow(10, ((double)bin + 0.5) / LOAD_BINS * decades);
}

/* The older stretch is forgotten, and becomes the new one. */
static void begin_stretch(load_meter *m)
{
    const uint32_t next = !atomic_load_explicit(&m->now, memory_order_relaxed);
    for (size_t i = 0; i < LOAD_BINS; i++)
        atomic_store_explicit(&m->bins[next][i], 0, memory_order_relaxed);
    atomic_store_explicit(&m->now, next, memory_order_relaxed);
    atomic_store_explicit(&m->stretch_frames, 0, memory_order_relaxed);
}

void load_meter_add(load_meter *m, double seconds, size_t frames, double rate_hz)
{
    const double share = seconds * rate_hz / (double)frames;
    const uint64_t sum = atomic_load_explicit(&m->stretch_frames, memory_order_relaxed) + frames;
    _Atomic uint32_t *bin = &m->bins[atomic_load_explicit(&m->now, memory_order_relaxed)][bin_of(share)];
    atomic_store_explicit(bin, atomic_load_explicit(bin, memory_order_relaxed) + 1, memory_order_relaxed);
    atomic_store_explicit(&m->stretch_frames, sum, memory_order_relaxed);
    if (share > (double)atomic_load_explicit(&m->worst, memory_order_relaxed))
        atomic_store_explicit(&m->worst, (float)share, memory_order_relaxed);
    if ((double)sum >= m->stretch_seconds * rate_hz)
        begin_stretch(m);
}

/* The share that so many of the blocks stay below. */
static double quantile(const uint32_t *bins, uint64_t sum, double part)
{
    uint64_t below = 0;
    for (size_t i = 0; i < LOAD_BINS; i++) {
        below += bins[i];
        if ((double)below >= part * (double)sum)
            return share_of(i);
    }
    return share_of(LOAD_BINS - 1);
}

void load_meter_read(load_meter *m, load_times *times)
{
    uint32_t bins[LOAD_BINS];
    uint64_t sum = 0;
    for (size_t i = 0; i < LOAD_BINS; i++) {
        bins[i] = atomic_load_explicit(&m->bins[0][i], memory_order_relaxed) +
                  atomic_load_explicit(&m->bins[1][i], memory_order_relaxed);
        sum += bins[i];
    }
    *times = (load_times){ .worst = (double)atomic_load_explicit(&m->worst, memory_order_relaxed) };
    if (sum) {
        times->p50 = quantile(bins, sum, 0.5);
        times->p99 = quantile(bins, sum, 0.99);
    }
}
