/* The focus, the keys, and values that are typed. */
#include "player.h"

#include <math.h>

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

static const item *focused(const player *p)
{
    return face_item(p->f, p->f->focused);
}

static void focus_on(player *p, item_kind kind, int index)
{
    for (size_t i = 0; i < p->f->layout.count; i++) {
        player_key(p, FACE_KEY_TAB, 0);
        if (focused(p)->kind == kind && focused(p)->index == index)
            return;
    }
    fail_msg("The tab key does not come to %d %d.", (int)kind, index);
}

static void test_tab_goes_through_everything_in_order(void **state)
{
    player *p = *state;
    size_t all = 0;
    for (size_t i = 0; i < p->f->layout.count; i++)
        all += p->f->layout.items[i].kind >= ITEM_FIRST_FOCUSABLE;
    assert_null(focused(p));
    assert_false(player_key(p, FACE_KEY_UP, 0)); /* the host's */
    assert_false(player_key(p, FACE_KEY_SPACE, 0));
    int before = FACE_NOTHING;
    for (size_t i = 0; i < all; i++) {
        assert_true(player_key(p, FACE_KEY_TAB, 0));
        assert_true(p->f->focus_seen && p->f->focused > before);
        before = p->f->focused;
    }
    player_key(p, FACE_KEY_TAB, 0);
    assert_true(p->f->focused < before); /* round and round */
    player_key(p, FACE_KEY_TAB, FACE_SHIFT);
    assert_int_equal(p->f->focused, before);
    player_expect(p, "");
}

static void test_ring_is_seen_when_keys_are_used(void **state)
{
    player *p = *state;
    player_click(p, ITEM_KNOB, BL_RIG_BASS);
    assert_int_equal(focused(p)->index, BL_RIG_BASS);
    assert_false(p->f->focus_seen);
    assert_true(player_key(p, FACE_KEY_UP, 0));
    assert_true(p->f->focus_seen);
    player_click(p, ITEM_KNOB, BL_RIG_MID);
    assert_false(p->f->focus_seen);
    assert_false(player_key(p, FACE_KEY_ESCAPE, 0));
    player_key(p, FACE_KEY_TAB, 0);
    assert_true(player_key(p, FACE_KEY_ESCAPE, 0));
    assert_null(focused(p));

    player_click(p, ITEM_SWITCH, BL_RIG_GATE); /* a space bar that nobody sees going there is the host's */
    const float on = p->f->settings[BL_RIG_GATE];
    assert_false(player_key(p, FACE_KEY_SPACE, 0));
    assert_float_equal(p->f->settings[BL_RIG_GATE], on, 0);
    focus_on(p, ITEM_SWITCH, BL_RIG_GATE);
    assert_true(player_key(p, FACE_KEY_SPACE, 0));
    assert_float_equal(p->f->settings[BL_RIG_GATE], 1 - on, 0);
    assert_true(player_key(p, FACE_KEY_ENTER, 0));
    assert_float_equal(p->f->settings[BL_RIG_GATE], on, 0);
}

static void test_arrows_turn_a_knob(void **state)
{
    player *p = *state;
    focus_on(p, ITEM_KNOB, BL_RIG_INPUT_GAIN);
    const float *value = &p->f->settings[BL_RIG_INPUT_GAIN];
    player_key(p, FACE_KEY_UP, 0);
    player_key(p, FACE_KEY_RIGHT, 0);
    assert_float_equal(*value, 2, 1e-5);
    player_key(p, FACE_KEY_DOWN, FACE_SHIFT);
    player_key(p, FACE_KEY_LEFT, FACE_SHIFT);
    assert_float_equal(*value, 1.8, 1e-5);
    player_key(p, FACE_KEY_PAGE_UP, 0);
    assert_float_equal(*value, 11.8, 1e-5);
    player_key(p, FACE_KEY_END, 0);
    assert_float_equal(*value, 40, 0);
    player_key(p, FACE_KEY_PAGE_DOWN, 0);
    assert_float_equal(*value, 30, 1e-5);
    player_key(p, FACE_KEY_HOME, 0);
    assert_float_equal(*value, -40, 0);
    assert_int_equal(p->touches, 1); /* one run */
    player_wait(p, 1);
    assert_int_equal(p->touches, 2);
    player_key(p, FACE_KEY_DELETE, 0);
    assert_float_equal(*value, 0, 0);
    assert_int_equal(p->touches, 4);
}

