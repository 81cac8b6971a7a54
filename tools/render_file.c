#include "render_file.h"

#include "commands.h"
#include "messages.h"
#include "render_record.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <sys/file.h>

enum { PIECE = 4096 }; /* frames that are read or written at a time */

static const double rate_tolerance_hz = 0.5; /* some programs round the rate that they write */

/* ---- opening ---- */

static int check_rate(const render_file *f)
{
    const double wanted = bl_plan_sample_rate(f->settings->network.plan);
    if (isnan(wanted) || fabs(wanted - f->in.rate_hz) <= rate_tolerance_hz)
        return DONE;
    return fail("%s: this recording has %.10g Hz, but %s was made for %.10g Hz, and --raw does not resample; leave "
                "--raw out.",
                f->job->in_path, f->in.rate_hz, f->settings->model_name, wanted);
}

static int check_channels(const render_file *f)
{
    const size_t wanted = bl_plan_in_channels(f->settings->network.plan);
    if (wanted == 1 || wanted == f->in.channels)
        return DONE;
    return fail("%s: this recording has %zu channel%s, but %s takes %zu at once; give it a file with %zu channels.",
                f->job->in_path, f->in.channels, f->in.channels == 1 ? "" : "s", f->settings->model_name, wanted,
                wanted);
}

static int check_stereo(const render_file *f)
{
    if (!f->settings->rig->stereo || f->in.channels <= 2)
        return DONE;
    return fail("%s: this recording has %zu channels; --stereo takes one or two.", f->job->in_path, f->in.channels);
}

/* Voices that share a stream stay with one player. */
static int make_players(render_file *f, size_t most)
{
    const voices_network network = render_job_network(f->settings, f->channels);
    const size_t all = voices_needed(network.plan, f->channels), unit = network.times > 1 ? network.lanes : 1,
                 units = (all + unit - 1) / unit, count = most < units ? most : units;
    f->players = calloc(count + 1, sizeof *f->players);
    if (!f->players)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < count; i++) {
        render_player *p = &f->players[i];
        const size_t end = units * (i + 1) / count * unit;
        render_player_init(p, f->settings);
        p->channels = f->channels;
        p->first_voice = units * i / count * unit;
        p->voice_count = (end < all ? end : all) - p->first_voice;
    }
    f->player_count = count;
    return DONE;
}

static int open_rig(render_file *f, size_t *out_channels)
{
    const render_rig *rig = f->settings->rig;
    int code = check_stereo(f);
    if (code)
        return code;
    if (!render_ends_init(&f->ends, f->settings, f->channels, f->again))
        return fail("There is not enough memory.");
    f->ends.before.recording = f->ends.behind.recording = f;
    code = render_rigs_open(&f->ends.rigs, rig, f->job, f->channels);
    *out_channels = f->ends.rigs.count * f->ends.rigs.outputs;
    f->left = f->ends.rigs.latency + (uint64_t)llround(rig->tail_seconds * f->in.rate_hz);
    return code;
}

static int open_network(render_file *f, size_t *out_channels)
{
    const bl_plan *plan = f->settings->network.plan;
    int code = check_rate(f);
    if (!code)
        code = check_channels(f);
    if (!code && !rows_alloc(&f->past, f->channels, f->again < SIZE_MAX ? f->again : 0))
        code = fail("There is not enough memory.");
    *out_channels = voices_needed(plan, f->channels) * bl_plan_out_channels(plan);
    return code;
}

/* A lock on the temporary file, which ends with the process however that ends, tells render_sweep() of others that
 * somebody is at it. Where a file system knows no locks, they leave it alone. */
static int open_out(render_file *f, size_t channels)
{
    render_job *job = f->job;
    int code = audio_out_check_length(job->out_path, job->format, job->bits, channels, job->frames);
    if (!code && *job->key)
        code = render_record_begin(job->out_path, job->key);
    f->recorded = *job->key && !code;
    if (!code)
        code = audio_out_open(&f->out, job->out_path, job->format, job->bits, f->in.rate_hz, channels, PIECE,
                              job->replace);
    if (!code)
        flock(f->out.file.fd, LOCK_EX | LOCK_NB);
    return code;
}

static void seal(work *w)
{
    render_file *f = (render_file *)((char *)w - offsetof(render_file, sealing));
    f->seal = render_record_seal(f->job->out_path);
}

int render_file_open(render_file *f, const render_settings *settings, render_job *job, const render_cut *cut)
{
    size_t out_channels = 0, latency = 0;
    *f = (render_file){ .sealing = { .work.run = seal, .kind = TASK_SEAL, .recording = f },
                        .settings = settings,
                        .job = job,
                        .again = cut->again,
                        .out.file.fd = -1 };
    int code = audio_in_open(&f->in, job->in_path);
    if (code)
        return code;
    f->channels = render_job_channels(settings, f->in.channels);
    code = settings->rig ? open_rig(f, &out_channels) : open_network(f, &out_channels);
    if (!code && settings->network.plan && f->again == SIZE_MAX)
        code = make_players(f, cut->players);
    if (!code && !(f->interleaved = malloc(PIECE * f->in.channels * sizeof *f->interleaved)))
        code = fail("There is not enough memory.");
    if (code)
        return code;
    latency = settings->rig ? f->ends.rigs.latency : bl_plan_latency(settings->network.plan);
    render_tail_init(&f->tail, settings->model, latency, out_channels);
    return open_out(f, out_channels);
}

