/* Tensors that a JSON file holds as lists of lists of numbers. */
#ifndef BL_FORMATS_JSON_TENSOR_H
#define BL_FORMATS_JSON_TENSOR_H

#include "formats/json_util.h"

#include <backline/tensors.h>

/** Reads lists that are nested and long exactly as shape says, and lists them as a tensor.
 *  @param values  receives the numbers, row-major; they belong to tensors
 *  BL_ERR_FORMAT with the path of the first list or number that is not as it should be. The shape is
 *  compared before memory is taken. */
bl_status bl_json_tensor(const bl_json *at, size_t rank, const uint64_t *shape, const char *name,
                         bl_tensors *tensors, const float **values, bl_error *error);

#endif
