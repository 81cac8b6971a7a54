/* Safetensors files made in memory, for tests of networks that are described. */
#ifndef BL_TESTS_FORMATS_SMALL_TENSORS_H
#define BL_TESTS_FORMATS_SMALL_TENSORS_H

#include "formats/small_files.h"

#include <jansson.h>

typedef struct small_tensor {
    const char *name;
    size_t shape[3]; /* up to the first zero */
    float values[12];
} small_tensor;

typedef struct small_file {
    size_t size;
    char *bytes; /* the caller frees them */
} small_file;

static inline size_t small_tensor_shape(const small_tensor *t, json_t *shape)
{
    size_t count = 1;
    for (size_t i = 0; i < 3 && t->shape[i]; i++) {
        json_array_append_new(shape, json_integer((json_int_t)t->shape[i]));
        count *= t->shape[i];
    }
    return count;
}

/* description: for the file's metadata, or NULL. */
static inline small_file make_small_file(const small_tensor *tensors, size_t count, const char *description)
{
    json_t *header = json_object();
    float *data = calloc(count, sizeof tensors->values);
    assert_non_null(data);
    size_t at = 0;
    if (description)
        json_object_set_new(header, "__metadata__", json_pack("{s:s}", "backline", description));
    for (size_t i = 0; i < count; i++) {
        json_t *shape = json_array();
        const size_t n = small_tensor_shape(&tensors[i], shape);
        assert_true(n <= 12);
        memcpy(data + at, tensors[i].values, n * sizeof *data);
        json_object_set_new(header, tensors[i].name,
                            json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets",
                                      (json_int_t)(4 * at), (json_int_t)(4 * (at + n))));
        at += n;
    }
    char *text = json_dumps(header, JSON_COMPACT);
    assert_non_null(text);
    const size_t length = strlen(text);
    small_file file = { 8 + length + 4 * at, calloc(1, 8 + length + 4 * at) };
    assert_non_null(file.bytes);
    for (size_t i = 0; i < 8; i++)
        file.bytes[i] = (char)(length >> 8 * i & 0xFF);
    memcpy(file.bytes + 8, text, length);
    memcpy(file.bytes + 8 + length, data, 4 * at);
    free(text);
    free(data);
    json_decref(header);
    return file;
}

static inline bl_status load_small(const small_tensor *tensors, size_t count, const char *description,
                                   bl_model **model, bl_error *error)
{
    small_file file = make_small_file(tensors, count, NULL);
    const bl_status status = bl_model_load_memory(file.bytes, file.size, description, NULL, model, error);
    free(file.bytes);
    return status;
}

#endif
