/* What is told from outside: it is shown, does not fight a hand, and only what shows it is drawn anew. */
#include "player.h"

#include <math.h>
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

static void assert_harmed(player *p, item_kind kind, int index)
{
    const box b = player_box(p, kind, index), d = face_damage(p->f);
    assert_true(d.x <= b.x && d.y <= b.y && d.x + d.w >= b.x + b.w && d.y + d.h >= b.y + b.h);
    assert_true(d.w <= b.w + 8 && d.h <= b.h + 8);
}

static void assert_unharmed(player *p)
{
    assert_true(box_is_empty(face_damage(p->f)));
}

static void test_settings(void **state)
{
    player *p = *state;
    face_set(p->f, BL_RIG_BASS, 3);
    assert_harmed(p, ITEM_KNOB, BL_RIG_BASS);
    face_set(p->f, BL_RIG_BASS, 3);
    assert_unharmed(p);
    face_set(p->f, BL_RIG_BASS, 99);
    assert_float_equal(p->f->settings[BL_RIG_BASS], 15, 0);
    face_set(p->f, BL_RIG_BASS, NAN);
    assert_float_equal(p->f->settings[BL_RIG_BASS], 15, 0);
    face_damage(p->f);
    face_set(p->f, BL_RIG_QUALITY, 0.5f); /* on another page */
    assert_unharmed(p);
    face_set(p->f, (bl_rig_param)BL_RIG_PARAM_COUNT, 1);
    face_set(p->f, (bl_rig_param)-1, 1);
    face_set_knob(p->f, FACE_KNOBS, 1);
    face_set_knob(p->f, 0, -3);
    assert_float_equal(p->f->knobs[0], 0, 0);
    face_set(p->f, BL_RIG_GATE, 1); /* the gate's other controls look otherwise from now on */
    assert_false(box_is_empty(face_damage(p->f)));
    player_expect(p, "");
}

static void test_hand_and_automation(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 22, 0);
    face_set(p->f, BL_RIG_BASS, -9);
    assert_float_equal(p->f->settings[BL_RIG_BASS], 3, 1e-5);
    face_set(p->f, BL_RIG_MID, -9); /* another one moves */
    assert_float_equal(p->f->settings[BL_RIG_MID], -9, 0);
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 20, 0);
    assert_float_equal(p->f->settings[BL_RIG_BASS], 6, 1e-5);
    player_release(p, 1);
    assert_float_equal(p->f->settings[BL_RIG_BASS], -9, 0);
    player_forget(p);
    undo_last(p->f); /* what the hand did, not what was told */
    player_expect(p, "touch 16 on\nset 16 0\ntouch 16 off\n");
}

static void test_echoes_of_the_hand(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    for (int i = 1; i <= 5; i++)
        face_move(p->f, p->f->pointer_x, p->f->pointer_y - 10, 0);
    const float last = p->f->settings[BL_RIG_BASS];
    face_set(p->f, BL_RIG_BASS, p->set[BL_RIG_BASS]);
    face_set(p->f, BL_RIG_BASS, 2.7f); /* late: that was two moves ago */
    assert_float_equal(p->f->settings[BL_RIG_BASS], last, 0);
    player_release(p, 1);
    assert_float_equal(p->f->settings[BL_RIG_BASS], last, 0);
}

static void test_owner_who_answers_at_once(void **state)
{
    player *p = *state;
    p->answers = true;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 22, 0);
    player_release(p, 1);
    player_wheel(p, ITEM_KNOB, BL_RIG_BASS, 2, 0);
    player_wait(p, 1);
    player_click(p, ITEM_SWITCH, BL_RIG_GATE);
    player_click(p, ITEM_SLOT, 3);
    player_click(p, ITEM_BYPASS, 0);
    assert_float_equal(p->f->settings[BL_RIG_BASS], 4, 1e-5);
    assert_float_equal(p->f->settings[BL_RIG_GATE], 1, 0);
    assert_int_equal(face_slot(p->f), 3);
}

