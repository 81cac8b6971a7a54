/* The kinds of nodes that a graph description knows. Those with weights are built in graph_weights.c. */
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/graph_description.h"
#include "formats/graph_json.h"
#include "formats/graph_layers.h"
#include "model/limits.h"

#include <stdio.h>
#include <string.h>

/* ---- activations ---- */

/* Parameters that a kind has, and what they are where the description is silent. */
static const struct {
    bl_activation_kind kind;
    size_t count;
    float defaults[4];
} parameters[] = {
    { BL_ACT_LEAKY_RELU, 1, { 0.01f } },
    { BL_ACT_HARDTANH, 2, { -1.0f, 1.0f } },
    { BL_ACT_LEAKY_HARDTANH, 4, { -1.0f, 1.0f, 0.01f, 0.01f } },
    { BL_ACT_ELU, 1, { 1.0f } },
};

static bl_status read_parameters(const bl_json *at, bl_activation *act, bl_error *error)
{
    static const char *const names[] = { "a", "b", "c", "d" };
    float *const values[] = { &act->a, &act->b, &act->c, &act->d };
    const char *known[6] = { "type" };
    size_t row = 0, rows = sizeof parameters / sizeof *parameters;
    while (row < rows && parameters[row].kind != act->kind)
        row++;
    const size_t count = row < rows ? parameters[row].count : 0;
    for (size_t i = 0; i < count; i++)
        known[1 + i] = names[i];
    bl_status status =
        json_is_object(at->value) ? bl_description_keys(at, known, NULL, BL_GRAPH_DOCUMENT, error) : BL_OK;
    for (size_t i = 0; i < count && !status; i++)
        status = bl_json_float_or(at, names[i], parameters[row].defaults[i], values[i], error);
    return status;
}

bl_status bl_graph_read_activation(const bl_json *at, bl_activation *act, bl_error *error)
{
    const char *name = json_string_value(at->value);
    if (!name && !json_is_object(at->value))
        return bl_json_fail(at, "the name of an activation, or an object with its type", error);
    bl_status status = name ? BL_OK : bl_json_text(at, "type", &name, error);
    if (status)
        return status;
    for (int kind = 0; kind < BL_ACT_COUNT; kind++)
        if (!strcmp(bl_activation_name((bl_activation_kind)kind), name)) {
            *act = (bl_activation){ .kind = (bl_activation_kind)kind };
            return read_parameters(at, act, error);
        }
    return bl_fail(error, BL_ERR_FORMAT,
                   "%s is \"%.*s\", which is no activation (" BL_GRAPH_DOCUMENT " lists them).", at->path,
                   bl_utf8_quote(name, strlen(name)), name);
}

static bl_status build_activation(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    const bl_json at = bl_json_member(&e->json, "activation");
    bl_activation act;
    if (!at.value)
        return bl_json_fail(&at, "an activation", error);
    bl_status status = bl_graph_read_activation(&at, &act, error);
    if (!status)
        *x = bl_graph_activation(r->g, *x, act, "%s", e->name);
    return status;
}

static bl_status build_softmax(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    (void)error;
    *x = bl_graph_softmax(r->g, *x, "%s", e->name);
    return BL_OK;
}

/* Gates and blends: two signals, two activations. */
static bl_status build_two(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bool blend, bl_error *error)
{
    bl_activation acts[2];
    bl_json list;
    bl_status status = bl_json_array(&e->json, "activations", &list, error);
    if (status)
        return status;
    if (json_array_size(list.value) != 2)
        return bl_json_fail(&list, "a list of two activations", error);
    for (size_t i = 0; i < 2; i++) {
        const bl_json at = bl_json_element(&list, i);
        if ((status = bl_graph_read_activation(&at, &acts[i], error)))
            return status;
    }
    *x = blend ? bl_graph_blend(r->g, *x, e->inputs[1], acts[0], acts[1], "%s", e->name)
               : bl_graph_gate(r->g, *x, e->inputs[1], acts[0], acts[1], "%s", e->name);
    return BL_OK;
}

