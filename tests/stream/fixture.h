/* A random network, something to play through it, and ways to play it. Signals are [channel][frames]. */
#ifndef TESTS_STREAM_FIXTURE_H
#define TESTS_STREAM_FIXTURE_H

#include "graph_oracle.h"
#include "random_graph.h"

#include "model/model.h"

#include <backline/plan.h>
#include <backline/stream.h>

#define MAX_CHANNELS 40

typedef struct fixture {
    uint64_t seed;
    random_family family;
    const char *name; /* of the family, or what the test says */
    bl_model *model;
    size_t in_channels, out_channels, frames;
    size_t out_frames; /* what the network makes of `frames` frames */
    size_t tail;       /* zeros behind the input until all of the output has come, and some more */
    size_t heard;      /* frames + tail: frames of every signal that is played */
    float *in;         /* heard frames; the tail is zero */
} fixture;

/** What a test was called with: [networks] [first seed]. Without, as many networks as the effort asks for (test_support.h). */
void read_arguments(int argc, char **argv, size_t *networks, uint64_t *first_seed);

/** The network of that seed. */
fixture open_fixture(uint64_t seed, size_t prewarm);
/** A fixture for a model of the test's own, which it takes over. */
fixture fixture_for(bl_model *model, size_t frames, bl_random *r);
void close_fixture(fixture *f);

bl_plan *new_plan(const fixture *f, bl_cpu cpu);
bl_stream *new_stream(const bl_plan *plan);
float *new_signal(size_t channels, size_t frames);

/** Noise with rests, so that histories of zeros occur, and a first sample that is not zero. */
void fill_signal(bl_random *r, float *signal, size_t channels, size_t frames);

/** Blocks of least .. most frames, now and then none; fixed if least == most. */
typedef struct block_sizes {
    size_t least, most;
} block_sizes;

extern const block_sizes any_size, whole;

size_t next_block(bl_random *r, block_sizes sizes, size_t left);

/** Plays frames first .. end-1 of `in` into the same of `out`; both are of f->heard frames. */
void play_range(bl_stream *s, const fixture *f, const float *in, float *out, size_t first, size_t end,
                block_sizes sizes, bl_random *r);

/** Plays all frames of `in`, says that the input has ended, and plays the tail. */
void play(bl_stream *s, const fixture *f, const float *in, float *out, block_sizes sizes, bl_random *r);

/** The same with a stream of its own; free() releases the result. */
float *play_new(const bl_plan *plan, const fixture *f, const float *in, block_sizes sizes, bl_random *r);

/** Fails unless frames first .. f->heard-1 are equal to the bit. */
void assert_identical_from(size_t first, const fixture *f, const bl_plan *plan, const float *got,
                           const float *expected, const char *what);
void assert_identical(const fixture *f, const bl_plan *plan, const float *got, const float *expected,
                      const char *what);

/** What the oracle says to the fixture's input, which fails if it is not f->out_frames long. free() .out. */
graph_answer ask_oracle(const fixture *f);

/** Fails unless `got`, f->heard frames that a stream has said, are the answer's from frame `first` on, late by
 *  the plan's latency. Returns the largest error as a share of the tolerance. */
double assert_answer(size_t first, const fixture *f, const bl_plan *plan, const float *got,
                     const graph_answer *answer);

/** For messages: "seed 7 (strides), avx2". */
const char *fixture_name(const fixture *f, const bl_plan *plan);

#endif
