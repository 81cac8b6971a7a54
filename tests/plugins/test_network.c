/* A network at a multiple of its rate: against the network whose delays are all so many times as long, against streams
 * that play every N-th sample, in blocks of all sizes, sought, ended, turned. */
#include "models.h"

#include "network.h"

#include <math.h>
#include <string.h>

enum { FRAMES = 15001, TAIL = 700, ALL = FRAMES + TAIL };

static const size_t all_times[] = { 1, 2, 4, 8 };
enum { TIMES = sizeof all_times / sizeof *all_times };

typedef float signals[BL_MAX_LANES][ALL];

static void fill(signals x)
{
    bl_random rng = { 17 };
    for (size_t i = 0; i < BL_MAX_LANES; i++) {
        memset(x[i], 0, sizeof x[i]);
        bl_random_fill(&rng, x[i], FRAMES, 0.8f);
    }
}

static bl_plan *new_plan(bl_model *model)
{
    bl_plan *plan;
    assert_int_equal(bl_plan_create(model, BL_CPU_AUTO, &plan, NULL), BL_OK);
    bl_model_free(model);
    return plan;
}

static bl_network *new_network(const bl_plan *plan, size_t lanes, size_t times)
{
    bl_network *n;
    assert_int_equal(bl_network_create(plan, lanes, times, &n, NULL), BL_OK);
    return n;
}

/* Frames first .. end-1, in blocks of `block` frames or, if that is 0, of random sizes; in place. */
static void play(bl_network *n, signals x, size_t first, size_t end, size_t block)
{
    bl_random rng = { 5 };
    while (first < end) {
        const size_t wanted = block ? block : bl_random_below(&rng, 700);
        const size_t run = wanted < end - first ? wanted : end - first;
        float *const rows[] = { x[0] + first, x[1] + first };
        bl_network_process(n, rows, (const float *const *)rows, run);
        first += run;
    }
}

/* All frames; the input ends with FRAMES. */
static void play_all(bl_network *n, signals x, size_t block)
{
    play(n, x, 0, FRAMES, block);
    bl_network_end_input(n);
    play(n, x, FRAMES, ALL, block);
}

static void assert_same(const float *got, const float *expected, size_t count, const char *what)
{
    for (size_t t = 0; t < count; t++)
        if (got[t] != expected[t])
            fail_msg("%s: frame %zu is %.9g, not %.9g", what, t, (double)got[t], (double)expected[t]);
}

/* To the bit, but for the lateness. */
static void check_dilated(bool ahead, size_t lanes, size_t times)
{
    bl_plan *plan = new_plan(test_stack(1, ahead)), *dilated = new_plan(test_stack(times, ahead));
    bl_network *copies = new_network(plan, lanes, times), *whole = new_network(dilated, lanes, 1);
    static signals got, expected;
    fill(got);
    fill(expected);
    play_all(copies, got, 64);
    play_all(whole, expected, 64);
    const size_t late = bl_network_latency(copies), other = bl_network_latency(whole);
    assert_int_equal(other, ahead ? 24 * times : 0);
    assert_true(late >= other && late <= other + 1);
    for (size_t i = 0; i < lanes; i++)
        assert_same(got[i] + late, expected[i] + other, FRAMES, "dilated");
    bl_network_free(copies);
    bl_network_free(whole);
    bl_plan_free(plan);
    bl_plan_free(dilated);
}

static void copies_are_a_dilated_network(void **state)
{
    (void)state;
    for (size_t lanes = 1; lanes <= 2; lanes++)
        for (size_t i = 0; i < TIMES; i++) {
            check_dilated(false, lanes, all_times[i]);
            check_dilated(true, lanes, all_times[i]);
        }
}

/* What stream number `phase` of its own would say to its frames; the knob moves in the middle. */
static void play_phase(const bl_plan *plan, size_t times, size_t phase, const float *in, float *out)
{
    bl_stream *s;
    assert_int_equal(bl_stream_create(plan, 1, &s, NULL), BL_OK);
    for (size_t t = phase; t < ALL; t += times) {
        if (t >= 1000 && t < 1000 + times)
            bl_stream_set_param(s, 0, 1.7f);
        bl_stream_process(s, &(float *){ out + t }, &(const float *){ in + t }, 1);
    }
    bl_stream_free(s);
}