static void test_slots_and_tabs(void **state)
{
    player *p = *state;
    focus_on(p, ITEM_SLOT, 4);
    player_key(p, FACE_KEY_RIGHT, 0);
    player_key(p, FACE_KEY_RIGHT, 0);
    player_key(p, FACE_KEY_LEFT, 0);
    assert_int_equal(focused(p)->index, 5);
    player_expect(p, "");
    player_key(p, FACE_KEY_SPACE, 0);
    player_expect(p, "touch 12 on\nset 12 6\ntouch 12 off\n");
    player_key(p, FACE_KEY_DELETE, 0);
    player_expect(p, "");
    face_set_file(p->f, BL_RIG_MODEL + 5, "/a.nam");
    player_key(p, FACE_KEY_DELETE, 0);
    player_expect(p, "file 5 \n");
    focus_on(p, ITEM_TAB, PAGE_GATE);
    player_key(p, FACE_KEY_ENTER, 0);
    assert_int_equal(p->f->page, PAGE_GATE);
    player_key(p, FACE_KEY_RIGHT, 0);
    assert_int_equal(p->f->page, PAGE_TONE);
    assert_int_equal(focused(p)->index, PAGE_TONE);
    assert_true(p->f->focus_seen);
}

static void test_choices(void **state)
{
    player *p = *state;
    player_page(p, PAGE_SETUP);
    focus_on(p, ITEM_CHOICE, BL_RIG_OVERSAMPLE);
    player_key(p, FACE_KEY_DOWN, 0);
    player_key(p, FACE_KEY_DOWN, 0);
    assert_float_equal(p->f->settings[BL_RIG_OVERSAMPLE], 4, 0);
    player_key(p, FACE_KEY_UP, 0);
    assert_float_equal(p->f->settings[BL_RIG_OVERSAMPLE], 2, 0);
    player_key(p, FACE_KEY_ENTER, 0);
    assert_int_equal(p->f->overlay, OVERLAY_MENU);
    assert_int_equal(p->f->menu_hovered, 1);
    player_key(p, FACE_KEY_END, 0);
    player_key(p, FACE_KEY_DOWN, 0);
    player_key(p, FACE_KEY_ESCAPE, 0);
    assert_float_equal(p->f->settings[BL_RIG_OVERSAMPLE], 2, 0);
    player_key(p, FACE_KEY_SPACE, 0);
    player_key(p, FACE_KEY_END, 0);
    player_key(p, FACE_KEY_UP, 0);
    player_key(p, FACE_KEY_ENTER, 0);
    assert_float_equal(p->f->settings[BL_RIG_OVERSAMPLE], 4, 0);
    player_key(p, FACE_KEY_ENTER, 0);
    player_type(p, "o"); /* Off */
    player_key(p, FACE_KEY_ENTER, 0);
    assert_float_equal(p->f->settings[BL_RIG_OVERSAMPLE], 1, 0);
    player_key(p, FACE_KEY_ENTER, 0);
    const int before = p->f->focused;
    player_key(p, FACE_KEY_TAB, 0); /* closes it and goes on */
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    assert_int_not_equal(p->f->focused, before);
}

