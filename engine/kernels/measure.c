#define _POSIX_C_SOURCE 200809L
#include <backline/measure.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "kernels/kernels.h"

#include <stdint.h>
#include <time.h>

/* Rows have room for the past that a kernel looks back at, one run, and the padding. */
enum { ROWS = 16, FRAMES = BL_MAX_RUN, PAST = 64, STRIDE = PAST + FRAMES + BL_ROW_PADDING };
enum { TAPS = 3, FIR_TAPS = 64, HIDDEN = ROWS, GATES = 4, BINS = 64, WEIGHTS = GATES * HIDDEN * (HIDDEN + 3) };

static const double series_seconds = 10e-6;

/* What kernels work on, small enough for the first-level cache. Signals are one piece of memory from x on. */
typedef struct workspace {
    bl_kernels k;
    _Alignas(BL_ALIGN) float x[ROWS * STRIDE];
    _Alignas(BL_ALIGN) float y[ROWS * STRIDE];
    _Alignas(BL_ALIGN) float weights[WEIGHTS];
    _Alignas(BL_ALIGN) float state[16 * HIDDEN];
    _Alignas(BL_ALIGN) float zeros[2 * BINS];
} workspace;

/* Values that one call computes, and operations per value. */
typedef struct work {
    double values, operations;
} work;

typedef struct measured_kernel {
    const char *name;
    work (*call)(workspace *w, const struct measured_kernel *m, size_t times);
    size_t a, b; /* what call() makes of them */
} measured_kernel;

static bl_rows rows_of(const workspace *w, size_t count)
{
    return (bl_rows){ w->x + PAST, STRIDE, count };
}

static bl_out output_of(workspace *w)
{
    return (bl_out){ w->y + PAST, STRIDE };
}

static bl_activation activation(size_t kind)
{
    return (bl_activation){ .kind = (bl_activation_kind)kind, .a = -1, .b = 1, .c = 0.01f, .d = 0.01f };
}

/* a rows of output, b vectors of frames, from three taps of all rows. */
static work call_affine(workspace *w, const measured_kernel *m, size_t times)
{
    const size_t frames = m->b * w->k.vector_floats;
    bl_tile tiles[ROWS];
    size_t tile_count = 0, used = 0;
    for (size_t row = 0, n, left = bl_tile_count(&w->k, m->a); left; left--, row += n) {
        n = (m->a - row + left - 1) / left;
        tiles[tile_count++] = (bl_tile){ (uint32_t)row, (uint32_t)n, 0, TAPS, 0, (uint32_t)used };
        used += n * (1 + TAPS * ROWS);
    }
    uint32_t places[BL_AT_INPUTS + TAPS] = { (uint32_t)(w->y + PAST - w->x) };
    bl_shape shapes[BL_AT_INPUTS + TAPS] = { { STRIDE, (uint32_t)m->a } };
    for (uint32_t i = 0; i < TAPS; i++) {
        places[BL_AT_INPUTS + i] = PAST - i;
        shapes[BL_AT_INPUTS + i] = (bl_shape){ STRIDE, ROWS };
    }
    const bl_affine affine = { .tiles = tiles, .tile_count = tile_count, .weights = w->weights, .shapes = shapes };
    for (; times; times--)
        w->k.affine(&affine, &(const bl_lanes){ w->x, 1, 0 }, places, frames);
    return (work){ (double)(m->a * frames), 2 * TAPS * ROWS };
}

static const bl_sum no_sum;

/* The activation a. */
static work call_map(workspace *w, const measured_kernel *m, size_t times)
{
    const bl_activation act = activation(m->a);
    const bl_rows x = rows_of(w, ROWS);
    for (; times; times--)
        w->k.map[m->a](output_of(w), &x, &act, &no_sum, FRAMES);
    return (work){ ROWS * FRAMES, 0 };
}

static work call_gate(workspace *w, const measured_kernel *m, size_t times)
{
    const bl_rows values = rows_of(w, ROWS / 2), gates = { values.x + ROWS / 2 * STRIDE, STRIDE, ROWS / 2 };
    const bl_activation tanh_ = activation(BL_ACT_TANH), sigmoid = activation(BL_ACT_SIGMOID);
    for (; times; times--)
        w->k.gate(output_of(w), &values, &gates, &tanh_, &sigmoid, &no_sum, FRAMES);
    return (work){ ROWS / 2 * FRAMES, 0 };
}

static work call_add(workspace *w, const measured_kernel *m, size_t times)
{
    const bl_rows x = rows_of(w, ROWS);
    for (; times; times--)
        w->k.add(output_of(w), &x, &x, FRAMES);
    return (work){ ROWS * FRAMES, 0 };
}

static work call_mul(workspace *w, const measured_kernel *m, size_t times)
{
    const bl_rows x = rows_of(w, ROWS);
    for (; times; times--)
        w->k.mul(output_of(w), &x, &x, FRAMES);
    return (work){ ROWS * FRAMES, 0 };
}

static work call_softmax(workspace *w, const measured_kernel *m, size_t times)
{
    const bl_rows x = rows_of(w, ROWS);
    for (; times; times--)
        w->k.softmax(output_of(w), &x, FRAMES);
    return (work){ ROWS * FRAMES, 0 };
}

