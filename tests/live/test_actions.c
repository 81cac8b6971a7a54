/* What keys and MIDI do to a session, without keys and MIDI. */
#include "sessions.h"

#include "live/actions.h"
#include "live/midi.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Copies the bundled model, so that there is a folder with neighbours. */
static const char *copy_model(const char *name)
{
    static char bytes[1 << 20];
    FILE *from = fopen(CRUNCH, "rb"), *to = fopen(test_path(name), "wb");
    assert_non_null(from);
    assert_non_null(to);
    const size_t size = fread(bytes, 1, sizeof bytes, from);
    assert_int_equal(fwrite(bytes, 1, size, to), size);
    fclose(from);
    fclose(to);
    return test_path(name);
}

/* Slots 1 and 4; no cabinet. */
static session *two_slots(void)
{
    bl_rig_setup setup;
    bl_rig_setup_init(&setup);
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, copy_model("a.nam"));
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL + 3, copy_model("b.nam"));
    const session_options options = { .setup = &setup };
    session *s = test_session(&options, 1, 1);
    bl_rig_setup_free(&setup);
    return s;
}

static float value(session *s, bl_rig_param param)
{
    return bl_rig_get(session_rig(s), param);
}

static void do_action(session *s, action what, double argument)
{
    action_do(s, what, BL_RIG_SLOT, argument, test_path("saved.rig.json"));
}

static void assert_near(float a, double b)
{
    assert_true(fabs((double)a - b) <= 1e-5 * (1 + fabs(b)));
}

/* ---- settings ---- */

/* The ends of every range are the ends of the position; between them it grows; what is no position changes nothing. */
static void positions_span_the_range(void **state)
{
    session *s = test_session(NULL, 1, 1);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++) {
        const bl_rig_param param = (bl_rig_param)i;
        const bl_rig_param_info *info = bl_rig_param_describe(param);
        if (param == BL_RIG_SLOT) /* has no model but in the first */
            continue;
        action_do(s, ACTION_SET, param, 0, NULL);
        assert_near(value(s, param), (double)info->minimum);
        for (int k = 1; k <= 127; k++) {
            const float before = value(s, param);
            action_do(s, ACTION_SET, param, k / 127.0, NULL);
            assert_true(value(s, param) >= before);
        }
        assert_near(value(s, param), (double)info->maximum);
        const double wrong[] = { -0.01, 1.01, NAN, INFINITY, -INFINITY };
        for (int k = 0; k < 5; k++)
            action_do(s, ACTION_SET, param, wrong[k], NULL);
        assert_near(value(s, param), (double)info->maximum);
    }
    action_do(s, ACTION_SET, BL_RIG_LOW_CUT, 0.5, NULL);
    assert_near(value(s, BL_RIG_LOW_CUT), sqrt(20.0 * 1000));
    action_do(s, ACTION_SET, BL_RIG_BASS, 0.5, NULL);
    assert_near(value(s, BL_RIG_BASS), 0);
    session_free(s);
}

static void steps_have_a_size_of_their_own(void **state)
{
    static const struct {
        bl_rig_param param;
        double steps, from, to;
    } cases[] = {
        { BL_RIG_BASS, 1, 0, 0.5 },
        { BL_RIG_BASS, -0.2, 0, -0.1 },
        { BL_RIG_BASS, 1000, 0, 15 },
        { BL_RIG_INTERFACE_LEVEL, 1, 12, 12.5 },
        { BL_RIG_HIGH_CUT, -6, 20000, 10000 },
        { BL_RIG_GATE_RELEASE, 6, 150, 300 },
        { BL_RIG_GATE_HOLD, 1, 50, 70 },
        { BL_RIG_CAB_PAN_1, -1, 0, -0.02 },
        { BL_RIG_GATE, 1, 0, 1 },
        { BL_RIG_GATE, 0.2, 0, 1 },
        { BL_RIG_GATE, -1, 1, 0 },
        { BL_RIG_OVERSAMPLE, 1, 2, 4 },
        { BL_RIG_OVERSAMPLE, 1, 8, 8 },
        { BL_RIG_OVERSAMPLE, -1, 1, 1 },
        { BL_RIG_OVERSAMPLE, -1, 4, 2 },
        { BL_RIG_OUTPUT_MODE, -0.2, 1, 0 },
    };
    session *s = test_session(NULL, 1, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_rig_set(session_rig(s), cases[i].param, (float)cases[i].from);
        action_do(s, ACTION_STEP, cases[i].param, cases[i].steps, NULL);
        assert_near(value(s, cases[i].param), cases[i].to);
    }
    action_do(s, ACTION_STEP, BL_RIG_QUALITY, -1, NULL);
    assert_true(test_was_told(s, "one size only"));
    session_free(s);
}

