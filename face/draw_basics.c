#include "draw.h"

#include <math.h>
#include <string.h>

void draw_set(cairo_t *c, theme_colour colour)
{
    const theme_rgb rgb = theme_colours[colour];
    cairo_set_source_rgb(c, rgb.red, rgb.green, rgb.blue);
}

void draw_set_alpha(cairo_t *c, theme_colour colour, double alpha)
{
    const theme_rgb rgb = theme_colours[colour];
    cairo_set_source_rgba(c, rgb.red, rgb.green, rgb.blue, alpha);
}

void draw_rounded(cairo_t *c, box b, double radius)
{
    const double r = fmin(radius, fmin(b.w, b.h) / 2), right = b.x + b.w - r, bottom = b.y + b.h - r;
    cairo_new_sub_path(c);
    cairo_arc(c, right, b.y + r, r, -DRAW_PI / 2, 0);
    cairo_arc(c, right, bottom, r, 0, DRAW_PI / 2);
    cairo_arc(c, b.x + r, bottom, r, DRAW_PI / 2, DRAW_PI);
    cairo_arc(c, b.x + r, b.y + r, r, DRAW_PI, 1.5 * DRAW_PI);
    cairo_close_path(c);
}

void draw_fill(cairo_t *c, box b, double radius, theme_colour colour)
{
    draw_set(c, colour);
    draw_rounded(c, b, radius);
    cairo_fill(c);
}

/* Pixels of the screen per pixel of the face. */
static double scale_of(cairo_t *c)
{
    double x = 1, y = 0;
    cairo_user_to_device_distance(c, &x, &y);
    return hypot(x, y);
}

void draw_border(cairo_t *c, box b, double radius, theme_colour colour)
{
    const double scale = scale_of(c), line = fmax(1, floor(scale)) / scale;
    draw_set(c, colour);
    draw_rounded(c, box_inset(b, line / 2), radius - line / 2);
    cairo_set_line_width(c, line);
    cairo_stroke(c);
}

void draw_crisp(cairo_t *c, box b)
{
    double x = b.x, y = b.y, right = b.x + b.w, bottom = b.y + b.h;
    cairo_user_to_device(c, &x, &y);
    cairo_user_to_device(c, &right, &bottom);
    x = floor(x + 0.5);
    y = floor(y + 0.5);
    right = fmax(floor(right + 0.5), x + 1);
    bottom = fmax(floor(bottom + 0.5), y + 1);
    cairo_device_to_user(c, &x, &y);
    cairo_device_to_user(c, &right, &bottom);
    cairo_rectangle(c, x, y, right - x, bottom - y);
    cairo_fill(c);
}

void draw_panel(cairo_t *c, box b)
{
    draw_fill(c, b, RADIUS, COLOUR_PANEL);
}

void draw_focus(cairo_t *c, box b)
{
    draw_set(c, COLOUR_FOCUS);
    draw_rounded(c, box_inset(b, 1.5), RADIUS - 1.5);
    cairo_set_line_width(c, 1.5);
    cairo_stroke(c);
}

static double figure_width(char figure, theme_text style)
{
    const bool digit = (figure >= '0' && figure <= '9');
    return text_width((char[]){ digit ? '0' : figure, '\0' }, style);
}

void draw_figures(cairo_t *c, box b, const char *figures, theme_text style, theme_colour colour, text_align align)
{
    double width = 0;
    for (const char *f = figures; *f; f++)
        width += figure_width(*f, style);
    double x = b.x + (align == ALIGN_LEFT ? 0 : align == ALIGN_RIGHT ? b.w - width : (b.w - width) / 2);
    for (const char *f = figures; *f; f++) {
        const double w = figure_width(*f, style);
        text_draw(c, (box){ x, b.y, w + 1, b.h }, (char[]){ *f, '\0' }, style, colour, ALIGN_LEFT);
        x += w;
    }
}

void draw_logo(cairo_t *c, box b)
{
    const double first = text_width("back", TEXT_LOGO);
    text_draw(c, b, "back", TEXT_LOGO, COLOUR_TEXT, ALIGN_LEFT);
    text_draw(c, (box){ b.x + first, b.y, b.w - first, b.h }, "line", TEXT_LOGO, COLOUR_ACCENT, ALIGN_LEFT);
}

void draw_load(cairo_t *c, box b, const char *cpu, const char *latency, draw_mood m)
{
    const theme_colour ink = m.hover ? COLOUR_TEXT : COLOUR_QUIET;
    const double half = b.h / 2 - 2;
    if (!*cpu) {
        draw_figures(c, b, latency, TEXT_SMALL, ink, ALIGN_RIGHT);
        return;
    }
    draw_figures(c, (box){ b.x, b.y + 2, b.w, half }, cpu, TEXT_SMALL, ink, ALIGN_RIGHT);
    draw_figures(c, (box){ b.x, b.y + 2 + half, b.w, half }, latency, TEXT_SMALL, ink, ALIGN_RIGHT);
}
