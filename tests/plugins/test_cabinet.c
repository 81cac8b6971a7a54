/* The cabinet: the same bits however the input is cut and on every run, no allocation while it plays, no clicks, and
 * what happens to wrong arguments. What it sounds like is compared with SciPy in cabinet.py. The link wraps the
 * allocator. */
#define _GNU_SOURCE
#include "realtime_guard.h"
#include "test_support.h"

#include <backline/cpu.h>
#include <cabinet.h>
#include <convolution.h>

#include "base/alloc.h"

#include <math.h>
#include <string.h>

/* ---- cabinets to test ---- */

#define RATE 48000.0
enum { LONGEST = 40000 };
static float input[2][LONGEST], played[2][LONGEST], expected[2][LONGEST];

static bl_impulse *response(uint64_t seed, size_t channels, size_t taps)
{
    const bl_impulse_options options = { RATE, true, true };
    bl_random rng = { seed };
    float *x = malloc(2 * taps * sizeof *x);
    for (size_t i = 0; i < 2 * taps; i++)
        x[i] = bl_random_float(&rng, 0.5f) * expf(-4.0f * (float)(i % taps) / (float)taps);
    bl_impulse *impulse = NULL;
    assert_int_equal(
        bl_impulse_create((const float *const[]){ x, x + taps }, channels, taps, RATE, &options, &impulse, NULL),
        BL_OK);
    free(x);
    return impulse;
}

/* The cabinet keeps the responses. */
static bl_cabinet *cabinet(bl_impulse *first, bl_impulse *second, size_t in, size_t out)
{
    bl_cabinet *made = NULL;
    bl_error error = { 0 };
    if (bl_cabinet_create(first, second, in, out, RATE, BL_CPU_AUTO, &made, &error))
        fail_msg("%s", error.text);
    bl_impulse_free(first);
    bl_impulse_free(second);
    return made;
}

static void play(bl_cabinet *c, float (*to)[LONGEST], size_t from, size_t end)
{
    bl_cabinet_process(c, (float *const[]){ to[0] + from, to[1] + from },
                       (const float *const[]){ input[0] + from, input[1] + from }, end - from);
}

static bl_cabinet_params turned(uint64_t seed)
{
    bl_random rng = { seed };
    return (bl_cabinet_params){ .blend = 0.5f + bl_random_float(&rng, 0.5f),
                                .pan_first = bl_random_float(&rng, 1.0f),
                                .pan_second = bl_random_float(&rng, 1.0f),
                                .delay_ms = bl_random_float(&rng, 20.0f),
                                .invert = seed % 2,
                                .low_cut_hz = seed % 3 ? 20.0f + 100.0f * (float)(seed % 7) : 20.0f,
                                .high_cut_hz = seed % 4 ? 20000.0f - 2000.0f * (float)(seed % 8) : 20000.0f };
}

static int fill_input(void **state)
{
    (void)state;
    bl_random rng = { 3 };
    bl_random_fill(&rng, input[0], 2 * LONGEST, 0.5f);
    return 0;
}

static const size_t layouts[][2] = { { 1, 1 }, { 1, 2 }, { 2, 2 } };

/* Parameters jump now and then, at the same frames whatever the blocks. */
static void play_with_jumps(bl_cabinet *c, float (*to)[LONGEST], size_t block, size_t frames)
{
    enum { BETWEEN = 1700 };
    for (size_t at = 0; at < frames;) {
        if (at % BETWEEN == 0) {
            const bl_cabinet_params params = turned(at / BETWEEN);
            bl_cabinet_set(c, &params);
        }
        const size_t stop = (at / BETWEEN + 1) * BETWEEN < frames ? (at / BETWEEN + 1) * BETWEEN : frames;
        const size_t end = at + block < stop ? at + block : stop;
        play(c, to, at, end);
        at = end;
    }
}

