/* Stepping through a folder, and the browser: what is looked at is heard, escape brings back what was. */
#include "browser_state.h"
#include "player.h"

#include <stdio.h>

static int start(void **state)
{
    static player p;
    player_folder();
    player_start(&p);
    *state = &p;
    return 0;
}

static int end(void **state)
{
    player_end(*state);
    player_remove_folder();
    return 0;
}

static void expect_file(player *p, int file, const char *path)
{
    char log[600];
    snprintf(log, sizeof log, "file %d %s\n", file, path);
    player_expect(p, log);
    assert_string_equal(p->f->files[file], path);
}

static void test_steps(void **state)
{
    player *p = *state;
    const char *one = player_file("amp 1.nam"), *two = player_file("Amp 2.nam"), *ten = player_file("amp 10.nam"),
               *wave = player_file("amp 3.wav");
    player_click(p, ITEM_NEXT, FILE_OF_MODEL); /* of what? */
    player_expect(p, "");
    face_set_file(p->f, BL_RIG_MODEL, one);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    expect_file(p, 0, two);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    expect_file(p, 0, ten);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    expect_file(p, 0, one);
    player_click(p, ITEM_PREVIOUS, FILE_OF_MODEL);
    expect_file(p, 0, ten);
    face_set_file(p->f, BL_RIG_IMPULSE_2, wave); /* alone */
    player_click(p, ITEM_NEXT, BL_RIG_IMPULSE_2);
    player_expect(p, "");
    player_click(p, ITEM_CLEAR, BL_RIG_IMPULSE_2);
    expect_file(p, BL_RIG_IMPULSE_2, "");
    undo_last(p->f);
    expect_file(p, BL_RIG_IMPULSE_2, wave);
    undo_last(p->f);
    expect_file(p, 0, one);
    face_set_file(p->f, BL_RIG_MODEL, "/no such folder/a.nam");
    player_wait(p, 4);
    player_click(p, ITEM_PREVIOUS, FILE_OF_MODEL);
    player_expect(p, "");
}

/* Loading takes time: meanwhile the owner tells of what was asked for before. */
static void test_told_late(void **state)
{
    player *p = *state;
    const char *one = player_file("a 1.nam"), *two = player_file("a 2.nam"), *three = player_file("a 3.nam");
    face_set_file(p->f, BL_RIG_MODEL, one);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    *p->log = 0;
    face_set_file(p->f, BL_RIG_MODEL, two);
    assert_string_equal(p->f->files[BL_RIG_MODEL], three);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    expect_file(p, 0, one);
    face_set_file(p->f, BL_RIG_MODEL, three);
    face_set_file(p->f, BL_RIG_MODEL + 1, two); /* nobody asked for one there */
    assert_string_equal(p->f->files[BL_RIG_MODEL], one);
    assert_string_equal(p->f->files[BL_RIG_MODEL + 1], two);
    face_set_file(p->f, BL_RIG_MODEL, one);
    face_set_file(p->f, BL_RIG_MODEL, two); /* somebody else chose that */
    assert_string_equal(p->f->files[BL_RIG_MODEL], two);
}

static void test_told_otherwise(void **state)
{
    player *p = *state;
    const char *one = player_file("a 1.nam"), *two = player_file("a 2.nam");
    face_set_file(p->f, BL_RIG_MODEL, one);
    player_click(p, ITEM_NEXT, FILE_OF_MODEL);
    face_set_file(p->f, BL_RIG_MODEL, ""); /* it will not have it */
    player_wait(p, 2);
    assert_string_equal(p->f->files[BL_RIG_MODEL], two);
    player_wait(p, 2);
    assert_string_equal(p->f->files[BL_RIG_MODEL], "");
    face_choose_file(p->f, BL_RIG_MODEL, one, true);
    face_choose_rig(p->f, "/t/x.rig.json"); /* replaces all files */
    face_set_file(p->f, BL_RIG_MODEL, two);
    assert_string_equal(p->f->files[BL_RIG_MODEL], two);
    face_choose_file(p->f, BL_RIG_MODEL, one, true);
    player_wait(p, 4); /* it says nothing, and need not */
    assert_string_equal(p->f->files[BL_RIG_MODEL], one);
    face_set_file(p->f, BL_RIG_MODEL, two);
    assert_string_equal(p->f->files[BL_RIG_MODEL], two);
}

static void rest(player *p)
{
    player_wait(p, 0.4);
}

static void test_previews(void **state)
{
    player *p = *state;
    const char *a = player_file("a.nam"), *b = player_file("b.nam"), *c = player_file("c.nam");
    face_set_file(p->f, BL_RIG_MODEL, a);
    player_click(p, ITEM_BROWSE, FILE_OF_MODEL);
    assert_int_equal(p->f->overlay, OVERLAY_BROWSER);
    rest(p);
    player_expect(p, ""); /* it plays */
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    expect_file(p, 0, b);
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    expect_file(p, 0, c);
    assert_false(undo_possible(p->f));
    player_key(p, FACE_KEY_ESCAPE, 0);
    expect_file(p, 0, a);
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    assert_false(undo_possible(p->f));

    player_click(p, ITEM_BROWSE, FILE_OF_MODEL);
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    expect_file(p, 0, b);
    player_key(p, FACE_KEY_ENTER, 0); /* plays already, and goes on without another load */
    player_expect(p, "");
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    const char *const *recent;
    assert_true(library_recent(p->f->library, &recent) >= 1);
    assert_string_equal(recent[0], b);
    undo_last(p->f); /* to what was before the browser was opened */
    expect_file(p, 0, a);

    player_click(p, ITEM_BROWSE, FILE_OF_MODEL);
    player_key(p, FACE_KEY_DOWN, 0);
    player_key(p, FACE_KEY_ENTER, 0); /* sooner than a preview */
    expect_file(p, 0, b);
    assert_int_equal(p->f->undo_count, 1);

    player_click(p, ITEM_BROWSE, FILE_OF_MODEL); /* the slot changes meanwhile, by a foot switch */
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    expect_file(p, 0, c);
    face_set_number(p->f, FACE_PLAYING, 2);
    player_key(p, FACE_KEY_ESCAPE, 0);
    expect_file(p, 0, b);
}

