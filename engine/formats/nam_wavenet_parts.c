/* The convolutions that the config of a WaveNet stands for, and the order of their weights in the file. */
#include "formats/nam_wavenet.h"

#include <stdio.h>

const char *const bl_wavenet_part_names[BL_PART_COUNT] = {
    "conv",
    "input_mixin",
    "layer1x1",
    "head1x1",
    "conv_pre_film",
    "conv_post_film",
    "input_mixin_pre_film",
    "input_mixin_post_film",
    "activation_pre_film",
    "activation_post_film",
    "layer1x1_post_film",
    "head1x1_post_film",
};

static bl_conv1d_shape dense(size_t out_channels, size_t groups, bool bias)
{
    return (bl_conv1d_shape){
        .out_channels = out_channels, .kernel = 1, .dilation = 1, .groups = groups, .bias = bias
    };
}

size_t bl_wavenet_film_channels(const bl_wavenet_array *a, const bl_wavenet_layer *layer, bl_wavenet_part film)
{
    switch (film) {
    case BL_PART_CONV_PRE_FILM:
    case BL_PART_LAYER1X1_POST_FILM: return a->channels;
    case BL_PART_MIXIN_PRE_FILM: return a->condition_size;
    case BL_PART_ACTIVATION_POST_FILM: return a->bottleneck;
    case BL_PART_HEAD1X1_POST_FILM: return a->head1x1.out_channels;
    default: return bl_wavenet_conv_channels(a, layer);
    }
}

static bool film_conv(const bl_wavenet_array *a, const bl_wavenet_layer *layer, bl_wavenet_part part,
                      bl_nam_conv *conv)
{
    const bl_wavenet_film *film = &a->films[part - BL_FILM_FIRST];
    const size_t channels = bl_wavenet_film_channels(a, layer, part);
    *conv = (bl_nam_conv){ a->condition_size, dense(film->shift ? 2 * channels : channels, film->groups, true) };
    return film->active;
}

bool bl_wavenet_part_conv(const bl_wavenet_array *a, const bl_wavenet_layer *layer, bl_wavenet_part part,
                          bl_nam_conv *conv)
{
    const size_t z = bl_wavenet_conv_channels(a, layer);
    switch (part) {
    case BL_PART_CONV:
        *conv = (bl_nam_conv){ a->channels, dense(z, a->groups_input, true) };
        conv->shape.kernel = layer->kernel;
        conv->shape.dilation = layer->dilation;
        return true;
    case BL_PART_MIXIN: *conv = (bl_nam_conv){ a->condition_size, dense(z, a->groups_mixin, false) }; return true;
    case BL_PART_LAYER1X1:
        *conv = (bl_nam_conv){ a->bottleneck, dense(a->layer1x1.out_channels, a->layer1x1.groups, true) };
        return a->layer1x1.active;
    case BL_PART_HEAD1X1:
        *conv = (bl_nam_conv){ a->bottleneck, dense(a->head1x1.out_channels, a->head1x1.groups, true) };
        return a->head1x1.active;
    default: return film_conv(a, layer, part, conv);
    }
}

bl_nam_conv bl_wavenet_rechannel_conv(const bl_wavenet_array *a)
{
    return (bl_nam_conv){ a->input_size, dense(a->channels, 1, false) };
}

bl_nam_conv bl_wavenet_array_head_conv(const bl_wavenet_array *a)
{
    return (bl_nam_conv){ bl_wavenet_skip_channels(a), a->head };
}

bl_nam_conv bl_wavenet_head_conv(const bl_wavenet_config *config, size_t i)
{
    const bl_wavenet_head *head = &config->head;
    const size_t in = i ? head->channels : config->arrays[config->array_count - 1].head.out_channels;
    bl_nam_conv conv = { in, dense(i + 1 < head->count ? head->channels : head->out_channels, 1, true) };
    conv.shape.kernel = head->kernels[i];
    return conv;
}

static uint64_t layer_weights(const bl_wavenet_array *a, const bl_wavenet_layer *layer)
{
    uint64_t n = 0;
    for (bl_wavenet_part part = 0; part < BL_PART_COUNT; part++) {
        bl_nam_conv conv;
        if (bl_wavenet_part_conv(a, layer, part, &conv))
            n += bl_nam_conv_weights(&conv);
    }
    return n;
}

/* Cannot overflow: the limits on channels, taps, layers and arrays multiply to less than 2^62. */
static uint64_t count_weights(const bl_wavenet_config *config)
{
    uint64_t n = 1; /* head_scale */
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        const bl_nam_conv rechannel = bl_wavenet_rechannel_conv(a), head = bl_wavenet_array_head_conv(a);
        n += bl_nam_conv_weights(&rechannel) + bl_nam_conv_weights(&head);
        for (size_t k = 0; k < a->layer_count; k++)
            n += layer_weights(a, &a->layers[k]);
    }
    for (size_t i = 0; i < config->head.count; i++) {
        const bl_nam_conv conv = bl_wavenet_head_conv(config, i);
        n += bl_nam_conv_weights(&conv);
    }
    return n;
}

static bl_status take_layer(bl_nam_object *o, const bl_wavenet_array *a, size_t array, size_t layer,
                            bl_error *error)
{
    bl_status status = BL_OK;
    for (bl_wavenet_part part = 0; !status && part < BL_PART_COUNT; part++) {
        bl_nam_conv conv;
        char name[BL_NAM_NAME_SIZE];
        if (!bl_wavenet_part_conv(a, &a->layers[layer], part, &conv))
            continue;
        snprintf(name, sizeof name, "%slayers.%zu.layers.%zu.%s", o->prefix, array, layer,
                 bl_wavenet_part_names[part]);
        status = bl_nam_take_conv(o, &conv, name, error);
    }
    return status;
}

static bl_status take_array(bl_nam_object *o, const bl_wavenet_array *a, size_t index, bl_error *error)
{
    const bl_nam_conv rechannel = bl_wavenet_rechannel_conv(a), head = bl_wavenet_array_head_conv(a);
    char name[BL_NAM_NAME_SIZE];
    snprintf(name, sizeof name, "%slayers.%zu.rechannel", o->prefix, index);
    bl_status status = bl_nam_take_conv(o, &rechannel, name, error);
    for (size_t k = 0; !status && k < a->layer_count; k++)
        status = take_layer(o, a, index, k, error);
    snprintf(name, sizeof name, "%slayers.%zu.head_rechannel", o->prefix, index);
    return status ? status : bl_nam_take_conv(o, &head, name, error);
}

bl_status bl_wavenet_take_weights(bl_nam_object *o, const bl_wavenet_config *config, float *head_scale,
                                  bl_error *error)
{
    bl_status status = bl_nam_check_count(o, count_weights(config), error);
    char name[BL_NAM_NAME_SIZE];
    for (size_t i = 0; !status && i < config->array_count; i++)
        status = take_array(o, &config->arrays[i], i, error);
    for (size_t i = 0; !status && i < config->head.count; i++) {
        const bl_nam_conv conv = bl_wavenet_head_conv(config, i);
        snprintf(name, sizeof name, "%shead.%zu", o->prefix, i);
        status = bl_nam_take_conv(o, &conv, name, error);
    }
    const float *scale;
    snprintf(name, sizeof name, "%shead_scale", o->prefix);
    if (status || (status = bl_nam_take(o, name, 1, (uint64_t[]){ 1 }, &scale, error)))
        return status;
    *head_scale = *scale;
    return BL_OK;
}