/* A container of three wires: a step is another size, whatever their borders are. */
static void a_step_of_quality_is_a_size(void **state)
{
    static const char wire[] =
        "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"config\":{\"receptive_field\":1,"
        "\"bias\":false},\"weights\":[1]}";
    FILE *file = fopen(test_path("sizes.nam"), "w");
    bl_rig_setup setup;
    assert_non_null(file);
    fprintf(file,
            "{\"version\":\"0.7.0\",\"architecture\":\"SlimmableContainer\",\"weights\":[],\"sample_rate\":48000,"
            "\"config\":{\"submodels\":[{\"max_value\":0.1,\"model\":%s},{\"max_value\":0.9,\"model\":%s},"
            "{\"max_value\":1,\"model\":%s}]}}",
            wire, wire, wire);
    fclose(file);
    bl_rig_setup_init(&setup);
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, test_path("sizes.nam"));
    const session_options options = { .setup = &setup };
    session *s = test_session(&options, 1, 1);
    const struct {
        double steps, quality;
    } steps[] = { { 1, 1 }, { -1, 0.5 }, { -1, 0.05 }, { -1, 0.05 }, { 1, 0.5 }, { 1, 1 } };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        action_do(s, ACTION_STEP, BL_RIG_QUALITY, steps[i].steps, NULL);
        assert_near(value(s, BL_RIG_QUALITY), steps[i].quality);
    }
    session_free(s);
    remove(test_path("sizes.nam"));
    bl_rig_setup_free(&setup);
}

static void switches_toggle(void **state)
{
    static const struct {
        action what;
        bl_rig_param param;
    } cases[] = { { ACTION_BYPASS, BL_RIG_ENABLED },
                  { ACTION_GATE, BL_RIG_GATE },
                  { ACTION_AMP, BL_RIG_AMP },
                  { ACTION_CABINET, BL_RIG_CAB } };
    session *s = test_session(NULL, 1, 1);
    for (size_t i = 0; i < 4; i++) {
        const float before = value(s, cases[i].param);
        do_action(s, cases[i].what, 0);
        assert_true(value(s, cases[i].param) == 1 - before);
        do_action(s, cases[i].what, 0);
        assert_true(value(s, cases[i].param) == before);
    }
    session_free(s);
}

/* ---- slots and files ---- */

static void only_full_slots_are_chosen(void **state)
{
    session *s = two_slots();
    do_action(s, ACTION_SLOT, 4);
    assert_near(value(s, BL_RIG_SLOT), 4);
    do_action(s, ACTION_SLOT, 2);
    assert_near(value(s, BL_RIG_SLOT), 4);
    assert_true(test_was_told(s, "Slot 2 is empty."));
    const double wrong[] = { 0, 17, -1, NAN, 1e30 };
    for (int i = 0; i < 5; i++)
        do_action(s, ACTION_SLOT, wrong[i]);
    assert_near(value(s, BL_RIG_SLOT), 4);
    action_do(s, ACTION_STEP, BL_RIG_SLOT, 1, NULL);
    assert_near(value(s, BL_RIG_SLOT), 1);
    action_do(s, ACTION_STEP, BL_RIG_SLOT, -1, NULL);
    assert_near(value(s, BL_RIG_SLOT), 4);
    action_do(s, ACTION_SET, BL_RIG_SLOT, 0, NULL);
    assert_near(value(s, BL_RIG_SLOT), 1);
    session_free(s);
    s = test_session(NULL, 1, 1);
    action_do(s, ACTION_STEP, BL_RIG_SLOT, 1, NULL);
    assert_true(test_was_told(s, "no model in any other slot"));
    session_free(s);
}

