#include "compare_plot.h"

#include "commands.h"
#include "messages.h"
#include "plot_png.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 1600, HEIGHT = 1188, LEFT = 92, INNER = WIDTH - LEFT - 28, GAP = 100 };

void compare_plot_legend(cairo_t *c, double x, double y)
{
    x = plot_axes_legend(c, x, y, compare_colour_a, "A") + 24;
    x = plot_axes_legend(c, x, y, compare_colour_b, "B") + 24;
    plot_axes_legend(c, x, y, compare_colour_difference, "A − B");
}

static const char *channels_word(size_t channels)
{
    return channels == 1 ? "mono" : channels == 2 ? "stereo" : "several channels";
}

static short_text signed_text(double value, int digits)
{
    short_text t;
    plot_axes_number(t.s, sizeof t.s, value, digits);
    return t;
}

static void sound_facts(char *to, size_t size, const compare_sound *s)
{
    int used = snprintf(to, size, "%s  ·  %s  ·  %.2f s", text_hertz(s->rate_hz).s, channels_word(s->channels),
                        (double)s->frames / s->rate_hz);
    if (!isnan(s->loudness_lufs))
        used += snprintf(to + used, size - (size_t)used, "  ·  %s LUFS", signed_text(s->loudness_lufs, 1).s);
    if (s->sample_peak > 0)
        snprintf(to + used, size - (size_t)used, "  ·  peak %s dBFS  ·  true peak %s dBFS",
                 signed_text(20 * log10(s->sample_peak), 1).s, signed_text(20 * log10(s->true_peak), 1).s);
}

static void draw_sound(cairo_t *c, const compare_sound *sound, const char *letter, plot_colour colour, double y)
{
    char facts[400], name[300];
    sound_facts(facts, sizeof facts, sound);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, facts, LEFT + INNER, y, 16, 1, 0);
    plot_set_colour(c, colour, 1);
    plot_text(c, letter, LEFT, y, 21, 0, 1);
    snprintf(name, sizeof name - 4, "%s", text_file_name(sound->path));
    plot_axes_fit(c, name, INNER - plot_text_width(c, facts, 16, 0) - 70, 19, 0);
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, name, LEFT + 32, y, 19, 0, 0);
}

/* What a number is, and the number below it. */
static void draw_figure(cairo_t *c, size_t place, const char *name, const char *value)
{
    static const double places[] = { 0, 250, 485, 665, 890, 1075, 1275 };
    const double x = LEFT + places[place];
    plot_set_colour(c, plot_faint, 1);
    plot_text(c, name, x, 118, 15, 0, 0);
    plot_set_colour(c, plot_ink, 1);
    plot_text(c, value, x, 145, 21, 0, 1);
}

static void draw_figures(cairo_t *c, const compare_result *r)
{
    short_text delay = { "unknown" }, gain = { "unknown" }, ratio[2], stft = { "none" }, null = { "none" }, worst;
    const double esr[2] = { r->errors.esr, r->errors.esr_emphasis };
    if (!isnan(r->gain)) {
        bool none = fabs(r->delay.samples) < 0.005;
        snprintf(delay.s, sizeof delay.s, none ? "none" : "%.20s samples", signed_text(r->delay.samples, 2).s);
        snprintf(gain.s, sizeof gain.s, "%.20s dB", signed_text(20 * log10(fabs(r->gain)), 2).s);
    }
    for (size_t i = 0; i < 2; i++)
        snprintf(ratio[i].s, sizeof ratio[i].s, isnan(esr[i]) ? "none" : "%.4g", esr[i]);
    if (!isnan(r->spectral.error))
        snprintf(stft.s, sizeof stft.s, "%.4g", r->spectral.error);
    if (!isnan(r->errors.null_db))
        snprintf(null.s, sizeof null.s, r->errors.null_db <= -200 ? "perfect" : "%.20s dB",
                 signed_text(r->errors.null_db, 1).s);
    snprintf(worst.s, sizeof worst.s, r->errors.worst > 0 ? "%.20s dBFS" : "none",
             signed_text(20 * log10(r->errors.worst), 1).s);
    draw_figure(c, 0, r->aligned ? "Delay of B (taken out)" : "Delay of B", delay.s);
    draw_figure(c, 1,
                !(r->gain < 0) ? "Gain of B"
                : r->aligned   ? "Gain of B (turned back)"
                               : "Gain of B (inverted)",
                gain.s);
    draw_figure(c, 2, "ESR", ratio[0].s);
    draw_figure(c, 3, "ESR pre-emphasised", ratio[1].s);
    draw_figure(c, 4, "STFT error", stft.s);
    draw_figure(c, 5, "Null depth", null.s);
    draw_figure(c, 6, "Largest error", worst.s);
}

static int draw(cairo_surface_t *page, const compare_result *result)
{
    const plot_box both = { LEFT, 204, INNER, 240 }, difference = { LEFT, 492, INNER, 160 };
    const double half = floor((INNER - GAP) / 2.0);
    const plot_box worst = { LEFT, 746, half, 380 }, spectra = { LEFT + half + GAP, 746, half, 380 };
    cairo_t *c = cairo_create(page);
    draw_sound(c, result->a, "A", compare_colour_a, 42);
    draw_sound(c, result->b, "B", compare_colour_b, 76);
    draw_figures(c, result);
    int code = compare_plot_waveforms(c, both, difference, result);
    if (!code) {
        compare_plot_worst(c, worst, result);
        code = compare_plot_spectra(c, spectra, result);
    }
    cairo_destroy(c);
    cairo_surface_flush(page);
    return code;
}

int compare_plot(const compare_result *result, output_file *file)
{
    cairo_surface_t *page = plot_axes_page(WIDTH, HEIGHT);
    int code = draw(page, result);
    if (code)
        output_file_discard(file);
    else
        code = plot_png_write(page, file);
    cairo_surface_destroy(page);
    return code;
}
