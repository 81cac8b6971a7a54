/* Activation kernels against double precision over all floats, and the element-wise kernels against the
 * scalar ones. */
#include "test_support.h"

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define STRIDE (BL_MAX_RUN + BL_ROW_PADDING)

static double exact(double x, bl_activation act)
{
    switch (act.kind) {
    case BL_ACT_TANH: return tanh(x);
    case BL_ACT_SIGMOID: return 1.0 / (1.0 + exp(-x));
    case BL_ACT_RELU: return x > 0 ? x : 0;
    case BL_ACT_LEAKY_RELU: return x > 0 ? x : (double)act.slope * x;
    case BL_ACT_SOFTSIGN: return x / (1.0 + fabs(x));
    case BL_ACT_LINEAR:
    case BL_ACT_COUNT: break;
    }
    return x;
}

/* Finite floats, spread evenly over all bit patterns: every 509th, both signs. */
static size_t fill_from_patterns(float *x, size_t count, uint64_t *pattern)
{
    size_t n = 0;
    for (; n < count && *pattern <= UINT32_MAX; *pattern += 509) {
        const uint32_t bits = (uint32_t)*pattern;
        float value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value))
            x[n++] = value;
    }
    return n;
}

static void check_activation(const bl_kernels *k, bl_activation act, double bound, bool relative)
{
    float x[STRIDE] = { 0 }, y[STRIDE];
    double worst = 0.0;
    uint64_t pattern = 0;
    for (size_t n; (n = fill_from_patterns(x, BL_MAX_RUN, &pattern)) > 0;) {
        k->map[act.kind]((bl_out){ y, STRIDE }, (bl_rows){ x, STRIDE, 1 }, act, (bl_out){ 0 }, NULL, 0, n);
        for (size_t i = 0; i < n; i++) {
            const double want = exact((double)x[i], act);
            /* tiny results may be flushed to zero */
            const double scale = relative ? fmax(fabs(want), (double)FLT_MIN) : 1.0;
            const double error = fabs((double)y[i] - want) / scale;
            if (!(error < bound))
                fail_msg("%s: activation %d of %.9g is %.9g, should be %.9g", bl_cpu_name(k->cpu), (int)act.kind,
                         (double)x[i], (double)y[i], want);
            worst = fmax(worst, error);
        }
    }
    print_message("%-6s activation %d: worst %s error %.2e\n", bl_cpu_name(k->cpu), (int)act.kind,
                  relative ? "relative" : "absolute", worst);
}

static void activations_are_exact_enough(void **state)
{
    (void)state;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        check_activation(&k, (bl_activation){ BL_ACT_TANH, 0 }, 5e-7, false);
        check_activation(&k, (bl_activation){ BL_ACT_SIGMOID, 0 }, 5e-7, false);
        check_activation(&k, (bl_activation){ BL_ACT_RELU, 0 }, 1e-30, true);
        check_activation(&k, (bl_activation){ BL_ACT_LEAKY_RELU, 0.013f }, 1.2e-7, true);
        check_activation(&k, (bl_activation){ BL_ACT_SOFTSIGN, 0 }, 5e-7, false);
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
        check_activation(&k, (bl_activation){ BL_ACT_TANH, 0 }, 1e-6, true);
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
    const bl_activation leaky = { BL_ACT_LEAKY_RELU, 0.1f }, tanh_ = { BL_ACT_TANH, 0 }, soft = { BL_ACT_SOFTSIGN, 0 };
    const bl_activation sigmoid = { BL_ACT_SIGMOID, 0 };
    switch (what) {
    case 0: k->add(out, a, b, frames); break;
    case 1: k->mul(out, a, b, frames); break;
    case 2: k->scale(out, a, -0.7f, frames); break;
    case 3: k->gate(out, a, b, tanh_, sigmoid, sum, e->add, STRIDE, frames); break;
    case 4: k->gate(out, a, b, soft, leaky, (bl_out){ 0 }, NULL, 0, frames); break;
    case 5: k->map[BL_ACT_TANH](out, a, tanh_, sum, e->add, STRIDE, frames); break;
    case 6: k->map[BL_ACT_LEAKY_RELU](out, b, leaky, sum, e->add, STRIDE, frames); break;
    case 7: k->map[BL_ACT_LINEAR](out, b, (bl_activation){ BL_ACT_LINEAR, 0 }, sum, e->add, STRIDE, frames); break;
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
            run_elements(&scalar, &want, round % 8, frames);
            run_elements(&k, &got, round % 8, frames);
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
