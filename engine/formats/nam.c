/* .nam files of Neural Amp Modeler: the object around the network. */
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

static const bl_nam_architecture *const architectures[] = { &bl_nam_wavenet };

/* Architectures of valid files that this version does not run. */
static const char *const known_architectures[] = { "ConvNet", "LSTM", "Linear", "SlimmableContainer" };

static bool recognise(const bl_source *source)
{
    const json_t *root = source->json;
    return json_object_get(root, "architecture") ||
           (json_object_get(root, "config") && json_object_get(root, "weights"));
}

bl_status bl_nam_take(bl_nam_weights *weights, const char *name, size_t rank, const uint64_t *shape, float *values,
                      bl_error *error)
{
    size_t count = 1;
    for (size_t i = 0; i < rank; i++)
        count *= (size_t)shape[i];
    if (count > weights->left)
        return bl_fail(error, BL_ERR_FORMAT, "%s needs %zu weights, but only %zu are left in the file.", name,
                       count, weights->left);
    float *listed;
    bl_status status = bl_tensors_add(weights->tensors, name, strlen(name), "float32", rank, shape, &listed, error);
    if (status)
        return status;
    memcpy(listed, weights->next, count * sizeof *listed);
    if (values)
        memcpy(values, weights->next, count * sizeof *values);
    weights->next += count;
    weights->left -= count;
    return BL_OK;
}

bl_status bl_nam_conv(bl_nam_weights *weights, bl_graph *g, bl_node_id *x, const bl_conv1d_shape *shape,
                      const char *name, bl_error *error)
{
    bl_conv1d_params *conv;
    *x = bl_graph_conv1d(g, *x, shape, &conv, "%s", name);
    if (!conv)
        return bl_graph_check(g, error);
    char tensor[160];
    snprintf(tensor, sizeof tensor, "%.140s.weight", name);
    bl_status status = bl_nam_take(
        weights, tensor, 3, (uint64_t[]){ conv->out_channels, conv->in_channels / conv->groups, conv->kernel },
        conv->weight, error);
    if (status || !shape->bias)
        return status;
    snprintf(tensor, sizeof tensor, "%.140s.bias", name);
    return bl_nam_take(weights, tensor, 1, (uint64_t[]){ conv->out_channels }, conv->bias, error);
}

bl_status bl_nam_check_count(const bl_nam_weights *weights, uint64_t needed, bl_error *error)
{
    if (needed != weights->left)
        return bl_fail(error, BL_ERR_FORMAT, "The network in config needs %llu weights, but the file has %zu.",
                       (unsigned long long)needed, weights->left);
    return BL_OK;
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
    for (size_t i = 0; i < sizeof known_architectures / sizeof *known_architectures; i++)
        if (!strcmp(known_architectures[i], name))
            return bl_fail(error, BL_ERR_UNSUPPORTED,
                           "The NAM file holds a network of the architecture %s, which is not supported yet; "
                           "WaveNet is.",
                           name);
    return bl_fail(error, BL_ERR_UNSUPPORTED,
                   "The NAM file holds a network of the unknown architecture \"%.60s\"; WaveNet is supported.",
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

/* From the input node to the output node. */
static bl_status build_network(const bl_json *file, const bl_nam_architecture *architecture,
                               bl_nam_weights *weights, bl_model *model, bl_error *error)
{
    bl_json config;
    size_t channels, prewarm = 0;
    bl_status status;
    if ((status = bl_json_object(file, "config", &config, error)) ||
        (status = bl_json_size_or(&config, "in_channels", 1, 1, BL_MAX_CHANNELS, &channels, error)))
        return status;
    bl_node_id x = bl_graph_input(&model->graph, channels);
    if ((status = architecture->build(&config, weights, model, &x, &prewarm, error)))
        return status;
    bl_graph_output(&model->graph, x);
    model->info.prewarm = (prewarm + PREWARM_BLOCK - 1) / PREWARM_BLOCK * PREWARM_BLOCK;
    return BL_OK;
}

static bl_status build(const bl_source *source, bl_model *model, bl_error *error)
{
    const bl_json file = bl_json_root(source->json);
    const bl_nam_architecture *architecture;
    const char *version;
    bl_status status;
    if ((status = check_version(&file, &version, error)) ||
        (status = find_architecture(&file, &architecture, error)) ||
        (status = bl_model_format_text(&model->info.format, error, "NAM %s", version)) ||
        (status = bl_json_sample_rate(&file, "sample_rate", &model->info.sample_rate_hz, error)) ||
        (status = read_metadata(&file, &model->info, error)) ||
        (status = bl_tensors_create("JSON", &model->tensors, error)))
        return status;
    float *values;
    bl_nam_weights weights = { .tensors = model->tensors };
    if ((status = read_weights(&file, &values, &weights.left, error)))
        return status;
    weights.next = values;
    status = build_network(&file, architecture, &weights, model, error);
    free(values);
    return status ? status : bl_model_finish(model, error);
}

const bl_network_format bl_network_nam = { "NAM", recognise, build };
