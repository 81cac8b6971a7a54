/* The config of a WaveNet in a .nam file, read and proven consistent before anything is built from it. */
#ifndef BL_FORMATS_NAM_WAVENET_H
#define BL_FORMATS_NAM_WAVENET_H

#include "formats/nam.h"

/** One layer: z = conv(h) + mixin(condition), activated or gated. */
typedef struct bl_wavenet_layer {
    size_t kernel, dilation;
    bool gated; /* act(first half of z) * second(other half) instead of act(z) */
    bl_activation act, second;
} bl_wavenet_layer;

/** A 1x1 convolution that may be there or not. */
typedef struct bl_wavenet_1x1 {
    bool active;
    size_t out_channels, groups;
} bl_wavenet_1x1;

/** Layers of equal width, and the convolution that takes their skip sum to the head. */
typedef struct bl_wavenet_array {
    size_t input_size, condition_size;
    size_t channels;   /* of h, from layer to layer */
    size_t bottleneck; /* of an activated z         */
    size_t groups_input, groups_mixin;
    bl_wavenet_1x1 layer1x1; /* z to h      */
    bl_wavenet_1x1 head1x1;  /* z to skip   */
    bl_conv1d_shape head;    /* skip to the next array's skip, or to the output */
    bl_wavenet_layer *layers;
    size_t layer_count;
} bl_wavenet_array;

typedef struct bl_wavenet_config {
    bl_wavenet_array *arrays;
    size_t array_count;
} bl_wavenet_config;

/** Reads and checks a config. bl_wavenet_config_free() releases what it allocated, also after a failure.
 *  @param in_channels  channels of the network's input, which is also its condition */
bl_status bl_wavenet_config_read(const bl_json *json, size_t in_channels, bl_wavenet_config *config,
                                 bl_error *error);
void bl_wavenet_config_free(bl_wavenet_config *config);

/** Channels before the activation of a layer. */
static inline size_t bl_wavenet_conv_channels(const bl_wavenet_array *a, const bl_wavenet_layer *layer)
{
    return layer->gated ? 2 * a->bottleneck : a->bottleneck;
}

/** Channels of the skip sum. */
static inline size_t bl_wavenet_skip_channels(const bl_wavenet_array *a)
{
    return a->head1x1.active ? a->head1x1.out_channels : a->bottleneck;
}

#endif
