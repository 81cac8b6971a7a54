#include "formats/graph_layers.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A name from a file as the two arguments of "%.*s". */
#define QUOTED(name) bl_utf8_quote(name, strlen(name)), name

static void copy(float *to, const float *from, size_t count)
{
    if (from && count)
        memcpy(to, from, count * sizeof *to);
}

/* ---- per channel ---- */

bl_status bl_layer_affine(bl_graph *g, bl_node_id *x, const float *scale, const float *shift, const char *name,
                          bl_error *error)
{
    if (g->status)
        return bl_graph_check(g, error);
    const size_t channels = g->nodes[*x].channels;
    bl_conv1d_params *conv;
    *x = bl_graph_conv1d(g, *x,
                         &(bl_conv1d_shape){ .out_channels = channels, .groups = channels, .bias = shift != NULL },
                         &conv, "%s", name);
    if (!conv)
        return bl_graph_check(g, error);
    for (size_t c = 0; c < channels; c++)
        conv->weight[c] = scale ? scale[c] : 1.0f;
    copy(conv->bias, shift, channels);
    return BL_OK;
}

bl_status bl_layer_batch_norm(bl_graph *g, bl_node_id *x, const bl_batch_norm *norm, const char *name,
                              bl_error *error)
{
    if (g->status)
        return bl_graph_check(g, error);
    const size_t channels = g->nodes[*x].channels;
    float *scale = bl_calloc(channels, 2 * sizeof *scale);
    if (!scale)
        return bl_fail_no_mem(error);
    float *shift = scale + channels;
    bl_status status = BL_OK;
    for (size_t c = 0; c < channels && !status; c++) {
        const double power = (double)norm->variance[c] + norm->epsilon;
        const double factor = (norm->weight ? (double)norm->weight[c] : 1.0) / sqrt(power);
        const double offset = (norm->bias ? (double)norm->bias[c] : 0.0) - (double)norm->mean[c] * factor;
        scale[c] = (float)factor;
        shift[c] = (float)offset;
        if (!(power > 0.0)) /* a negative variance, as some trainers leave behind, may hide in the epsilon */
            status = bl_fail(error, BL_ERR_FORMAT,
                             "The batch normalisation %.*s has the variance %g and the epsilon %g in channel %zu; "
                             "their sum should be positive.",
                             QUOTED(name), (double)norm->variance[c], norm->epsilon, c);
        else if (!isfinite(scale[c]) || !isfinite(shift[c]))
            status =
                bl_fail(error, BL_ERR_FORMAT,
                        "The batch normalisation %.*s is not finite in float32 in channel %zu.", QUOTED(name), c);
    }
    if (!status)
        status = bl_layer_affine(g, x, scale, shift, name, error);
    free(scale);
    return status;
}

bl_status bl_layer_broadcast(bl_graph *g, bl_node_id *x, size_t channels, const char *name, bl_error *error)
{
    bl_node_id *inputs = bl_calloc(channels, sizeof *inputs);
    if (!inputs)
        return bl_fail_no_mem(error);
    for (size_t i = 0; i < channels; i++)
        inputs[i] = *x;
    *x = bl_graph_concat(g, inputs, channels, "%s", name);
    free(inputs);
    return g->status ? bl_graph_check(g, error) : BL_OK;
}

/* ---- recurrent ---- */

/* What is absent is not added: not even the sign of a zero may change. */
static float sum(const float *a, const float *b, size_t i)
{
    if (!a || !b)
        return a ? a[i] : b ? b[i] : 0.0f;
    return (float)((double)a[i] + (double)b[i]);
}

/* Both biases of a gate are added to the same sum, but for a GRU's candidate, where r multiplies one. */
static void fill_biases(bl_recurrent_params *p, const bl_torch_rnn *rnn)
{
    const size_t n = rnn->hidden, plain = rnn->gru ? 2 * n : 4 * n;
    for (size_t i = 0; i < plain; i++)
        p->bias[i] = sum(rnn->bias_ih, rnn->bias_hh, i);
    for (size_t i = 0; rnn->gru && i < n; i++) {
        p->bias[plain + i] = sum(rnn->bias_ih, NULL, plain + i);
        p->bias_hh_n[i] = sum(rnn->bias_hh, NULL, plain + i);
    }
}

