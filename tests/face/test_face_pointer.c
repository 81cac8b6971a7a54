/* Drags, clicks, the wheel. */
#include "player.h"

#include <math.h>

static float shown(const player *p, bl_rig_param param)
{
    return p->f->settings[param];
}

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

static void drag_by(player *p, double up, unsigned modifiers, int moves)
{
    const double x = p->f->pointer_x, y = p->f->pointer_y;
    for (int i = 1; i <= moves; i++)
        face_move(p->f, x, y - up * i / moves, modifiers);
}

static void test_drag(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    player_expect(p, "touch 16 on\n");
    drag_by(p, 2, 0, 1);
    player_expect(p, ""); /* a shaky click */
    drag_by(p, 50, 0, 1);
    player_expect(p, "set 16 7.5\n"); /* a quarter of 30 dB */
    drag_by(p, -300, 0, 40);
    assert_float_equal(shown(p, BL_RIG_BASS), -15, 0);
    assert_float_equal(p->set[BL_RIG_BASS], -15, 0);
    drag_by(p, 200, 0, 33); /* the end does not hold it, and the full range is 200 pixels */
    assert_float_equal(shown(p, BL_RIG_BASS), 15, 0);
    *p->log = 0;
    player_release(p, 1);
    player_expect(p, "touch 16 off\n");
    assert_int_equal(p->touches, 2);
}

static void test_drag_does_not_depend_on_its_moves(void **state)
{
    player *p = *state;
    for (int moves = 1; moves < 60; moves += 7) {
        p->now += 1;
        face_set(p->f, BL_RIG_GATE_THRESHOLD, -60);
        player_press(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD, 1, 0);
        drag_by(p, 42, 0, moves);
        assert_float_equal(shown(p, BL_RIG_GATE_THRESHOLD), -40, 1e-4);
        player_release(p, 1);
    }
}

static void test_shift_is_fine_and_does_not_jump(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    drag_by(p, 22, 0, 1);
    assert_float_equal(shown(p, BL_RIG_BASS), 3, 1e-4);
    const double x = p->f->pointer_x, y = p->f->pointer_y;
    face_move(p->f, x, y, FACE_SHIFT);
    assert_float_equal(shown(p, BL_RIG_BASS), 3, 1e-4);
    face_move(p->f, x, y - 20, FACE_SHIFT);
    assert_float_equal(shown(p, BL_RIG_BASS), 3.3, 1e-4);
    face_move(p->f, x, y - 20, 0);
    assert_float_equal(shown(p, BL_RIG_BASS), 3.3, 1e-4);
    face_move(p->f, x, y - 40, 0);
    assert_float_equal(shown(p, BL_RIG_BASS), 6.3, 1e-4);
    player_release(p, 1);
}

static void test_double_click_and_control_click(void **state)
{
    player *p = *state;
    face_set(p->f, BL_RIG_GATE_THRESHOLD, -20);
    player_press(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD, 1, 0);
    player_release(p, 1);
    player_expect(p, "touch 6 on\ntouch 6 off\n");
    p->now += 0.2;
    player_press(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD, 1, 0);
    player_release(p, 1);
    player_expect(p, "touch 6 on\nset 6 -60\ntouch 6 off\n");

    face_set(p->f, BL_RIG_GATE_THRESHOLD, -20); /* too slow */
    player_click(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD);
    player_click(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD);
    assert_float_equal(shown(p, BL_RIG_GATE_THRESHOLD), -20, 0);

    p->now += 1; /* two places */
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    player_release(p, 1);
    player_press(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD, 1, 0);
    player_release(p, 1);
    assert_float_equal(shown(p, BL_RIG_GATE_THRESHOLD), -20, 0);

    p->now += 1; /* a drag between two presses */
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    drag_by(p, 10, 0, 2);
    drag_by(p, -10, 0, 2);
    player_release(p, 1);
    const float before = shown(p, BL_RIG_BASS);
    face_press(p->f, p->f->pointer_x, p->f->pointer_y, 1, 0, p->now + 0.1);
    player_release(p, 1);
    assert_float_equal(shown(p, BL_RIG_BASS), before, 0);

    *p->log = 0;
    player_press(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD, 1, FACE_CONTROL);
    player_release(p, 1);
    player_expect(p, "touch 6 on\nset 6 -60\ntouch 6 off\n");
}

