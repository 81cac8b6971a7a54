/* Both recordings over the time, their difference, and a close look at the worst of it. */
#include "commands.h"
#include "compare_plot.h"
#include "messages.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef float (*value_at)(const compare_pair *pair, size_t channel, size_t frame);

static float value_of_a(const compare_pair *pair, size_t channel, size_t frame)
{
    return pair->a[channel][frame];
}

static float value_of_b(const compare_pair *pair, size_t channel, size_t frame)
{
    return pair->b[channel][frame];
}

static float value_of_difference(const compare_pair *pair, size_t channel, size_t frame)
{
    return pair->a[channel][frame] - pair->b[channel][frame];
}

/* Outlines of all channels together, one per pixel column. */
static int outline_all(sound_scan *scan, const compare_pair *pair, size_t columns, value_at value)
{
    *scan = (sound_scan){ .columns = columns, .frames = pair->frames };
    scan->outlines = calloc(columns, sizeof *scan->outlines);
    if (!scan->outlines)
        return fail("There is not enough memory.");
    for (size_t t = 0; t < pair->frames; t++) {
        outline *o = &scan->outlines[(size_t)((double)t / (double)pair->frames * (double)columns)];
        for (size_t channel = 0; channel < pair->channels; channel++) {
            float x = value(pair, channel, t);
            o->low = o->samples ? fminf(o->low, x) : x;
            o->high = o->samples ? fmaxf(o->high, x) : x;
            o->squares += (double)x * (double)x;
            o->samples++;
            scan->peak = fmax(scan->peak, (double)fabsf(x));
        }
    }
    for (size_t i = 1; i < columns; i++)
        if (!scan->outlines[i].samples) /* fewer frames than columns */
            scan->outlines[i].low = scan->outlines[i - 1].low, scan->outlines[i].high = scan->outlines[i - 1].high;
    return DONE;
}

/* Up to the next 6 dB, so that quiet sound is seen. */
static double top_for(double peak)
{
    double steps = peak > 0 ? fmax(ceil((20 * log10(peak) - 0.05) / 6), -24) : 0;
    return pow(10, 6 * steps / 20);
}

/* B over the filled shape of A: its upper and lower edge. */
static void draw_edges(cairo_t *c, plot_box box, const sound_scan *scan, double top)
{
    const plot_axes axes = { .box = box, .x = { 0, (double)scan->columns, false }, .y = { -top, top, false } };
    for (int upper = 0; upper < 2; upper++) {
        cairo_new_path(c);
        for (size_t i = 0; i < scan->columns; i++)
            cairo_line_to(c, plot_axes_x(&axes, (double)i + 0.5),
                          plot_axes_y(&axes, (double)(upper ? scan->outlines[i].high : scan->outlines[i].low)));
        plot_set_colour(c, compare_colour_b, 1);
        cairo_set_line_width(c, 1);
        cairo_stroke(c);
    }
}

static void draw_title(cairo_t *c, plot_box box, const char *title, const char *note)
{
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, title, box.x, box.y - 12, 19, 0, 1);
    double x = box.x + plot_text_width(c, title, 19, 1) + 14;
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, note, x, box.y - 12, 15, 0, 0);
}

/* A small mark at the place of the largest error. */
static void draw_mark(cairo_t *c, plot_box box, const compare_result *r)
{
    if (!(r->errors.worst > 0))
        return;
    double x = box.x + box.width * ((double)r->errors.worst_frame + 0.5) / (double)r->pair->frames;
    plot_set_colour(c, plot_ink, 1);
    cairo_move_to(c, x - 6, box.y);
    cairo_line_to(c, x + 6, box.y);
    cairo_line_to(c, x, box.y + 10);
    cairo_close_path(c);
    cairo_fill(c);
}

static void draw_unit(cairo_t *c, plot_box box)
{
    plot_axes axes = { .box = box };
    plot_axes_units(c, &axes, "", "level (dBFS)");
    plot_axes_end(c, &axes);
}

int compare_plot_waveforms(cairo_t *c, plot_box both, plot_box difference, const compare_result *result)
{
    const compare_pair *pair = result->pair;
    const size_t columns = (size_t)both.width;
    sound_scan a = { 0 }, b = { 0 }, d = { 0 };
    int code = outline_all(&a, pair, columns, value_of_a);
    if (!code)
        code = outline_all(&b, pair, columns, value_of_b);
    if (!code)
        code = outline_all(&d, pair, columns, value_of_difference);
    if (!code) {
        double top = top_for(fmax(a.peak, b.peak));
        char note[96] = "A filled, the edges of B over it";
        if (pair->a_begin)
            snprintf(note, sizeof note, "A filled, the edges of B over it; from %.4f s of A on",
                     (double)pair->a_begin / pair->rate_hz);
        draw_title(c, both, "Waveforms", note);
        plot_waveform(c, both, &a, top, compare_colour_a);
        draw_edges(c, both, &b, top);
        draw_unit(c, both);
        draw_title(c, difference, "Difference",
                   "A − B, at a scale of its own; the mark stands at the largest error");
        plot_waveform(c, difference, &d, top_for(d.peak), compare_colour_difference);
        draw_unit(c, difference);
        draw_mark(c, difference, result);
        plot_time_axis(c, difference, (double)pair->frames / pair->rate_hz);
    }
    free(a.outlines);
    free(b.outlines);
    free(d.outlines);
    return code;
}