static void neighbours_come_into_the_slot_that_plays(void **state)
{
    char path[4096];
    session *s = two_slots();
    do_action(s, ACTION_SLOT, 4);
    do_action(s, ACTION_NEXT_MODEL, 0);
    session_file(s, BL_RIG_MODEL + 3, path, sizeof path);
    assert_string_equal(path, test_path("a.nam"));
    do_action(s, ACTION_PREVIOUS_MODEL, 0);
    session_file(s, BL_RIG_MODEL + 3, path, sizeof path);
    assert_string_equal(path, test_path("b.nam"));
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, test_path("a.nam"));
    do_action(s, ACTION_NEXT_CABINET, 0);
    assert_true(test_was_told(s, "There is no cabinet"));
    session_free(s);
}

static void rigs_are_saved(void **state)
{
    session *s = two_slots();
    bl_rig_setup setup;
    bl_rig_set(session_rig(s), BL_RIG_BASS, 3);
    do_action(s, ACTION_SAVE_RIG, 0);
    assert_true(test_was_told(s, "saved.rig.json: the rig is saved."));
    assert_int_equal(bl_rig_file_load(test_path("saved.rig.json"), &setup, NULL), BL_OK);
    assert_near(setup.values[BL_RIG_BASS], 3);
    bl_rig_setup_free(&setup);
    action_do(s, ACTION_SAVE_RIG, BL_RIG_SLOT, 0, test_path("no/such.rig.json"));
    assert_true(test_was_told(s, "there is no such folder"));
    session_free(s);
}

/* ---- MIDI ---- */

static void hear(session *s, unsigned first, unsigned second, unsigned third)
{
    midi_hear(s, (const uint8_t[]){ (uint8_t)first, (uint8_t)second, (uint8_t)third }, 3);
}

static void set_map(session *s, const bl_rig_midi *map)
{
    midi_map_set(session_midi(s), map);
}

static void controllers_do_what_the_map_says(void **state)
{
    session *s = two_slots();
    char path[4096];
    bl_rig_midi map = { .channel = 2 };
    for (int i = 1; i < BL_RIG_MIDI_TARGETS && i < BL_RIG_MIDI_CONTROLLERS; i++)
        map.cc[i] = (uint8_t)i; /* controller i: target i */
    set_map(s, &map);
    hear(s, 0xB1, BL_RIG_MIDI_BYPASS, 63);
    assert_near(value(s, BL_RIG_ENABLED), 1);
    hear(s, 0xB1, BL_RIG_MIDI_BYPASS, 64);
    assert_near(value(s, BL_RIG_ENABLED), 0);
    hear(s, 0xB0, BL_RIG_MIDI_BYPASS, 64); /* another channel */
    assert_near(value(s, BL_RIG_ENABLED), 0);
    hear(s, 0xB1, BL_RIG_MIDI_TOGGLE_GATE, 127);
    assert_near(value(s, BL_RIG_GATE), 1);
    hear(s, 0xB1, BL_RIG_MIDI_TOGGLE_AMP, 127);
    assert_near(value(s, BL_RIG_AMP), 0);
    hear(s, 0xB1, BL_RIG_MIDI_TOGGLE_CABINET, 127);
    assert_near(value(s, BL_RIG_CAB), 0);
    hear(s, 0xB1, BL_RIG_MIDI_NEXT_MODEL, 127);
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, test_path("b.nam"));
    hear(s, 0xB1, BL_RIG_MIDI_PREVIOUS_MODEL, 127);
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, test_path("a.nam"));
    hear(s, 0xB1, BL_RIG_MIDI_NEXT_SLOT, 127);
    assert_near(value(s, BL_RIG_SLOT), 4);
    hear(s, 0xB1, BL_RIG_MIDI_PREVIOUS_SLOT, 127);
    assert_near(value(s, BL_RIG_SLOT), 1);
    hear(s, 0xB1, BL_RIG_MIDI_NEXT_CABINET, 127);
    hear(s, 0xB1, BL_RIG_MIDI_PREVIOUS_CABINET, 127);
    hear(s, 0xB1, BL_RIG_MIDI_CLEAR_METERS, 127);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++) {
        hear(s, 0xB1, (unsigned)(BL_RIG_MIDI_SETTING + i), 0);
        if (i != BL_RIG_SLOT)
            assert_near(value(s, (bl_rig_param)i), (double)bl_rig_param_describe((bl_rig_param)i)->minimum);
    }
    session_free(s);
}

static void program_changes_choose_slots(void **state)
{
    session *s = two_slots();
    midi_hear(s, (const uint8_t[]){ 0xCF, 3 }, 2);
    assert_near(value(s, BL_RIG_SLOT), 4);
    midi_hear(s, (const uint8_t[]){ 0xC0, 100 }, 2);
    assert_near(value(s, BL_RIG_SLOT), 4);
    midi_hear(s, (const uint8_t[]){ 0xC0, 0 }, 2);
    assert_near(value(s, BL_RIG_SLOT), 1);
    session_free(s);
}

