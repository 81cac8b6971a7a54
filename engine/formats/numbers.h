/* The types of numbers that tensor files hold, and turning them into float32. */
#ifndef BL_FORMATS_NUMBERS_H
#define BL_FORMATS_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bl_number_type {
    BL_FLOAT64,
    BL_FLOAT32,
    BL_FLOAT16,
    BL_BFLOAT16,
    BL_INT64,
    BL_INT32,
    BL_INT16,
    BL_INT8,
    BL_UINT8,
    BL_BOOL
} bl_number_type;

/** "float32"; static. */
const char *bl_number_name(bl_number_type type);

/** Bytes of one number. */
size_t bl_number_size(bl_number_type type);

/** Converts count little-endian numbers.
 *  @param from  count * bl_number_size(type) bytes, at any alignment
 *  @return false if a finite float64 lies outside the range of float32 */
bool bl_numbers_convert(bl_number_type type, const uint8_t *from, size_t count, float *to);

/** A view: where each number of a tensor stands in a run of numbers. Its rank is at most
 *  BL_TENSOR_MAX_RANK and its count does not overflow: bl_tensors_add() has accepted it. */
typedef struct bl_view {
    bl_number_type type;
    size_t rank;
    const uint64_t *shape, *stride; /* strides in numbers; 0 repeats */
    uint64_t offset;                /* of the first number */
    size_t count;                   /* product of the shape */
} bl_view;

/** True if every number of the view lies within the first `available` ones. */
bool bl_view_fits(const bl_view *view, uint64_t available);

/** Converts a view that fits into count contiguous numbers, row-major; false as bl_numbers_convert(). */
bool bl_view_convert(const bl_view *view, const uint8_t *from, float *to);

#endif
