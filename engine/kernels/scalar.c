/* The reference: plain C, one frame at a time, the functions of the C library. */
#include "kernels/kernels.h"

#include <math.h>

static void affine(bl_out out, const float *addend, size_t addend_stride, const bl_affine *affine,
                   const bl_rows *sources, size_t frames)
{
    for (const bl_tile *tile = affine->tiles; tile < affine->tiles + affine->tile_count; tile++)
        for (size_t row = 0; row < tile->rows; row++) {
            float *y = out.y + (tile->first_row + row) * out.stride;
            const float *add = addend ? addend + (tile->first_row + row) * addend_stride : NULL;
            for (size_t t = 0; t < frames; t++) {
                const float *w = affine->weights + tile->weights + row;
                float sum = *w;
                for (size_t s = 0; s < tile->source_count; s++) {
                    const bl_rows *source = &sources[tile->first_source + s];
                    for (size_t r = 0; r < source->count; r++)
                        sum += *(w += tile->rows) * source->x[r * source->stride + t];
                }
                y[t] = add ? add[t] + sum : sum;
            }
        }
}

static float activate(float x, bl_activation act)
{
    switch (act.kind) {
    case BL_ACT_TANH: return tanhf(x);
    case BL_ACT_SIGMOID: return 1.0f / (1.0f + expf(-x));
    case BL_ACT_RELU: return x > 0.0f ? x : 0.0f;
    case BL_ACT_LEAKY_RELU: return x > 0.0f ? x : act.slope * x;
    case BL_ACT_SOFTSIGN: return x / (1.0f + fabsf(x));
    case BL_ACT_LINEAR:
    case BL_ACT_COUNT: break;
    }
    return x;
}

static void map(bl_out out, bl_rows x, bl_activation act, bl_out sum, const float *addend, size_t addend_stride,
                size_t frames)
{
    for (size_t r = 0; r < x.count; r++)
        for (size_t t = 0; t < frames; t++) {
            const float y = activate(x.x[r * x.stride + t], act);
            out.y[r * out.stride + t] = y;
            if (sum.y)
                sum.y[r * sum.stride + t] = addend[r * addend_stride + t] + y;
        }
}

static void gate(bl_out out, bl_rows xa, bl_rows xb, bl_activation a, bl_activation b, bl_out sum,
                 const float *addend, size_t addend_stride, size_t frames)
{
    for (size_t r = 0; r < xa.count; r++)
        for (size_t t = 0; t < frames; t++) {
            const float y = activate(xa.x[r * xa.stride + t], a) * activate(xb.x[r * xb.stride + t], b);
            out.y[r * out.stride + t] = y;
            if (sum.y)
                sum.y[r * sum.stride + t] = addend[r * addend_stride + t] + y;
        }
}

static void add(bl_out out, bl_rows xa, bl_rows xb, size_t frames)
{
    for (size_t r = 0; r < xa.count; r++)
        for (size_t t = 0; t < frames; t++)
            out.y[r * out.stride + t] = xa.x[r * xa.stride + t] + xb.x[r * xb.stride + t];
}

static void mul(bl_out out, bl_rows xa, bl_rows xb, size_t frames)
{
    for (size_t r = 0; r < xa.count; r++)
        for (size_t t = 0; t < frames; t++)
            out.y[r * out.stride + t] = xa.x[r * xa.stride + t] * xb.x[r * xb.stride + t];
}

static void scale(bl_out out, bl_rows x, float factor, size_t frames)
{
    for (size_t r = 0; r < x.count; r++)
        for (size_t t = 0; t < frames; t++)
            out.y[r * out.stride + t] = factor * x.x[r * x.stride + t];
}

static double peak(size_t rounds, float *sink)
{
    float acc[8] = { 0 };
    for (size_t i = 0; i < rounds; i++)
        for (size_t k = 0; k < 8; k++)
            acc[k] = acc[k] * 0.999f + 0.001f;
    *sink = 0.0f;
    for (size_t k = 0; k < 8; k++)
        *sink += acc[k];
    return (double)rounds * 8 * 2;
}

void bl_kernels_init_scalar(bl_kernels *k)
{
    *k = (bl_kernels){ .cpu = BL_CPU_SCALAR, .vector_floats = 1, .tile_rows = 1, .affine = affine, .gate = gate,
                       .add = add, .mul = mul, .scale = scale, .peak = peak };
    for (int act = 0; act < BL_ACT_COUNT; act++)
        k->map[act] = map;
}
