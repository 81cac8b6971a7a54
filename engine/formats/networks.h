/* The second of the two tables that turn a file into a model. */
#ifndef BL_FORMATS_NETWORKS_H
#define BL_FORMATS_NETWORKS_H

#include "formats/formats.h"

/** True if a network format recognises the source. */
bool bl_network_recognised(const bl_source *source);

/** Builds the network with the format that recognises the source.
 *  @param model  fresh; what it holds after a failure is only fit for bl_model_free()
 *  BL_ERR_NO_NETWORK for tensors that no format recognises; for JSON that none recognises BL_ERR_FORMAT,
 *  or BL_ERR_UNSUPPORTED where it is of a kind that we know by name. */
bl_status bl_network_build(const bl_source *source, bl_model *model, bl_error *error);

#endif
