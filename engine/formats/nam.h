/* The parts of the .nam loader. nam.c reads the file around a network; each architecture adds its network
 * to the graph. A .nam object can hold further .nam objects, so none of these looks at the whole file. */
#ifndef BL_FORMATS_NAM_H
#define BL_FORMATS_NAM_H

#include "formats/json_util.h"
#include "model/model.h"

/** The weights of one .nam object: a single stream of numbers, consumed in order. Whatever is taken is
 *  also listed among the model's tensors. */
typedef struct bl_nam_weights {
    const float *next;
    size_t left;
    bl_tensors *tensors;
} bl_nam_weights;

/** Takes the tensor of that name and shape; copies it to values unless that is NULL. The architecture
 *  has compared its needs with weights->left before it builds, so running dry is a fault of its count. */
bl_status bl_nam_take(bl_nam_weights *weights, const char *name, size_t rank, const uint64_t *shape, float *values,
                      bl_error *error);

/** Adds a convolution of that name to the graph, from *x to *x, and takes "<name>.weight" and, with
 *  shape->bias, "<name>.bias". */
bl_status bl_nam_conv(bl_nam_weights *weights, bl_graph *g, bl_node_id *x, const bl_conv1d_shape *shape,
                      const char *name, bl_error *error);

/** BL_ERR_FORMAT with both numbers unless the object has exactly as many weights as its config needs. */
bl_status bl_nam_check_count(const bl_nam_weights *weights, uint64_t needed, bl_error *error);

/** An activation: a string or an object with "type" and its parameters. BL_ERR_UNSUPPORTED for a name that
 *  is not in our list. */
bl_status bl_nam_activation(const bl_json *at, bl_activation *act, bl_error *error);

/** How .nam files spell it. */
const char *bl_nam_activation_name(bl_activation_kind kind);

/** One architecture. */
typedef struct bl_nam_architecture {
    const char *name;
    /** Adds the network to the model's graph, from *x to *x, where *x has as many channels as
     *  config.in_channels says; describes it in info.architecture.
     *  @param prewarm  receives the number of zeros it hears first, before any rounding */
    bl_status (*build)(const bl_json *config, bl_nam_weights *weights, bl_model *model, bl_node_id *x,
                       size_t *prewarm, bl_error *error);
} bl_nam_architecture;

extern const bl_nam_architecture bl_nam_wavenet;

#endif
