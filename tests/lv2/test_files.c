/* What is named, by whom, and what is told about it: requests, rig files, the bank, the texts for the host. */
#define _GNU_SOURCE
#include "state_support.h"

#include "lv2/plain_text.h"
#include "test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static small_host h;

static void open_and_activate(worker_kind worker)
{
    state_open(&h, worker);
    small_host_activate(&h);
    small_host_run(&h, 64);
}

static void expect_told(property which, const char *text)
{
    assert_string_equal(state_told(&h, which), text);
}

static void expect_told_part(property which, const char *part)
{
    if (!strstr(state_told(&h, which), part))
        fail_msg("\"%s\" does not say: %s", state_told(&h, which), part);
}

/* ---- where nobody names anything ---- */

static void test_bundled(void **state)
{
    state_open(&h, WORKER_LATE);
    small_host_activate(&h); /* loads at once */
    state_expect_file(&h, 0, BL_TEST_BUNDLE "/backline-crunch.nam");
    state_expect_file(&h, BL_RIG_IMPULSE_1, BL_TEST_BUNDLE "/backline-cabinet.wav");
    assert_int_equal(state_inside(&h)->loaded, 1);
    small_host_run(&h, 64);
    assert_string_equal(small_host_told(&h, PROPERTY_MODEL), BL_TEST_BUNDLE "/backline-crunch.nam");
    assert_string_equal(small_host_told(&h, PROPERTY_STATUS),
                        "Slot 1 plays backline crunch (backline-crunch.nam).");
    /* Taking it away counts: it does not come back. */
    state_ask(&h, PROPERTY_SLOTS, "");
    small_host_work(&h);
    small_host_deactivate(&h);
    small_host_activate(&h);
    state_expect_file(&h, 0, NULL);
    state_expect_file(&h, BL_RIG_IMPULSE_1, BL_TEST_BUNDLE "/backline-cabinet.wav");
    small_host_close(&h);
}

static void test_bundle_without_its_files(void **state)
{
    assert_true(small_host_open(&h, 1, 48000, state_in_folder("deep"), WORKER_SYNC));
    small_host_activate(&h);
    expect_told_part(PROPERTY_ERROR, "backline-crunch.nam: this file is not there");
    expect_told(PROPERTY_STATUS, "Slot 1 has no model: backline-crunch.nam cannot be loaded.");
    small_host_close(&h);
}

static void test_bank(void **state)
{
    mkdir(state_in_folder("config"), 0700);
    mkdir(state_in_folder("config/backline"), 0700);
    state_write_text("config/backline/bank.json",
                     "{\"backline_rig\": 1, \"models\": [{\"path\": \"../../gain_3.nam\"}, null, {\"path\": "
                     "\"/elsewhere/backline-crunch.nam\"}], \"cabinets\": [null, {\"path\": \"../../room.wav\"}], "
                     "\"settings\": {\"bass\": 9, \"slot\": 3}, \"knobs\": {\"drive\": 1}}");
    setenv("XDG_CONFIG_HOME", state_in_folder("config"), 1);
    open_and_activate(WORKER_NONE);
    state_expect_file(&h, 0, state_in_folder("config/backline/../../gain_3.nam"));
    state_expect_file(&h, 1, NULL);
    state_expect_file(&h, 2, BL_TEST_BUNDLE "/backline-crunch.nam"); /* found by its name */
    state_expect_file(&h, BL_RIG_IMPULSE_1, NULL);
    state_expect_file(&h, BL_RIG_IMPULSE_2, state_in_folder("config/backline/../../room.wav"));
    assert_int_equal(state_inside(&h)->loaded, 5);
    assert_true(bl_rig_get(state_inside(&h)->rig, BL_RIG_BASS) == 0); /* no settings are taken */
    assert_true(bl_rig_get(state_inside(&h)->rig, BL_RIG_SLOT) == 1);
    expect_told(PROPERTY_ERROR, "");
    small_host_close(&h);
    /* A broken one: the bundle's files, and a sentence. */
    state_write_text("config/backline/bank.json", "{\"backline_rig\": 1, \"models\": [7]}");
    open_and_activate(WORKER_NONE);
    state_expect_file(&h, 0, BL_TEST_BUNDLE "/backline-crunch.nam");
    expect_told_part(PROPERTY_ERROR, "bank.json: ");
    expect_told_part(PROPERTY_ERROR, "wants null or an object");
    assert_non_null(strstr(h.logged, "bank.json"));
    small_host_close(&h);
    setenv("XDG_CONFIG_HOME", "/no-such-folder", 1);
}

