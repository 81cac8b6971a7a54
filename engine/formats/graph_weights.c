/* Nodes of a graph description that have weights. */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/graph_json.h"
#include "formats/graph_layers.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A name from a file as the two arguments of "%.*s". */
#define QUOTED(name) bl_utf8_quote(name, strlen(name)), name

/* ---- tensors by name ---- */

/* Checkpoints put "state_dict.", "model." or "module." before every name. What makes the first name that is
 * not found into exactly one that is, is taken to be such a prefix. */
static void find_prefix(bl_graph_reader *r, const char *name)
{
    const size_t length = strlen(name);
    size_t found = 0;
    for (size_t i = 0; i < bl_tensors_count(r->tensors); i++) {
        const char *full = bl_tensors_at(r->tensors, i)->name;
        const size_t before = strlen(full) - length;
        if (strlen(full) <= length || before >= sizeof r->prefix || full[before - 1] != '.' ||
            strcmp(full + before, name) != 0)
            continue;
        snprintf(r->prefix, sizeof r->prefix, "%.*s", (int)before, full);
        found++;
    }
    r->prefix_known = true;
    if (found != 1)
        r->prefix[0] = '\0';
}

static const bl_tensor *find_tensor(bl_graph_reader *r, const char *name)
{
    const bl_tensor *tensor = bl_tensors_find(r->tensors, name);
    if (tensor)
        return tensor;
    if (!r->prefix_known)
        find_prefix(r, name);
    char full[512];
    const int n = snprintf(full, sizeof full, "%s%s", r->prefix, name);
    return n > 0 && (size_t)n < sizeof full ? bl_tensors_find(r->tensors, full) : NULL;
}

/* r->copied never passes the limit. */
static bl_status take_numbers(bl_graph_reader *r, uint64_t count, bl_error *error)
{
    if (count > BL_MAX_VALUES - r->copied)
        return bl_fail(error, BL_ERR_LIMIT, "The network has more than %u parameters, the limit.", BL_MAX_VALUES);
    r->copied += count;
    return BL_OK;
}

bl_status bl_graph_tensor(bl_graph_reader *r, const bl_graph_entry *e, const char *key, const bl_tensor **out,
                          bl_error *error)
{
    const char *name;
    *out = NULL;
    if (!json_object_get(e->json.value, key))
        return BL_OK;
    bl_status status = bl_json_text(&e->json, key, &name, error);
    if (status)
        return status;
    const bl_tensor *tensor = find_tensor(r, name);
    if (!tensor)
        return bl_fail(error, BL_ERR_FORMAT, "%s.%s names the tensor \"%.*s\", which the file does not have.",
                       e->json.path, key, QUOTED(name));
    *out = tensor;
    return take_numbers(r, tensor->count, error);
}

bl_status bl_graph_values(bl_graph_reader *r, const bl_graph_entry *e, const char *key, size_t rank,
                          const uint64_t *shape, const float **values, bl_error *error)
{
    const bl_tensor *tensor;
    *values = NULL;
    bl_status status = bl_graph_tensor(r, e, key, &tensor, error);
    if (status || !tensor)
        return status;
    if (!bl_tensor_is(tensor, rank, shape)) {
        bl_tensor wanted = { .rank = rank };
        char have[100], should[100];
        for (size_t i = 0; i < rank; i++)
            wanted.shape[i] = shape[i];
        return bl_fail(error, BL_ERR_FORMAT, "%s.%s is the tensor \"%.*s\" of the shape %s; it should be %s.",
                       e->json.path, key, QUOTED(tensor->name), bl_tensor_shape_text(tensor, have, sizeof have),
                       bl_tensor_shape_text(&wanted, should, sizeof should));
    }
    *values = tensor->values;
    return BL_OK;
}

/* A key that must be there. */
static bl_status require(const bl_graph_entry *e, const char *key, bl_error *error)
{
    const bl_json at = bl_json_member(&e->json, key);
    return at.value ? BL_OK : bl_json_fail(&at, "the name of a tensor", error);
}

/* ---- convolutions ---- */

static bl_status read_sides(const bl_json *at, ptrdiff_t least, ptrdiff_t *left, ptrdiff_t *right, bl_error *error)
{
    ptrdiff_t sides[2];
    for (size_t i = 0; i < 2; i++) {
        const bl_json element = bl_json_element(at, i);
        const json_int_t value = json_integer_value(element.value);
        if (json_array_size(at->value) != 2)
            return bl_json_fail(at, "a list of two numbers, left and right", error);
        if (!json_is_integer(element.value) || value < least || value > (json_int_t)BL_MAX_RECEPTIVE_FIELD)
            return bl_json_fail(&element, "a whole number of frames within the limits", error);
        sides[i] = (ptrdiff_t)value;
    }
    *left = sides[0];
    *right = sides[1];
    return BL_OK;
}

