/* The reference: plain C, one frame at a time, the functions of the C library. */
#include "kernels/kernels.h"

#include <math.h>
#include <stdbool.h>

static float affine_sum(const bl_affine *affine, const bl_tile *tile, size_t row, float *at, const uint32_t *places)
{
    const float *w = affine->weights + tile->weights + row;
    float sum = *w;
    for (size_t s = BL_AT_INPUTS + tile->first_source, end = s + tile->source_count; s < end; s++)
        for (size_t r = 0; r < affine->shapes[s].channels; r++)
            sum += *(w += tile->rows) * *bl_affine_row(affine, at, places, s, r);
    return sum;
}

static void affine_tile(const bl_affine *affine, const bl_tile *tile, float *memory, const uint32_t *places,
                        size_t frames)
{
    for (size_t row = 0; row < tile->rows; row++) {
        float *y = bl_affine_row(affine, memory, places, BL_AT_OUT, tile->first_row + row);
        const float *add = bl_affine_row(affine, memory, places, BL_AT_ADDEND, tile->first_row + row);
        for (size_t t = 0; t < frames; t++) {
            const float sum = affine_sum(affine, tile, row, memory + t, places);
            y[t] = add ? add[t] + sum : sum;
        }
    }
    bl_affine_finish(affine, tile, memory, places, frames);
}

static void affine(const bl_affine *affine, const bl_lanes *lanes, const uint32_t *places, size_t frames)
{
    for (size_t i = 0; i < affine->tile_count; i++)
        for (size_t lane = 0; lane < lanes->count; lane++)
            affine_tile(affine, &affine->tiles[i], lanes->memory + lane * lanes->floats, places, frames);
}

static void advance(uint32_t *place, const uint32_t *end, const uint32_t *turn, size_t count, uint32_t frames)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t next = place[i] + (turn[i] ? frames : 0);
        place[i] = next >= end[i] ? next - turn[i] : next;
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

static void map(bl_out out, const bl_rows *x, const bl_activation *act, const bl_sum *sum, size_t frames)
{
    for (size_t r = 0; r < x->count; r++)
        for (size_t t = 0; t < frames; t++) {
            const float y = activate(x->x[r * x->stride + t], *act);
            out.y[r * out.stride + t] = y;
            if (sum->y)
                sum->y[r * sum->stride + t] = sum->plus[r * sum->plus_stride + t] + y;
        }
}

#define MOST_LAYER_ROWS 8

/* One frame, at which all memory of a lane is seen from `at`. */
static void layer_frame(const bl_affine *layer, float *at, const uint32_t *places)
{
    float z[MOST_LAYER_ROWS];
    for (const bl_tile *tile = layer->tiles; tile < layer->tiles + layer->tile_count; tile++)
        for (size_t row = 0; row < tile->rows; row++) {
            const size_t o = tile->first_row + row;
            float *sum = bl_affine_row(layer, at, places, BL_AT_SUM, o);
            const float *plus = bl_affine_row(layer, at, places, BL_AT_PLUS, o);
            z[o] = activate(affine_sum(layer, tile, row, at, places), layer->act);
            if (sum)
                *sum = plus ? *plus + z[o] : z[o];
        }
    for (const bl_tile *tile = layer->mix; tile < layer->mix + layer->tile_count; tile++)
        for (size_t row = 0; row < tile->rows; row++) {
            const size_t o = tile->first_row + row;
            const float *w = layer->weights + tile->weights + row;
            float y = *w;
            for (size_t r = 0; r < layer->shapes[BL_AT_OUT].channels; r++)
                y += *(w += tile->rows) * z[r];
            *bl_affine_row(layer, at, places, BL_AT_OUT, o) =
                *bl_affine_row(layer, at, places, BL_AT_ADDEND, o) + y;
        }
}

static void run_layer(const bl_affine *layer, const bl_lanes *lanes, const uint32_t *places, size_t frames)
{
    for (size_t lane = 0; lane < lanes->count; lane++)
        for (size_t t = 0; t < frames; t++)
            layer_frame(layer, lanes->memory + lane * lanes->floats + t, places);
}

static bl_affine_fn *layer(bl_activation_kind act, size_t rows)
{
    const bool usual = act == BL_ACT_TANH || act == BL_ACT_RELU || act == BL_ACT_LEAKY_RELU;
    return usual && rows <= MOST_LAYER_ROWS ? run_layer : NULL;
}

static void gate(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_activation *a, const bl_activation *b,
                 const bl_sum *sum, size_t frames)
{
    for (size_t r = 0; r < xa->count; r++)
        for (size_t t = 0; t < frames; t++) {
            const float y = activate(xa->x[r * xa->stride + t], *a) * activate(xb->x[r * xb->stride + t], *b);
            out.y[r * out.stride + t] = y;
            if (sum->y)
                sum->y[r * sum->stride + t] = sum->plus[r * sum->plus_stride + t] + y;
        }
}

static void blend(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_activation *a, const bl_activation *b,
                  size_t frames)
{
    for (size_t r = 0; r < xa->count; r++)
        for (size_t t = 0; t < frames; t++) {
            const float x = xa->x[r * xa->stride + t], g = activate(xb->x[r * xb->stride + t], *b);
            out.y[r * out.stride + t] = g * activate(x, *a) + (1.0f - g) * x;
        }
}

