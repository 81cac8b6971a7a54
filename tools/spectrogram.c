#include "spectrogram.h"

#include "commands.h"
#include "messages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
static const float quietest_db = -200;

/* The power of two nearest to the length of the window. */
static size_t transform_size(double rate_hz, double window_seconds)
{
    size_t size = 256;
    while ((double)size * 1.4142 < rate_hz * window_seconds && size < 65536)
        size *= 2;
    return size;
}

static void fill_window(spectrogram *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->size; i++) {
        s->window[i] = (float)(0.5 - 0.5 * cos(2 * pi * (double)i / (double)s->size)); /* Hann */
        sum += s->window[i];
    }
    s->scale = (float)(4 / (sum * sum));
}

int spectrogram_begin(spectrogram *s, uint64_t frames, double rate_hz, double window_seconds, size_t hop,
                      size_t channels, size_t columns)
{
    *s = (spectrogram){ .size = transform_size(rate_hz, window_seconds),
                        .hop = hop,
                        .columns = columns,
                        .channels = channels,
                        .frames = frames };
    s->bins = s->size / 2 + 1;
    s->level_db = calloc(columns * s->bins, sizeof *s->level_db);
    s->hits = calloc(columns, sizeof *s->hits);
    s->history = calloc(channels * s->size, sizeof *s->history);
    s->window = malloc(s->size * sizeof *s->window);
    s->windowed = malloc(s->size * sizeof *s->windowed);
    s->spectrum = malloc(s->bins * sizeof *s->spectrum);
    s->fft = kiss_fftr_alloc((int)s->size, 0, NULL, NULL);
    if (!s->level_db || !s->hits || !s->history || !s->window || !s->windowed || !s->spectrum || !s->fft)
        return fail("There is not enough memory.");
    fill_window(s);
    return DONE;
}

static void add_power(spectrogram *s, const float *history, float *power)
{
    for (size_t i = 0; i < s->size; i++)
        s->windowed[i] = history[i] * s->window[i];
    kiss_fftr(s->fft, s->windowed, s->spectrum);
    for (size_t k = 0; k < s->bins; k++)
        power[k] += s->scale * (s->spectrum[k].r * s->spectrum[k].r + s->spectrum[k].i * s->spectrum[k].i);
}

void spectrogram_feed(spectrogram *s, const float *samples)
{
    size_t kept = s->size - s->hop;
    for (size_t c = 0; c < s->channels; c++) {
        float *row = s->history + c * s->size;
        memmove(row, row + s->hop, kept * sizeof *row);
        for (size_t i = 0; i < s->hop; i++)
            row[kept + i] = isfinite(samples[i * s->channels + c]) ? samples[i * s->channels + c] : 0;
    }
    s->fed += s->hop;
    if (s->fed < s->size / 2 || s->fed - s->size / 2 >= s->frames)
        return; /* the middle of the window is outside the file */
    uint64_t middle = s->fed - s->size / 2;
    size_t column = (size_t)((double)middle / (double)s->frames * (double)s->columns);
    for (size_t c = 0; c < s->channels; c++)
        add_power(s, s->history + c * s->size, s->level_db + column * s->bins);
    s->hits[column]++;
}

/* Lets the window run out over the end of the file. */
static void feed_silence(spectrogram *s)
{
    float *silence = calloc(s->hop * s->channels, sizeof *silence);
    for (size_t n = 0; silence && n <= s->size / 2; n += s->hop)
        spectrogram_feed(s, silence);
    free(silence);
}

void spectrogram_finish(spectrogram *s)
{
    feed_silence(s);
    for (size_t column = 0; column < s->columns; column++) {
        float *level = s->level_db + column * s->bins;
        if (!s->hits[column] && column) { /* fewer frames than columns */
            memcpy(level, level - s->bins, s->bins * sizeof *level);
            continue;
        }
        float share = s->hits[column] ? 1.0f / (float)(s->hits[column] * s->channels) : 0;
        for (size_t k = 0; k < s->bins; k++)
            level[k] = fmaxf(quietest_db, 10 * log10f(level[k] * share + 1e-30f));
    }
}

void spectrogram_free(spectrogram *s)
{
    free(s->level_db);
    free(s->hits);
    free(s->history);
    free(s->window);
    free(s->windowed);
    free(s->spectrum);
    if (s->fft)
        kiss_fftr_free(s->fft);
    *s = (spectrogram){ 0 };
}
