/* What sessions keep: paths survive whatever happens to files and folders. */
#define _GNU_SOURCE
#include "state_support.h"

#include "sha256.h"
#include "test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* ---- what is kept, and how ---- */

static void test_kept_without_map_path(void **state)
{
    kept_state s = { .root = NULL };
    const char *two = state_in_folder("gain_2.nam"), *room = state_in_folder("room.wav");
    char content[400];
    struct stat info;
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    state_ask(&h, PROPERTY_SLOTS, "");
    state_ask(&h, (property)(PROPERTY_SLOTS + 15), two);
    state_ask(&h, PROPERTY_CABINET_1, "");
    state_ask(&h, PROPERTY_CABINET_2, room);
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_int_equal(s.count, 5);
    assert_string_equal(state_text(&h, &s, "slot_1"), "");
    assert_string_equal(state_text(&h, &s, "slot_16"), two);
    assert_string_equal(state_text(&h, &s, "cabinet_2"), room);
    assert_int_equal(stat(two, &info), 0);
    snprintf(content, sizeof content, "%s %lld %s", sha256_of_file(two).s, (long long)info.st_size, two);
    assert_string_equal(state_text(&h, &s, "slot_16_content"), content);
    const kept *path = state_find(&h, &s, "slot_16"), *text = state_find(&h, &s, "slot_16_content");
    assert_int_equal(path->type, small_host_map(&h, LV2_ATOM__Path));
    assert_int_equal(path->flags, LV2_STATE_IS_POD);
    assert_int_equal(text->type, small_host_map(&h, LV2_ATOM__String));
    assert_int_equal(text->flags, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
    begin_anew(WORKER_NONE);
    restore(&s);
    state_expect_file(&h, 0, NULL);
    state_expect_file(&h, 15, two);
    state_expect_file(&h, BL_RIG_IMPULSE_1, NULL);
    state_expect_file(&h, BL_RIG_IMPULSE_2, room);
    small_host_close(&h);
    kept_state_free(&s);
}

/* A session whose folder was moved or given away. */
static void test_moved_root(void **state)
{
    char root[100];
    snprintf(root, sizeof root, "%s", state_in_folder("deep"));
    kept_state s = { .root = state_in_folder("") };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    state_ask(&h, (property)1, state_in_folder("er/gain_3.nam")); /* is not there: and is kept like any other */
    state_ask(&h, (property)2, state_in_folder("gain_2.nam"));
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_string_equal(state_text(&h, &s, "slot_2"), "er/gain_3.nam");
    assert_string_equal(state_text(&h, &s, "slot_3"), "gain_2.nam");
    assert_int_equal(state_find(&h, &s, "slot_3")->flags, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
    assert_null(state_find(&h, &s, "slot_2_content"));
    begin_anew(WORKER_LATE);
    s.root = root;
    restore(&s);
    state_expect_file(&h, 1, state_in_folder("deep/er/gain_3.nam"));
    assert_int_equal(state_inside(&h)->loaded, 7);           /* the bundle's, this, */
    state_expect_file(&h, 2, state_in_folder("gain_2.nam")); /* and one that did not move along */
    small_host_close(&h);
    kept_state_free(&s);
}

static void test_bundle(void **state)
{
    kept_state s = { .root = "/" };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_int_equal(s.count, 4);
    assert_string_equal(state_text(&h, &s, "slot_1"), "bundle:backline-crunch.nam");
    assert_string_equal(state_text(&h, &s, "cabinet_1"), "bundle:backline-cabinet.wav");
    assert_int_equal(state_find(&h, &s, "slot_1")->type, small_host_map(&h, LV2_ATOM__String));
    kept_state_free(&s);
    state_ask(&h, (property)1, BL_TEST_BUNDLE "/"); /* no file of the bundle's */
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_int_equal(state_find(&h, &s, "slot_2")->type, small_host_map(&h, LV2_ATOM__Path));
    /* The plugin is installed elsewhere by now. */
    small_host_close(&h);
    assert_true(small_host_open(&h, 1, 48000, state_in_folder("deep"), WORKER_NONE));
    state_put_string(&h, &s, "slot_1", "bundle:er/gain_2.nam");
    restore(&s);
    state_expect_file(&h, 0, state_in_folder("deep/er/gain_2.nam"));
    state_expect_file(&h, BL_RIG_IMPULSE_1, state_in_folder("deep/backline-cabinet.wav"));
    state_put_string(&h, &s, "slot_1", "bundle:../gain_2.nam");
    restore(&s);
    state_expect_file(&h, 0, NULL);
    small_host_close(&h);
    kept_state_free(&s);
}

/* A host's own links lead to the files, and are what it wants to see again. */
static void test_links_stay(void **state)
{
    kept_state s = { .root = state_in_folder("") };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    assert_int_equal(symlink("deep/er/gain_5.nam", state_in_folder("link_1.nam")), 0);
    assert_int_equal(symlink("link_1.nam", state_in_folder("link_2.nam")), 0);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("link_2.nam"));
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_string_equal(state_text(&h, &s, "slot_1"), "link_2.nam");
    begin_anew(WORKER_NONE);
    restore(&s);
    state_expect_file(&h, 0, state_in_folder("link_2.nam"));
    assert_string_equal(state_told(&h, PROPERTY_STATUS), "Slot 1 plays Gain 5 (link_2.nam).");
    small_host_close(&h);
    kept_state_free(&s);
}

/* ---- files that are not there ---- */

static void test_missing_file_keeps_its_name(void **state)
{
    kept_state s = { .root = NULL }, again = { .root = NULL };
    state_write_gain("lost.nam", 7);
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("lost.nam"));
    assert_int_equal(unlink(state_in_folder("lost.nam")), 0);
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS); /* it was read when it was loaded */
    for (int round = 0; round < 3; round++) {
        begin_anew(round ? WORKER_NONE : WORKER_SYNC);
        restore(&s);
        assert_int_equal(state_inside(&h)->loaded, 0);
        assert_non_null(strstr(state_told(&h, PROPERTY_ERROR), "lost.nam: this file is not there"));
        assert_string_equal(state_told(&h, PROPERTY_STATUS), "Slot 1 has no model: lost.nam cannot be loaded.");
        assert_non_null(strstr(h.logged, "lost.nam"));
        if (round == 1)
            small_host_activate(&h);
        assert_int_equal(small_host_save(&h, &again), LV2_STATE_SUCCESS);
        assert_int_equal(again.count, s.count);
        for (size_t i = 0; i < s.count; i++)
            assert_string_equal((char *)again.values[i].value, (char *)s.values[i].value);
        kept_state_free(&again);
    }
    assert_non_null(state_text(&h, &s, "slot_1_content"));
    small_host_close(&h);
    kept_state_free(&s);
}