static bl_status build_gate(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    return build_two(r, e, x, false, error);
}

static bl_status build_blend(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    return build_two(r, e, x, true, error);
}

/* ---- sums and products ---- */

/* Of unequal numbers of channels, one must be a single channel: it is repeated. */
static bl_status match_channels(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id pair[2], bl_error *error)
{
    const size_t a = r->g->nodes[pair[0]].channels, b = r->g->nodes[pair[1]].channels;
    if (a == b)
        return BL_OK;
    if (a != 1 && b != 1)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s joins %zu channels with %zu; they should be equal in number, or one of them 1.",
                       e->json.path, a, b);
    const size_t channels = a == 1 ? b : a;
    if (channels > BL_MAX_VALUES - r->copied)
        return bl_fail(error, BL_ERR_LIMIT, "The network repeats too many channels.");
    r->copied += channels;
    return bl_layer_broadcast(r->g, &pair[a == 1 ? 0 : 1], channels, e->name, error);
}

static bl_status build_add(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    bl_node_id pair[2] = { e->inputs[0], e->inputs[1] };
    bl_status status = match_channels(r, e, pair, error);
    if (!status)
        *x = bl_graph_add(r->g, pair[0], pair[1], "%s", e->name);
    return status;
}

static bl_status build_mul(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    bl_node_id pair[2] = { e->inputs[0], e->inputs[1] };
    bl_status status = match_channels(r, e, pair, error);
    if (!status)
        *x = bl_graph_mul(r->g, pair[0], pair[1], "%s", e->name);
    return status;
}

static bl_status build_scale(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    float factor;
    bl_status status = bl_json_float(&e->json, "factor", &factor, error);
    if (!status)
        *x = bl_graph_scale(r->g, *x, factor, "%s", e->name);
    return status;
}

/* ---- channels and time ---- */

static bl_status build_concat(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    (void)error;
    *x = bl_graph_concat(r->g, e->inputs, e->input_count, "%s", e->name);
    return BL_OK;
}

static bl_status build_slice(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    size_t first, channels;
    bl_status status;
    if ((status = bl_json_size_or(&e->json, "first", 0, 0, BL_MAX_CHANNELS, &first, error)) ||
        (status = bl_json_size(&e->json, "channels", 1, BL_MAX_CHANNELS, &channels, error)))
        return status;
    const size_t available = r->g->nodes[*x].channels;
    if (first + channels > available)
        return bl_fail(error, BL_ERR_FORMAT, "%s takes %zu channels from number %zu on, but its input has %zu.",
                       e->json.path, channels, first, available);
    *x = bl_graph_slice(r->g, *x, first, channels, "%s", e->name);
    return BL_OK;
}

static bl_status read_frames(const bl_graph_entry *e, const char *key, long long *frames, bl_error *error)
{
    const long long most = BL_MAX_RECEPTIVE_FIELD;
    *frames = 0;
    return json_object_get(e->json.value, key) ? bl_json_int(&e->json, key, -most, most, frames, error) : BL_OK;
}

static bl_status build_pad(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    long long left, right;
    bl_status status;
    if ((status = read_frames(e, "left", &left, error)) || (status = read_frames(e, "right", &right, error)))
        return status;
    *x = bl_graph_pad(r->g, *x, (ptrdiff_t)left, (ptrdiff_t)right, "%s", e->name);
    return BL_OK;
}

static bl_status build_delay(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    size_t frames;
    bl_status status = bl_json_size(&e->json, "frames", 0, BL_MAX_RECEPTIVE_FIELD, &frames, error);
    if (!status)
        *x = bl_graph_pad(r->g, *x, (ptrdiff_t)frames, -(ptrdiff_t)frames, "%s", e->name);
    return status;
}

static bl_status build_upsample(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    size_t factor;
    bl_status status = bl_json_size(&e->json, "factor", 1, BL_MAX_STRIDE, &factor, error);
    if (!status)
        *x = bl_graph_upsample(r->g, *x, factor, "%s", e->name);
    return status;
}

