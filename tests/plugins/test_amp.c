/* An amplifier around small networks of our own: its latency to the sample, blocks of all sizes, two signals, levels,
 * and what it never does. How it sounds at other rates is tested by amp.py. */
#include "models.h"

#include "allocations.h"
#include "amp.h"

#include <math.h>
#include <string.h>

enum { FRAMES = 5000, PLACE = 2200 };

static const double rates[] = { 44100, 48000, 88200, 96000, 176400, 192000, 44100.5 };
enum { RATES = sizeof rates / sizeof *rates };
static const size_t factors[] = { 1, 2, 4, 8 };
enum { FACTORS = sizeof factors / sizeof *factors };

typedef float signals[BL_MAX_LANES][FRAMES];

static bl_capture *new_capture(bl_model *model)
{
    bl_capture *capture;
    assert_int_equal(bl_capture_create(model, BL_CPU_AUTO, &capture, NULL), BL_OK);
    return capture;
}

/* Takes the capture over. */
static bl_amp *new_amp(bl_capture *capture, double rate_hz, size_t lanes, size_t factor)
{
    bl_amp *amp;
    bl_error error;
    const bl_amp_options options = { rate_hz, lanes, factor };
    if (bl_amp_create(capture, &options, &amp, &error))
        fail_msg("%s", error.text);
    assert_ptr_equal(bl_amp_capture(amp), capture);
    assert_int_equal(bl_amp_oversample(amp), factor);
    bl_capture_free(capture);
    return amp;
}

/* In place; blocks of `block` frames, or of random sizes if that is 0. */
static void play(bl_amp *amp, signals x, size_t first, size_t end, size_t block)
{
    bl_random rng = { 5 };
    while (first < end) {
        const size_t wanted = block ? block : bl_random_below(&rng, 700), left = end - first;
        const size_t run = wanted < left ? wanted : left;
        float *const rows[] = { x[0] + first, x[1] + first };
        bl_amp_process(amp, rows, (const float *const *)rows, run);
        first += run;
    }
}

static void fill(signals x, float peak)
{
    bl_random rng = { 17 };
    for (size_t i = 0; i < BL_MAX_LANES; i++)
        bl_random_fill(&rng, x[i], FRAMES, peak);
}

/* A short burst in the middle of the band that everything passes, symmetric around PLACE: where its energy lies
 * afterwards shows the latency with its fraction. */
static void check_latency(bl_model *model, double rate_hz, size_t lanes, size_t factor, size_t late_by_design)
{
    static signals x;
    bl_amp *amp = new_amp(new_capture(model), rate_hz, lanes, factor);
    memset(x, 0, sizeof x);
    for (size_t t = 0; t < FRAMES; t++) {
        const double time = ((double)t - PLACE) / rate_hz;
        x[0][t] = x[1][t] = (float)(cos(2 * 3.14159265358979 * 5000 * time) * exp(-pow(time * 3000, 2)));
    }
    play(amp, x, 0, FRAMES, 64);
    double sum = 0, moment = 0;
    for (size_t t = 0; t < FRAMES; t++) {
        sum += (double)x[0][t] * x[0][t];
        moment += (double)x[0][t] * x[0][t] * (double)t;
    }
    const double meant = (double)late_by_design / 48000 * rate_hz; /* by the network, which is no latency */
    const double found = moment / sum - PLACE - meant;
    if (fabs(found - (double)bl_amp_latency(amp)) > 0.002)
        fail_msg("%g Hz, %zu lanes, %zu times: %.4f late, not %zu", rate_hz, lanes, factor, found,
                 bl_amp_latency(amp));
    bl_amp_free(amp);
}

