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
    bl_recurrent packed;
    float *memory, *state; /* state: as it is at the start */
    size_t state_floats, gates;
} layer;

/* A matrix in blocks of rows (kernels.h); what pads them is zero. */
static void fill_matrix(bl_random *rng, float *m, size_t gates, size_t hidden, size_t columns, float scale)
{
    const size_t rows = bl_recurrent_rows(hidden);
    for (size_t row = 0; row < gates * rows; row++)
        for (size_t c = 0; c < columns; c++)
            m[row / BL_ROW_PADDING * BL_ROW_PADDING * columns + c * BL_ROW_PADDING + row % BL_ROW_PADDING] =
                row % rows < hidden ? bl_random_float(rng, scale) : 0.0f;
}

static void fill_rows(bl_random *rng, float *v, size_t gates, size_t hidden, float scale)
{
    const size_t rows = bl_recurrent_rows(hidden);
    for (size_t row = 0; row < gates * rows; row++)
        v[row] = row % rows < hidden ? bl_random_float(rng, scale) : 0.0f;
}

static layer new_layer(bl_random *rng, size_t gates, size_t inputs, size_t hidden)
{
    const size_t rows = gates * bl_recurrent_rows(hidden);
    layer l = { .gates = gates, .state_floats = bl_recurrent_state_floats(inputs, hidden) };
    l.memory = bl_aligned_calloc((rows * (inputs + hidden + 2) + l.state_floats) * sizeof *l.memory);
    assert_non_null(l.memory);
    float *weights_x = l.memory, *weights_h = weights_x + rows * inputs, *bias_x = weights_h + rows * hidden;
    float *bias_h = bias_x + rows;
    l.state = bias_h + rows;
    fill_matrix(rng, weights_x, gates, hidden, inputs, sqrtf(3.0f / (float)inputs));
    fill_matrix(rng, weights_h, gates, hidden, hidden, 0.8f * sqrtf(3.0f / (float)hidden));
    fill_rows(rng, bias_x, gates, hidden, 0.5f);
    fill_rows(rng, bias_h, gates, hidden, 0.5f);
    fill_rows(rng, l.state, 2, hidden, 0.7f);
    if (gates == 3)
        memset(l.state + rows / 3, 0, rows / 3 * sizeof *l.state);
    l.packed = (bl_recurrent){ inputs, hidden, weights_x, bias_x, weights_h, bias_h };
    return l;
}

