/* LSTM, GRU and long convolutions of every instruction set against the scalar ones and against double
 * precision: any sizes, cut at random, with guard values around the output. */
#include "test_support.h"

#include "base/alloc.h"
#include "kernels/kernels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HIDDEN 70
#define MAX_INPUTS 37
#define FRAMES     150
#define STRIDE     (FRAMES + BL_ROW_PADDING + 5)
#define GUARD      12345.0f

/* The states of the layers below are bounded by 1, their maps contract: errors of the activations (5e-7) and of
 * the sums add up a few times, not more. */
#define RECURRENT_BOUND 2e-5

/* ---- recurrent layers ---- */

typedef struct layer {
    size_t gates, inputs, hidden;
    float *memory;                                /* of all that follows */
    float *weights_x, *bias, *weights_h, *bias_h; /* [gates*hidden][inputs or hidden], as PyTorch has them */
    float *state;                                 /* as it is at the start */
    bl_recurrent packed;
} layer;

/* Packs a column as kernels.h says, to the group of its units in a matrix of so many columns. */
static void pack_column(const layer *l, float *packed, size_t columns, size_t column, const float *values,
                        size_t stride)
{
    const size_t whole = l->hidden / BL_UNIT_GROUP * BL_UNIT_GROUP;
    for (size_t gate = 0; gate < l->gates; gate++)
        for (size_t unit = 0; unit < l->hidden; unit++) {
            const size_t group = unit / BL_UNIT_GROUP, units = unit < whole ? BL_UNIT_GROUP : l->hidden - whole;
            const double factor = gate == 2 ? 1.0 : -1.0 / log(2.0);
            packed[(group * BL_UNIT_GROUP * columns + column * units) * l->gates + gate * units +
                   unit % BL_UNIT_GROUP] = (float)(factor * (double)values[(gate * l->hidden + unit) * stride]);
        }
}

static float *take(float **memory, size_t floats)
{
    float *piece = *memory;
    *memory += (floats + BL_ROW_PADDING - 1) / BL_ROW_PADDING * BL_ROW_PADDING;
    return piece;
}

/* What stands behind a packed matrix may be anything. */
static float *take_packed(float **memory, size_t floats)
{
    float *piece = take(memory, floats), *behind = take(memory, BL_ROW_PADDING);
    for (size_t i = 0; i < BL_ROW_PADDING; i++)
        behind[i] = GUARD;
    return piece;
}

static void pack(layer *l, float **memory)
{
    float *x = take_packed(memory, l->gates * l->hidden * (1 + l->inputs));
    float *h = take_packed(memory, l->gates * l->hidden * l->hidden);
    pack_column(l, x, 1 + l->inputs, 0, l->bias, 1);
    for (size_t c = 0; c < l->inputs; c++)
        pack_column(l, x, 1 + l->inputs, 1 + c, l->weights_x + c, l->inputs);
    for (size_t c = 0; c < l->hidden; c++)
        pack_column(l, h, l->hidden, c, l->weights_h + c, l->hidden);
    l->packed = (bl_recurrent){ l->inputs, l->hidden, x, h, l->bias_h };
}

static layer new_layer(bl_random *rng, size_t gates, size_t inputs, size_t hidden)
{
    const size_t rows = gates * hidden, floats = 2 * rows * (inputs + hidden + 2) + 2 * hidden;
    layer l = { .gates = gates, .inputs = inputs, .hidden = hidden };
    l.memory = bl_aligned_calloc((floats + 12 * BL_ROW_PADDING) * sizeof *l.memory);
    assert_non_null(l.memory);
    float *memory = l.memory;
    l.weights_x = take(&memory, rows * inputs);
    l.bias = take(&memory, rows);
    l.weights_h = take(&memory, rows * hidden);
    l.bias_h = take_packed(&memory, hidden);
    l.state = take(&memory, 2 * bl_recurrent_rows(hidden));
    bl_random_fill(rng, l.weights_x, rows * inputs, sqrtf(3.0f / (float)inputs));
    bl_random_fill(rng, l.weights_h, rows * hidden, 0.8f * sqrtf(3.0f / (float)hidden));
    bl_random_fill(rng, l.bias, rows, 0.5f);
    bl_random_fill(rng, l.bias_h, hidden, 0.5f);
    bl_random_fill(rng, l.state, hidden, 0.7f);
    if (gates == 4)
        bl_random_fill(rng, l.state + bl_recurrent_rows(hidden), hidden, 0.7f);
    pack(&l, &memory);
    return l;
}