static void test_where_the_bank_is(void **state)
{
    const char *home = getenv("HOME");
    char *before = home ? strdup(home) : NULL;
    bl_rig_setup setup;
    bl_error error;
    mkdir(state_in_folder(".config"), 0700);
    mkdir(state_in_folder(".config/backline"), 0700);
    state_write_text(".config/backline/bank.json", "{\"backline_rig\": 1}");
    setenv("HOME", state_in_folder(""), 1);
    static const char *const none[] = { "",
                                        "relative/folder" }; /* as the specification says: as if it were not set */
    for (size_t i = 0; i < 2; i++) {
        setenv("XDG_CONFIG_HOME", none[i], 1);
        assert_true(bank_load(&setup, &error));
        assert_int_equal(error.status, BL_OK);
        bl_rig_setup_free(&setup);
    }
    setenv("XDG_CONFIG_HOME", state_in_folder("gain_2.nam"), 1); /* no folder */
    assert_false(bank_load(&setup, &error));
    assert_int_equal(error.status, BL_OK);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_false(bank_load(&setup, &error));
    assert_int_equal(error.status, BL_OK);
    setenv("XDG_CONFIG_HOME", "/no-such-folder", 1);
    if (before)
        setenv("HOME", before, 1);
    free(before);
}

/* ---- requests ---- */

static void test_order(void **state)
{
    state_write_text("five.rig.json", "{\"backline_rig\": 1, \"models\": [{\"path\": \"gain_5.nam\"}]}");
    const char *rig = state_in_folder("five.rig.json"), *two = state_in_folder("gain_2.nam");
    open_and_activate(WORKER_LATE);
    state_ask(&h, PROPERTY_RIG, rig);
    state_ask(&h, PROPERTY_SLOTS, two);
    state_ask(&h, (property)4, two);
    small_host_work(&h);
    state_expect_file(&h, 0, two);
    state_expect_file(&h, 4, two);
    state_expect_file(&h, BL_RIG_IMPULSE_1, NULL);
    state_ask(&h, PROPERTY_SLOTS, two);
    state_ask(&h, PROPERTY_RIG, rig);
    small_host_work(&h);
    state_expect_file(&h, 0, state_in_folder("gain_5.nam"));
    state_expect_file(&h, 4, NULL);
    state_inside(&h)->orders = UINT32_MAX - 1; /* the numbers go round */
    state_ask(&h, PROPERTY_RIG, rig);
    state_ask(&h, (property)4, two);
    state_ask(&h, (property)5, two);
    state_ask(&h, (property)5, state_in_folder("gain_3.nam"));
    small_host_work(&h);
    state_expect_file(&h, 4, two);
    state_expect_file(&h, 5, state_in_folder("gain_3.nam"));
    small_host_close(&h);
}