static void the_latency_is_the_signals(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATES * FACTORS; i += bl_test_stride())
        for (size_t lanes = 1; lanes <= 2; lanes++) {
            const double rate = rates[i / FACTORS];
            const size_t factor = factors[i % FACTORS];
            check_latency(test_wire(48000, 0.5f, 0), rate, lanes, factor, 0);
            check_latency(test_wire(NAN, 0.5f, 3), rate, lanes, factor, 3);
            check_latency(test_ahead(48000, 7), rate, lanes, factor, 0);
        }
}

static void nothing_is_resampled_at_the_same_rate(void **state)
{
    (void)state;
    static signals in, out;
    for (size_t i = 0; i < FACTORS; i++)
        for (size_t lanes = 1; lanes <= 2; lanes++) {
            bl_amp *amp =
                new_amp(new_capture(test_wire(48000, 1, 0)), 48000 * (double)factors[i], lanes, factors[i]);
            const size_t late = bl_amp_latency(amp);
            assert_int_equal(late, lanes == 1 && i > 0);
            fill(in, 1);
            fill(out, 1);
            play(amp, out, 0, FRAMES, 0);
            for (size_t lane = 0; lane < lanes; lane++)
                assert_memory_equal(out[lane] + late, in[lane], (FRAMES - late) * sizeof(float));
            bl_amp_free(amp);
        }
}

static void blocks_do_not_matter(void **state)
{
    (void)state;
    static const size_t blocks[] = { 1, 7, 64, 333, 4096, 0 };
    static signals expected, got;
    for (size_t i = 0; i < RATES * FACTORS * 2; i += bl_test_stride())
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
            const size_t lanes = 1 + i % 2;
            bl_amp *amp =
                new_amp(new_capture(test_stack(1, false)), rates[i / 2 / FACTORS], lanes, factors[i / 2 % FACTORS]);
            fill(got, 0.5f);
            bl_amp_set_levels(amp, 3, -2);
            play(amp, got, 0, FRAMES / 3, blocks[b]);
            bl_amp_set_levels(amp, -4, 5);
            play(amp, got, FRAMES / 3, FRAMES, blocks[b]);
            if (!b)
                memcpy(expected, got, sizeof got);
            for (size_t lane = 0; lane < lanes; lane++)
                assert_memory_equal(got[lane], expected[lane], sizeof *got);
            bl_amp_free(amp);
        }
}

/* The second signal says what it would say alone, but for one frame that a pair of copies takes. */
static void signals_are_apart(void **state)
{
    (void)state;
    static signals both, alone;
    for (size_t i = 0; i < RATES * FACTORS; i += bl_test_stride()) {
        bl_amp *two = new_amp(new_capture(test_recurrent()), rates[i / FACTORS], 2, factors[i % FACTORS]);
        bl_amp *one = new_amp(new_capture(test_recurrent()), rates[i / FACTORS], 1, factors[i % FACTORS]);
        const size_t later = bl_amp_latency(one) - bl_amp_latency(two);
        assert_true(later <= 1 + (size_t)(rates[i / FACTORS] / 48000));
        fill(both, 0.5f);
        memcpy(alone[0], both[1], sizeof *both);
        bl_amp_set_knob(two, 0, 1.5f);
        bl_amp_set_knob(one, 0, 1.5f);
        play(two, both, 0, FRAMES, 333);
        play(one, alone, 0, FRAMES, 64);
        for (size_t t = 1000; t + later < FRAMES; t++) /* they begin with different frames of silence */
            assert_true(fabsf(alone[0][t + later] - both[1][t]) < 1e-6f);
        bl_amp_free(two);
        bl_amp_free(one);
    }
}

