/* JSON files of WaveNetVA, which PedalNet and SmartGuitarAmp use as well:
 *
 *   h = input(x);  per layer: z = act(conv(h)), h = h + out(z);  output = linear map of all z, one above
 *   the other. "gated" and "softgated" multiply one half of conv(h) with the other.
 *
 * Weights are a list of variables in any order, each with the number of its layer and a name. They are laid
 * out [tap][in][out], unlike everywhere else. Nothing uses the h after the last layer; it stands in the graph
 * so that the graph has every weight. "level_adjust" belongs to the plug-in that wrote it, not to the network. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/formats.h"
#include "formats/json_util.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_RATE_HZ 44100.0 /* the files do not say it; the programs that train them know no other */
#define MAX_LAYERS     1024u

static const struct {
    const char *name;
    bool gated;
    bl_activation_kind first, second;
} activations[] = {
    { "tanh", false, BL_ACT_TANH, BL_ACT_LINEAR },           { "sigmoid", false, BL_ACT_SIGMOID, BL_ACT_LINEAR },
    { "relu", false, BL_ACT_RELU, BL_ACT_LINEAR },           { "softsign", false, BL_ACT_SOFTSIGN, BL_ACT_LINEAR },
    { "linear", false, BL_ACT_LINEAR, BL_ACT_LINEAR },       { "gated", true, BL_ACT_TANH, BL_ACT_SIGMOID },
    { "softgated", true, BL_ACT_SOFTSIGN, BL_ACT_SOFTSIGN },
};

typedef struct config {
    size_t in_channels, out_channels, channels, kernel;
    size_t *dilations, layers;
    size_t activation; /* index into activations */
} config;

/* Every variable of a network has a slot: two of the input, four of each layer, two of the output. */
enum { SLOT_W, SLOT_B, SLOT_W_OUT, SLOT_B_OUT, SLOTS_PER_LAYER };

typedef struct builder {
    config c;
    bl_json variables;
    size_t *slots; /* 1 + index into variables, or 0 where it is missing */
    bl_model *model;
    bl_node_id h, *skips;
} builder;

static bool recognise(const bl_source *source)
{
    static const char *const keys[] = { "variables", "dilations", "residual_channels", "filter_width" };
    size_t found = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        found += json_object_get(source->json, keys[i]) != NULL;
    return found >= 2;
}

static bl_status read_activation(const bl_json *file, size_t *activation, bl_error *error)
{
    const char *name;
    bl_status status = bl_json_text(file, "activation", &name, error);
    if (status)
        return status;
    for (*activation = 0; *activation < sizeof activations / sizeof *activations; ++*activation)
        if (!strcmp(activations[*activation].name, name))
            return BL_OK;
    const bl_json at = bl_json_member(file, "activation");
    return bl_json_fail(&at, "one of tanh, sigmoid, relu, softsign, linear, gated and softgated", error);
}

static bl_status read_config(const bl_json *file, config *c, bl_error *error)
{
    const size_t max = BL_MAX_CHANNELS;
    bl_status status;
    if ((status = read_activation(file, &c->activation, error)) ||
        (status = bl_json_size(file, "input_channels", 1, max, &c->in_channels, error)) ||
        (status = bl_json_size(file, "output_channels", 1, max, &c->out_channels, error)) ||
        (status = bl_json_size(file, "residual_channels", 1, max / 2, &c->channels, error)) ||
        (status = bl_json_size(file, "filter_width", 1, BL_MAX_KERNEL, &c->kernel, error)))
        return status;
    return bl_json_sizes(file, "dilations", 1, BL_MAX_RECEPTIVE_FIELD, MAX_LAYERS, &c->dilations, &c->layers,
                         error);
}

static size_t input_slot(size_t part)
{
    return part;
}

static size_t layer_slot(size_t layer, size_t part)
{
    return 2 + SLOTS_PER_LAYER * layer + part;
}

static size_t output_slot(const config *c, size_t part)
{
    return layer_slot(c->layers, part);
}