/* Plays x in runs of up to `most` frames; y has a guard in front. */
static void run_layer(const bl_kernels *k, const layer *l, const float *x, float *y, size_t most, bl_random *rng)
{
    const size_t hidden = l->hidden;
    float *state = bl_aligned_calloc(bl_recurrent_state_floats(hidden) * sizeof *state);
    assert_non_null(state);
    memcpy(state, l->state, 2 * bl_recurrent_rows(hidden) * sizeof *state);
    for (size_t i = 0; i < 16 + hidden * STRIDE; i++)
        y[i] = GUARD;
    for (size_t done = 0, n; done < FRAMES; done += n) {
        n = 1 + bl_random_below(rng, most);
        n = n < FRAMES - done ? n : FRAMES - done;
        (l->gates == 4 ? k->lstm : k->gru)((bl_out){ y + 16 + done, STRIDE },
                                           (bl_rows){ x + done, STRIDE, l->inputs }, &l->packed, state, n);
    }
    bl_aligned_free(state);
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double row_sum(const float *row, const double *v, size_t columns)
{
    double sum = 0.0;
    for (size_t c = 0; c < columns; c++)
        sum += v[c] * (double)row[c];
    return sum;
}

/* One frame in double precision, straight from the definition. */
static void exact_step(const layer *l, const double *v, double *h, double *c)
{
    const size_t n = l->hidden;
    double x[4][MAX_HIDDEN], u[4][MAX_HIDDEN];
    for (size_t gate = 0; gate < l->gates; gate++)
        for (size_t i = 0; i < n; i++) {
            const size_t row = gate * n + i;
            x[gate][i] = (double)l->bias[row] + row_sum(l->weights_x + row * l->inputs, v, l->inputs);
            u[gate][i] = row_sum(l->weights_h + row * n, h, n);
        }
    for (size_t i = 0; i < n; i++) {
        if (l->gates == 4) {
            c[i] = sigmoid(x[1][i] + u[1][i]) * c[i] + sigmoid(x[0][i] + u[0][i]) * tanh(x[2][i] + u[2][i]);
            h[i] = sigmoid(x[3][i] + u[3][i]) * tanh(c[i]);
        } else {
            const double r = sigmoid(x[0][i] + u[0][i]), keep = sigmoid(x[1][i] + u[1][i]);
            h[i] = (1 - keep) * tanh(x[2][i] + r * (u[2][i] + (double)l->bias_h[i])) + keep * h[i];
        }
    }
}

static void run_exactly(const layer *l, const float *x, double *y)
{
    double v[MAX_INPUTS], h[MAX_HIDDEN], c[MAX_HIDDEN];
    for (size_t i = 0; i < l->hidden; i++) {
        h[i] = (double)l->state[i];
        c[i] = (double)l->state[bl_recurrent_rows(l->hidden) + i];
    }
    for (size_t t = 0; t < FRAMES; t++) {
        for (size_t i = 0; i < l->inputs; i++)
            v[i] = (double)x[i * STRIDE + t];
        exact_step(l, v, h, c);
        for (size_t i = 0; i < l->hidden; i++)
            y[i * STRIDE + t] = h[i];
    }
}

static layer random_layer(bl_random *rng, size_t round)
{
    return new_layer(rng, round % 2 ? 3 : 4, 1 + bl_random_below(rng, round % 5 ? 5 : MAX_INPUTS),
                     1 + round / 2 % MAX_HIDDEN);
}

static double compare_layer(const bl_kernels *k, const layer *l, const double *want, const float *got)
{
    double worst = 0.0;
    for (size_t i = 0; i < l->hidden; i++) {
        for (size_t t = 0; t < FRAMES; t++) {
            const double error = fabs((double)got[16 + i * STRIDE + t] - want[i * STRIDE + t]);
            if (!(error <= RECURRENT_BOUND))
                fail_msg("%s: %s of %zu inputs, %zu hidden: row %zu frame %zu is %g off", bl_cpu_name(k->cpu),
                         l->gates == 4 ? "lstm" : "gru", l->inputs, l->hidden, i, t, error);
            worst = fmax(worst, error);
        }
        for (size_t t = FRAMES; t < STRIDE; t++)
            assert_true(got[16 + i * STRIDE + t] == GUARD);
    }
    for (size_t i = 0; i < 16; i++)
        assert_true(got[i] == GUARD);
    return worst;
}

static void layers_are_exact_enough(void **state)
{
    (void)state;
    static float x[MAX_INPUTS * STRIDE], got[16 + MAX_HIDDEN * STRIDE], parts[16 + MAX_HIDDEN * STRIDE];
    static double want[MAX_HIDDEN * STRIDE];
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        bl_random rng = { 11 };
        double worst = 0.0;
        for (size_t round = 0; round < 2 * MAX_HIDDEN; round++) {
            layer l = random_layer(&rng, round);
            bl_random_fill(&rng, x, sizeof x / sizeof *x, 1.0f);
            run_exactly(&l, x, want);
            run_layer(&k, &l, x, got, FRAMES, &rng);
            worst = fmax(worst, compare_layer(&k, &l, want, got));
            run_layer(&k, &l, x, parts, round % 3 ? 9 : 1, &rng);
            for (size_t i = 0; i < l.hidden; i++)
                assert_memory_equal(got + 16 + i * STRIDE, parts + 16 + i * STRIDE, FRAMES * sizeof *got);
            bl_aligned_free(l.memory);
        }
        print_message("%-6s lstm, gru: worst error %.2e\n", bl_cpu_name(cpu), worst);
    }
}

