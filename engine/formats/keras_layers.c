/* The layers of Keras networks. Weights are lists of lists, in Keras' order: [in][out], [tap][in][out]. */
#include "formats/keras.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/graph_layers.h"
#include "formats/json_tensor.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One layer while it is read. */
typedef struct layer {
    const bl_json *json;
    bl_json weights;
    bl_model *model;
    bl_node_id *x;
    size_t in, out; /* channels */
} layer;

typedef struct layer_type {
    const char *name, *words; /* words: for people */
    bl_status (*build)(layer *l, bl_error *error);
    bool activation; /* its key "activation" counts; recurrent layers have it, but mean nothing by it */
    bool keeps_channels;
} layer_type;

/* ---- the parts of a layer ---- */

bl_status bl_keras_channels(const bl_json *object, const char *key, size_t max, size_t *channels, bl_error *error)
{
    bl_json shape;
    bl_status status = bl_json_array(object, key, &shape, error);
    if (status)
        return status;
    const size_t n = json_array_size(shape.value);
    if (!n)
        return bl_json_fail(&shape, "a list that ends with a number of channels", error);
    const bl_json last = bl_json_element(&shape, n - 1);
    const json_int_t value = json_integer_value(last.value);
    if (!json_is_integer(last.value) || value < 1 || value > (json_int_t)max) {
        char expected[80];
        snprintf(expected, sizeof expected, "a whole number from 1 to %zu", max);
        return bl_json_fail(&last, expected, error);
    }
    *channels = (size_t)value;
    return BL_OK;
}

/* kernel_size and dilation are a number, or a list whose last entry counts. */
static bl_status read_size(const bl_json *object, const char *key, size_t max, size_t *size, bl_error *error)
{
    const bl_json at = bl_json_member(object, key);
    return json_is_array(at.value) ? bl_keras_channels(object, key, max, size, error)
                                   : bl_json_size(object, key, 1, max, size, error);
}

static bl_status count_weights(const layer *l, size_t min, size_t max, bl_error *error)
{
    const size_t n = json_array_size(l->weights.value);
    if (n < min || n > max) {
        char expected[60];
        if (min == max)
            snprintf(expected, sizeof expected, "a list of %zu", min);
        else
            snprintf(expected, sizeof expected, "a list of %zu or %zu", min, max);
        return bl_json_fail(&l->weights, expected, error);
    }
    return BL_OK;
}

static bool has_weight(const layer *l, size_t i)
{
    return i < json_array_size(l->weights.value);
}

/* Entry i of the weights; it is listed under its path in the file. */
static bl_status read_weight(const layer *l, size_t i, size_t rank, const uint64_t *shape, const float **values,
                             bl_error *error)
{
    const bl_json at = bl_json_element(&l->weights, i);
    return bl_json_tensor(&at, rank, shape, at.path, l->model->tensors, values, error);
}

static bl_status fail_graph(const layer *l, bl_error *error)
{
    return bl_graph_check(&l->model->graph, error);
}

/* ---- layers that are convolutions ---- */

/* From [tap][in/groups][out] to [out][in/groups][tap]. */
static void fill_conv(const bl_conv1d_params *conv, const float *w)
{
    const size_t in = conv->in_channels / conv->groups, out = conv->out_channels;
    for (size_t k = 0; k < conv->kernel; k++)
        for (size_t i = 0; i < in; i++)
            for (size_t o = 0; o < out; o++)
                conv->weight[(o * in + i) * conv->kernel + k] = w[(k * in + i) * out + o];
}

static bl_status add_conv(layer *l, bl_conv1d_shape shape, const float *w, const float *bias, bl_error *error)
{
    bl_conv1d_params *conv;
    shape.out_channels = l->out;
    shape.bias = bias != NULL;
    *l->x = bl_graph_conv1d(&l->model->graph, *l->x, &shape, &conv, "%s", l->json->path);
    if (!conv)
        return fail_graph(l, error);
    fill_conv(conv, w);
    if (bias)
        memcpy(conv->bias, bias, l->out * sizeof *bias);
    return BL_OK;
}

static bl_status build_dense(layer *l, bl_error *error)
{
    const float *w, *bias = NULL;
    bl_status status;
    if ((status = count_weights(l, 1, 2, error)) ||
        (status = read_weight(l, 0, 2, (uint64_t[]){ l->in, l->out }, &w, error)) ||
        (has_weight(l, 1) && (status = read_weight(l, 1, 1, (uint64_t[]){ l->out }, &bias, error))))
        return status;
    return add_conv(l, (bl_conv1d_shape){ .kernel = 1 }, w, bias, error);
}

