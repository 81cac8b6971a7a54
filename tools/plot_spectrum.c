/* A spectrogram as an image, with its axis of frequencies and its scale of colours. */
#include "plot_draw.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const double lowest_hz = 20;

/* From near black over violet and orange to pale yellow, equally spaced; even steps of level look even. */
static const uint32_t colours[] = { 0x000004, 0x140e36, 0x3b0f70, 0x641a80, 0x8c2981, 0xb73779,
                                    0xde4968, 0xf7705c, 0xfe9f6d, 0xfecf92, 0xfcfdbf };
enum { COLOURS = sizeof colours / sizeof *colours };

/* part runs from 0 to 1. */
static uint32_t colour_of(double part)
{
    double place = fmin(fmax(part, 0), 1) * (COLOURS - 1);
    int below = place < COLOURS - 1 ? (int)place : COLOURS - 2;
    double mix = place - below;
    uint32_t rgb = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        double a = colours[below] >> shift & 255, b = colours[below + 1] >> shift & 255;
        rgb |= (uint32_t)lrint(a + (b - a) * mix) << shift;
    }
    return rgb;
}

/* The level between two bins, or the highest where a row of pixels covers several. */
static double level_at(const spectrogram *s, size_t column, double low_bin, double high_bin)
{
    const float *levels = s->level_db + column * s->bins;
    if (high_bin - low_bin < 1) {
        double middle = (low_bin + high_bin) / 2;
        size_t below = (size_t)middle;
        if (below + 1 >= s->bins)
            return levels[s->bins - 1];
        return levels[below] + (levels[below + 1] - levels[below]) * (middle - (double)below);
    }
    size_t last = (size_t)high_bin < s->bins ? (size_t)high_bin : s->bins - 1;
    double level = levels[last];
    for (size_t k = (size_t)ceil(low_bin); k < last; k++)
        level = fmax(level, levels[k]);
    return level;
}

/* The long window smears a note in time, the short one in pitch; the lower of both levels is sharp in both. */
static double sharp_level(const sound_scan *sound, size_t column, double low_hz, double high_hz)
{
    double longer = (double)sound->longer.size / sound->rate_hz,
           shorter = (double)sound->shorter.size / sound->rate_hz;
    return fmin(level_at(&sound->longer, column, low_hz * longer, high_hz * longer),
                level_at(&sound->shorter, column, low_hz * shorter, high_hz * shorter));
}

static double hz_at(double part, double nyquist_hz)
{
    return lowest_hz * pow(nyquist_hz / lowest_hz, part);
}

static cairo_surface_t *make_image(const sound_scan *sound, int height, double bottom_db, double top_db)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)sound->columns, height);
    unsigned char *pixels = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    double nyquist = sound->rate_hz / 2;
    for (int y = 0; pixels && y < height; y++) {
        double low = hz_at((double)(height - 1 - y) / height, nyquist);
        double high = hz_at((double)(height - y) / height, nyquist);
        uint32_t *row = (uint32_t *)(void *)(pixels + (ptrdiff_t)y * stride);
        for (size_t x = 0; x < sound->columns; x++) {
            double level = sharp_level(sound, x, low, high);
            row[x] = colour_of((level - bottom_db) / (top_db - bottom_db));
        }
    }
    cairo_surface_mark_dirty(image);
    return image;
}

/* A tick for every 1, 2 .. 9 of each decade, with a label at 1, 2 and 5. */
static void draw_frequencies(cairo_t *c, plot_box box, double nyquist_hz)
{
    for (double decade = 10; decade < nyquist_hz; decade *= 10)
        for (int digit = 1; digit < 10; digit++) {
            double hz = decade * digit;
            if (hz < lowest_hz || hz > nyquist_hz)
                continue;
            int labelled = digit == 1 || digit == 2 || digit == 5;
            double y = box.y + box.height * (1 - log(hz / lowest_hz) / log(nyquist_hz / lowest_hz));
            plot_set_colour(c, plot_faint, 1);
            cairo_move_to(c, box.x, floor(y) + 0.5);
            cairo_rel_line_to(c, labelled ? -6 : -3, 0);
            cairo_stroke(c);
            char label[32];
            snprintf(label, sizeof label, hz < 1000 ? "%.0f" : "%.0f k", hz < 1000 ? hz : hz / 1000);
            plot_set_colour(c, plot_ink, 1);
            if (labelled)
                plot_text(c, label, box.x - 10, y + 5, 14, 1, 0);
        }
}

void plot_spectrum(cairo_t *c, plot_box box, const sound_scan *sound, double bottom_db, double top_db)
{
    cairo_surface_t *image = make_image(sound, (int)box.height, bottom_db, top_db);
    cairo_set_source_surface(c, image, box.x, box.y);
    cairo_rectangle(c, box.x, box.y, box.width, box.height);
    cairo_fill(c);
    cairo_surface_destroy(image);
    cairo_set_line_width(c, 1);
    draw_frequencies(c, box, sound->rate_hz / 2);
}

void plot_colour_bar(cairo_t *c, plot_box box, double bottom_db, double top_db)
{
    for (int y = 0; y < (int)box.height; y++) {
        uint32_t rgb = colour_of(1 - (y + 0.5) / box.height);
        cairo_set_source_rgb(c, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0);
        cairo_rectangle(c, box.x, box.y + y, box.width, 1);
        cairo_fill(c);
    }
    for (double db = top_db; db >= bottom_db; db -= 20) {
        double y = box.y + box.height * (top_db - db) / (top_db - bottom_db);
        char label[32];
        snprintf(label, sizeof label, "%s%.0f", db < 0 ? "−" : "", fabs(db));
        plot_set_colour(c, plot_faint, 1);
        cairo_move_to(c, box.x + box.width, floor(fmin(y, box.y + box.height - 1)) + 0.5);
        cairo_rel_line_to(c, 5, 0);
        cairo_stroke(c);
        plot_set_colour(c, plot_ink, 1);
        plot_text(c, label, box.x + box.width + 9, y + 5, 14, 0, 0);
    }
}
