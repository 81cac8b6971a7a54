#include "render_file.h"

#include "commands.h"
#include "messages.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_FRAMES = 4096 }; /* at a time */

static const double rate_tolerance_hz = 0.5; /* some programs round the rate that they write */

static int check_rate(const render_file *f)
{
    const double wanted = bl_plan_sample_rate(f->settings->plan);
    if (isnan(wanted) || fabs(wanted - f->in.rate_hz) <= rate_tolerance_hz)
        return DONE;
    return fail(
        "%s: this recording has %.10g Hz, but %s was made for %.10g Hz; convert it first, for example with: "
        "sox %s -r %.10g converted.wav",
        f->job->in_path, f->in.rate_hz, f->settings->model_name, wanted, text_file_name(f->job->in_path), wanted);
}

static int check_channels(const render_file *f)
{
    const size_t wanted = bl_plan_in_channels(f->settings->plan);
    if (wanted == 1 || wanted == f->in.channels)
        return DONE;
    return fail("%s: this recording has %zu channel%s, but %s takes %zu at once; give it a file with %zu channels.",
                f->job->in_path, f->in.channels, f->in.channels == 1 ? "" : "s", f->settings->model_name, wanted,
                wanted);
}

static int make_players(render_file *f, size_t most)
{
    const size_t streams = voices_needed(f->settings->plan, f->in.channels),
                 count = most < streams ? most : streams;
    f->players = calloc(count, sizeof *f->players);
    if (!f->players)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < count; i++) {
        render_player *p = &f->players[i];
        render_player_init(p, f->settings);
        p->in_channels = f->in.channels;
        p->first_voice = streams * i / count;
        p->voice_count = streams * (i + 1) / count - p->first_voice;
    }
    f->player_count = count;
    return DONE;
}

int render_file_open(render_file *f, const render_settings *settings, render_job *job, size_t again,
                     size_t most_players)
{
    *f = (render_file){ .settings = settings, .job = job, .again = again, .out.file.fd = -1 };
    int code = audio_in_open(&f->in, job->in_path);
    if (!code)
        code = check_rate(f);
    if (!code)
        code = check_channels(f);
    if (code)
        return code;
    const size_t out_channels =
        voices_needed(settings->plan, f->in.channels) * bl_plan_out_channels(settings->plan);
    if (again == SIZE_MAX)
        code = make_players(f, most_players);
    else if (!(f->past = malloc((again * f->in.channels + 1) * sizeof *f->past)))
        code = fail("There is not enough memory.");
    if (code)
        return code;
    render_tail_init(&f->tail, settings->model, bl_plan_latency(settings->plan), out_channels);
    return audio_out_open(&f->out, job->out_path, job->format, job->bits, f->in.rate_hz, out_channels, WRITE_FRAMES,
                          settings->force);
}

/* ---- reading ---- */

/* The last frames that were heard, of those in the segment. */
static void keep_past(render_file *f, const render_segment *s)
{
    const size_t channels = f->in.channels;
    f->past_frames = s->heard < f->again ? s->heard : f->again;
    memcpy(f->past, s->in + (s->heard - f->past_frames) * channels, f->past_frames * channels * sizeof *f->past);
}

static int fill_segment(render_file *f, render_segment *s, size_t frames)
{
    const size_t channels = f->in.channels;
    s->begin = f->heard - f->past_frames;
    s->anew = f->again < SIZE_MAX || !f->segments_read;
    s->again = f->past_frames;
    if (s->again)
        memcpy(s->in, f->past, s->again * channels * sizeof *s->in);
    const size_t got = audio_in_read(&f->in, s->in + s->again * channels, frames);
    s->heard = s->again + got;
    f->heard += got;
    if (f->again < SIZE_MAX)
        keep_past(f, s);
    if (got == frames) /* fewer come only at the end, or for an error */
        return DONE;
    s->ends = f->all_read = true;
    s->behind = (size_t)render_tail_behind(f->settings->model, bl_plan_latency(f->settings->plan), f->heard);
    return audio_in_check(&f->in);
}

/* Room for what comes of the segment, and its place behind the others. */
static int append_segment(render_file *f, render_segment *s)
{
    s->out = malloc(render_segment_out_frames(s) * f->out.channels * sizeof *s->out);
    if (!s->out)
        return fail("There is not enough memory.");
    s->unplayed = f->player_count ? f->player_count : 1;
    if (f->first)
        f->last->next = s;
    else
        f->first = s;
    f->last = s;
    f->segments_read++;
    return DONE;
}

int render_file_read(render_file *f, size_t frames)
{
    render_segment *s = render_segment_new(f->past_frames + frames, f->in.channels);
    if (!s)
        return fail("There is not enough memory.");
    int code = fill_segment(f, s, frames);
    const bool empty = !render_segment_out_frames(s);
    if (!code && !empty)
        code = append_segment(f, s);
    if (code || empty)
        render_segment_free(s);
    return code;
}

/* ---- writing ---- */

render_segment *render_file_segment(const render_file *f, uint64_t number)
{
    render_segment *s = f->first;
    for (uint64_t i = f->segments_written; s && i < number; i++)
        s = s->next;
    return s;
}

static int write_segment(render_file *f, const render_segment *s)
{
    int code = render_tail_put(&f->tail, s->out, render_segment_out_frames(s), s->heard - s->again);
    size_t n;
    const float *ready;
    while (!code && (ready = render_tail_ready(&f->tail, WRITE_FRAMES, &n), n > 0)) {
        code = audio_out_write(&f->out, ready, n);
        render_tail_take(&f->tail, n);
    }
    return code;
}

static void drop_first(render_file *f)
{
    render_segment *s = f->first;
    f->first = s->next;
    f->segments_written++;
    render_segment_free(s);
}

int render_file_write(render_file *f)
{
    int code = DONE;
    while (!code && f->first && !f->first->unplayed) {
        code = write_segment(f, f->first);
        drop_first(f);
    }
    return code;
}

static void warn_clipped(const render_file *f)
{
    const audio_out *out = &f->out;
    if (!out->clipped)
        return;
    /* rounded down to a tenth of a decibel, so that the peak is below full scale */
    double gain_db = floor((f->settings->out_gain_db - 20 * log10(out->peak)) * 10) / 10;
    warn("%s: %s sample%s clipped at full scale; --output-gain %.1f would avoid that.", f->job->out_path,
         text_count(out->clipped).s, out->clipped == 1 ? " was" : "s were", gain_db);
}

int render_file_commit(render_file *f)
{
    int code = audio_out_commit(&f->out);
    if (!code)
        warn_clipped(f);
    return code;
}

void render_file_close(render_file *f)
{
    audio_out_discard(&f->out);
    render_tail_free(&f->tail);
    while (f->first)
        drop_first(f);
    for (size_t i = 0; i < f->player_count; i++)
        render_player_free(&f->players[i]);
    free(f->players);
    free(f->past);
    audio_in_close(&f->in);
}
