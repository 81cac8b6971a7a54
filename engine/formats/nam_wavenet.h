/* The WaveNet of a .nam file in four steps: its config is read (nam_wavenet_config.c) and proven consistent
 * (nam_wavenet_check.c) before anything is built from it, perhaps made smaller (nam_wavenet_slim.c), and
 * becomes a graph (nam_wavenet.c). nam_wavenet_parts.c knows the convolutions that a config stands for. */
#ifndef BL_FORMATS_NAM_WAVENET_H
#define BL_FORMATS_NAM_WAVENET_H

#include "formats/nam.h"

/** What becomes of the rows of z; with a second half there are twice as many before as behind it. */
typedef enum bl_wavenet_mode {
    BL_WAVENET_PLAIN,  /* act(z) */
    BL_WAVENET_GATED,  /* act(first half) * second(other half) */
    BL_WAVENET_BLENDED /* b * act(first half) + (1 - b) * first half with b = second(other half) */
} bl_wavenet_mode;

/** One layer: z = conv(h) + mixin(condition), activated. */
typedef struct bl_wavenet_layer {
    size_t kernel, dilation;
    bl_wavenet_mode mode;
    bl_nam_activation act, second;
} bl_wavenet_layer;

/** The convolutions of a layer, in the order of their weights in a file. Those of a FiLM make factors, and
 *  with a shift also offsets, of the condition; they modulate the signal at the place that they are named
 *  after. */
typedef enum bl_wavenet_part {
    BL_PART_CONV,     /* h to z         */
    BL_PART_MIXIN,    /* condition to z */
    BL_PART_LAYER1X1, /* activated z to h    */
    BL_PART_HEAD1X1,  /* activated z to skip */
    BL_PART_CONV_PRE_FILM,
    BL_PART_CONV_POST_FILM,
    BL_PART_MIXIN_PRE_FILM,
    BL_PART_MIXIN_POST_FILM,
    BL_PART_ACTIVATION_PRE_FILM,
    BL_PART_ACTIVATION_POST_FILM,
    BL_PART_LAYER1X1_POST_FILM,
    BL_PART_HEAD1X1_POST_FILM,
    BL_PART_COUNT
} bl_wavenet_part;

#define BL_FILM_FIRST BL_PART_CONV_PRE_FILM
#define BL_FILM_COUNT (BL_PART_COUNT - BL_FILM_FIRST)

/** Names of parts, as files and graphs have them; those of FiLMs are also their keys. */
extern const char *const bl_wavenet_part_names[BL_PART_COUNT];

/** A 1x1 convolution that may be there or not. */
typedef struct bl_wavenet_1x1 {
    bool active;
    size_t out_channels, groups;
} bl_wavenet_1x1;

/** y = factor * x, or factor * x + offset, with numbers that a 1x1 convolution makes of the condition. */
typedef struct bl_wavenet_film {
    bool active, shift;
    size_t groups;
} bl_wavenet_film;

/** Layers of equal width, and the convolution that takes their skip sum to the head. */
typedef struct bl_wavenet_array {
    size_t input_size, condition_size;
    size_t channels;   /* of h, from layer to layer */
    size_t bottleneck; /* of an activated z         */
    size_t groups_input, groups_mixin;
    bl_wavenet_1x1 layer1x1, head1x1;
    bl_wavenet_film films[BL_FILM_COUNT];
    bl_conv1d_shape head; /* skip to the next array's skip, or to the output */
    bl_wavenet_layer *layers;
    size_t layer_count;
    size_t *allowed, allowed_count; /* channel counts that it can be cut to, ascending; none: only all */
} bl_wavenet_array;

/** The network behind the arrays; it activates before each of its convolutions. */
typedef struct bl_wavenet_head {
    size_t channels, out_channels;
    size_t *kernels, count; /* count is 0 where there is no such network */
    bl_nam_activation act;
} bl_wavenet_head;

typedef struct bl_wavenet_config {
    bl_wavenet_array *arrays;
    size_t array_count;
    bl_wavenet_head head;
    size_t in_channels, condition_channels;
} bl_wavenet_config;

/** Reads and checks a config. bl_wavenet_config_free() releases what it allocated, also after a failure.
 *  @param in_channels         channels of the network's input
 *  @param condition_channels  of its condition, which is its input or the output of another network */
bl_status bl_wavenet_config_read(const bl_json *json, size_t in_channels, size_t condition_channels,
                                 bl_wavenet_config *config, bl_error *error);
void bl_wavenet_config_free(bl_wavenet_config *config);

/** Proves that all sizes fit together, which the original program leaves to chance in part.
 *  @param json  where the config comes from, for the sentences */
bl_status bl_wavenet_config_check(const bl_json *json, const bl_wavenet_config *config, bl_error *error);

/** Reads the channel counts that an array can be cut to. */
bl_status bl_wavenet_slim_read(const bl_json *array, bl_wavenet_array *a, bl_error *error);

/** Lists the sizes of the network in model. */
bl_status bl_wavenet_slim_list(const bl_wavenet_config *config, bl_model *model, bl_error *error);

/** Cuts the config to the size for a quality from 0 to 1, as the original does it.
 *  BL_ERR_UNSUPPORTED where that is less than all and the network cannot be cut. */
bl_status bl_wavenet_slim(const bl_json *json, bl_wavenet_config *config, double quality, bl_error *error);

/** The convolution of one part; false where the layer has none. */
bool bl_wavenet_part_conv(const bl_wavenet_array *a, const bl_wavenet_layer *layer, bl_wavenet_part part,
                          bl_nam_conv *conv);

/** Channels that the FiLM at a place modulates. */
size_t bl_wavenet_film_channels(const bl_wavenet_array *a, const bl_wavenet_layer *layer, bl_wavenet_part film);

/** The convolutions that are not in a layer: the first and the last one of an array, and one of the head. */
bl_nam_conv bl_wavenet_rechannel_conv(const bl_wavenet_array *a);
bl_nam_conv bl_wavenet_array_head_conv(const bl_wavenet_array *a);
bl_nam_conv bl_wavenet_head_conv(const bl_wavenet_config *config, size_t i);

/** Takes all weights of the network, as tensors named like the convolutions; BL_ERR_FORMAT where there are
 *  more or fewer of them.
 *  @param head_scale  receives the last of them */
bl_status bl_wavenet_take_weights(bl_nam_object *o, const bl_wavenet_config *config, float *head_scale,
                                  bl_error *error);

/** Channels before the activation of a layer. */
static inline size_t bl_wavenet_conv_channels(const bl_wavenet_array *a, const bl_wavenet_layer *layer)
{
    return layer->mode == BL_WAVENET_PLAIN ? a->bottleneck : 2 * a->bottleneck;
}

/** Channels of the skip sum. */
static inline size_t bl_wavenet_skip_channels(const bl_wavenet_array *a)
{
    return a->head1x1.active ? a->head1x1.out_channels : a->bottleneck;
}

#endif