/* Among others there are files that cannot be loaded: the list says so. */
static void test_previews_that_fail(void **state)
{
    player *p = *state;
    const char *a = player_file("a.nam");
    player_file("b.nam");
    face_set_file(p->f, BL_RIG_MODEL, a);
    face_set_text(p->f, FACE_DETAILS, "File: a.nam\n");
    player_click(p, ITEM_BROWSE, FILE_OF_MODEL);
    const browser *b = p->f->browser;
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    assert_false(b->refused); /* it is being loaded */
    face_damage(p->f);
    face_set_text(p->f, FACE_STATUS, "Slot 1 cannot load b.nam.");
    face_set_text(p->f, FACE_ERROR, "It is empty.");
    assert_true(b->refused);
    assert_true(box_meet(face_damage(p->f), b->boxes.list));
    player_key(p, FACE_KEY_UP, 0);
    rest(p);
    assert_false(b->refused);
    face_set_text(p->f, FACE_ERROR, "");
    assert_false(b->refused);
    player_key(p, FACE_KEY_ESCAPE, 0);
    *p->log = 0;
}

static void test_a_window_that_closes_while_it_plays_a_preview(void **state)
{
    player *p = *state;
    const char *a = player_file("a.wav"), *b = player_file("b.wav");
    face_set_file(p->f, BL_RIG_IMPULSE_1, a);
    player_click(p, ITEM_CABINET, 0);
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    expect_file(p, BL_RIG_IMPULSE_1, b);
    char log[600];
    snprintf(log, sizeof log, "file %d %s\n", BL_RIG_IMPULSE_1, a);
    face_free(p->f);
    player_expect(p, log);
    player_start(p);
}

static void test_rigs(void **state)
{
    player *p = *state;
    const char *a = player_file("a.rig.json"), *b = player_file("b.rig.json"), *m = player_file("m.nam");
    char log[600];
    face_set_rig(p->f, a);
    player_click(p, ITEM_LOGO, 0);
    assert_int_equal(p->f->overlay, OVERLAY_BROWSER);
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    player_expect(p, ""); /* a whole rig is no preview */
    player_key(p, FACE_KEY_ENTER, 0);
    snprintf(log, sizeof log, "rig %s\n", b);
    player_expect(p, log);
    face_set_file(p->f, BL_RIG_MODEL, m); /* a rig that is found while looking for a model */
    player_click(p, ITEM_MODEL, 0);
    player_key(p, FACE_KEY_TAB, 0);
    player_key(p, FACE_KEY_TAB, 0);
    player_key(p, FACE_KEY_DOWN, 0);
    rest(p);
    player_key(p, FACE_KEY_ENTER, 0);
    snprintf(log, sizeof log, "rig %s\n", a);
    player_expect(p, log);
    assert_string_equal(p->f->files[0], m);
}

static void test_keys_and_pointer_belong_to_the_browser(void **state)
{
    player *p = *state;
    face_set_file(p->f, BL_RIG_MODEL, player_file("a.nam"));
    player_click(p, ITEM_KNOB, BL_RIG_BASS);
    player_forget(p);
    player_click(p, ITEM_BROWSE, FILE_OF_MODEL);
    player_key(p, FACE_KEY_UP, 0);
    assert_true(face_type(p->f, FACE_KEY_TEXT, "z", FACE_CONTROL));
    face_wheel(p->f, 400, 300, 3, 0);
    for (double x = 10; x < FACE_WIDTH; x += 90) {
        face_move(p->f, x, 400, 0);
        assert_int_equal(p->f->hovered, FACE_NOTHING);
    }
    bool told = false;
    for (double x = 20; x < FACE_WIDTH; x += 20) {
        face_move(p->f, x, HEADER / 2.0, 0);
        player_wait(p, 0.7);
        told = told || p->f->tooltip;
        face_move(p->f, x + 1, HEADER / 2.0, 0);
        assert_false(p->f->tooltip);
    }
    assert_true(told); /* its buttons say what they do */
    face_damage(p->f);
    face_set_number(p->f, FACE_IN_RMS, -3); /* nobody sees the meters */
    assert_true(box_is_empty(face_damage(p->f)));
    face_resize(p->f, 1200, 800);
    face_leave(p->f);
    rest(p);
    player_expect(p, "");
    if (p->f->overlay == OVERLAY_BROWSER)
        player_key(p, FACE_KEY_ESCAPE, 0);
    player_expect(p, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_steps, start, end),
        cmocka_unit_test_setup_teardown(test_told_late, start, end),
        cmocka_unit_test_setup_teardown(test_told_otherwise, start, end),
        cmocka_unit_test_setup_teardown(test_previews, start, end),
        cmocka_unit_test_setup_teardown(test_previews_that_fail, start, end),
        cmocka_unit_test_setup_teardown(test_a_window_that_closes_while_it_plays_a_preview, start, end),
        cmocka_unit_test_setup_teardown(test_rigs, start, end),
        cmocka_unit_test_setup_teardown(test_keys_and_pointer_belong_to_the_browser, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