static void each_phase_has_a_past_of_its_own(void **state)
{
    (void)state;
    static signals in, got, expected;
    bl_plan *plan = new_plan(test_recurrent());
    fill(in);
    for (size_t lanes = 1; lanes <= 2; lanes++)
        for (size_t i = 0; i < TIMES; i++) {
            bl_network *n = new_network(plan, lanes, all_times[i]);
            fill(got);
            play(n, got, 0, 1000, 0); /* a multiple of all times */
            bl_network_set_param(n, 0, 1.7f);
            play(n, got, 1000, ALL, 0);
            const size_t late = bl_network_latency(n);
            assert_int_equal(late, lanes == 1 && all_times[i] > 1);
            for (size_t lane = 0; lane < lanes; lane++) {
                for (size_t phase = 0; phase < all_times[i]; phase++)
                    play_phase(plan, all_times[i], phase, in[lane], expected[lane]);
                assert_same(got[lane] + late, expected[lane], ALL - late, "phases");
            }
            bl_network_free(n);
        }
    bl_plan_free(plan);
}

static void blocks_do_not_matter(void **state)
{
    (void)state;
    static const size_t blocks[] = { 1, 7, 64, 333, 0 };
    static signals expected, got;
    for (size_t variant = 0; variant < TIMES * 4; variant += bl_test_stride()) {
        const size_t times = all_times[variant / 4], lanes = 1 + variant % 2;
        bl_plan *plan = new_plan(test_stack(1, variant % 4 > 1));
        bl_network *n = new_network(plan, lanes, times);
        fill(expected);
        play_all(n, expected, ALL);
        for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
            fill(got);
            bl_network_reset(n);
            play_all(n, got, blocks[i]);
            for (size_t lane = 0; lane < lanes; lane++)
                assert_same(got[lane], expected[lane], ALL, "blocks");
        }
        bl_network_free(n);
        bl_plan_free(plan);
    }
}

/* From odd places too, with another past before. */
static void check_seeking(bl_model *model, size_t lanes, size_t times)
{
    static const size_t places[] = { 1000, 1001, 1003, 1006, 1234, 2047 };
    static signals expected, got;
    bl_plan *plan = new_plan(model);
    bl_network *n = new_network(plan, lanes, times);
    size_t overlap;
    assert_int_equal(bl_network_overlap(n, &overlap, NULL), BL_OK);
    fill(expected);
    play_all(n, expected, 64);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const size_t from = places[i], known = from + overlap;
        fill(got);
        bl_network_seek(n, from);
        play(n, got, from, FRAMES, 0);
        bl_network_end_input(n);
        play(n, got, FRAMES, ALL, 64);
        for (size_t lane = 0; lane < lanes && known < ALL; lane++)
            assert_same(got[lane] + known, expected[lane] + known, ALL - known, "seek");
    }
    bl_network_free(n);
    bl_plan_free(plan);
}

static void seeking_leads_to_the_same_output(void **state)
{
    (void)state;
    for (size_t i = 0; i < TIMES; i++)
        for (size_t lanes = 1; lanes <= 2; lanes++) {
            check_seeking(test_stack(1, false), lanes, all_times[i]);
            check_seeking(test_stack(1, true), lanes, all_times[i]);
            check_seeking(test_long(), lanes, all_times[i]);
            check_seeking(test_strided(), lanes, all_times[i]);
        }
    bl_plan *plan = new_plan(test_recurrent());
    bl_network *n = new_network(plan, 1, 2);
    size_t overlap;
    assert_int_equal(bl_network_overlap(n, &overlap, NULL), BL_ERR_UNSUPPORTED);
    bl_network_free(n);
    bl_plan_free(plan);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    bl_plan *plan = new_plan(test_wire(NAN, 1, 0));
    bl_network *n;
    bl_error error;
    assert_int_equal(bl_network_create(plan, 3, 1, &n, &error), BL_ERR_ARGUMENT);
    assert_string_equal(error.text, "A network plays 1 or 2 signals, not 3.");
    assert_int_equal(bl_network_create(plan, 1, 3, &n, &error), BL_ERR_ARGUMENT);
    assert_string_equal(error.text, "A network runs at 1, 2, 4 or 8 times its rate, not at 3 times.");
    bl_network_free(NULL);
    bl_plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_are_a_dilated_network), cmocka_unit_test(each_phase_has_a_past_of_its_own),
        cmocka_unit_test(blocks_do_not_matter),         cmocka_unit_test(seeking_leads_to_the_same_output),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