static void softmax(bl_out out, const bl_rows *x, size_t frames)
{
    for (size_t t = 0; t < frames; t++) {
        float largest = x->x[t], sum = 0.0f;
        for (size_t r = 1; r < x->count; r++)
            largest = fmaxf(largest, x->x[r * x->stride + t]);
        for (size_t r = 0; r < x->count; r++)
            sum += out.y[r * out.stride + t] = expf(x->x[r * x->stride + t] - largest);
        for (size_t r = 0; r < x->count; r++)
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

/* One row of a packed matrix (kernels.h): weights `step` floats apart. */
typedef struct packed_row {
    const float *w;
    size_t step;
} packed_row;

static packed_row row_of(const float *m, size_t columns, size_t gates, size_t gate, size_t unit, size_t hidden)
{
    const size_t before = unit / BL_UNIT_GROUP * BL_UNIT_GROUP, left = hidden - before;
    const size_t group = left < BL_UNIT_GROUP ? left : BL_UNIT_GROUP;
    return (packed_row){ m + gates * before * columns + gate * group + unit - before, gates * group };
}

/* Bias and input's part of a gate. */
static float input_sum(const bl_recurrent *layer, size_t gates, size_t gate, size_t unit, bl_rows x, size_t t)
{
    const packed_row row = row_of(layer->weights_x, 1 + layer->inputs, gates, gate, unit, layer->hidden);
    float sum = *row.w;
    for (size_t i = 0; i < layer->inputs; i++)
        sum += row.w[(1 + i) * row.step] * x.x[i * x.stride + t];
    return sum;
}

static float state_sum(const bl_recurrent *layer, size_t gates, size_t gate, size_t unit, const float *h)
{
    const packed_row row = row_of(layer->weights_h, layer->hidden, gates, gate, unit, layer->hidden);
    float sum = 0.0f;
    for (size_t i = 0; i < layer->hidden; i++)
        sum += row.w[i * row.step] * h[i];
    return sum;
}

/* A gate's sum. Differences of infinities, which are no numbers, must not stay in the state: they count as large,
 * as in the vector kernels. */
static float bounded(float z)
{
    return fmaxf(fminf(z, 100.0f), -100.0f);
}

static float gate_sigmoid(float z)
{
    return 1.0f / (1.0f + exp2f(bounded(z)));
}

static void lstm(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden), n = layer->hidden;
    float *h = state, *c = h + rows, *z = c + rows;
    for (size_t t = 0; t < frames; t++) {
        for (size_t i = 0; i < 4 * n; i++)
            z[i] = input_sum(layer, 4, i / n, i % n, x, t) + state_sum(layer, 4, i / n, i % n, h);
        for (size_t i = 0; i < n; i++) {
            c[i] = gate_sigmoid(z[n + i]) * c[i] + gate_sigmoid(z[i]) * tanhf(bounded(z[2 * n + i]));
            h[i] = gate_sigmoid(z[3 * n + i]) * tanhf(c[i]);
            out.y[i * out.stride + t] = h[i];
        }
    }
}

static void gru(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden), n = layer->hidden;
    float *h = state, *next = h + 2 * rows;
    for (size_t t = 0; t < frames; t++) {
        for (size_t i = 0; i < n; i++) {
            const float reset = gate_sigmoid(input_sum(layer, 3, 0, i, x, t) + state_sum(layer, 3, 0, i, h));
            const float keep = gate_sigmoid(input_sum(layer, 3, 1, i, x, t) + state_sum(layer, 3, 1, i, h));
            const float inner = layer->bias_h[i] + state_sum(layer, 3, 2, i, h);
            const float new = tanhf(bounded(input_sum(layer, 3, 2, i, x, t) + reset * inner));
            next[i] = (1.0f - keep) * new + keep *h[i];
        }
        for (size_t i = 0; i < n; i++)
            out.y[i * out.stride + t] = h[i] = next[i];
    }
}

static void add(bl_out out, const bl_rows *xa, const bl_rows *xb, size_t frames)
{
    for (size_t r = 0; r < xa->count; r++)
        for (size_t t = 0; t < frames; t++)
            out.y[r * out.stride + t] = xa->x[r * xa->stride + t] + xb->x[r * xb->stride + t];
}

static void mul(bl_out out, const bl_rows *xa, const bl_rows *xb, size_t frames)
{
    for (size_t r = 0; r < xa->count; r++)
        for (size_t t = 0; t < frames; t++)
            out.y[r * out.stride + t] = xa->x[r * xa->stride + t] * xb->x[r * xb->stride + t];
}

static void scale(bl_out out, const bl_rows *x, float factor, size_t frames)
{
    for (size_t r = 0; r < x->count; r++)
        for (size_t t = 0; t < frames; t++)
            out.y[r * out.stride + t] = factor * x->x[r * x->stride + t];
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
                       .shared_rows = 1,
                       .affine = affine,
                       .layer = layer,
                       .advance = advance,
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
