/* Networks that nobody would train, for tests: every kind of node, put together at random. */
#ifndef TESTS_STREAM_RANDOM_GRAPH_H
#define TESTS_STREAM_RANDOM_GRAPH_H

#include "model/graph.h"
#include "test_support.h"

/** A whole number, least and most included. */
size_t random_between(bl_random *r, size_t least, size_t most);
bool random_chance(bl_random *r, double probability);

/** Any arrangement of 1 to 14 steps. Values stay of the order of 1, so that errors can be judged:
 *  weights are scaled by the root of the fan-in and one factor of each product is bounded. */
void random_graph_any(bl_graph *g, bl_random *r);

/** A WaveNet as in .nam files: one or two arrays of layers with mix-in of the input, skip sum, residual
 *  and head; gated or not, any sizes. This is the arrangement that plans fuse most. */
void random_graph_wavenet(bl_graph *g, bl_random *r);

/** A WaveNet as PedalNet's: gated layers, their outputs concatenated and mixed at the end. */
void random_graph_concatenated(bl_graph *g, bl_random *r);

#endif
