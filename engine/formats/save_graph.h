/* A model as a graph description (docs/graph.md) and the tensors that it names. */
#ifndef BL_FORMATS_SAVE_GRAPH_H
#define BL_FORMATS_SAVE_GRAPH_H

#include "formats/save_json.h"
#include "model/model.h"

/** Weights of a node under the name that the description gives them. */
typedef struct bl_saved_tensor {
    char *name;
    size_t rank, shape[3], count;
    const float *values; /* the graph's, or own */
    float *own;          /* NULL where the graph has them as they are to be written */
} bl_saved_tensor;

typedef struct bl_description {
    bl_json_out json;
    bl_saved_tensor *tensors;
    size_t count, capacity;
} bl_description;

/** Describes the model, which must outlive the description. bl_description_free() also after a failure. */
bl_status bl_description_write(const bl_model *model, bl_description *d, bl_error *error);
void bl_description_free(bl_description *d);

/** The texts and numbers of a model for people, as members of the object that is being written: the texts
 *  have the same keys everywhere, the loudness has not. */
void bl_save_texts(const bl_model_info *info, bl_json_out *o);

#endif