/* ---- reading ---- */

/* Returns the frames; fewer than asked for only at the end, or for an error. */
static size_t read_rows(render_file *f, const rows *to, size_t frame, size_t frames)
{
    size_t done = 0, got = 0, wanted = 0;
    while (done < frames && got == wanted) { /* after a short one another read could forget the error */
        wanted = frames - done < PIECE ? frames - done : PIECE;
        got = audio_in_read(&f->in, f->interleaved, wanted);
        rows_deinterleave(to, frame + done, f->interleaved, f->in.channels, got);
        done += got;
    }
    f->heard += done;
    f->ended |= done < frames;
    return done;
}

/* For a rig: the recording, and behind it the silence in which it is still heard. */
static int fill_sound(render_file *f, render_segment *s, size_t frames)
{
    const render_rigs *rigs = &f->ends.rigs;
    const size_t outputs = rigs->count * rigs->outputs, channels = outputs > f->channels ? outputs : f->channels;
    if (!rows_alloc(&s->sound, channels, frames))
        return fail("There is not enough memory.");
    const bool ended = f->ended;
    const rows in = { s->sound.samples, f->channels, frames };
    s->stage = SEGMENT_READ;
    s->frames = ended ? 0 : read_rows(f, &in, 0, frames);
    if (f->ended) {
        const size_t room = frames - s->frames, silence = f->left < room ? (size_t)f->left : room;
        rows_clear(&in, s->frames, silence);
        s->frames += silence;
        f->left -= silence;
        f->all_read = !f->left;
    }
    return f->ended && !ended ? audio_in_check(&f->in) : DONE;
}

/* For the network alone. */
static int fill_network(render_file *f, render_segment *s, size_t frames)
{
    const bl_plan *plan = f->settings->network.plan;
    bool room = rows_alloc(&s->in, f->channels, f->past_frames + frames);
    if (!room)
        return fail("There is not enough memory.");
    s->begin = f->heard - f->past_frames;
    s->anew = f->again < SIZE_MAX || !f->segments_read;
    s->again = f->past_frames;
    s->stage = SEGMENT_READY;
    rows_copy(&s->in, 0, &f->past, 0, s->again);
    s->heard = s->again + read_rows(f, &s->in, s->again, frames);
    if (f->again < SIZE_MAX)
        render_past_keep(&f->past, &f->past_frames, f->again, s);
    if (f->ended) {
        const uint64_t silence = render_tail_behind(f->settings->model, bl_plan_latency(plan), f->heard);
        s->ends = f->all_read = true;
        room = render_segment_add_silence(s, (size_t)silence);
    }
    if (!room || !render_segment_make_out(s, voices_needed(plan, f->channels) * bl_plan_out_channels(plan)))
        return fail("There is not enough memory.");
    return f->ended ? audio_in_check(&f->in) : DONE;
}

static void append_segment(render_file *f, render_segment *s)
{
    s->unplayed = f->player_count ? f->player_count : 1;
    if (f->first)
        f->last->next = s;
    else
        f->first = s;
    f->last = s;
    f->segments_read++;
}

/* Whether nothing comes of a segment. */
static bool is_empty(const render_segment *s)
{
    return !s->frames && s->heard - s->again + s->behind == 0;
}

int render_file_read(render_file *f, size_t network_frames)
{
    render_segment *s = render_segment_new();
    const double frames = ceil((double)network_frames / render_job_ratio(f->settings, f->in.rate_hz));
    if (!s)
        return fail("There is not enough memory.");
    int code = f->settings->rig ? fill_sound(f, s, (size_t)frames) : fill_network(f, s, (size_t)frames);
    if (!code && !is_empty(s))
        append_segment(f, s);
    else
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

render_segment *render_file_waiting(const render_file *f, render_stage stage)
{
    render_segment *s = f->first;
    while (s && s->stage > stage)
        s = s->next;
    return s && s->stage == stage ? s : NULL;
}

static int write_segment(render_file *f, const render_segment *s)
{
    int code = s->sound.samples ? render_tail_put(&f->tail, &s->sound, 0, s->frames, s->frames)
                                : render_tail_put(&f->tail, &s->out, s->again, s->heard - s->again + s->behind,
                                                  s->heard - s->again);
    size_t n;
    const float *ready;
    while (!code && (ready = render_tail_ready(&f->tail, PIECE, &n), n > 0)) {
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
    while (!code && f->first && f->first->stage == SEGMENT_DONE) {
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
    f->committed = !code;
    if (!code)
        warn_clipped(f);
    return code;
}

int render_file_record(render_file *f)
{
    f->recorded = false;
    return render_record_finish(f->job->out_path, f->job->key, &f->seal);
}

void render_file_close(render_file *f)
{
    audio_out_discard(&f->out);
    if (f->recorded)
        render_record_drop(f->job->out_path);
    render_tail_free(&f->tail);
    while (f->first)
        drop_first(f);
    for (size_t i = 0; i < f->player_count; i++)
        render_player_free(&f->players[i]);
    free(f->players);
    render_rigs_close(&f->ends.rigs);
    render_ends_free(&f->ends);
    rows_free(&f->past);
    free(f->interleaved);
    audio_in_close(&f->in);
}
