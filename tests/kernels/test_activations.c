/* Activation kernels against double precision over all floats, and the element-wise kernels against the
 * scalar ones. */
#include "test_support.h"

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STRIDE (BL_MAX_RUN + BL_ROW_PADDING)

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double exact_fast_tanh(double x)
{
    const double ax = fabs(x), x2 = x * x;
    return x * (2.45550750702956 + 2.45550750702956 * ax + (0.893229853513558 + 0.821226666969744 * ax) * x2) /
           (2.44506634652299 + (2.44506634652299 + x2) * fabs(x + 0.814642734961073 * x * ax));
}

static double exact(double x, bl_activation act)
{
    const double a = (double)act.a, b = (double)act.b, c = (double)act.c, d = (double)act.d;
    switch (act.kind) {
    case BL_ACT_TANH: return tanh(x);
    case BL_ACT_SIGMOID: return 1.0 / (1.0 + exp(-x));
    case BL_ACT_RELU: return x > 0 ? x : 0;
    case BL_ACT_LEAKY_RELU: return x > 0 ? x : a * x;
    case BL_ACT_SOFTSIGN: return x / (1.0 + fabs(x));
    case BL_ACT_SILU: return x / (1.0 + exp(-x));
    case BL_ACT_HARDTANH: return clip(x, a, b);
    case BL_ACT_HARDSWISH: return x * clip(x + 3, 0, 6) / 6;
    case BL_ACT_HARDSIGMOID: return clip(x / 6 + 0.5, 0, 1);
    case BL_ACT_LEAKY_HARDTANH: return x < a ? (x - a) * c + a : x > b ? (x - b) * d + b : x;
    case BL_ACT_FAST_TANH: return exact_fast_tanh(clip(x, -1e8, 1e8));
    case BL_ACT_ELU: return x > 0 ? x : a * expm1(x);
    case BL_ACT_SELU: return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x));
    case BL_ACT_GELU: return x * 0.5 * erfc(-x * 0.7071067811865476);
    case BL_ACT_SOFTPLUS: return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
    case BL_ACT_EXP: return exp(clip(x, -87, 88));
    case BL_ACT_LINEAR:
    case BL_ACT_COUNT: break;
    }
    return x;
}

/* Finite floats, spread evenly over all bit patterns: every 509th, both signs. */
static size_t fill_from_patterns(float *x, size_t count, uint64_t *pattern)
{
    const uint64_t step = 50900 / bl_test_effort(100);
    size_t n = 0;
    for (; n < count && *pattern <= UINT32_MAX; *pattern += step) {
        const uint32_t bits = (uint32_t)*pattern;
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            x[n++] = value;
    }
    return n;
}

/* Error relative to the larger of |y| and floor. */
static void check_activation(const bl_kernels *k, bl_activation act, double bound, double floor)
{
    float x[STRIDE] = { 0 }, y[STRIDE];
    double worst = 0.0;
    uint64_t pattern = 0;
    for (size_t n; (n = fill_from_patterns(x, BL_MAX_RUN, &pattern)) > 0;) {
        k->map[act.kind]((bl_out){ y, STRIDE }, &(const bl_rows){ x, STRIDE, 1 }, &act, &(const bl_sum){ 0 }, n);
        for (size_t i = 0; i < n; i++) {
            const double want = exact((double)x[i], act);
            if (!isfinite((float)want))
                continue;
            const double error = fabs((double)y[i] - want) / fmax(fabs(want), floor);
            if (!(error < bound))
                fail_msg("%s: activation %d of %.9g is %.9g, should be %.9g", bl_cpu_name(k->cpu), (int)act.kind,
                         (double)x[i], (double)y[i], want);
            worst = fmax(worst, error);
        }
    }
    print_message("%-6s activation %2d: worst error %.2e above %g\n", bl_cpu_name(k->cpu), (int)act.kind, worst,
                  floor);
}

/* An activation, the bound of its error, and above which values of the result it is relative: a bound above 1
 * is an absolute one. Small values matter: a quiet note must come through as exactly as a loud one, and a gate
 * that is nearly closed must not leak. */
