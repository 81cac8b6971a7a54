/* Reading the config of a WaveNet: every key on its own. Whether the sizes fit together is for
 * nam_wavenet_check.c. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/nam_wavenet.h"
#include "model/limits.h"

#include <stdlib.h>
#include <string.h>

/* A layer takes at least four nodes of the graph. */
#define MAX_LAYERS     (BL_MAX_NODES / 4)
#define MAX_ARRAYS     256u
#define MAX_HEAD_CONVS 256u

/* FiLM is off where the key is absent, false or an object with "active": false. */
static bl_status read_film(const bl_json *array, const char *key, bl_wavenet_film *film, bl_error *error)
{
    const bl_json at = bl_json_member(array, key);
    *film = (bl_wavenet_film){ .groups = 1 };
    if (!at.value || json_is_false(at.value))
        return BL_OK;
    if (!json_is_object(at.value))
        return bl_json_fail(&at, "false or an object", error);
    bl_status status;
    if ((status = bl_json_bool_or(&at, "active", true, &film->active, error)) ||
        (status = bl_json_bool_or(&at, "shift", true, &film->shift, error)) || !film->active)
        return status;
    return bl_json_size_or(&at, "groups", 1, 1, BL_MAX_CHANNELS, &film->groups, error);
}

static bl_status read_films(const bl_json *array, bl_wavenet_array *a, bl_error *error)
{
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < BL_FILM_COUNT; i++)
        status = read_film(array, bl_wavenet_part_names[BL_FILM_FIRST + i], &a->films[i], error);
    return status;
}

static bl_status read_1x1(const bl_json *array, const char *key, bl_wavenet_1x1 *conv, bl_error *error)
{
    bl_json json;
    bl_status status;
    if (!json_object_get(array->value, key))
        return BL_OK;
    if ((status = bl_json_object(array, key, &json, error)) ||
        (status = bl_json_bool(&json, "active", &conv->active, error)))
        return status;
    const size_t least = conv->active ? 1 : 0; /* numbers of something inactive have no meaning */
    if ((status = bl_json_size(&json, "groups", least, BL_MAX_CHANNELS, &conv->groups, error)))
        return status;
    return conv->out_channels
               ? BL_OK
               : bl_json_size(&json, "out_channels", least, BL_MAX_CHANNELS, &conv->out_channels, error);
}

/* "head" is the newer way of writing it and wins over "head_size" and "head_bias". */
static bl_status read_head(const bl_json *array, bl_conv1d_shape *head, bl_error *error)
{
    bl_status status;
    *head = (bl_conv1d_shape){ .kernel = 1, .dilation = 1, .groups = 1 };
    if (!bl_json_has(array, "head")) {
        status = bl_json_size(array, "head_size", 1, BL_MAX_CHANNELS, &head->out_channels, error);
        return status ? status : bl_json_bool(array, "head_bias", &head->bias, error);
    }
    bl_json json;
    if ((status = bl_json_object(array, "head", &json, error)) ||
        (status = bl_json_size(&json, "out_channels", 1, BL_MAX_CHANNELS, &head->out_channels, error)) ||
        (status = bl_json_size(&json, "kernel_size", 1, BL_MAX_KERNEL, &head->kernel, error)) ||
        (status = bl_json_size_or(&json, "head_dilation", 1, 1, BL_MAX_RECEPTIVE_FIELD, &head->dilation, error)))
        return status;
    return bl_json_bool(&json, "bias", &head->bias, error);
}

static bl_status read_sizes(const bl_json *json, bl_wavenet_array *a, bl_error *error)
{
    const size_t max = BL_MAX_CHANNELS;
    bl_status status;
    if ((status = bl_json_size(json, "input_size", 1, max, &a->input_size, error)) ||
        (status = bl_json_size(json, "condition_size", 1, max, &a->condition_size, error)) ||
        (status = bl_json_size(json, "channels", 1, max, &a->channels, error)) ||
        (status = bl_json_size_or(json, "bottleneck", a->channels, 1, max, &a->bottleneck, error)) ||
        (status = bl_json_size_or(json, "groups_input", 1, 1, max, &a->groups_input, error)) ||
        (status = bl_json_size_or(json, "groups_input_mixin", 1, 1, max, &a->groups_mixin, error)))
        return status;
    a->layer1x1 = (bl_wavenet_1x1){ .active = true, .out_channels = a->channels, .groups = 1 };
    a->head1x1 = (bl_wavenet_1x1){ .active = false };
    if ((status = read_1x1(json, "layer1x1", &a->layer1x1, error)) ||
        (status = read_1x1(json, "head1x1", &a->head1x1, error)))
        return status;
    return read_head(json, &a->head, error);
}

