/* Long-term spectra: powers averaged over windows that overlap by half (Welch), then over bands of a twelfth of an
 * octave, as smooth as the ear hears. */
#include "commands.h"
#include "compare_plot.h"
#include "messages.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;
static const double lowest_hz = 20, range_db = 100, window_s = 0.34;

enum { CURVES = 3, POINTS = 700 };

typedef struct averager {
    size_t size, windows;
    float *window, *windowed;
    kiss_fft_cpx *spectrum;
    kiss_fftr_cfg fft;
    double *power[CURVES]; /* [size/2 + 1]: of A, of B, of A - B */
} averager;

static int averager_create(averager *v, double rate_hz)
{
    *v = (averager){ .size = 1024 };
    while ((double)v->size * 1.4142 < window_s * rate_hz)
        v->size *= 2;
    bool complete = true;
    for (size_t i = 0; i < CURVES; i++)
        complete &= (v->power[i] = calloc(v->size / 2 + 1, sizeof *v->power[i])) != NULL;
    v->window = malloc(v->size * sizeof *v->window);
    v->windowed = malloc(v->size * sizeof *v->windowed);
    v->spectrum = malloc((v->size / 2 + 1) * sizeof *v->spectrum);
    v->fft = kiss_fftr_alloc((int)v->size, 0, NULL, NULL);
    if (!complete || !v->window || !v->windowed || !v->spectrum || !v->fft)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < v->size; i++) /* Hann; a sine of full scale comes out with the power 1 */
        v->window[i] = (float)((1 - cos(2 * pi * (double)i / (double)v->size)) * 2 / (double)v->size);
    return DONE;
}

static void averager_free(averager *v)
{
    for (size_t i = 0; i < CURVES; i++)
        free(v->power[i]);
    free(v->window);
    free(v->windowed);
    free(v->spectrum);
    if (v->fft)
        kiss_fftr_free(v->fft);
}

static void add_window(averager *v, const float *a, const float *b, size_t frames, size_t begin)
{
    const double of_a[CURVES] = { 1, 0, 1 }, of_b[CURVES] = { 0, 1, -1 };
    for (size_t curve = 0; curve < CURVES; curve++) {
        for (size_t i = 0; i < v->size; i++) {
            size_t t = begin + i;
            double x = t < frames ? of_a[curve] * (double)a[t] + of_b[curve] * (double)b[t] : 0;
            v->windowed[i] = v->window[i] * (float)x;
        }
        kiss_fftr(v->fft, v->windowed, v->spectrum);
        for (size_t k = 0; k <= v->size / 2; k++)
            v->power[curve][k] += (double)v->spectrum[k].r * (double)v->spectrum[k].r +
                                  (double)v->spectrum[k].i * (double)v->spectrum[k].i;
    }
    v->windows++;
}

/* Mean power within a twelfth of an octave around a frequency, or between the two nearest bins. */
static double band_db(const averager *v, const double *power, double bin)
{
    const double low = bin * pow(2, -1.0 / 24), high = bin * pow(2, 1.0 / 24);
    size_t first = (size_t)ceil(low), last = (size_t)floor(high);
    double sum = 0;
    if (last > v->size / 2)
        last = v->size / 2;
    if (last < first + 1) {
        size_t below = (size_t)bin < v->size / 2 ? (size_t)bin : v->size / 2 - 1;
        sum = power[below] + (power[below + 1] - power[below]) * (bin - (double)below);
    } else {
        for (size_t k = first; k <= last; k++)
            sum += power[k];
        sum /= (double)(last - first + 1);
    }
    return 10 * log10(sum / (double)v->windows + 1e-30);
}

static void draw(cairo_t *c, plot_box box, const averager *v, const compare_result *result)
{
    const plot_colour colours[CURVES] = { compare_colour_a, compare_colour_b, compare_colour_difference };
    const double rate = result->pair->rate_hz;
    double hz[POINTS], db[CURVES][POINTS], top = -60;
    plot_axes axes = { .box = box, .x = { lowest_hz, fmax(rate / 2, 4 * lowest_hz), true } };
    for (size_t i = 0; i < POINTS; i++) {
        hz[i] = lowest_hz * pow(axes.x.high / lowest_hz, (double)i / (POINTS - 1));
        for (size_t k = 0; k < CURVES; k++) {
            db[k][i] = band_db(v, v->power[k], fmin(hz[i] / rate, 0.5) * (double)v->size);
            top = fmax(top, db[k][i]);
        }
    }
    axes.y = (plot_scale){ 10 * ceil(top / 10) - range_db, 10 * ceil(top / 10), false };
    plot_axes_begin(c, &axes, "Spectra", "");
    plot_axes_hertz_x(c, &axes);
    plot_axes_ticks_y(c, &axes, 20, 0);
    plot_axes_units(c, &axes, "frequency (Hz)", "level (dBFS)");
    for (size_t k = CURVES; k-- > 0;)
        plot_axes_curve(c, &axes, hz, db[k], POINTS, colours[k], k == 2 ? 1.5 : 2);
    plot_axes_end(c, &axes);
    compare_plot_legend(c, box.x + 110, box.y - 12);
}

int compare_plot_spectra(cairo_t *c, plot_box box, const compare_result *result)
{
    const compare_pair *pair = result->pair;
    averager v;
    int code = averager_create(&v, pair->rate_hz);
    for (size_t channel = 0; !code && channel < pair->channels; channel++)
        for (size_t begin = 0; begin == 0 || begin + v.size / 2 < pair->frames; begin += v.size / 2)
            add_window(&v, pair->a[channel], pair->b[channel], pair->frames, begin);
    if (!code)
        draw(c, box, &v, result);
    averager_free(&v);
    return code;
}
