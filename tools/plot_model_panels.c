/* The six diagrams of a model. */
#include "plot_model_page.h"
#include "text.h"

#include <math.h>
#include <stdio.h>

static const double pi = 3.14159265358979323846;

/* The same colour for the same input level in all diagrams. `place` is that in plot_figures.level_db. */
typedef struct drive {
    size_t place;
    plot_colour colour;
} drive;

static const drive minus_40 = { 4, { 0.62, 0.77, 0.88 } }, minus_30 = { 6, { 0.33, 0.58, 0.78 } },
                   minus_20 = { 8, { 0.10, 0.33, 0.55 } }, minus_10 = { 10, { 0.55, 0.33, 0.62 } },
                   full = { 12, { 0.85, 0.36, 0.12 } };

static const plot_colour tone_colours[PLOT_TONES] = { { 0.13, 0.40, 0.62 }, { 0.80, 0.33, 0.13 } };
static const char *const tone_names[PLOT_TONES] = { "110 Hz", "1 kHz" };

enum { CURVES = 4, BARS = 3, LEGEND_GAP = 18, MOST_HARMONICS = 16, CURVE_POINTS = 721 };

static short_text level_text(double db)
{
    short_text t;
    snprintf(t.s, sizeof t.s, "%s%.0f", db < 0 ? "−" : "", fabs(db));
    return t;
}

/* Above the box: the title, at the other end a note, and below both the legend. */
static void draw_title(cairo_t *c, plot_box box, const char *title, const char *note)
{
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, title, box.x, box.y - 38, 19, 0, 1);
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, note, box.x + box.width, box.y - 38, 14, 1, 0);
}

/* The wave at phase p of the input, as if the device had no delay for its fundamental; without that, every curve
 * would be an ellipse. Where it turns the fundamental over, that stays. */
static double wave_at(const sine_response *tone, double p, bool turned_over)
{
    double turn = tone->phase[0] - (turned_over ? pi : 0), sum = tone->dc;
    for (size_t k = 0; k < tone->harmonics; k++)
        sum += tone->amplitude[k] * sin((double)(k + 1) * (p - turn) + tone->phase[k]);
    return sum;
}

static double highest_of(const double *values, size_t count)
{
    double highest = -INFINITY;
    for (size_t i = 0; i < count; i++)
        highest = fmax(highest, values[i]);
    return highest;
}

void plot_model_draw_curves(cairo_t *c, plot_box box, const plot_figures *f)
{
    static double in[CURVES][CURVE_POINTS], out[CURVES][CURVE_POINTS];
    const drive drives[CURVES] = { minus_30, minus_20, minus_10, full };
    const bool turned_over = fabs(f->tones[0][0].phase[0]) > pi / 2;
    double most = 0;
    for (size_t k = 0; k < CURVES; k++)
        for (size_t i = 0; i < CURVE_POINTS; i++) {
            const double p = 2 * pi * (double)i / (CURVE_POINTS - 1);
            in[k][i] = pow(10, f->level_db[drives[k].place] / 20) * sin(p);
            out[k][i] = wave_at(&f->tones[0][drives[k].place], p, turned_over);
            most = fmax(most, fabs(out[k][i]));
        }
    int digits;
    const double top = most > 0 ? 1.08 * most : 1, step = plot_axes_step(2 * top, 8, &digits);
    const plot_axes axes = { box, { -1.05, 1.05, false }, { -top, top, false } };
    plot_axes_begin(c, &axes, "", "");
    plot_axes_ticks_x(c, &axes, 0.5, 1, true);
    plot_axes_ticks_y(c, &axes, step, digits);
    plot_axes_units(c, &axes, "input sample", "output sample");
    for (size_t k = CURVES; k-- > 0;)
        plot_axes_curve(c, &axes, in[k], out[k], CURVE_POINTS, drives[k].colour, 2);
    plot_axes_end(c, &axes);
    draw_title(c, box, "Transfer curve at 110 Hz", "input level in dBFS");
    double x = box.x;
    for (size_t k = 0; k < CURVES; k++)
        x = LEGEND_GAP +
            plot_axes_legend(c, x, box.y - 12, drives[k].colour, level_text(f->level_db[drives[k].place]).s);
}

