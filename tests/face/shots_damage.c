#include "shots.h"

#include "theme.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct picture {
    uint32_t *pixels;
    size_t width, height, stride;
} picture;

static picture open_picture(cairo_surface_t *s)
{
    cairo_surface_flush(s);
    return (picture){ (uint32_t *)(void *)cairo_image_surface_get_data(s), (size_t)cairo_image_surface_get_width(s),
                      (size_t)cairo_image_surface_get_height(s), (size_t)cairo_image_surface_get_stride(s) / 4 };
}

/* By so many pixels to the right. */
static void move_part(cairo_surface_t *s, box b, size_t by)
{
    const picture p = open_picture(s);
    for (size_t y = (size_t)b.y; y < (size_t)(b.y + b.h); y++)
        for (size_t x = (size_t)(b.x + b.w); x-- > (size_t)b.x + by;)
            p.pixels[y * p.stride + x] = p.pixels[y * p.stride + x - by];
    cairo_surface_mark_dirty(s);
}

static uint32_t packed(theme_rgb c, double by)
{
    return (uint32_t)lround(255 * c.red * by) << 16 | (uint32_t)lround(255 * c.green * by) << 8 |
           (uint32_t)lround(255 * c.blue * by);
}

static void darken(cairo_surface_t *s, theme_colour colour)
{
    const picture p = open_picture(s);
    const uint32_t is = packed(theme_colours[colour], 1), shall = packed(theme_colours[colour], 0.9);
    for (size_t y = 0; y < p.height; y++)
        for (size_t x = 0; x < p.width; x++)
            if ((p.pixels[y * p.stride + x] & 0xffffff) == is)
                p.pixels[y * p.stride + x] = shall;
    cairo_surface_mark_dirty(s);
}

/* As another version of the libraries would draw letters and arcs. */
static void change_edges(cairo_surface_t *s)
{
    enum { LEVELS = 3 };
    const picture p = open_picture(s);
    for (size_t y = 0; y < p.height; y++)
        for (size_t x = 1; x < p.width; x++) {
            uint32_t *at = &p.pixels[y * p.stride + x];
            const int green = (int)(*at >> 8 & 255), before = (int)(at[-1] >> 8 & 255);
            if (abs(green - before) > 2 * LEVELS && green > LEVELS)
                *at -= LEVELS * 0x010101;
        }
    cairo_surface_mark_dirty(s);
}

static bool report(const char *what, shot_difference d, bool wanted)
{
    if (shot_is_same(d) == wanted)
        return true;
    fprintf(stderr, "The comparison %s %s (up to %.2f, %.4f on average).\n",
            wanted ? "stumbles over" : "does not see", what, d.largest, d.mean);
    return false;
}

bool shot_differences_are_seen(cairo_surface_t *(*draw)(const shot *s))
{
    static const theme_colour colours[] = { COLOUR_WINDOW, COLOUR_PANEL, COLOUR_RAISED, COLOUR_TEXT,
                                            COLOUR_QUIET,  COLOUR_TRACK, COLOUR_ACCENT, COLOUR_GOOD };
    char what[64];
    bool good = true;
    cairo_surface_t *right = draw(&shots[0]), *wrong = draw(&shots[0]);
    good = report("a picture and itself", shot_compare(right, wrong), true);
    change_edges(wrong);
    good = report("slightly other edges", shot_compare(right, wrong), true) && good;
    cairo_surface_destroy(wrong);
    wrong = draw(&shots[0]);
    move_part(wrong, shot_label(&shots[0]), 2);
    good = report("a label that is moved", shot_compare(right, wrong), false) && good;
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
        cairo_surface_destroy(wrong);
        wrong = draw(&shots[0]);
        darken(wrong, colours[i]);
        snprintf(what, sizeof what, "colour %d a tenth darker", (int)colours[i]);
        good = report(what, shot_compare(right, wrong), false) && good;
    }
    cairo_surface_destroy(right);
    cairo_surface_destroy(wrong);
    return good;
}