/* ---- what comes in and goes out ---- */

static bl_status build_input(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    size_t channels;
    bl_status status = bl_json_size_or(&e->json, "channels", 1, 1, BL_MAX_CHANNELS, &channels, error);
    if (status)
        return status;
    if (r->g->count)
        return bl_fail(error, BL_ERR_FORMAT, "%s is an input; there is exactly one, the first node.", e->json.path);
    *x = bl_graph_input(r->g, channels);
    return BL_OK;
}

static bl_status build_param(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    bl_param_params range;
    bl_status status;
    if ((status = bl_json_float_or(&e->json, "minimum", 0.0f, &range.minimum, error)) ||
        (status = bl_json_float_or(&e->json, "maximum", 1.0f, &range.maximum, error)) ||
        (status = bl_json_float_or(&e->json, "initial", 0.0f, &range.initial, error)))
        return status;
    if (!(range.minimum <= range.initial && range.initial <= range.maximum))
        return bl_fail(error, BL_ERR_FORMAT, "%s is a knob from %g to %g, which cannot start at %g.", e->json.path,
                       (double)range.minimum, (double)range.maximum, (double)range.initial);
    *x = bl_graph_param(r->g, range, "%s", e->name);
    return BL_OK;
}

static bl_status build_output(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    (void)e;
    (void)error;
    bl_graph_output(r->g, *x);
    *x = (bl_node_id)(r->g->count - 1);
    return BL_OK;
}

/* ---- all kinds ---- */

static const bl_graph_entry_kind kinds[] = {
    { "input", 0, { "channels" }, build_input },
    { "param", 0, { "minimum", "maximum", "initial" }, build_param },
    { "output", 1, { NULL }, build_output },
    { "conv1d", 1, { "weight", "bias", "stride", "dilation", "groups", "padding" }, bl_graph_build_conv },
    { "conv_transpose1d",
      1,
      { "weight", "bias", "stride", "dilation", "groups", "padding", "output_padding" },
      bl_graph_build_conv_transpose },
    { "activation", 1, { "activation" }, build_activation },
    { "prelu", 1, { "slope" }, bl_graph_build_prelu },
    { "softmax", 1, { NULL }, build_softmax },
    { "gate", 2, { "activations" }, build_gate },
    { "blend", 2, { "activations" }, build_blend },
    { "add", 2, { NULL }, build_add },
    { "mul", 2, { NULL }, build_mul },
    { "scale", 1, { "factor" }, build_scale },
    { "affine", 1, { "scale", "shift" }, bl_graph_build_affine },
    { "batch_norm", 1, { "mean", "variance", "weight", "bias", "epsilon" }, bl_graph_build_batch_norm },
    { "concat", BL_SOME_INPUTS, { NULL }, build_concat },
    { "slice", 1, { "first", "channels" }, build_slice },
    { "pad", 1, { "left", "right" }, build_pad },
    { "delay", 1, { "frames" }, build_delay },
    { "upsample", 1, { "factor" }, build_upsample },
    { "lstm", 1, { "weight_ih", "weight_hh", "bias_ih", "bias_hh", "h0", "c0" }, bl_graph_build_lstm },
    { "gru", 1, { "weight_ih", "weight_hh", "bias_ih", "bias_hh", "h0" }, bl_graph_build_gru },
};

bl_status bl_graph_find_kind(const bl_json *json, const bl_graph_entry_kind **kind, bl_error *error)
{
    const char *name;
    bl_status status = bl_json_text(json, "kind", &name, error);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].name, name)) {
            *kind = &kinds[i];
            return BL_OK;
        }
    return bl_fail(error, BL_ERR_FORMAT,
                   "%s.kind is \"%.*s\", which is no kind of node (" BL_GRAPH_DOCUMENT " lists them).", json->path,
                   bl_utf8_quote(name, strlen(name)), name);
}
