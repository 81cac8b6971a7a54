/* The rig on the audio thread: no allocation, no lock, no system call, no denormal arithmetic, also while models and
 * impulse responses follow each other and knobs are turned. */
#define _GNU_SOURCE
#include "realtime_guard.h"
#include "test_support.h"

#include "rig.h"
#include "rig_state.h"

#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

enum { LONGEST = 4096, PARAMS = BL_RIG_PARAM_COUNT };
static const size_t block_sizes[] = { 1, 2, 7, 16, 31, 64, 65, 128, 500, 1024, LONGEST, 0 };
#define BLOCK_SIZES (sizeof block_sizes / sizeof *block_sizes)

static float in_samples[2][LONGEST], out_samples[2][LONGEST];
static const float *const inputs[2] = { in_samples[0], in_samples[1] };
static float *const outputs[2] = { out_samples[0], out_samples[1] };

static void fill_with_noise(float scale)
{
    bl_random rng = { 5 };
    bl_random_fill(&rng, in_samples[0], LONGEST, scale);
    bl_random_fill(&rng, in_samples[1], LONGEST, scale);
}

static bl_rig *open_rig(double rate_hz, size_t channels)
{
    const bl_rig_options options = { .rate_hz = rate_hz, .in_channels = channels, .out_channels = 2 };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    bl_rig_set_file(rig, BL_RIG_MODEL, BL_TEST_ASSETS "/backline-crunch.nam");
    bl_rig_set_file(rig, BL_RIG_IMPULSE_1, BL_TEST_ASSETS "/backline-cabinet.wav");
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    bl_rig_set(rig, BL_RIG_GATE, 1);
    bl_rig_set(rig, BL_RIG_BASS, 5);
    bl_rig_set(rig, BL_RIG_HIGH_CUT, 6000);
    bl_rig_process(rig, outputs, inputs, 1000);
    return rig;
}

/* New parts for both stages. */
static void ask_for_something_new(bl_rig *rig, size_t turn)
{
    static const float factors[] = { 2, 1, 4, 8 };
    bl_rig_set(rig, BL_RIG_OVERSAMPLE, factors[turn % 4]);
    bl_rig_set_file(rig, BL_RIG_IMPULSE_2, turn % 2 ? NULL : BL_TEST_ASSETS "/backline-cabinet.wav");
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
}

/* Blocks of all sizes, with every knob in motion. */
static void play_everything(void *data)
{
    bl_rig *rig = data;
    for (size_t i = 0; i < 4 * BLOCK_SIZES; i++) {
        const bl_rig_param param = (bl_rig_param)(i % PARAMS);
        const bl_rig_param_info *info = bl_rig_param_describe(param);
        if (!info->heavy && param != BL_RIG_ENABLED && param != BL_RIG_FADE)
            bl_rig_set(rig, param, i % 3 ? info->minimum : info->maximum);
        bl_rig_process(rig, outputs, inputs, block_sizes[i % BLOCK_SIZES]);
        bl_rig_wants_work(rig);
    }
}

static void process_never_allocates_or_locks(void **state)
{
    fill_with_noise(0.5f);
    bl_guard_begin();
    void *volatile counted = malloc(1); /* the counter counts */
    free(counted);
    assert_int_equal(bl_guard_end(), 2);
    for (size_t channels = 1; channels <= 2; channels++) {
        bl_rig *rig = open_rig(channels == 1 ? 48000 : 44100, channels);
        for (size_t turn = 0; turn < 4; turn++) {
            const unsigned taken = rig->amp.taken;
            ask_for_something_new(rig, turn);
            bl_guard_begin();
            play_everything(rig);
            assert_int_equal(bl_guard_end(), 0);
            assert_int_equal(rig->amp.taken, taken + 1); /* and it did fade */
            assert_null(rig->amp.next);
        }
        bl_rig_free(rig);
    }
}

static void process_never_calls_the_system(void **state)
{
    fill_with_noise(0.5f);
    bl_rig *rig = open_rig(44100, 1);
    ask_for_something_new(rig, 0);
    const bl_confined caught = bl_run_confined(bl_misbehave, NULL), done = bl_run_confined(play_everything, rig);
    bl_rig_free(rig);
    if (done == BL_CONFINED_SKIPPED) {
        print_message("skipped: this system does not offer seccomp\n");
        skip();
    }
    assert_int_equal(caught, BL_CONFINED_KILLED); /* the trap works */
    assert_int_equal(done, BL_CONFINED_DONE);
}

/* After a loud chord everything decays, filters and all. Denormal numbers, at a hundred times the cost, would raise a
 * flag when an operation meets one. */
static void silence_costs_what_noise_costs(void **state)
{
#if defined(__x86_64__)
    const unsigned denormal_flag = 0x0002, all_flags = 0x003F;
    bl_rig *rig = open_rig(44100, 1);
    fill_with_noise(0.9f);
    bl_rig_process(rig, outputs, inputs, LONGEST);
    memset(in_samples, 0, sizeof in_samples);
    for (size_t done = 0; done < bl_test_effort(60 * 44100);
         done += LONGEST) { /* by then all that decays is gone */
        _mm_setcsr(_mm_getcsr() & ~all_flags);
        bl_rig_process(rig, outputs, inputs, LONGEST);
        assert_int_equal(_mm_getcsr() & denormal_flag, 0);
    }
    fill_with_noise(1e-40f);
    const unsigned mode = _mm_getcsr() & ~all_flags;
    _mm_setcsr(mode);
    bl_rig_process(rig, outputs, inputs, LONGEST);
    assert_int_equal(_mm_getcsr(), mode | (_mm_getcsr() & all_flags & ~denormal_flag));
    bl_rig_free(rig);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process_never_allocates_or_locks),
        cmocka_unit_test(process_never_calls_the_system),
        cmocka_unit_test(silence_costs_what_noise_costs),
    };
    return cmocka_run_group_tests_name("rig-realtime", tests, NULL, NULL);
}
