#define _DEFAULT_SOURCE

#include "browser_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_preview(void *context, const char *path)
{
    fixture *f = context;
    f->previews++;
    snprintf(f->previewed, sizeof f->previewed, "%s", path);
}

static void on_choose(void *context, const char *path)
{
    fixture *f = context;
    f->choices++;
    snprintf(f->chosen, sizeof f->chosen, "%s", path);
}

static void on_cancel(void *context)
{
    ((fixture *)context)->cancels++;
}

static void on_harm(void *context, box b)
{
    fixture *f = context;
    assert_false(box_is_empty(b));
    f->harmed = box_around(f->harmed, b);
}

const box where = { 0, 40, 960, 500 };

int begin_browser(void **state)
{
    static fixture f;
    scratch_begin();
    scratch_folder("amps");
    scratch_folder("amps/Marshall");
    scratch_folder("amps/Fender");
    scratch_file("amps/Fender/twin.nam");
    static const char *const names[] = { "amp 10.nam", "amp 2.nam",    "Ölberg.nam", "plexi 2.nam", "plexi 1.nam",
                                         "zinky.json", "rig.rig.json", "readme.txt", "cab.wav",     ".hidden.nam" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "amps/%s", names[i]);
        scratch_file(path);
    }
    setenv("HOME", scratch_path(""), 1);
    f = (fixture){ .l = library_open(scratch_path("library.json")) };
    const browser_owner owner = { &f, on_preview, on_choose, on_cancel, on_harm };
    f.b = browser_create(&owner, f.l);
    assert_non_null(f.b);
    *state = &f;
    return 0;
}

int end_browser(void **state)
{
    fixture *f = *state;
    browser_free(f->b);
    library_free(f->l);
    scratch_end();
    return 0;
}

const char *selected_name(const fixture *f)
{
    const browser_row *row = browser_row_at(f->b, f->b->selected);
    return row ? row->name : "";
}

void type_key(fixture *f, face_key k)
{
    browser_type(f->b, k, "", 0);
}

void type_text(fixture *f, const char *text)
{
    for (; *text; text++)
        browser_type(f->b, *text == ' ' ? FACE_KEY_SPACE : FACE_KEY_TEXT, (char[]){ *text, 0 }, 0);
}

void wait_for(fixture *f, double seconds)
{
    for (const double until = f->now + seconds; f->now < until; f->now += 0.01)
        browser_tick(f->b, f->now);
}

void press_middle(fixture *f, box b)
{
    browser_press(f->b, b.x + b.w / 2, b.y + b.h / 2, 1, 0, f->now);
    browser_release(f->b, b.x + b.w / 2, b.y + b.h / 2);
}

box box_of_row(const fixture *f, const char *name)
{
    const size_t row = browser_row_find(f->b, name);
    assert_true(row != BROWSER_NONE);
    return browser_row_box(f->b, row);
}

void draw_it(fixture *f)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 960, 540);
    cairo_t *c = cairo_create(surface);
    browser_draw(f->b, c, where);
    assert_int_equal(cairo_status(c), CAIRO_STATUS_SUCCESS);
    cairo_destroy(c);
    cairo_surface_destroy(surface);
}

size_t place_named(const fixture *f, const char *name)
{
    for (size_t i = 0; i < f->b->place_count; i++)
        if (!strcmp(f->b->places[i].name, name))
            return i;
    return BROWSER_NONE;
}

void press_place(fixture *f, const char *name)
{
    assert_true(place_named(f, name) != BROWSER_NONE);
    press_middle(f, f->b->places[place_named(f, name)].box);
}