/* The slot of a variable; false for names that we do not know, which other programs ignore as well. */
static bool find_slot(const config *c, long long layer, const char *name, size_t *slot)
{
    static const struct {
        const char *name;
        size_t part;
    } names[] = { { "W", SLOT_W },      { "b", SLOT_B },         { "W_conv", SLOT_W },
                  { "b_conv", SLOT_B }, { "W_out", SLOT_W_OUT }, { "b_out", SLOT_B_OUT } };
    const bool in_layer = layer >= 0 && layer < (long long)c->layers;
    const size_t known = in_layer ? 6 : 2;
    for (size_t i = 0; i < known; i++)
        if (!strcmp(names[i].name, name)) {
            const size_t part = names[i].part;
            *slot = layer < 0  ? input_slot(part)
                    : in_layer ? layer_slot((size_t)layer, part)
                               : output_slot(c, part);
            return true;
        }
    return false;
}

/* Of several variables for one slot the last counts. */
static bl_status fill_slots(builder *b, bl_error *error)
{
    const size_t n = json_array_size(b->variables.value);
    for (size_t i = 0; i < n; i++) {
        const bl_json variable = bl_json_element(&b->variables, i);
        if (!json_is_object(variable.value))
            return bl_json_fail(&variable, "an object", error);
        long long layer;
        const char *name;
        size_t slot;
        bl_status status;
        if ((status = bl_json_int(&variable, "layer_idx", -1000000, 1000000, &layer, error)) ||
            (status = bl_json_text(&variable, "name", &name, error)))
            return status;
        if (find_slot(&b->c, layer, name, &slot))
            b->slots[slot] = i + 1;
    }
    return BL_OK;
}

/* Lists the variable of a slot as a tensor of the model and gives its values. */
static bl_status read_slot(const builder *b, size_t slot, const char *name, size_t rank, const uint64_t *shape,
                           const float **values, bl_error *error)
{
    if (!b->slots[slot])
        return bl_fail(error, BL_ERR_FORMAT, "The file lacks the variable %s.", name);
    const bl_json variable = bl_json_element(&b->variables, b->slots[slot] - 1);
    bl_json data;
    bl_status status = bl_json_array(&variable, "data", &data, error);
    if (status)
        return status;
    uint64_t count = 1; /* of at most three sizes within their limits: no overflow */
    for (size_t i = 0; i < rank; i++)
        count *= shape[i];
    if (json_array_size(data.value) != count)
        return bl_fail(error, BL_ERR_FORMAT, "%s (%s) has %zu numbers; it should have %llu.", data.path, name,
                       json_array_size(data.value), (unsigned long long)count);
    float *tensor;
    if ((status = bl_tensors_add(b->model->tensors, name, strlen(name), "float32", rank, shape, &tensor, error)))
        return status;
    for (size_t i = 0; i < count; i++)
        if ((status = bl_json_weight(&data, i, true, &tensor[i], error)))
            return status;
    *values = tensor;
    return BL_OK;
}

/* From [tap][in][out] to [out][in][tap]. */
static void fill_weights(const bl_conv1d_params *conv, const float *w)
{
    for (size_t k = 0; k < conv->kernel; k++)
        for (size_t i = 0; i < conv->in_channels; i++)
            for (size_t o = 0; o < conv->out_channels; o++)
                conv->weight[(o * conv->in_channels + i) * conv->kernel + k] =
                    w[(k * conv->in_channels + i) * conv->out_channels + o];
}

/* A convolution with the variables of two slots, slot and the one after it; w and bias are their names. */
static bl_status add_conv(builder *b, bl_node_id *x, bl_conv1d_shape shape, size_t slot, const char *layer,
                          const char *w, const char *bias, bl_error *error)
{
    bl_graph *g = &b->model->graph;
    if (g->status)
        return bl_graph_check(g, error);
    const size_t in = g->nodes[*x].channels, out = shape.out_channels;
    char name[64];
    const float *w_values, *b_values;
    bl_status status;
    snprintf(name, sizeof name, "%.40s.%s", layer, w);
    if ((status = read_slot(b, slot, name, 3, (uint64_t[]){ shape.kernel, in, out }, &w_values, error)))
        return status;
    snprintf(name, sizeof name, "%.40s.%s", layer, bias);
    if ((status = read_slot(b, slot + 1, name, 1, (uint64_t[]){ out }, &b_values, error)))
        return status;
    bl_conv1d_params *conv;
    shape.bias = true;
    *x = bl_graph_conv1d(g, *x, &shape, &conv, "%.40s.%s", layer, w);
    if (!conv)
        return bl_graph_check(g, error);
    fill_weights(conv, w_values);
    memcpy(conv->bias, b_values, out * sizeof *conv->bias);
    return BL_OK;
}

