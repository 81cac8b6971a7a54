/* Building a bl_tensors. Containers (safetensors, torch files) and loaders add tensors one by one. */
#ifndef BL_MODEL_TENSORS_H
#define BL_MODEL_TENSORS_H

#include <backline/tensors.h>
#include <stdbool.h>

/** An empty collection. container is a static string. */
bl_status bl_tensors_create(const char *container, bl_tensors **out, bl_error *error);

/** Adds a tensor of zeros and gives its values to fill in.
 *  @param name    copied; need not be zero-terminated
 *  @param type    static string such as "float32"
 *  @param values  receives room for the product of the sizes, owned by the collection
 *  BL_ERR_FORMAT if the name is taken or is not UTF-8 without zeros, BL_ERR_LIMIT if the rank or the
 *  number of tensors or values exceeds limits.h. */
bl_status bl_tensors_add(bl_tensors *ts, const char *name, size_t name_bytes, const char *type, size_t rank,
                         const uint64_t *shape, float **values, bl_error *error);

/** "[16, 1, 3]" into text; cut where it does not fit. Returns text. */
char *bl_tensor_shape_text(const bl_tensor *t, char *text, size_t size);

/** True if the tensor has exactly this shape. */
bool bl_tensor_is(const bl_tensor *t, size_t rank, const uint64_t *shape);

#endif
