/* Convolutions whose weights are tensors of a state dict. */
#ifndef BL_FORMATS_TENSOR_CONV_H
#define BL_FORMATS_TENSOR_CONV_H

#include "model/model.h"

/** Adds a causal convolution to the graph, from *x to *x, with the weights of a torch.nn.Conv1d:
 *  "<name>.weight", [out, in/groups, kernel], and, where there is one, "<name>.bias", [out].
 *  @param dilation, groups  1 or more
 *  BL_ERR_FORMAT with names and shapes where the tensors are missing or do not fit *x. */
bl_status bl_tensor_conv(bl_graph *g, bl_node_id *x, const bl_tensors *tensors, const char *name, size_t dilation,
                         size_t groups, bl_error *error);

/** Channels that come into the convolution of that name with one group, to size the graph's input. */
bl_status bl_tensor_conv_inputs(const bl_tensors *tensors, const char *name, size_t *channels, bl_error *error);

#endif