/* Whatever is asked for last holds: also a setting that moved behind the request for a rig file, but before that was read. */
static void test_order_of_settings(void **state)
{
    state_write_text(
        "low.rig.json",
        "{\"backline_rig\": 1, \"settings\": {\"slot\": 4, \"bass\": -6, \"gate\": true, \"mid\": 5}}");
    open_and_activate(WORKER_LATE);
    const bl_rig *rig = state_inside(&h)->rig;
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 3;
    h.controls[PORT_SETTINGS + BL_RIG_MID] = 2;
    state_ask(&h, PROPERTY_RIG, state_in_folder("low.rig.json"));
    h.controls[PORT_SETTINGS + BL_RIG_BASS] = 1;
    small_host_midi(&h, 0, 0xC0, 6, 0);
    small_host_run(&h, 64);
    small_host_work(&h);
    assert_true(bl_rig_get(rig, BL_RIG_SLOT) == 7 && bl_rig_get(rig, BL_RIG_BASS) == 1);
    assert_true(bl_rig_get(rig, BL_RIG_MID) == 5 && bl_rig_get(rig, BL_RIG_GATE) == 1);
    state_ask(&h, PROPERTY_RIG, state_in_folder("low.rig.json"));
    small_host_work(&h);
    assert_true(bl_rig_get(rig, BL_RIG_SLOT) == 4 && bl_rig_get(rig, BL_RIG_BASS) == -6);
    small_host_close(&h);
}

/* The same name again: the file may have changed. */
static void test_loaded_again(void **state)
{
    state_write_gain("again.nam", 2);
    open_and_activate(WORKER_SYNC);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("again.nam"));
    expect_told(PROPERTY_MODEL_NAME, "Gain 2");
    char before[65];
    memcpy(before, state_inside(&h)->files[0].sha256, sizeof before);
    assert_int_equal(strlen(before), 64);
    state_write_gain("again.nam", 3);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("again.nam"));
    expect_told(PROPERTY_MODEL_NAME, "Gain 3");
    assert_string_not_equal(state_inside(&h)->files[0].sha256, before);
    assert_null(strstr(h.logged, "not what it was")); /* somebody wanted it */
    /* One that is not there any more keeps its hash, and what was loaded plays on. */
    memcpy(before, state_inside(&h)->files[0].sha256, sizeof before);
    assert_int_equal(unlink(state_in_folder("again.nam")), 0);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("again.nam"));
    assert_string_equal(state_inside(&h)->files[0].sha256, before);
    expect_told(PROPERTY_STATUS, "Slot 1 cannot load again.nam, and plays on with what it had.");
    assert_int_equal(state_inside(&h)->loaded, 1);
    small_host_close(&h);
}

static void test_too_long(void **state)
{
    static char path[5001];
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    open_and_activate(WORKER_SYNC);
    state_ask(&h, (property)2, state_in_folder("gain_2.nam"));
    state_ask(&h, (property)2, path);
    expect_told(PROPERTY_ERROR, "A path of 5000 bytes was asked for; paths can have 4095.");
    assert_string_equal(small_host_told(&h, (property)2), state_in_folder("gain_2.nam")); /* told once more */
    state_expect_file(&h, 2, state_in_folder("gain_2.nam"));
    state_ask(&h, (property)3, state_in_folder("gain_2.nam"));
    expect_told(PROPERTY_ERROR, "");
    path[4095] = 0; /* as long as can be, but nowhere */
    state_ask(&h, (property)2, path);
    state_expect_file(&h, 2, path);
    small_host_close(&h);
}

static void test_taken_away(void **state)
{
    open_and_activate(WORKER_SYNC);
    state_ask(&h, PROPERTY_MODEL, "");
    state_ask(&h, PROPERTY_CABINET_1, "");
    expect_told(PROPERTY_STATUS, "Slot 1 is empty.");
    expect_told(PROPERTY_MODEL_NAME, "");
    expect_told(PROPERTY_MODEL_DETAILS, "");
    expect_told(PROPERTY_ERROR, "");
    assert_int_equal(state_inside(&h)->loaded, 0);
    small_host_close(&h);
}

/* ---- rig files ---- */