static work call_fir(workspace *w, const measured_kernel *m, size_t times)
{
    for (; times; times--)
        w->k.fir(w->y + PAST, w->x + PAST, w->weights, FIR_TAPS, 1, FRAMES);
    return (work){ FRAMES, 2 * FIR_TAPS };
}

static work call_spectra(workspace *w, const measured_kernel *m, size_t times)
{
    for (; times; times--) /* times zeros, so that the sums stay small */
        w->k.multiply_spectra(w->y, w->y + BINS, w->x, w->x + BINS, w->zeros, w->zeros + BINS, BINS);
    return (work){ BINS, 8 };
}

/* A layer of one input and HIDDEN outputs; a is the number of gates. */
static work call_recurrent(workspace *w, const measured_kernel *m, size_t times)
{
    const bl_recurrent layer = { .inputs = 1,
                                 .hidden = HIDDEN,
                                 .weights_x = w->weights,
                                 .weights_h = w->weights + 2 * GATES * HIDDEN,
                                 .bias_h = w->weights + (2 + HIDDEN) * GATES * HIDDEN };
    for (; times; times--)
        (m->a == 4 ? w->k.lstm : w->k.gru)(output_of(w), rows_of(w, 1), &layer, w->state, FRAMES);
    return (work){ HIDDEN * FRAMES, 2.0 * (double)m->a * (1 + HIDDEN) };
}

#define AFFINE(ROWS, VECTORS)                                                                                      \
    {                                                                                                              \
        "affine, " #ROWS " x " #VECTORS, call_affine, ROWS, VECTORS                                                \
    }
#define AFFINES(ROWS) AFFINE(ROWS, 1), AFFINE(ROWS, 2), AFFINE(ROWS, 3), AFFINE(ROWS, 4)

/* Tiles by rows and vectors of frames, activations, and what has loops of its own. */
static const measured_kernel kernels[] = {
    AFFINES(1),
    AFFINES(2),
    AFFINES(3),
    AFFINES(4),
    AFFINES(5),
    AFFINES(6),
    { "tanh", call_map, BL_ACT_TANH, 0 },
    { "sigmoid", call_map, BL_ACT_SIGMOID, 0 },
    { "relu", call_map, BL_ACT_RELU, 0 },
    { "leaky relu", call_map, BL_ACT_LEAKY_RELU, 0 },
    { "softsign", call_map, BL_ACT_SOFTSIGN, 0 },
    { "silu", call_map, BL_ACT_SILU, 0 },
    { "hardtanh", call_map, BL_ACT_HARDTANH, 0 },
    { "hardswish", call_map, BL_ACT_HARDSWISH, 0 },
    { "hardsigmoid", call_map, BL_ACT_HARDSIGMOID, 0 },
    { "leaky hardtanh", call_map, BL_ACT_LEAKY_HARDTANH, 0 },
    { "fast tanh", call_map, BL_ACT_FAST_TANH, 0 },
    { "elu", call_map, BL_ACT_ELU, 0 },
    { "selu", call_map, BL_ACT_SELU, 0 },
    { "gelu", call_map, BL_ACT_GELU, 0 },
    { "softplus", call_map, BL_ACT_SOFTPLUS, 0 },
    { "exp", call_map, BL_ACT_EXP, 0 },
    { "gate, tanh * sigmoid", call_gate, 0, 0 },
    { "softmax", call_softmax, 0, 0 },
    { "add", call_add, 0, 0 },
    { "mul", call_mul, 0, 0 },
    { "lstm, 16", call_recurrent, 4, 0 },
    { "gru, 16", call_recurrent, 3, 0 },
    { "fir, 64 taps", call_fir, 0, 0 },
    { "product of spectra", call_spectra, 0, 0 },
};

size_t bl_measure_kernel_count(void)
{
    return sizeof kernels / sizeof *kernels;
}

const char *bl_measure_kernel_name(size_t i)
{
    return kernels[i].name;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fill_noise(float *to, size_t n, float largest)
{
    uint32_t state = 0x9e3779b9;
    for (size_t i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        to[i] = (float)(int32_t)state * (largest / 2147483648.0f);
    }
}

/* Times series of calls, at first ever longer ones until the clock's own cost does not count. */
static bl_kernel_timing time_calls(workspace *w, const measured_kernel *m, double seconds)
{
    bl_kernel_timing best = { .seconds = 0 };
    const double end = now() + seconds;
    size_t times = 1;
    do {
        const double begin = now();
        const work done = m->call(w, m, times);
        const double elapsed = now() - begin;
        if (elapsed < series_seconds)
            times *= 2;
        else if (best.seconds == 0 || elapsed / (double)times < best.seconds)
            best = (bl_kernel_timing){ elapsed / (double)times, done.values, done.values * done.operations };
    } while (now() < end || best.seconds == 0);
    return best;
}

bl_status bl_measure_kernel(bl_cpu cpu, size_t i, double seconds, bl_kernel_timing *out, bl_error *error)
{
    bl_status status = bl_cpu_resolve(cpu, &cpu, error);
    if (status)
        return status;
    workspace *w = bl_aligned_calloc(sizeof *w);
    if (!w)
        return bl_fail_no_mem(error);
    bl_kernels_init(&w->k, cpu);
    fill_noise(w->x, ROWS * STRIDE, 2.0f);
    fill_noise(w->weights, WEIGHTS, 0.25f);
    *out = time_calls(w, &kernels[i], seconds);
    bl_aligned_free(w);
    return BL_OK;
}