/* Plays x in runs of up to `most` frames; y has a guard in front. */
static void run_layer(const bl_kernels *k, const layer *l, const float *x, float *y, size_t most, bl_random *rng)
{
    const size_t hidden = l->packed.hidden;
    float *state = bl_aligned_calloc(l->state_floats * sizeof *state);
    assert_non_null(state);
    memcpy(state, l->state, l->state_floats * sizeof *state);
    for (size_t i = 0; i < 16 + hidden * STRIDE; i++)
        y[i] = GUARD;
    for (size_t done = 0, n; done < FRAMES; done += n) {
        n = 1 + bl_random_below(rng, most);
        n = n < FRAMES - done ? n : FRAMES - done;
        (l->gates == 4 ? k->lstm : k->gru)((bl_out){ y + 16 + done, STRIDE },
                                           (bl_rows){ x + done, STRIDE, l->packed.inputs }, &l->packed, state, n);
    }
    bl_aligned_free(state);
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double row_sum(const float *m, size_t row, const double *v, size_t columns)
{
    double sum = 0.0;
    for (size_t c = 0; c < columns; c++)
        sum +=
            v[c] *
            (double)m[row / BL_ROW_PADDING * BL_ROW_PADDING * columns + c * BL_ROW_PADDING + row % BL_ROW_PADDING];
    return sum;
}

/* One frame in double precision, straight from the definition. */
static void exact_step(const layer *l, const double *v, double *h, double *c)
{
    const bl_recurrent *p = &l->packed;
    const size_t rows = bl_recurrent_rows(p->hidden);
    double x[4][MAX_HIDDEN], u[4][MAX_HIDDEN];
    for (size_t gate = 0; gate < l->gates; gate++)
        for (size_t i = 0; i < p->hidden; i++) {
            const size_t row = gate * rows + i;
            x[gate][i] = (double)p->bias_x[row] + row_sum(p->weights_x, row, v, p->inputs);
            u[gate][i] = row_sum(p->weights_h, row, h, p->hidden);
        }
    for (size_t i = 0; i < p->hidden; i++) {
        if (l->gates == 4) {
            c[i] = sigmoid(x[1][i] + u[1][i]) * c[i] + sigmoid(x[0][i] + u[0][i]) * tanh(x[2][i] + u[2][i]);
            h[i] = sigmoid(x[3][i] + u[3][i]) * tanh(c[i]);
        } else {
            const double r = sigmoid(x[0][i] + u[0][i] + (double)p->bias_h[i]);
            const double keep = sigmoid(x[1][i] + u[1][i] + (double)p->bias_h[rows + i]);
            h[i] = (1 - keep) * tanh(x[2][i] + r * (u[2][i] + (double)p->bias_h[2 * rows + i])) + keep * h[i];
        }
    }
}

static void run_exactly(const layer *l, const float *x, double *y)
{
    double v[MAX_INPUTS], h[MAX_HIDDEN], c[MAX_HIDDEN];
    for (size_t i = 0; i < l->packed.hidden; i++) {
        h[i] = (double)l->state[i];
        c[i] = (double)l->state[bl_recurrent_rows(l->packed.hidden) + i];
    }
    for (size_t t = 0; t < FRAMES; t++) {
        for (size_t i = 0; i < l->packed.inputs; i++)
            v[i] = (double)x[i * STRIDE + t];
        exact_step(l, v, h, c);
        for (size_t i = 0; i < l->packed.hidden; i++)
            y[i * STRIDE + t] = h[i];
    }
}

/* The LSTM's bias on the side of h is zero, as the plan makes it: kernels need not add it. */
static layer random_layer(bl_random *rng, size_t round)
{
    const size_t gates = round % 2 ? 3 : 4;
    layer l =
        new_layer(rng, gates, 1 + bl_random_below(rng, round % 5 ? 5 : MAX_INPUTS), 1 + round / 2 % MAX_HIDDEN);
    if (gates == 4)
        memset((float *)l.packed.bias_h, 0, gates * bl_recurrent_rows(l.packed.hidden) * sizeof(float));
    return l;
}

static double compare_layer(const bl_kernels *k, const layer *l, const double *want, const float *got)
{
    double worst = 0.0;
    for (size_t i = 0; i < l->packed.hidden; i++) {
        for (size_t t = 0; t < FRAMES; t++) {
            const double error = fabs((double)got[16 + i * STRIDE + t] - want[i * STRIDE + t]);
            if (!(error <= RECURRENT_BOUND))
                fail_msg("%s: %s of %zu inputs, %zu hidden: row %zu frame %zu is %g off", bl_cpu_name(k->cpu),
                         l->gates == 4 ? "lstm" : "gru", l->packed.inputs, l->packed.hidden, i, t, error);
            worst = fmax(worst, error);
        }
        for (size_t t = FRAMES + BL_ROW_PADDING; t < STRIDE; t++)
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
            for (size_t i = 0; i < l.packed.hidden; i++)
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
            for (size_t i = 0; i < l.packed.inputs; i++)
                for (size_t t = 20; t < 40; t++)
                    x[i * STRIDE + t] = t % 3 ? bl_random_float(&rng, FLT_MAX) : INFINITY;
            run_layer(&k, &l, x, y, 16, &rng);
            for (size_t i = 0; i < l.packed.hidden; i++)
                for (size_t t = 40; t < FRAMES; t++)
                    if (!isfinite(y[16 + i * STRIDE + t]))
                        fail_msg("%s: %s of %zu inputs, %zu hidden: row %zu frame %zu is not finite",
                                 bl_cpu_name(cpu), l.gates == 4 ? "lstm" : "gru", l.packed.inputs, l.packed.hidden,
                                 i, t);
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
    for (size_t t = frames + BL_ROW_PADDING; t < BL_MAX_RUN + 2 * BL_ROW_PADDING; t++)
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
