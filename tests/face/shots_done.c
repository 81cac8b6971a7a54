/* Scenes of what a user does. */
#include "shots_scenes.h"

#include "theme.h"

#include <math.h>
#include <stdio.h>

/* Where a thing is that stands on a page; at 0, 0 if it does not. */
static box place_of(const shot *s, layout_page page, size_t knobs, item_kind kind, int index)
{
    layout l;
    layout_make(&l, &(layout_wish){ .width = s->width, .height = s->height, .page = page, .model_knobs = knobs });
    for (size_t i = 0; i < l.count; i++)
        if (l.items[i].kind == kind && l.items[i].index == index)
            return l.items[i].box;
    return (box){ 0, 0, 0, 0 };
}

static void move_to(face *f, box b)
{
    face_move(f, b.x + b.w / 2, b.y + b.h / 2, 0);
}

static void press(face *f, box b)
{
    move_to(f, b);
    face_press(f, b.x + b.w / 2, b.y + b.h / 2, 1, 0, 3);
    face_release(f, b.x + b.w / 2, b.y + b.h / 2, 1, 0);
}

static void open_page(face *f, const shot *s, layout_page page, size_t knobs)
{
    press(f, place_of(s, PAGE_MAIN, knobs, ITEM_TAB, (int)page));
    face_leave(f);
}

box shot_label(const shot *s)
{
    const box knob = place_of(s, PAGE_MAIN, 0, ITEM_KNOB, BL_RIG_MID);
    return (box){ knob.x, knob.y + knob.h - 20, knob.w, 20 };
}

/* ---- pages ---- */

void scene_page_gate(face *f, const shot *s)
{
    scene_typical(f, s);
    open_page(f, s, PAGE_GATE, 0);
}

void scene_page_tone(face *f, const shot *s)
{
    scene_typical(f, s);
    face_set(f, BL_RIG_HIGH_CUT, 8000);
    open_page(f, s, PAGE_TONE, 0);
}

void scene_page_cabinet(face *f, const shot *s)
{
    scene_typical(f, s);
    face_set(f, BL_RIG_CAB_PAN_1, -0.4f);
    face_set(f, BL_RIG_CAB_PAN_2, 0.4f);
    open_page(f, s, PAGE_CABINET, 0);
}

void scene_page_model(face *f, const shot *s)
{
    char text[2048];
    scene_typical(f, s);
    snprintf(text, sizeof text, "%s%s", scene_details,
             "Knob 1: Gain, 0 to 10, at first 5\nKnob 2: Bass, 0 to 10, at first 5\n"
             "Knob 3: Middle, 0 to 10, at first 5\nKnob 4: A very long name of a knob, 0 to 1, at first 0.5\n");
    face_set_text(f, FACE_DETAILS, text);
    face_set_knob(f, 0, 0.7f);
    face_set_knob(f, 1, 0.35f);
    open_page(f, s, PAGE_MODEL, 4);
}

void scene_page_setup(face *f, const shot *s)
{
    scene_typical(f, s);
    open_page(f, s, PAGE_SETUP, 0);
}

/* ---- what one does ---- */

void scene_bypassed(face *f, const shot *s)
{
    scene_typical(f, s);
    face_set(f, BL_RIG_ENABLED, 0);
    face_set_number(f, FACE_BYPASSED, 1);
}

static void tuner_on(face *f, const shot *s, double hz)
{
    enum { RATE = 48000, COUNT = 24000 };
    static float sound[COUNT];
    scene_typical(f, s);
    press(f, place_of(s, PAGE_MAIN, 0, ITEM_TUNER, 0));
    face_leave(f);
    for (size_t i = 0; i < COUNT; i++)
        sound[i] = (float)(0.3 * sin(6.283185307179586 * hz * (double)i / RATE) +
                           0.15 * sin(4 * 3.141592653589793 * hz * (double)i / RATE));
    if (hz > 0)
        face_hear(f, sound, COUNT, RATE);
}

void scene_tuner_flat(face *f, const shot *s)
{
    tuner_on(f, s, 110 * exp2(-18.0 / 1200));
}

void scene_tuner_good(face *f, const shot *s)
{
    tuner_on(f, s, 440 * exp2(-15.0 / 12) * exp2(1.0 / 1200));
}

void scene_tuner_silent(face *f, const shot *s)
{
    tuner_on(f, s, 0);
}

void scene_hovered(face *f, const shot *s)
{
    scene_typical(f, s);
    move_to(f, place_of(s, PAGE_MAIN, 0, ITEM_KNOB, BL_RIG_MID));
}

void scene_tooltip(face *f, const shot *s)
{
    scene_hovered(f, s);
    face_tick(f, 2);
    face_tick(f, 4);
}

void scene_menu(face *f, const shot *s)
{
    scene_page_setup(f, s);
    press(f, place_of(s, PAGE_SETUP, 0, ITEM_CHOICE, BL_RIG_OUTPUT_MODE));
}

void scene_entry(face *f, const shot *s)
{
    scene_typical(f, s);
    press(f, place_of(s, PAGE_MAIN, 0, ITEM_KNOB, BL_RIG_MID));
    face_leave(f);
    face_type(f, FACE_KEY_TEXT, "-", 0);
    face_type(f, FACE_KEY_TEXT, "2", 0);
}

void scene_refused(face *f, const shot *s)
{
    scene_entry(f, s);
    face_type(f, FACE_KEY_TEXT, "x", 0);
    face_type(f, FACE_KEY_ENTER, "", 0);
    face_tick(f, 4);
}

void scene_focus(face *f, const shot *s)
{
    scene_typical(f, s);
    press(f, place_of(s, PAGE_MAIN, 0, ITEM_KNOB, BL_RIG_BASS));
    face_leave(f);
    face_type(f, FACE_KEY_TAB, "", 0);
}

void scene_browse(face *f, const shot *s)
{
    scene_typical(f, s);
    press(f, place_of(s, PAGE_MAIN, 0, ITEM_BROWSE, FILE_OF_MODEL));
    face_leave(f);
}

void scene_dropped(face *f, const shot *s)
{
    const box b = place_of(s, PAGE_MAIN, 0, ITEM_MODEL, 0);
    scene_typical(f, s);
    face_can_drop(f, b.x + b.w / 2, b.y + b.h / 2, SHOT_MODEL);
}
