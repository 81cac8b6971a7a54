/* Writing .nam files: the networks that they can hold, recognised in the graph.
 *
 * What these functions find need not be proven: save_nam.c loads what was written and compares the graphs. */
#ifndef BL_FORMATS_SAVE_NAM_H
#define BL_FORMATS_SAVE_NAM_H

#include "formats/save_json.h"
#include "model/model.h"

/** A .nam object as it is being written. */
typedef struct bl_nam_out {
    const bl_graph *g;
    bl_json_out config, weights; /* members of "config", and numbers */
    const char *architecture;    /* static */
    bool newer;                  /* says what the files of version 0.5 could not */
} bl_nam_out;

/** Tries one architecture: BL_OK, or BL_ERR_UNSUPPORTED with a sentence about the node that does not fit. */
bl_status bl_save_nam_wavenet(bl_nam_out *out, bl_error *error);
bl_status bl_save_nam_lstm(bl_nam_out *out, bl_error *error);
bl_status bl_save_nam_linear(bl_nam_out *out, bl_error *error);

/** Appends weights. */
void bl_nam_out_floats(bl_nam_out *out, const float *values, size_t count);
/** Appends weights and bias of a convolution. */
void bl_nam_out_conv(bl_nam_out *out, const bl_conv1d_params *conv);

/** Writes an activation or a PReLU node's function; false if .nam files know none like it. */
bool bl_nam_out_activation(bl_nam_out *out, bl_activation act);
bool bl_nam_out_prelu(bl_nam_out *out, const bl_node *node);

/** The sentence about a node that is not what the architecture has in its place. */
bl_status bl_save_nam_misfit(const bl_nam_out *out, bl_node_id id, const char *expected, bl_error *error);

#endif
