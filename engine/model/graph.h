/* The graph: a network as data. Every loader builds one, the plan compiles it.
 *
 * Nodes stand in an order in which each follows its inputs. A value is a [channels][time] signal that
 * starts at t = 0; before its start and after its end it counts as zero, as with the padding of PyTorch's
 * layers. Strides change the rate of a signal; signals that meet must have the same rate. What looks ahead
 * in time is possible: the plan turns it into latency (model/timing.h). Building never fails half-way: a builder function that has no memory, or is given inputs that
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
    BL_NODE_INPUT,  /* the audio that comes in                                                */
    BL_NODE_OUTPUT, /* the audio that goes out; exactly one, the last node                    */
    BL_NODE_PARAM,  /* a knob: one channel that holds a number, smoothed; has a name and a range */
    BL_NODE_CONV1D, /* kernel 1 is a dense layer                                              */
    BL_NODE_CONV_TRANSPOSE1D,
    BL_NODE_ACTIVATION, /* act(x)                                                                 */
    BL_NODE_PRELU,      /* x > 0 ? x : slope[channel] * x                                         */
    BL_NODE_SOFTMAX,    /* exp(x) / sum of exp(x) over the channels                               */
    BL_NODE_GATE,       /* act_a(x) * act_b(y)                                                    */
    BL_NODE_BLEND,      /* g * act_a(x) + (1 - g) * x with g = act_b(y)                           */
    BL_NODE_ADD,        /* x + y                                                                  */
    BL_NODE_MUL,        /* x * y                                                                  */
    BL_NODE_SCALE,      /* factor * x                                                             */
    BL_NODE_CONCAT,     /* channels of all inputs, in order                                       */
    BL_NODE_SLICE,      /* channels first .. first + channels - 1 of x                            */
    BL_NODE_PAD,        /* left zeros before and right zeros after x; negative numbers cut        */
    BL_NODE_UPSAMPLE,   /* every frame repeated `factor` times                                    */
    BL_NODE_LSTM,
    BL_NODE_GRU
} bl_node_kind;

/* Convolution, exactly torch.nn.Conv1d with zero padding (backline/conv1d.h has the formula). Causal
 * padding is pad_left = (kernel-1)*dilation, pad_right = 0: tap kernel-1 multiplies the current sample.
 *
 * Transposed convolution, exactly torch.nn.ConvTranspose1d: every input frame adds its kernel to the output
 * at t*stride, then pad_left frames are cut at the start and pad_right at the end (torch's padding p and
 * output_padding q are pad_left = p, pad_right = p - q). */
typedef struct bl_conv1d_params {
    size_t in_channels, out_channels, kernel, dilation, groups, stride;
    ptrdiff_t pad_left, pad_right;
    float *weight; /* conv: [out_channels][in_channels/groups][kernel]; transposed:
                      [in_channels][out_channels/groups][kernel]; owned by the graph */
    float *bias;   /* [out_channels] or NULL, owned by the graph */
} bl_conv1d_params;

/* A recurrent layer, as torch.nn.LSTM / GRU of one layer and direction. Gates stand in the order i, f, g, o
 * (LSTM) or r, z, n (GRU), each of `hidden` rows. GRU: n = tanh(W_n x + b_n + r * (U_n h + b_hn)),
 * h = (1 - z) * n + z * h (that is Keras with reset_after). */
typedef struct bl_recurrent_params {
    size_t in_channels, hidden;
    float *weight_ih; /* [gates*hidden][in_channels], gates = 4 or 3; all owned by the graph */
    float *weight_hh; /* [gates*hidden][hidden] */
    float *bias;      /* [gates*hidden]: everything that is added outside the brackets of r */
    float *bias_hh_n; /* GRU: [hidden], b_hn above; LSTM: NULL */
    float *h0, *c0;   /* [hidden]: state at the start; c0 is NULL for a GRU */
} bl_recurrent_params;

/* A knob. Its value moves smoothly from one setting to the next. */
typedef struct bl_param_params {
    float minimum, maximum, initial;
} bl_param_params;

typedef struct bl_node {
    bl_node_kind kind;
    char *name;
    size_t channels; /* of its output */
    size_t input_count;
    bl_node_id *inputs;
    union {
        bl_conv1d_params conv;
        bl_activation act; /* BL_NODE_ACTIVATION     */
        struct {
            bl_activation a, b;
        } gate;        /* BL_NODE_GATE, BL_NODE_BLEND */
        float *slopes; /* BL_NODE_PRELU: [channels], owned by the graph */
        float factor;  /* BL_NODE_SCALE          */
        size_t first;  /* BL_NODE_SLICE          */
        struct {
            ptrdiff_t left, right;
        } pad;                   /* BL_NODE_PAD          */
        size_t repeat;           /* BL_NODE_UPSAMPLE       */
        bl_recurrent_params rnn; /* BL_NODE_LSTM, BL_NODE_GRU */
        bl_param_params param;   /* BL_NODE_PARAM          */
    } u;
} bl_node;