static const struct {
    bl_activation act;
    double bound, floor;
} promises[] = {
    { { .kind = BL_ACT_TANH }, 4e-7, 1e-37 },
    { { .kind = BL_ACT_SIGMOID }, 5e-7, 1e-31 },
    { { .kind = BL_ACT_RELU }, 1e-30, 1e-38 },
    { { .kind = BL_ACT_LEAKY_RELU, .a = 0.013f }, 1.2e-7, 1e-37 },
    { { .kind = BL_ACT_SOFTSIGN }, 5e-7, 1 },
    { { .kind = BL_ACT_SILU }, 5e-7, 1e-29 },
    { { .kind = BL_ACT_HARDTANH, .a = -0.4f, .b = 0.7f }, 1e-30, 1e-38 },
    { { .kind = BL_ACT_HARDSWISH }, 5e-7, 1e-3 },
    { { .kind = BL_ACT_HARDSIGMOID }, 5e-7, 1e-1 },
    { { .kind = BL_ACT_LEAKY_HARDTANH, .a = -0.7f, .b = 0.4f, .c = 0.15f, .d = 0.05f }, 5e-7, 1e-1 },
    { { .kind = BL_ACT_FAST_TANH }, 5e-7, 1e-30 },
    { { .kind = BL_ACT_ELU, .a = 1.3f }, 5e-7, 1 },
    { { .kind = BL_ACT_SELU }, 5e-7, 1 },
    { { .kind = BL_ACT_GELU }, 5e-7, 1e-1 },
    { { .kind = BL_ACT_SOFTPLUS }, 5e-7, 1e-30 },
    { { .kind = BL_ACT_EXP }, 5e-7, 1e-37 },
};

static void activations_are_exact_enough(void **state)
{
    (void)state;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        for (size_t i = 0; i < sizeof promises / sizeof *promises; i++)
            check_activation(&k, promises[i].act, promises[i].bound, promises[i].floor);
    }
}

/* Signals and sidechains of all sizes, from the smallest to saturation. */
static void fill_sizes(bl_random *rng, float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = bl_random_float(rng, 100.0f) * powf(10.0f, -(float)bl_random_below(rng, 30) / 10.0f);
}

/* The gate of WaveNets has a loop of its own. */
static void the_gate_is_exact_enough(void **state)
{
    (void)state;
    const bl_activation a = { .kind = BL_ACT_TANH }, b = { .kind = BL_ACT_SIGMOID };
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        bl_random rng = { 5 };
        float xa[STRIDE] = { 0 }, xb[STRIDE] = { 0 }, y[STRIDE];
        double worst = 0.0;
        for (size_t round = bl_test_effort(20000); round > 0; round--) {
            fill_sizes(&rng, xa, BL_MAX_RUN);
            fill_sizes(&rng, xb, BL_MAX_RUN);
            k.gate((bl_out){ y, STRIDE }, &(const bl_rows){ xa, STRIDE, 1 }, &(const bl_rows){ xb, STRIDE, 1 }, &a,
                   &b, &(const bl_sum){ 0 }, BL_MAX_RUN);
            for (size_t i = 0; i < BL_MAX_RUN; i++) {
                const double want = exact((double)xa[i], a) * exact((double)xb[i], b);
                const double error = fabs((double)y[i] - want) / fmax(fabs(want), 2e-24);
                if (!(error < 8e-7))
                    fail_msg("%s: tanh(%.9g) * sigmoid(%.9g) is %.9g, should be %.9g", bl_cpu_name(cpu),
                             (double)xa[i], (double)xb[i], (double)y[i], want);
                worst = fmax(worst, error);
            }
        }
        print_message("%-6s tanh * sigmoid: worst error %.2e above 2e-24\n", bl_cpu_name(cpu), worst);
    }
}

static void run_map(const bl_kernels *k, bl_activation act, float *y, const float *x)
{
    k->map[act.kind]((bl_out){ y, STRIDE }, &(const bl_rows){ x, STRIDE, 1 }, &act, &(const bl_sum){ 0 },
                     BL_MAX_RUN);
}

/* At most `most` on either side, also of what is not a number, and equally on both sides if odd. */
static void check_saturation(const bl_kernels *k, bl_activation act, float most, bool odd)
{
    static const float extremes[] = { 0.0f, 7.9f, 8.0f, 87.0f, 88.0f, 1e30f, FLT_MAX, INFINITY, NAN };
    float x[STRIDE] = { 0 }, right[STRIDE], left[STRIDE];
    bl_random rng = { 7 };
    for (size_t round = bl_test_effort(2000); round > 0; round--) {
        fill_sizes(&rng, x, BL_MAX_RUN);
        memcpy(x, extremes, sizeof extremes);
        run_map(k, act, right, x);
        for (size_t t = 0; t < BL_MAX_RUN; t++)
            x[t] = -x[t];
        run_map(k, act, left, x);
        for (size_t t = 0; t < BL_MAX_RUN; t++)
            if (!(fabsf(right[t]) <= most && fabsf(left[t]) <= most) ||
                (odd && !isnan(x[t]) && left[t] != -right[t]))
                fail_msg("%s: activation %d of %.9g is %.9g, of its negative %.9g", bl_cpu_name(k->cpu),
                         (int)act.kind, (double)-x[t], (double)right[t], (double)left[t]);
    }
}

