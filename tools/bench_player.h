/* A plan and a stream that plays noise: what stands behind all rows of one network and instruction set. */
#ifndef TOOLS_BENCH_PLAYER_H
#define TOOLS_BENCH_PLAYER_H

#include "bench.h"

#include <backline/stream.h>

struct bench_player {
    bl_plan *plan;
    bl_stream *stream;
    size_t in_channels, out_channels;
    float *noise, *output;
    float **in, **out; /* channels of one block */
    double *times;     /* of the blocks in one turn */
    long preemptions;  /* of this thread, when they were last looked at */
    double clock_s;    /* what reading the clock costs */
    double output_rms; /* of the first seconds */
};

/* Readies the network for blocks of up to max_block frames. Returns DONE or, after a message, FAILED; in any
 * case bench_player_free() comes last. */
int bench_player_create(struct bench_player *p, const bench_network *network, bl_cpu cpu, size_t max_block);

void bench_player_free(struct bench_player *p);

/* bench_subject.measure of a bench_row. A unit is a block. */
double bench_player_measure(void *row, double seconds, bool warming);

#endif
