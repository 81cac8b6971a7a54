/* What a graph should compute, without a plan, a stream or a kernel: node after node over the whole
 * signal, each as long as PyTorch makes it, convolutions by bl_conv1d(), all other layers by their definition.
 * Every node computes in double precision and rounds once. */
#ifndef TESTS_STREAM_GRAPH_ORACLE_H
#define TESTS_STREAM_GRAPH_ORACLE_H

#include "model/graph.h"

#include <stdbool.h>
#include <stddef.h>

/** The output of a graph, [channels][frames]; free() releases out. */
typedef struct graph_answer {
    float *out;
    size_t frames;
    double peak; /* the largest magnitude that any node took, the measure for errors */
} graph_answer;

/** Evaluate a checked graph. Knobs stand at their initial values.
 *  @param in      [channels of the input][frames]; samples that are not finite count as 0
 *  @return        false if there is no memory or bl_conv1d() refuses, with a line on stderr */
bool graph_oracle(const bl_graph *g, const float *in, size_t frames, graph_answer *answer);

/** The same, but what is not finite stays so: every value that depends on a NaN is one. */
bool graph_oracle_raw(const bl_graph *g, const float *in, size_t frames, graph_answer *answer);

#endif