/* NAM's formula passes 1 on its way. */
static void saturation_is_bounded(void **state)
{
    (void)state;
    for (bl_cpu cpu = BL_CPU_SSE2; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        check_saturation(&k, (bl_activation){ .kind = BL_ACT_TANH }, 1.0f, true);
        check_saturation(&k, (bl_activation){ .kind = BL_ACT_FAST_TANH }, 1.01f, true);
        check_saturation(&k, (bl_activation){ .kind = BL_ACT_SIGMOID }, 1.0f, false);
    }
}

#define ROWS  5
#define GUARD 12345.0f

typedef struct elements {
    float a[ROWS * STRIDE], b[ROWS * STRIDE], add[ROWS * STRIDE];
    float out[ROWS * STRIDE], sum[ROWS * STRIDE];
} elements;

static void run_elements(const bl_kernels *k, elements *e, int what, size_t frames)
{
    const bl_out out = { e->out, STRIDE };
    const bl_sum sum = { e->sum, e->add, STRIDE, STRIDE };
    const bl_rows a = { e->a, STRIDE, ROWS }, b = { e->b, STRIDE, ROWS };
    const bl_activation leaky = { .kind = BL_ACT_LEAKY_RELU, .a = 0.1f }, tanh_ = { .kind = BL_ACT_TANH };
    const bl_activation soft = { .kind = BL_ACT_SOFTSIGN }, sigmoid = { .kind = BL_ACT_SIGMOID };
    switch (what) {
    case 0: k->add(out, &a, &b, frames); break;
    case 1: k->mul(out, &a, &b, frames); break;
    case 2: k->scale(out, &a, -0.7f, frames); break;
    case 3: k->gate(out, &a, &b, &tanh_, &sigmoid, &sum, frames); break;
    case 4: k->gate(out, &a, &b, &soft, &leaky, &(const bl_sum){ 0 }, frames); break;
    case 5: k->map[BL_ACT_TANH](out, &a, &tanh_, &sum, frames); break;
    case 6: k->map[BL_ACT_LEAKY_RELU](out, &b, &leaky, &sum, frames); break;
    case 8: k->blend(out, &a, &b, &tanh_, &sigmoid, frames); break;
    case 9: k->softmax(out, &a, frames); break;
    case 7: k->map[BL_ACT_LINEAR](out, &b, &(const bl_activation){ .kind = BL_ACT_LINEAR }, &sum, frames); break;
    }
}

static void element_wise_kernels_equal_the_scalar_ones(void **state)
{
    (void)state;
    bl_kernels scalar, k;
    bl_kernels_init(&scalar, BL_CPU_SCALAR);
    for (bl_cpu cpu = BL_CPU_SSE2; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels_init(&k, cpu);
        bl_random rng = { 3 };
        for (int round = 0; round < 400; round++) {
            static elements want, got;
            bl_random_fill(&rng, want.a, ROWS * STRIDE, 4.0f);
            bl_random_fill(&rng, want.b, ROWS * STRIDE, 4.0f);
            bl_random_fill(&rng, want.add, ROWS * STRIDE, 4.0f);
            for (size_t i = 0; i < ROWS * STRIDE; i++)
                want.out[i] = want.sum[i] = GUARD;
            got = want;
            const size_t frames = 1 + bl_random_below(&rng, 64);
            run_elements(&scalar, &want, round % 10, frames);
            run_elements(&k, &got, round % 10, frames);
            for (size_t r = 0; r < ROWS; r++)
                for (size_t t = 0; t < frames; t++) {
                    assert_float_equal(want.out[r * STRIDE + t], got.out[r * STRIDE + t], 2e-6);
                    assert_float_equal(want.sum[r * STRIDE + t], got.sum[r * STRIDE + t], 2e-6);
                }
            for (size_t r = 0; r < ROWS; r++)
                for (size_t t = frames; t < STRIDE; t++)
                    assert_true(got.out[r * STRIDE + t] == GUARD && got.sum[r * STRIDE + t] == GUARD);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_exact_enough),
        cmocka_unit_test(the_gate_is_exact_enough),
        cmocka_unit_test(saturation_is_bounded),
        cmocka_unit_test(element_wise_kernels_equal_the_scalar_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
