/* Reading a recording, and its levels by EBU R 128. */
#include "audio_in.h"
#include "commands.h"
#include "compare.h"
#include "messages.h"
#include "stop.h"

#include <ebur128.h>
#include <math.h>
#include <stdlib.h>

enum { CHUNK = 4096 };

static bool reserve(compare_sound *sound, size_t *room, size_t frames)
{
    size_t more = *room * 2 > frames ? *room * 2 : frames;
    if (frames <= *room)
        return true;
    for (size_t c = 0; c < sound->channels; c++) {
        float *row = more <= SIZE_MAX / sizeof *row ? realloc(sound->rows[c], more * sizeof *row) : NULL;
        if (!row)
            return false;
        sound->rows[c] = row;
    }
    *room = more;
    return true;
}

/* Returns how many of them were not finite; those become 0. */
static size_t take_frames(compare_sound *sound, float *samples, size_t frames)
{
    size_t bad = 0;
    for (size_t i = 0; i < frames; i++)
        for (size_t c = 0; c < sound->channels; c++) {
            float *x = &samples[i * sound->channels + c];
            if (!isfinite(*x)) {
                *x = 0;
                bad++;
            }
            sound->rows[c][sound->frames + i] = *x;
        }
    sound->frames += frames;
    return bad;
}

static int read_frames(compare_sound *sound, audio_in *in, float *samples, ebur128_state *meter)
{
    /* a header that promises too much costs nothing: what is not written to is not there */
    const size_t promised = in->frames > 0 && in->frames < 1 << 26 ? (size_t)in->frames : CHUNK;
    size_t room = 0, n, bad = 0;
    if (!reserve(sound, &room, promised))
        return fail("There is not enough memory.");
    while (!stop_requested() && (n = audio_in_read(in, samples, CHUNK)) > 0) {
        if (!reserve(sound, &room, sound->frames + n))
            return fail("There is not enough memory.");
        bad += take_frames(sound, samples, n);
        if (meter && ebur128_add_frames_float(meter, samples, n))
            return fail("There is not enough memory.");
    }
    if (bad)
        warn("%s: %zu sample%s not finite; %s as 0.", sound->path, bad, bad == 1 ? " is" : "s are",
             bad == 1 ? "it counts" : "they count");
    return stop_requested() ? FAILED : audio_in_check(in);
}

static void read_meter(compare_sound *sound, ebur128_state *meter)
{
    double value;
    sound->loudness_lufs = sound->sample_peak = sound->true_peak = NAN;
    if (!meter)
        return;
    if (!ebur128_loudness_global(meter, &value) && isfinite(value))
        sound->loudness_lufs = value;
    sound->sample_peak = sound->true_peak = 0;
    for (unsigned c = 0; c < sound->channels; c++) {
        if (!ebur128_sample_peak(meter, c, &value))
            sound->sample_peak = fmax(sound->sample_peak, value);
        if (!ebur128_true_peak(meter, c, &value))
            sound->true_peak = fmax(sound->true_peak, value);
    }
}

int compare_sound_read(compare_sound *sound, const char *path)
{
    *sound = (compare_sound){ .path = path };
    audio_in in;
    int code = audio_in_open(&in, path);
    if (code)
        return code;
    sound->rate_hz = in.rate_hz;
    sound->rows = calloc(in.channels, sizeof *sound->rows);
    sound->channels = sound->rows ? in.channels : 0;
    float *samples = malloc(CHUNK * in.channels * sizeof *samples);
    ebur128_state *meter = ebur128_init((unsigned)in.channels, (unsigned long)in.rate_hz,
                                        EBUR128_MODE_I | EBUR128_MODE_SAMPLE_PEAK | EBUR128_MODE_TRUE_PEAK);
    code = samples && sound->rows ? read_frames(sound, &in, samples, meter) : fail("There is not enough memory.");
    if (!code && !sound->frames)
        code = fail("%s: there is no sound in this file that could be compared.", path);
    read_meter(sound, meter);
    if (meter)
        ebur128_destroy(&meter);
    free(samples);
    audio_in_close(&in);
    return code;
}

void compare_sound_free(compare_sound *sound)
{
    for (size_t c = 0; c < sound->channels; c++)
        free(sound->rows[c]);
    free(sound->rows);
    *sound = (compare_sound){ 0 };
}
