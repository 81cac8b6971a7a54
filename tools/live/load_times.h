/* How long blocks took, as shares of the time that a block lasts: a histogram that the audio thread fills, and anybody
 * reads. */
#ifndef TOOLS_LIVE_LOAD_TIMES_H
#define TOOLS_LIVE_LOAD_TIMES_H

#include <backline/status.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Shares: 0.25 is a quarter of the time. Of the blocks of the last one or two stretches; worst: since the start. */
typedef struct load_times {
    double p50, p99, worst;
} load_times;

enum { LOAD_BINS = 256 };

typedef struct load_meter {
    _Atomic uint32_t bins[2][LOAD_BINS]; /* this stretch and the one before; logarithmic from 1e-4 to 10 */
    _Atomic uint32_t now;
    _Atomic uint64_t stretch_frames;
    _Atomic float worst;
    double stretch_seconds;
} load_meter;

/* Nobody uses it yet. */
void load_meter_init(load_meter *m, double stretch_seconds);

/* A block of so many frames took so many seconds. Audio thread. */
BL_REALTIME void load_meter_add(load_meter *m, double seconds, size_t frames, double rate_hz);

/* Any thread. All 0 before the first block. */
void load_meter_read(load_meter *m, load_times *times);

#endif
