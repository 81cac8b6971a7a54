#include "resampler.h"

#include "half_band.h"
#include "sinc_rate.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/fpmode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CHANNELS = 2, MOST_STAGES = 6, PIECE = 64 /* frames at the lower rate that are resampled at once */ };

struct bl_resampler {
    double ratio; /* to / from */
    size_t channels;
    bl_sinc_rate *sinc; /* NULL for a ratio that is a power of two */
    bool up;
    size_t stages;
    bl_half_band filters[MOST_CHANNELS][MOST_STAGES]; /* the first is the one next to the lower rate */
    float *between[2]; /* up: what the last but one stage gives and the one before, in turns */
};

static bl_status check(double from_hz, double to_hz, size_t channels, bl_error *error)
{
    const double rates[] = { from_hz, to_hz };
    for (size_t i = 0; i < 2; i++)
        if (!(rates[i] >= 1e3 && rates[i] <= 6.144e6))
            return bl_fail(error, BL_ERR_ARGUMENT, "A sample rate of 1 kHz to 6.144 MHz was expected, not %g Hz.",
                           rates[i]);
    if (from_hz > 64 * to_hz || to_hz > 64 * from_hz)
        return bl_fail(error, BL_ERR_ARGUMENT,
                       "From %g Hz to %g Hz is more than 64 times the rate, or less than a 64th.", from_hz, to_hz);
    if (channels < 1 || channels > MOST_CHANNELS)
        return bl_fail(error, BL_ERR_ARGUMENT, "A resampler has 1 or %d channels, not %zu.", MOST_CHANNELS,
                       channels);
    return BL_OK;
}

/* How often the lower rate is doubled; false if that is not it. */
static bool count_stages(double ratio, size_t *stages)
{
    double times = ratio < 1 ? 1 / ratio : ratio;
    for (*stages = 0; times > 1; times /= 2)
        ++*stages;
    return times == 1;
}

static bl_status create_stages(bl_resampler *r, bl_cpu cpu, bl_error *error)
{
    bl_kernels kernels;
    const bl_status status = bl_cpu_resolve(cpu, &cpu, error);
    if (status)
        return status;
    bl_kernels_init(&kernels, cpu);
    for (size_t c = 0; c < r->channels; c++)
        for (size_t i = 0; i < r->stages; i++)
            bl_half_band_init(&r->filters[c][i], kernels.fir, i, r->up);
    for (size_t i = 0; i < 2; i++) {
        r->between[i] = bl_aligned_calloc(((size_t)PIECE << r->stages) * sizeof(float));
        if (!r->between[i])
            return bl_fail_no_mem(error);
    }
    return BL_OK;
}

bl_status bl_resampler_create(double from_hz, double to_hz, size_t channels, bl_cpu cpu, bl_resampler **out,
                              bl_error *error)
{
    bl_status status = check(from_hz, to_hz, channels, error);
    if (status)
        return status;
    bl_resampler *r = bl_calloc(1, sizeof *r);
    if (!r)
        return bl_fail_no_mem(error);
    *r = (bl_resampler){ .ratio = to_hz / from_hz, .channels = channels, .up = to_hz > from_hz };
    if (count_stages(r->ratio, &r->stages))
        status = create_stages(r, cpu, error);
    else
        status = bl_sinc_rate_create(from_hz, to_hz, channels, &r->sinc, error);
    if (status)
        bl_resampler_free(r);
    else
        *out = r;
    return status;
}

void bl_resampler_free(bl_resampler *resampler)
{
    if (!resampler)
        return;
    bl_sinc_rate_free(resampler->sinc);
    bl_aligned_free(resampler->between[0]);
    bl_aligned_free(resampler->between[1]);
    free(resampler);
}

double bl_resampler_delay(const bl_resampler *r)
{
    double delay = 0;
    for (size_t i = 0; !r->sinc && i < r->stages; i++) {
        const double reach = (double)r->filters[0][i].reach;
        delay += r->up ? ldexp(reach, (int)(r->stages - 1 - i)) : ldexp((reach - 1) / 2, -(int)i);
    }
    return delay;
}

size_t bl_resampler_shortfall(const bl_resampler *r)
{
    return r->sinc ? bl_sinc_rate_shortfall(r->sinc) : 0;
}

size_t bl_resampler_span(const bl_resampler *r)
{
    if (r->sinc)
        return bl_sinc_rate_span(r->sinc);
    double others = 0; /* what a frame depends on besides its own */
    for (size_t i = 0; i < r->stages; i++) {
        const double reach = (double)r->filters[0][i].reach;
        others += r->up ? ldexp(reach, -(int)i) : ldexp(2 * reach, (int)(r->stages - 1 - i));
    }
    return 1 + (size_t)ceil(others);
}

size_t bl_resampler_most(const bl_resampler *r, size_t frames)
{
    if (r->sinc)
        return bl_sinc_rate_most(r->sinc, frames);
    return r->up ? frames << r->stages : (frames + ((size_t)1 << r->stages) - 1) >> r->stages;
}

static size_t run_up(bl_resampler *r, size_t channel, float *out, const float *in, size_t frames)
{
    for (size_t i = 0; i < r->stages; i++, frames *= 2) {
        float *to = i + 1 < r->stages ? r->between[i % 2] : out;
        bl_half_band_up(&r->filters[channel][i], to, in, frames);
        in = to;
    }
    return frames;
}

static size_t run_down(bl_resampler *r, size_t channel, float *out, const float *in, size_t frames)
{
    for (size_t i = r->stages; i-- > 0; in = r->between[0])
        frames = bl_half_band_down(&r->filters[channel][i], i ? r->between[0] : out, in, frames);
    return frames;
}

static size_t run_stages(bl_resampler *r, size_t channel, float *out, const float *in, size_t frames)
{
    const size_t piece = r->up ? PIECE : (size_t)PIECE << r->stages;
    size_t given = 0;
    for (size_t done = 0; done < frames; done += piece) {
        const size_t run = frames - done < piece ? frames - done : piece;
        given += (r->up ? run_up : run_down)(r, channel, out + given, in + done, run);
    }
    return given;
}

size_t bl_resampler_process(bl_resampler *r, float *const *out, const float *const *in, size_t frames)
{
    const bl_fpmode before = bl_fpmode_enter();
    size_t given = frames;
    if (r->sinc)
        given = bl_sinc_rate_process(r->sinc, out, in, frames);
    for (size_t c = 0; !r->sinc && c < r->channels; c++)
        if (r->stages)
            given = run_stages(r, c, out[c], in[c], frames);
        else
            memcpy(out[c], in[c], frames * sizeof(float));
    bl_fpmode_leave(before);
    return given;
}

void bl_resampler_reset(bl_resampler *r)
{
    if (r->sinc)
        bl_sinc_rate_reset(r->sinc);
    for (size_t c = 0; c < r->channels; c++)
        for (size_t i = 0; !r->sinc && i < r->stages; i++)
            bl_half_band_reset(&r->filters[c][i]);
}