static bl_status build_conv1d(layer *l, bl_error *error)
{
    bl_conv1d_shape shape = { .kernel = 1 };
    size_t stride;
    bl_status status;
    if ((status = read_size(l->json, "kernel_size", BL_MAX_KERNEL, &shape.kernel, error)) ||
        (status = read_size(l->json, "dilation", BL_MAX_RECEPTIVE_FIELD, &shape.dilation, error)) ||
        (status = bl_json_size_or(l->json, "groups", 1, 1, BL_MAX_CHANNELS, &shape.groups, error)) ||
        (status = bl_json_size_or(l->json, "strides", 1, 1, BL_MAX_STRIDE, &stride, error)))
        return status;
    if (stride != 1)
        return bl_fail(error, BL_ERR_UNSUPPORTED, "%s.strides is %zu; only 1 is played in Keras files.",
                       l->json->path, stride);
    if (l->in % shape.groups || l->out % shape.groups)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s.groups is %zu, which does not divide the channels, %zu in and %zu "
                       "out.",
                       l->json->path, shape.groups, l->in, l->out);
    const uint64_t sizes[] = { shape.kernel, l->in / shape.groups, l->out };
    const float *w, *bias = NULL;
    if ((status = count_weights(l, 1, 2, error)) || (status = read_weight(l, 0, 3, sizes, &w, error)) ||
        (has_weight(l, 1) && (status = read_weight(l, 1, 1, (uint64_t[]){ l->out }, &bias, error))))
        return status;
    return add_conv(l, shape, w, bias, error);
}

/* gamma and beta, where there are any, then mean and variance. */
static bl_status build_batchnorm(layer *l, bl_error *error)
{
    const uint64_t shape[] = { l->in };
    const size_t n = json_array_size(l->weights.value);
    float epsilon;
    bl_batch_norm norm = { 0 };
    bl_status status = bl_json_float(l->json, "epsilon", &epsilon, error);
    if (status)
        return status;
    if (n != 2 && n != 4)
        return bl_json_fail(&l->weights, "a list of 2 or 4", error);
    if (n == 4 && ((status = read_weight(l, 0, 1, shape, &norm.weight, error)) ||
                   (status = read_weight(l, 1, 1, shape, &norm.bias, error))))
        return status;
    if ((status = read_weight(l, n - 2, 1, shape, &norm.mean, error)) ||
        (status = read_weight(l, n - 1, 1, shape, &norm.variance, error)))
        return status;
    norm.epsilon = (double)epsilon;
    return bl_layer_batch_norm(&l->model->graph, l->x, &norm, l->json->path, error);
}

/* ---- recurrent layers ---- */

/* From columns [rows][gates*n] in Keras' order of gates to rows [gates*n][rows] in ours: our gate i is theirs
 * order[i]. */
static void transpose_gates(float *to, const float *from, size_t rows, size_t n, const size_t *order, size_t gates)
{
    for (size_t gate = 0; gate < gates; gate++)
        for (size_t o = 0; o < n; o++)
            for (size_t i = 0; i < rows; i++)
                to[(gate * n + o) * rows + i] = from[i * gates * n + order[gate] * n + o];
}

/* The two matrices; the weights behind them are the bias. */
static bl_status read_matrices(const layer *l, size_t gates, const float **w, const float **u, bl_error *error)
{
    bl_status status;
    if (l->out > BL_MAX_HIDDEN)
        return bl_fail(error, BL_ERR_LIMIT, "%s has %zu units; recurrent layers may have up to %u.", l->json->path,
                       l->out, BL_MAX_HIDDEN);
    if ((status = count_weights(l, 3, 3, error)) ||
        (status = read_weight(l, 0, 2, (uint64_t[]){ l->in, gates * l->out }, w, error)))
        return status;
    return read_weight(l, 1, 2, (uint64_t[]){ l->out, gates * l->out }, u, error);
}

static bl_status build_lstm(layer *l, bl_error *error)
{
    static const size_t order[] = { 0, 1, 2, 3 }; /* i, f, c, o: as ours */
    const float *w, *u, *bias;
    bl_status status;
    if ((status = read_matrices(l, 4, &w, &u, error)) ||
        (status = read_weight(l, 2, 1, (uint64_t[]){ 4 * l->out }, &bias, error)))
        return status;
    bl_recurrent_params *p;
    *l->x = bl_graph_lstm(&l->model->graph, *l->x, l->out, &p, "%s", l->json->path);
    if (!p)
        return fail_graph(l, error);
    transpose_gates(p->weight_ih, w, l->in, l->out, order, 4);
    transpose_gates(p->weight_hh, u, l->out, l->out, order, 4);
    transpose_gates(p->bias, bias, 1, l->out, order, 4);
    return BL_OK;
}

/* Only with reset_after, which gives a bias of two rows: one for the input, one for the state. They add up,
 * but for the candidate, where r multiplies the second. */
static bl_status build_gru(layer *l, bl_error *error)
{
    static const size_t order[] = { 1, 0, 2 }; /* z, r, h; ours is r, z, n */
    const size_t n = l->out;
    const float *w, *u, *bias;
    bl_status status;
    if ((status = read_matrices(l, 3, &w, &u, error)) ||
        (status = read_weight(l, 2, 2, (uint64_t[]){ 2, 3 * n }, &bias, error)))
        return status;
    bl_recurrent_params *p;
    *l->x = bl_graph_gru(&l->model->graph, *l->x, n, &p, "%s", l->json->path);
    if (!p)
        return fail_graph(l, error);
    transpose_gates(p->weight_ih, w, l->in, n, order, 3);
    transpose_gates(p->weight_hh, u, n, n, order, 3);
    transpose_gates(p->bias, bias, 1, n, order, 3);
    for (size_t gate = 0; gate < 2; gate++)
        for (size_t i = 0; i < n; i++)
            p->bias[gate * n + i] += bias[3 * n + order[gate] * n + i];
    memcpy(p->bias_hh_n, bias + 5 * n, n * sizeof *bias);
    return BL_OK;
}