/* Whatever comes over a cable: nothing that is no message for us does anything. */
static void other_messages_are_left_alone(void **state)
{
    session *s = two_slots();
    bl_random rng = { 4 };
    bl_rig_midi map = { .channel = 0 };
    map.cc[7] = BL_RIG_MIDI_SETTING + BL_RIG_OUTPUT_GAIN;
    set_map(s, &map);
    for (int i = 0; i < 20000; i++) {
        uint8_t bytes[3];
        const size_t size = bl_random_below(&rng, 4);
        for (size_t k = 0; k < 3; k++)
            bytes[k] = (uint8_t)bl_random_below(&rng, 256);
        const bool program = size >= 2 && (bytes[0] & 0xF0) == 0xC0,
                   ours = (bytes[0] & 0xF0) == 0xB0 && bytes[1] == 7;
        if (program || ours)
            continue;
        midi_hear(s, bytes, size);
    }
    hear(s, 0xB0, 7, 200); /* no value */
    midi_hear(s, (const uint8_t[]){ 0xB0, 7 }, 2);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        assert_near(value(s, (bl_rig_param)i), (double)bl_rig_param_describe((bl_rig_param)i)->initial);
    session_free(s);
}

static void controllers_are_learnt(void **state)
{
    session *s = two_slots();
    bl_rig_midi map = { .channel = 1 };
    map.cc[7] = BL_RIG_MIDI_BYPASS;
    map.cc[11] = BL_RIG_MIDI_SETTING + BL_RIG_BASS;
    set_map(s, &map);
    midi_map_learn(session_midi(s), BL_RIG_MIDI_SETTING + BL_RIG_BASS);
    hear(s, 0xB4, 7, 127); /* not on this channel */
    assert_int_equal(midi_map_learning(session_midi(s)), BL_RIG_MIDI_SETTING + BL_RIG_BASS);
    hear(s, 0xB0, 7, 127);
    assert_int_equal(midi_map_learning(session_midi(s)), BL_RIG_MIDI_NOTHING);
    assert_near(value(s, BL_RIG_BASS), 15);
    assert_near(value(s, BL_RIG_ENABLED), 1);
    assert_true(test_was_told(s, "MIDI controller 7 turns Bass"));
    hear(s, 0xB0, 11, 0);
    assert_near(value(s, BL_RIG_BASS), 15);
    midi_map_learn(session_midi(s), BL_RIG_MIDI_NEXT_SLOT);
    hear(s, 0xB0, 0, 0); /* pressed or released: it is this one */
    assert_near(value(s, BL_RIG_SLOT), 1);
    hear(s, 0xB0, 0, 127);
    assert_near(value(s, BL_RIG_SLOT), 4);
    do_action(s, ACTION_SAVE_RIG, 0);
    bl_rig_setup setup;
    assert_int_equal(bl_rig_file_load(test_path("saved.rig.json"), &setup, NULL), BL_OK);
    assert_int_equal(setup.midi.channel, 1);
    assert_int_equal(setup.midi.cc[7], BL_RIG_MIDI_SETTING + BL_RIG_BASS);
    assert_int_equal(setup.midi.cc[11], BL_RIG_MIDI_NOTHING);
    assert_int_equal(setup.midi.cc[0], BL_RIG_MIDI_NEXT_SLOT);
    bl_rig_setup_free(&setup);
    session_free(s);
}

static int clean(void **state)
{
    test_remove_folder();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_span_the_range),
        cmocka_unit_test(steps_have_a_size_of_their_own),
        cmocka_unit_test(a_step_of_quality_is_a_size),
        cmocka_unit_test(switches_toggle),
        cmocka_unit_test(only_full_slots_are_chosen),
        cmocka_unit_test(neighbours_come_into_the_slot_that_plays),
        cmocka_unit_test(rigs_are_saved),
        cmocka_unit_test(controllers_do_what_the_map_says),
        cmocka_unit_test(program_changes_choose_slots),
        cmocka_unit_test(other_messages_are_left_alone),
        cmocka_unit_test(controllers_are_learnt),
    };
    return cmocka_run_group_tests(tests, NULL, clean);
}
