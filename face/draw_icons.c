#include "draw.h"

#include <math.h>

/* Each is drawn around the origin, in a square of 16. */

static void line(cairo_t *c, double x1, double y1, double x2, double y2)
{
    cairo_move_to(c, x1, y1);
    cairo_line_to(c, x2, y2);
}

static void corner(cairo_t *c, double x1, double y1, double x2, double y2, double x3, double y3)
{
    line(c, x1, y1, x2, y2);
    cairo_line_to(c, x3, y3);
}

static void folder(cairo_t *c)
{
    cairo_move_to(c, -6.5, 5);
    cairo_line_to(c, -6.5, -5);
    cairo_line_to(c, -2, -5);
    cairo_line_to(c, -0.5, -3);
    cairo_line_to(c, 6.5, -3);
    cairo_line_to(c, 6.5, 5);
    cairo_close_path(c);
}

static void undo(cairo_t *c)
{
    corner(c, -3, -6, -6, -3, -3, 0);
    line(c, -6, -3, 2, -3);
    cairo_arc(c, 2, 1, 4, -DRAW_PI / 2, DRAW_PI / 2);
    cairo_line_to(c, -3, 5);
}

static void tuning_fork(cairo_t *c)
{
    cairo_move_to(c, -3.5, -7);
    cairo_line_to(c, -3.5, -2);
    cairo_arc_negative(c, 0, -2, 3.5, DRAW_PI, 0);
    cairo_line_to(c, 3.5, -7);
    line(c, 0, 1.5, 0, 7);
}

static void power(cairo_t *c)
{
    cairo_new_sub_path(c);
    cairo_arc(c, 0, 1, 5.5, -DRAW_PI / 2 + 0.65, 1.5 * DRAW_PI - 0.65);
    line(c, 0, -6.5, 0, -0.5);
}

static void star(cairo_t *c)
{
    for (int i = 0; i < 10; i++) {
        const double r = i % 2 ? 2.8 : 6.8, a = i * DRAW_PI / 5 - DRAW_PI / 2;
        cairo_line_to(c, r * cos(a), r * sin(a) + 0.5);
    }
    cairo_close_path(c);
}

static void sound(cairo_t *c)
{
    cairo_move_to(c, -6.5, -2);
    cairo_line_to(c, -4, -2);
    cairo_line_to(c, -0.5, -5);
    cairo_line_to(c, -0.5, 5);
    cairo_line_to(c, -4, 2);
    cairo_line_to(c, -6.5, 2);
    cairo_close_path(c);
    cairo_new_sub_path(c);
    cairo_arc(c, -1, 0, 4, -0.7, 0.7);
    cairo_new_sub_path(c);
    cairo_arc(c, -1, 0, 7, -0.7, 0.7);
}

static void host(cairo_t *c)
{
    cairo_rectangle(c, -6, -5, 12, 10);
    line(c, -6, -2, 6, -2);
}

static void outline(cairo_t *c, draw_icon icon)
{
    switch (icon) {
    case ICON_PREVIOUS: corner(c, 2, -5, -3, 0, 2, 5); break;
    case ICON_NEXT: corner(c, -2, -5, 3, 0, -2, 5); break;
    case ICON_DOWN: corner(c, -3.5, -1.5, 0, 2, 3.5, -1.5); break;
    case ICON_UP:
        corner(c, -4.5, -1, 0, -5.5, 4.5, -1);
        line(c, 0, -5.5, 0, 5.5);
        break;
    case ICON_CLEAR:
        line(c, -4, -4, 4, 4);
        line(c, 4, -4, -4, 4);
        break;
    case ICON_FOLDER: folder(c); break;
    case ICON_UNDO: undo(c); break;
    case ICON_TUNER: tuning_fork(c); break;
    case ICON_POWER: power(c); break;
    case ICON_STAR:
    case ICON_STAR_FULL: star(c); break;
    case ICON_SOUND: sound(c); break;
    case ICON_HOST: host(c); break;
    case ICON_NONE: break;
    }
}

void draw_icon_at(cairo_t *c, box b, draw_icon icon, theme_colour colour)
{
    cairo_save(c);
    cairo_translate(c, b.x + b.w / 2, b.y + b.h / 2);
    draw_set(c, colour);
    cairo_set_line_width(c, 1.5);
    cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    cairo_new_path(c);
    outline(c, icon);
    if (icon == ICON_STAR_FULL)
        cairo_fill_preserve(c);
    cairo_stroke(c);
    cairo_restore(c);
}
