/* .nam files of Neural Amp Modeler: the objects around the networks. */
#include "formats/nam.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "formats/formats.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The original program prewarms in whole blocks of this many zeros. */
#define PREWARM_BLOCK 64u

/* Objects inside objects; real files have one or two levels. */
#define MAX_DEPTH 8u

static const bl_nam_architecture *const architectures[] = { &bl_nam_wavenet, &bl_nam_convnet, &bl_nam_lstm,
                                                            &bl_nam_linear, &bl_nam_container };

static bool recognise(const bl_source *source)
{
    const json_t *root = source->json;
    return json_object_get(root, "architecture") ||
           (json_object_get(root, "config") && json_object_get(root, "weights"));
}

bl_status bl_nam_take(bl_nam_object *o, const char *name, size_t rank, const uint64_t *shape, const float **values,
                      bl_error *error)
{
    size_t count = 1;
    for (size_t i = 0; i < rank; i++)
        count *= (size_t)shape[i];
    if (count > o->left)
        return bl_fail(error, BL_ERR_FORMAT, "%s needs %zu weights, but only %zu are left in the file.", name,
                       count, o->left);
    float *listed;
    bl_status status = bl_tensors_add(o->tensors, name, strlen(name), "float32", rank, shape, &listed, error);
    if (status)
        return status;
    memcpy(listed, o->next, count * sizeof *listed);
    if (values)
        *values = listed;
    o->next += count;
    o->left -= count;
    return BL_OK;
}

uint64_t bl_nam_conv_weights(const bl_nam_conv *conv)
{
    const bl_conv1d_shape *s = &conv->shape;
    return (uint64_t)s->out_channels * (conv->in_channels / s->groups) * s->kernel +
           (s->bias ? s->out_channels : 0);
}

bl_status bl_nam_take_conv(bl_nam_object *o, const bl_nam_conv *conv, const char *name, bl_error *error)
{
    const bl_conv1d_shape *s = &conv->shape;
    char tensor[BL_NAM_NAME_SIZE];
    snprintf(tensor, sizeof tensor, "%.240s.weight", name);
    bl_status status = bl_nam_take(
        o, tensor, 3, (uint64_t[]){ s->out_channels, conv->in_channels / s->groups, s->kernel }, NULL, error);
    if (status || !s->bias)
        return status;
    snprintf(tensor, sizeof tensor, "%.240s.bias", name);
    return bl_nam_take(o, tensor, 1, (uint64_t[]){ s->out_channels }, NULL, error);
}

/* The tensor has at least as many rows and columns as the convolution, and as many taps. */
static void copy_weights(const bl_conv1d_params *conv, const bl_tensor *tensor)
{
    const size_t row = (size_t)tensor->shape[1] * conv->kernel;
    const size_t used = conv->in_channels / conv->groups * conv->kernel;
    for (size_t o = 0; o < conv->out_channels; o++)
        memcpy(conv->weight + o * used, tensor->values + o * row, used * sizeof *conv->weight);
}

bl_status bl_nam_add_conv(bl_nam_object *o, bl_node_id *x, const bl_conv1d_shape *shape, const char *name,
                          bl_error *error)
{
    bl_conv1d_params *conv;
    *x = bl_graph_conv1d(o->graph, *x, shape, &conv, "%s", name);
    if (!conv)
        return bl_graph_check(o->graph, error);
    char tensor[BL_NAM_NAME_SIZE];
    snprintf(tensor, sizeof tensor, "%.240s.weight", name);
    copy_weights(conv, bl_tensors_find(o->tensors, tensor));
    snprintf(tensor, sizeof tensor, "%.240s.bias", name);
    const bl_tensor *bias = conv->bias ? bl_tensors_find(o->tensors, tensor) : NULL;
    if (bias)
        memcpy(conv->bias, bias->values, conv->out_channels * sizeof *conv->bias);
    return BL_OK;
}

