/* A waveform: light from the lowest to the highest sample of each pixel column, dark between plus and minus
 * the root mean square. The axis is linear in amplitude and labelled in decibels. */
#include "plot_draw.h"

#include <math.h>
#include <stdio.h>

static double y_of(plot_box box, double sample, double top)
{
    double y = box.y + box.height * 0.5 * (1 - sample / top);
    return fmin(fmax(y, box.y), box.y + box.height);
}

static void draw_column(cairo_t *c, plot_box box, size_t column, double low, double high, double top)
{
    double upper = y_of(box, high, top), lower = y_of(box, low, top);
    if (lower - upper < 1) { /* silence is a line, not nothing */
        upper = (upper + lower) / 2 - 0.5;
        lower = upper + 1;
    }
    cairo_rectangle(c, box.x + (double)column, upper, 1, lower - upper);
}

static void draw_grid(cairo_t *c, plot_box box, double top)
{
    double top_db = 20 * log10(top);
    static const double below_top[] = { 0, 6 };
    cairo_set_line_width(c, 1);
    for (size_t i = 0; i < 2; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            double y = y_of(box, sign * top * pow(10, -below_top[i] / 20), top);
            char label[32];
            snprintf(label, sizeof label, "%s%.0f", top_db - below_top[i] < -0.5 ? "−" : "",
                     fabs(top_db - below_top[i]));
            plot_set_colour(c, plot_faint, 0.25);
            cairo_move_to(c, box.x, floor(y) + 0.5);
            cairo_rel_line_to(c, box.width, 0);
            cairo_stroke(c);
            plot_set_colour(c, plot_ink, 1);
            plot_text(c, label, box.x - 10, y + 5, 14, 1, 0);
        }
    plot_text(c, "−∞", box.x - 10, y_of(box, 0, top) + 5, 14, 1, 0);
}

void plot_waveform(cairo_t *c, plot_box box, const sound_scan *sound, double top, plot_colour colour)
{
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_rectangle(c, box.x, box.y, box.width, box.height);
    cairo_fill(c);
    draw_grid(c, box, top);
    for (size_t i = 0; i < sound->columns; i++)
        draw_column(c, box, i, sound->outlines[i].low, sound->outlines[i].high, top);
    plot_set_colour(c, colour, 0.55);
    cairo_fill(c);
    for (size_t i = 0; i < sound->columns; i++) {
        const outline *o = &sound->outlines[i];
        double rms = o->samples ? sqrt(o->squares / (double)o->samples) : 0;
        draw_column(c, box, i, fmax(-rms, o->low), fmin(rms, o->high), top);
    }
    plot_set_colour(c, colour, 1);
    cairo_fill(c);
}
