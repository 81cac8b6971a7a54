/* Networks that nobody would train, for tests: every kind of node, put together at random. */
#ifndef TESTS_STREAM_RANDOM_GRAPH_H
#define TESTS_STREAM_RANDOM_GRAPH_H

#include "model/graph.h"
#include "test_support.h"

/** A whole number, least and most included. */
size_t random_between(bl_random *r, size_t least, size_t most);
bool random_chance(bl_random *r, double probability);

typedef enum random_family {
    RANDOM_ANY,          /* causal convolutions and element-wise nodes                        */
    RANDOM_WAVENET,      /* as in .nam files                                                  */
    RANDOM_CONCATENATED, /* a WaveNet as PedalNet's                                           */
    RANDOM_AHEAD,        /* any padding, cuts and delays; branches of different latency joined */
    RANDOM_STRIDES,      /* encoders, decoders and skip connections; oversampling             */
    RANDOM_RECURRENT,
    RANDOM_KNOBS, /* as channels and as gains and offsets                              */
    RANDOM_FIR,   /* long convolutions of single channels                              */
    RANDOM_MIXTURE,
    RANDOM_FAMILIES
} random_family;

extern const char *const random_family_names[RANDOM_FAMILIES];

/** A network of a family. Values stay of the order of 1, so that errors can be judged: weights are scaled by
 *  the root of the fan-in and one factor of each product is bounded. Where signals of different length meet
 *  the shortest counts. */
void random_graph(bl_graph *g, bl_random *r, random_family family);

#endif