/* ---- the close look ---- */

enum { ZOOM_FRAMES = 400 };

typedef struct zoom {
    size_t channel, begin, count;
    double ms[ZOOM_FRAMES], a[ZOOM_FRAMES], b[ZOOM_FRAMES], difference[ZOOM_FRAMES];
    double peak;
} zoom;

static void find_loudest(const compare_pair *pair, size_t *channel, size_t *frame)
{
    for (size_t c = 0; c < pair->channels; c++)
        for (size_t t = 0; t < pair->frames; t++)
            if (fabsf(pair->a[c][t]) > fabsf(pair->a[*channel][*frame])) {
                *channel = c;
                *frame = t;
            }
}

static void fill_zoom(zoom *z, const compare_result *r)
{
    const compare_pair *pair = r->pair;
    size_t middle = r->errors.worst_frame;
    *z = (zoom){ .channel = r->errors.worst_channel };
    if (!(r->errors.worst > 0))
        find_loudest(pair, &z->channel, &middle);
    z->count = pair->frames < ZOOM_FRAMES ? pair->frames : ZOOM_FRAMES;
    z->begin = middle > z->count / 2 ? middle - z->count / 2 : 0;
    z->begin = z->begin + z->count > pair->frames ? pair->frames - z->count : z->begin;
    for (size_t i = 0; i < z->count; i++) {
        z->ms[i] = 1000 * (double)(pair->a_begin + z->begin + i) / pair->rate_hz;
        z->a[i] = (double)pair->a[z->channel][z->begin + i];
        z->b[i] = (double)pair->b[z->channel][z->begin + i];
        z->difference[i] = z->a[i] - z->b[i];
        z->peak = fmax(z->peak, fmax(fmax(fabs(z->a[i]), fabs(z->b[i])), fabs(z->difference[i])));
    }
}

/* Of quiet sound, thousandths or millionths, so that the labels stay short. */
static const char *choose_unit(zoom *z)
{
    static const char *const units[] = { "sample value", "sample value (10⁻³)", "sample value (10⁻⁶)" };
    size_t unit = z->peak >= 0.02 || !(z->peak > 0) ? 0 : z->peak >= 2e-5 ? 1 : 2;
    for (size_t i = 0; i < z->count; i++) {
        z->a[i] *= pow(1000, (double)unit);
        z->b[i] *= pow(1000, (double)unit);
        z->difference[i] *= pow(1000, (double)unit);
    }
    z->peak *= pow(1000, (double)unit);
    return units[unit];
}

void compare_plot_worst(cairo_t *c, plot_box box, const compare_result *result)
{
    const char *title = result->errors.worst > 0 ? "Around the largest error" : "Around the loudest sample";
    char where[64] = "";
    zoom z;
    int digits_x, digits_y;
    fill_zoom(&z, result);
    const char *unit = choose_unit(&z);
    const double top = z.peak > 0 ? 1.1 * z.peak : 1, step_y = plot_axes_step(2 * top, 8, &digits_y);
    const double width = z.count > 1 ? z.ms[z.count - 1] - z.ms[0] : 1;
    const double step_x = plot_axes_step(width, 8, &digits_x);
    const plot_axes axes = { box, { z.ms[0], z.ms[0] + width, false }, { -top, top, false } };
    if (result->pair->channels > 1)
        snprintf(where, sizeof where, "channel %zu", z.channel + 1);
    plot_axes_begin(c, &axes, title, where);
    plot_axes_ticks_x(c, &axes, step_x, digits_x, true);
    plot_axes_ticks_y(c, &axes, step_y, digits_y);
    plot_axes_units(c, &axes, "time in A (ms)", unit);
    plot_axes_curve(c, &axes, z.ms, z.difference, z.count, compare_colour_difference, 1.5);
    plot_axes_curve(c, &axes, z.ms, z.a, z.count, compare_colour_a, 2.5);
    plot_axes_curve(c, &axes, z.ms, z.b, z.count, compare_colour_b, 1.5);
    plot_axes_end(c, &axes);
    compare_plot_legend(c, box.x + plot_text_width(c, title, 19, 1) + 24, box.y - 12);
}