static void test_rig_file(void **state)
{
    state_write_text("whole.rig.json",
                     "{\"backline_rig\": 1, \"models\": [null, {\"path\": \"gain_2.nam\"}, {\"path\": "
                     "\"drive.safetensors\"}], \"cabinets\": [null, {\"path\": \"room.wav\"}], \"settings\": "
                     "{\"slot\": 3, \"treble\": -4}, \"knobs\": {\"drive\": 0.25}}");
    open_and_activate(WORKER_SYNC);
    plugin *p = state_inside(&h);
    state_ask(&h, PROPERTY_RIG, state_in_folder("whole.rig.json"));
    for (int i = 0; i < 3; i++) {
        state_expect_file(&h, 0, NULL);
        state_expect_file(&h, 1, state_in_folder("gain_2.nam"));
        state_expect_file(&h, BL_RIG_IMPULSE_1, NULL);
        state_expect_file(&h, BL_RIG_IMPULSE_2, state_in_folder("room.wav"));
        assert_true(bl_rig_get(p->rig, BL_RIG_SLOT) == 3 && bl_rig_get(p->rig, BL_RIG_TREBLE) == -4);
        assert_true(bl_rig_get_knob(p->rig, 0) == 0.25f);
        small_host_run(&h, 64);
    }
    expect_told(PROPERTY_RIG, state_in_folder("whole.rig.json"));
    expect_told(PROPERTY_ERROR, "");
    expect_told(PROPERTY_STATUS, "Slot 3 plays drive.safetensors.");
    expect_told_part(PROPERTY_MODEL_DETAILS, "\nKnob 1: drive, 0 to 2, at first 1\n");
    assert_true(p->knobs[0].has && p->knobs[0].maximum == 2 && !p->knobs[1].has);
    state_ask(&h, PROPERTY_RIG, ""); /* forgets its name, and changes nothing else */
    expect_told(PROPERTY_RIG, "");
    state_expect_file(&h, 1, state_in_folder("gain_2.nam"));
    small_host_close(&h);
}

static void test_rig_file_broken(void **state)
{
    open_and_activate(WORKER_SYNC);
    state_ask(&h, (property)1, state_in_folder("gain_2.nam"));
    static const char *const texts[] = { "{\"backline_rig\": 1, \"settings\": {\"bas\": 1}}",
                                         "{\"backline_rig\": 1, \"models\": [{\"path\": 7}]}", "no JSON" };
    for (size_t i = 0; i < 3; i++) {
        state_write_text("broken.rig.json", texts[i]);
        state_ask(&h, PROPERTY_RIG, state_in_folder("broken.rig.json"));
        expect_told_part(PROPERTY_ERROR, "broken.rig.json: ");
        state_expect_file(&h, 0, BL_TEST_BUNDLE "/backline-crunch.nam");
        state_expect_file(&h, 1, state_in_folder("gain_2.nam"));
        assert_string_equal(small_host_told(&h, PROPERTY_RIG), ""); /* the host believes otherwise */
    }
    state_write_text("knob.rig.json", "{\"backline_rig\": 1, \"models\": [{\"path\": \"drive.safetensors\"}], "
                                      "\"knobs\": {\"tone\": 1}}");
    state_ask(&h, PROPERTY_RIG, state_in_folder("knob.rig.json"));
    expect_told_part(PROPERTY_ERROR, "There is no knob \"tone\"");
    assert_int_equal(state_inside(&h)->loaded, 1);
    state_ask(&h, (property)1, "");
    expect_told(PROPERTY_ERROR, ""); /* somebody went on */
    small_host_close(&h);
}