bl_status bl_layer_rnn(bl_graph *g, bl_node_id *x, const bl_torch_rnn *rnn, const char *name, bl_error *error)
{
    if (g->status)
        return bl_graph_check(g, error);
    const size_t in = g->nodes[*x].channels, n = rnn->hidden, rows = bl_torch_rnn_gates(rnn->gru) * n;
    bl_recurrent_params *p;
    *x = rnn->gru ? bl_graph_gru(g, *x, n, &p, "%s", name) : bl_graph_lstm(g, *x, n, &p, "%s", name);
    if (!p)
        return bl_graph_check(g, error);
    copy(p->weight_ih, rnn->weight_ih, rows * in);
    copy(p->weight_hh, rnn->weight_hh, rows * n);
    fill_biases(p, rnn);
    copy(p->h0, rnn->h0, n);
    if (!rnn->gru)
        copy(p->c0, rnn->c0, n);
    return BL_OK;
}

/* ---- convolutions ---- */

static bl_status fail_shape(const bl_tensor *t, const char *what, bl_error *error)
{
    char shape[100];
    return bl_fail(error, BL_ERR_FORMAT, "The tensor %.*s has the shape %s; %s.", QUOTED(t->name),
                   bl_tensor_shape_text(t, shape, sizeof shape), what);
}

static bl_status check_sizes(const bl_layer_weights *w, bl_error *error)
{
    const bl_tensor *t = w->weight;
    if (t->rank < 2 || t->rank > 3 || !t->count)
        return fail_shape(t,
                          w->transposed ? "it should have three sizes of at least 1, [in, out/groups, kernel]"
                                        : "it should have three sizes of at least 1, [out, in/groups, kernel]",
                          error);
    if (t->shape[0] > BL_MAX_CHANNELS || t->shape[1] > BL_MAX_CHANNELS ||
        (t->rank == 3 && t->shape[2] > BL_MAX_KERNEL)) {
        char shape[100];
        return bl_fail(error, BL_ERR_LIMIT,
                       "The tensor %.*s has the shape %s; at most %u channels and %u taps are "
                       "possible.",
                       QUOTED(t->name), bl_tensor_shape_text(t, shape, sizeof shape), BL_MAX_CHANNELS,
                       BL_MAX_KERNEL);
    }
    return BL_OK;
}

/* Finds the output channels. */
static bl_status check_channels(const bl_layer_weights *w, size_t in, size_t groups, size_t *out, bl_error *error)
{
    const bl_tensor *t = w->weight;
    const uint64_t rows = t->shape[0], columns = t->shape[1];
    *out = (size_t)(w->transposed ? columns * groups : rows);
    const bool fits = w->transposed ? rows == in && in % groups == 0
                                    : in % groups == 0 && rows % groups == 0 && columns == in / groups;
    if (!fits) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s has the shape %s, which does not fit %zu input channels in %zu group%s.",
                       QUOTED(t->name), bl_tensor_shape_text(t, shape, sizeof shape), in, groups,
                       groups == 1 ? "" : "s");
    }
    if (w->bias && !bl_tensor_is(w->bias, 1, (uint64_t[]){ *out })) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s has the shape %s; it should be [%zu] to fit the "
                       "weights.",
                       QUOTED(w->bias->name), bl_tensor_shape_text(w->bias, shape, sizeof shape), *out);
    }
    return BL_OK;
}

bl_status bl_layer_conv(bl_graph *g, bl_node_id *x, const bl_layer_weights *w, bl_conv1d_shape shape,
                        const char *name, bl_error *error)
{
    if (g->status)
        return bl_graph_check(g, error);
    const size_t groups = shape.groups ? shape.groups : 1;
    bl_status status;
    if ((status = check_sizes(w, error)) ||
        (status = check_channels(w, g->nodes[*x].channels, groups, &shape.out_channels, error)))
        return status;
    shape.kernel = w->weight->rank == 3 ? (size_t)w->weight->shape[2] : 1;
    shape.bias = w->bias != NULL;
    bl_conv1d_params *conv;
    *x = w->transposed ? bl_graph_conv_transpose1d(g, *x, &shape, &conv, "%s", name)
                       : bl_graph_conv1d(g, *x, &shape, &conv, "%s", name);
    if (!conv)
        return bl_graph_check(g, error);
    copy(conv->weight, w->weight->values, w->weight->count);
    if (w->bias)
        copy(conv->bias, w->bias->values, w->bias->count);
    return BL_OK;
}
