#include "plot_model_page.h"

#include "text.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 1600, HEIGHT = 1120, LEFT = 92, INNER = WIDTH - LEFT - 28, GAP = 96, PANEL_HEIGHT = 370 };

static void facts_text(char *to, size_t size, const plot_figures *f)
{
    snprintf(to, size, "%.60s  ·  %.120s  ·  %s%s", f->info.format, f->info.architecture, text_hertz(f->rate_hz).s,
             isnan(f->info.sample_rate_hz) ? " (the file names no rate)" : "");
}

/* "drive 0.7, tone 0.2": where all knobs stand. */
static void knobs_text(char *to, size_t size, const plot_figures *f)
{
    size_t used = 0;
    *to = 0;
    for (size_t i = 0; i < bl_model_param_count(f->model) && used < size; i++) {
        bl_param_info knob;
        bl_model_get_param(f->model, i, &knob);
        double value = (double)knob.initial;
        for (size_t k = 0; k < f->knobs->count; k++)
            value = f->knobs->list[k].index == i ? (double)f->knobs->list[k].value : value;
        used += (size_t)snprintf(to + used, size - used, "%s%.40s %g", i ? "  ·  " : "", knob.name, value);
    }
}

static void draw_title(cairo_t *c, const plot_figures *f)
{
    char facts[320], name[300], file[300], knobs[400];
    const bool named = f->info.name && *f->info.name;
    facts_text(facts, sizeof facts, f);
    plot_axes_fit(c, facts, INNER * 0.62, 16, 0);
    const double right = LEFT + INNER, room = INNER - plot_text_width(c, facts, 16, 0) - 30;
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, facts, right, 44, 16, 1, 0);
    snprintf(name, sizeof name - 4, "%s", named ? f->info.name : text_file_name(f->path));
    plot_axes_fit(c, name, room, 21, 1);
    plot_text(c, name, LEFT, 44, 21, 0, 1);
    const double x = LEFT + plot_text_width(c, name, 21, 1) + 14;
    snprintf(file, sizeof file - 4, "%s", text_file_name(f->path));
    plot_axes_fit(c, file, LEFT + room - x, 19, 0);
    plot_set_colour(c, plot_faint, 1);
    if (named && x < LEFT + room - 40)
        plot_text(c, file, x, 44, 19, 0, 0);
    knobs_text(knobs, sizeof knobs - 4, f);
    plot_axes_fit(c, knobs, INNER, 16, 0);
    plot_text(c, knobs, LEFT, 70, 16, 0, 0);
}

cairo_surface_t *plot_model_page(const plot_figures *figures)
{
    cairo_surface_t *page = plot_axes_page(WIDTH, HEIGHT);
    cairo_t *c = cairo_create(page);
    const double width = floor((INNER - 2 * GAP) / 3.0), step = width + GAP;
    const double upper = 148, lower = upper + PANEL_HEIGHT + 152;
    plot_box box[6];
    for (size_t i = 0; i < 6; i++)
        box[i] = (plot_box){ LEFT + step * (double)(i % 3), i < 3 ? upper : lower, width, PANEL_HEIGHT };
    draw_title(c, figures);
    plot_model_draw_curves(c, box[0], figures);
    plot_model_draw_levels(c, box[1], figures);
    plot_model_draw_response(c, box[2], figures);
    plot_model_draw_harmonics(c, box[3], figures, 0);
    plot_model_draw_harmonics(c, box[4], figures, 1);
    plot_model_draw_aliasing(c, box[5], figures);
    cairo_destroy(c);
    cairo_surface_flush(page);
    return page;
}
