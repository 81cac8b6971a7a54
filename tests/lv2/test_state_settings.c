/* What presets bring, and settings that no port knows. */
#define _GNU_SOURCE
#include "state_support.h"

#include "test_support.h"

#include <stdlib.h>
#include <string.h>

static small_host h;

/* Closes h, and opens another instance, which is not activated yet. Numbers of URIs may differ there. */
static void begin_anew(worker_kind worker)
{
    small_host_close(&h);
    state_open(&h, worker);
}

static void restore(const kept_state *s)
{
    assert_int_equal(small_host_restore(&h, s, false), LV2_STATE_SUCCESS);
}

/* ---- presets ---- */

static void test_nothing_said_and_nothing_there(void **state)
{
    static const char *const defaults[BL_RIG_FILE_COUNT] = {
        [0] = BL_TEST_BUNDLE "/backline-crunch.nam", [BL_RIG_IMPULSE_1] = BL_TEST_BUNDLE "/backline-cabinet.wav"
    };
    static const char *const none[BL_RIG_FILE_COUNT];
    kept_state nothing = { .root = NULL }, empty = { .root = NULL };
    state_open(&h, WORKER_NONE);
    restore(&nothing);
    state_expect_defaults(&h);
    small_host_activate(&h);
    state_expect_sound(&h, defaults, NULL, 0);
    /* A preset without a model clears what is there. */
    state_ask(&h, (property)4, state_in_folder("gain_2.nam"));
    state_put_string(&h, &empty, "slot_1", "");
    restore(&empty);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        state_expect_file(&h, i, NULL);
    assert_string_equal(state_told(&h, PROPERTY_STATUS), "Slot 1 is empty.");
    begin_anew(WORKER_NONE);
    restore(&empty);
    small_host_activate(&h);
    state_expect_sound(&h, none, NULL, 0);
    restore(&nothing); /* and one that says nothing brings the defaults back */
    state_expect_defaults(&h);
    small_host_close(&h);
    kept_state_free(&empty);
}

static void test_model_of_presets(void **state)
{
    kept_state s = { .root = state_in_folder("") };
    state_open(&h, WORKER_SYNC);
    state_put_path(&h, &s, "model", "gain_3.nam");
    restore(&s);
    state_expect_file(&h, 0, state_in_folder("gain_3.nam"));
    state_expect_file(&h, BL_RIG_IMPULSE_1, NULL);
    state_put_path(&h, &s, "slot_1", "gain_5.nam"); /* the more exact one counts */
    state_put_string(&h, &s, "slot_2", state_in_folder("gain_2.nam"));
    restore(&s);
    state_expect_file(&h, 0, state_in_folder("gain_5.nam"));
    state_expect_file(&h, 1, state_in_folder("gain_2.nam"));
    small_host_close(&h);
    kept_state_free(&s);
}

/* A rig file's settings hold although the ports say something else: before the first run as well as later. */
static void test_rig_of_presets(void **state)
{
    for (int plays = 0; plays < 2; plays++) {
        kept_state s = { .root = state_in_folder("") }, saved = { .root = state_in_folder("") };
        state_write_text("two.rig.json", state_rig_text);
        state_open(&h, WORKER_SYNC);
        if (plays) {
            small_host_activate(&h);
            small_host_run(&h, 64);
        }
        state_put_path(&h, &s, "rig", "two.rig.json");
        restore(&s);
        assert_int_equal(small_host_save(&h, &saved), LV2_STATE_SUCCESS); /* before any port was seen */
        small_host_activate(&h);
        small_host_run(&h, 64);
        plugin *p = state_inside(&h);
        assert_true(bl_rig_get(p->rig, BL_RIG_BASS) == 4 && bl_rig_get(p->rig, BL_RIG_SLOT) == 2);
        assert_true(bl_rig_get_knob(p->rig, 0) == 1.75f);
        kept_state_free(&saved);
        assert_int_equal(small_host_save(&h, &saved), LV2_STATE_SUCCESS);
        assert_string_equal(state_text(&h, &saved, "settings"), "slot=2@1 bass=4@0 knob_1=1.75@0.5");
        assert_string_equal(state_told(&h, PROPERTY_RIG), state_in_folder("two.rig.json"));
        assert_null(state_find(&h, &saved, "rig"));
        begin_anew(WORKER_NONE);
        restore(&saved);
        small_host_activate(&h);
        p = state_inside(&h);
        for (int round = 0; round < 3; round++) {
            assert_true(bl_rig_get(p->rig, BL_RIG_BASS) == 4 && bl_rig_get(p->rig, BL_RIG_SLOT) == 2);
            assert_true(bl_rig_get_knob(p->rig, 0) == 1.75f);
            small_host_run(&h, 64);
        }
        h.controls[PORT_SETTINGS + BL_RIG_BASS] = 1; /* the port that moves wins */
        h.controls[PORT_KNOBS] = 0.75f;
        small_host_run(&h, 64);
        assert_true(bl_rig_get(p->rig, BL_RIG_BASS) == 1 && bl_rig_get(p->rig, BL_RIG_SLOT) == 2);
        assert_true(bl_rig_get_knob(p->rig, 0) == 1.5f);
        small_host_close(&h);
        kept_state_free(&s);
        kept_state_free(&saved);
    }
}

