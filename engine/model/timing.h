/* When the frames of each node come: its rate and its latency. */
#ifndef BL_MODEL_TIMING_H
#define BL_MODEL_TIMING_H

#include "model/graph.h"

/** Frame t of a node stands at position t + latency of its stream; up/down (lowest terms) of its frames come
 *  with each frame of the input. */
typedef struct bl_timing {
    size_t up, down;
    size_t latency;        /* in frames of this node */
    bool padded;           /* zeros behind its last frame matter: it must not go on, and waits where it would */
    bl_node_id as_long_as; /* the first node that is always as long as this one */
} bl_timing;

/** Timing of every node; timing[] has room for g->count entries.
 *  BL_ERR_FORMAT where signals of different rates meet or the output has not the input's rate. */
bl_status bl_graph_timing(const bl_graph *g, bl_timing *timing, bl_error *error);

/** How long a node's signal is: 0 for a shortest input of `least` frames or less, else
 *  floor((shortest input + before) / divisor) * factor + after, and never negative. */
typedef struct bl_length_rule {
    ptrdiff_t least, before, divisor, factor, after;
} bl_length_rule;

bl_length_rule bl_length_rule_of(const bl_node *node);
ptrdiff_t bl_length_apply(const bl_length_rule *rule, ptrdiff_t shortest_input);

/** Length of a knob: as long as anything. */
#define BL_LENGTH_ENDLESS (PTRDIFF_MAX / 4)

/** Frames of the network's output for an input of `frames` frames. */
bl_status bl_graph_output_frames(const bl_graph *g, size_t frames, size_t *out, bl_error *error);

/** Input frames that have to come together before the network can be run: 1, or a multiple of the strides. */
size_t bl_graph_granularity(const bl_graph *g, const bl_timing *timing);

/** Multiply-accumulates per sample of the network's input. */
uint64_t bl_graph_macs(const bl_graph *g, const bl_timing *timing);

/** Latency of the whole network in samples of its input, with what waiting for `granularity` costs. */
size_t bl_graph_latency(const bl_graph *g, const bl_timing *timing);

#endif