/* Types into the entry of a knob; whether it was taken. */
static bool enters(player *p, bl_rig_param param, const char *text)
{
    focus_on(p, ITEM_KNOB, param);
    player_key(p, FACE_KEY_ENTER, 0);
    assert_int_equal(p->f->overlay, OVERLAY_ENTRY);
    player_type(p, text); /* in place of what is selected */
    player_key(p, FACE_KEY_ENTER, 0);
    const bool taken = p->f->overlay == OVERLAY_NONE;
    if (!taken) {
        assert_true(p->f->tooltip && *p->f->tooltip_text);
        assert_string_equal(p->f->typed, text);
    }
    player_key(p, FACE_KEY_ESCAPE, 0);
    return taken;
}

static void test_values_are_typed(void **state)
{
    static const struct {
        bl_rig_param param;
        const char *text;
        double value; /* NAN: refused */
    } cases[] = {
        { BL_RIG_BASS, "3", 3 },
        { BL_RIG_BASS, "-6 dB", -6 },
        { BL_RIG_BASS, " +2.5db ", 2.5 },
        { BL_RIG_BASS, "1,5", 1.5 },
        { BL_RIG_BASS,
          "\xe2\x88\x92"
          "4",
          -4 },
        { BL_RIG_BASS, ".5", 0.5 },
        { BL_RIG_BASS, "15.1", NAN },
        { BL_RIG_BASS, "-", NAN },
        { BL_RIG_BASS, "3 Hz", NAN },
        { BL_RIG_BASS, "1.2.3", NAN },
        { BL_RIG_BASS, "nan", NAN },
        { BL_RIG_BASS, "inf", NAN },
        { BL_RIG_BASS, "0x3", NAN },
        { BL_RIG_BASS, "1e0", 1 },
        { BL_RIG_BASS, "1e999", NAN },
        { BL_RIG_BASS, "loud", NAN },
        { BL_RIG_BASS, "3k", NAN },
        { BL_RIG_LOW_CUT, "120", 120 },
        { BL_RIG_LOW_CUT, "0,1 kHz", 100 },
        { BL_RIG_LOW_CUT, "off", 20 },
        { BL_RIG_HIGH_CUT, "1.2k", 1200 },
        { BL_RIG_HIGH_CUT, "12 khz", 12000 },
        { BL_RIG_HIGH_CUT, "Off", 20000 },
        { BL_RIG_HIGH_CUT, "100", NAN },
    };
    player *p = *state;
    player_page(p, PAGE_TONE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const float before = p->f->settings[cases[i].param];
        assert_int_equal(enters(p, cases[i].param, cases[i].text), !isnan(cases[i].value));
        assert_float_equal(p->f->settings[cases[i].param], isnan(cases[i].value) ? (double)before : cases[i].value,
                           1e-4);
    }
    player_page(p, PAGE_GATE);
    assert_true(enters(p, BL_RIG_GATE_RELEASE, "1.5 s"));
    assert_float_equal(p->f->settings[BL_RIG_GATE_RELEASE], 1500, 1e-3);
    assert_false(enters(p, BL_RIG_GATE_RELEASE, "0"));
    player_page(p, PAGE_CABINET);
    assert_true(enters(p, BL_RIG_CAB_BLEND, "25"));
    assert_float_equal(p->f->settings[BL_RIG_CAB_BLEND], 0.25, 1e-6);
    assert_true(enters(p, BL_RIG_CAB_PAN_1, "30 % left"));
    assert_float_equal(p->f->settings[BL_RIG_CAB_PAN_1], -0.3, 1e-6);
    assert_true(enters(p, BL_RIG_CAB_PAN_1, "r 40"));
    assert_float_equal(p->f->settings[BL_RIG_CAB_PAN_1], 0.4, 1e-6);
    assert_true(enters(p, BL_RIG_CAB_PAN_1, "c"));
    assert_float_equal(p->f->settings[BL_RIG_CAB_PAN_1], 0, 0);
    assert_false(enters(p, BL_RIG_CAB_PAN_1, "40 up"));
}