/* "same" puts the odd frame on the right, as PyTorch does. */
static bl_status read_padding_name(const bl_json *at, size_t kernel, bl_conv1d_shape *shape, bl_error *error)
{
    const char *name = json_string_value(at->value);
    const ptrdiff_t total = (ptrdiff_t)((kernel - 1) * shape->dilation);
    if (!strcmp(name, "same") && shape->stride != 1)
        return bl_fail(error, BL_ERR_FORMAT, "%s is \"same\", which does not go with a stride of %zu.", at->path,
                       shape->stride);
    if (!strcmp(name, "causal"))
        shape->pad_left = total;
    else if (!strcmp(name, "same"))
        shape->pad_left = total / 2;
    else if (strcmp(name, "valid") != 0)
        return bl_json_fail(at, "\"causal\", \"same\", \"valid\", a number, or two in a list", error);
    shape->pad_right = strcmp(name, "same") ? 0 : total - shape->pad_left;
    return BL_OK;
}

static bl_status read_padding(const bl_graph_entry *e, size_t kernel, bl_conv1d_shape *shape, bl_error *error)
{
    const bl_json at = bl_json_member(&e->json, "padding");
    if (!at.value)
        return BL_OK; /* causal */
    shape->padded = true;
    if (json_is_string(at.value))
        return read_padding_name(&at, kernel, shape, error);
    if (json_is_array(at.value))
        return read_sides(&at, 0, &shape->pad_left, &shape->pad_right, error);
    size_t both;
    bl_status status = bl_json_size(&e->json, "padding", 0, BL_MAX_RECEPTIVE_FIELD, &both, error);
    if (!status)
        shape->pad_left = shape->pad_right = (ptrdiff_t)both;
    return status;
}

/* PyTorch cuts padding on both sides and gives output_padding back on the right. */
static bl_status read_cut(const bl_graph_entry *e, bl_conv1d_shape *shape, bl_error *error)
{
    const size_t below = shape->stride > shape->dilation ? shape->stride : shape->dilation;
    const bl_json at = bl_json_member(&e->json, "padding");
    size_t both = 0, back;
    bl_status status = bl_json_size_or(&e->json, "output_padding", 0, 0, below - 1, &back, error);
    if (status)
        return status;
    if (json_is_array(at.value)) {
        if (back)
            return bl_fail(error, BL_ERR_FORMAT,
                           "%s.output_padding does not go with two numbers in padding, which say all.",
                           e->json.path);
        return read_sides(&at, -(ptrdiff_t)BL_MAX_RECEPTIVE_FIELD, &shape->pad_left, &shape->pad_right, error);
    }
    status = bl_json_size_or(&e->json, "padding", 0, 0, BL_MAX_RECEPTIVE_FIELD, &both, error);
    shape->pad_left = (ptrdiff_t)both;
    shape->pad_right = (ptrdiff_t)both - (ptrdiff_t)back;
    return status;
}

/* The numbers and tensors that both kinds have. */
static bl_status read_conv(bl_graph_reader *r, const bl_graph_entry *e, bl_conv1d_shape *shape, bl_layer_weights *w,
                           bl_error *error)
{
    bl_status status;
    if ((status = require(e, "weight", error)) || (status = bl_graph_tensor(r, e, "weight", &w->weight, error)) ||
        (status = bl_graph_tensor(r, e, "bias", &w->bias, error)) ||
        (status = bl_json_size_or(&e->json, "stride", 1, 1, BL_MAX_STRIDE, &shape->stride, error)) ||
        (status = bl_json_size_or(&e->json, "dilation", 1, 1, BL_MAX_RECEPTIVE_FIELD, &shape->dilation, error)))
        return status;
    return bl_json_size_or(&e->json, "groups", 1, 1, BL_MAX_CHANNELS, &shape->groups, error);
}

bl_status bl_graph_build_conv(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    bl_conv1d_shape shape = { .kernel = 1 };
    bl_layer_weights w = { 0 };
    bl_status status = read_conv(r, e, &shape, &w, error);
    if (status)
        return status;
    assert(w.weight);
    /* Whether the tensor has that size, and not too much of it, bl_layer_conv() sees. */
    const size_t kernel = w.weight->rank == 3 && w.weight->shape[2] && w.weight->shape[2] <= BL_MAX_KERNEL
                              ? (size_t)w.weight->shape[2]
                              : 1;
    if ((status = read_padding(e, kernel, &shape, error)))
        return status;
    return bl_layer_conv(r->g, x, &w, shape, e->name, error);
}

bl_status bl_graph_build_conv_transpose(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    bl_conv1d_shape shape = { .kernel = 1, .padded = true };
    bl_layer_weights w = { .transposed = true };
    bl_status status;
    if ((status = read_conv(r, e, &shape, &w, error)) || (status = read_cut(e, &shape, error)))
        return status;
    return bl_layer_conv(r->g, x, &w, shape, e->name, error);
}

