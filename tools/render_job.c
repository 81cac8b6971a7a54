#include "render_job.h"

#include "audio_in.h"
#include "audio_out.h"
#include "commands.h"
#include "messages.h"
#include "progress.h"
#include "render_tail.h"
#include "stop.h"
#include "text.h"
#include "voices.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double rate_tolerance_hz = 0.5; /* some programs round the rate that they write */

/* Everything open at once while a file is rendered. */
typedef struct render_state {
    audio_in in;
    audio_out out;
    voices voices;
    float *in_block, *out_block; /* interleaved */
    render_tail tail;
    progress progress;
} render_state;

static int check_rate(const render_job *job, const audio_in *in, const char *model_name)
{
    double wanted = bl_plan_sample_rate(job->plan);
    if (isnan(wanted) || fabs(wanted - in->rate_hz) <= rate_tolerance_hz)
        return DONE;
    return fail(
        "%s: this recording has %.10g Hz, but %s was made for %.10g Hz; convert it first, for example with: "
        "sox %s -r %.10g converted.wav",
        job->in_path, in->rate_hz, model_name, wanted, text_file_name(job->in_path), wanted);
}

static int check_channels(const render_job *job, const audio_in *in, const char *model_name)
{
    size_t wanted = bl_plan_in_channels(job->plan);
    if (wanted == 1 || wanted == in->channels)
        return DONE;
    return fail("%s: this recording has %zu channel%s, but %s takes %zu at once; give it a file with %zu channels.",
                job->in_path, in->channels, in->channels == 1 ? "" : "s", model_name, wanted, wanted);
}

static int open_all(const render_job *job, render_state *s, const char *model_name)
{
    int code = audio_in_open(&s->in, job->in_path);
    if (!code)
        code = check_rate(job, &s->in, model_name);
    if (!code)
        code = check_channels(job, &s->in, model_name);
    if (!code)
        code = voices_create(&s->voices, job->plan, s->in.channels, job->block);
    if (code)
        return code;
    s->in_block = malloc(job->block * s->in.channels * sizeof(float));
    s->out_block = malloc(job->block * s->voices.out_channels * sizeof(float));
    if (!s->in_block || !s->out_block)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < job->knobs.count; i++)
        voices_set_param(&s->voices, job->knobs.list[i].index, job->knobs.list[i].value);
    render_tail_init(&s->tail, job->model, bl_plan_latency(job->plan), s->voices.out_channels);
    stop_catch();
    return audio_out_open(&s->out, job->out_path, job->format, job->bits, s->in.rate_hz, s->voices.out_channels,
                          job->block, job->force);
}

/* One block of in_block through the network; heard says how many of its frames are of the recording. */
static int play_block(const render_job *job, render_state *s, size_t frames, size_t heard)
{
    voices_process(&s->voices, s->out_block, s->in_block, frames, job->in_gain, job->out_gain);
    int code = render_tail_put(&s->tail, s->out_block, frames, heard);
    size_t n;
    const float *ready;
    while (!code && (ready = render_tail_ready(&s->tail, job->block, &n), n > 0)) {
        code = audio_out_write(&s->out, ready, n);
        render_tail_take(&s->tail, n);
    }
    progress_show(&s->progress, s->tail.heard);
    return code;
}

/* What is still inside the network when the recording has ended. */
static int play_tail(const render_job *job, render_state *s)
{
    int code = DONE;
    uint64_t missing;
    voices_end_input(&s->voices);
    memset(s->in_block, 0, job->block * s->in.channels * sizeof *s->in_block);
    while (!code && !stop_requested() && (missing = render_tail_missing(&s->tail)) > 0)
        code = play_block(job, s, missing < job->block ? (size_t)missing : job->block, 0);
    return code;
}

static int play(const render_job *job, render_state *s)
{
    size_t n;
    int code = DONE;
    while (!code && !stop_requested() && (n = audio_in_read(&s->in, s->in_block, job->block)) > 0)
        code = play_block(job, s, n, n);
    if (!code && !stop_requested())
        code = audio_in_check(&s->in);
    if (!code)
        code = play_tail(job, s);
    if (!code && stop_requested())
        code = fail("Interrupted; nothing was left behind.");
    return code;
}

static void warn_clipped(const render_job *job, const audio_out *out)
{
    if (!out->clipped)
        return;
    /* rounded down to a tenth of a decibel, so that the peak is below full scale */
    double gain_db = floor((job->out_gain_db - 20 * log10(out->peak)) * 10) / 10;
    warn("%s: %s sample%s clipped at full scale; --output-gain %.1f would avoid that.", job->out_path,
         text_count(out->clipped).s, out->clipped == 1 ? " was" : "s were", gain_db);
}

static void report(const render_job *job, const render_state *s, double seconds)
{
    double duration = (double)s->out.frames / s->in.rate_hz;
    fprintf(stderr, "%s: %.1f s of sound in %.2f s, %s times real time\n", text_file_name(job->out_path), duration,
            seconds, text_significant(duration / seconds).s);
}

int render_job_run(const render_job *job, const char *model_name)
{
    render_state s = { .out.file.fd = -1 };
    int code = open_all(job, &s, model_name);
    if (!code) {
        progress_begin(&s.progress, s.in.frames > 0 ? (uint64_t)s.in.frames : 0, s.in.rate_hz);
        bool talk = s.progress.visible || job->verbose;
        code = play(job, &s);
        double seconds = clock_seconds() - s.progress.begin;
        progress_end(&s.progress);
        if (!code)
            code = audio_out_commit(&s.out);
        if (!code)
            warn_clipped(job, &s.out);
        if (!code && talk)
            report(job, &s, seconds);
    }
    audio_out_discard(&s.out);
    render_tail_free(&s.tail);
    free(s.in_block);
    free(s.out_block);
    voices_free(&s.voices);
    audio_in_close(&s.in);
    return code;
}
