/* Reading the config of a WaveNet. Every key is checked on its own while it is read, then check_*() prove
 * that the sizes fit together, which the original program leaves to chance in part. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/nam_wavenet.h"
#include "model/limits.h"

#include <stdlib.h>
#include <string.h>

/* A layer takes at least four nodes of the graph. */
#define MAX_LAYERS (BL_MAX_NODES / 4)
#define MAX_ARRAYS 256u

static const char *const film_keys[] = { "conv_pre_film",         "conv_post_film",      "input_mixin_pre_film",
                                         "input_mixin_post_film", "activation_pre_film", "activation_post_film",
                                         "layer1x1_post_film",    "head1x1_post_film" };

static bl_status refuse(const bl_json *at, const char *what, bl_error *error)
{
    return bl_fail(error, BL_ERR_UNSUPPORTED, "%s asks for %s, which is not supported yet.", at->path, what);
}

/* FiLM is off where the key is absent, false or an object with "active": false. */
static bl_status check_film(const bl_json *array, const char *key, bl_error *error)
{
    const bl_json film = bl_json_member(array, key);
    if (!film.value || json_is_false(film.value))
        return BL_OK;
    if (!json_is_object(film.value))
        return bl_json_fail(&film, "false or an object", error);
    bool active, shift;
    size_t groups;
    bl_status status;
    if ((status = bl_json_bool_or(&film, "active", true, &active, error)) ||
        (status = bl_json_bool_or(&film, "shift", true, &shift, error)) ||
        (status = bl_json_size_or(&film, "groups", 1, 1, BL_MAX_CHANNELS, &groups, error)))
        return status;
    return active ? refuse(&film, "modulation by the condition (FiLM)", error) : BL_OK;
}

static bl_status check_slimmable(const bl_json *array, bl_error *error)
{
    const bl_json slimmable = bl_json_member(array, "slimmable");
    if (!slimmable.value || json_is_null(slimmable.value))
        return BL_OK;
    if (!json_is_object(slimmable.value))
        return bl_json_fail(&slimmable, "null or an object", error);
    return refuse(&slimmable, "a network of adjustable size", error);
}

/* What the file may ask for and this version cannot do. */
static bl_status check_supported(const bl_json *array, bl_error *error)
{
    for (size_t i = 0; i < sizeof film_keys / sizeof *film_keys; i++) {
        bl_status status = check_film(array, film_keys[i], error);
        if (status)
            return status;
    }
    return check_slimmable(array, error);
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
        status = bl_nam_activation(&at, &a->layers[i].act, error);
    }
    return status;
}

static bl_status read_gating_mode(const bl_json *at, bool *gated, bl_error *error)
{
    const char *mode = json_string_value(at->value);
    if (mode && !strcmp(mode, "blended"))
        return refuse(at, "the gating mode \"blended\"", error);
    if (!mode || (strcmp(mode, "none") && strcmp(mode, "gated")))
        return bl_json_fail(at, "\"none\", \"gated\" or \"blended\"", error);
    *gated = !strcmp(mode, "gated");
    return BL_OK;
}

/* Read for gated layers only: elsewhere files hold null, "" or nothing. */
static bl_status read_second(const bl_json *json, size_t layer, bool per_layer_modes, bl_activation *act,
                             bl_error *error)
{
    *act = (bl_activation){ .kind = BL_ACT_SIGMOID };
    bl_json at = bl_json_member(json, "secondary_activation");
    if (!at.value)
        return BL_OK;
    if (per_layer_modes)
        at = per_layer(json, "secondary_activation", layer);
    return bl_nam_activation(&at, act, error);
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
        status = read_gating_mode(&at, &layer->gated, error);
        if (!status && layer->gated)
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
        a->layers[i].gated = gated;
        a->layers[i].second = (bl_activation){ .kind = BL_ACT_SIGMOID };
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
        (status = read_gating(json, a, error)))
        return status;
    return check_supported(json, error);
}

static bl_status check_equal(const bl_json *json, const char *key, size_t is, size_t should, const char *what,
                             bl_error *error)
{
    if (is != should)
        return bl_fail(error, BL_ERR_FORMAT, "%s.%s is %zu, but it should be %zu, %s.", json->path, key, is, should,
                       what);
    return BL_OK;
}

