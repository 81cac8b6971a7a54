/* After bl_rig_reset() a rig that has played all sorts of things is, to the bit, one that was just created. */
#define _GNU_SOURCE
#include "models.h"

#include "allocations.h"
#include "rig.h"
#include "rig_state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 9000, BLOCK = 64 };

#define CABINET BL_TEST_ASSETS "/backline-cabinet.wav"
static const char crunch[] = BL_TEST_ASSETS "/backline-crunch.nam";
/* Recurrent, with a knob: what it hears before the first frame depends on where the knob stands. */
static char knobbed[] = "/tmp/backline-reset-XXXXXX.safetensors";

typedef struct setup {
    double rate_hz;
    size_t in_channels, out_channels;
    float oversample;
    const char *model, *impulse;
} setup;

static const setup setups[] = {
    { 48000, 1, 1, 1, crunch, NULL },    { 48000, 1, 2, 2, crunch, CABINET },  { 44100, 1, 1, 1, crunch, CABINET },
    { 44100, 2, 2, 2, crunch, CABINET }, { 96000, 2, 2, 1, crunch, NULL },     { 96000, 1, 2, 2, crunch, CABINET },
    { 48000, 2, 2, 2, crunch, CABINET }, { 48000, 1, 1, 1, knobbed, CABINET }, { 88200, 2, 2, 2, knobbed, NULL },
    { 48000, 1, 1, 1, NULL, CABINET },   { 48000, 1, 2, 1, NULL, NULL },
};
enum { SETUPS = sizeof setups / sizeof *setups };

typedef float sound[BL_STAGE_CHANNELS][FRAMES];

static void write_knobbed(void)
{
    void *bytes;
    size_t size;
    bl_model *model = test_moody();
    assert_int_equal(bl_model_save_memory(model, BL_SAVE_SAFETENSORS, &bytes, &size, NULL), BL_OK);
    const int handle = mkstemps(knobbed, (int)strlen(".safetensors"));
    assert_true(handle >= 0 && write(handle, bytes, size) == (ssize_t)size);
    close(handle);
    free(bytes);
    bl_model_free(model);
}

static bl_rig *open_rig(const setup *s)
{
    const bl_rig_options options = { .rate_hz = s->rate_hz,
                                     .in_channels = s->in_channels,
                                     .out_channels = s->out_channels };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    return rig;
}

/* All settings, the heavy ones too; `other`: different ones. */
static void turn(bl_rig *rig, const setup *s, bool other)
{
    static const struct {
        bl_rig_param param;
        float value, other;
    } settings[] = { { BL_RIG_INPUT_GAIN, 3, -9 },
                     { BL_RIG_DC_BLOCKER, 1, 0 },
                     { BL_RIG_GATE, 1, 0 },
                     { BL_RIG_GATE_THRESHOLD, -40, -20 },
                     { BL_RIG_GATE_RELEASE, 30, 900 },
                     { BL_RIG_BASS, 4, 0 },
                     { BL_RIG_MID, 0, 6 },
                     { BL_RIG_HIGH_CUT, 9000, 3000 },
                     { BL_RIG_LOW_CUT, 20, 300 },
                     { BL_RIG_TONE_PLACE, 0, 1 },
                     { BL_RIG_CAB_DELAY, 1.5f, -7 },
                     { BL_RIG_CAB_LOW_CUT, 70, 20 },
                     { BL_RIG_OUTPUT_GAIN, -6, 6 },
                     { BL_RIG_CAB_PAN_1, 0.5f, -1 },
                     { BL_RIG_CALIBRATE_INPUT, 1, 0 },
                     { BL_RIG_OUTPUT_MODE, 1, 0 },
                     { BL_RIG_AMP, 1, 0 },
                     { BL_RIG_CAB, 1, 0 },
                     { BL_RIG_ENABLED, 1, 0 } };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        bl_rig_set(rig, settings[i].param, other ? settings[i].other : settings[i].value);
    if (s->rate_hz > 48000) /* so that it sleeps before the reset */
        bl_rig_set(rig, BL_RIG_GATE, 0);
    bl_rig_set(rig, BL_RIG_OVERSAMPLE, other ? 4 : s->oversample);
    bl_rig_set_knob(rig, 0, other ? 0.25f : 1.75f);
}

static void name_files(bl_rig *rig, const char *model, const char *impulse)
{
    assert_int_equal(bl_rig_set_file(rig, BL_RIG_MODEL, model), BL_OK);
    assert_int_equal(bl_rig_set_file(rig, BL_RIG_IMPULSE_1, impulse), BL_OK);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
}

static void play(bl_rig *rig, sound out, sound in, size_t first, size_t end)
{
    for (size_t at = first, n; at < end; at += n) {
        float *const to[] = { out[0] + at, out[1] + at };
        const float *const from[] = { in[0] + at, in[1] + at };
        n = end - at < BLOCK ? end - at : BLOCK;
        bl_rig_process(rig, to, from, n);
    }
}

