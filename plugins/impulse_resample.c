/* An impulse response at another sample rate, with the same frequency response, at the same time.
 *
 * A converter interpolates with a symmetrical filter: where a response starts suddenly, that rings before the start,
 * too. To keep it would make the response late, by another time at every rate; to drop it would change the spectrum.
 * But only the audible band has to stay. So what rings before frame 0, p, gives way to a correction c from frame 0 on
 * that has the same spectrum there: of all sequences c[0] ... c[n-1] the one for which
 *
 *     the integral over the band of |C - P|^2, plus a millionth of that over all frequencies of |C|^2,
 *
 * is least. With s(k) = sin(2 pi f k) / (pi k), f the band's end as a share of the rate, that is the solution of
 *
 *     sum over j of (s(i - j) + [i = j] / 10^6) c[j] = sum over m < 0 of s(i - m) p[m],  i = 0 ... n-1,
 *
 * whose matrix is a Toeplitz matrix. What remains wrong lies 70 to 100 dB below the response, and 50 dB in the worst
 * case, white noise that starts at once and goes from 96 to 44.1 kHz; above the band it is some 6 dB at most. */
#include "impulse_data.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <math.h>
#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* In frames of the lower rate: half of the converter's filter, what is kept of its ringing behind the last frame, and
 * the length of the correction. */
enum { RINGING = 144, TAIL = 64, CORRECTION = 64, MOST_CORRECTION = 512 };

/* The band, unless the lower rate has less. */
#define BAND_HZ    18200.0
#define BAND_SHARE 0.42
#define WEIGHT     1e-6

/* Frames of silence to put in front so that frame 0 falls on a frame of the new rate, or next to it. */
static size_t find_lead(double ratio)
{
    const size_t least = (size_t)ceil(RINGING / fmin(ratio, 1.0)), tries = 4096;
    size_t best = least;
    double best_off = 1.0;
    for (size_t n = least; n < least + tries; n++) {
        const double place = (double)n * ratio, off = fabs(place - rint(place));
        if (off < best_off - 1e-9) {
            best = n;
            best_off = off;
        }
    }
    return best;
}

static double band_limited(double f, double k)
{
    return k != 0.0 ? sin(2.0 * pi * f * k) / (pi * k) : 2.0 * f;
}

/* Solves T x = y in place for the symmetrical, positive definite Toeplitz matrix of the row t: N. Levinson's recursion.
 * a: room for twice n. */
static void solve_toeplitz(const double *t, double *y, double *a, size_t n)
{
    double *b = a + n, error = t[0];
    a[0] = 1.0;
    y[0] /= t[0];
    for (size_t m = 1; m < n; m++) {
        double reflection = 0.0, missing = y[m];
        for (size_t i = 0; i < m; i++)
            reflection -= a[i] * t[m - i];
        reflection /= error;
        a[m] = 0.0;
        for (size_t i = 0; i <= m; i++)
            b[i] = a[i] + reflection * a[m - i];
        memcpy(a, b, (m + 1) * sizeof *a);
        error *= 1.0 - reflection * reflection;
        for (size_t i = 0; i < m; i++)
            missing -= t[m - i] * y[i];
        y[m] = 0.0;
        for (size_t i = 0; i <= m; i++)
            y[i] += missing / error * a[m - i];
    }
}

/* Puts what rings in the `rings` samples before start behind it, f: the band's end as a share of the rate. work: room
 * for rings and four times n. */
static void correct(float *start, size_t rings, size_t n, double f, double *work)
{
    double *c = work, *recursion = c + n, *row = recursion + 2 * n;
    for (size_t k = 0; k < rings + n; k++)
        row[k] = band_limited(f, (double)k);
    for (size_t i = 0; i < n; i++) {
        c[i] = 0.0;
        for (size_t m = 1; m <= rings; m++)
            c[i] += (double)*(start - m) * row[i + m];
    }
    row[0] += WEIGHT;
    solve_toeplitz(row, c, recursion, n);
    for (size_t i = 0; i < n; i++)
        start[i] += (float)c[i];
}

/* The converter keeps the samples' size; a filter would be the louder the more samples it has. */
static bool convert(const float *in, size_t in_frames, float *out, size_t out_frames, double ratio)
{
    SRC_DATA job = { .data_in = in,
                     .input_frames = (long)in_frames,
                     .data_out = out,
                     .output_frames = (long)out_frames,
                     .src_ratio = ratio };
    if (src_simple(&job, SRC_SINC_BEST_QUALITY, 1))
        return false;
    for (size_t t = 0; t < out_frames; t++)
        out[t] *= (float)(1.0 / ratio);
    return true;
}

/* Replaces a channel's samples by `frames` ones at ratio times their rate; false if there is no memory. */
static bool resample_channel(float **samples, size_t in_frames, size_t frames, double ratio, double f)
{
    const double per_lower = fmax(ratio, 1.0);
    const size_t lead = find_lead(ratio), tail = (size_t)ceil(TAIL / fmin(ratio, 1.0));
    const size_t padded = lead + in_frames + tail, out_lead = (size_t)rint((double)lead * ratio);
    const size_t n = (size_t)fmin(CORRECTION * per_lower, MOST_CORRECTION), rings = (size_t)(RINGING * per_lower);
    float *in = bl_calloc(padded, sizeof *in), *out = bl_calloc(out_lead + frames, sizeof *out);
    double *work = bl_calloc(rings + 4 * n, sizeof *work);
    bool ok = in && out && work;
    if (ok) {
        memcpy(in + lead, *samples, in_frames * sizeof *in);
        ok = convert(in, padded, out, out_lead + frames, ratio);
    }
    if (ok) {
        correct(out + out_lead, rings, n, f, work);
        memmove(out, out + out_lead, frames * sizeof *out);
        free(*samples);
        *samples = out;
        out = NULL;
    }
    free(work);
    free(out);
    free(in);
    return ok;
}

bl_status bl_impulse_resample(bl_impulse_data *data, double rate_hz, bl_error *error)
{
    const double ratio = rate_hz / data->rate_hz, lower_hz = fmin(rate_hz, data->rate_hz);
    if (ratio == 1.0)
        return BL_OK;
    const size_t frames = (size_t)ceil((double)data->frames * ratio + TAIL * fmax(ratio, 1.0));
    for (size_t c = 0; c < data->channels; c++)
        if (!resample_channel(&data->channel[c], data->frames, frames, ratio,
                              fmin(BAND_HZ, BAND_SHARE * lower_hz) / rate_hz))
            return bl_fail_no_mem(error);
    data->frames = frames;
    data->rate_hz = rate_hz;
    return BL_OK;
}