static void test_rig_file_with_missing_files(void **state)
{
    state_write_text(
        "lost.rig.json",
        "{\"backline_rig\": 1, \"models\": [{\"path\": \"lost.nam\"}, {\"path\": \"gain_2.nam\"}, {\"path\": "
        "\"away/gain_5.nam\"}, {\"path\": \"broken.nam\"}], \"knobs\": {\"drive\": 1}}");
    open_and_activate(WORKER_SYNC);
    setenv("BACKLINE_PATH", state_in_folder("deep"), 1);
    state_ask(&h, PROPERTY_RIG, state_in_folder("lost.rig.json"));
    setenv("BACKLINE_PATH", "", 1);
    state_expect_file(&h, 0, state_in_folder("lost.nam"));
    state_expect_file(&h, 2, state_in_folder("deep/er/gain_5.nam"));
    state_expect_file(&h, 3, state_in_folder("broken.nam"));
    assert_int_equal(state_inside(&h)->loaded, 6); /* and not what was in slot 1 before */
    expect_told_part(PROPERTY_ERROR, "lost.nam: this file is not there, and no file of this name is in");
    expect_told(PROPERTY_STATUS, "Slot 1 has no model: lost.nam cannot be loaded.");
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 4;
    small_host_run(&h, 64);
    expect_told_part(PROPERTY_ERROR, "broken.nam: "); /* the chosen slot's comes first */
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 2;
    small_host_run(&h, 64);
    expect_told(PROPERTY_STATUS, "Slot 2 plays Gain 2 (gain_2.nam).");
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 1;
    small_host_run(&h, 64);
    expect_told(PROPERTY_STATUS, "Slot 1 has no model: lost.nam cannot be loaded; slot 2 plays on.");
    expect_told(PROPERTY_MODEL_NAME, "Gain 2");
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 9;
    small_host_run(&h, 64);
    expect_told(PROPERTY_STATUS, "Slot 9 is empty; slot 2 plays on.");
    state_ask(&h, (property)0, "");
    state_ask(&h, PROPERTY_CABINET_2, state_in_folder("broken.nam"));
    expect_told_part(PROPERTY_ERROR, "broken.nam"); /* the cabinets' before the other slots' */
    state_ask(&h, (property)3, "");
    expect_told_part(PROPERTY_ERROR, "broken.nam");
    state_ask(&h, PROPERTY_CABINET_2, "");
    expect_told(PROPERTY_ERROR, "");
    small_host_close(&h);
}

/* A model that somebody asks for leaves the old one playing if it fails; and so does its name not come from a search. */
static void test_failed_request(void **state)
{
    open_and_activate(WORKER_SYNC);
    setenv("BACKLINE_PATH", state_in_folder("deep"), 1);
    state_ask(&h, PROPERTY_MODEL, state_in_folder("away/gain_5.nam"));
    setenv("BACKLINE_PATH", "", 1);
    state_expect_file(&h, 0, state_in_folder("away/gain_5.nam"));
    expect_told(PROPERTY_STATUS, "Slot 1 cannot load gain_5.nam, and plays on with what it had.");
    expect_told(PROPERTY_MODEL_NAME, "backline crunch");
    expect_told_part(PROPERTY_ERROR, "away/gain_5.nam");
    assert_string_equal(small_host_told(&h, PROPERTY_MODEL), state_in_folder("away/gain_5.nam"));
    small_host_close(&h);
}

/* A model without a name of its own goes by its file's: by that which plays, not by that which failed. */
static void test_failed_request_without_names(void **state)
{
    open_and_activate(WORKER_SYNC);
    state_ask(&h, PROPERTY_MODEL, state_in_folder("drive.safetensors"));
    expect_told(PROPERTY_MODEL_NAME, "drive.safetensors");
    expect_told_part(PROPERTY_MODEL_DETAILS, "File: drive.safetensors\n");
    state_ask(&h, PROPERTY_MODEL, state_in_folder("broken.nam"));
    expect_told(PROPERTY_STATUS, "Slot 1 cannot load broken.nam, and plays on with what it had.");
    expect_told(PROPERTY_MODEL_NAME, "drive.safetensors");
    expect_told_part(PROPERTY_MODEL_DETAILS, "File: drive.safetensors\n");
    small_host_close(&h);
}

/* ---- what is told ---- */

static bool anything_told(void)
{
    for (int i = 0; i < PROPERTY_COUNT; i++)
        if (small_host_told(&h, (property)i))
            return true;
    return false;
}

