#include "plot_page.h"

#include "plot_draw.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 1600, HEIGHT = 1000, LEFT = 92, TOP = 22, BOTTOM = 14 };
enum { TITLE = 40, GAP = 14, AXIS = 40, BAR_GAP = 18, BAR = 16 };

static const double range_db = 90; /* of the spectrograms */
static const plot_colour sound_colours[] = { { 0.13, 0.40, 0.62 }, { 0.78, 0.32, 0.17 } };

static void level_text(char *to, size_t size, const char *name, double value)
{
    double db = 20 * log10(value);
    if (value > 0)
        snprintf(to, size, "%s %s%.1f dBFS", name, db < -0.05 ? "−" : db > 0.05 ? "+" : "", fabs(db));
    else
        snprintf(to, size, "%s −∞ dBFS", name);
}

static void facts_text(char *to, size_t size, const sound_scan *sound)
{
    char channels[32], length[32], peak[64], rms[64];
    snprintf(channels, sizeof channels,
             sound->channels > 2    ? "%zu channels"
             : sound->channels == 2 ? "stereo"
                                    : "mono",
             sound->channels);
    snprintf(length, sizeof length, "%.2f s", sound->seconds);
    level_text(peak, sizeof peak, "peak", sound->peak);
    level_text(rms, sizeof rms, "RMS", sound->rms);
    snprintf(to, size, "%s  ·  %s  ·  %s  ·  %s  ·  %s", text_hertz(sound->rate_hz).s, channels,
             sound->seconds > 120 ? text_duration(sound->seconds).s : length, peak, rms);
}

/* Cuts a name, at whole UTF-8 characters, until it fits. */
static void fit_name(cairo_t *c, char *name, double width, double size)
{
    size_t length = strlen(name);
    while (length > 1 && plot_text_width(c, name, size, 0) > width) {
        do
            length--;
        while (length > 1 && ((unsigned char)name[length] & 0xc0) == 0x80);
        strcpy(name + length, "…");
    }
}

static void draw_title(cairo_t *c, const sound_scan *sound, const char *label, double y)
{
    char facts[512], name[300];
    double right = LEFT + PLOT_COLUMNS;
    facts_text(facts, sizeof facts, sound);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, label, LEFT, y + 22, 21, 0, 1);
    double x = *label ? LEFT + plot_text_width(c, label, 21, 1) + 14 : LEFT;
    plot_text(c, facts, right, y + 22, 16, 1, 0);
    snprintf(name, sizeof name - 4, "%s", text_file_name(sound->path));
    fit_name(c, name, right - plot_text_width(c, facts, 16, 0) - 30 - x, 19);
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, name, x, y + 22, 19, 0, 0);
}

/* A unit above the labels of an axis, turned along it. */
static void draw_unit(cairo_t *c, const char *unit, plot_box box)
{
    cairo_save(c);
    cairo_translate(c, 26, box.y + box.height / 2);
    cairo_rotate(c, -1.57079632679489661923);
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, unit, 0, 0, 14, 0.5, 0);
    cairo_restore(c);
}

static void draw_frame(cairo_t *c, plot_box box)
{
    plot_set_colour(c, plot_faint, 1);
    cairo_set_line_width(c, 1);
    cairo_rectangle(c, box.x - 0.5, box.y - 0.5, box.width + 1, box.height + 1);
    cairo_stroke(c);
}

/* Upper ends of the scales, common to all sounds. */
typedef struct scales {
    double sample_top, level_top_db;
} scales;

static scales choose_scales(const sound_scan *sounds, size_t count)
{
    double peak = 0, level_db = -100;
    for (size_t i = 0; i < count; i++) {
        const spectrogram *s = &sounds[i].longer;
        peak = fmax(peak, sounds[i].peak);
        for (size_t k = 0; k < s->columns * s->bins; k++)
            level_db = fmax(level_db, s->level_db[k]);
    }
    double peak_db = peak > 0 ? 20 * log10(peak) : 0;
    double steps = fmax(ceil((peak_db - 0.05) / 6), -8); /* up to the next 6 dB, so that quiet sound is seen */
    return (scales){ pow(10, 6 * steps / 20), fmax(10 * ceil(level_db / 10), -60) };
}

static void draw_sound(cairo_t *c, const sound_scan *sound, const char *label, double y, double height,
                       scales scale, plot_colour colour)
{
    double space = height - TITLE - GAP - AXIS, wave = floor(space * 0.37);
    plot_box upper = { LEFT, y + TITLE, PLOT_COLUMNS, wave };
    plot_box lower = { LEFT, y + TITLE + wave + GAP, PLOT_COLUMNS, floor(space - wave) };
    plot_box bar = { LEFT + PLOT_COLUMNS + BAR_GAP, lower.y, BAR, lower.height };
    draw_title(c, sound, label, y);
    plot_waveform(c, upper, sound, scale.sample_top, colour);
    plot_spectrum(c, lower, sound, scale.level_top_db - range_db, scale.level_top_db);
    plot_colour_bar(c, bar, scale.level_top_db - range_db, scale.level_top_db);
    draw_frame(c, upper);
    draw_frame(c, lower);
    draw_frame(c, bar);
    draw_unit(c, "level (dBFS)", upper);
    draw_unit(c, "frequency (Hz)", lower);
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, "dB", bar.x + bar.width / 2, bar.y - 10, 14, 0.5, 0);
    plot_time_axis(c, lower, sound->seconds);
}

cairo_surface_t *plot_page_draw(const sound_scan *sounds, const char *const *labels, size_t count)
{
    int height = count > 1 ? HEIGHT : HEIGHT * 6 / 10;
    cairo_surface_t *page = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, height);
    cairo_t *c = cairo_create(page);
    cairo_set_source_rgb(c, 0.965, 0.965, 0.955);
    cairo_paint(c);
    scales scale = choose_scales(sounds, count);
    double each = floor((double)(height - TOP - BOTTOM) / (double)count);
    for (size_t i = 0; i < count; i++)
        draw_sound(c, &sounds[i], labels[i], TOP + each * (double)i, each, scale, sound_colours[i]);
    cairo_destroy(c);
    cairo_surface_flush(page);
    return page;
}