/* ---- activations ---- */

/* weights is [[[alpha, ...]]], with one alpha for all channels or one for each. */
static bl_status build_prelu(layer *l, bl_error *error)
{
    const bl_json matrix = bl_json_element(&l->weights, 0), row = bl_json_element(&matrix, 0);
    const size_t n = json_array_size(row.value) == 1 ? 1 : l->in;
    const float *alphas;
    float *slopes;
    bl_status status;
    if ((status = count_weights(l, 1, 1, error)) ||
        (status = read_weight(l, 0, 2, (uint64_t[]){ 1, n }, &alphas, error)))
        return status;
    *l->x = bl_graph_prelu(&l->model->graph, *l->x, &slopes, "%s", l->json->path);
    if (!slopes)
        return fail_graph(l, error);
    for (size_t c = 0; c < l->in; c++)
        slopes[c] = alphas[n == 1 ? 0 : c];
    return BL_OK;
}

static bl_status add_activation(const layer *l, bl_error *error)
{
    static const struct {
        const char *name;
        bl_activation act;
    } activations[] = {
        { "", { .kind = BL_ACT_LINEAR } },         { "linear", { .kind = BL_ACT_LINEAR } },
        { "tanh", { .kind = BL_ACT_TANH } },       { "relu", { .kind = BL_ACT_RELU } },
        { "sigmoid", { .kind = BL_ACT_SIGMOID } }, { "elu", { .kind = BL_ACT_ELU, .a = 1.0f } },
    };
    bl_graph *g = &l->model->graph;
    const char *name;
    if (!bl_json_has(l->json, "activation"))
        return BL_OK;
    bl_status status = bl_json_text(l->json, "activation", &name, error);
    if (status)
        return status;
    if (!strcmp(name, "softmax")) {
        *l->x = bl_graph_softmax(g, *l->x, "%s.activation", l->json->path);
        return BL_OK;
    }
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
        if (!strcmp(activations[i].name, name)) {
            if (activations[i].act.kind != BL_ACT_LINEAR)
                *l->x = bl_graph_activation(g, *l->x, activations[i].act, "%s.activation", l->json->path);
            return BL_OK;
        }
    return bl_fail(error, BL_ERR_UNSUPPORTED,
                   "%s is the activation \"%.*s\"; tanh, relu, sigmoid, softmax, elu and linear are played in "
                   "Keras files.",
                   l->json->path, bl_utf8_quote(name, strlen(name)), name);
}

static bl_status build_nothing(layer *l, bl_error *error)
{
    (void)l;
    (void)error;
    return BL_OK;
}

/* ---- one layer ---- */

static const layer_type types[] = {
    { "dense", "dense", build_dense, true, false },
    { "time-distributed-dense", "dense", build_dense, true, false },
    { "conv1d", "convolution", build_conv1d, true, false },
    { "lstm", "LSTM", build_lstm, false, false },
    { "gru", "GRU", build_gru, false, false },
    { "batchnorm", "", build_batchnorm, false, true },
    { "prelu", "", build_prelu, false, true },
    { "activation", "", build_nothing, true, true },
};

static bl_status find_type(const bl_json *json, const layer_type **type, bl_error *error)
{
    const char *name;
    bl_status status = bl_json_text(json, "type", &name, error);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i].name, name)) {
            *type = &types[i];
            return BL_OK;
        }
    return bl_fail(
        error, BL_ERR_UNSUPPORTED,
        "%s is a layer of the type \"%.*s\"; dense, time-distributed-dense, conv1d, lstm, gru, batchnorm, "
        "prelu and activation are played in Keras files.",
        json->path, bl_utf8_quote(name, strlen(name)), name);
}

bl_status bl_keras_layer(const bl_json *json, bl_model *model, bl_node_id *x, char summary[40], bl_error *error)
{
    const layer_type *type;
    layer l = { .json = json, .model = model, .x = x };
    bl_status status;
    if (model->graph.status)
        return bl_graph_check(&model->graph, error);
    l.in = model->graph.nodes[*x].channels;
    if (!json_is_object(json->value))
        return bl_json_fail(json, "an object", error);
    if ((status = find_type(json, &type, error)) ||
        (status = bl_keras_channels(json, "shape", BL_MAX_CHANNELS, &l.out, error)) ||
        (status = bl_json_array(json, "weights", &l.weights, error)))
        return status;
    if (type->keeps_channels && l.in != l.out)
        return bl_fail(error, BL_ERR_FORMAT, "%s.shape says %zu channels, but %zu come in.", json->path, l.out,
                       l.in);
    if ((status = type->build(&l, error)))
        return status;
    if (*type->words)
        snprintf(summary, 40, "%s %zu", type->words, l.out);
    return type->activation ? add_activation(&l, error) : BL_OK;
}