static void test_told_once(void **state)
{
    open_and_activate(WORKER_SYNC);
    small_host_run(&h, 64);
    assert_false(anything_told());
    state_ask(&h, (property)1, state_in_folder("broken.nam"));
    assert_non_null(small_host_told(&h, PROPERTY_ERROR));
    assert_null(small_host_told(&h, PROPERTY_STATUS)); /* slot 1 plays as before */
    assert_null(small_host_told(&h, PROPERTY_MODEL_DETAILS));
    assert_non_null(strstr(h.logged, "broken.nam"));
    h.logged[0] = 0;
    state_ask(&h, (property)1, state_in_folder("broken.nam"));
    assert_false(anything_told());
    assert_string_equal(h.logged, "");
    state_ask(&h, (property)1, "");
    assert_string_equal(small_host_told(&h, PROPERTY_ERROR), "");
    state_ask(&h, (property)1, state_in_folder("broken.nam")); /* wrong again */
    assert_non_null(strstr(h.logged, "broken.nam"));
    for (int i = 0; i < 5; i++) {
        work_all(state_inside(&h));
        small_host_run(&h, 64);
        assert_false(anything_told());
    }
    small_host_close(&h);
}

static void test_details(void **state)
{
    state_write_text(
        "names.nam",
        "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"sample_rate\":48000,\"metadata\":{\"loudness\":"
        "-17.25,\"name\":\"One\\nTwo \\u00fc\\u20ac\",\"modeled_by\":\"me\",\"gear_make\":\"Maker\","
        "\"input_level_dbu\":12.5},\"config\":{\"receptive_field\":48,\"bias\":false},\"weights\":[1,0,0,0,"
        "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}");
    assert_true(small_host_open(&h, 1, 44100, BL_TEST_BUNDLE, WORKER_SYNC));
    small_host_activate(&h);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("names.nam"));
    expect_told(PROPERTY_MODEL_NAME, "One Two \u00fc\u20ac");
    expect_told(PROPERTY_STATUS, "Slot 1 plays One Two \u00fc\u20ac (names.nam).");
    static const char *const lines[] = { "Name: One Two \u00fc\u20ac\n",
                                         "\nFile: names.nam\n",
                                         "\nFormat: NAM 0.5.4\n",
                                         "\nSample rate: 48000 Hz, resampled from 44100 Hz and back\n",
                                         "\nReceptive field: 48 samples (1 ms)\n",
                                         "\nWeights: 48\n",
                                         "\nLoudness: -17.2 dB (as the file says)\n",
                                         "\nInput level: 12.5 dBu\n",
                                         "\nGear make: Maker\n",
                                         "\nModeled by: me\n" };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        expect_told_part(PROPERTY_MODEL_DETAILS, lines[i]);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("drive.safetensors"));
    expect_told_part(PROPERTY_MODEL_DETAILS, "Receptive field: 1 samples (0.0208 ms)\n");
    small_host_close(&h);
}

static void test_plain_text(void **state)
{
    static const struct {
        const char *from, *to;
    } cases[] = { { "a\xe4 b", "a? b" },
                  { "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xb8", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xb8" },
                  { "\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80", "?????????" }, /* overlong, surrogate, too high */
                  { "tab\tbell\a\x7f", "tab?bell??" },
                  { "cut \xe2\x82", "cut ??" },
                  { "line\nline\n", "line line\n" } };
    plain_text t;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        t.length = 0;
        plain_text_add(&t, "%s", cases[i].from);
        assert_string_equal(t.text, cases[i].to);
        assert_int_equal(t.length, strlen(cases[i].to));
    }
    t.length = 0;
    for (int i = 0; i < 3000; i++)
        plain_text_add(&t, "\xe2\x82\xac");
    assert_int_equal(t.length, 4095 / 3 * 3);
    assert_int_equal(strlen(t.text), t.length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bundled),
        cmocka_unit_test(test_bundle_without_its_files),
        cmocka_unit_test(test_bank),
        cmocka_unit_test(test_where_the_bank_is),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_order_of_settings),
        cmocka_unit_test(test_loaded_again),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_taken_away),
        cmocka_unit_test(test_rig_file),
        cmocka_unit_test(test_rig_file_broken),
        cmocka_unit_test(test_rig_file_with_missing_files),
        cmocka_unit_test(test_failed_request),
        cmocka_unit_test(test_failed_request_without_names),
        cmocka_unit_test(test_told_once),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_plain_text),
    };
    return cmocka_run_group_tests_name("lv2-files", tests, state_open_folder, state_remove_folder);
}
