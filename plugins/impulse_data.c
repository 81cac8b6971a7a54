#include "impulse_data.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

bl_status bl_impulse_data_init(bl_impulse_data *data, uint64_t channels, uint64_t frames, double rate_hz,
                               double wanted_hz, bl_error *error)
{
    *data = (bl_impulse_data){ .rate_hz = rate_hz };
    if (channels < 1 || channels > BL_IMPULSE_MAX_CHANNELS)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "The impulse response has %" PRIu64 " channels; one or two are possible.", channels);
    if (!(rate_hz >= BL_IMPULSE_MIN_RATE && rate_hz <= BL_IMPULSE_MAX_RATE))
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "The impulse response has a sample rate of %g Hz; %g Hz to %g Hz are possible.", rate_hz,
                       BL_IMPULSE_MIN_RATE, BL_IMPULSE_MAX_RATE);
    if (!frames)
        return bl_fail(error, BL_ERR_UNSUPPORTED, "The impulse response has no samples.");
    const double seconds = fmin(BL_IMPULSE_MAX_SECONDS, BL_IMPULSE_MAX_FRAMES / fmax(rate_hz, wanted_hz));
    const uint64_t most = (uint64_t)(seconds * rate_hz);
    data->channels = (size_t)channels;
    data->frames = (size_t)(frames < most ? frames : most);
    for (size_t c = 0; c < channels; c++) {
        data->channel[c] = bl_calloc(data->frames, sizeof *data->channel[c]);
        if (!data->channel[c]) {
            bl_impulse_data_free(data);
            return bl_fail_no_mem(error);
        }
    }
    return BL_OK;
}

void bl_impulse_data_free(bl_impulse_data *data)
{
    for (size_t c = 0; c < BL_IMPULSE_MAX_CHANNELS; c++)
        free(data->channel[c]);
    *data = (bl_impulse_data){ 0 };
}

/* ---- checks ---- */

/* Finite inputs must give finite outputs, whatever the response. */
#define MOST 1e6f
/* -140 dB, the last bit of 24. */
#define SILENCE 1e-7f

static float peak_of(const bl_impulse_data *data)
{
    float peak = 0.0f;
    for (size_t c = 0; c < data->channels; c++)
        for (size_t t = 0; t < data->frames; t++)
            peak = fmaxf(peak, fabsf(data->channel[c][t]));
    return peak;
}

bl_status bl_impulse_check(const bl_impulse_data *data, bool cut, bl_error *error)
{
    for (size_t c = 0; c < data->channels; c++)
        for (size_t t = 0; t < data->frames; t++)
            if (!(fabsf(data->channel[c][t]) <= MOST))
                return bl_fail(
                    error, BL_ERR_UNSUPPORTED,
                    "Sample %zu of channel %zu of the impulse response is %g; finite numbers of magnitude "
                    "%.0f at most are possible.",
                    t, c + 1, (double)data->channel[c][t], (double)MOST);
    if (peak_of(data) >= SILENCE)
        return BL_OK;
    if (cut)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "The impulse response is silent in its first %g seconds, which are all that is used.",
                       (double)data->frames / data->rate_hz);
    return bl_fail(error, BL_ERR_UNSUPPORTED, "The impulse response is nothing but silence.");
}

/* ---- length ---- */

#define TRIM 1e-4f /* -80 dB */

static bool is_loud(const bl_impulse_data *data, size_t t, float threshold)
{
    for (size_t c = 0; c < data->channels; c++)
        if (fabsf(data->channel[c][t]) >= threshold)
            return true;
    return false;
}

/* If memory cannot be made smaller, it stays as large as it is. */
static void keep(float **samples, size_t first, size_t frames)
{
    memmove(*samples, *samples + first, frames * sizeof **samples);
    float *smaller = realloc(*samples, frames * sizeof **samples);
    *samples = smaller ? smaller : *samples;
}

void bl_impulse_trim(bl_impulse_data *data)
{
    const float threshold = TRIM * peak_of(data);
    size_t first = 0, end = data->frames;
    while (first + 1 < end && !is_loud(data, first, threshold))
        first++;
    while (end > first + 1 && !is_loud(data, end - 1, threshold))
        end--;
    data->frames = end - first;
    for (size_t c = 0; c < data->channels; c++)
        keep(&data->channel[c], first, data->frames);
}

#define FADED 0.05

void bl_impulse_fade(bl_impulse_data *data)
{
    const size_t frames = (size_t)(FADED * (double)data->frames), first = data->frames - frames;
    for (size_t c = 0; c < data->channels; c++)
        for (size_t t = 0; t < frames; t++)
            data->channel[c][first + t] *= (float)(0.5 + 0.5 * cos(pi * ((double)t + 0.5) / (double)frames));
}

/* ---- level ----
 *
 * Weighted as the ear does (ITU-R BS.1770), an electric guitar, clean or through an amplifier, has about the same
 * energy in every third of an octave from 160 Hz to 4 kHz and little outside. So has pink noise between these limits;
 * what it gains in energy is the mean of what the bands gain. */

enum { BANDS = 15 };
#define FIRST_BAND_HZ 160.0
#define BAND_Q        4.318 /* of a third of an octave: 1 / (2^(1/6) - 2^(-1/6)) */

/* Energy of x, and of the silence behind it, through a band-pass (R. Bristow-Johnson's, 0 dB at its centre). */
static double band_energy(const float *x, size_t frames, double centre_hz, double rate_hz)
{
    const double w = 2.0 * pi * centre_hz / rate_hz, alpha = sin(w) / (2.0 * BAND_Q);
    const double b = alpha / (1.0 + alpha), a1 = -2.0 * cos(w) / (1.0 + alpha), a2 = (1.0 - alpha) / (1.0 + alpha);
    const size_t ring = (size_t)(0.1 * rate_hz); /* time in which the lowest band falls by 100 dB */
    double s1 = 0.0, s2 = 0.0, energy = 0.0;
    for (size_t t = 0; t < frames + ring; t++) {
        const double in = t < frames ? (double)x[t] : 0.0, y = b * in + s1;
        s1 = s2 - a1 * y;
        s2 = -b * in - a2 * y;
        energy += y * y;
    }
    return energy;
}

float bl_impulse_guitar_gain(const bl_impulse_data *data)
{
    const float unit = 1.0f;
    double sum = 0.0;
    size_t count = 0;
    for (size_t band = 0; band < BANDS; band++) {
        const double centre_hz = FIRST_BAND_HZ * pow(2.0, (double)band / 3.0);
        if (centre_hz > 0.45 * data->rate_hz)
            break;
        const double before = band_energy(&unit, 1, centre_hz, data->rate_hz);
        for (size_t c = 0; c < data->channels; c++, count++)
            sum += band_energy(data->channel[c], data->frames, centre_hz, data->rate_hz) / before;
    }
    return (float)sqrt((double)count / sum);
}

bl_status bl_impulse_scale(bl_impulse_data *data, float gain, bl_error *error)
{
    if (peak_of(data) < SILENCE)
        return bl_fail(
            error, BL_ERR_UNSUPPORTED,
            "All that the impulse response holds is above %g Hz, half of the sample rate that it is to be "
            "used at.",
            data->rate_hz / 2.0);
    for (size_t c = 0; c < data->channels; c++)
        for (size_t t = 0; t < data->frames; t++)
            data->channel[c][t] *= gain;
    return BL_OK;
}
