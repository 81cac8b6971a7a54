#include "formats/json_tensor.h"

#include "base/fail.h"
#include "model/tensors.h"

#include <stdio.h>
#include <string.h>

/* Ranks are at most 3 or so: the recursion is as shallow as the shape that the loader asks for. */
static bl_status check_lists(const bl_json *at, size_t rank, const uint64_t *shape, bl_error *error)
{
    if (!json_is_array(at->value) || json_array_size(at->value) != shape[0]) {
        char expected[80];
        snprintf(expected, sizeof expected, "a list of %llu %s", (unsigned long long)shape[0],
                 rank > 1 ? "lists" : "numbers");
        return bl_json_fail(at, expected, error);
    }
    bl_status status = BL_OK;
    for (size_t i = 0; rank > 1 && i < shape[0] && !status; i++) {
        const bl_json element = bl_json_element(at, i);
        status = check_lists(&element, rank - 1, shape + 1, error);
    }
    return status;
}

/* Moves *to behind the last number. */
static bl_status fill(const bl_json *at, size_t rank, float **to, bl_error *error)
{
    const size_t n = json_array_size(at->value);
    bl_status status = BL_OK;
    for (size_t i = 0; i < n && !status; i++) {
        if (rank == 1) {
            status = bl_json_weight(at, i, false, (*to)++, error);
        } else {
            const bl_json element = bl_json_element(at, i);
            status = fill(&element, rank - 1, to, error);
        }
    }
    return status;
}

bl_status bl_json_tensor(const bl_json *at, size_t rank, const uint64_t *shape, const char *name,
                         bl_tensors *tensors, const float **values, bl_error *error)
{
    float *numbers;
    bl_status status = check_lists(at, rank, shape, error);
    if (status || (status = bl_tensors_add(tensors, name, strlen(name), "float32", rank, shape, &numbers, error)))
        return status;
    *values = numbers;
    return fill(at, rank, &numbers, error);
}
