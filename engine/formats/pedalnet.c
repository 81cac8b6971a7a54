/* Checkpoints of PedalNetRT: a gated WaveNet in a PyTorch-Lightning state dict.
 *
 *   h = input_layer(x);  per layer i: z = hidden.i(h), o = tanh(first half of z) * sigmoid(other half),
 *   h = h + residuals.i(o);  output = linear_mix(all o, one above the other)
 *
 * Nothing uses the h after the last layer; it stands in the graph so that the graph has every weight. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/formats.h"
#include "formats/json_util.h"
#include "formats/tensor_conv.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_RATE_HZ 44100.0 /* the files do not say it; PedalNetRT knows no other */
#define MAX_LAYERS     1024u
#define NAME_SIZE      200

static const char input_layer[] = "wavenet.input_layer.weight", first_hidden[] = "wavenet.hidden.0.weight";

typedef struct hparams {
    size_t channels, kernel, dilation_depth, num_repeat;
} hparams;

/* What the network is built from, and where building stands. */
typedef struct builder {
    bl_graph *g;
    const bl_tensors *tensors;
    char prefix[100]; /* of every name, such as "state_dict." */
    hparams hp;
    bl_node_id h, *skips;
} builder;

/* A checkpoint has its state dict under a key of its own; false where no tensor is the input layer. */
static bool find_prefix(const bl_tensors *tensors, char *prefix, size_t size)
{
    for (size_t i = 0; i < bl_tensors_count(tensors); i++) {
        const char *name = bl_tensors_at(tensors, i)->name;
        const size_t length = strlen(name), tail = sizeof input_layer - 1;
        if (length < tail || length - tail >= size || strcmp(name + length - tail, input_layer))
            continue;
        memcpy(prefix, name, length - tail);
        prefix[length - tail] = '\0';
        return true;
    }
    return false;
}

static bool recognise(const bl_source *source)
{
    char prefix[100], name[NAME_SIZE];
    if (!source->tensors || !find_prefix(source->tensors, prefix, sizeof prefix))
        return false;
    snprintf(name, sizeof name, "%s%s", prefix, first_hidden);
    return bl_tensors_find(source->tensors, name);
}

static bl_status read_hparams(const json_t *values, hparams *hp, bl_error *error)
{
    const bl_json root = bl_json_root(values);
    bl_json json;
    bl_status status;
    const char *key = bl_json_has(&root, "hparams") ? "hparams" : "hyper_parameters";
    if (!bl_json_has(&root, key))
        return bl_fail(
            error, BL_ERR_NO_NETWORK,
            "The tensors are those of a PedalNet, but the file lacks the hyperparameters (hparams), which "
            "say how far back each layer looks.");
    if ((status = bl_json_object(&root, key, &json, error)) ||
        (status = bl_json_size(&json, "num_channels", 1, BL_MAX_CHANNELS / 2, &hp->channels, error)) ||
        (status = bl_json_size(&json, "kernel_size", 1, BL_MAX_KERNEL, &hp->kernel, error)) ||
        (status = bl_json_size(&json, "dilation_depth", 1, 22, &hp->dilation_depth, error)))
        return status;
    return bl_json_size(&json, "num_repeat", 1, MAX_LAYERS, &hp->num_repeat, error);
}

static bl_status add_conv(builder *b, bl_node_id *x, size_t dilation, bl_error *error, const char *part)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%swavenet.%s", b->prefix, part);
    return bl_tensor_conv(b->g, x, b->tensors, name, dilation, 1, error);
}

/* The convolution just added must have this many outputs and taps. */
static bl_status check_conv(const builder *b, bl_node_id id, size_t channels, size_t kernel, bl_error *error)
{
    const bl_node *node = &b->g->nodes[id];
    if (node->channels != channels || node->u.conv.kernel != kernel)
        return bl_fail(
            error, BL_ERR_FORMAT,
            "The layer %.120s has %zu channels and a kernel of %zu; by the file's hyperparameters it should "
            "have %zu and %zu.",
            node->name, node->channels, node->u.conv.kernel, channels, kernel);
    return BL_OK;
}

