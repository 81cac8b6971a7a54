#define _POSIX_C_SOURCE 200809L

#include "response.h"

#include "draw.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is looked at: nearly three seconds at 48 kHz, more than any cabinet rings. A power of two. */
enum { FRAMES = 1 << 17, CHUNK = 1024, CHANNELS = 2 };

static const double pi = 3.14159265358979323846;
static const double least_db = -120.0;

typedef struct sound {
    float *samples[CHANNELS]; /* FRAMES each, zeros behind the last one */
    size_t channels, frames;
    double rate_hz, seconds; /* of the whole file */
} sound;

static void sound_free(sound *s)
{
    for (size_t c = 0; c < CHANNELS; c++)
        free(s->samples[c]);
}

/* ---- the file ---- */

static bool fail(response *r, const char *sentence)
{
    snprintf(r->error, sizeof r->error, "%s", sentence);
    return false;
}

static bool read_frames(response *r, sound *s, SNDFILE *file)
{
    float chunk[CHUNK * CHANNELS];
    while (s->frames < FRAMES) {
        const size_t left = FRAMES - s->frames;
        const sf_count_t got = sf_readf_float(file, chunk, (sf_count_t)(left < CHUNK ? left : CHUNK));
        if (got <= 0)
            break;
        for (size_t c = 0; c < s->channels; c++)
            for (size_t t = 0; t < (size_t)got; t++) {
                const float sample = chunk[t * s->channels + c];
                if (!isfinite(sample))
                    return fail(r, "This impulse response has samples that are no numbers.");
                s->samples[c][s->frames + t] = sample;
            }
        s->frames += (size_t)got;
    }
    return s->frames ? true : fail(r, "This impulse response is empty.");
}

/* Of one format only: r's sentences say why not. */
static bool read_sound(response *r, sound *s, SNDFILE *file, const SF_INFO *info)
{
    if (info->channels < 1 || info->channels > CHANNELS) {
        snprintf(r->error, sizeof r->error, "This file has %d channels; an impulse response has one or two.",
                 info->channels);
        return false;
    }
    s->channels = (size_t)info->channels;
    s->rate_hz = info->samplerate;
    s->seconds = info->samplerate > 0 ? (double)info->frames / info->samplerate : 0;
    if (!(s->rate_hz >= 1000))
        return fail(r, "The sample rate of this file is too low for an impulse response.");
    for (size_t c = 0; c < s->channels; c++) {
        s->samples[c] = calloc(FRAMES, sizeof *s->samples[c]);
        if (!s->samples[c])
            return fail(r, "There is not enough memory to read this file.");
    }
    return read_frames(r, s, file);
}

static bool open_sound(response *r, sound *s, const char *path)
{
    struct stat info;
    if (stat(path, &info))
        return errno == ENOENT ? fail(r, "This file is missing.") : fail(r, "This file cannot be opened.");
    if (!S_ISREG(info.st_mode)) /* a pipe would keep a reader waiting */
        return fail(r, "This is not a file.");
    SF_INFO format = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &format);
    if (!file)
        return fail(r, "This is not an audio file that can be read.");
    const bool done = read_sound(r, s, file, &format);
    sf_close(file);
    return done;
}

/* ---- the spectrum ---- */

typedef struct complex_number {
    double re, im;
} complex_number;

