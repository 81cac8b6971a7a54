/* How a file becomes a model, in two steps, each a table:
 *
 *   1. a container turns bytes into a bl_source: a JSON value, or named tensors (containers.c);
 *   2. a network format recognises the source by its content and builds the graph (networks.c).
 *
 * docs/adding-a-format.md shows how to add a row. */
#ifndef BL_FORMATS_FORMATS_H
#define BL_FORMATS_FORMATS_H

#include "base/bytes.h"
#include "model/model.h"

#include <jansson.h>

/** What a container holds. Either json or tensors is set; bl_source_clear() releases everything. */
typedef struct bl_source {
    const char *container; /* "JSON", "torch zip", "torch legacy", "safetensors", "npz"; static */
    json_t *json;          /* JSON containers: the root value */
    bl_tensors *tensors;   /* tensor containers */
    json_t *values;        /* tensor containers: the plain values around the tensors as an object:
                               a checkpoint's numbers, texts, lists and dictionaries; a safetensors
                               file's __metadata__. Tensors and what JSON cannot say are null in it. */
    json_t *description;   /* the description file beside a bare state dict, or NULL */
} bl_source;

void bl_source_clear(bl_source *s);

typedef struct bl_container {
    const char *name;
    bool (*sniff)(bl_bytes bytes);
    /** Fills source (zeroed by the caller, who also clears it after a failure). */
    bl_status (*read)(bl_bytes bytes, bl_source *source, bl_error *error);
} bl_container;

extern const bl_container bl_container_json, bl_container_torch_zip, bl_container_torch_legacy,
    bl_container_safetensors, bl_container_npz;

typedef struct bl_network_format {
    const char *name;
    /** True if the source looks like this format; looks at names and kinds only. */
    bool (*recognise)(const bl_source *source);
    /** Fills the graph and the info of model (fresh), and for JSON containers its tensors.
     *  Ends by returning bl_model_finish().
     *  @param options  never NULL; a format without sizes ignores the quality, all ignore the prewarming,
     *                  which load.c replaces afterwards */
    bl_status (*build)(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error);
} bl_network_format;

extern const bl_network_format bl_network_nam, bl_network_wavenetva, bl_network_pedalnet, bl_network_sequence,
    bl_network_graph, bl_network_microtcn, bl_network_keras, bl_network_proteus;

/** Reads bytes with the container that recognises them; BL_ERR_FORMAT if none does. */
bl_status bl_source_read(bl_bytes bytes, bl_source *source, bl_error *error);

#endif