static void test_wheel(void **state)
{
    player *p = *state;
    player_wheel(p, ITEM_KNOB, BL_RIG_INPUT_GAIN, 1, 0);
    player_wheel(p, ITEM_KNOB, BL_RIG_INPUT_GAIN, 2, 0);
    player_wheel(p, ITEM_KNOB, BL_RIG_INPUT_GAIN, -1, FACE_SHIFT);
    player_expect(p, "touch 1 on\nset 1 1\nset 1 3\nset 1 2.9\n");
    assert_true(face_is_moving(p->f));
    player_wait(p, 0.5);
    player_expect(p, "");
    player_wait(p, 0.2);
    player_expect(p, "touch 1 off\n");

    for (int i = 0; i < 10; i++) /* a tenth of a notch each, as touch pads send */
        player_wheel(p, ITEM_KNOB, BL_RIG_BASS, 0.1, 0);
    assert_float_equal(shown(p, BL_RIG_BASS), 0.5, 1e-5);
    assert_true(p->touched && p->touched_which == BL_RIG_BASS);
    player_wheel(p, ITEM_KNOB, BL_RIG_MID, 1, 0); /* one hand only */
    assert_true(p->touched && p->touched_which == BL_RIG_MID);
    face_leave(p->f);
    assert_false(p->touched);
    assert_false(face_wheel(p->f, player_x(p, ITEM_PANEL, 0), 38, 1, 0));
    player_wheel(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    assert_true(p->touched);
    face_press(p->f, 4, 2, 1, 0, p->now); /* nothing is there */
    assert_false(p->touched);
}

static void test_wheel_of_choices(void **state)
{
    player *p = *state;
    player_page(p, PAGE_SETUP);
    assert_float_equal(shown(p, BL_RIG_OUTPUT_MODE), BL_RIG_OUTPUT_NORMALISED, 0);
    player_wheel(p, ITEM_CHOICE, BL_RIG_OUTPUT_MODE, -1, 0); /* down the list */
    assert_float_equal(shown(p, BL_RIG_OUTPUT_MODE), BL_RIG_OUTPUT_CALIBRATED, 0);
    player_wheel(p, ITEM_CHOICE, BL_RIG_OUTPUT_MODE, -1, 0);
    assert_float_equal(shown(p, BL_RIG_OUTPUT_MODE), BL_RIG_OUTPUT_CALIBRATED, 0);
    for (int i = 0; i < 4; i++)
        player_wheel(p, ITEM_CHOICE, BL_RIG_OUTPUT_MODE, 0.25, 0);
    assert_float_equal(shown(p, BL_RIG_OUTPUT_MODE), BL_RIG_OUTPUT_NORMALISED, 0);
    player_wheel(p, ITEM_CHOICE, BL_RIG_OVERSAMPLE, -9, 0);
    assert_float_equal(shown(p, BL_RIG_OVERSAMPLE), 8, 0);
}

static void test_heavy_settings_are_told_at_the_end(void **state)
{
    player *p = *state;
    player_page(p, PAGE_SETUP);
    player_press(p, ITEM_KNOB, BL_RIG_QUALITY, 1, 0);
    drag_by(p, -102, 0, 20);
    player_expect(p, "touch 13 on\n");
    assert_float_equal(shown(p, BL_RIG_QUALITY), 0.5, 1e-6);
    player_release(p, 1);
    player_expect(p, "set 13 0.5\ntouch 13 off\n");
}

static void test_menu(void **state)
{
    player *p = *state;
    player_page(p, PAGE_SETUP);
    player_click(p, ITEM_CHOICE, BL_RIG_OVERSAMPLE);
    assert_int_equal(p->f->overlay, OVERLAY_MENU);
    const box menu = menu_box(p->f);
    assert_true(menu.y >= 0 && menu.y + menu.h <= FACE_HEIGHT);
    face_move(p->f, menu.x + 9, menu.y + 4 + 2.5 * ROW, 0);
    assert_int_equal(p->f->menu_hovered, 2);
    player_expect(p, "");
    face_press(p->f, menu.x + 9, menu.y + 4 + 2.5 * ROW, 1, 0, p->now);
    face_release(p->f, menu.x + 9, menu.y + 4 + 2.5 * ROW, 1, 0);
    player_expect(p, "touch 14 on\nset 14 4\ntouch 14 off\n");
    assert_int_equal(p->f->overlay, OVERLAY_NONE);

    player_click(p, ITEM_CHOICE, BL_RIG_OVERSAMPLE); /* a press elsewhere closes it and does nothing else */
    player_click(p, ITEM_SLOT, 3);
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    player_expect(p, "");

    player_press(p, ITEM_CHOICE, BL_RIG_OVERSAMPLE, 1, 0); /* one press, held */
    face_move(p->f, menu.x + 9, menu.y + 4 + 0.5 * ROW, 0);
    player_release(p, 1);
    player_expect(p, "touch 14 on\nset 14 1\ntouch 14 off\n");
}

static void test_switches_and_slots(void **state)
{
    player *p = *state;
    player_click(p, ITEM_SWITCH, BL_RIG_GATE);
    player_expect(p, "touch 5 on\nset 5 1\ntouch 5 off\n");
    player_click(p, ITEM_SLOT, 6);
    player_expect(p, "touch 12 on\nset 12 7\ntouch 12 off\n");
    assert_int_equal(face_slot(p->f), 6);
    player_click(p, ITEM_SLOT, 6);
    player_expect(p, "touch 12 on\ntouch 12 off\n");
    face_set_number(p->f, FACE_PLAYING, 2); /* a foot switch */
    player_click(p, ITEM_SLOT, 6);          /* although the setting is that already */
    player_expect(p, "touch 12 on\nset 12 7\ntouch 12 off\n");
    player_click(p, ITEM_BYPASS, 0);
    player_expect(p, "touch 0 on\nset 0 0\ntouch 0 off\n");
    assert_true(p->f->numbers[FACE_BYPASSED] == 1);
    face_set_number(p->f, FACE_BYPASSED, 0);
    player_click(p, ITEM_BYPASS, 0);
    player_expect(p, "touch 0 on\nset 0 0\ntouch 0 off\n");

    face_set_file(p->f, BL_RIG_MODEL + 4, "/a.nam");
    player_press(p, ITEM_SLOT, 3, 3, 0); /* empty already */
    player_release(p, 3);
    player_expect(p, "");
    player_press(p, ITEM_SLOT, 4, 3, 0);
    player_release(p, 3);
    player_expect(p, "file 4 \n");
    face_set_file(p->f, BL_RIG_MODEL + 4, "/a.nam");
    player_wait(p, 4);
    player_press(p, ITEM_SLOT, 4, 2, 0);
    player_release(p, 2);
    player_expect(p, "file 4 \n");
}

static void test_buttons_act_when_released_on_them(void **state)
{
    player *p = *state;
    player_press(p, ITEM_TUNER, 0, 1, 0);
    face_move(p->f, 5, 300, 0);
    player_release(p, 1);
    player_expect(p, "");
    player_click(p, ITEM_TUNER, 0);
    player_expect(p, "tuner on\n");
    assert_int_not_equal(face_find(p->f, ITEM_TUNER_VIEW, 0), FACE_NOTHING);
    assert_int_equal(face_find(p->f, ITEM_MODEL, 0), FACE_NOTHING);
    player_click(p, ITEM_TUNER, 0);
    player_expect(p, "tuner off\n");
}

static void test_hosts_dialogue(void **state)
{
    player *p = *state;
    player_click(p, ITEM_HOST_BROWSE, BL_RIG_IMPULSE_2);
    player_expect(p, "ask 17\n");
    p->has_dialogue = false;
    player_click(p, ITEM_HOST_BROWSE, FILE_OF_MODEL);
    player_expect(p, "ask 0\n");
    assert_int_equal(face_find(p->f, ITEM_HOST_BROWSE, FILE_OF_MODEL), FACE_NOTHING);
}

static void test_other_buttons_do_not_disturb_a_drag(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    drag_by(p, 22, 0, 3);
    *p->log = 0;
    face_press(p->f, p->f->pointer_x, p->f->pointer_y, 3, 0, p->now);
    face_release(p->f, p->f->pointer_x, p->f->pointer_y, 3, 0);
    face_wheel(p->f, p->f->pointer_x, p->f->pointer_y, 1, 0);
    face_leave(p->f);
    player_expect(p, "");
    face_move(p->f, -500, 100, 0);
    player_release(p, 1);
    assert_false(p->touched);
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0); /* a release that got lost */
    player_press(p, ITEM_KNOB, BL_RIG_MID, 1, 0);
    assert_true(p->touched && p->touched_which == BL_RIG_MID);
} /* and the window closes */

