/* While meters move and nobody does anything, nothing is allocated: not by what is told, not by the clock, not by the
 * pointer that comes by, and not by the drawing of what changed. What cairo and Pango do inside is theirs. */
#include "player.h"

#include "realtime_guard.h"

#include <math.h>

static void draw_damage(face *f, cairo_t *c)
{
    box boxes[FACE_DAMAGES];
    const size_t count = face_damages(f, boxes);
    for (size_t i = 0; i < count; i++) {
        cairo_save(c);
        cairo_rectangle(c, boxes[i].x, boxes[i].y, boxes[i].w, boxes[i].h);
        cairo_clip(c);
        face_draw(f, c);
        cairo_restore(c);
    }
}

static void tell_levels(face *f, int frame)
{
    const float swing = (float)(20 * sin(frame * 0.3)), cpu = (float)(10 + frame % 40);
    face_set_number(f, FACE_IN_PEAK, -25 + swing);
    face_set_number(f, FACE_IN_RMS, -30 + swing);
    face_set_number(f, FACE_GATE_GAIN, -20 + swing);
    face_set_number(f, FACE_OUT_PEAK, -15 + swing);
    face_set_number(f, FACE_OUT_RMS, -20 + swing);
    face_set_number(f, FACE_CPU, cpu);
}

/* Some seconds of a window; what of it is guarded. */
static unsigned play(player *p, cairo_t *c, bool heard)
{
    static float sound[1600];
    bl_guard_begin();
    for (int frame = 0; frame < 300; frame++) {
        tell_levels(p->f, frame);
        if (heard) {
            for (int i = 0; i < 1600; i++)
                sound[i] = (float)(0.3 * sin(2 * 3.14159265358979 * 110 / 48000 * i));
            face_hear(p->f, sound, 1600, 48000);
        }
        face_set(p->f, BL_RIG_BASS, (float)(frame % 30 - 15)); /* automation */
        face_move(p->f, 10 + frame % 3, 300, 0);
        p->now += 1.0 / 30;
        face_tick(p->f, p->now);
        draw_damage(p->f, c);
    }
    return bl_guard_end();
}

static void test_nothing_is_allocated(void **state)
{
    player p;
    player_start(&p);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, FACE_WIDTH, FACE_HEIGHT);
    cairo_t *c = cairo_create(surface);
    face_harm_all(p.f);
    draw_damage(p.f, c);
    play(&p, c, false); /* all words have been seen once */
    assert_int_equal(play(&p, c, false), 0);
    player_click(&p, ITEM_TUNER, 0);
    play(&p, c, true);
    assert_int_equal(play(&p, c, true), 0);
    cairo_destroy(c);
    cairo_surface_destroy(surface);
    player_end(&p);
}

/* Whether the guard guards. */
static void test_a_file_is_allocated(void **state)
{
    player p;
    player_start(&p);
    bl_guard_begin();
    face_set_file(p.f, BL_RIG_MODEL, "/a.nam");
    assert_int_not_equal(bl_guard_end(), 0);
    player_end(&p);
}

/* Without memory there is no face, or a face without what it had no memory for. */
static void test_memory_runs_out(void **state)
{
    const face_owner nobody = { 0 };
    for (size_t allowed = 0; allowed < 60; allowed++) {
        bl_allow_allocations(allowed);
        face *f = face_create(&nobody, 48000);
        if (f) {
            bl_allow_allocations(0);
            face_set_file(f, BL_RIG_MODEL, "/a.nam");
            face_set_text(f, FACE_NAME, "x");
            face_set_rig(f, "x");
            assert_string_equal(f->files[0], "");
        }
        bl_allow_allocations(SIZE_MAX);
        face_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_allocated),
        cmocka_unit_test(test_a_file_is_allocated),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
