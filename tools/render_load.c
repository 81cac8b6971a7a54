#include "render_load.h"

#include "audio_in.h"
#include "commands.h"
#include "messages.h"
#include "render_setup.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Notes what the recordings are; those that cannot be read have failed. FAILED if none is left. */
int render_look(render_call *call)
{
    size_t readable = 0;
    for (size_t i = 0; i < call->job_count; i++) {
        render_job *job = &call->jobs[i];
        audio_in in;
        job->failed = audio_in_open(&in, job->in_path) != DONE;
        if (job->failed)
            continue;
        job->channels = in.channels;
        job->rate_hz = in.rate_hz;
        job->frames = in.frames >= 0 && in.frames < SF_COUNT_MAX ? (uint64_t)in.frames : UINT64_MAX;
        audio_in_close(&in);
        readable++;
    }
    return readable ? DONE : FAILED;
}

int render_choose(render_call *call)
{
    char *const *models = call->words->models;
    if (!call->words->raw)
        return render_setup_read(call->words, &call->rig.setup);
    call->model_path = models ? strdup(models[0]) : bundled_path(BUNDLED_MODEL);
    if (models && !call->model_path)
        return fail("There is not enough memory.");
    return call->model_path ? DONE : FAILED;
}

/* Recordings with a channel for the audio and one for every knob bring the knobs with them, sample by
 * sample, unless they were set on the command line. */
static int take_knobs_from_recordings(render_call *call)
{
    const size_t knobs = bl_model_param_count(call->model);
    const render_job *with = NULL, *without = NULL;
    bl_model_info info;
    if (!knobs || call->words->params)
        return DONE;
    bl_model_get_info(call->model, &info);
    for (size_t i = call->job_count; i-- > 0;)
        if (!call->jobs[i].failed)
            *(call->jobs[i].channels == info.in_channels + knobs ? &with : &without) = &call->jobs[i];
    if (!with)
        return DONE;
    if (without)
        return fail(
            "%s has channels for the knobs of the model, and %s has not; render them one after the other, or "
            "turn the knobs with --param.",
            with->in_path, without->in_path);
    bl_load_options with_inputs = call->load;
    with_inputs.params_as_inputs = true;
    bl_model_free(call->model);
    call->model = NULL;
    fprintf(stderr, "%s: the last %s of its %zu channels turn%s of the model; with --param all are audio.\n",
            with->in_path, knobs == 1 ? "one" : "ones", with->channels, knobs == 1 ? "s the knob" : " the knobs");
    return model_load(call->model_path, &with_inputs, &call->model);
}

static int load_network(render_call *call)
{
    const render_words *words = call->words;
    bl_error error = { 0 };
    int code = model_load(call->model_path, &call->load, &call->model);
    if (!code)
        code = take_knobs_from_recordings(call);
    if (!code)
        code = knobs_read(&call->settings.knobs, words->params, call->model);
    if (!code && bl_plan_create(call->model, call->cpu, &call->plan, &error))
        code = fail_engine(&error);
    call->settings.model = call->model;
    call->settings.model_name = text_file_name(call->model_path);
    call->settings.network = (voices_network){ call->plan, 1, BL_MAX_LANES };
    return code;
}

/* The first recording that can be read says what the rig is for. */
static int load_rig(render_call *call)
{
    const render_job *job = call->jobs;
    double rate_hz = 48000;
    size_t channels = 1;
    while (job < call->jobs + call->job_count && job->failed)
        job++;
    if (call->job_count) {
        rate_hz = job->rate_hz;
        channels = render_job_channels(&call->settings, job->channels);
    }
    call->rig.options = (bl_rig_options){ .cpu = call->cpu, .load = call->load };
    call->settings.rig = &call->rig;
    int code = render_setup_load(call->words, &call->rig, &call->settings, rate_hz, channels);
    call->settings.out_gain_db = (double)call->rig.setup.values[BL_RIG_OUTPUT_GAIN];
    if (!code && call->words->save_rig)
        code = render_setup_save(call->words, &call->rig.setup);
    return code;
}

int render_load(render_call *call)
{
    return call->words->raw ? load_network(call) : load_rig(call);
}