static void test_things_that_vanish(void **state)
{
    player *p = *state;
    face_set_text(p->f, FACE_DETAILS,
                  "Knob 1: Gain, 0 to 10, at first 5\nKnob 2: Low, end, -1 to 1, at first 0.25\n");
    assert_int_equal(p->f->model_knobs, 2);
    player_page(p, PAGE_MODEL);
    player_press(p, ITEM_MODEL_KNOB, 1, 1, 0);
    drag_by(p, 22, 0, 1);
    player_expect(p, "touch knob 1 on\nknob 1 0.6\n");
    face_set_text(p->f, FACE_ERROR, "Something."); /* all moves, but it is there */
    assert_true(p->touched);
    face_set_text(p->f, FACE_DETAILS, "");
    player_expect(p, "touch knob 1 off\n");
    assert_int_equal(p->f->page, PAGE_MAIN);
    player_release(p, 1);
    face_move(p->f, 100, 100, 0);
    player_expect(p, "");

    player_page(p, PAGE_SETUP);
    player_click(p, ITEM_CHOICE, BL_RIG_OVERSAMPLE);
    face_resize(p->f, 640, 360);
    assert_int_equal(p->f->overlay, OVERLAY_MENU);
    const box menu = menu_box(p->f);
    assert_true(menu.y >= 0 && menu.y + menu.h <= 360 && menu.x + menu.w <= 640);
}

