/** @file tensors.h
 *  The named arrays of numbers in a model file. */
#ifndef BACKLINE_TENSORS_H
#define BACKLINE_TENSORS_H

#include <backline/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Tensors with more dimensions are refused. */
#define BL_TENSOR_MAX_RANK 8

/** One tensor. All pointers belong to the bl_tensors it came from. */
typedef struct bl_tensor {
    const char *name;                   /**< UTF-8, zero-terminated; may be empty */
    const char *type;                   /**< type in the file: "float32", "float16", "int64", ... */
    size_t rank;                        /**< number of dimensions; 0 is a single number */
    uint64_t shape[BL_TENSOR_MAX_RANK]; /**< sizes, outermost first */
    size_t count;                       /**< product of the sizes (1 for rank 0) */
    const float *values;                /**< count values as float32, row-major */
} bl_tensor;

/** All tensors of one file, in the file's order. Immutable. */
typedef struct bl_tensors bl_tensors;

/** Read the tensors of a file of any format that bl_model_load_file() knows, also where they do not
 *  form a network. The caller frees the result. Not real-time safe. */
BL_API bl_status bl_tensors_load_file(const char *path, bl_tensors **out, bl_error *error);

/** Free; NULL is allowed. */
BL_API void bl_tensors_free(bl_tensors *tensors);

/** Number of tensors. */
BL_API size_t bl_tensors_count(const bl_tensors *tensors);

/** Tensor i, 0 <= i < bl_tensors_count(). */
BL_API const bl_tensor *bl_tensors_at(const bl_tensors *tensors, size_t i);

/** The tensor of that name, or NULL. */
BL_API const bl_tensor *bl_tensors_find(const bl_tensors *tensors, const char *name);

/** The container they were read from: "torch zip", "torch legacy", "safetensors", ...; a static string. */
BL_API const char *bl_tensors_container(const bl_tensors *tensors);

#ifdef __cplusplus
}
#endif
#endif