bl_status bl_nam_check_count(const bl_nam_object *o, uint64_t needed, bl_error *error)
{
    if (needed != o->left)
        return bl_fail(error, BL_ERR_FORMAT, "The network in %s needs %llu weights, but the file has %zu.",
                       o->config.path, (unsigned long long)needed, o->left);
    return BL_OK;
}

size_t bl_nam_channels(const bl_graph *g, bl_node_id x)
{
    return x < g->count ? g->nodes[x].channels : 0;
}

/* Three whole numbers and nothing else; false otherwise. */
static bool parse_version(const char *text, unsigned version[3])
{
    int length = 0;
    if (strlen(text) > 20 || strspn(text, "0123456789.") != strlen(text))
        return false;
    return sscanf(text, "%5u.%5u.%5u%n", &version[0], &version[1], &version[2], &length) == 3 && !text[length];
}

static bl_status check_version(const bl_json *file, const char **text, bl_error *error)
{
    bl_status status = bl_json_text(file, "version", text, error);
    if (status)
        return status;
    unsigned v[3];
    if (!parse_version(*text, v)) {
        const bl_json member = bl_json_member(file, "version");
        return bl_json_fail(&member, "three numbers such as 0.5.4", error);
    }
    if (v[0] != 0 || v[1] < 5 || v[1] > 7)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "The NAM file is of version %u.%u.%u; versions 0.5.0 to 0.7.x are "
                       "supported.",
                       v[0], v[1], v[2]);
    return BL_OK;
}

static bl_status find_architecture(const bl_json *file, const bl_nam_architecture **out, bl_error *error)
{
    const char *name;
    bl_status status = bl_json_text(file, "architecture", &name, error);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (!strcmp(architectures[i]->name, name)) {
            *out = architectures[i];
            return BL_OK;
        }
    return bl_fail(
        error, BL_ERR_UNSUPPORTED,
        "The NAM file holds a network of the unknown architecture \"%.60s\"; WaveNet, ConvNet, LSTM, Linear "
        "and SlimmableContainer are supported.",
        name);
}

static bl_status read_weights(const bl_json *file, float **values, size_t *count, bl_error *error)
{
    bl_json array;
    bl_status status = bl_json_array(file, "weights", &array, error);
    if (status)
        return status;
    const size_t n = json_array_size(array.value);
    if (n > BL_MAX_VALUES)
        return bl_fail(error, BL_ERR_LIMIT, "The file has %zu weights; the limit is %u.", n, BL_MAX_VALUES);
    float *weights = bl_calloc(n, sizeof *weights);
    if (!weights)
        return bl_fail_no_mem(error);
    for (size_t i = 0; i < n; i++)
        if ((status = bl_json_weight(&array, i, false, &weights[i], error))) {
            free(weights);
            return status;
        }
    *values = weights;
    *count = n;
    return BL_OK;
}