static void test_slots_and_bypass_of_others(void **state)
{
    player *p = *state;
    face_set(p->f, BL_RIG_SLOT, 5);
    assert_int_equal(face_slot(p->f), 4);
    face_set_number(p->f, FACE_PLAYING, 9);
    assert_int_equal(face_slot(p->f), 8);
    face_set_number(p->f, FACE_PLAYING, NAN);
    face_set_number(p->f, FACE_PLAYING, 99);
    assert_int_equal(face_slot(p->f), 15);
    face_set_number(p->f, FACE_PLAYING, -99);
    assert_int_equal(face_slot(p->f), 0);
    face_damage(p->f);
    face_set_number(p->f, FACE_BYPASSED, 1);
    assert_false(box_is_empty(face_damage(p->f)));
    face_set_number(p->f, FACE_BYPASSED, 1);
    assert_unharmed(p);
}

static void test_meters_draw_what_changes(void **state)
{
    player *p = *state;
    face_set_number(p->f, FACE_IN_RMS, -30);
    assert_harmed(p, ITEM_METER, 0);
    face_set_number(p->f, FACE_IN_RMS, -30.01f); /* less than half a pixel */
    face_set_number(p->f, FACE_IN_RMS, -29.999f);
    face_set_number(p->f, FACE_OUT_RMS, -120); /* below what is shown */
    face_set_number(p->f, FACE_OUT_RMS, -61);
    face_set_number(p->f, FACE_GATE_GAIN, 0);
    assert_unharmed(p);
    face_set_number(p->f, FACE_OUT_RMS, NAN);
    assert_unharmed(p);
    face_set_number(p->f, FACE_GATE_GAIN, -20);
    assert_harmed(p, ITEM_METER, 1);
    float level = -30; /* a slow rise is seen, however small its steps are */
    unsigned harmed = 0;
    for (int i = 0; i < 3000; i++, level += 0.01f) {
        face_set_number(p->f, FACE_IN_RMS, level);
        harmed += !box_is_empty(face_damage(p->f));
    }
    const double steps = 2 * player_box(p, ITEM_METER, 0).h * (pow(60 / 66.0, 1.5) - pow(30 / 66.0, 1.5));
    assert_true(fabs(harmed - steps) < 3);

    face_set_number(p->f, FACE_IN_RMS, -12); /* both ends of the window: two boxes, not one around both */
    face_set_number(p->f, FACE_OUT_RMS, -12);
    box boxes[FACE_DAMAGES];
    assert_int_equal(face_damages(p->f, boxes), 2);
    assert_true(boxes[0].w < 100 && boxes[1].w < 100);
    assert_int_equal(face_damages(p->f, boxes), 0);
}

static void test_held_peaks_and_clip_lights(void **state)
{
    player *p = *state;
    face_set_number(p->f, FACE_IN_PEAK, -6);
    assert_false(p->f->holds[0].clipped);
    face_set_number(p->f, FACE_IN_PEAK, -40);
    player_wait(p, 1.9);
    assert_float_equal(p->f->holds[0].db, -6, 0);
    assert_true(face_is_moving(p->f));
    face_damage(p->f);
    player_wait(p, 0.2);
    assert_float_equal(p->f->holds[0].db, -40, 0);
    assert_harmed(p, ITEM_METER, 0);
    assert_false(face_is_moving(p->f));

    face_set_number(p->f, FACE_OUT_PEAK, 0);
    face_set_number(p->f, FACE_OUT_PEAK, -40);
    player_wait(p, 60);
    assert_true(p->f->holds[1].clipped);
    assert_false(p->f->holds[0].clipped);
    player_click(p, ITEM_METER, 2);
    assert_false(p->f->holds[1].clipped);
}

static void test_load_is_told_twice_a_second(void **state)
{
    player *p = *state;
    unsigned harmed = 0;
    face_move(p->f, -1, -1, 0);
    for (int i = 0; i < 300; i++) { /* 10 s */
        face_set_number(p->f, FACE_CPU, (float)(10 + 3 * (i % 7)));
        player_wait(p, 0.03);
        harmed += !box_is_empty(face_damage(p->f));
    }
    assert_true(harmed >= 10 && harmed <= 21);
    player_wait(p, 1);
    face_damage(p->f);
    const float last = p->f->numbers[FACE_CPU];
    face_set_number(p->f, FACE_CPU, last + 0.1f); /* the same in whole per cents */
    player_wait(p, 1);
    assert_unharmed(p);
    face_set_number(p->f, FACE_LATENCY, 64);
    assert_harmed(p, ITEM_LOAD, 0);
}

