/* What a graph should compute, without a plan, a stream or a kernel: node after node over the whole
 * signal, convolutions by bl_conv1d(). Every node computes in double precision and rounds once. */
#ifndef TESTS_STREAM_GRAPH_ORACLE_H
#define TESTS_STREAM_GRAPH_ORACLE_H

#include "model/graph.h"

#include <stdbool.h>
#include <stddef.h>

/** Evaluate a checked graph from zero histories.
 *  @param out     [channels of the output][frames], must not overlap in
 *  @param in      [channels of the input][frames]; samples that are not finite count as 0
 *  @param peak    receives the largest magnitude that any node took, the measure for errors; may be NULL
 *  @return        false if there is no memory or bl_conv1d() refuses, with a line on stderr */
bool graph_oracle(const bl_graph *g, float *out, const float *in, size_t frames, double *peak);

#endif