static bl_node_id add_activation(const builder *b, bl_node_id z, const char *layer)
{
    bl_graph *g = &b->model->graph;
    const size_t channels = b->c.channels;
    const bl_activation act = { .kind = activations[b->c.activation].first };
    const bl_activation second = { .kind = activations[b->c.activation].second };
    if (activations[b->c.activation].gated) {
        const bl_node_id first = bl_graph_slice(g, z, 0, channels, "%s.first", layer);
        const bl_node_id other = bl_graph_slice(g, z, channels, channels, "%s.second", layer);
        return bl_graph_gate(g, first, other, act, second, "%s.gate", layer);
    }
    return act.kind == BL_ACT_LINEAR ? z : bl_graph_activation(g, z, act, "%s.activation", layer);
}

static bl_status build_layer(builder *b, size_t i, bl_error *error)
{
    const config *c = &b->c;
    const bl_conv1d_shape conv = { .out_channels = activations[c->activation].gated ? 2 * c->channels : c->channels,
                                   .kernel = c->kernel,
                                   .dilation = c->dilations[i] };
    const bl_conv1d_shape out = { .out_channels = c->channels, .kernel = 1 };
    char layer[40];
    snprintf(layer, sizeof layer, "layers.%zu", i);
    bl_node_id z = b->h;
    bl_status status = add_conv(b, &z, conv, layer_slot(i, SLOT_W), layer, "W_conv", "b_conv", error);
    if (status)
        return status;
    z = add_activation(b, z, layer);
    b->skips[i] = z;
    if ((status = add_conv(b, &z, out, layer_slot(i, SLOT_W_OUT), layer, "W_out", "b_out", error)))
        return status;
    b->h = bl_graph_add(&b->model->graph, b->h, z, "%s.residual", layer);
    return BL_OK;
}

static bl_status build_layers(builder *b, bl_error *error)
{
    const config *c = &b->c;
    bl_graph *g = &b->model->graph;
    const bl_conv1d_shape input = { .out_channels = c->channels, .kernel = 1 };
    const bl_conv1d_shape output = { .out_channels = c->out_channels, .kernel = 1 };
    b->h = bl_graph_input(g, c->in_channels);
    bl_status status = add_conv(b, &b->h, input, input_slot(SLOT_W), "input", "W", "b", error);
    for (size_t i = 0; !status && i < c->layers; i++)
        status = build_layer(b, i, error);
    if (status)
        return status;
    bl_node_id y = bl_graph_concat(g, b->skips, c->layers, "skips");
    if ((status = add_conv(b, &y, output, output_slot(c, SLOT_W), "output", "W", "b", error)))
        return status;
    bl_graph_output(g, y);
    return BL_OK;
}

static bl_status build_network(builder *b, bl_error *error)
{
    b->slots = bl_calloc(output_slot(&b->c, SLOTS_PER_LAYER), sizeof *b->slots);
    b->skips = bl_calloc(b->c.layers, sizeof *b->skips);
    if (!b->slots || !b->skips)
        return bl_fail_no_mem(error);
    bl_status status = fill_slots(b, error);
    return status ? status : build_layers(b, error);
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    const bl_json file = bl_json_root(source->json);
    builder b = { .model = model };
    bl_status status;
    if (!(status = read_config(&file, &b.c, error)) &&
        !(status = bl_json_array(&file, "variables", &b.variables, error)) &&
        !(status = bl_tensors_create("JSON", &model->tensors, error)))
        status = build_network(&b, error);
    free(b.c.dilations);
    free(b.slots);
    free(b.skips);
    if (status || (status = bl_model_set_text(&model->info.format, "WaveNetVA JSON", error)) ||
        (status =
             bl_model_format_text(&model->info.architecture, error, "WaveNet, %zu layer%s of %zu channel%s, %s",
                                  b.c.layers, b.c.layers == 1 ? "" : "s", b.c.channels,
                                  b.c.channels == 1 ? "" : "s", activations[b.c.activation].name)))
        return status;
    model->info.sample_rate_hz = SAMPLE_RATE_HZ;
    return bl_model_finish(model, error);
}

const bl_network_format bl_network_wavenetva = { "WaveNetVA", recognise, build };