/* ---- per channel ---- */

bl_status bl_graph_build_prelu(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    const size_t channels = r->g->nodes[*x].channels;
    const bl_tensor *slope;
    float *slopes;
    bl_status status;
    if ((status = require(e, "slope", error)) || (status = bl_graph_tensor(r, e, "slope", &slope, error)))
        return status;
    assert(slope);
    if (slope->rank > 1 || (slope->count != 1 && slope->count != channels)) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s.slope is the tensor \"%.*s\" of the shape %s; it should have 1 or %zu values.",
                       e->json.path, QUOTED(slope->name), bl_tensor_shape_text(slope, shape, sizeof shape),
                       channels);
    }
    if ((status = take_numbers(r, channels, error)))
        return status;
    *x = bl_graph_prelu(r->g, *x, &slopes, "%s", e->name);
    for (size_t c = 0; slopes && c < channels; c++)
        slopes[c] = slope->values[slope->count == 1 ? 0 : c];
    return BL_OK;
}

bl_status bl_graph_build_affine(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    const uint64_t shape[] = { r->g->nodes[*x].channels };
    const float *scale, *shift;
    bl_status status;
    if ((status = bl_graph_values(r, e, "scale", 1, shape, &scale, error)) ||
        (status = bl_graph_values(r, e, "shift", 1, shape, &shift, error)))
        return status;
    if (!scale && !shift)
        return bl_fail(error, BL_ERR_FORMAT, "%s should have scale or shift, or both.", e->json.path);
    return bl_layer_affine(r->g, x, scale, shift, e->name, error);
}

bl_status bl_graph_build_batch_norm(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    const uint64_t shape[] = { r->g->nodes[*x].channels };
    const bl_json epsilon = bl_json_member(&e->json, "epsilon");
    bl_batch_norm norm = { .epsilon = 1e-5 };
    bl_status status;
    if ((status = require(e, "mean", error)) || (status = require(e, "variance", error)) ||
        (status = bl_graph_values(r, e, "mean", 1, shape, &norm.mean, error)) ||
        (status = bl_graph_values(r, e, "variance", 1, shape, &norm.variance, error)) ||
        (status = bl_graph_values(r, e, "weight", 1, shape, &norm.weight, error)) ||
        (status = bl_graph_values(r, e, "bias", 1, shape, &norm.bias, error)))
        return status;
    if (epsilon.value && (!json_is_number(epsilon.value) || json_number_value(epsilon.value) < 0.0))
        return bl_json_fail(&epsilon, "a number, zero or more", error);
    if (epsilon.value)
        norm.epsilon = json_number_value(epsilon.value);
    return bl_layer_batch_norm(r->g, x, &norm, e->name, error);
}

/* ---- recurrent ---- */

/* The hidden units are the columns of weight_hh; every other shape follows from them. */
static bl_status build_rnn(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bool gru, bl_error *error)
{
    const bl_tensor *hh;
    bl_status status;
    if ((status = require(e, "weight_ih", error)) || (status = require(e, "weight_hh", error)) ||
        (status = bl_graph_tensor(r, e, "weight_hh", &hh, error)))
        return status;
    assert(hh);
    const uint64_t gates = bl_torch_rnn_gates(gru), in = r->g->nodes[*x].channels;
    const uint64_t n = hh->rank == 2 ? hh->shape[1] : 0;
    if (!n || n > BL_MAX_HIDDEN || hh->shape[0] != gates * n) {
        char shape[100];
        return bl_fail(
            error, BL_ERR_FORMAT,
            "%s.weight_hh is the tensor \"%.*s\" of the shape %s; it should be [%d * hidden, hidden], hidden "
            "from 1 to %u.",
            e->json.path, QUOTED(hh->name), bl_tensor_shape_text(hh, shape, sizeof shape), (int)gates,
            BL_MAX_HIDDEN);
    }
    bl_torch_rnn rnn = { .gru = gru, .hidden = (size_t)n, .weight_hh = hh->values };
    const uint64_t ih[] = { gates * n, in };
    if ((status = bl_graph_values(r, e, "weight_ih", 2, ih, &rnn.weight_ih, error)) ||
        (status = bl_graph_values(r, e, "bias_ih", 1, ih, &rnn.bias_ih, error)) ||
        (status = bl_graph_values(r, e, "bias_hh", 1, ih, &rnn.bias_hh, error)) ||
        (status = bl_graph_values(r, e, "h0", 1, &n, &rnn.h0, error)) ||
        (status = bl_graph_values(r, e, "c0", 1, &n, &rnn.c0, error)))
        return status;
    return bl_layer_rnn(r->g, x, &rnn, e->name, error);
}

bl_status bl_graph_build_lstm(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    return build_rnn(r, e, x, false, error);
}

bl_status bl_graph_build_gru(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    return build_rnn(r, e, x, true, error);
}