static void swap_bit_reversed(complex_number *x, size_t size)
{
    for (size_t i = 1, j = 0; i < size; i++) {
        size_t bit = size >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j |= bit;
        if (i < j) {
            const complex_number t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
}

/* The transform of Cooley and Tukey, in place; our own, because programs that host a plugin may bring other functions
 * under a library's names. turns: e^(-2 pi i k / size) for k below size / 2. */
static void transform(complex_number *x, size_t size, const complex_number *turns)
{
    swap_bit_reversed(x, size);
    for (size_t half = 1; half < size; half *= 2)
        for (size_t at = 0; at < size; at += 2 * half)
            for (size_t k = 0; k < half; k++) {
                const complex_number w = turns[k * (size / 2 / half)], a = x[at + k], b = x[at + k + half];
                const complex_number t = { w.re * b.re - w.im * b.im, w.re * b.im + w.im * b.re };
                x[at + k] = (complex_number){ a.re + t.re, a.im + t.im };
                x[at + k + half] = (complex_number){ a.re - t.re, a.im - t.im };
            }
}

/* sums[k]: the power below bin k, over the channels, k up to size / 2 + 1. Both channels go through one transform: as its
 * real and imaginary parts, |L|^2 + |R|^2 at bin k is half of |X[k]|^2 + |X[size - k]|^2. */
static double *power_sums(const sound *s, size_t size)
{
    complex_number *x = malloc(size * sizeof *x), *turns = malloc(size / 2 * sizeof *turns);
    double *sums = malloc((size / 2 + 2) * sizeof *sums);
    if (x && turns && sums) {
        for (size_t i = 0; i < size; i++)
            x[i] = (complex_number){ s->samples[0][i], s->channels > 1 ? s->samples[1][i] : 0 };
        for (size_t i = 0; i < size / 2; i++)
            turns[i] =
                (complex_number){ cos(2 * pi * (double)i / (double)size), -sin(2 * pi * (double)i / (double)size) };
        transform(x, size, turns);
        sums[0] = 0;
        for (size_t k = 0; k <= size / 2; k++) {
            const complex_number a = x[k], b = x[(size - k) % size];
            sums[k + 1] = sums[k] + 0.5 * (a.re * a.re + a.im * a.im + b.re * b.re + b.im * b.im);
        }
    } else {
        free(sums);
        sums = NULL;
    }
    free(x);
    free(turns);
    return sums;
}

/* The power below a frequency, given in bins: bin k reaches from k - 1/2 to k + 1/2. */
static double sum_below(const double *sums, size_t size, double bin)
{
    const double at = fmin(fmax(bin + 0.5, 0), (double)(size / 2 + 1));
    const size_t k = (size_t)fmin(at, (double)(size / 2));
    return sums[k] + (at - (double)k) * (sums[k + 1] - sums[k]);
}

/* The mean power of a sixth of an octave around each of the frequencies, in dB; then their own mean is made 0. */
static bool measure(response *r, const sound *s)
{
    /* Bins are narrower than the lowest band, where the file's rate allows it. */
    size_t size = 1024;
    while (size < FRAMES && (size < s->frames || s->rate_hz / (double)size > 1))
        size *= 2;
    double *sums = power_sums(s, size);
    if (!sums)
        return fail(r, "There is not enough memory to draw this response.");
    const double octaves = log2(RESPONSE_HIGH / RESPONSE_LOW), bin_hz = s->rate_hz / (double)size;
    double power[RESPONSE_POINTS], mean = 0;
    size_t count = 0;
    for (size_t i = 0; i < RESPONSE_POINTS; i++) {
        const double hz = RESPONSE_LOW * exp2(octaves * (double)i / (RESPONSE_POINTS - 1));
        const double from = hz * exp2(-1.0 / 12) / bin_hz, to = hz * exp2(1.0 / 12) / bin_hz;
        power[i] = (sum_below(sums, size, to) - sum_below(sums, size, from)) / (to - from);
        if (hz >= 160 && hz <= 4000) {
            mean += power[i];
            count++;
        }
    }
    free(sums);
    mean /= (double)count;
    if (!(mean > 1e-14)) /* what the plugin calls silence, -140 dB */
        return fail(r, "This impulse response is nothing but silence.");
    for (size_t i = 0; i < RESPONSE_POINTS; i++)
        r->db[i] = (float)fmax(10 * log10(fmax(power[i] / mean, 1e-30)), least_db);
    r->count = RESPONSE_POINTS;
    return true;
}

static void describe(response *r, const sound *s)
{
    char length[32];
    if (s->seconds < 1)
        snprintf(length, sizeof length, "%.0f ms", fmax(1000 * s->seconds, 1));
    else
        snprintf(length, sizeof length, "%.1f s", s->seconds);
    snprintf(r->details, sizeof r->details, "%g kHz, %s, %s", s->rate_hz / 1000,
             s->channels == 1 ? "1 channel" : "2 channels", length);
}

void response_read(response *r, const char *path)
{
    *r = (response){ 0 };
    if (!path[0])
        return;
    sound s = { 0 };
    if (open_sound(r, &s, path) && measure(r, &s))
        describe(r, &s);
    sound_free(&s);
}
