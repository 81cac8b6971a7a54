#include "sound_scan.h"

#include "audio_in.h"
#include "commands.h"
#include "messages.h"
#include "stop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double long_window_s = 0.085, short_window_s = 0.02;
static const size_t longest_hop = 256; /* a quarter of the short window at the usual rates */

static void add_to_outline(sound_scan *scan, uint64_t frame, const float *samples)
{
    size_t column = (size_t)((double)frame / (double)scan->frames * (double)scan->columns);
    outline *o = &scan->outlines[column < scan->columns ? column : scan->columns - 1];
    for (size_t c = 0; c < scan->channels; c++) {
        float x = isfinite(samples[c]) ? samples[c] : 0;
        o->low = o->samples ? fminf(o->low, x) : x;
        o->high = o->samples ? fmaxf(o->high, x) : x;
        o->squares += (double)x * x;
        o->samples++;
    }
}

static int read_all(sound_scan *scan, audio_in *in)
{
    size_t hop = scan->longer.hop, n;
    float *samples = malloc(hop * scan->channels * sizeof *samples);
    if (!samples)
        return fail("There is not enough memory.");
    uint64_t frame = 0;
    while (!stop_requested() && (n = audio_in_read(in, samples, hop)) > 0) {
        memset(samples + n * scan->channels, 0, (hop - n) * scan->channels * sizeof *samples);
        for (size_t i = 0; i < n; i++)
            add_to_outline(scan, frame++, samples + i * scan->channels);
        spectrogram_feed(&scan->longer, samples);
        spectrogram_feed(&scan->shorter, samples);
    }
    free(samples);
    return stop_requested() ? fail("Interrupted; nothing was left behind.") : audio_in_check(in);
}

static void sum_up(sound_scan *scan)
{
    double squares = 0;
    uint64_t samples = 0;
    for (size_t i = 0; i < scan->columns; i++) {
        outline *o = &scan->outlines[i];
        if (!o->samples && i) /* fewer frames than columns */
            o->low = o[-1].low, o->high = o[-1].high;
        scan->peak = fmax(scan->peak, fmax(o->high, -o->low));
        squares += o->squares;
        samples += o->samples;
    }
    scan->rms = samples ? sqrt(squares / (double)samples) : 0;
    spectrogram_finish(&scan->longer);
    spectrogram_finish(&scan->shorter);
}

static int begin_spectra(sound_scan *scan)
{
    uint64_t per_column = scan->frames / scan->columns;
    size_t hop = per_column < 1 ? 1 : per_column > longest_hop ? longest_hop : (size_t)per_column;
    int code = spectrogram_begin(&scan->longer, scan->frames, scan->rate_hz, long_window_s, hop, scan->channels,
                                 scan->columns);
    return code ? code
                : spectrogram_begin(&scan->shorter, scan->frames, scan->rate_hz, short_window_s, hop,
                                    scan->channels, scan->columns);
}

int sound_scan_read(sound_scan *scan, const char *path, size_t columns)
{
    *scan = (sound_scan){ .path = path, .columns = columns };
    audio_in in;
    int code = audio_in_open(&in, path);
    if (code)
        return code;
    scan->channels = in.channels;
    scan->rate_hz = in.rate_hz;
    scan->frames = in.frames > 0 ? (uint64_t)in.frames : 0;
    scan->seconds = (double)scan->frames / scan->rate_hz;
    scan->outlines = calloc(columns, sizeof *scan->outlines);
    if (!scan->outlines)
        code = fail("There is not enough memory.");
    else if (!scan->frames)
        code = fail("%s: there is no sound in this file that could be drawn.", path);
    else
        code = begin_spectra(scan);
    if (!code)
        code = read_all(scan, &in);
    if (!code)
        sum_up(scan);
    audio_in_close(&in);
    return code;
}

void sound_scan_free(sound_scan *scan)
{
    free(scan->outlines);
    spectrogram_free(&scan->longer);
    spectrogram_free(&scan->shorter);
    *scan = (sound_scan){ 0 };
}