static void test_words(void **state)
{
    player *p = *state;
    face_set_text(p->f, FACE_NAME, "A name");
    assert_false(box_is_empty(face_damage(p->f)));
    face_set_text(p->f, FACE_NAME, "A name");
    assert_unharmed(p);
    face_set_text(p->f, FACE_NAME, NULL);
    assert_string_equal(p->f->texts[FACE_NAME], "");
    assert_int_equal(face_find(p->f, ITEM_STATUS, 0), FACE_NOTHING);
    face_set_text(p->f, FACE_ERROR, "The file is not there.");
    assert_int_not_equal(face_find(p->f, ITEM_STATUS, 0), FACE_NOTHING);
    player_click(p, ITEM_STATUS, 0); /* read, and put away */
    assert_int_equal(face_find(p->f, ITEM_STATUS, 0), FACE_NOTHING);
    face_set_text(p->f, (face_text)FACE_TEXT_COUNT, "x");
    face_set_number(p->f, (face_number)FACE_NUMBER_COUNT, 1);
    face_set_file(p->f, (bl_rig_file)BL_RIG_FILE_COUNT, "x");
    face_set_file(p->f, BL_RIG_MODEL, NULL);
    face_set_rig(p->f, NULL);
    static const char *const odd[] = { "Knob 1:",
                                       "Knob 1: ",
                                       "Knob 1: a",
                                       "Knob 1: a, 0 to",
                                       "Knob 2: a, 0 to 1, at first 0.5",
                                       "Knob 1: a, x to 1, at first 0.5",
                                       "\n\nKnob 99999999999999999999: a, 0 to 1, at first 0\n" };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        face_set_text(p->f, FACE_DETAILS, odd[i]);
        assert_int_equal(p->f->model_knobs, 0);
    }
    char many[2048] = "";
    for (int i = 1; i < 20; i++)
        sprintf(many + strlen(many), "Knob %d: No. %d, -1 to 1.5, at first 1e-2\n", i, i);
    face_set_text(p->f, FACE_DETAILS, many);
    assert_int_equal(p->f->model_knobs, FACE_KNOBS);
    assert_string_equal(p->f->knob_infos[7].name, "No. 8");
    assert_float_equal(p->f->knob_infos[7].first, 0.01, 1e-9);
}

static void hear(player *p, double hz, double seconds)
{
    static double phase;
    float block[1600];
    for (double t = 0; t < seconds; t += 1.0 / 30) {
        for (size_t i = 0; i < 1600; i++)
            block[i] = (float)(0.3 * sin(phase += 2 * 3.14159265358979 * hz / 48000));
        face_hear(p->f, block, 1600, 48000);
    }
}

static void test_tuner(void **state)
{
    player *p = *state;
    hear(p, 110, 0.5); /* nobody listens */
    assert_unharmed(p);
    player_click(p, ITEM_TUNER, 0);
    face_damage(p->f);
    hear(p, 110, 1);
    assert_true(p->f->tuner_shown.heard);
    assert_string_equal(p->f->tuner_shown.name, "A");
    assert_harmed(p, ITEM_TUNER_VIEW, 0);
    hear(p, 110, 0.5); /* the same note */
    assert_unharmed(p);
    hear(p, 110 * pow(2, 0.1 / 12), 1);
    assert_int_equal(p->f->tuner_shown.cents, 10);
    player_click(p, ITEM_TUNER, 0);
} /* a window that closes with the tuner on is in the monkey's test */