static bl_status check_divides(const bl_json *json, const char *key, size_t groups, size_t in, size_t out,
                               bl_error *error)
{
    if (in % groups || out % groups)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s.%s is %zu, but it should divide the %zu channels that go in and the "
                       "%zu that come out.",
                       json->path, key, groups, in, out);
    return BL_OK;
}

static bl_status check_groups(const bl_json *json, const bl_wavenet_array *a, bl_error *error)
{
    const size_t skip = bl_wavenet_skip_channels(a);
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < a->layer_count; i++) {
        const size_t z = bl_wavenet_conv_channels(a, &a->layers[i]);
        if (!(status = check_divides(json, "groups_input", a->groups_input, a->channels, z, error)))
            status = check_divides(json, "groups_input_mixin", a->groups_mixin, a->condition_size, z, error);
    }
    if (!status && a->layer1x1.active)
        status = check_divides(json, "layer1x1.groups", a->layer1x1.groups, a->bottleneck, a->channels, error);
    if (!status && a->head1x1.active)
        status = check_divides(json, "head1x1.groups", a->head1x1.groups, a->bottleneck, skip, error);
    return status;
}

/* That an array fits to the one before it (NULL for the first) and to the network's input. */
static bl_status check_array(const bl_json *json, const bl_wavenet_array *a, const bl_wavenet_array *before,
                             size_t in_channels, bl_error *error)
{
    bl_status status;
    if ((status = check_equal(json, "input_size", a->input_size, before ? before->channels : in_channels,
                              before ? "the channels of the layers before" : "the channels of the input", error)) ||
        (status = check_equal(json, "condition_size", a->condition_size, in_channels, "the channels of the input",
                              error)))
        return status;
    if (!a->layer1x1.active &&
        (status = check_equal(json, "bottleneck", a->bottleneck, a->channels,
                              "the number of channels, because layer1x1 is not active", error)))
        return status;
    if (before) {
        const size_t head = before->head.out_channels;
        if ((status =
                 check_equal(json, "channels", a->channels, head, "the head size of the layers before", error)))
            return status;
        if (bl_wavenet_skip_channels(a) != head)
            return bl_fail(error, BL_ERR_FORMAT,
                           "%s hands %zu channels to the head, but the layers before hand it %zu; "
                           "both should be equal.",
                           json->path, bl_wavenet_skip_channels(a), head);
    }
    return check_groups(json, a, error);
}

/* Keys of config beside the layers. The value of head_scale is not used: the last weight counts. */
static bl_status check_config(const bl_json *json, bl_error *error)
{
    const bl_json head = bl_json_member(json, "head"), condition = bl_json_member(json, "condition_dsp");
    const bool has_head = bl_json_has(json, "head"), has_condition = bl_json_has(json, "condition_dsp");
    float unused;
    bl_status status = bl_json_float_or(json, "head_scale", 1.0f, &unused, error);
    if (status)
        return status;
    if (has_head)
        return json_is_object(head.value) ? refuse(&head, "a network after the layers (post-stack head)", error)
                                          : bl_json_fail(&head, "null or an object", error);
    if (has_condition)
        return json_is_object(condition.value) ? refuse(&condition, "a network that makes the condition", error)
                                               : bl_json_fail(&condition, "null or an object", error);
    return BL_OK;
}

bl_status bl_wavenet_config_read(const bl_json *json, size_t in_channels, bl_wavenet_config *config,
                                 bl_error *error)
{
    *config = (bl_wavenet_config){ 0 };
    bl_json list;
    bl_status status;
    if ((status = check_config(json, error)) || (status = bl_json_array(json, "layers", &list, error)))
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
        bl_wavenet_array *a = &config->arrays[i];
        if (!(status = read_array(&at, a, error)))
            status = check_array(&at, a, i ? a - 1 : NULL, in_channels, error);
    }
    return status;
}

void bl_wavenet_config_free(bl_wavenet_config *config)
{
    for (size_t i = 0; i < config->array_count; i++)
        free(config->arrays[i].layers);
    free(config->arrays);
    *config = (bl_wavenet_config){ 0 };
}
