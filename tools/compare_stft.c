/* Multi-resolution STFT error, as auraloss.freq.MultiResolutionSTFTLoss computes it with its defaults, which
 * trainers of captures use (C. J. Steinmetz, J. D. Reiss: auraloss, DMRN+15 (2020); R. Yamamoto et al.: Parallel
 * WaveGAN, ICASSP (2020)).
 *
 * For each resolution, magnitudes |S| = sqrt(max(re^2 + im^2, 1e-8)) of frames under a Hann window give
 *
 *     convergence   = sqrt(sum of (|SA| - |SB|)^2 / sum of |SA|^2)
 *     log_magnitude = mean of | ln |SA| - ln |SB| |
 *
 * the error is the mean of their sum over the resolutions and channels. Frames are centred on every hop-th sample;
 * at both ends the recording is reflected. */
#include "commands.h"
#include "compare.h"
#include "messages.h"
#include "stop.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const double pi = 3.14159265358979323846;
static const double least_power = 1e-8;

typedef struct resolution {
    size_t size, hop, window;
} resolution;

static const resolution resolutions[] = { { 512, 50, 240 }, { 1024, 120, 600 }, { 2048, 240, 1200 } };
enum { RESOLUTIONS = sizeof resolutions / sizeof *resolutions, MOST_SIZE = 2048 };
enum { FRAMES_PER_SIGN = 5000 }; /* of life, on a terminal */

typedef struct transformer {
    const resolution *r;
    kiss_fftr_cfg fft;
    float window[MOST_SIZE], frame[MOST_SIZE];
    kiss_fft_cpx of_a[MOST_SIZE / 2 + 1], of_b[MOST_SIZE / 2 + 1];
} transformer;

typedef struct spectral_sums {
    double difference, reference, log_difference, values;
} spectral_sums;

static size_t reflected(long long t, size_t frames)
{
    if (t < 0)
        return (size_t)-t;
    return t < (long long)frames ? (size_t)t : 2 * frames - 2 - (size_t)t;
}

static void transform(transformer *f, kiss_fft_cpx *spectrum, const float *row, size_t frames, size_t centre)
{
    const size_t half = f->r->size / 2;
    for (size_t i = 0; i < f->r->size; i++)
        f->frame[i] =
            f->window[i] > 0 ? f->window[i] * row[reflected((long long)(centre + i) - (long long)half, frames)] : 0;
    kiss_fftr(f->fft, f->frame, spectrum);
}

static double power_of(kiss_fft_cpx z)
{
    return fmax((double)z.r * (double)z.r + (double)z.i * (double)z.i, least_power);
}

static void add_frame(transformer *f, const float *a, const float *b, size_t frames, size_t centre,
                      spectral_sums *s)
{
    const size_t half = f->r->size / 2;
    transform(f, f->of_a, a, frames, centre);
    transform(f, f->of_b, b, frames, centre);
    for (size_t k = 0; k <= half; k++) {
        double a_power = power_of(f->of_a[k]), b_power = power_of(f->of_b[k]);
        double apart = sqrt(a_power) - sqrt(b_power);
        s->difference += apart * apart;
        s->reference += a_power;
        s->log_difference += fabs(0.5 * log(a_power / b_power));
    }
    s->values += (double)(half + 1);
}

/* Frames of all resolutions and channels, and how many of them are done. */
typedef struct frame_count {
    size_t done, total;
} frame_count;

static void show_progress(const frame_count *count)
{
    char line[64];
    snprintf(line, sizeof line, "Comparing: %zu %%", 100 * count->done / count->total);
    if (isatty(STDERR_FILENO))
        message_status(line);
}

static int add_resolution(transformer *f, const compare_pair *pair, compare_spectral *total, frame_count *count)
{
    const resolution *r = f->r;
    const size_t margin = (r->size - r->window) / 2;
    for (size_t i = 0; i < r->size; i++) {
        bool inside = i >= margin && i < margin + r->window;
        f->window[i] = inside ? (float)(0.5 - 0.5 * cos(2 * pi * (double)(i - margin) / (double)r->window)) : 0;
    }
    for (size_t c = 0; c < pair->channels; c++) {
        spectral_sums s = { 0 };
        for (size_t centre = 0; centre <= pair->frames; centre += r->hop) {
            if (stop_requested())
                return FAILED;
            add_frame(f, pair->a[c], pair->b[c], pair->frames, centre, &s);
            if (count->done++ % FRAMES_PER_SIGN == 0)
                show_progress(count);
        }
        total->convergence += sqrt(s.difference / s.reference);
        total->log_magnitude += s.log_difference / s.values;
    }
    return DONE;
}

int compare_measure_stft(compare_spectral *spectral, const compare_pair *pair)
{
    const double parts = (double)(RESOLUTIONS * pair->channels);
    frame_count count = { 0, 0 };
    int code = DONE;
    *spectral = (compare_spectral){ NAN, NAN, NAN };
    if (pair->frames <= MOST_SIZE / 2)
        return DONE; /* cannot be reflected */
    transformer *f = malloc(sizeof *f);
    compare_spectral total = { 0 };
    if (!f)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < RESOLUTIONS; i++)
        count.total += pair->channels * (pair->frames / resolutions[i].hop + 1);
    for (size_t i = 0; !code && i < RESOLUTIONS; i++) {
        f->r = &resolutions[i];
        f->fft = kiss_fftr_alloc((int)f->r->size, 0, NULL, NULL);
        code = f->fft ? add_resolution(f, pair, &total, &count) : fail("There is not enough memory.");
        kiss_fftr_free(f->fft);
    }
    free(f);
    if (isatty(STDERR_FILENO))
        message_status("");
    if (!code)
        *spectral = (compare_spectral){ .error = (total.convergence + total.log_magnitude) / parts,
                                        .convergence = total.convergence / parts,
                                        .log_magnitude = total.log_magnitude / parts };
    return code;
}
