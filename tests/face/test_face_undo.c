/* The last changes are taken back one by one: drags and runs as wholes, files too. */
#include "player.h"

#include <stdio.h>

static int start(void **state)
{
    static player p;
    player_start(&p);
    *state = &p;
    return 0;
}

static int end(void **state)
{
    player_end(*state);
    return 0;
}

static bool undo(player *p)
{
    return face_type(p->f, FACE_KEY_TEXT, "z", FACE_CONTROL);
}

static void test_a_drag_is_one_change(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    for (int i = 0; i < 30; i++)
        face_move(p->f, p->f->pointer_x, p->f->pointer_y - 2, 0);
    player_release(p, 1);
    player_click(p, ITEM_KNOB, BL_RIG_MID); /* changes nothing */
    assert_int_equal(p->f->undo_count, 1);
    player_forget(p);
    assert_true(undo(p));
    player_expect(p, "touch 16 on\nset 16 0\ntouch 16 off\n");
    assert_true(undo(p)); /* nothing left, but the key is ours */
    player_expect(p, "");
}

static void test_runs_are_one_change(void **state)
{
    player *p = *state;
    for (int i = 0; i < 5; i++)
        player_wheel(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    player_wait(p, 1);
    for (int i = 0; i < 5; i++)
        player_wheel(p, ITEM_KNOB, BL_RIG_BASS, -2, 0);
    player_forget(p);
    undo(p); /* while the run lasts */
    player_expect(p, "touch 16 off\ntouch 16 on\nset 16 2.5\ntouch 16 off\n");
    undo(p);
    player_expect(p, "touch 16 on\nset 16 0\ntouch 16 off\n");
    player_click(p, ITEM_KNOB, BL_RIG_TREBLE);
    for (int i = 0; i < 5; i++)
        player_key(p, FACE_KEY_UP, 0);
    undo(p);
    assert_float_equal(p->f->settings[BL_RIG_TREBLE], 0, 0);
    assert_false(undo_possible(p->f));
}

static void test_all_kinds_and_the_button(void **state)
{
    player *p = *state;
    face_set_text(p->f, FACE_DETAILS, "Knob 1: a, 0 to 1, at first 0.5\n");
    face_set_file(p->f, BL_RIG_MODEL + 2, "/tmp/a.nam");
    player_click(p, ITEM_SWITCH, BL_RIG_GATE);
    player_click(p, ITEM_SLOT, 2);
    player_click(p, ITEM_CLEAR, FILE_OF_MODEL);
    player_page(p, PAGE_MODEL);
    player_wheel(p, ITEM_MODEL_KNOB, 0, 1, 0);
    player_wait(p, 1);
    player_click(p, ITEM_BYPASS, 0);
    player_forget(p);
    player_click(p, ITEM_UNDO, 0);
    player_expect(p, "touch 0 on\nset 0 1\ntouch 0 off\n");
    player_click(p, ITEM_UNDO, 0);
    player_expect(p, "touch knob 0 on\nknob 0 0.5\ntouch knob 0 off\n");
    player_click(p, ITEM_UNDO, 0);
    player_expect(p, "file 2 /tmp/a.nam\n");
    player_click(p, ITEM_UNDO, 0);
    player_expect(p, "touch 12 on\nset 12 1\ntouch 12 off\n");
    face_damage(p->f);
    player_click(p, ITEM_UNDO, 0);
    player_expect(p, "touch 5 on\nset 5 0\ntouch 5 off\n");
    assert_true(control_is_idle(p->f, face_item(p->f, face_find(p->f, ITEM_UNDO, 0))));
    player_click(p, ITEM_UNDO, 0);
    player_expect(p, "");
}

static void test_a_drag_under_way(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 22, 0);
    player_forget(p);
    undo(p);
    player_expect(p, "touch 16 off\ntouch 16 on\nset 16 0\ntouch 16 off\n");
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 22, 0);
    player_release(p, 1);
    player_expect(p, "");
}

static void test_the_oldest_are_forgotten(void **state)
{
    player *p = *state;
    for (int i = 0; i < FACE_UNDOS + 10; i++) {
        char path[32];
        sprintf(path, "/tmp/%d.nam", i);
        face_drop(p->f, player_x(p, ITEM_SLOT, 7), player_y(p, ITEM_SLOT, 7), path);
    }
    int undone = 0;
    for (; undo_possible(p->f); undone++)
        undo(p);
    assert_int_equal(undone, FACE_UNDOS);
    assert_string_equal(p->f->files[7], "/tmp/9.nam");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_drag_is_one_change, start, end),
        cmocka_unit_test_setup_teardown(test_runs_are_one_change, start, end),
        cmocka_unit_test_setup_teardown(test_all_kinds_and_the_button, start, end),
        cmocka_unit_test_setup_teardown(test_a_drag_under_way, start, end),
        cmocka_unit_test_setup_teardown(test_the_oldest_are_forgotten, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
