/* What nobody would hear is not computed. Nobody hears that either: a rig sounds, to the bit, like one that is kept
 * awake. */
#include "test_support.h"

#include "rig.h"
#include "rig_state.h"

#include <string.h>

enum { FRAMES = 40000 };

typedef float sound[BL_STAGE_CHANNELS][FRAMES];

static bl_rig *open_rig(double rate_hz, size_t channels)
{
    const bl_rig_options options = { .rate_hz = rate_hz, .in_channels = channels, .out_channels = channels };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    bl_rig_set_file(rig, BL_RIG_MODEL, BL_TEST_ASSETS "/backline-crunch.nam");
    bl_rig_set(rig, BL_RIG_GATE_RELEASE, 30);
    bl_rig_set(rig, BL_RIG_GATE_THRESHOLD, -30);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    return rig;
}

/* The gate is switched on and off, and once the amp's latency changes. Returns in how many blocks the gate slept. */
static size_t play(bl_rig *rig, sound out, sound in, size_t block, bool awake)
{
    size_t asleep = 0;
    for (size_t at = 0, n; at < FRAMES; at += n) {
        float *const to[] = { out[0] + at, out[1] + at };
        const float *const from[] = { in[0] + at, in[1] + at };
        n = FRAMES - at < block ? FRAMES - at : block;
        if (at % 4000 == 0)
            bl_rig_set(rig, BL_RIG_GATE, (float)(at / 4000 % 3 == 1));
        if (at == 20000) {
            bl_rig_set(rig, BL_RIG_OVERSAMPLE, 2);
            assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
        }
        if (awake) {
            rig->back.gate_sleeps = false;
            rig->back.open_frames = 0;
        }
        bl_rig_process(rig, to, from, n);
        asleep += rig->back.gate_sleeps;
    }
    return asleep;
}

static void a_sleeping_gate_is_not_heard(void **state)
{
    static const double rates[] = { 44100, 48000, 96000 };
    static sound in, wanted, got;
    bl_random rng = { 21 };
    for (size_t i = 0; i < FRAMES; i++) {
        in[0][i] = bl_random_float(&rng, i % 2300 < 900 ? 0.3f : 0.001f);
        in[1][i] = bl_random_float(&rng, i % 3100 < 500 ? 0.3f : 0.001f);
    }
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r += bl_test_stride())
        for (size_t channels = 1; channels <= 2; channels++)
            for (size_t block = 50; block <= 1000; block += 950) {
                memset(wanted, 0, sizeof wanted);
                memset(got, 0, sizeof got);
                bl_rig *rig = open_rig(rates[r], channels);
                play(rig, wanted, in, block, true);
                bl_rig_free(rig);
                rig = open_rig(rates[r], channels);
                assert_true(play(rig, got, in, block, false) > FRAMES / 4 / block);
                bl_rig_free(rig);
                assert_memory_equal(got, wanted, sizeof got);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_sleeping_gate_is_not_heard) };
    return cmocka_run_group_tests_name("rig-sleep", tests, NULL, NULL);
}