/* A list with an entry per layer must have exactly as many entries as dilations. */
static bl_status check_length(const bl_json *list, size_t layers, bl_error *error)
{
    const size_t n = json_array_size(list->value);
    if (n != layers)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s has %zu entries, but dilations has %zu; there should be one per layer.", list->path, n,
                       layers);
    return BL_OK;
}

static bl_status read_dilations(const bl_json *json, bl_wavenet_array *a, bl_error *error)
{
    size_t *dilations, count;
    bl_status status =
        bl_json_sizes(json, "dilations", 1, BL_MAX_RECEPTIVE_FIELD, MAX_LAYERS, &dilations, &count, error);
    if (status)
        return status;
    a->layers = bl_calloc(count, sizeof *a->layers);
    if (a->layers) {
        a->layer_count = count;
        for (size_t i = 0; i < count; i++)
            a->layers[i].dilation = dilations[i];
    }
    free(dilations);
    return a->layers ? BL_OK : bl_fail_no_mem(error);
}

static bl_status read_kernels(const bl_json *json, bl_wavenet_array *a, bl_error *error)
{
    const bool one = json_object_get(json->value, "kernel_size"),
               many = json_object_get(json->value, "kernel_sizes");
    if (one == many)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %s; it should have one of kernel_size and kernel_sizes.",
                       json->path,
                       one ? "both kernel_size and kernel_sizes" : "neither kernel_size nor kernel_sizes");
    bl_status status;
    if (one) {
        size_t kernel;
        status = bl_json_size(json, "kernel_size", 1, BL_MAX_KERNEL, &kernel, error);
        for (size_t i = 0; !status && i < a->layer_count; i++)
            a->layers[i].kernel = kernel;
        return status;
    }
    size_t *kernels, count;
    if ((status = bl_json_sizes(json, "kernel_sizes", 1, BL_MAX_KERNEL, MAX_LAYERS, &kernels, &count, error)))
        return status;
    const bl_json list = bl_json_member(json, "kernel_sizes");
    status = check_length(&list, a->layer_count, error);
    for (size_t i = 0; !status && i < a->layer_count; i++)
        a->layers[i].kernel = kernels[i];
    free(kernels);
    return status;
}

/* The value of a key that holds one value for all layers or a list with one per layer. */
static bl_json per_layer(const bl_json *json, const char *key, size_t layer)
{
    const bl_json member = bl_json_member(json, key);
    return json_is_array(member.value) ? bl_json_element(&member, layer) : member;
}

static bl_status read_activations(const bl_json *json, bl_wavenet_array *a, bl_error *error)
{
    const bl_json member = bl_json_member(json, "activation");
    bl_status status = json_is_array(member.value) ? check_length(&member, a->layer_count, error) : BL_OK;
    for (size_t i = 0; !status && i < a->layer_count; i++) {
        const bl_json at = per_layer(json, "activation", i);
        status = bl_nam_activation_read(&at, &a->layers[i].act, error);
    }
    return status;
}

static bl_status read_gating_mode(const bl_json *at, bl_wavenet_mode *mode, bl_error *error)
{
    static const char *const names[] = {
        [BL_WAVENET_PLAIN] = "none", [BL_WAVENET_GATED] = "gated", [BL_WAVENET_BLENDED] = "blended"
    };
    const char *name = json_string_value(at->value);
    for (size_t i = 0; name && i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) {
            *mode = (bl_wavenet_mode)i;
            return BL_OK;
        }
    return bl_json_fail(at, "\"none\", \"gated\" or \"blended\"", error);
}

/* Read for layers with two halves only: elsewhere files hold null, "" or nothing. */
static bl_status read_second(const bl_json *json, size_t layer, bool per_layer_modes, bl_nam_activation *act,
                             bl_error *error)
{
    *act = (bl_nam_activation){ .act = { .kind = BL_ACT_SIGMOID } };
    bl_json at = bl_json_member(json, "secondary_activation");
    if (!at.value)
        return BL_OK;
    if (per_layer_modes)
        at = per_layer(json, "secondary_activation", layer);
    return bl_nam_activation_read(&at, act, error);
}

static bl_status read_gating_modes(const bl_json *json, const bl_json *modes, bl_wavenet_array *a, bl_error *error)
{
    const bool list = json_is_array(modes->value);
    const bl_json second = bl_json_member(json, "secondary_activation");
    bl_status status = list ? check_length(modes, a->layer_count, error) : BL_OK;
    if (!status && list && json_is_array(second.value))
        status = check_length(&second, a->layer_count, error);
    for (size_t i = 0; !status && i < a->layer_count; i++) {
        bl_wavenet_layer *layer = &a->layers[i];
        const bl_json at = per_layer(json, "gating_mode", i);
        status = read_gating_mode(&at, &layer->mode, error);
        if (!status && layer->mode != BL_WAVENET_PLAIN)
            status = read_second(json, i, list, &layer->second, error);
    }
    return status;
}