static void blocks_do_not_change_a_bit(void **state)
{
    (void)state;
    static const size_t blocks[] = { LONGEST, 1, 7, 64, 333, 4096 }, frames = 12000;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        setenv("BACKLINE_CPU", bl_cpu_name(cpu), 1);
        for (size_t l = 0; l < 3; l++)
            for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
                bl_cabinet *c = cabinet(response(1, 1, 600), response(2, 2, 2500), layouts[l][0], layouts[l][1]);
                play_with_jumps(c, i ? played : expected, blocks[i], frames);
                for (size_t o = 0; i && o < layouts[l][1]; o++)
                    assert_memory_equal(played[o], expected[o], frames * sizeof(float));
                bl_cabinet_free(c);
            }
    }
    unsetenv("BACKLINE_CPU");
}

static void it_works_in_place(void **state)
{
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        bl_cabinet *c = cabinet(response(1, 2, 300), response(2, 1, 3000), layouts[l][0], layouts[l][1]);
        play(c, expected, 0, 5000);
        bl_cabinet_reset(c);
        memcpy(played, input, sizeof played);
        for (size_t at = 0; at < 5000; at += 500) {
            float *const rows[2] = { played[0] + at, played[1] + at };
            bl_cabinet_process(c, rows, (const float *const *)rows, 500);
        }
        for (size_t o = 0; o < layouts[l][1]; o++)
            assert_memory_equal(played[o], expected[o], 5000 * sizeof(float));
        bl_cabinet_free(c);
    }
}

static void playing_allocates_nothing(void **state)
{
    (void)state;
    for (size_t l = 0; l < 3; l++) {
        bl_cabinet *c = cabinet(response(1, 1, 6000), response(2, 2, 700), layouts[l][0], layouts[l][1]);
        bl_guard_begin();
        void *volatile counted = malloc(1); /* the counter counts */
        free(counted);
        const unsigned seen = bl_guard_end();
        bl_guard_begin();
        play_with_jumps(c, played, 1, 3000);
        play_with_jumps(c, played, 64, 20000);
        play_with_jumps(c, played, LONGEST, 20000);
        bl_cabinet_reset(c);
        const unsigned forbidden_calls = bl_guard_end();
        assert_int_equal(seen, 2);
        assert_int_equal(forbidden_calls, 0);
        bl_cabinet_free(c);
    }
}

/* The sharpest corner of a signal. */
static double corner(const float *y, size_t frames)
{
    double most = 0.0;
    for (size_t t = 1; t + 1 < frames; t++)
        most = fmax(most, fabs((double)y[t - 1] - 2.0 * y[t] + y[t + 1]));
    return most;
}

/* A sine of 200 Hz has corners of 2 pi (200 / 48000) squared, 0.0007; a jump of a tenth would be one of 0.1. */
static void parameters_do_not_click(void **state)
{
    (void)state;
    enum { FRAMES = 4800 };
    const float unit = 1.0f, quarter = 0.25f;
    const bl_impulse_options options = { RATE, true, true };
    for (size_t t = 0; t < LONGEST; t++)
        input[0][t] = (float)sin(6.283185307179586 * 200.0 / RATE * (double)t);
    for (size_t i = 0; i < 7; i++) {
        bl_impulse *first = NULL, *second = NULL;
        bl_impulse_create((const float *const[]){ &unit }, 1, 1, RATE, &options, &first, NULL);
        bl_impulse_create((const float *const[]){ &quarter }, 1, 1, RATE, &options, &second, NULL);
        bl_cabinet *c = cabinet(first, second, 1, 2);
        bl_cabinet_params params = bl_cabinet_defaults(), still = params;
        params.blend = i == 0 ? 1.0f : params.blend;
        params.pan_first = i == 1 ? -1.0f : 0.0f;
        params.pan_second = i == 2 ? 1.0f : 0.0f;
        params.delay_ms = i == 3 ? 3.7f : i == 4 ? -7.3f : 0.0f;
        params.invert = i == 5;
        params.low_cut_hz = i == 6 ? 700.0f : 20.0f;
        params.high_cut_hz = i == 6 ? 2000.0f : 20000.0f;
        play(c, played, 0, FRAMES);
        const size_t steady = 480;
        const double before = corner(played[0] + steady, FRAMES - steady);
        bl_cabinet_set(c, &params);
        play(c, played, FRAMES, 3 * FRAMES);
        bl_cabinet_set(c, &still);
        play(c, played, 3 * FRAMES, 5 * FRAMES);
        const double left = corner(played[0] + steady, 5 * FRAMES - steady);
        const double right = corner(played[1] + steady, 5 * FRAMES - steady);
        print_message("    corners grow %.2f and %.2f times\n", left / before, right / before);
        assert_true(left < 4.0 * before && right < 4.0 * before);
        bl_cabinet_free(c);
    }
    fill_input(NULL);
}

