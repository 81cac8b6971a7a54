/* That the sizes in the config of a WaveNet fit together. */
#include "base/fail.h"
#include "formats/nam_wavenet.h"

#include <stdio.h>

static bl_status check_equal(const bl_json *json, const char *key, size_t is, size_t should, const char *what,
                             bl_error *error)
{
    if (is != should)
        return bl_fail(error, BL_ERR_FORMAT, "%s.%s is %zu, but it should be %zu, %s.", json->path, key, is, should,
                       what);
    return BL_OK;
}

/* The key of the number of groups of a part. */
static const char *groups_key(bl_wavenet_part part, char *text, size_t size)
{
    if (part == BL_PART_CONV)
        return "groups_input";
    if (part == BL_PART_MIXIN)
        return "groups_input_mixin";
    snprintf(text, size, "%s.groups", bl_wavenet_part_names[part]);
    return text;
}

static bl_status check_groups(const bl_json *json, const bl_wavenet_array *a, const bl_wavenet_layer *layer,
                              bl_error *error)
{
    for (bl_wavenet_part part = 0; part < BL_PART_COUNT; part++) {
        bl_nam_conv conv;
        if (!bl_wavenet_part_conv(a, layer, part, &conv))
            continue;
        const size_t groups = conv.shape.groups, in = conv.in_channels, out = conv.shape.out_channels;
        char key[64];
        if (in % groups || out % groups)
            return bl_fail(error, BL_ERR_FORMAT,
                           "%s.%s is %zu, but it should divide the %zu channels that go in and the "
                           "%zu that come out.",
                           json->path, groups_key(part, key, sizeof key), groups, in, out);
    }
    return BL_OK;
}

static bl_status check_layers(const bl_json *json, const bl_wavenet_array *a, bl_error *error)
{
    char first[160], second[160];
    bl_status status = BL_OK;
    snprintf(first, sizeof first, "%s.activation", json->path);
    snprintf(second, sizeof second, "%s.secondary_activation", json->path);
    for (size_t i = 0; !status && i < a->layer_count; i++) {
        const bl_wavenet_layer *layer = &a->layers[i];
        if (!(status = check_groups(json, a, layer, error)) &&
            !(status = bl_nam_activation_check(&layer->act, a->bottleneck, first, error)))
            status = bl_nam_activation_check(&layer->second, a->bottleneck, second, error);
    }
    return status;
}

/* What works behind a 1x1 convolution needs it. */
static bl_status check_1x1(const bl_json *json, const bl_wavenet_array *a, bl_error *error)
{
    const struct {
        bool active;
        bl_wavenet_part film, conv;
    } pairs[] = { { a->layer1x1.active, BL_PART_LAYER1X1_POST_FILM, BL_PART_LAYER1X1 },
                  { a->head1x1.active, BL_PART_HEAD1X1_POST_FILM, BL_PART_HEAD1X1 } };
    for (size_t i = 0; i < 2; i++)
        if (!pairs[i].active && a->films[pairs[i].film - BL_FILM_FIRST].active)
            return bl_fail(error, BL_ERR_FORMAT, "%s.%s is active, but %s is not.", json->path,
                           bl_wavenet_part_names[pairs[i].film], bl_wavenet_part_names[pairs[i].conv]);
    if (a->layer1x1.active)
        return BL_OK;
    return check_equal(json, "bottleneck", a->bottleneck, a->channels,
                       "the number of channels, because layer1x1 is not active", error);
}

/* That an array fits to the one before it. */
static bl_status check_chain(const bl_json *json, const bl_wavenet_array *a, const bl_wavenet_array *before,
                             bl_error *error)
{
    const size_t head = before->head.out_channels;
    bl_status status =
        check_equal(json, "channels", a->channels, head, "the head size of the layers before", error);
    if (!status && bl_wavenet_skip_channels(a) != head)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s hands %zu channels to the head, but the layers before hand it %zu; "
                       "both should be equal.",
                       json->path, bl_wavenet_skip_channels(a), head);
    return status;
}

static bl_status check_array(const bl_json *json, const bl_wavenet_config *config, size_t i, bl_error *error)
{
    const bl_wavenet_array *a = &config->arrays[i], *before = i ? a - 1 : NULL;
    bl_status status;
    if ((status = check_equal(json, "input_size", a->input_size, before ? before->channels : config->in_channels,
                              before ? "the channels of the layers before" : "the channels of the input", error)) ||
        (status = check_equal(json, "condition_size", a->condition_size, config->condition_channels,
                              "the channels of the condition", error)) ||
        (status = check_1x1(json, a, error)) || (before && (status = check_chain(json, a, before, error))))
        return status;
    return check_layers(json, a, error);
}

static bl_status check_head(const bl_json *json, const bl_wavenet_config *config, bl_error *error)
{
    char path[160];
    bl_status status = BL_OK;
    snprintf(path, sizeof path, "%s.head.activation", json->path);
    for (size_t i = 0; !status && i < config->head.count; i++) {
        const bl_nam_conv conv = bl_wavenet_head_conv(config, i);
        status = bl_nam_activation_check(&config->head.act, conv.in_channels, path, error);
    }
    return status;
}

bl_status bl_wavenet_config_check(const bl_json *json, const bl_wavenet_config *config, bl_error *error)
{
    const bl_json list = bl_json_member(json, "layers");
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < config->array_count; i++) {
        const bl_json at = bl_json_element(&list, i);
        status = check_array(&at, config, i, error);
    }
    return status ? status : check_head(json, config, error);
}