static bl_status read_gating(const bl_json *json, bl_wavenet_array *a, bl_error *error)
{
    const bl_json modes = bl_json_member(json, "gating_mode");
    if (modes.value)
        return read_gating_modes(json, &modes, a, error);
    bool gated; /* the older way of writing it */
    bl_status status = bl_json_bool_or(json, "gated", false, &gated, error);
    for (size_t i = 0; !status && i < a->layer_count; i++) {
        a->layers[i].mode = gated ? BL_WAVENET_GATED : BL_WAVENET_PLAIN;
        a->layers[i].second = (bl_nam_activation){ .act = { .kind = BL_ACT_SIGMOID } };
    }
    return status;
}

static bl_status read_array(const bl_json *json, bl_wavenet_array *a, bl_error *error)
{
    if (!json_is_object(json->value))
        return bl_json_fail(json, "an object", error);
    bl_status status;
    if ((status = read_sizes(json, a, error)) || (status = read_dilations(json, a, error)) ||
        (status = read_kernels(json, a, error)) || (status = read_activations(json, a, error)) ||
        (status = read_gating(json, a, error)) || (status = read_films(json, a, error)))
        return status;
    return bl_wavenet_slim_read(json, a, error);
}

static bl_status read_arrays(const bl_json *json, bl_wavenet_config *config, bl_error *error)
{
    bl_json list;
    bl_status status = bl_json_array(json, "layers", &list, error);
    if (status)
        return status;
    const size_t n = json_array_size(list.value);
    if (!n || n > MAX_ARRAYS)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu entries; it should have 1 to %u.", list.path, n,
                       MAX_ARRAYS);
    if (!(config->arrays = bl_calloc(n, sizeof *config->arrays)))
        return bl_fail_no_mem(error);
    config->array_count = n;
    for (size_t i = 0; !status && i < n; i++) {
        const bl_json at = bl_json_element(&list, i);
        status = read_array(&at, &config->arrays[i], error);
    }
    return status;
}

/* The head behind the arrays. It has no key for its input, which is what the last array hands out; some
 * files say it all the same. */
static bl_status read_post_head(const bl_json *json, bl_wavenet_config *config, bl_error *error)
{
    bl_wavenet_head *head = &config->head;
    if (!bl_json_has(json, "head"))
        return BL_OK;
    bl_json at;
    bl_status status = bl_json_object(json, "head", &at, error);
    if (status)
        return status;
    const bl_json activation = bl_json_member(&at, "activation");
    const size_t in = config->arrays[config->array_count - 1].head.out_channels;
    size_t said = in;
    if ((status = bl_json_size(&at, "channels", 1, BL_MAX_CHANNELS, &head->channels, error)) ||
        (status = bl_json_size(&at, "out_channels", 1, BL_MAX_CHANNELS, &head->out_channels, error)) ||
        (status = bl_json_sizes(&at, "kernel_sizes", 1, BL_MAX_KERNEL, MAX_HEAD_CONVS, &head->kernels, &head->count,
                                error)) ||
        (status = bl_nam_activation_read(&activation, &head->act, error)) ||
        (bl_json_has(&at, "in_channels") &&
         (status = bl_json_size(&at, "in_channels", 1, BL_MAX_CHANNELS, &said, error))))
        return status;
    if (said != in)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s.in_channels is %zu, but it should be %zu, the head size of the last layers.", at.path,
                       said, in);
    for (size_t i = 0; i < config->array_count; i++)
        if (config->arrays[i].allowed_count)
            return bl_fail(error, BL_ERR_UNSUPPORTED,
                           "%s stands behind layers of adjustable size; such a network cannot have a head.",
                           at.path);
    return BL_OK;
}

bl_status bl_wavenet_config_read(const bl_json *json, size_t in_channels, size_t condition_channels,
                                 bl_wavenet_config *config, bl_error *error)
{
    *config = (bl_wavenet_config){ .in_channels = in_channels, .condition_channels = condition_channels };
    float unused; /* head_scale is a weight */
    bl_status status = bl_json_float_or(json, "head_scale", 1.0f, &unused, error);
    if (!status)
        status = read_arrays(json, config, error);
    if (!status)
        status = read_post_head(json, config, error);
    return status ? status : bl_wavenet_config_check(json, config, error);
}

static void free_array(bl_wavenet_array *a)
{
    for (size_t i = 0; i < a->layer_count; i++) {
        bl_nam_activation_free(&a->layers[i].act);
        bl_nam_activation_free(&a->layers[i].second);
    }
    free(a->layers);
    free(a->allowed);
}

void bl_wavenet_config_free(bl_wavenet_config *config)
{
    for (size_t i = 0; i < config->array_count; i++)
        free_array(&config->arrays[i]);
    free(config->arrays);
    free(config->head.kernels);
    bl_nam_activation_free(&config->head.act);
    *config = (bl_wavenet_config){ 0 };
}
