/* The parts of the .nam loader. nam.c reads the objects around networks; each architecture adds its network
 * to a graph. A .nam object can hold further .nam objects, so none of these looks at the whole file. */
#ifndef BL_FORMATS_NAM_H
#define BL_FORMATS_NAM_H

#include "formats/json_util.h"
#include "model/model.h"

/** Room for the name of a tensor or node with the prefixes of all levels. */
#define BL_NAM_NAME_SIZE 256

/** One .nam object: the file, or an object nested in it. Its weights are a single stream of numbers,
 *  consumed in order; whatever is taken is listed among the tensors of the file. */
typedef struct bl_nam_object {
    bl_json file, config;
    double sample_rate_hz; /* NAN where unknown */
    char prefix[160];      /* of its nodes and tensors, such as "condition_dsp."; "" for the file itself */
    unsigned depth;        /* 0 for the file itself */
    bl_graph *graph;       /* where the network goes */
    bl_tensors *tensors;
    const float *next; /* the weights that are left */
    size_t left;
    bl_model *sizes; /* takes the list of sizes; NULL for nested objects, which always have their full size */
    const bl_load_options *options;
    /* What the architecture reports: */
    size_t prewarm; /* zeros that the network hears first, before any rounding */
    char text[320]; /* the network in words */
} bl_nam_object;

/** One architecture. */
typedef struct bl_nam_architecture {
    const char *name;
    /** Adds the network to o->graph, from *x to *x, where *x has as many channels as config.in_channels
     *  says, and fills in what it has to report. It must take every weight of the object. */
    bl_status (*build)(bl_nam_object *o, bl_node_id *x, bl_error *error);
} bl_nam_architecture;

extern const bl_nam_architecture bl_nam_wavenet, bl_nam_convnet, bl_nam_lstm, bl_nam_linear, bl_nam_container;

/** Builds the network of the .nam object at a place inside another one, from *x to *x.
 *  @param graph   its parent's, or another one for a network that is only to be checked
 *  @param prefix  such as "submodels.0.", put behind the parent's
 *  @param child   receives what the network reports */
bl_status bl_nam_build_nested(const bl_nam_object *parent, const bl_json *at, bl_graph *graph, const char *prefix,
                              bl_node_id *x, bl_nam_object *child, bl_error *error);

/** Takes the tensor of that name and shape. The architecture has compared its needs with o->left before it
 *  builds, so running dry is a fault of its count.
 *  @param values  receives the tensor's values, owned by o->tensors; may be NULL */
bl_status bl_nam_take(bl_nam_object *o, const char *name, size_t rank, const uint64_t *shape, const float **values,
                      bl_error *error);

/** A convolution's channels and shape. */
typedef struct bl_nam_conv {
    size_t in_channels;
    bl_conv1d_shape shape;
} bl_nam_conv;

uint64_t bl_nam_conv_weights(const bl_nam_conv *conv);

/** Takes "<name>.weight" and, with a bias, "<name>.bias". */
bl_status bl_nam_take_conv(bl_nam_object *o, const bl_nam_conv *conv, const char *name, bl_error *error);

/** Adds a convolution of that shape to the graph, from *x to *x, with the tensors of that name, which have
 *  been taken. Where they are larger, only their leading rows and columns count; a bias that is not
 *  among them stays zero. */
bl_status bl_nam_add_conv(bl_nam_object *o, bl_node_id *x, const bl_conv1d_shape *shape, const char *name,
                          bl_error *error);

/** BL_ERR_FORMAT with both numbers unless the object has exactly as many weights as its config needs. */
bl_status bl_nam_check_count(const bl_nam_object *o, uint64_t needed, bl_error *error);

/** Channels of a node; 0 where the graph has failed. */
size_t bl_nam_channels(const bl_graph *g, bl_node_id x);

/** An activation, with one slope for all channels or one for each. */
typedef struct bl_nam_activation {
    bl_activation act;
    float *slopes; /* [slope_count], owned; NULL: act says it all */
    size_t slope_count;
} bl_nam_activation;

/** Reads a string or an object with "type" and its parameters. BL_ERR_UNSUPPORTED for a name that is not in
 *  our list. bl_nam_activation_free() releases what it allocated, also after a failure. */
bl_status bl_nam_activation_read(const bl_json *at, bl_nam_activation *act, bl_error *error);
void bl_nam_activation_free(bl_nam_activation *act);

/** BL_ERR_FORMAT unless the activation has one slope for all channels, or exactly this many.
 *  @param path  where the file speaks of it */
bl_status bl_nam_activation_check(const bl_nam_activation *act, size_t channels, const char *path, bl_error *error);

/** Adds the activation. Of more slopes than x has channels the first ones count. */
bl_node_id bl_nam_add_activation(bl_graph *g, bl_node_id x, const bl_nam_activation *act, const char *name);
/** Adds act(x) * second(y). */
bl_node_id bl_nam_add_gate(bl_graph *g, bl_node_id x, bl_node_id y, const bl_nam_activation *act,
                           const bl_nam_activation *second, const char *name);
/** Adds b * act(x) + (1 - b) * x with b = second(y). */
bl_node_id bl_nam_add_blend(bl_graph *g, bl_node_id x, bl_node_id y, const bl_nam_activation *act,
                            const bl_nam_activation *second, const char *name);

/** How .nam files spell it. */
const char *bl_nam_activation_name(const bl_nam_activation *act);

#endif
