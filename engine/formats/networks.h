/* The second of the two tables that turn a file into a model. */
#ifndef BL_FORMATS_NETWORKS_H
#define BL_FORMATS_NETWORKS_H

#include "formats/formats.h"

/** Whether a network format recognises the source. BL_ERR_NO_MEM. */
bl_status bl_network_recognise(const bl_source *source, bool *recognised, bl_error *error);

/** Builds the network with the format that recognises the source.
 *  @param options  may not be NULL
 *  @param model    fresh; what it holds after a failure is only fit for bl_model_free()
 *  BL_ERR_NO_NETWORK for tensors that no format recognises, BL_ERR_FORMAT for JSON that none recognises. */
bl_status bl_network_build(const bl_source *source, const bl_load_options *options, bl_model *model,
                           bl_error *error);

#endif
