/* Anybody does anything, in any order, at any size, while anything is told: hands come and go in pairs, settings stay in
 * their ranges, the window can be drawn, and nothing is undone that was not done. */
#include "player.h"

#include <math.h>
#include <stdio.h>

typedef struct monkey {
    player p;
    bl_random rng;
} monkey;

static uint64_t below(monkey *m, uint64_t n)
{
    return bl_random_next(&m->rng) % n;
}

static double between(monkey *m, double low, double high)
{
    return low + (high - low) * (double)(bl_random_next(&m->rng) >> 11) / 9007199254740992.0;
}

/* Mostly on something, sometimes anywhere. */
static void somewhere(monkey *m, double *x, double *y)
{
    const layout *l = &m->p.f->layout;
    const box b = l->items[below(m, l->count)].box;
    const bool on = below(m, 8);
    *x = on ? b.x + between(m, 0, b.w) : between(m, -50, 2000);
    *y = on ? b.y + between(m, 0, b.h) : between(m, -50, 1500);
}

static unsigned modifiers(monkey *m)
{
    return below(m, 4) ? 0 : (unsigned)below(m, 8);
}

static const char *path(monkey *m)
{
    static const char *const names[] = { "a 1.nam", "a 2.nam", "b.wav", "c.wav", "d.rig.json", "what" };
    const uint64_t which = below(m, 10);
    return which < 6 ? player_file(names[which]) : which < 8 ? "" : which == 8 ? "/no/where.nam" : NULL;
}

static void point(monkey *m)
{
    double x, y;
    face *f = m->p.f;
    somewhere(m, &x, &y);
    switch (below(m, 10)) {
    case 0:
    case 1:
    case 2: face_press(f, x, y, (int)below(m, 5), modifiers(m), m->p.now); break;
    case 3:
    case 4: face_release(f, x, y, below(m, 3) ? f->pressed_button : (int)below(m, 5), modifiers(m)); break;
    case 5: face_wheel(f, x, y, between(m, -3, 3), modifiers(m)); break;
    case 6:
        if (!below(m, 5))
            face_leave(f);
        break;
    case 7: face_can_drop(f, x, y, path(m)); break;
    case 8:
        if (below(m, 10))
            face_drop_leave(f);
        else
            face_drop(f, x, y, path(m));
        break;
    default: face_move(f, x, y, modifiers(m)); break;
    }
}

static void type(monkey *m)
{
    static const char *const texts[] = { "1", "-", ".", ",", "k", "z", "a", "v", "x", "\xc3\xa4", "" };
    const face_key key = (face_key)below(m, FACE_KEY_SPACE + 1);
    const char *text = texts[below(m, sizeof texts / sizeof *texts)];
    face_type(m->p.f, key, key == FACE_KEY_TEXT ? text : key == FACE_KEY_SPACE ? " " : "", modifiers(m));
    if (!below(m, 20))
        face_paste(m->p.f, "12.5 dB\nand more");
}

static float any_number(monkey *m)
{
    static const float odd[] = { NAN, INFINITY, -INFINITY, 0, 1e30f };
    return below(m, 10) ? (float)between(m, -150, 50) : odd[below(m, 5)];
}

static void tell_text(monkey *m)
{
    char text[512] = "";
    const face_text which = (face_text)below(m, FACE_TEXT_COUNT);
    const uint64_t lines = below(m, 5);
    for (uint64_t i = 0; i < lines; i++)
        sprintf(text + strlen(text), "Knob %d: Name %d, 0 to 10, at first %d\n", (int)i + 1, (int)below(m, 3),
                (int)below(m, 11));
    face_set_text(m->p.f, which, text);
}

static void tell(monkey *m)
{
    face *f = m->p.f;
    switch (below(m, 8)) {
    case 0: face_set(f, (bl_rig_param)below(m, BL_RIG_PARAM_COUNT), any_number(m)); break;
    case 1: face_set_knob(f, below(m, FACE_KNOBS), any_number(m)); break;
    case 2: face_set_file(f, (bl_rig_file)below(m, BL_RIG_FILE_COUNT), path(m)); break;
    case 3: tell_text(m); break;
    case 4:
        if (!below(m, 10))
            face_resize(f, between(m, 0, 2500), between(m, 0, 1600));
        break;
    case 5: {
        float noise[256];
        for (int i = 0; i < 256; i++)
            noise[i] = (float)between(m, -1, 1);
        face_hear(f, noise, 256, 48000);
        break;
    }
    default: face_set_number(f, (face_number)below(m, FACE_NUMBER_COUNT), any_number(m)); break;
    }
}

static void check(const monkey *m)
{
    const face *f = m->p.f;
    const int count = (int)f->layout.count;
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        assert_true(bl_rig_param_clamp((bl_rig_param)i, f->settings[i]) == f->settings[i]);
    for (int i = 0; i < FACE_KNOBS; i++)
        assert_true(f->knobs[i] >= 0 && f->knobs[i] <= 1);
    assert_true(face_slot(f) < BL_RIG_SLOTS);
    assert_true(f->hovered < count && f->focused < count && f->pressed < count && f->drop < count);
    assert_int_equal(f->touch.on, m->p.touched);
    if (f->dragging)
        assert_true(f->pressed != FACE_NOTHING && m->p.touched);
    if (f->overlay != OVERLAY_NONE)
        assert_int_equal(f->pressed, FACE_NOTHING);
    assert_true(f->typed_from <= strlen(f->typed) && f->typed_to <= strlen(f->typed));
    assert_true(f->damage_count <= FACE_DAMAGES && f->undo_count <= FACE_UNDOS);
    assert_true((f->tuner != NULL) == m->p.tuner_wanted);
}

static void draw(monkey *m, cairo_surface_t *surface)
{
    box boxes[FACE_DAMAGES];
    const size_t count = face_damages(m->p.f, boxes);
    for (size_t i = 0; i < count; i++) {
        cairo_t *c = cairo_create(surface);
        cairo_rectangle(c, boxes[i].x, boxes[i].y, boxes[i].w, boxes[i].h);
        cairo_clip(c);
        face_draw(m->p.f, c);
        assert_int_equal(cairo_status(c), CAIRO_STATUS_SUCCESS);
        cairo_destroy(c);
    }
}

static void test_monkeys(void **state)
{
    enum { MONKEYS = 40, EVENTS = 2500, DRAWN = 50 };
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 400, 300);
    player_folder();
    const size_t events = bl_test_effort(EVENTS);
    for (uint64_t seed = 0; seed < MONKEYS; seed++) {
        monkey m = { .rng = { seed } };
        player_start(&m.p);
        m.p.answers = seed % 2;
        m.p.has_dialogue = seed % 3;
        for (size_t i = 0; i < events; i++) {
            switch (below(&m, 12)) {
            case 0:
            case 1: type(&m); break;
            case 2:
            case 3: tell(&m); break;
            case 4: player_wait(&m.p, between(&m, 0, 0.3)); break;
            default: point(&m); break;
            }
            if (m.p.f->overlay == OVERLAY_BROWSER && !below(&m, 20))
                face_type(m.p.f, FACE_KEY_ESCAPE, "", 0);
            *m.p.log = 0;
            check(&m);
            if (i % DRAWN == 0)
                draw(&m, surface);
        }
        player_end(&m.p);
    }
    player_remove_folder();
    cairo_surface_destroy(surface);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_monkeys) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