/* What a session sounds like does not depend on what was there before. */
static void test_missing_file_is_silent_about_the_past(void **state)
{
    static const char *const none[BL_RIG_FILE_COUNT];
    static const char *const names[] = { "nowhere.nam", "broken.nam" };
    for (size_t i = 0; i < 2; i++) {
        kept_state s = { .root = NULL };
        state_open(&h, WORKER_SYNC);
        small_host_activate(&h); /* the bundle's plays */
        state_put_path(&h, &s, "slot_1", state_in_folder(names[i]));
        restore(&s);
        assert_int_equal(state_inside(&h)->loaded, 0);
        state_expect_file(&h, 0, state_in_folder(names[i]));
        assert_non_null(strstr(state_told(&h, PROPERTY_ERROR), names[i]));
        small_host_deactivate(&h);
        small_host_activate(&h);
        state_expect_sound(&h, none, NULL, 0);
        small_host_close(&h);
        kept_state_free(&s);
    }
}

static void test_found_by_content(void **state)
{
    kept_state s = { .root = NULL };
    char moved[256];
    snprintf(moved, sizeof moved, "%s", state_in_folder("deep/er/another name.nam"));
    state_write_gain("unique.nam", 11);
    state_write_gain("deep/unique.nam", 12); /* the right name, the wrong content */
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    state_ask(&h, (property)3, state_in_folder("unique.nam"));
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_int_equal(rename(state_in_folder("unique.nam"), moved), 0);
    begin_anew(WORKER_NONE);
    setenv("BACKLINE_PATH", state_in_folder("deep"), 1);
    restore(&s);
    setenv("BACKLINE_PATH", "", 1);
    state_expect_file(&h, 3, moved);
    assert_int_equal(state_inside(&h)->loaded, 9);
    assert_string_equal(state_told(&h, PROPERTY_ERROR), "");
    assert_non_null(strstr(h.logged, "has the same content and takes its place"));
    small_host_close(&h);
    kept_state_free(&s);
}

static void test_found_in_the_bundle(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_NONE);
    state_put_path(&h, &s, "slot_1", "/elsewhere/backline-crunch.nam");
    restore(&s);
    state_expect_file(&h, 0, BL_TEST_BUNDLE "/backline-crunch.nam");
    small_host_close(&h);
    kept_state_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_without_map_path),
        cmocka_unit_test(test_moved_root),
        cmocka_unit_test(test_bundle),
        cmocka_unit_test(test_links_stay),
        cmocka_unit_test(test_missing_file_keeps_its_name),
        cmocka_unit_test(test_missing_file_is_silent_about_the_past),
        cmocka_unit_test(test_found_by_content),
        cmocka_unit_test(test_found_in_the_bundle),
    };
    return cmocka_run_group_tests_name("lv2-state", tests, state_open_folder, state_remove_folder);
}
