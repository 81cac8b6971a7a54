#include "stream_sound.h"

#include "commands.h"
#include "messages.h"
#include "render_setup.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double rate_tolerance_hz = 0.5; /* as in render_file.c */

static int no_memory(void)
{
    return fail("There is not enough memory.");
}

/* ---- a rig ---- */

static int open_rig(stream_sound *s, const stream_words *words, bl_load_options load, bl_cpu cpu, double rate_hz)
{
    const render_job job = { .in_path = "The input", .rate_hz = rate_hz, .channels = s->in_channels };
    s->settings.rig = &s->rig;
    s->channels = render_job_channels(&s->settings, s->in_channels);
    s->rig.options = (bl_rig_options){ .cpu = cpu, .load = load };
    if (s->rig.stereo && s->in_channels > 2)
        return fail("The input has %zu channels; --stereo takes one or two.", s->in_channels);
    int code = render_setup_read(&words->sound, &s->rig.setup);
    if (!code)
        code = render_setup_load(&words->sound, &s->rig, &s->settings, rate_hz, s->channels);
    if (!code)
        code = render_rigs_open(&s->rigs, &s->rig, &job, s->channels);
    s->settings.out_gain_db = (double)s->rig.setup.values[BL_RIG_OUTPUT_GAIN];
    s->out_channels = s->rigs.count * s->rigs.outputs;
    s->latency = s->rigs.latency;
    return code;
}

/* ---- the network alone ---- */

/* An input with a channel for the audio and one for every knob brings the knobs with it, sample by sample, unless they
 * were set on the command line. */
static int load_model(stream_sound *s, const stream_words *words, bl_load_options load)
{
    bl_model_info info;
    int code = model_load(s->model_path, &load, &s->model);
    const size_t knobs = code ? 0 : bl_model_param_count(s->model);
    if (!knobs || words->sound.params)
        return code;
    bl_model_get_info(s->model, &info);
    if (s->in_channels != info.in_channels + knobs)
        return code;
    load.params_as_inputs = true;
    bl_model_free(s->model);
    s->model = NULL;
    fprintf(stderr, "The last %s of the %zu channels turn%s of the model; with --param all are audio.\n",
            knobs == 1 ? "one" : "ones", s->in_channels, knobs == 1 ? "s the knob" : " the knobs");
    return model_load(s->model_path, &load, &s->model);
}

static int check_network(const stream_sound *s, double rate_hz)
{
    const double wanted_hz = bl_plan_sample_rate(s->plan);
    const size_t wanted = bl_plan_in_channels(s->plan);
    const char *name = text_file_name(s->model_path);
    if (!isnan(wanted_hz) && fabs(wanted_hz - rate_hz) > rate_tolerance_hz)
        return fail(
            "The input has %.10g Hz, but %s was made for %.10g Hz, and --raw does not resample; leave --raw "
            "out.",
            rate_hz, name, wanted_hz);
    if (wanted != 1 && wanted != s->in_channels)
        return fail("The input has %zu channel%s, but %s takes %zu at once.", s->in_channels,
                    s->in_channels == 1 ? "" : "s", name, wanted);
    return DONE;
}

static int open_voices(stream_sound *s)
{
    const knob_settings *knobs = &s->settings.knobs;
    s->settings.network = (voices_network){ s->plan, 1, BL_MAX_LANES };
    const voices_network network = render_job_network(&s->settings, s->channels);
    const size_t count = voices_needed(s->plan, s->channels);
    s->out_channels = count * bl_plan_out_channels(s->plan);
    if (!voices_create(&s->voices, &network, 0, count) || !rows_alloc(&s->out, s->out_channels, s->settings.block))
        return no_memory();
    for (size_t i = 0; i < knobs->count; i++)
        voices_set_param(&s->voices, knobs->list[i].index, knobs->list[i].value);
    voices_begin(&s->voices, 0);
    return DONE;
}

static int open_network(stream_sound *s, const stream_words *words, bl_load_options load, bl_cpu cpu,
                        double rate_hz)
{
    char *const *models = words->sound.models;
    bl_error error = { 0 };
    s->channels = s->in_channels;
    s->model_path = models ? strdup(models[0]) : bundled_path(BUNDLED_MODEL);
    int code = s->model_path ? load_model(s, words, load) : FAILED;
    if (!code)
        code = knobs_read(&s->settings.knobs, words->sound.params, s->model);
    if (!code && bl_plan_create(s->model, cpu, &s->plan, &error))
        code = fail_engine(&error);
    if (!code)
        code = check_network(s, rate_hz);
    if (!code)
        code = open_voices(s);
    s->latency = code ? 0 : bl_plan_latency(s->plan);
    return code;
}

/* ---- both ---- */

int stream_sound_open(stream_sound *s, const stream_words *words, bl_load_options load, bl_cpu cpu, double rate_hz,
                      size_t channels)
{
    s->rate_hz = rate_hz;
    s->in_channels = channels;
    int code =
        words->sound.raw ? open_network(s, words, load, cpu, rate_hz) : open_rig(s, words, load, cpu, rate_hz);
    const size_t most = s->out_channels > s->channels ? s->out_channels : s->channels;
    render_tail_init(&s->tail, s->model, s->latency, s->out_channels);
    if (!code && !rows_alloc(&s->sound, most, s->settings.block))
        code = no_memory();
    return code;
}

void stream_sound_close(stream_sound *s)
{
    render_tail_free(&s->tail);
    rows_free(&s->sound);
    rows_free(&s->out);
    voices_free(&s->voices);
    render_rigs_close(&s->rigs);
    bl_rig_free(s->rig.first);
    bl_rig_setup_free(&s->rig.setup);
    bl_plan_free(s->plan);
    knobs_free(&s->settings.knobs);
    bl_model_free(s->model);
    free(s->model_path);
}

int stream_sound_play(stream_sound *s, const float *samples, size_t frames)
{
    const rows in = { s->sound.samples, s->channels, s->sound.frames };
    if (samples)
        rows_deinterleave(&in, 0, samples, s->in_channels, frames);
    else
        rows_clear(&in, 0, frames);
    s->heard += samples ? frames : 0;
    if (s->plan)
        voices_process(&s->voices, &s->out, &in, 0, frames);
    else
        render_rigs_process(&s->rigs, &s->sound, 0, frames);
    return render_tail_put(&s->tail, s->plan ? &s->out : &s->sound, 0, frames, samples ? frames : 0);
}

uint64_t stream_sound_end(stream_sound *s, double tail_seconds)
{
    if (!s->plan)
        return s->latency + (uint64_t)llround(tail_seconds * s->rate_hz);
    voices_end_input(&s->voices);
    return render_tail_behind(s->model, s->latency, s->heard);
}