/* The first block sounds as if the parameters had always been so, also after a reset. */
static void before_the_first_frame_parameters_act_at_once(void **state)
{
    (void)state;
    const bl_cabinet_params params = turned(5), other = turned(6);
    bl_cabinet *c = cabinet(response(1, 1, 300), response(2, 2, 2000), 1, 2);
    bl_cabinet_set(c, &params);
    play(c, expected, 0, 4000);
    bl_cabinet_set(c, &other);
    play(c, played, 0, 1000);
    bl_cabinet_reset(c);
    bl_cabinet_set(c, &params);
    play(c, played, 0, 0); /* no frame: still before the first */
    bl_cabinet_set(c, &other);
    bl_cabinet_set(c, &params);
    play(c, played, 0, 4000);
    assert_memory_equal(played, expected, 4000 * sizeof(float));
    assert_memory_equal(played[1], expected[1], 4000 * sizeof(float));
    bl_cabinet_free(c);
}

static void parameters_are_clamped(void **state)
{
    (void)state;
    const bl_cabinet_params limits = { 1.0f, -1.0f, 1.0f, 20.0f, false, 1000.0f, 1000.0f };
    const bl_cabinet_params beyond = { 7.0f, -3.0f, 1e30f, 1e9f, false, 5000.0f, -1.0f };
    const bl_cabinet_params nothing = { NAN, INFINITY, -INFINITY, NAN, false, NAN, NAN };
    bl_cabinet *c = cabinet(response(1, 1, 300), response(2, 1, 200), 1, 2);
    bl_cabinet_set(c, &limits);
    play(c, expected, 0, 3000);
    bl_cabinet_reset(c);
    bl_cabinet_set(c, &beyond);
    bl_cabinet_set(c, &nothing);
    play(c, played, 0, 3000);
    assert_memory_equal(played[0], expected[0], 3000 * sizeof(float));
    assert_memory_equal(played[1], expected[1], 3000 * sizeof(float));
    bl_cabinet_free(c);
}

/* With the cuts off, two pasts end in the same bits. */
static void the_past_settles(void **state)
{
    (void)state;
    static const size_t lengths[] = { 1, 300, 512, 513, 1500, 3000 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        bl_cabinet *c = cabinet(response(1, 1, lengths[i]), response(2, 2, 100), 1, 2);
        bl_cabinet_params params = bl_cabinet_defaults();
        params.delay_ms = -20.0f;
        bl_cabinet_set(c, &params);
        const size_t settling = bl_cabinet_settling(c), past = 4000, end = past + settling + 1000;
        assert_in_range(end, 0, LONGEST);
        assert_true(settling >= lengths[i] + 960);
        play(c, expected, 0, end);
        bl_cabinet_reset(c);
        memset(input[0], 0, past * sizeof(float));
        play(c, played, 0, end);
        assert_memory_not_equal(played[0] + past, expected[0] + past, lengths[i] * sizeof(float));
        assert_memory_equal(played[0] + past + settling, expected[0] + past + settling, 1000 * sizeof(float));
        fill_input(NULL);
        bl_cabinet_free(c);
    }
}

/* x through the kernel in runs of 64, to y. */
static void convolve(const bl_convolution_kernel *kernel, const float *x, float *y, size_t frames)
{
    bl_kernels kernels;
    bl_kernels_init(&kernels, BL_CPU_SCALAR);
    void *memory = bl_aligned_calloc(bl_convolver_fft_bytes());
    bl_convolver_fft fft;
    bl_convolver_fft_init(&fft, memory);
    bl_convolution_line line;
    bl_convolution convolution;
    assert_true(bl_convolution_line_init(&line) && bl_convolution_init(&convolution, kernel));
    for (size_t at = 0; at < frames; at += BL_CONVOLUTION_RUN) {
        float run[BL_CONVOLUTION_RUN + BL_ROW_PADDING];
        bl_convolution_run(&convolution, &kernels, &fft, run,
                           bl_convolution_line_add(&line, x + at, BL_CONVOLUTION_RUN), BL_CONVOLUTION_RUN);
        memcpy(y + at, run, BL_CONVOLUTION_RUN * sizeof *y);
    }
    bl_convolution_free(&convolution);
    bl_convolution_line_free(&line);
    bl_aligned_free(memory);
}

