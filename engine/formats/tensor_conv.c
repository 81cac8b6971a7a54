#include "formats/tensor_conv.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 256

/* A name from a file as the two arguments of "%.*s". */
#define QUOTED(name) bl_utf8_quote(name, strlen(name)), name

static bl_status find_weight(const bl_tensors *tensors, const char *name, const bl_tensor **out, bl_error *error)
{
    char full[NAME_SIZE];
    const int length = snprintf(full, sizeof full, "%s.weight", name);
    const bl_tensor *weight = length > 0 && length < NAME_SIZE ? bl_tensors_find(tensors, full) : NULL;
    if (!weight)
        return bl_fail(error, BL_ERR_FORMAT,
                       "The file has no tensor \"%.*s.weight\", the weights of a convolution.", QUOTED(name));
    if (weight->rank != 3 || !weight->count) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s has the shape %s; weights of a convolution have three sizes of at least 1: "
                       "[out, in/groups, kernel].",
                       QUOTED(weight->name), bl_tensor_shape_text(weight, shape, sizeof shape));
    }
    if (weight->shape[0] > BL_MAX_CHANNELS || weight->shape[1] > BL_MAX_CHANNELS ||
        weight->shape[2] > BL_MAX_KERNEL) {
        char shape[100];
        return bl_fail(error, BL_ERR_LIMIT,
                       "The tensor %.*s has the shape %s; at most %u channels and %u taps are "
                       "possible.",
                       QUOTED(weight->name), bl_tensor_shape_text(weight, shape, sizeof shape), BL_MAX_CHANNELS,
                       BL_MAX_KERNEL);
    }
    *out = weight;
    return BL_OK;
}

/* *out is NULL where the convolution has no bias. */
static bl_status find_bias(const bl_tensors *tensors, const char *name, size_t channels, const bl_tensor **out,
                           bl_error *error)
{
    char full[NAME_SIZE];
    const int length = snprintf(full, sizeof full, "%s.bias", name);
    const bl_tensor *bias = length > 0 && length < NAME_SIZE ? bl_tensors_find(tensors, full) : NULL;
    if (bias && !bl_tensor_is(bias, 1, (uint64_t[]){ channels })) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s has the shape %s; it should be [%zu] to fit the weights.",
                       QUOTED(bias->name), bl_tensor_shape_text(bias, shape, sizeof shape), channels);
    }
    *out = bias;
    return BL_OK;
}

bl_status bl_tensor_conv_inputs(const bl_tensors *tensors, const char *name, size_t *channels, bl_error *error)
{
    const bl_tensor *weight;
    bl_status status = find_weight(tensors, name, &weight, error);
    if (!status)
        *channels = (size_t)weight->shape[1];
    return status;
}

/* A description may use one tensor in many layers: what the graph copies must stay within bounds. */
static bl_status check_total(const bl_graph *g, const bl_tensor *weight, bl_error *error)
{
    if (bl_graph_parameters(g) + weight->count > BL_MAX_VALUES)
        return bl_fail(error, BL_ERR_LIMIT, "The network has more than %u parameters, the limit.", BL_MAX_VALUES);
    return BL_OK;
}

bl_status bl_tensor_conv(bl_graph *g, bl_node_id *x, const bl_tensors *tensors, const char *name, size_t dilation,
                         size_t groups, bl_error *error)
{
    const bl_tensor *weight, *bias;
    bl_status status;
    if (g->status)
        return bl_graph_check(g, error);
    if ((status = find_weight(tensors, name, &weight, error)) ||
        (status = find_bias(tensors, name, (size_t)weight->shape[0], &bias, error)) ||
        (status = check_total(g, weight, error)))
        return status;
    const size_t in = g->nodes[*x].channels, out = (size_t)weight->shape[0];
    if (in % groups || out % groups || weight->shape[1] != in / groups) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s has the shape %s, which does not fit %zu channels in %zu groups.",
                       QUOTED(weight->name), bl_tensor_shape_text(weight, shape, sizeof shape), in, groups);
    }
    bl_conv1d_params *conv;
    *x = bl_graph_conv1d(g, *x,
                         &(bl_conv1d_shape){ .out_channels = out,
                                             .kernel = (size_t)weight->shape[2],
                                             .dilation = dilation,
                                             .groups = groups,
                                             .bias = bias != NULL },
                         &conv, "%s", name);
    if (!conv)
        return bl_graph_check(g, error);
    memcpy(conv->weight, weight->values, weight->count * sizeof *conv->weight);
    if (bias)
        memcpy(conv->bias, bias->values, bias->count * sizeof *conv->bias);
    return BL_OK;
}