/* Nothing depends on the metadata, and trainers differ: what is not as expected is unknown. */
static bl_status read_metadata(const bl_json *file, bl_model_info *info, bl_error *error)
{
    const bl_json metadata = bl_json_member(file, "metadata");
    const struct {
        const char **field, *key;
    } texts[] = {
        { &info->name, "name" },           { &info->modeled_by, "modeled_by" }, { &info->gear_type, "gear_type" },
        { &info->gear_make, "gear_make" }, { &info->gear_model, "gear_model" }, { &info->tone_type, "tone_type" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bl_status status = bl_model_set_text(texts[i].field, bl_json_text_or_null(&metadata, texts[i].key), error);
        if (status)
            return status;
    }
    info->loudness_db = bl_json_number_or_nan(&metadata, "loudness");
    info->input_level_dbu = bl_json_number_or_nan(&metadata, "input_level_dbu");
    info->output_level_dbu = bl_json_number_or_nan(&metadata, "output_level_dbu");
    const bl_json training = bl_json_member(&metadata, "training");
    info->validation_esr = bl_json_number_or_nan(&training, "validation_esr");
    if (isnan(info->validation_esr))
        info->validation_esr = bl_json_number_or_nan(&metadata, "validation_esr");
    return BL_OK;
}

/* The channels that config says must be those of the node that the network is fed with. */
static bl_status check_channels(const bl_nam_object *o, bl_node_id x, bl_error *error)
{
    const size_t given = bl_nam_channels(o->graph, x);
    size_t channels;
    bl_status status = bl_json_size_or(&o->config, "in_channels", 1, 1, BL_MAX_CHANNELS, &channels, error);
    if (!status && channels != given)
        return bl_fail(error, BL_ERR_FORMAT, "%s.in_channels is %zu, but the network is fed with %zu channels.",
                       o->config.path, channels, given);
    return status;
}

/* Everything of an object, the file itself or a nested one. */
static bl_status build_object(bl_nam_object *o, bl_node_id *x, bl_error *error)
{
    const bl_nam_architecture *architecture;
    const char *version;
    bl_status status;
    if (o->graph->status)
        return bl_graph_check(o->graph, error);
    if (!json_is_object(o->file.value))
        return bl_json_fail(&o->file, "an object", error);
    if ((status = check_version(&o->file, &version, error)) ||
        (status = find_architecture(&o->file, &architecture, error)) ||
        (status = bl_json_sample_rate(&o->file, "sample_rate", &o->sample_rate_hz, error)) ||
        (status = bl_json_object(&o->file, "config", &o->config, error)) || (status = check_channels(o, *x, error)))
        return status;
    float *weights;
    if ((status = read_weights(&o->file, &weights, &o->left, error)))
        return status;
    o->next = weights;
    status = architecture->build(o, x, error);
    o->next = NULL;
    free(weights);
    return status;
}

bl_status bl_nam_build_nested(const bl_nam_object *parent, const bl_json *at, bl_graph *graph, const char *prefix,
                              bl_node_id *x, bl_nam_object *child, bl_error *error)
{
    *child = (bl_nam_object){ .file = *at,
                              .depth = parent->depth + 1,
                              .graph = graph,
                              .tensors = parent->tensors,
                              .options = parent->options };
    if (child->depth > MAX_DEPTH)
        return bl_fail(error, BL_ERR_LIMIT, "%s is a network inside a network for the %uth time; the limit is %u.",
                       at->path, child->depth, MAX_DEPTH);
    snprintf(child->prefix, sizeof child->prefix, "%.130s%.29s", parent->prefix, prefix);
    return build_object(child, x, error);
}

/* From the input node to the output node. */
static bl_status build_network(bl_nam_object *o, bl_model *model, bl_error *error)
{
    const bl_json config = bl_json_member(&o->file, "config");
    size_t channels;
    bl_status status = bl_json_size_or(&config, "in_channels", 1, 1, BL_MAX_CHANNELS, &channels, error);
    if (status)
        return status;
    bl_node_id x = bl_graph_input(&model->graph, channels);
    if ((status = build_object(o, &x, error)))
        return status;
    bl_graph_output(&model->graph, x);
    return bl_model_set_text(&model->info.architecture, o->text, error);
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    bl_nam_object file = {
        .file = bl_json_root(source->json), .graph = &model->graph, .sizes = model, .options = options
    };
    const char *version;
    bl_status status;
    if ((status = check_version(&file.file, &version, error)) ||
        (status = bl_model_format_text(&model->info.format, error, "NAM %s", version)) ||
        (status = read_metadata(&file.file, &model->info, error)) ||
        (status = bl_tensors_create("JSON", &model->tensors, error)))
        return status;
    file.tensors = model->tensors;
    if ((status = build_network(&file, model, error)))
        return status;
    model->info.sample_rate_hz = file.sample_rate_hz;
    model->info.prewarm = (file.prewarm + PREWARM_BLOCK - 1) / PREWARM_BLOCK * PREWARM_BLOCK;
    return bl_model_finish(model, error);
}

const bl_network_format bl_network_nam = { "NAM", recognise, build };