/* before, network, behind: the same as process. */
static void the_parts_make_the_whole(void **state)
{
    (void)state;
    static signals whole, parts;
    for (size_t i = 0; i < RATES * FACTORS; i += bl_test_stride()) {
        bl_capture *capture = new_capture(test_stack(1, true));
        bl_network *network;
        assert_int_equal(bl_network_create(bl_capture_plan(capture), 2, factors[i % FACTORS], &network, NULL),
                         BL_OK);
        bl_amp *amp = new_amp(bl_capture_share(capture), rates[i / FACTORS], 2, factors[i % FACTORS]);
        bl_amp *split = new_amp(bl_capture_share(capture), rates[i / FACTORS], 2, factors[i % FACTORS]);
        const size_t room = bl_amp_before_most(split, FRAMES);
        float *inside[] = { calloc(room, sizeof(float)), calloc(room, sizeof(float)) };
        float *const rows[] = { parts[0], parts[1] };
        fill(whole, 0.5f);
        fill(parts, 0.5f);
        play(amp, whole, 0, FRAMES, 64);
        const size_t came = bl_amp_before(split, inside, (const float *const *)rows, FRAMES);
        assert_true(came <= room);
        bl_network_process(network, inside, (const float *const *)inside, came);
        bl_amp_behind(split, rows, inside, came, FRAMES);
        assert_memory_equal(whole, parts, sizeof whole);
        free(inside[0]);
        free(inside[1]);
        bl_network_free(network);
        bl_amp_free(amp);
        bl_amp_free(split);
        bl_capture_free(capture);
    }
}

/* Whatever was played before is forgotten; to the bit, where the rate is the network's. */
static void the_past_settles(void **state)
{
    (void)state;
    static signals got, expected;
    for (size_t i = 0; i < RATES * FACTORS; i += bl_test_stride()) {
        const double rate = rates[i / FACTORS];
        const size_t factor = factors[i % FACTORS];
        bl_amp *a = new_amp(new_capture(test_stack(1, false)), rate, 1, factor);
        bl_amp *b = new_amp(new_capture(test_stack(1, false)), rate, 1, factor);
        const size_t changed = 1024, settled = changed + bl_amp_settling(a);
        assert_true(settled < FRAMES);
        fill(expected, 0.5f);
        fill(got, 0.5f);
        for (size_t t = 0; t < changed; t++)
            got[0][t] = -0.9f;
        play(a, got, 0, FRAMES, 64);
        play(b, expected, 0, FRAMES, 64);
        assert_memory_equal(got[0] + settled, expected[0] + settled, (FRAMES - settled) * sizeof(float));
        bl_amp_free(a);
        bl_amp_free(b);
    }
}

/* Whatever the network, the levels and the finite input; and nothing stays of it. */
static float play_extremes(double rate_hz, size_t factor, float gain, float peak)
{
    static signals x;
    bl_amp *amp = new_amp(new_capture(test_wire(48000, gain, 0)), rate_hz, 1, factor);
    bl_amp_set_levels(amp, 60, 120);
    fill(x, peak);
    play(amp, x, 0, FRAMES, 64);
    float largest = 0;
    for (size_t t = 0; t < FRAMES; t++) {
        assert_true(fabsf(x[0][t]) <= 1000);
        largest = fmaxf(largest, fabsf(x[0][t]));
    }
    fill(x, 0);
    play(amp, x, 0, FRAMES, 64);
    assert_true(x[0][FRAMES - 1] == 0);
    bl_amp_free(amp);
    return largest;
}

static void the_output_is_bounded(void **state)
{
    (void)state;
    for (size_t i = 0; i < RATES * 2; i += bl_test_stride()) {
        assert_true(play_extremes(rates[i / 2], factors[i % 2], 1e30f, 1) == 1000);
        play_extremes(rates[i / 2], factors[i % 2], 3e38f, 3e38f);
    }
}

static void levels_are_decibels(void **state)
{
    (void)state;
    static signals x;
    bl_amp *amp = new_amp(new_capture(test_wire(48000, 1, 0)), 48000, 1, 1);
    bl_amp_set_levels(amp, 20, -6);
    for (size_t t = 0; t < FRAMES; t++)
        x[0][t] = 0.25f;
    play(amp, x, 0, 100, 64);
    const double expected = 0.25 * 10 * pow(10, -6 / 20.0);
    assert_true(fabs((double)x[0][0] - expected) < 1e-6); /* at once before the first frame */
    bl_amp_set_levels(amp, 0, 0);
    play(amp, x, 100, FRAMES, 64);
    for (size_t t = 100; t < 100 + 960; t++)
        assert_true(fabsf(x[0][t] - x[0][t - 1]) < 0.005f);
    assert_true(x[0][100 + 960] == 0.25f);
    bl_amp_free(amp);
}

