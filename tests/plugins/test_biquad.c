/* How a biquad moves, seen from inside. Its sound is compared with SciPy by effects.py. */
#include "test_support.h"

#include "biquad.h"

#include <math.h>
#include <string.h>

static const double rate_hz = 48000;

static void run(bl_biquad *filter, float *x, size_t frames)
{
    float *const out[1] = { x };
    bl_biquad_process(filter, out, (const float *const *)out, 1, frames);
}

static void moves_end_where_a_new_filter_begins(void **state)
{
    (void)state;
    bl_random rng = { 5 };
    for (bl_biquad_kind kind = BL_BIQUAD_LOW_SHELF; kind <= BL_BIQUAD_HIGH_PASS; kind++) {
        bl_biquad_params params = { kind, 700, 1, 3, true };
        bl_biquad moved, new;
        bl_biquad_init(&moved, rate_hz, &params);
        for (size_t move = 0; move < 50; move++) {
            float x[3000] = { 1 };
            params.frequency_hz = powf(10, 2.6f + bl_random_float(&rng, 1.6f));
            params.q = 0.1f + fabsf(bl_random_float(&rng, 5));
            params.gain_db = bl_random_float(&rng, 40);
            params.active = bl_random_below(&rng, 4);
            bl_biquad_set(&moved, &params);
            run(&moved, x, bl_random_below(&rng, 400)); /* the next one may come on the way */
        }
        float x[3000] = { 1 };
        params.active = true;
        bl_biquad_set(&moved, &params);
        run(&moved, x, 3000);
        bl_biquad_init(&new, rate_hz, &params);
        assert_memory_equal(moved.now, new.now, sizeof new.now);
        assert_false(moved.moving);
    }
}

/* A filter that was inactive is there at once, only its depth moves; and it does not repeat what it heard long
 * ago. */
static void an_inactive_filter_wakes_up_in_silence(void **state)
{
    (void)state;
    for (bl_biquad_kind kind = BL_BIQUAD_LOW_SHELF; kind <= BL_BIQUAD_HIGH_PASS; kind++) {
        bl_biquad_params params = { kind, 100, 5, 12, true };
        bl_biquad filter;
        float x[6000];
        bl_biquad_init(&filter, rate_hz, &params);
        for (size_t i = 0; i < 6000; i++)
            x[i] = 1;
        params.active = false;
        bl_biquad_set(&filter, &params);
        run(&filter, x, 6000);
        params = (bl_biquad_params){ kind, 5000, 1, 12, true };
        memset(x, 0, sizeof x);
        bl_biquad_set(&filter, &params);
        assert_int_equal(filter.way[0].left, 0);
        run(&filter, x, 6000);
        for (size_t i = 0; i < 6000; i++)
            assert_true(x[i] == 0);
    }
}

/* Parameters that jump about as fast as they can: the state never grows beyond what a steady filter's may. */
static void no_movement_makes_it_grow(void **state)
{
    (void)state;
    bl_random rng = { 8 };
    for (bl_biquad_kind kind = BL_BIQUAD_LOW_SHELF; kind <= BL_BIQUAD_HIGH_PASS; kind++) {
        bl_biquad_params params = { kind, 1000, 20, 0, true };
        bl_biquad filter;
        float x[64] = { 1 };
        bl_biquad_init(&filter, rate_hz, &params);
        run(&filter, x, 64);
        double before = HUGE_VAL;
        for (size_t i = 0; i < 20000; i++) {
            params.frequency_hz = bl_random_below(&rng, 2) ? 20 : 23000;
            params.q = bl_random_below(&rng, 2) ? 0.1f : 20;
            params.gain_db = bl_random_float(&rng, 40);
            bl_biquad_set(&filter, &params);
            memset(x, 0, sizeof x);
            run(&filter, x, 1 + bl_random_below(&rng, 40));
            const double energy = hypot(filter.state[0][0], filter.state[1][0]);
            assert_true(energy <= before * (1 + 1e-12));
            before = energy;
        }
    }
}

static void it_recovers_from_infinity(void **state)
{
    (void)state;
    const bl_biquad_params params = { BL_BIQUAD_LOW_PASS, 1000, 0.7071f, 0, true };
    bl_biquad filter;
    bl_biquad_init(&filter, rate_hz, &params);
    float x[256] = { INFINITY };
    run(&filter, x, 256);
    for (size_t i = 96; i < 256; i++)
        assert_true(x[i] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_end_where_a_new_filter_begins),
        cmocka_unit_test(an_inactive_filter_wakes_up_in_silence),
        cmocka_unit_test(no_movement_makes_it_grow),
        cmocka_unit_test(it_recovers_from_infinity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