/* A kernel reaches as far back as it says, wherever in a block the past ends, and not much less: what a transform
 * rounds tells of all of its window. */
static void kernels_reach_as_far_as_they_say(void **state)
{
    (void)state;
    static const size_t lengths[] = { 1, 2, 512, 513, 768, 769, 1025, 2000 };
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        bl_impulse *impulse = response(i, 1, lengths[i]);
        bl_convolution_kernel kernel;
        assert_true(bl_convolution_kernel_init(&kernel, bl_impulse_samples(impulse, 0), lengths[i]));
        const size_t reach = bl_convolution_kernel_reach(&kernel), frames = 64 * ((4000 + reach) / 64);
        size_t last = 0;
        convolve(&kernel, input[0], expected[0], frames);
        for (size_t past = 1000; past < 1000 + BL_CONVOLVER_BLOCK; past += 15) {
            memset(input[1], 0, past * sizeof(float));
            memcpy(input[1] + past, input[0] + past, (frames - past) * sizeof(float));
            convolve(&kernel, input[1], played[0], frames);
            for (size_t t = past; t < frames; t++)
                if (played[0][t] != expected[0][t])
                    last = t - past + 1 > last ? t - past + 1 : last;
        }
        assert_in_range(last, kernel.partitions ? reach - BL_CONVOLVER_BLOCK / 2 : reach, reach);
        bl_convolution_kernel_free(&kernel);
        bl_impulse_free(impulse);
        fill_input(NULL);
    }
}

static void refuse(bl_impulse *first, bl_impulse *second, size_t in, size_t out, double rate_hz, const char *words)
{
    bl_cabinet *c = NULL;
    bl_error error = { 0 };
    assert_int_equal(bl_cabinet_create(first, second, in, out, rate_hz, BL_CPU_AUTO, &c, &error), BL_ERR_ARGUMENT);
    assert_null(c);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" does not say \"%s\"", error.text, words);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    bl_impulse *impulse = response(1, 1, 10);
    refuse(NULL, NULL, 1, 1, RATE, "needs an impulse response");
    refuse(impulse, NULL, 0, 1, RATE, "0 inputs");
    refuse(impulse, NULL, 2, 1, RATE, "2 inputs and 1 outputs");
    refuse(impulse, NULL, 1, 3, RATE, "3 outputs");
    refuse(impulse, NULL, 1, 1, 44100.0, "cannot be used at 44100 Hz");
    refuse(NULL, impulse, 1, 1, NAN, "cannot be used at nan Hz");
    bl_impulse_free(impulse);
    bl_cabinet_free(NULL);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    bl_impulse *first = response(1, 2, 2000), *second = response(2, 1, 100);
    bl_cabinet *c = NULL;
    size_t refused = 0;
    for (;; refused++) {
        bl_error error = { 0 };
        bl_allow_allocations(refused);
        const bl_status status = bl_cabinet_create(first, second, 1, 1, RATE, BL_CPU_AUTO, &c, &error);
        bl_allow_allocations(SIZE_MAX);
        if (!status)
            break;
        assert_int_equal(status, BL_ERR_NO_MEM);
        assert_null(c);
    }
    assert_in_range(refused, 8, 30);
    bl_cabinet_free(c);
    bl_impulse_free(first);
    bl_impulse_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_do_not_change_a_bit),
        cmocka_unit_test(it_works_in_place),
        cmocka_unit_test(playing_allocates_nothing),
        cmocka_unit_test(parameters_do_not_click),
        cmocka_unit_test(before_the_first_frame_parameters_act_at_once),
        cmocka_unit_test(parameters_are_clamped),
        cmocka_unit_test(the_past_settles),
        cmocka_unit_test(kernels_reach_as_far_as_they_say),
        cmocka_unit_test(wrong_arguments_are_named),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, fill_input, NULL);
}
