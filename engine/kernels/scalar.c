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

static float clip(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

static float fast_tanh(float x)
{
    x = clip(x, -1e8f, 1e8f);
    const float ax = fabsf(x), x2 = x * x;
    return x * (2.45550750702956f + 2.45550750702956f * ax + (0.893229853513558f + 0.821226666969744f * ax) * x2) /
           (2.44506634652299f + (2.44506634652299f + x2) * fabsf(x + 0.814642734961073f * x * ax));
}

static float leaky_hardtanh(float x, bl_activation act)
{
    if (x < act.a)
        return (x - act.a) * act.c + act.a;
    return x > act.b ? (x - act.b) * act.d + act.b : x;
}

static float activate(float x, bl_activation act)
{
    switch (act.kind) {
    case BL_ACT_TANH: return tanhf(x);
    case BL_ACT_SIGMOID: return sigmoid(x);
    case BL_ACT_RELU: return x > 0.0f ? x : 0.0f;
    case BL_ACT_LEAKY_RELU: return x > 0.0f ? x : act.a * x;
    case BL_ACT_SOFTSIGN: return x / (1.0f + fabsf(x));
    case BL_ACT_SILU: return x * sigmoid(x);
    case BL_ACT_HARDTANH: return clip(x, act.a, act.b);
    case BL_ACT_HARDSWISH: return x * (clip(x + 3.0f, 0.0f, 6.0f) / 6.0f);
    case BL_ACT_HARDSIGMOID: return clip(x / 6.0f + 0.5f, 0.0f, 1.0f);
    case BL_ACT_LEAKY_HARDTANH: return leaky_hardtanh(x, act);
    case BL_ACT_FAST_TANH: return fast_tanh(x);
    case BL_ACT_ELU: return x > 0.0f ? x : act.a * expm1f(x);
    case BL_ACT_SELU: return 1.05070098735548049342f * (x > 0.0f ? x : 1.67326324235437728482f * expm1f(x));
    case BL_ACT_GELU: return x * (0.5f * erfcf(x * -0.70710678118654752f));
    case BL_ACT_SOFTPLUS: return (x > 0.0f ? x : 0.0f) + log1pf(expf(-fabsf(x)));
    case BL_ACT_EXP: return expf(clip(x, -87.0f, 88.0f));
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

static void blend(bl_out out, bl_rows xa, bl_rows xb, bl_activation a, bl_activation b, size_t frames)
{
    for (size_t r = 0; r < xa.count; r++)
        for (size_t t = 0; t < frames; t++) {
            const float x = xa.x[r * xa.stride + t], g = activate(xb.x[r * xb.stride + t], b);
            out.y[r * out.stride + t] = g * activate(x, a) + (1.0f - g) * x;
        }
}

static void softmax(bl_out out, bl_rows x, size_t frames)
{
    for (size_t t = 0; t < frames; t++) {
        float largest = x.x[t], sum = 0.0f;
        for (size_t r = 1; r < x.count; r++)
            largest = fmaxf(largest, x.x[r * x.stride + t]);
        for (size_t r = 0; r < x.count; r++)
            sum += out.y[r * out.stride + t] = expf(x.x[r * x.stride + t] - largest);
        for (size_t r = 0; r < x.count; r++)
            out.y[r * out.stride + t] /= sum;
    }
}

static void fir(float *y, const float *x, const float *w, size_t taps, size_t dilation, size_t frames)
{
    for (size_t t = 0; t < frames; t++) {
        float sum = w[0];
        for (size_t k = 0; k < taps; k++)
            sum += w[1 + k] * (x + t)[-(ptrdiff_t)(k * dilation)];
        y[t] = sum;
    }
}

static void multiply_spectra(float *sr, float *si, const float *xr, const float *xi, const float *hr,
                             const float *hi, size_t bins)
{
    for (size_t i = 0; i < bins; i++) {
        sr[i] += xr[i] * hr[i] - xi[i] * hi[i];
        si[i] += xr[i] * hi[i] + xi[i] * hr[i];
    }
}

/* Row `row` of a matrix in blocks (kernels.h), times v. */
static float multiply_row(const float *m, size_t row, const float *v, size_t columns)
{
    const float *w = m + row / BL_ROW_PADDING * BL_ROW_PADDING * columns + row % BL_ROW_PADDING;
    float sum = 0.0f;
    for (size_t c = 0; c < columns; c++)
        sum += w[c * BL_ROW_PADDING] * v[c];
    return sum;
}

/* A gate's sum. Differences of infinities, which are no numbers, must not stay in the state: they count as large,
 * as in the vector kernels. */
static float gate_sum(float z)
{
    return fmaxf(fminf(z, 100.0f), -100.0f);
}

static void lstm(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden), n = layer->hidden;
    float *h = state, *c = h + rows, *z = c + rows, *v = z + 8 * rows;
    for (size_t t = 0; t < frames; t++) {
        for (size_t i = 0; i < x.count; i++)
            v[i] = x.x[i * x.stride + t];
        for (size_t row = 0; row < 4 * rows; row++)
            z[row] = gate_sum(layer->bias_x[row] + multiply_row(layer->weights_x, row, v, layer->inputs) +
                              multiply_row(layer->weights_h, row, h, n));
        for (size_t i = 0; i < n; i++) {
            c[i] = sigmoid(z[rows + i]) * c[i] + sigmoid(z[i]) * tanhf(z[2 * rows + i]);
            h[i] = sigmoid(z[3 * rows + i]) * tanhf(c[i]);
            out.y[i * out.stride + t] = h[i];
        }
    }
}

static void gru(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden), n = layer->hidden;
    float *h = state, *z = h + 2 * rows, *zh = z + 4 * rows, *v = zh + 4 * rows;
    for (size_t t = 0; t < frames; t++) {
        for (size_t i = 0; i < x.count; i++)
            v[i] = x.x[i * x.stride + t];
        for (size_t row = 0; row < 3 * rows; row++) {
            z[row] = layer->bias_x[row] + multiply_row(layer->weights_x, row, v, layer->inputs);
            zh[row] = layer->bias_h[row] + multiply_row(layer->weights_h, row, h, n);
        }
        for (size_t i = 0; i < n; i++) {
            const float keep = sigmoid(gate_sum(z[rows + i] + zh[rows + i]));
            const float reset = sigmoid(gate_sum(z[i] + zh[i]));
            const float new = tanhf(gate_sum(z[2 * rows + i] + reset * zh[2 * rows + i]));
            h[i] = (1.0f - keep) * new + keep *h[i];
            out.y[i * out.stride + t] = h[i];
        }
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
    *k = (bl_kernels){ .cpu = BL_CPU_SCALAR,
                       .vector_floats = 1,
                       .tile_rows = 1,
                       .affine = affine,
                       .gate = gate,
                       .blend = blend,
                       .softmax = softmax,
                       .fir = fir,
                       .multiply_spectra = multiply_spectra,
                       .lstm = lstm,
                       .gru = gru,
                       .add = add,
                       .mul = mul,
                       .scale = scale,
                       .peak = peak };
    for (int act = 0; act < BL_ACT_COUNT; act++)
        k->map[act] = map;
}