static void test_right_click_opens_the_entry(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 3, 0);
    player_release(p, 3);
    assert_int_equal(p->f->overlay, OVERLAY_ENTRY);
    assert_string_equal(p->f->typed, "0.0 dB");
    player_type(p, "3");
    player_click(p, ITEM_KNOB, BL_RIG_MID); /* a press elsewhere takes it, and is a press */
    player_expect(p, "touch 16 on\nset 16 3\ntouch 16 off\ntouch 17 on\ntouch 17 off\n");
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 3, 0);
    player_type(p, "what");
    player_click(p, ITEM_KNOB, BL_RIG_MID); /* or leaves it, if it is nonsense */
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    assert_float_equal(shown(p, BL_RIG_BASS), 3, 0);
}

static void test_an_owner_who_can_do_nothing(void **state)
{
    face *f = face_create(&(face_owner){ 0 }, 44100);
    face_set_file(f, BL_RIG_MODEL, "/tmp/a.nam");
    for (size_t i = 0; i < f->layout.count; i++) {
        const box b = f->layout.items[i].box;
        for (int button = 1; button <= 3; button++) {
            face_press(f, b.x + b.w / 2, b.y + b.h / 2, button, 0, (double)i);
            face_move(f, b.x + b.w / 2, b.y, 0);
            face_release(f, b.x + b.w / 2, b.y + b.h / 2, button, 0);
        }
        face_wheel(f, b.x + b.w / 2, b.y + b.h / 2, 1, 0);
        face_type(f, FACE_KEY_TAB, "", 0);
        face_type(f, FACE_KEY_UP, "", 0);
        face_type(f, FACE_KEY_ENTER, "", 0);
        face_type(f, FACE_KEY_DELETE, "", 0);
        face_drop(f, b.x, b.y, "/tmp/b.nam");
    }
    assert_int_equal(f->overlay, OVERLAY_NONE);
    face_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_drag, start, end),
        cmocka_unit_test_setup_teardown(test_drag_does_not_depend_on_its_moves, start, end),
        cmocka_unit_test_setup_teardown(test_shift_is_fine_and_does_not_jump, start, end),
        cmocka_unit_test_setup_teardown(test_double_click_and_control_click, start, end),
        cmocka_unit_test_setup_teardown(test_wheel, start, end),
        cmocka_unit_test_setup_teardown(test_wheel_of_choices, start, end),
        cmocka_unit_test_setup_teardown(test_heavy_settings_are_told_at_the_end, start, end),
        cmocka_unit_test_setup_teardown(test_menu, start, end),
        cmocka_unit_test_setup_teardown(test_switches_and_slots, start, end),
        cmocka_unit_test_setup_teardown(test_buttons_act_when_released_on_them, start, end),
        cmocka_unit_test_setup_teardown(test_hosts_dialogue, start, end),
        cmocka_unit_test_setup_teardown(test_other_buttons_do_not_disturb_a_drag, start, end),
        cmocka_unit_test_setup_teardown(test_things_that_vanish, start, end),
        cmocka_unit_test_setup_teardown(test_right_click_opens_the_entry, start, end),
        cmocka_unit_test(test_an_owner_who_can_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
