/* The WaveNet of a .nam file as a graph:
 *
 *   for each array:  h = rechannel(the h before, or the input)
 *     for each layer:  z = conv(h) + input_mixin(input), activated or gated
 *                      skip = skip + z  (or + head1x1(z)),   h = h + layer1x1(z)
 *     skip = head_rechannel(skip)
 *   output = head_scale * skip
 *
 * Nothing uses the h after the very last layer. It stands in the graph all the same, so that the graph
 * has every weight of the file; the plan leaves out what the output does not depend on. */
#include "base/fail.h"
#include "formats/nam_wavenet.h"

#include <stdio.h>
#include <string.h>

static uint64_t conv_weights(size_t in, const bl_conv1d_shape *s)
{
    return (uint64_t)s->out_channels * (in / s->groups) * s->kernel + (s->bias ? s->out_channels : 0);
}

/* The shapes of an array's convolutions, used for counting and for building. */
static bl_conv1d_shape rechannel_shape(const bl_wavenet_array *a)
{
    return (bl_conv1d_shape){ a->channels, 1, 1, 1, false };
}

static bl_conv1d_shape conv_shape(const bl_wavenet_array *a, const bl_wavenet_layer *layer)
{
    return (bl_conv1d_shape){ bl_wavenet_conv_channels(a, layer), layer->kernel, layer->dilation, a->groups_input,
                              true };
}

static bl_conv1d_shape mixin_shape(const bl_wavenet_array *a, const bl_wavenet_layer *layer)
{
    return (bl_conv1d_shape){ bl_wavenet_conv_channels(a, layer), 1, 1, a->groups_mixin, false };
}

static bl_conv1d_shape shape_1x1(const bl_wavenet_1x1 *conv)
{
    return (bl_conv1d_shape){ conv->out_channels, 1, 1, conv->groups, true };
}

static uint64_t layer_weights(const bl_wavenet_array *a, const bl_wavenet_layer *layer)
{
    const bl_conv1d_shape conv = conv_shape(a, layer), mixin = mixin_shape(a, layer);
    uint64_t n = conv_weights(a->channels, &conv) + conv_weights(a->condition_size, &mixin);
    if (a->layer1x1.active) {
        const bl_conv1d_shape s = shape_1x1(&a->layer1x1);
        n += conv_weights(a->bottleneck, &s);
    }
    if (a->head1x1.active) {
        const bl_conv1d_shape s = shape_1x1(&a->head1x1);
        n += conv_weights(a->bottleneck, &s);
    }
    return n;
}

/* Cannot overflow: the limits on channels, taps, layers and arrays multiply to less than 2^62. */
static uint64_t count_weights(const bl_wavenet_config *config)
{
    uint64_t n = 1; /* head_scale */
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        const bl_conv1d_shape rechannel = rechannel_shape(a);
        n += conv_weights(a->input_size, &rechannel) + conv_weights(bl_wavenet_skip_channels(a), &a->head);
        for (size_t k = 0; k < a->layer_count; k++)
            n += layer_weights(a, &a->layers[k]);
    }
    return n;
}

/* Zeros until the network is in the state that it has in silence. */
static size_t count_prewarm(const bl_wavenet_config *config)
{
    size_t n = 1;
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        n += a->head.dilation * (a->head.kernel - 1);
        for (size_t k = 0; k < a->layer_count; k++)
            n += a->layers[k].dilation * (a->layers[k].kernel - 1);
    }
    return n;
}

/* Where the building stands. */
typedef struct builder {
    bl_graph *g;
    bl_nam_weights *weights;
    bl_node_id condition, h, skip;
    bool has_skip; /* false before the first layer of all: its skip starts the sum */
} builder;

static void add_skip(builder *b, bl_node_id z, const char *name)
{
    b->skip = b->has_skip ? bl_graph_add(b->g, b->skip, z, "%s.skip", name) : z;
    b->has_skip = true;
}

/* One convolution from *x to *x; name and part make its name. */
static bl_status add_conv(builder *b, bl_node_id *x, bl_conv1d_shape shape, const char *name, const char *part,
                          bl_error *error)
{
    char full[96];
    snprintf(full, sizeof full, "%.64s.%.24s", name, part);
    return bl_nam_conv(b->weights, b->g, x, &shape, full, error);
}

static bl_node_id add_activation(builder *b, const bl_wavenet_array *a, const bl_wavenet_layer *layer, bl_node_id z,
                                 const char *name)
{
    if (!layer->gated)
        return bl_graph_activation(b->g, z, layer->act, "%s.activation", name);
    const size_t half = a->bottleneck;
    const bl_node_id first = bl_graph_slice(b->g, z, 0, half, "%s.first", name);
    const bl_node_id other = bl_graph_slice(b->g, z, half, half, "%s.second", name);
    return bl_graph_gate(b->g, first, other, layer->act, layer->second, "%s.gate", name);
}