typedef struct bl_graph {
    bl_node *nodes;
    size_t count, capacity;
    size_t connections; /* inputs of all nodes together */
    bl_status status;   /* first failure while building */
    bl_error error;     /* its sentence */
} bl_graph;

/** An empty graph; bl_graph_free() releases what it comes to own. */
void bl_graph_init(bl_graph *g);
void bl_graph_free(bl_graph *g);

/* Builders. The name is copied; printf-like, because most names carry an index. */
bl_node_id bl_graph_input(bl_graph *g, size_t channels);
void bl_graph_output(bl_graph *g, bl_node_id x);

/** Shape of a convolution to add; groups, kernel, dilation and stride are 1 where they are 0. */
typedef struct bl_conv1d_shape {
    size_t out_channels, kernel, dilation, groups;
    bool bias;
    size_t stride;
    bool padded;                   /* false: causal padding, the usual case; true: as the two numbers say */
    ptrdiff_t pad_left, pad_right; /* not negative for a convolution */
} bl_conv1d_shape;

/** A convolution with zero weights. The caller fills (*params)->weight and ->bias right away: the
 *  pointer is valid until the next builder call. *params is NULL if the graph has failed. */
bl_node_id bl_graph_conv1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape, bl_conv1d_params **params,
                           const char *name, ...);
/** The same for a transposed convolution; pad_left and pad_right are what is cut (padded is ignored). */
bl_node_id bl_graph_conv_transpose1d(bl_graph *g, bl_node_id x, const bl_conv1d_shape *shape,
                                     bl_conv1d_params **params, const char *name, ...);

/** A knob of that name; names are unique. initial lies within minimum .. maximum. */
bl_node_id bl_graph_param(bl_graph *g, bl_param_params range, const char *name, ...);

/** A recurrent layer with zero weights and state; the caller fills (*params)-> in, as for a convolution. */
bl_node_id bl_graph_lstm(bl_graph *g, bl_node_id x, size_t hidden, bl_recurrent_params **params, const char *name,
                         ...);
bl_node_id bl_graph_gru(bl_graph *g, bl_node_id x, size_t hidden, bl_recurrent_params **params, const char *name,
                        ...);

/** A slope per channel of x: *slopes receives room to fill in, NULL if the graph has failed. */
bl_node_id bl_graph_prelu(bl_graph *g, bl_node_id x, float **slopes, const char *name, ...);
bl_node_id bl_graph_softmax(bl_graph *g, bl_node_id x, const char *name, ...);
bl_node_id bl_graph_activation(bl_graph *g, bl_node_id x, bl_activation act, const char *name, ...);
bl_node_id bl_graph_gate(bl_graph *g, bl_node_id x, bl_node_id y, bl_activation a, bl_activation b,
                         const char *name, ...);
bl_node_id bl_graph_blend(bl_graph *g, bl_node_id x, bl_node_id y, bl_activation a, bl_activation b,
                          const char *name, ...);
bl_node_id bl_graph_add(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...);
bl_node_id bl_graph_mul(bl_graph *g, bl_node_id x, bl_node_id y, const char *name, ...);
bl_node_id bl_graph_scale(bl_graph *g, bl_node_id x, float factor, const char *name, ...);
bl_node_id bl_graph_concat(bl_graph *g, const bl_node_id *inputs, size_t count, const char *name, ...);
bl_node_id bl_graph_slice(bl_graph *g, bl_node_id x, size_t first, size_t channels, const char *name, ...);

bl_node_id bl_graph_pad(bl_graph *g, bl_node_id x, ptrdiff_t left, ptrdiff_t right, const char *name, ...);
bl_node_id bl_graph_upsample(bl_graph *g, bl_node_id x, size_t repeat, const char *name, ...);

/** Makes the knobs further channels of the input, in their order. Before bl_graph_check(). */
void bl_graph_params_to_inputs(bl_graph *g);

/** Proves what the plan and the streams rely on: one input, one output at the end, shapes that chain,
 *  finite weights, sizes within limits.h. Also reports what went wrong while building. */
bl_status bl_graph_check(const bl_graph *g, bl_error *error);

/** Samples of input that one output sample depends on, 0 where it is the whole past (recurrent layers);
 *  BL_ERR_LIMIT where they are too many. */
bl_status bl_graph_receptive_field(const bl_graph *g, size_t *field, bl_error *error);
/** Weights and biases. */
uint64_t bl_graph_parameters(const bl_graph *g);
uint64_t bl_node_parameters(const bl_node *node);
/** Multiply-accumulates of a node for one of its frames (a transposed convolution: of its input's). */
uint64_t bl_node_macs(const bl_node *node);

/** Names for people: "conv1d", "tanh". */
const char *bl_node_kind_name(bl_node_kind kind);
const char *bl_activation_name(bl_activation_kind kind);

#endif
