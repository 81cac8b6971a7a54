/* The picture of `backline bench --plot`: cost per sample and share of the peak over the block size. */
#include "bench_plot_panel.h"
#include "bench_report.h"
#include "plot_png.h"
#include "text.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 1600, HEIGHT = 1188, LEFT = 92, TOP = 52, PANEL = 1130, PANEL_HEIGHT = 306, STEP = 382 };
enum { LEGEND = LEFT + PANEL + 34, LEGEND_WIDTH = WIDTH - LEGEND - 20, LEGEND_STEP = 46, SAMPLE = 40 };

static double relative_cost(const bench_curve *curve, size_t i)
{
    return curve->rows[i].block_s / (double)curve->rows[i].block / bench_curve_least(curve);
}

static double share_of_peak(const bench_curve *curve, size_t i)
{
    return curve->rows[i].share_of_peak;
}

static size_t find_curves(const bench_report *report, bench_curve *curves)
{
    size_t count = 0;
    for (size_t i = 0; i < report->row_count; i++) {
        const bench_row *row = &report->rows[i], *before = i ? row - 1 : NULL;
        if (before && before->player == row->player) {
            curves[count - 1].count++;
            continue;
        }
        bench_curve curve = { .rows = row, .count = 1 };
        if (before) {
            bool same = before->network == row->network;
            curve.network = curves[count - 1].network + !same;
            curve.cpu = same ? curves[count - 1].cpu + 1 : 0;
        }
        curves[count++] = curve;
    }
    return count;
}

static double highest(const bench_curve *curves, size_t count, double (*value)(const bench_curve *, size_t))
{
    double most = 0;
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < curves[k].count; i++)
            most = fmax(most, value(&curves[k], i));
    return most;
}

/* Cuts a name, at whole UTF-8 characters, until it fits. */
static void fit_name(cairo_t *c, char *name, double width)
{
    size_t length = strlen(name);
    while (length > 1 && plot_text_width(c, name, 16, 1) > width) {
        do
            length--;
        while (length > 1 && ((unsigned char)name[length] & 0xc0) == 0x80);
        strcpy(name + length, "…");
    }
}

static void draw_legend(cairo_t *c, const bench_curve *curves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const bench_row *row = curves[i].rows;
        double y = TOP + 14 + LEGEND_STEP * (double)i;
        char name[300], facts[128];
        snprintf(name, sizeof name - 4, "%s", row->network->name);
        fit_name(c, name, LEGEND_WIDTH - SAMPLE - 14);
        snprintf(facts, sizeof facts, "%s, at best %s ns per sample", bl_cpu_name(row->cpu),
                 text_significant(1e9 * bench_curve_least(&curves[i])).s);
        bench_curve_sample(c, &curves[i], LEGEND, y - 5, SAMPLE);
        plot_set_colour(c, plot_ink, 1);
        plot_text(c, name, LEGEND + SAMPLE + 14, y, 16, 0, 1);
        plot_set_colour(c, plot_faint, 1);
        plot_text(c, facts, LEGEND + SAMPLE + 14, y + 19, 14, 0, 0);
    }
}

static double beyond(double highest, double step)
{
    return step * ceil(1.05 * highest / step);
}

static cairo_surface_t *draw(const bench_curve *curves, size_t count)
{
    bench_panel panels[] = {
        { .title = "Cost per sample, relative to each network's best",
          .logarithmic = true,
          .value = relative_cost },
        { .title = "The same, close up", .value = relative_cost, .format = "%.1f", .scale = 1, .step = 0.1 },
        { .title = "Share of the core's multiply-add peak",
          .value = share_of_peak,
          .format = "%.0f %%",
          .scale = 100 },
    };
    cairo_surface_t *page = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    cairo_t *c = cairo_create(page);
    panels[0].bottom = 0.95;
    panels[0].top = fmax(1.15 * highest(curves, count, relative_cost), 1.5);
    panels[1].bottom = 0.95;
    panels[1].top = 1.5;
    panels[2].step = highest(curves, count, share_of_peak) > 0.5 ? 0.2 : 0.1;
    panels[2].top = beyond(highest(curves, count, share_of_peak), panels[2].step);
    cairo_set_source_rgb(c, 0.965, 0.965, 0.955);
    cairo_paint(c);
    for (size_t i = 0; i < 3; i++) {
        panels[i].box = (plot_box){ LEFT, TOP + STEP * (double)i, PANEL, PANEL_HEIGHT };
        bench_panel_draw(c, &panels[i], curves, count);
    }
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, "frames per block", LEFT + PANEL / 2, HEIGHT - 16, 15, 0.5, 0);
    draw_legend(c, curves, count);
    cairo_destroy(c);
    cairo_surface_flush(page);
    return page;
}

int bench_plot(const bench_report *report, output_file *file)
{
    bench_curve curves[BENCH_MOST_CURVES];
    size_t count = find_curves(report, curves);
    cairo_surface_t *page = draw(curves, count);
    int code = plot_png_write(page, file);
    cairo_surface_destroy(page);
    return code;
}
