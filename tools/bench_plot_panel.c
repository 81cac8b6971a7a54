#include "bench_plot_panel.h"

#include <math.h>
#include <stdio.h>

static const plot_colour colours[] = {
    { 0.13, 0.40, 0.62 }, { 0.80, 0.33, 0.13 }, { 0.18, 0.53, 0.27 }, { 0.49, 0.29, 0.64 },
    { 0.72, 0.53, 0.04 }, { 0.08, 0.57, 0.60 }, { 0.78, 0.27, 0.53 }, { 0.42, 0.36, 0.29 },
};
enum { COLOURS = sizeof colours / sizeof *colours };

/* On and off in turns, one pair or two per instruction set; the first is drawn through. */
static const double dashes[][4] = { { 1, 0, 1, 0 }, { 9, 5, 9, 5 }, { 2, 4, 2, 4 }, { 12, 4, 2, 4 } };
enum { DASHES = sizeof dashes / sizeof *dashes };

double bench_curve_least(const bench_curve *curve)
{
    double least = INFINITY;
    for (size_t i = 0; i < curve->count; i++)
        least = fmin(least, curve->rows[i].block_s / (double)curve->rows[i].block);
    return least;
}

/* Networks beyond the number of colours have other marks. */
static void draw_mark(cairo_t *c, const bench_curve *curve, double x, double y)
{
    cairo_new_path(c);
    if (curve->network / COLOURS % 2)
        cairo_rectangle(c, x - 3.5, y - 3.5, 7, 7);
    else
        cairo_arc(c, x, y, 4, 0, 2 * 3.14159265358979323846);
    cairo_fill(c);
}

static void choose_line(cairo_t *c, const bench_curve *curve)
{
    plot_set_colour(c, colours[curve->network % COLOURS], 1);
    cairo_set_line_width(c, 2);
    cairo_set_dash(c, dashes[curve->cpu % DASHES], curve->cpu % DASHES ? 4 : 0, 0);
}

void bench_curve_sample(cairo_t *c, const bench_curve *curve, double x, double y, double length)
{
    choose_line(c, curve);
    cairo_move_to(c, x, y);
    cairo_rel_line_to(c, length, 0);
    cairo_stroke(c);
    draw_mark(c, curve, x + length / 2, y);
    cairo_set_dash(c, NULL, 0, 0);
}

static size_t outermost_block(const bench_curve *curves, bool largest)
{
    size_t found = curves[0].rows[0].block;
    for (size_t i = 0; i < curves[0].count; i++) /* all curves have the same blocks */
        if ((curves[0].rows[i].block > found) == largest)
            found = curves[0].rows[i].block;
    return found;
}

/* Where a block size is on the logarithmic axis; the outermost ones keep off the frame. */
static double x_of(const bench_panel *panel, const bench_curve *curves, size_t block)
{
    double low = (double)outermost_block(curves, false), high = (double)outermost_block(curves, true);
    double part = log((double)block / low) / log(high / low);
    return panel->box.x + panel->box.width * (0.025 + 0.95 * part);
}

static double y_of(const bench_panel *panel, double value)
{
    double part = panel->logarithmic ? log(value / panel->bottom) / log(panel->top / panel->bottom)
                                     : (value - panel->bottom) / (panel->top - panel->bottom);
    return panel->box.y + panel->box.height * (1 - part);
}

static void draw_tick(cairo_t *c, const bench_panel *panel, double value, const char *label)
{
    double y = y_of(panel, value);
    plot_set_colour(c, plot_faint, 0.25);
    cairo_move_to(c, panel->box.x, floor(y) + 0.5);
    cairo_rel_line_to(c, panel->box.width, 0);
    cairo_stroke(c);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, label, panel->box.x - 10, y + 5, 14, 1, 0);
}

static void draw_linear_ticks(cairo_t *c, const bench_panel *panel)
{
    for (int i = (int)ceil(panel->bottom / panel->step); i * panel->step <= panel->top + 1e-6; i++) {
        char label[32];
        snprintf(label, sizeof label, panel->format, i * panel->step * panel->scale);
        draw_tick(c, panel, i * panel->step, label);
    }
}

/* The roundest numbers first, then others as far as they keep their distance. */
static void draw_logarithmic_ticks(cairo_t *c, const bench_panel *panel)
{
    static const double factors[] = { 1, 2, 5, 3, 1.5, 7, 1.2, 1.1 };
    enum { FACTORS = sizeof factors / sizeof *factors, POWERS = 4 };
    double drawn[FACTORS * POWERS];
    size_t count = 0;
    for (size_t k = 0; k < FACTORS * POWERS; k++) {
        double value = factors[k / POWERS] * pow(10, (double)(k % POWERS)), nearest = INFINITY;
        char label[32];
        for (size_t i = 0; i < count; i++)
            nearest = fmin(nearest, fabs(y_of(panel, value) - y_of(panel, drawn[i])));
        if (value < panel->bottom || value > panel->top || nearest < 22)
            continue;
        drawn[count++] = value;
        snprintf(label, sizeof label, "%.4g", value);
        draw_tick(c, panel, value, label);
    }
}

static void draw_blocks(cairo_t *c, const bench_panel *panel, const bench_curve *curves)
{
    double last = -100;
    for (size_t block = 1; block <= outermost_block(curves, true); block++) {
        bool measured = false;
        for (size_t i = 0; i < curves[0].count; i++)
            measured |= curves[0].rows[i].block == block;
        double x = measured ? x_of(panel, curves, block) : 0;
        char label[32];
        if (!measured)
            continue;
        plot_set_colour(c, plot_faint, 1);
        cairo_move_to(c, floor(x) + 0.5, panel->box.y + panel->box.height);
        cairo_rel_line_to(c, 0, 6);
        cairo_stroke(c);
        if (x - last < 34)
            continue; /* its label would touch the one before */
        last = x;
        snprintf(label, sizeof label, "%zu", block);
        plot_set_colour(c, plot_ink, 1);
        plot_text(c, label, x, panel->box.y + panel->box.height + 22, 14, 0.5, 0);
    }
}

static void draw_curve(cairo_t *c, const bench_panel *panel, const bench_curve *curves, const bench_curve *curve)
{
    choose_line(c, curve);
    cairo_new_path(c);
    for (size_t i = 0; i < curve->count; i++)
        cairo_line_to(c, x_of(panel, curves, curve->rows[i].block), y_of(panel, panel->value(curve, i)));
    cairo_stroke(c);
    for (size_t i = 0; i < curve->count; i++)
        draw_mark(c, curve, x_of(panel, curves, curve->rows[i].block), y_of(panel, panel->value(curve, i)));
}

void bench_panel_draw(cairo_t *c, const bench_panel *panel, const bench_curve *curves, size_t count)
{
    plot_box box = panel->box;
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_rectangle(c, box.x, box.y, box.width, box.height);
    cairo_fill(c);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, panel->title, box.x, box.y - 12, 19, 0, 1);
    cairo_set_line_width(c, 1);
    if (panel->logarithmic)
        draw_logarithmic_ticks(c, panel);
    else
        draw_linear_ticks(c, panel);
    draw_blocks(c, panel, curves);
    cairo_save(c);
    cairo_rectangle(c, box.x, box.y, box.width, box.height);
    cairo_clip(c);
    for (size_t i = 0; i < count; i++)
        draw_curve(c, panel, curves, &curves[i]);
    cairo_restore(c);
    plot_set_colour(c, plot_faint, 1);
    cairo_rectangle(c, box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
    cairo_stroke(c);
}