static void test_digits_open_the_entry(void **state)
{
    player *p = *state;
    player_click(p, ITEM_KNOB, BL_RIG_BASS);
    player_type(p, "q");
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    player_type(p, "-1");
    assert_int_equal(p->f->overlay, OVERLAY_ENTRY);
    assert_string_equal(p->f->typed, "-1");
    player_key(p, FACE_KEY_BACKSPACE, 0);
    player_type(p, "7");
    player_forget(p);
    player_key(p, FACE_KEY_TAB, 0); /* takes it, and goes on */
    player_expect(p, "touch 16 on\nset 16 -7\ntouch 16 off\n");
    assert_int_equal(focused(p)->index, BL_RIG_MID);
    player_type(p, "9x");
    player_key(p, FACE_KEY_TAB, 0); /* refused: stays */
    assert_int_equal(p->f->overlay, OVERLAY_ENTRY);
    assert_int_equal(focused(p)->index, BL_RIG_MID);
    assert_true(p->f->tooltip);
    player_key(p, FACE_KEY_BACKSPACE, 0); /* the reason goes when it is seen to */
    assert_false(p->f->tooltip);
    player_key(p, FACE_KEY_ESCAPE, 0);
    player_expect(p, "");
    player_key(p, FACE_KEY_ENTER, 0);
    player_key(p, FACE_KEY_ENTER, 0); /* as it was: nothing to do */
    player_expect(p, "");
}

static void test_editing(void **state)
{
    player *p = *state;
    const char *typed = p->f->typed;
    player_click(p, ITEM_KNOB, BL_RIG_BASS);
    player_type(p, "12345");
    player_key(p, FACE_KEY_HOME, 0);
    player_key(p, FACE_KEY_DELETE, 0);
    assert_string_equal(typed, "2345");
    player_key(p, FACE_KEY_RIGHT, FACE_SHIFT);
    player_key(p, FACE_KEY_RIGHT, FACE_SHIFT);
    player_forget(p);
    face_type(p->f, FACE_KEY_TEXT, "c", FACE_CONTROL);
    player_expect(p, "copy 23\n");
    face_type(p->f, FACE_KEY_TEXT, "x", FACE_CONTROL);
    player_expect(p, "copy 23\n");
    assert_string_equal(typed, "45");
    face_type(p->f, FACE_KEY_TEXT, "v", FACE_CONTROL);
    player_expect(p, "copy asked for\n");
    player_key(p, FACE_KEY_END, 0);
    face_paste(p->f, "\xc3\xa4\xe2\x88\x92\n9");
    assert_string_equal(typed, "45\xc3\xa4\xe2\x88\x92");
    player_key(p, FACE_KEY_BACKSPACE, 0);
    assert_string_equal(typed, "45\xc3\xa4");
    player_key(p, FACE_KEY_LEFT, 0);
    assert_int_equal(p->f->typed_to, 2);
    player_key(p, FACE_KEY_LEFT, FACE_SHIFT);
    player_type(p, "7");
    assert_string_equal(typed, "47\xc3\xa4");
    face_type(p->f, FACE_KEY_TEXT, "a", FACE_CONTROL);
    for (int i = 0; i < 50; i++)
        player_type(p, "\xe2\x88\x92");
    assert_int_equal(strlen(typed), 63); /* 21 whole ones */
    face_type(p->f, FACE_KEY_TEXT, "a", FACE_CONTROL);
    player_key(p, FACE_KEY_LEFT, 0);
    assert_int_equal(p->f->typed_to, 0);
    face_paste(p->f, NULL);
    const box b = entry_box(p->f);
    face_press(p->f, b.x + b.w - 1, b.y + 9, 1, 0, p->now); /* the caret goes where the pointer is */
    face_release(p->f, b.x + b.w - 1, b.y + 9, 1, 0);
    assert_true(p->f->typed_to > 0 && p->f->typed_from == p->f->typed_to);
    face_press(p->f, b.x, b.y + 9, 1, FACE_SHIFT, p->now);
    assert_true(p->f->typed_to == 0 && p->f->typed_from > 0);
    player_key(p, FACE_KEY_ESCAPE, 0);
    face_paste(p->f, "5"); /* nobody wants it any more */
    player_expect(p, "");
}