/* Sums that overflow make infinities and their differences: the state must come out of it finite. */
static void layers_survive_absurd_input(void **state)
{
    (void)state;
    static float x[MAX_INPUTS * STRIDE], y[16 + MAX_HIDDEN * STRIDE];
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        bl_random rng = { 12 };
        for (size_t round = 0; round < 60; round++) {
            layer l = random_layer(&rng, round);
            bl_random_fill(&rng, x, sizeof x / sizeof *x, 1.0f);
            for (size_t i = 0; i < l.inputs; i++)
                for (size_t t = 20; t < 40; t++)
                    x[i * STRIDE + t] = t % 3 ? bl_random_float(&rng, FLT_MAX) : INFINITY;
            run_layer(&k, &l, x, y, 16, &rng);
            for (size_t i = 0; i < l.hidden; i++)
                for (size_t t = 40; t < FRAMES; t++)
                    if (!isfinite(y[16 + i * STRIDE + t]))
                        fail_msg("%s: %s of %zu inputs, %zu hidden: row %zu frame %zu is not finite",
                                 bl_cpu_name(cpu), l.gates == 4 ? "lstm" : "gru", l.inputs, l.hidden, i, t);
            bl_aligned_free(l.memory);
        }
    }
}

/* ---- long convolutions ---- */

#define MAX_TAPS 700

/* The bound of a sum: half a unit for every term, of the sum of their magnitudes. */
static void check_fir(const bl_kernels *k, const float *x, const float *w, size_t taps, size_t dilation,
                      size_t frames, const float *y)
{
    for (size_t t = 0; t < frames; t++) {
        double sum = (double)w[0], magnitude = fabs((double)w[0]);
        for (size_t i = 0; i < taps; i++) {
            const double term = (double)w[1 + i] * (double)(x + t)[-(ptrdiff_t)(i * dilation)];
            sum += term;
            magnitude += fabs(term);
        }
        const double bound = 2.0 * (double)(taps + 1) * (FLT_EPSILON * 0.5) * magnitude;
        if (!(fabs((double)y[t] - sum) <= bound))
            fail_msg("fir/%s: %zu taps, dilation %zu, %zu frames: frame %zu is %g instead of %g",
                     bl_cpu_name(k->cpu), taps, dilation, frames, t, (double)y[t], sum);
    }
    for (size_t t = frames; t < BL_MAX_RUN + 2 * BL_ROW_PADDING; t++)
        assert_true(y[t] == GUARD);
}

static void fir_is_exact_enough(void **state)
{
    (void)state;
    static float x[3 * MAX_TAPS + BL_MAX_RUN + BL_ROW_PADDING], w[1 + MAX_TAPS];
    static float whole[BL_MAX_RUN + 2 * BL_ROW_PADDING], part[BL_MAX_RUN + 2 * BL_ROW_PADDING];
    const size_t room = sizeof whole / sizeof *whole;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        bl_random rng = { 13 };
        for (size_t round = 0; round < 300; round++) {
            const size_t taps = 1 + bl_random_below(&rng, MAX_TAPS), dilation = 1 + bl_random_below(&rng, 3);
            const size_t frames = 1 + bl_random_below(&rng, BL_MAX_RUN);
            const float *now = x + 3 * MAX_TAPS;
            bl_random_fill(&rng, x, sizeof x / sizeof *x, 1.0f);
            bl_random_fill(&rng, w, 1 + taps, 1.0f);
            for (size_t t = 0; t < room; t++)
                whole[t] = part[t] = GUARD;
            k.fir(whole, now, w, taps, dilation, frames);
            check_fir(&k, now, w, taps, dilation, frames, whole);
            const size_t cut = bl_random_below(&rng, frames);
            k.fir(part, now, w, taps, dilation, cut);
            k.fir(part + cut, now + cut, w, taps, dilation, frames - cut);
            assert_memory_equal(whole, part, frames * sizeof *whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_are_exact_enough),
        cmocka_unit_test(layers_survive_absurd_input),
        cmocka_unit_test(fir_is_exact_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
