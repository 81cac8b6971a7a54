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
        k->map[act.kind]((bl_out){ y, STRIDE }, (bl_rows){ x, STRIDE, 1 }, act, (bl_out){ 0 }, NULL, 0, n);
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

/* An activation, the bound of its error, and above which values of the result it is relative. tanh and
 * sigmoid keep 5e-7 absolutely, which is what bounds above 1 mean. */
static const struct {
    bl_activation act;
    double bound, floor;
} promises[] = {
    { { .kind = BL_ACT_TANH }, 5e-7, 1 },
    { { .kind = BL_ACT_SIGMOID }, 5e-7, 1 },
    { { .kind = BL_ACT_RELU }, 1e-30, 1e-38 },
    { { .kind = BL_ACT_LEAKY_RELU, .a = 0.013f }, 1.2e-7, 1e-37 },
    { { .kind = BL_ACT_SOFTSIGN }, 5e-7, 1 },
    { { .kind = BL_ACT_SILU }, 5e-7, 1 },
    { { .kind = BL_ACT_HARDTANH, .a = -0.4f, .b = 0.7f }, 1e-30, 1e-38 },
    { { .kind = BL_ACT_HARDSWISH }, 5e-7, 1e-3 },
    { { .kind = BL_ACT_HARDSIGMOID }, 5e-7, 1e-1 },
    { { .kind = BL_ACT_LEAKY_HARDTANH, .a = -0.7f, .b = 0.4f, .c = 0.15f, .d = 0.05f }, 5e-7, 1e-1 },
    { { .kind = BL_ACT_FAST_TANH }, 1e-6, 1e-30 },
    { { .kind = BL_ACT_ELU, .a = 1.3f }, 5e-7, 1 },
    { { .kind = BL_ACT_SELU }, 5e-7, 1 },
    { { .kind = BL_ACT_GELU }, 1e-6, 1 },
    { { .kind = BL_ACT_SOFTPLUS }, 5e-7, 1e-1 },
    { { .kind = BL_ACT_EXP }, 5e-7, 1e-30 },
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

/* Small values matter: a quiet note must come through as exactly as a loud one. */
static void tanh_is_relatively_exact(void **state)
{
    (void)state;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        check_activation(&k, (bl_activation){ .kind = BL_ACT_TANH }, 1e-6, 1e-37);
    }
}

#define ROWS 5

typedef struct elements {
    float a[ROWS * STRIDE], b[ROWS * STRIDE], add[ROWS * STRIDE];
    float out[ROWS * STRIDE], sum[ROWS * STRIDE];
} elements;

static void run_elements(const bl_kernels *k, elements *e, int what, size_t frames)
{
    const bl_out out = { e->out, STRIDE }, sum = { e->sum, STRIDE };
    const bl_rows a = { e->a, STRIDE, ROWS }, b = { e->b, STRIDE, ROWS };
    const bl_activation leaky = { .kind = BL_ACT_LEAKY_RELU, .a = 0.1f }, tanh_ = { .kind = BL_ACT_TANH };
    const bl_activation soft = { .kind = BL_ACT_SOFTSIGN }, sigmoid = { .kind = BL_ACT_SIGMOID };
    switch (what) {
    case 0: k->add(out, a, b, frames); break;
    case 1: k->mul(out, a, b, frames); break;
    case 2: k->scale(out, a, -0.7f, frames); break;
    case 3: k->gate(out, a, b, tanh_, sigmoid, sum, e->add, STRIDE, frames); break;
    case 4: k->gate(out, a, b, soft, leaky, (bl_out){ 0 }, NULL, 0, frames); break;
    case 5: k->map[BL_ACT_TANH](out, a, tanh_, sum, e->add, STRIDE, frames); break;
    case 6: k->map[BL_ACT_LEAKY_RELU](out, b, leaky, sum, e->add, STRIDE, frames); break;
    case 8: k->blend(out, a, b, tanh_, sigmoid, frames); break;
    case 9: k->softmax(out, a, frames); break;
    case 7:
        k->map[BL_ACT_LINEAR](out, b, (bl_activation){ .kind = BL_ACT_LINEAR }, sum, e->add, STRIDE, frames);
        break;
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
            memset(&want, 0, sizeof want);
            bl_random_fill(&rng, want.a, ROWS * STRIDE, 4.0f);
            bl_random_fill(&rng, want.b, ROWS * STRIDE, 4.0f);
            bl_random_fill(&rng, want.add, ROWS * STRIDE, 4.0f);
            got = want;
            const size_t frames = 1 + bl_random_below(&rng, 64);
            run_elements(&scalar, &want, round % 10, frames);
            run_elements(&k, &got, round % 10, frames);
            for (size_t r = 0; r < ROWS; r++)
                for (size_t t = 0; t < frames; t++) {
                    assert_float_equal(want.out[r * STRIDE + t], got.out[r * STRIDE + t], 2e-6);
                    assert_float_equal(want.sum[r * STRIDE + t], got.sum[r * STRIDE + t], 2e-6);
                }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_exact_enough),
        cmocka_unit_test(tanh_is_relatively_exact),
        cmocka_unit_test(element_wise_kernels_equal_the_scalar_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