static void nothing_is_allocated(void **state)
{
    (void)state;
    static signals x;
    if (!allocations_are_counted())
        skip();
    fill(x, 0.5f);
    for (size_t i = 0; i < RATES * FACTORS; i += bl_test_stride()) {
        bl_amp *amp = new_amp(new_capture(test_recurrent()), rates[i / FACTORS], 1 + i % 2, factors[i % FACTORS]);
        const unsigned long before = allocations_so_far();
        bl_amp_set_levels(amp, 1, 2);
        bl_amp_set_knob(amp, 0, 0.3f);
        play(amp, x, 0, FRAMES, 0);
        const unsigned long made = allocations_so_far() - before;
        bl_amp_free(amp);
        assert_int_equal(made, 0);
        assert_true(allocations_so_far() > before + made); /* the counter counts */
    }
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    bl_capture *capture = new_capture(test_wire(NAN, 1, 0));
    bl_amp *amp;
    bl_error error;
    assert_true(bl_capture_rate(capture) == 48000);
    assert_int_equal(bl_amp_create(capture, &(bl_amp_options){ 7999, 1, 1 }, &amp, &error), BL_ERR_ARGUMENT);
    assert_string_equal(error.text, "A sample rate of 8 kHz to 768 kHz was expected, not 7999 Hz.");
    assert_int_equal(bl_amp_create(capture, &(bl_amp_options){ NAN, 1, 1 }, &amp, &error), BL_ERR_ARGUMENT);
    assert_int_equal(bl_amp_create(capture, &(bl_amp_options){ 48000, 3, 1 }, &amp, &error), BL_ERR_ARGUMENT);
    assert_int_equal(bl_amp_create(capture, &(bl_amp_options){ 48000, 1, 3 }, &amp, &error), BL_ERR_ARGUMENT);
    bl_amp_free(NULL);
    bl_capture_free(capture);
    bl_capture_free(NULL);
    assert_null(bl_capture_share(NULL));
}

static void loudness_is_measured_where_it_is_not_stated(void **state)
{
    (void)state;
    bl_model *model = test_wire(48000, 0.5f, 0);
    model->info.loudness_db = NAN;
    bl_capture *measured = new_capture(model), *stated = new_capture(test_wire(48000, 0.5f, 0));
    assert_true(bl_capture_loudness_was_measured(measured) && !bl_capture_loudness_was_measured(stated));
    assert_true(fabs(bl_capture_loudness(measured) - (-15 + 20 * log10(0.5))) < 0.001);
    assert_true(bl_capture_loudness(stated) == -20);
    bl_capture_free(measured);
    bl_capture_free(stated);
    bl_error error;
    model = test_wire(1000, 1, 0);
    assert_int_equal(bl_capture_create(model, BL_CPU_AUTO, &stated, &error), BL_ERR_UNSUPPORTED);
    assert_string_equal(error.text, "A network for 8000 Hz or more was expected; this one is for 1000 Hz.");
    bl_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latency_is_the_signals),
        cmocka_unit_test(nothing_is_resampled_at_the_same_rate),
        cmocka_unit_test(blocks_do_not_matter),
        cmocka_unit_test(signals_are_apart),
        cmocka_unit_test(the_parts_make_the_whole),
        cmocka_unit_test(the_past_settles),
        cmocka_unit_test(the_output_is_bounded),
        cmocka_unit_test(levels_are_decibels),
        cmocka_unit_test(nothing_is_allocated),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(loudness_is_measured_where_it_is_not_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
