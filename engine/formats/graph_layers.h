/* Layers that several formats build in the same way: a few nodes, or one node with its weights computed. */
#ifndef BL_FORMATS_GRAPH_LAYERS_H
#define BL_FORMATS_GRAPH_LAYERS_H

#include "model/model.h"

/** y[c] = scale[c] * x[c] + shift[c], as a depthwise convolution. Either may be NULL.
 *  @param scale, shift  as many as x has channels */
bl_status bl_layer_affine(bl_graph *g, bl_node_id *x, const float *scale, const float *shift, const char *name,
                          bl_error *error);

/** Normalisation with fixed statistics: (x - mean) / sqrt(variance + epsilon) * weight + bias. */
typedef struct bl_batch_norm {
    const float *mean, *variance; /* as many as x has channels */
    const float *weight, *bias;   /* the same, or NULL */
    double epsilon;
} bl_batch_norm;

/** The same, folded into an affine layer. BL_ERR_FORMAT where variance + epsilon is not positive. */
bl_status bl_layer_batch_norm(bl_graph *g, bl_node_id *x, const bl_batch_norm *norm, const char *name,
                              bl_error *error);

/** A layer of torch.nn.LSTM or GRU; the gates' rows are in PyTorch's order. Biases and states may be NULL. */
typedef struct bl_torch_rnn {
    bool gru;
    size_t hidden;
    const float *weight_ih, *weight_hh; /* [gates*hidden][in], [gates*hidden][hidden] */
    const float *bias_ih, *bias_hh;     /* [gates*hidden] */
    const float *h0, *c0;               /* [hidden] */
} bl_torch_rnn;

/** Gates of an LSTM or a GRU. */
static inline size_t bl_torch_rnn_gates(bool gru)
{
    return gru ? 3 : 4;
}

bl_status bl_layer_rnn(bl_graph *g, bl_node_id *x, const bl_torch_rnn *rnn, const char *name, bl_error *error);

/** Weights of a convolution or a linear map as tensors of the file. */
typedef struct bl_layer_weights {
    const bl_tensor *weight; /* [out, in/groups, kernel]; transposed: [in, out/groups, kernel]; or of two sizes:
                                kernel 1 */
    const bl_tensor *bias;   /* [out], or NULL */
    bool transposed;
} bl_layer_weights;

/** A convolution.
 *  @param shape  dilation, groups, stride and padding; channels, kernel and bias come from the tensors
 *  BL_ERR_FORMAT with names and shapes where the tensors do not fit *x. */
bl_status bl_layer_conv(bl_graph *g, bl_node_id *x, const bl_layer_weights *w, bl_conv1d_shape shape,
                        const char *name, bl_error *error);

/** Repeats a single channel: the result has that many. */
bl_status bl_layer_broadcast(bl_graph *g, bl_node_id *x, size_t channels, const char *name, bl_error *error);

#endif
