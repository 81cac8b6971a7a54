/* Text and the axis of time. */
#include "plot_draw.h"
#include "text.h"

#include <math.h>

void plot_set_colour(cairo_t *c, plot_colour colour, double opacity)
{
    cairo_set_source_rgba(c, colour.red, colour.green, colour.blue, opacity);
}

static void choose_font(cairo_t *c, double size, int bold)
{
    cairo_select_font_face(c, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(c, size);
}

double plot_text_width(cairo_t *c, const char *s, double size, int bold)
{
    cairo_text_extents_t extents;
    choose_font(c, size, bold);
    cairo_text_extents(c, s, &extents);
    return extents.x_advance;
}

void plot_text(cairo_t *c, const char *s, double x, double y, double size, double align, int bold)
{
    double width = plot_text_width(c, s, size, bold);
    cairo_move_to(c, round(x - align * width), round(y));
    cairo_show_text(c, s);
}

/* 1, 2 or 5 times a power of ten, for up to 15 ticks; whole minutes and such above. */
static double tick_step(double seconds)
{
    static const double long_steps[] = { 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600 };
    double least = seconds / 15;
    for (size_t i = 0; least > 5 && i < sizeof long_steps / sizeof *long_steps; i++)
        if (long_steps[i] >= least)
            return long_steps[i];
    double power = pow(10, floor(log10(least)));
    double digit = least / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static void time_label(double t, double seconds, double step, short_text *label)
{
    if (seconds > 120) {
        *label = text_duration(t);
        return;
    }
    int digits = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
    snprintf(label->s, sizeof label->s, "%.*f s", digits, t);
}

void plot_time_axis(cairo_t *c, plot_box box, double seconds)
{
    double step = tick_step(seconds);
    for (int i = 0; i * step <= seconds * (1 + 1e-9); i++) {
        double x = box.x + i * step / seconds * box.width;
        short_text label;
        plot_set_colour(c, plot_faint, 1);
        cairo_set_line_width(c, 1);
        cairo_move_to(c, floor(x) + 0.5, box.y + box.height);
        cairo_rel_line_to(c, 0, 6);
        cairo_stroke(c);
        time_label(i * step, seconds, step, &label);
        plot_set_colour(c, plot_ink, 1);
        plot_text(c, label.s, x, box.y + box.height + 21, 14, 0.5, 0);
    }
}
