/* What the face looks like: each scene is drawn and compared with its picture in tests/face/golden, and the README's
 * picture likewise.
 *
 *     test-face-shots SOURCE_ROOT            compares; the drawn pictures are left in the folder "shots"
 *     test-face-shots SOURCE_ROOT --update   writes the pictures anew; look at them before you commit them */
#define _GNU_SOURCE
#include "shots.h"

#include "theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An owner that can do everything but ask the host, and does nothing. */
static void set(void *context, bl_rig_param param, float value)
{
}

static void set_knob(void *context, size_t knob, float position)
{
}

static void touch(void *context, bool knob, size_t which, bool begins)
{
}

static void set_file(void *context, bl_rig_file file, const char *path)
{
}

static void set_rig(void *context, const char *path)
{
}

static bool ask_host(void *context, bl_rig_file file)
{
    return true;
}

static void want_tuner(void *context, bool wanted)
{
}

static void copy(void *context, const char *text)
{
}

static cairo_surface_t *draw(const shot *s)
{
    const face_owner owner = { NULL,       set, set_knob, touch, set_file, set_rig, s->host ? ask_host : NULL,
                               want_tuner, copy };
    shot_files_forget();
    face *f = face_create(&owner, 48000);
    cairo_surface_t *picture =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(s->width * s->scale), (int)(s->height * s->scale));
    if (!f)
        return picture;
    face_resize(f, s->width, s->height);
    face_tick(f, 1);
    s->set_up(f, s);
    cairo_t *c = cairo_create(picture);
    cairo_scale(c, s->scale, s->scale);
    face_draw(f, c);
    cairo_destroy(c);
    face_free(f);
    return picture;
}

static bool check_shot(const shot *s, const char *golden, bool update)
{
    char drawn[256];
    cairo_surface_t *picture = draw(s);
    bool good = true;
    snprintf(drawn, sizeof drawn, "shots/%s.png", s->name);
    if (cairo_surface_write_to_png(picture, update ? golden : drawn)) {
        fprintf(stderr, "The picture %s cannot be written.\n", update ? golden : drawn);
        good = false;
    } else if (!update) {
        cairo_surface_t *wanted = cairo_image_surface_create_from_png(golden);
        const shot_difference d = shot_compare(wanted, picture);
        good = shot_is_same(d);
        if (!good)
            fprintf(stderr, "%s: differs from %s by up to %.1f, %.3f on average.\n", drawn, golden, d.largest,
                    d.mean);
        cairo_surface_destroy(wanted);
    }
    cairo_surface_destroy(picture);
    return good;
}

int main(int argc, char **argv)
{
    const bool update = argc == 3 && !strcmp(argv[2], "--update");
    char path[4096];
    if (argc != 2 && !update) {
        fprintf(stderr, "Usage: test-face-shots SOURCE_ROOT [--update]\n");
        return 2;
    }
    if (!shot_files_make(argv[1]))
        return 1;
    size_t bad = !update && !shot_differences_are_seen(draw);
    for (size_t i = 0; i < shot_count; i++) {
        snprintf(path, sizeof path, "%s/tests/face/golden/%s.png", argv[1], shots[i].name);
        bad += !check_shot(&shots[i], path, update);
    }
    snprintf(path, sizeof path, "%s/docs/window.png", argv[1]);
    bad += !check_shot(&shot_of_the_readme, path, update);
    printf("%zu of %zu checks failed.\n", bad, shot_count + 2);
    return bad > 0;
}