static void test_knobs_of_the_model(void **state)
{
    player *p = *state;
    face_set_text(p->f, FACE_DETAILS,
                  "Name: x\nKnob 1: Gain, 0 to 10, at first 2.5\nKnob 2: Q, 0 to 1, at first 0\n");
    player_page(p, PAGE_MODEL);
    focus_on(p, ITEM_MODEL_KNOB, 0);
    player_key(p, FACE_KEY_ENTER, 0);
    assert_string_equal(p->f->typed, "2.50");
    player_type(p, "10");
    player_key(p, FACE_KEY_ENTER, 0);
    player_expect(p, "touch knob 0 on\nknob 0 1\ntouch knob 0 off\n");
    player_type(p, "1.25");
    player_key(p, FACE_KEY_ENTER, 0);
    player_expect(p, "touch knob 0 on\nknob 0 0.25\ntouch knob 0 off\n");
    player_type(p, "11");
    player_key(p, FACE_KEY_ENTER, 0);
    assert_string_equal(p->f->tooltip_text, "Gain goes from 0 to 10.");
    player_key(p, FACE_KEY_ESCAPE, 0);
    player_key(p, FACE_KEY_DELETE, 0);
    player_expect(p, "touch knob 0 on\nknob 0 0.5\ntouch knob 0 off\n");
    focus_on(p, ITEM_MODEL_KNOB, 1);
    player_type(p, "0");
    player_key(p, FACE_KEY_ENTER, 0);
    assert_float_equal(p->f->knobs[1], 0.5, 0); /* where it starts is its least as well */
    player_type(p, "0.5");
    player_key(p, FACE_KEY_ENTER, 0);
    assert_float_equal(p->f->knobs[1], 0.75, 1e-6);
}

static void test_escape_takes_a_drag_back(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 22, 0);
    *p->log = 0;
    assert_true(player_key(p, FACE_KEY_ESCAPE, 0));
    player_expect(p, "set 16 0\ntouch 16 off\n");
    face_move(p->f, p->f->pointer_x, p->f->pointer_y - 50, 0);
    player_release(p, 1);
    player_expect(p, "");
    assert_false(undo_possible(p->f));
}

static void test_keys_of_the_host(void **state)
{
    player *p = *state;
    player_click(p, ITEM_KNOB, BL_RIG_BASS);
    assert_false(face_type(p->f, FACE_KEY_TEXT, "s", FACE_CONTROL));
    assert_false(face_type(p->f, FACE_KEY_TEXT, "3", FACE_ALT));
    assert_false(player_key(p, FACE_KEY_TAB, FACE_CONTROL));
    assert_false(face_type(p->f, FACE_KEY_TEXT, NULL, 0));
    assert_false(player_key(p, FACE_KEY_SPACE, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tab_goes_through_everything_in_order, start, end),
        cmocka_unit_test_setup_teardown(test_ring_is_seen_when_keys_are_used, start, end),
        cmocka_unit_test_setup_teardown(test_arrows_turn_a_knob, start, end),
        cmocka_unit_test_setup_teardown(test_slots_and_tabs, start, end),
        cmocka_unit_test_setup_teardown(test_choices, start, end),
        cmocka_unit_test_setup_teardown(test_values_are_typed, start, end),
        cmocka_unit_test_setup_teardown(test_digits_open_the_entry, start, end),
        cmocka_unit_test_setup_teardown(test_editing, start, end),
        cmocka_unit_test_setup_teardown(test_knobs_of_the_model, start, end),
        cmocka_unit_test_setup_teardown(test_escape_takes_a_drag_back, start, end),
        cmocka_unit_test_setup_teardown(test_keys_of_the_host, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