static void test_rig_of_presets_missing(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_SYNC);
    state_put_path(&h, &s, "rig", state_in_folder("nowhere.rig.json"));
    restore(&s);
    small_host_activate(&h);
    state_expect_defaults(&h);
    assert_non_null(strstr(state_told(&h, PROPERTY_ERROR), "nowhere.rig.json"));
    small_host_close(&h);
    kept_state_free(&s);
}

/* ---- settings ---- */

static void test_slot_chosen_by_next(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    state_ask(&h, (property)6, state_in_folder("gain_3.nam"));
    h.controls[PORT_NEXT] = 1;
    small_host_run(&h, 64);
    small_host_run(&h, 64);
    assert_true(h.controls[PORT_PLAYING] == 7);
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_string_equal(state_text(&h, &s, "settings"), "slot=7@1");
    begin_anew(WORKER_SYNC);
    restore(&s);
    small_host_activate(&h);
    const char *files[BL_RIG_FILE_COUNT] = {
        [6] = state_in_folder("gain_3.nam"), [BL_RIG_IMPULSE_1] = BL_TEST_BUNDLE "/backline-cabinet.wav"
    };
    state_expect_sound(&h, files, &(state_setting){ BL_RIG_SLOT, 7 }, 1);
    assert_true(h.controls[PORT_PLAYING] == 7);
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 1.2f;
    small_host_run(&h, 64);
    assert_true(h.controls[PORT_PLAYING] == 1);
    kept_state_free(&s);
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_null(state_find(&h, &s, "settings")); /* 1.2 is slot 1 */
    small_host_close(&h);
    kept_state_free(&s);
}

/* Settings that a state does not name go where their ports are, whatever they were. */
static void test_settings_not_named(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    small_host_run(&h, 64);
    state_write_text("bass.rig.json", "{\"backline_rig\": 1, \"settings\": {\"bass\": 9, \"treble\": 5}}");
    state_ask(&h, PROPERTY_RIG, state_in_folder("bass.rig.json"));
    plugin *p = state_inside(&h);
    small_host_run(&h, 64);
    assert_true(bl_rig_get(p->rig, BL_RIG_BASS) == 9);
    state_put_string(&h, &s, "slot_1", "");
    state_put_string(&h, &s, "settings",
                     "treble=-3@0 bass bass= =3@0 bass=nan@0 bass=3@nan bass=3 bass=3@0x mud=1@2 "
                     "knob_9=1@0 knob_0=1@0 bassx=1@0 mid=1e999@0 fade=1e30@20");
    restore(&s);
    kept_state saved = { .root = NULL };
    assert_int_equal(small_host_save(&h, &saved), LV2_STATE_SUCCESS); /* before the ports are looked at */
    assert_string_equal(state_text(&h, &saved, "settings"), "treble=-3@0 fade=500@20");
    kept_state_free(&saved);
    small_host_run(&h, 64);
    assert_true(bl_rig_get(p->rig, BL_RIG_BASS) == 0 && bl_rig_get(p->rig, BL_RIG_TREBLE) == -3);
    assert_true(bl_rig_get(p->rig, BL_RIG_MID) == 0 && bl_rig_get(p->rig, BL_RIG_FADE) == 500);
    small_host_close(&h);
    kept_state_free(&s);
}

/* Every float is kept to the bit. */
static void test_settings_to_the_bit(void **state)
{
    bl_random rng = { 9 };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    small_host_run(&h, 64);
    plugin *p = state_inside(&h);
    for (int i = 0; i < 500; i++) {
        const float bass = bl_random_float(&rng, 15);
        bl_rig_set(p->rig, BL_RIG_BASS, bass);
        char *text = state_write_settings(p);
        assert_non_null(text);
        bl_rig_set(p->rig, BL_RIG_BASS, 0);
        state_read_settings(p, text);
        assert_true(bl_rig_get(p->rig, BL_RIG_BASS) == bass);
        free(text);
    }
    small_host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_said_and_nothing_there),
        cmocka_unit_test(test_model_of_presets),
        cmocka_unit_test(test_rig_of_presets),
        cmocka_unit_test(test_rig_of_presets_missing),
        cmocka_unit_test(test_slot_chosen_by_next),
        cmocka_unit_test(test_settings_not_named),
        cmocka_unit_test(test_settings_to_the_bit),
    };
    return cmocka_run_group_tests_name("lv2-state-settings", tests, state_open_folder, state_remove_folder);
}
