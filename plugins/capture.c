#include "capture.h"

#include "loudness_signal.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <backline/stream.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

struct bl_capture {
    atomic_size_t owners;
    char *path;
    bl_model *model;
    bl_plan *plan;
    double rate_hz, loudness_db;
    bool measured;
};

static const double least_rate_hz = 8000;

/* Silence, and less, counts as this. */
static const double least_loudness_db = -200;

static bl_status measure_loudness(bl_capture *capture, bl_error *error)
{
    const size_t frames = bl_loudness_signal_frames(capture->rate_hz);
    bl_stream *stream = NULL;
    float *signal = bl_calloc(frames, sizeof *signal), *const out[] = { signal };
    const float *const in[] = { signal };
    bl_status status = signal ? BL_OK : bl_fail_no_mem(error);
    if (!status)
        status = bl_stream_create(capture->plan, 1, &stream, error);
    if (!status) {
        double squares = 0;
        bl_loudness_signal(capture->rate_hz, signal);
        bl_stream_process(stream, out, in, frames);
        for (size_t t = 0; t < frames; t++)
            squares += (double)signal[t] * signal[t];
        capture->loudness_db = fmax(10 * log10(squares / (double)frames), least_loudness_db);
        capture->measured = true;
    }
    bl_stream_free(stream);
    free(signal);
    return status;
}

static bl_status check(const bl_model_info *info, bl_error *error)
{
    if (info->in_channels != 1 || info->out_channels != 1)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "A network with one channel in and one out was expected; this one has %zu and %zu.",
                       info->in_channels, info->out_channels);
    if (info->sample_rate_hz < least_rate_hz)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "A network for %g Hz or more was expected; this one is for %g Hz.", least_rate_hz,
                       info->sample_rate_hz);
    return BL_OK;
}

bl_status bl_capture_create(bl_model *model, bl_cpu cpu, bl_capture **out, bl_error *error)
{
    bl_model_info info;
    bl_model_get_info(model, &info);
    bl_status status = check(&info, error);
    if (status)
        return status;
    bl_capture *c = bl_calloc(1, sizeof *c);
    if (!c)
        return bl_fail_no_mem(error);
    atomic_init(&c->owners, 1);
    c->rate_hz = isnan(info.sample_rate_hz) ? 48000.0 : info.sample_rate_hz;
    c->loudness_db = info.loudness_db;
    status = bl_plan_create(model, cpu, &c->plan, error);
    if (!status && isnan(info.loudness_db))
        status = measure_loudness(c, error);
    if (status) {
        bl_capture_free(c);
        return status;
    }
    c->model = model;
    *out = c;
    return BL_OK;
}

bl_status bl_capture_load(const char *path, const bl_load_options *options, bl_cpu cpu, bl_capture **out,
                          bl_error *error)
{
    bl_model *model;
    bl_status status = bl_model_load_file(path, options, &model, error);
    if (status)
        return status;
    char *copy = bl_strdup(path);
    status = copy ? bl_capture_create(model, cpu, out, error) : bl_fail_no_mem(error);
    if (status) {
        free(copy);
        bl_model_free(model);
        return status;
    }
    (*out)->path = copy;
    return BL_OK;
}

bl_capture *bl_capture_share(bl_capture *capture)
{
    if (capture)
        atomic_fetch_add_explicit(&capture->owners, 1, memory_order_relaxed);
    return capture;
}

void bl_capture_free(bl_capture *capture)
{
    if (!capture || atomic_fetch_sub_explicit(&capture->owners, 1, memory_order_acq_rel) > 1)
        return;
    bl_plan_free(capture->plan);
    bl_model_free(capture->model);
    free(capture->path);
    free(capture);
}

const char *bl_capture_path(const bl_capture *capture)
{
    return capture->path;
}

const bl_model *bl_capture_model(const bl_capture *capture)
{
    return capture->model;
}

const bl_plan *bl_capture_plan(const bl_capture *capture)
{
    return capture->plan;
}

double bl_capture_rate(const bl_capture *capture)
{
    return capture->rate_hz;
}

double bl_capture_loudness(const bl_capture *capture)
{
    return capture->loudness_db;
}

bool bl_capture_loudness_was_measured(const bl_capture *capture)
{
    return capture->measured;
}
