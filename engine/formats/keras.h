/* Inside the Keras reader. */
#ifndef BL_FORMATS_KERAS_H
#define BL_FORMATS_KERAS_H

#include "formats/json_util.h"
#include "model/model.h"

/** Adds one entry of "layers" to the graph, from *x to *x, and its weights to the tensors of model.
 *  @param summary  receives a few words about it, such as "LSTM 16"; "" for what is not worth a word */
bl_status bl_keras_layer(const bl_json *layer, bl_model *model, bl_node_id *x, char summary[40], bl_error *error);

/** Last entry of a shape, "shape" or "in_shape": channels, 1..max. */
bl_status bl_keras_channels(const bl_json *object, const char *key, size_t max, size_t *channels, bl_error *error);

#endif