void plot_model_draw_levels(cairo_t *c, plot_box box, const plot_figures *f)
{
    double out[PLOT_TONES][PLOT_LEVELS], top = -60;
    for (size_t k = 0; k < PLOT_TONES; k++) {
        for (size_t i = 0; i < PLOT_LEVELS; i++)
            out[k][i] = plot_model_level_db(&f->tones[k][i]);
        top = fmax(top, highest_of(out[k], PLOT_LEVELS));
    }
    top = fmax(0, 10 * ceil(top / 10));
    const plot_axes axes = { box, { -60, 0, false }, { top - 70, top, false } };
    const double ends[2] = { -60, 0 };
    plot_axes_begin(c, &axes, "", "");
    plot_axes_ticks_x(c, &axes, 10, 0, true);
    plot_axes_ticks_y(c, &axes, 10, 0);
    plot_axes_units(c, &axes, "input level (dBFS)", "output level (dBFS)");
    const double dashes[] = { 4, 5 };
    cairo_set_dash(c, dashes, 2, 0);
    plot_axes_curve(c, &axes, ends, ends, 2, plot_faint, 1.2);
    cairo_set_dash(c, NULL, 0, 0);
    for (size_t k = PLOT_TONES; k-- > 0;)
        plot_axes_curve(c, &axes, f->level_db, out[k], PLOT_LEVELS, tone_colours[k], 2.5);
    plot_axes_end(c, &axes);
    draw_title(c, box, "Level", "dashed: as loud as the input");
    double x = box.x;
    for (size_t k = 0; k < PLOT_TONES; k++)
        x = plot_axes_legend(c, x, box.y - 12, tone_colours[k], tone_names[k]) + LEGEND_GAP;
}

void plot_model_draw_response(cairo_t *c, plot_box box, const plot_figures *f)
{
    double top = -INFINITY, bottom = INFINITY;
    for (size_t i = 0; i < PLOT_POINTS; i++) {
        top = fmax(top, f->response_db[i]);
        bottom = fmin(bottom, f->response_db[i]);
    }
    top = 10 * ceil((top + 1) / 10);
    bottom = fmin(fmax(10 * floor((bottom - 1) / 10), top - 80), top - 40);
    const plot_axes axes = { box, { 20, f->response_hz[PLOT_POINTS - 1], true }, { bottom, top, false } };
    plot_axes_begin(c, &axes, "", "");
    plot_axes_hertz_x(c, &axes);
    plot_axes_ticks_y(c, &axes, 10, 0);
    plot_axes_units(c, &axes, "frequency (Hz)", "gain (dB)");
    plot_axes_curve(c, &axes, f->response_hz, f->response_db, PLOT_POINTS, tone_colours[0], 2.5);
    plot_axes_end(c, &axes);
    draw_title(c, box, "Frequency response", "sweep at −100 dBFS");
}

/* One bar per level and harmonic, in dB relative to the fundamental. */
static void draw_bars(cairo_t *c, const plot_axes *axes, const sine_response *tone, size_t place,
                      plot_colour colour)
{
    const double slot = axes->box.width / (axes->x.high - axes->x.low), bar = floor(slot * 0.8 / BARS);
    const double bottom = axes->box.y + axes->box.height;
    for (size_t k = 1; k < tone->harmonics && k < MOST_HARMONICS; k++) {
        double db = 20 * log10(tone->amplitude[k] / tone->amplitude[0]);
        double y = plot_axes_y(axes, fmin(db, axes->y.high)),
               x = plot_axes_x(axes, (double)(k + 1)) + bar * ((double)place - BARS / 2.0);
        if (!(db > axes->y.low))
            continue;
        plot_set_colour(c, colour, 1);
        cairo_rectangle(c, floor(x) + 0.5, y, bar - 1, bottom - y);
        cairo_fill(c);
    }
}