static bl_status build_layer(builder *b, size_t i, bl_error *error)
{
    const size_t channels = b->hp.channels;
    char part[40];
    snprintf(part, sizeof part, "hidden.%zu", i);
    bl_node_id z = b->h;
    bl_status status;
    if ((status = add_conv(b, &z, (size_t)1 << i % b->hp.dilation_depth, error, part)) ||
        (status = check_conv(b, z, 2 * channels, b->hp.kernel, error)))
        return status;
    const bl_node_id first = bl_graph_slice(b->g, z, 0, channels, "layers.%zu.first", i);
    const bl_node_id other = bl_graph_slice(b->g, z, channels, channels, "layers.%zu.second", i);
    bl_node_id o = bl_graph_gate(b->g, first, other, (bl_activation){ .kind = BL_ACT_TANH },
                                 (bl_activation){ .kind = BL_ACT_SIGMOID }, "layers.%zu.gate", i);
    b->skips[i] = o;
    snprintf(part, sizeof part, "residuals.%zu", i);
    if ((status = add_conv(b, &o, 1, error, part)) || (status = check_conv(b, o, channels, 1, error)))
        return status;
    b->h = bl_graph_add(b->g, b->h, o, "layers.%zu.residual", i);
    return BL_OK;
}

static bl_status build_layers(builder *b, size_t layers, bl_error *error)
{
    bl_status status = add_conv(b, &b->h, 1, error, "input_layer");
    if (status || (status = check_conv(b, b->h, b->hp.channels, 1, error)))
        return status;
    for (size_t i = 0; !status && i < layers; i++)
        status = build_layer(b, i, error);
    if (status)
        return status;
    bl_node_id y = bl_graph_concat(b->g, b->skips, layers, "skips");
    if ((status = add_conv(b, &y, 1, error, "linear_mix")))
        return status;
    bl_graph_output(b->g, y);
    return BL_OK;
}

/* A file with more layers than its hyperparameters say would play with some of them missing. */
static bl_status check_layers(const builder *b, size_t layers, bl_error *error)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%swavenet.hidden.%zu.weight", b->prefix, layers);
    if (layers > MAX_LAYERS)
        return bl_fail(error, BL_ERR_LIMIT, "The hyperparameters ask for %zu layers; the limit is %u.", layers,
                       MAX_LAYERS);
    if (bl_tensors_find(b->tensors, name))
        return bl_fail(error, BL_ERR_FORMAT, "The file has more layers than the %zu that its hyperparameters say.",
                       layers);
    return BL_OK;
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    builder b = { .g = &model->graph, .tensors = source->tensors };
    find_prefix(b.tensors, b.prefix, sizeof b.prefix);
    bl_status status = read_hparams(source->values, &b.hp, error);
    if (status)
        return status;
    const size_t layers = b.hp.dilation_depth * b.hp.num_repeat;
    if ((status = check_layers(&b, layers, error)))
        return status;
    b.h = bl_graph_input(b.g, 1);
    b.skips = bl_calloc(layers, sizeof *b.skips);
    status = b.skips ? build_layers(&b, layers, error) : bl_fail_no_mem(error);
    free(b.skips);
    if (status || (status = bl_model_set_text(&model->info.format, "PedalNet checkpoint", error)) ||
        (status =
             bl_model_format_text(&model->info.architecture, error, "WaveNet, %zu layer%s of %zu channel%s, gated",
                                  layers, layers == 1 ? "" : "s", b.hp.channels, b.hp.channels == 1 ? "" : "s")))
        return status;
    model->info.sample_rate_hz = SAMPLE_RATE_HZ;
    return bl_model_finish(model, error);
}

const bl_network_format bl_network_pedalnet = { "PedalNet", recognise, build };
