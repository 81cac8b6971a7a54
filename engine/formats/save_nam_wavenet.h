/* A WaveNet as .nam files know it, found in a graph. */
#ifndef BL_FORMATS_SAVE_NAM_WAVENET_H
#define BL_FORMATS_SAVE_NAM_WAVENET_H

#include "formats/save_nam.h"

/** Where a layer or an array has no such node. */
#define BL_NO_NODE UINT32_MAX

/** The nodes of one layer. act is an activation, a PReLU, a gate or a blend. */
typedef struct bl_found_layer {
    bl_node_id h, conv, mixin, act, layer1x1, head1x1;
} bl_found_layer;

/** Layers first .. first + count - 1 form an array. */
typedef struct bl_found_array {
    bl_node_id rechannel, head;
    size_t first, count;
} bl_found_array;

typedef struct bl_found_wavenet {
    bl_found_layer *layers;
    bl_found_array *arrays;
    bl_node_id *post; /* convolutions of the post-stack head; before each stands an activation */
    size_t layer_count, layer_capacity, array_count, array_capacity, post_count, post_capacity;
    float scale;
} bl_found_wavenet;

/** Finds it; bl_found_wavenet_free() also after a failure. */
bl_status bl_find_wavenet(const bl_nam_out *out, bl_found_wavenet *w, bl_error *error);
void bl_found_wavenet_free(bl_found_wavenet *w);

#endif