/* The file has the weights of layer1x1 before those of head1x1. */
static bl_status build_layer(builder *b, const bl_wavenet_array *a, const bl_wavenet_layer *layer, const char *name,
                             bl_error *error)
{
    bl_node_id z = b->h, mixin = b->condition;
    bl_status status;
    if ((status = add_conv(b, &z, conv_shape(a, layer), name, "conv", error)) ||
        (status = add_conv(b, &mixin, mixin_shape(a, layer), name, "input_mixin", error)))
        return status;
    z = bl_graph_add(b->g, z, mixin, "%s.sum", name);
    z = add_activation(b, a, layer, z, name);
    if (!a->head1x1.active)
        add_skip(b, z, name);
    if (a->layer1x1.active) {
        bl_node_id o = z;
        if ((status = add_conv(b, &o, shape_1x1(&a->layer1x1), name, "layer1x1", error)))
            return status;
        b->h = bl_graph_add(b->g, b->h, o, "%s.residual", name);
    }
    if (a->head1x1.active) {
        if ((status = add_conv(b, &z, shape_1x1(&a->head1x1), name, "head1x1", error)))
            return status;
        add_skip(b, z, name);
    }
    return BL_OK;
}

static bl_status build_array(builder *b, const bl_wavenet_array *a, size_t index, bl_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "layers.%zu", index);
    bl_status status = add_conv(b, &b->h, rechannel_shape(a), name, "rechannel", error);
    for (size_t k = 0; !status && k < a->layer_count; k++) {
        snprintf(name, sizeof name, "layers.%zu.layers.%zu", index, k);
        status = build_layer(b, a, &a->layers[k], name, error);
    }
    snprintf(name, sizeof name, "layers.%zu", index);
    return status ? status : add_conv(b, &b->skip, a->head, name, "head_rechannel", error);
}

/* "Tanh", or "mixed activations" where layers differ. */
static const char *activation_words(const bl_wavenet_config *config)
{
    const bl_activation_kind kind = config->arrays[0].layers[0].act.kind;
    for (size_t i = 0; i < config->array_count; i++)
        for (size_t k = 0; k < config->arrays[i].layer_count; k++)
            if (config->arrays[i].layers[k].act.kind != kind)
                return "mixed activations";
    return bl_nam_activation_name(kind);
}

/* "WaveNet, 10+10 layers of 16+8 channels, Tanh" */
static bl_status describe(const bl_wavenet_config *config, bl_model *model, bl_error *error)
{
    char layers[80] = "", channels[80] = "";
    size_t l = 0, c = 0;
    bool gated = false;
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        const char *plus = i ? "+" : "";
        if (l < sizeof layers - 24 && c < sizeof channels - 24) { /* room for any number; more arrays are cut */
            l += (size_t)snprintf(layers + l, sizeof layers - l, "%s%zu", plus, a->layer_count);
            c += (size_t)snprintf(channels + c, sizeof channels - c, "%s%zu", plus, a->channels);
        }
        for (size_t k = 0; k < a->layer_count; k++)
            gated = gated || a->layers[k].gated;
    }
    return bl_model_format_text(&model->info.architecture, error, "WaveNet, %s layer%s of %s channel%s, %s%s",
                                layers, strcmp(layers, "1") ? "s" : "", channels, strcmp(channels, "1") ? "s" : "",
                                activation_words(config), gated ? ", gated" : "");
}

static bl_status build_config(const bl_wavenet_config *config, bl_nam_weights *weights, bl_model *model,
                              bl_node_id *x, bl_error *error)
{
    bl_status status = bl_nam_check_count(weights, count_weights(config), error);
    builder b = { .g = &model->graph, .weights = weights, .condition = *x, .h = *x };
    for (size_t i = 0; !status && i < config->array_count; i++)
        status = build_array(&b, &config->arrays[i], i, error);
    float scale = 0.0f;
    if (status || (status = bl_nam_take(weights, "head_scale", 1, (uint64_t[]){ 1 }, &scale, error)))
        return status;
    *x = bl_graph_scale(b.g, b.skip, scale, "head_scale");
    return describe(config, model, error);
}

static bl_status build(const bl_json *json, bl_nam_weights *weights, bl_model *model, bl_node_id *x,
                       size_t *prewarm, bl_error *error)
{
    bl_wavenet_config config;
    const size_t in_channels = model->graph.count ? model->graph.nodes[*x].channels : 0;
    bl_status status = bl_wavenet_config_read(json, in_channels, &config, error);
    if (!status)
        status = build_config(&config, weights, model, x, error);
    if (!status)
        *prewarm = count_prewarm(&config);
    bl_wavenet_config_free(&config);
    return status;
}

const bl_nam_architecture bl_nam_wavenet = { "WaveNet", build };