/* Loud and soft, so that the gate does something. Settings and parts change on the way, for these too must begin where
 * they begin in a new rig. */
static void perform(bl_rig *rig, const setup *s, sound out)
{
    static sound in;
    bl_random rng = { 12 };
    for (size_t c = 0; c < BL_STAGE_CHANNELS; c++)
        for (size_t i = 0; i < FRAMES; i++)
            in[c][i] = 0.1f * (float)c + bl_random_float(&rng, i % 3000 < 900 ? 0.5f : 0.001f);
    memset(out, 0, sizeof(sound));
    play(rig, out, in, 0, 4000);
    bl_rig_set(rig, BL_RIG_TREBLE, -7);
    bl_rig_set(rig, BL_RIG_GATE_THRESHOLD, -70);
    play(rig, out, in, 4000, 5000);
    name_files(rig, NULL, s->impulse ? NULL : CABINET);
    play(rig, out, in, 5000, FRAMES);
    bl_rig_set(rig, BL_RIG_TREBLE, 0);
}

typedef enum stretch {
    PLAYED, /* long after the last change */
    FADING, /* in the middle of a fade */
    POSTED, /* one fades, and another one waits */
    STRETCHES
} stretch;

/* A rig with a past, set up as wanted in the end. Its last block ends where resamplers owe frames. */
static bl_rig *open_used_rig(const setup *s, stretch when)
{
    static sound in, out;
    bl_random rng = { 13 };
    bl_rig *rig = open_rig(s);
    bl_random_fill(&rng, in[0], FRAMES, 1.5f);
    bl_random_fill(&rng, in[1], FRAMES, 1.5f);
    turn(rig, s, true);
    name_files(rig, s->model == knobbed ? crunch : knobbed, CABINET);
    play(rig, out, in, 0, FRAMES);
    if (when == POSTED) {
        name_files(rig, s->model ? NULL : crunch, NULL);
        play(rig, out, in, 0, 100);
    }
    turn(rig, s, false);
    name_files(rig, s->model, s->impulse);
    play(rig, out, in, 0, when == PLAYED ? FRAMES - 7 : 93);
    return rig;
}

static void check_meters(const bl_rig *rig, const bl_rig_meters *wanted)
{
    bl_rig_meters meters;
    bl_rig_read_meters(rig, &meters);
    assert_memory_equal(&meters, wanted, sizeof meters);
}

static void check(const setup *s, stretch when)
{
    static sound wanted, got;
    bl_rig_meters silent, meters;
    bl_rig *rig = open_rig(s);
    bl_rig_read_meters(rig, &silent);
    turn(rig, s, false);
    name_files(rig, s->model, s->impulse);
    perform(rig, s, wanted);
    bl_rig_read_meters(rig, &meters);
    const size_t latency = bl_rig_latency(rig);
    bl_rig_free(rig);
    rig = open_used_rig(s, when);
    assert_int_equal(rig->amp.next != NULL, when != PLAYED);
    for (size_t time = 0; time < 2; time++) {
        const unsigned long allocations = allocations_so_far();
        bl_rig_reset(rig);
        assert_int_equal(allocations_so_far(), allocations);
        assert_null(rig->amp.next);
        assert_null(rig->back.cabinet.next);
        check_meters(rig, &silent);
        perform(rig, s, got);
        assert_memory_equal(got, wanted, sizeof got);
        check_meters(rig, &meters);
        assert_int_equal(bl_rig_latency(rig), latency);
        turn(rig, s, false); /* again, now that a performance is its past */
        name_files(rig, s->model, s->impulse);
    }
    bl_rig_free(rig);
}

static void a_reset_rig_is_a_new_one(void **state)
{
    for (size_t i = 0; i < SETUPS; i += bl_test_stride())
        for (stretch when = PLAYED; when < STRETCHES; when++)
            check(&setups[i], when);
}

/* It takes effect at once, not with the next block. */
static void a_reset_takes_what_was_handed_over(void **state)
{
    static sound silence, out;
    bl_rig *rig = open_rig(&setups[2]);
    play(rig, out, silence, 0, 1000);
    assert_int_equal(bl_rig_latency(rig), 0);
    name_files(rig, crunch, NULL);
    bl_rig_reset(rig);
    assert_true(bl_rig_latency(rig) > 0);
    assert_int_equal(rig->amp.taken, 1);
    assert_true(bl_rig_can_split(rig));
    bl_rig_free(rig);
}

static int begin(void **state)
{
    write_knobbed();
    return 0;
}

static int end(void **state)
{
    return unlink(knobbed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reset_rig_is_a_new_one),
        cmocka_unit_test(a_reset_takes_what_was_handed_over),
    };
    return cmocka_run_group_tests_name("rig-reset", tests, begin, end);
}
