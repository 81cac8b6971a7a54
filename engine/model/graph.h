/* The graph: a network as data. Every loader builds one, the plan compiles it.
 *
 * Nodes stand in an order in which each follows its inputs. A value is a [channels][time] signal, all at
 * one rate. Building never fails half-way: a builder function that has no memory, or is given inputs that
 * do not fit, marks the graph as failed and returns a harmless id, and bl_graph_check() says what was wrong. */
#ifndef BL_MODEL_GRAPH_H
#define BL_MODEL_GRAPH_H

#include "base/activation.h"

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t bl_node_id;

typedef enum bl_node_kind {
    BL_NODE_INPUT,      /* the audio that comes in                                                */
    BL_NODE_OUTPUT,     /* the audio that goes out; exactly one, the last node                    */
    BL_NODE_CONV1D,     /* causal: zeros (the past) on the left; kernel 1 is a dense layer        */
    BL_NODE_ACTIVATION, /* act(x)                                                                 */
    BL_NODE_GATE,       /* act_a(x) * act_b(y)                                                    */
    BL_NODE_ADD,        /* x + y                                                                  */
    BL_NODE_MUL,        /* x * y                                                                  */
    BL_NODE_SCALE,      /* factor * x                                                             */
    BL_NODE_CONCAT,     /* channels of all inputs, in order                                       */
    BL_NODE_SLICE       /* channels first .. first + channels - 1 of x                            */
} bl_node_kind;

/* y[o][t] = bias[o] + sum over i, k of weight[o][i][k] * x[g*I + i][t - (kernel-1-k)*dilation],
 * I = in_channels/groups, g = o / (out_channels/groups): tap kernel-1 multiplies the current sample. */
typedef struct bl_conv1d_params {
    size_t in_channels, out_channels, kernel, dilation, groups;
    float *weight; /* [out_channels][in_channels/groups][kernel], owned by the graph */
    float *bias;   /* [out_channels] or NULL, owned by the graph */
} bl_conv1d_params;

typedef struct bl_node {
    bl_node_kind kind;
    char *name;
    size_t channels;    /* of its output */
    size_t input_count;
    bl_node_id *inputs;
    union {
        bl_conv1d_params conv;
        bl_activation act;                   /* BL_NODE_ACTIVATION     */
        struct { bl_activation a, b; } gate; /* BL_NODE_GATE           */
        float factor;                        /* BL_NODE_SCALE          */
        size_t first;                        /* BL_NODE_SLICE          */
    } u;
} bl_node;

typedef struct bl_graph {
    bl_node *nodes;
    size_t count, capacity;
    bl_status status; /* first failure while building */
    bl_error error;   /* its sentence */
} bl_graph;

/** An empty graph; bl_graph_free() releases what it comes to own. */
void bl_graph_init(bl_graph *g);
void bl_graph_free(bl_graph *g);

/* Builders. The name is copied; printf-like, because most names carry an index. */
bl_node_id bl_graph_input(bl_graph *g, size_t channels);
void bl_graph_output(bl_graph *g, bl_node_id x);

/** Shape of a convolution to add; its groups, kernel and dilation are 1 where they are 0. */
typedef struct bl_conv1d_shape {
    size_t out_channels, kernel, dilation, groups;
    bool bias;
} bl_conv1d_shape;

/** A convolution with zero weights. The caller fills (*params)->weight and ->bias right away: the
 *  pointer is valid until the next builder call. *params is NULL if the graph has failed. */
bl_node_id bl_graph_conv1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape, bl_conv1d_params **params,
                           const char *name, ...);
bl_node_id bl_graph_activation(bl_graph *g, bl_node_id x, bl_activation act, const char *name, ...);
bl_node_id bl_graph_gate(bl_graph *g, bl_node_id x, bl_node_id y, bl_activation a, bl_activation b,
                         const char *name, ...);
bl_node_id bl_graph_add(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...);
bl_node_id bl_graph_mul(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...);
bl_node_id bl_graph_scale(bl_graph *g, bl_node_id x, float factor, const char *name, ...);
bl_node_id bl_graph_concat(bl_graph *g, const bl_node_id *inputs, size_t count, const char *name, ...);
bl_node_id bl_graph_slice(bl_graph *g, bl_node_id x, size_t first, size_t channels, const char *name, ...);

/** Proves what the plan and the streams rely on: one input, one output at the end, shapes that chain,
 *  finite weights, sizes within limits.h. Also reports what went wrong while building. */
bl_status bl_graph_check(const bl_graph *g, bl_error *error);

/** Samples of input that one output sample depends on, >= 1; BL_ERR_LIMIT where they are too many. */
bl_status bl_graph_receptive_field(const bl_graph *g, size_t *field, bl_error *error);
/** Multiply-accumulates per sample. */
uint64_t bl_graph_macs(const bl_graph *g);
/** Weights and biases. */
uint64_t bl_graph_parameters(const bl_graph *g);

/** Names for people: "conv1d", "tanh". */
const char *bl_node_kind_name(bl_node_kind kind);
const char *bl_activation_name(bl_activation_kind kind);

#endif
