#include "formats/numbers.h"

#include "base/alloc.h"

#include <backline/tensors.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [BL_FLOAT64] = { "float64", 8 },   [BL_FLOAT32] = { "float32", 4 }, [BL_FLOAT16] = { "float16", 2 },
    [BL_BFLOAT16] = { "bfloat16", 2 }, [BL_INT64] = { "int64", 8 },     [BL_INT32] = { "int32", 4 },
    [BL_INT16] = { "int16", 2 },       [BL_INT8] = { "int8", 1 },       [BL_UINT8] = { "uint8", 1 },
    [BL_BOOL] = { "bool", 1 },
};

const char *bl_number_name(bl_number_type type)
{
    return types[type].name;
}

size_t bl_number_size(bl_number_type type)
{
    return types[type].size;
}

/* Compilers turn these into one load where the machine is little-endian itself. */
static inline uint16_t load16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load64(const uint8_t *p)
{
    return load32(p) | (uint64_t)load32(p + 4) << 32;
}

static inline float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static inline double double_of(uint64_t bits)
{
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

static inline float from_half(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 31, fraction = half & 0x3FF;
    if (exponent == 0) /* zero or denormal: units of 2^-24 */
        return sign ? -(float)fraction * 0x1p-24f : (float)fraction * 0x1p-24f;
    exponent = exponent == 31 ? 255 : exponent + 127 - 15;
    return float_of(sign | exponent << 23 | fraction << 13);
}

static bool convert_doubles(const uint8_t *from, size_t count, float *to)
{
    bool fits = true;
    for (size_t i = 0; i < count; i++) {
        double d = double_of(load64(from + 8 * i));
        to[i] = (float)d;
        fits &= isinf(d) || !isinf(to[i]);
    }
    return fits;
}

static void convert_floats(const uint8_t *from, size_t count, float *to)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (count)
        memcpy(to, from, count * sizeof *to);
#else
    for (size_t i = 0; i < count; i++)
        to[i] = float_of(load32(from + 4 * i));
#endif
}

bool bl_numbers_convert(bl_number_type type, const uint8_t *from, size_t count, float *to)
{
    switch (type) {
    case BL_FLOAT64: return convert_doubles(from, count, to);
    case BL_FLOAT32: convert_floats(from, count, to); break;
    case BL_FLOAT16:
        for (size_t i = 0; i < count; i++)
            to[i] = from_half(load16(from + 2 * i));
        break;
    case BL_BFLOAT16:
        for (size_t i = 0; i < count; i++)
            to[i] = float_of((uint32_t)load16(from + 2 * i) << 16);
        break;
    case BL_INT64:
        for (size_t i = 0; i < count; i++)
            to[i] = (float)(int64_t)load64(from + 8 * i);
        break;
    case BL_INT32:
        for (size_t i = 0; i < count; i++)
            to[i] = (float)(int32_t)load32(from + 4 * i);
        break;
    case BL_INT16:
        for (size_t i = 0; i < count; i++)
            to[i] = (int16_t)load16(from + 2 * i);
        break;
    case BL_INT8:
        for (size_t i = 0; i < count; i++)
            to[i] = (int8_t)from[i];
        break;
    case BL_UINT8:
        for (size_t i = 0; i < count; i++)
            to[i] = from[i];
        break;
    case BL_BOOL:
        for (size_t i = 0; i < count; i++)
            to[i] = from[i] != 0;
        break;
    }
    return true;
}

bool bl_view_fits(const bl_view *view, uint64_t available)
{
    if (view->offset > available)
        return false;
    if (!view->count)
        return true;
    uint64_t last = view->offset;
    for (size_t i = 0; i < view->rank; i++) {
        uint64_t reach;
        if (!bl_mul_ok(view->shape[i] - 1, view->stride[i], &reach) || reach > available ||
            last > available - reach)
            return false;
        last += reach;
    }
    return last < available;
}

/* Row-major without gaps, so that the numbers can be converted in one go. */
static bool is_contiguous(const bl_view *view)
{
    uint64_t expected = 1;
    for (size_t i = view->rank; i-- > 0;) {
        if (view->shape[i] != 1 && view->stride[i] != expected)
            return false;
        expected *= view->shape[i];
    }
    return true;
}

/* Collects scattered numbers a bufferful at a time; the odometer `at` counts through the shape. */
static bool convert_scattered(const bl_view *view, const uint8_t *from, float *to)
{
    uint8_t buffer[4096];
    const size_t size = bl_number_size(view->type), room = sizeof buffer / size;
    uint64_t at[BL_TENSOR_MAX_RANK] = { 0 }, index = view->offset;
    bool fits = true;
    for (size_t done = 0; done < view->count;) {
        size_t n = view->count - done < room ? view->count - done : room;
        for (size_t i = 0; i < n; i++) {
            memcpy(buffer + i * size, from + index * size, size);
            for (size_t axis = view->rank; axis-- > 0;) {
                index += view->stride[axis];
                if (++at[axis] < view->shape[axis])
                    break;
                index -= view->stride[axis] * view->shape[axis];
                at[axis] = 0;
            }
        }
        fits &= bl_numbers_convert(view->type, buffer, n, to + done);
        done += n;
    }
    return fits;
}

bool bl_view_convert(const bl_view *view, const uint8_t *from, float *to)
{
    if (!view->count)
        return true;
    if (is_contiguous(view))
        return bl_numbers_convert(view->type, from + view->offset * bl_number_size(view->type), view->count, to);
    return convert_scattered(view, from, to);
}