static short_text percent_text(double part)
{
    short_text t;
    if (isnan(part))
        snprintf(t.s, sizeof t.s, "silent");
    else if (part < 0.00005)
        snprintf(t.s, sizeof t.s, "0 %%");
    else
        snprintf(t.s, sizeof t.s, part >= 0.1 ? "%.0f %%" : part >= 0.01 ? "%.1f %%" : "%.2f %%", 100 * part);
    return t;
}

void plot_model_draw_harmonics(cairo_t *c, plot_box box, const plot_figures *f, size_t tone)
{
    const drive drives[BARS] = { minus_40, minus_20, full };
    const plot_axes axes = { box, { 1.4, MOST_HARMONICS + 0.6, false }, { -100, 10, false } };
    char title[64];
    plot_axes_begin(c, &axes, "", "");
    plot_axes_ticks_x(c, &axes, 1, 0, false);
    plot_axes_ticks_y(c, &axes, 20, 0);
    plot_axes_units(c, &axes, "harmonic", "level relative to the fundamental (dB)");
    for (size_t k = 0; k < BARS; k++)
        draw_bars(c, &axes, &f->tones[tone][drives[k].place], k, drives[k].colour);
    plot_axes_end(c, &axes);
    snprintf(title, sizeof title, "Harmonics of %s", tone_names[tone]);
    draw_title(c, box, title, "dBFS in: distortion");
    double x = box.x;
    for (size_t k = 0; k < BARS; k++) {
        char name[160];
        snprintf(name, sizeof name, "%s: %s", level_text(f->level_db[drives[k].place]).s,
                 percent_text(plot_model_distortion(&f->tones[tone][drives[k].place])).s);
        x = plot_axes_legend(c, x, box.y - 12, drives[k].colour, name) + LEGEND_GAP;
    }
}

void plot_model_draw_aliasing(cairo_t *c, plot_box box, const plot_figures *f)
{
    const plot_colour colours[PLOT_ALIAS_LEVELS] = { full.colour, minus_20.colour };
    const double last_hz = f->aliasing[0][PLOT_ALIAS_POINTS - 1].hz;
    double hz[PLOT_ALIAS_LEVELS][PLOT_ALIAS_POINTS], db[PLOT_ALIAS_LEVELS][PLOT_ALIAS_POINTS], top = 0;
    for (size_t k = 0; k < PLOT_ALIAS_LEVELS; k++)
        for (size_t i = 0; i < PLOT_ALIAS_POINTS; i++) {
            hz[k][i] = f->aliasing[k][i].hz;
            db[k][i] = f->aliasing[k][i].alias_db;
            top = fmax(top, db[k][i]);
        }
    const plot_axes axes = { box, { hz[0][0], last_hz, true }, { -140, 20 * ceil(top / 20), false } };
    plot_axes_begin(c, &axes, "", "");
    plot_axes_hertz_x(c, &axes);
    plot_axes_ticks_y(c, &axes, 20, 0);
    plot_axes_units(c, &axes, "frequency of the sine (Hz)", "level relative to the harmonics (dB)");
    for (size_t k = PLOT_ALIAS_LEVELS; k-- > 0;)
        plot_axes_curve(c, &axes, hz[k], db[k], PLOT_ALIAS_POINTS, colours[k], 2.5);
    plot_axes_end(c, &axes);
    draw_title(c, box, "Aliasing", "input level in dBFS");
    double x = box.x;
    for (size_t k = 0; k < PLOT_ALIAS_LEVELS; k++)
        x = plot_axes_legend(c, x, box.y - 12, colours[k], level_text(f->alias_level_db[k]).s) + LEGEND_GAP;
}
