/* A bare state dict and a JSON description that says which tensors are layers, in which order. The format
 * of the description is ours: docs/describing-a-network.md. */
#include "base/fail.h"
#include "formats/formats.h"
#include "formats/json.h"
#include "formats/json_util.h"
#include "formats/tensor_conv.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <stdio.h>
#include <string.h>

#define KEY "backline"

static const struct {
    const char *name;
    bl_activation_kind kind;
} activations[] = {
    { "none", BL_ACT_LINEAR },           { "tanh", BL_ACT_TANH },
    { "sigmoid", BL_ACT_SIGMOID },       { "relu", BL_ACT_RELU },
    { "leaky_relu", BL_ACT_LEAKY_RELU }, { "softsign", BL_ACT_SOFTSIGN },
};

/* A description beside the file, or the text of one in a safetensors file's __metadata__. */
static bool recognise(const bl_source *source)
{
    return source->tensors && (json_object_get(source->description, KEY) ||
                               (!source->description && json_is_string(json_object_get(source->values, KEY))));
}

/* Our own format has no strangers' extensions: an unknown key is a typing error, and would change the
 * sound without a word. */
static bl_status check_keys(const bl_json *object, const char *const *known, bl_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)object->value, key, value) {
        const char *const *k = known;
        while (*k && strcmp(*k, key))
            k++;
        if (!*k) {
            const bl_json at = bl_json_member(object, key);
            return bl_fail(error, BL_ERR_FORMAT, "%s is not a key of a description (docs/describing-a-network.md).",
                           at.path);
        }
    }
    return BL_OK;
}

static bl_status read_activation(const bl_json *layer, bl_activation *act, bl_error *error)
{
    *act = (bl_activation){ .kind = BL_ACT_LINEAR };
    const bl_json at = bl_json_member(layer, "activation");
    if (!at.value)
        return BL_OK;
    const char *name = json_string_value(at.value);
    if (!name) {
        bl_status status;
        if (!json_is_object(at.value))
            return bl_json_fail(&at, "the name of an activation, or an object with its type", error);
        if ((status = check_keys(&at, (const char *const[]){ "type", "negative_slope", NULL }, error)) ||
            (status = bl_json_text(&at, "type", &name, error)))
            return status;
    }
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
        if (!strcmp(activations[i].name, name)) {
            act->kind = activations[i].kind;
            return act->kind == BL_ACT_LEAKY_RELU ? bl_json_float_or(&at, "negative_slope", 0.01f, &act->a, error)
                                                  : BL_OK;
        }
    return bl_json_fail(&at, "one of none, tanh, sigmoid, relu, leaky_relu and softsign", error);
}

static bl_status build_layer(const bl_json *layer, const bl_tensors *tensors, bl_graph *g, bl_node_id *x,
                             bl_error *error)
{
    const char *conv;
    size_t dilation, groups;
    bl_activation act;
    bl_status status;
    if (!json_is_object(layer->value))
        return bl_json_fail(layer, "an object", error);
    if ((status =
             check_keys(layer, (const char *const[]){ "conv", "dilation", "groups", "activation", NULL }, error)) ||
        (status = bl_json_text(layer, "conv", &conv, error)) ||
        (status = bl_json_size_or(layer, "dilation", 1, 1, BL_MAX_RECEPTIVE_FIELD, &dilation, error)) ||
        (status = bl_json_size_or(layer, "groups", 1, 1, BL_MAX_CHANNELS, &groups, error)) ||
        (status = read_activation(layer, &act, error)))
        return status;
    if (!g->count) { /* the first layer decides how many channels come in */
        size_t channels;
        if ((status = bl_tensor_conv_inputs(tensors, conv, &channels, error)))
            return status;
        *x = bl_graph_input(g, channels * groups);
    }
    if ((status = bl_tensor_conv(g, x, tensors, conv, dilation, groups, error)))
        return status;
    if (act.kind != BL_ACT_LINEAR)
        *x = bl_graph_activation(g, *x, act, "%s.activation", conv);
    return BL_OK;
}

static bl_status build_layers(const bl_json *description, const bl_tensors *tensors, bl_model *model,
                              bl_error *error)
{
    bl_json layers;
    bl_status status = bl_json_array(description, "layers", &layers, error);
    if (status)
        return status;
    const size_t n = json_array_size(layers.value);
    if (!n || n > BL_MAX_NODES)
        return bl_fail(error, BL_ERR_FORMAT, "layers has %zu entries; it should have 1 to %u.", n, BL_MAX_NODES);
    bl_node_id x = 0;
    for (size_t i = 0; i < n; i++) {
        const bl_json layer = bl_json_element(&layers, i);
        if ((status = build_layer(&layer, tensors, &model->graph, &x, error)))
            return status;
    }
    bl_graph_output(&model->graph, x);
    return bl_model_format_text(&model->info.architecture, error, "Convolutions one after another, %zu layer%s", n,
                                n > 1 ? "s" : "");
}

static bl_status build_described(const json_t *json, const bl_source *source, bl_model *model, bl_error *error)
{
    const bl_json description = bl_json_root(json);
    const char *kind;
    bl_status status;
    if ((status = check_keys(&description, (const char *const[]){ KEY, "name", "sample_rate", "layers", NULL },
                             error)) ||
        (status = bl_json_text(&description, KEY, &kind, error)))
        return status;
    if (strcmp(kind, "sequence")) {
        const bl_json at = bl_json_member(&description, KEY);
        return bl_json_fail(&at, "the text \"sequence\" or \"graph\"", error);
    }
    if ((status = bl_json_sample_rate(&description, "sample_rate", &model->info.sample_rate_hz, error)) ||
        (status = bl_model_set_text(&model->info.name, bl_json_text_or_null(&description, "name"), error)) ||
        (status = bl_model_format_text(&model->info.format, error, "%s state dict with description",
                                       strcmp(source->container, "safetensors") ? "PyTorch" : "safetensors")))
        return status;
    return build_layers(&description, source->tensors, model, error);
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    json_t *parsed = NULL;
    const json_t *description = source->description;
    bl_status status = BL_OK;
    if (!description) {
        const json_t *text = json_object_get(source->values, KEY);
        status = bl_json_parse(bl_bytes_make(json_string_value(text), json_string_length(text)),
                               JSON_REJECT_DUPLICATES, &parsed, error);
        description = parsed;
    }
    if (!status)
        status = build_described(description, source, model, error);
    json_decref(parsed);
    return status ? bl_fail_context(error, status, "description") : bl_model_finish(model, error);
}

const bl_network_format bl_network_sequence = { "state dict with description", recognise, build };
