#include "impulse_data.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct bl_impulse {
    atomic_size_t owners;
    bl_impulse_data data;
    double file_rate_hz;
};

bl_status bl_impulse_check_options(const bl_impulse_options *options, bl_error *error)
{
    if (!(options->rate_hz >= 8000.0 && options->rate_hz <= BL_IMPULSE_MAX_RATE))
        return bl_fail(error, BL_ERR_ARGUMENT,
                       "An impulse response is to be made ready for %g Hz; 8000 Hz to %g Hz are possible.",
                       options->rate_hz, BL_IMPULSE_MAX_RATE);
    return BL_OK;
}

/* All that shapes the response happens at its own rate, so that it sounds the same at every other one. */
static bl_status prepare(bl_impulse_data *data, bool cut, const bl_impulse_options *options, bl_error *error)
{
    bl_status status = bl_impulse_check(data, cut, error);
    if (status)
        return status;
    if (!options->keep_silence)
        bl_impulse_trim(data);
    if (!options->keep_silence || cut)
        bl_impulse_fade(data);
    const float gain = options->keep_level ? 1.0f : bl_impulse_guitar_gain(data);
    status = bl_impulse_resample(data, options->rate_hz, error);
    return status ? status : bl_impulse_scale(data, gain, error);
}

bl_status bl_impulse_finish(bl_impulse_data *data, bool cut, const bl_impulse_options *options, bl_impulse **out,
                            bl_error *error)
{
    const double file_rate_hz = data->rate_hz;
    bl_status status = prepare(data, cut, options, error);
    bl_impulse *impulse = status ? NULL : bl_calloc(1, sizeof *impulse);
    if (!status && !impulse)
        status = bl_fail_no_mem(error);
    if (status) {
        bl_impulse_data_free(data);
        return status;
    }
    atomic_init(&impulse->owners, 1);
    impulse->data = *data;
    impulse->file_rate_hz = file_rate_hz;
    *out = impulse;
    return BL_OK;
}

bl_status bl_impulse_create(const float *const *channels, size_t channel_count, size_t frames,
                            double sample_rate_hz, const bl_impulse_options *options, bl_impulse **out,
                            bl_error *error)
{
    bl_impulse_data data;
    bl_status status = bl_impulse_check_options(options, error);
    if (!status)
        status = bl_impulse_data_init(&data, channel_count, frames, sample_rate_hz, options->rate_hz, error);
    if (status)
        return status;
    for (size_t c = 0; c < channel_count; c++)
        memcpy(data.channel[c], channels[c], data.frames * sizeof *data.channel[c]);
    return bl_impulse_finish(&data, frames > data.frames, options, out, error);
}

bl_impulse *bl_impulse_share(bl_impulse *impulse)
{
    if (impulse)
        atomic_fetch_add_explicit(&impulse->owners, 1, memory_order_relaxed);
    return impulse;
}

void bl_impulse_free(bl_impulse *impulse)
{
    if (!impulse || atomic_fetch_sub_explicit(&impulse->owners, 1, memory_order_acq_rel) > 1)
        return;
    bl_impulse_data_free(&impulse->data);
    free(impulse);
}

size_t bl_impulse_channels(const bl_impulse *impulse)
{
    return impulse->data.channels;
}

size_t bl_impulse_taps(const bl_impulse *impulse)
{
    return impulse->data.frames;
}

const float *bl_impulse_samples(const bl_impulse *impulse, size_t channel)
{
    return impulse->data.channel[channel];
}

double bl_impulse_rate(const bl_impulse *impulse)
{
    return impulse->data.rate_hz;
}

double bl_impulse_file_rate(const bl_impulse *impulse)
{
    return impulse->file_rate_hz;
}