static void test_tooltips(void **state)
{
    player *p = *state;
    face_set(p->f, BL_RIG_GATE_THRESHOLD, -42);
    face_move(p->f, player_x(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD), player_y(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD),
              0);
    face_damage(p->f);
    player_wait(p, 0.5);
    assert_false(p->f->tooltip);
    assert_true(face_is_moving(p->f));
    player_wait(p, 0.2);
    assert_true(p->f->tooltip);
    assert_non_null(strstr(p->f->tooltip_text, "Gate Threshold: -42.0 dB"));
    assert_non_null(strstr(p->f->tooltip_text, "Input level that opens the gate."));
    assert_non_null(strstr(p->f->tooltip_text, "Double click: -60.0 dB."));
    assert_non_null(strstr(p->f->tooltip_text, "It does nothing while the gate is off."));
    const box place = p->f->tooltip_place, window = { 0, 0, FACE_WIDTH, FACE_HEIGHT };
    assert_true(box_has(window, place.x, place.y) && box_has(window, place.x + place.w, place.y + place.h));
    assert_false(box_meet(place, player_box(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD)));
    assert_false(face_is_moving(p->f));
    face_damage(p->f);
    face_set(p->f, BL_RIG_GATE_THRESHOLD, -41); /* it keeps up with the value */
    player_wait(p, 0.1);
    assert_non_null(strstr(p->f->tooltip_text, "-41.0 dB"));
    face_move(p->f, p->f->pointer_x + 3, p->f->pointer_y, 0);
    assert_true(p->f->tooltip);
    player_press(p, ITEM_KNOB, BL_RIG_GATE_THRESHOLD, 1, 0);
    assert_false(p->f->tooltip);
    player_wait(p, 1);
    player_release(p, 1);
    player_wait(p, 1);
    assert_false(p->f->tooltip); /* not again before the pointer comes anew */
    face_leave(p->f);
    assert_false(p->f->tooltip);
}

static void test_everything_has_a_tooltip(void **state)
{
    player *p = *state;
    const box window = { 0, 0, FACE_WIDTH, FACE_HEIGHT };
    char sentence[400] = "";
    for (int i = 0; i < 40; i++)
        strcat(sentence, "so long ");
    for (int files = 0; files < 2; files++) {
        for (size_t i = 0; i < p->f->layout.count; i++) {
            const item its = p->f->layout.items[i];
            if (its.kind == ITEM_PANEL || its.kind == ITEM_TAB) /* its name says it */
                continue;
            face_move(p->f, -1, -1, 0);
            face_move(p->f, player_x(p, its.kind, its.index), player_y(p, its.kind, its.index), 0);
            player_wait(p, 0.7);
            assert_true(p->f->tooltip);
            const box b = p->f->tooltip_place;
            assert_true(box_has(window, b.x, b.y) && b.y + b.h <= FACE_HEIGHT && b.x + b.w <= FACE_WIDTH);
        }
        face_set_text(p->f, FACE_ERROR, sentence);
        face_set_file(p->f, BL_RIG_MODEL, "/some/folder/some.nam");
        face_set_file(p->f, BL_RIG_IMPULSE_1, "/some/folder/some.wav");
    }
    face_move(p->f, player_x(p, ITEM_STATUS, 0), player_y(p, ITEM_STATUS, 0), 0);
    player_wait(p, 0.7);
    assert_true(strcspn(p->f->tooltip_text, "\n") <= 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_settings, start, end),
        cmocka_unit_test_setup_teardown(test_hand_and_automation, start, end),
        cmocka_unit_test_setup_teardown(test_echoes_of_the_hand, start, end),
        cmocka_unit_test_setup_teardown(test_owner_who_answers_at_once, start, end),
        cmocka_unit_test_setup_teardown(test_slots_and_bypass_of_others, start, end),
        cmocka_unit_test_setup_teardown(test_meters_draw_what_changes, start, end),
        cmocka_unit_test_setup_teardown(test_held_peaks_and_clip_lights, start, end),
        cmocka_unit_test_setup_teardown(test_load_is_told_twice_a_second, start, end),
        cmocka_unit_test_setup_teardown(test_words, start, end),
        cmocka_unit_test_setup_teardown(test_tuner, start, end),
        cmocka_unit_test_setup_teardown(test_tooltips, start, end),
        cmocka_unit_test_setup_teardown(test_everything_has_a_tooltip, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
