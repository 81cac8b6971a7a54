#include "render_rigs.h"

#include "commands.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>

enum { RIG_CHANNELS = 2 };

size_t render_rigs_inputs(size_t channels)
{
    return channels <= RIG_CHANNELS ? channels : 1;
}

static size_t outputs(const render_rig *common, size_t channels)
{
    return common->stereo ? RIG_CHANNELS : render_rigs_inputs(channels);
}

/* Settings and the names of the files. The caller frees what there is, also after a failure. */
static bl_status create(const render_rig *common, double rate_hz, size_t channels, bl_rig **rig, bl_error *error)
{
    bl_rig_options options = common->options;
    options.rate_hz = rate_hz;
    options.in_channels = render_rigs_inputs(channels);
    options.out_channels = outputs(common, channels);
    bl_status status = bl_rig_create(&options, rig, error);
    if (status || !(status = bl_rig_setup_apply(&common->setup, *rig)))
        return status;
    error->status = status;
    snprintf(error->text, sizeof error->text, "%s", bl_strerror(status));
    return status;
}

bl_status render_rigs_first(render_rig *common, double rate_hz, size_t channels, bl_error *error)
{
    bl_status status = create(common, rate_hz, channels, &common->first, error);
    if (!status)
        status = bl_rig_work(common->first, error);
    if (!status)
        bl_rig_process(common->first, NULL, NULL, 0);
    return status;
}

/* With the first one's files; what is ready then sounds from the first frame on. */
static bl_status open_rig(const render_rig *common, double rate_hz, size_t channels, bl_rig **rig, bl_error *error)
{
    bl_status status = create(common, rate_hz, channels, rig, error);
    if (!status)
        status = bl_rig_share_files(*rig, common->first, error);
    if (!status)
        status = bl_rig_work(*rig, error);
    if (!status)
        status = bl_rig_setup_apply_knobs(&common->setup, *rig, error);
    if (!status)
        bl_rig_process(*rig, NULL, NULL, 0);
    return status;
}

int render_rigs_open(render_rigs *r, const render_rig *common, const render_job *job, size_t channels)
{
    const size_t inputs = render_rigs_inputs(channels);
    *r = (render_rigs){ .inputs = inputs, .outputs = outputs(common, channels) };
    r->list = calloc(channels / inputs, sizeof *r->list);
    if (!r->list)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < channels / inputs; i++, r->count++) {
        bl_error error = { 0 };
        if (open_rig(common, job->rate_hz, channels, &r->list[i], &error)) {
            bl_rig_free(r->list[i]);
            return fail("%s: %s", job->in_path, error.text);
        }
    }
    r->latency = bl_rig_latency(r->list[0]);
    return DONE;
}

void render_rigs_close(render_rigs *r)
{
    for (size_t i = 0; i < r->count; i++)
        bl_rig_free(r->list[i]);
    free(r->list);
    *r = (render_rigs){ 0 };
}

void render_rigs_process(const render_rigs *r, const rows *sound, size_t frame, size_t frames)
{
    for (size_t i = 0; i < r->count; i++) {
        float *in[RIG_CHANNELS], *out[RIG_CHANNELS];
        rows_point(sound, i * r->inputs, r->inputs, frame, in);
        rows_point(sound, i * r->outputs, r->outputs, frame, out);
        bl_rig_process(r->list[i], out, (const float *const *)in, frames);
    }
}

size_t render_rigs_before(const render_rigs *r, const rows *network, size_t at, const rows *gate, const rows *sound,
                          size_t frames)
{
    size_t network_frames = 0;
    for (size_t i = 0; i < r->count; i++) {
        float *in[RIG_CHANNELS], *to[RIG_CHANNELS], *gains[RIG_CHANNELS];
        rows_point(sound, i * r->inputs, r->inputs, 0, in);
        rows_point(network, i * r->inputs, r->inputs, at, to);
        rows_point(gate, i * r->inputs, r->inputs, 0, gains);
        network_frames = bl_rig_before(r->list[i], to, gains, (const float *const *)in, frames);
    }
    return network_frames;
}

void render_rigs_behind(const render_rigs *r, const rows *sound, const rows *network, size_t at,
                        size_t network_frames, const rows *gate, size_t frames)
{
    for (size_t i = 0; i < r->count; i++) {
        float *out[RIG_CHANNELS], *from[RIG_CHANNELS], *gains[RIG_CHANNELS];
        rows_point(sound, i * r->outputs, r->outputs, 0, out);
        rows_point(network, i * r->inputs, r->inputs, at, from);
        rows_point(gate, i * r->inputs, r->inputs, 0, gains);
        bl_rig_behind(r->list[i], out, from, (const float *const *)gains, network_frames, frames);
    }
}
