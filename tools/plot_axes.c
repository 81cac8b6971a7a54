#include "plot_axes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_SIZE = 14, TITLE_SIZE = 19, NOTE_SIZE = 15 };

cairo_surface_t *plot_axes_page(int width, int height)
{
    cairo_surface_t *page = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *c = cairo_create(page);
    cairo_set_source_rgb(c, 0.965, 0.965, 0.955);
    cairo_paint(c);
    cairo_destroy(c);
    return page;
}

void plot_axes_begin(cairo_t *c, const plot_axes *axes, const char *title, const char *note)
{
    plot_box box = axes->box;
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_rectangle(c, box.x, box.y, box.width, box.height);
    cairo_fill(c);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, title, box.x, box.y - 12, TITLE_SIZE, 0, 1);
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, note, box.x + box.width, box.y - 12, NOTE_SIZE, 1, 0);
}

/* 0 at the low end, 1 at the high one. */
static double part_of(const plot_scale *scale, double value)
{
    if (scale->logarithmic)
        return log(value / scale->low) / log(scale->high / scale->low);
    return (value - scale->low) / (scale->high - scale->low);
}

double plot_axes_x(const plot_axes *axes, double value)
{
    return axes->box.x + axes->box.width * part_of(&axes->x, value);
}

double plot_axes_y(const plot_axes *axes, double value)
{
    return axes->box.y + axes->box.height * (1 - part_of(&axes->y, value));
}

void plot_axes_number(char *to, size_t size, double value, int digits)
{
    char number[32];
    snprintf(number, sizeof number, "%.*f", digits, fabs(value));
    bool zero = !number[strspn(number, "0.")];
    snprintf(to, size, "%s%s", value < 0 && !zero ? "−" : "", number);
}

static void tick_x(cairo_t *c, const plot_axes *axes, double value, const char *label, bool line)
{
    const double x = floor(plot_axes_x(axes, value)) + 0.5, bottom = axes->box.y + axes->box.height;
    cairo_set_line_width(c, 1);
    if (line) {
        plot_set_colour(c, plot_faint, 0.25);
        cairo_move_to(c, x, axes->box.y);
        cairo_line_to(c, x, bottom);
        cairo_stroke(c);
    }
    plot_set_colour(c, plot_faint, 1);
    cairo_move_to(c, x, bottom);
    cairo_rel_line_to(c, 0, *label ? 6 : 3);
    cairo_stroke(c);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, label, x, bottom + 22, LABEL_SIZE, 0.5, 0);
}

static void tick_y(cairo_t *c, const plot_axes *axes, double value, const char *label)
{
    const double y = plot_axes_y(axes, value);
    cairo_set_line_width(c, 1);
    plot_set_colour(c, plot_faint, 0.25);
    cairo_move_to(c, axes->box.x, floor(y) + 0.5);
    cairo_rel_line_to(c, axes->box.width, 0);
    cairo_stroke(c);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, label, axes->box.x - 10, y + 5, LABEL_SIZE, 1, 0);
}

void plot_axes_ticks_x(cairo_t *c, const plot_axes *axes, double step, int digits, bool lines)
{
    for (double i = ceil(axes->x.low / step - 1e-9); i * step <= axes->x.high + 1e-9 * step; i++) {
        char label[40];
        plot_axes_number(label, sizeof label, i * step, digits);
        tick_x(c, axes, i * step, label, lines);
    }
}

void plot_axes_ticks_y(cairo_t *c, const plot_axes *axes, double step, int digits)
{
    for (double i = ceil(axes->y.low / step - 1e-9); i * step <= axes->y.high + 1e-9 * step; i++) {
        char label[40];
        plot_axes_number(label, sizeof label, i * step, digits);
        tick_y(c, axes, i * step, label);
    }
}

void plot_axes_hertz_x(cairo_t *c, const plot_axes *axes)
{
    for (double decade = 10; decade < axes->x.high; decade *= 10)
        for (int digit = 1; digit < 10; digit++) {
            const double hz = decade * digit;
            const bool labelled = digit == 1 || digit == 2 || digit == 5;
            char label[32] = "";
            if (hz < axes->x.low * (1 - 1e-9) || hz > axes->x.high * (1 + 1e-9))
                continue;
            if (labelled)
                snprintf(label, sizeof label, hz < 1000 ? "%.0f" : "%.0f k", hz < 1000 ? hz : hz / 1000);
            tick_x(c, axes, hz, label, labelled);
        }
}

void plot_axes_units(cairo_t *c, const plot_axes *axes, const char *x, const char *y)
{
    const plot_box box = axes->box;
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, x, box.x + box.width / 2, box.y + box.height + 44, LABEL_SIZE, 0.5, 0);
    cairo_save(c);
    cairo_translate(c, box.x - 58, box.y + box.height / 2);
    cairo_rotate(c, -1.57079632679489661923);
    plot_text(c, y, 0, 0, LABEL_SIZE, 0.5, 0);
    cairo_restore(c);
}

double plot_axes_step(double range, int most, int *digits)
{
    const double least = range / most, power = pow(10, floor(log10(least)));
    const double digit = least / power;
    const double step = power * (digit <= 1.0001 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    *digits = (int)fmax(0, ceil(-log10(step) - 1e-9));
    return step;
}

void plot_axes_curve(cairo_t *c, const plot_axes *axes, const double *x, const double *y, size_t count,
                     plot_colour colour, double width)
{
    const plot_box box = axes->box;
    bool joined = false;
    cairo_save(c);
    cairo_rectangle(c, box.x, box.y, box.width, box.height);
    cairo_clip(c);
    cairo_new_path(c);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(x[i]) || !isfinite(y[i])) {
            joined = false;
            continue;
        }
        /* far outside the page cairo's fixed-point numbers would overflow */
        double at = fmin(fmax(plot_axes_y(axes, y[i]), box.y - 4 * box.height), box.y + 5 * box.height);
        (joined ? cairo_line_to : cairo_move_to)(c, plot_axes_x(axes, x[i]), at);
        joined = true;
    }
    plot_set_colour(c, colour, 1);
    cairo_set_line_width(c, width);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(c);
    cairo_restore(c);
}

void plot_axes_end(cairo_t *c, const plot_axes *axes)
{
    const plot_box box = axes->box;
    plot_set_colour(c, plot_faint, 1);
    cairo_set_line_width(c, 1);
    cairo_rectangle(c, box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
    cairo_stroke(c);
}

double plot_axes_legend(cairo_t *c, double x, double y, plot_colour colour, const char *name)
{
    plot_set_colour(c, colour, 1);
    cairo_set_line_width(c, 3);
    cairo_move_to(c, x, y - 5);
    cairo_rel_line_to(c, 22, 0);
    cairo_stroke(c);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, name, x + 29, y, LABEL_SIZE, 0, 0);
    return x + 29 + plot_text_width(c, name, LABEL_SIZE, 0);
}

void plot_axes_fit(cairo_t *c, char *text, double width, double size, int bold)
{
    size_t length = strlen(text);
    while (length > 1 && plot_text_width(c, text, size, bold) > width) {
        do
            length--;
        while (length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80);
        strcpy(text + length, "…");
    }
}
