/* The main thread reads, hands out, collects and writes: all messages and all of libsndfile are its own. The
 * threads of the pool do nothing but play. */
#include "render_run.h"

#include "commands.h"
#include "messages.h"
#include "render_turns.h"
#include "stop.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Segments in memory for each thread: one is played, one waits for its turn, one waits to be written because the
 * one before it is not done. */
enum { SEGMENTS_PER_THREAD = 3 };

/* Of a recording whose segments follow each other: also one for each end of a rig. */
enum { SEGMENTS_IN_TURN = 5 };

enum { OPEN_FILES = 400 }; /* at most: each takes two of the 1024 descriptors that a process usually has */

static const double poll_seconds = 0.1; /* for the progress bar and for Ctrl-C */

/* ---- files ---- */

static void open_next(render_run *r)
{
    render_job *job = &r->jobs[r->next_job++];
    if (render_job_left_out(job))
        return;
    render_file *f = calloc(1, sizeof *f), **end = &r->files;
    if (!f) {
        job->failed = true;
        fail("There is not enough memory.");
        return;
    }
    if (render_file_open(f, r->settings, job, &r->cut)) {
        job->failed = true;
        render_file_close(f);
        free(f);
        return;
    }
    if (f->player_count)
        f->players[0].task.progress = &r->played;
    if (!r->settings->network.plan)
        f->ends.before.progress = &r->played;
    r->file_players += f->player_count;
    r->file_count++;
    while (*end)
        end = &(*end)->next;
    *end = f;
}

/* Takes it out of the list. */
static void close_file(render_run *r, render_file **place)
{
    render_file *f = *place;
    *place = f->next;
    r->file_count--;
    r->file_players -= f->player_count;
    r->segments -= (size_t)(f->segments_read - f->segments_written);
    render_file_close(f);
    free(f);
}

/* ---- reading ---- */

static bool wants_segment(const render_run *r, const render_file *f)
{
    if (f->all_read || f->job->failed)
        return false;
    if (r->cut.again == SIZE_MAX)
        return f->segments_read - f->segments_written < SEGMENTS_IN_TURN;
    return r->segments < SEGMENTS_PER_THREAD * r->pool.count;
}

static bool wants_file(const render_run *r)
{
    if (r->next_job == r->job_count || r->file_count == OPEN_FILES)
        return false;
    if (r->cut.again == SIZE_MAX)
        return (r->settings->network.plan ? r->file_players : r->file_count) <= r->pool.count; /* one waits */
    return r->segments < SEGMENTS_PER_THREAD * r->pool.count;
}

static void read_segment(render_run *r, render_file *f)
{
    const uint64_t before = f->segments_read;
    if (render_file_read(f, r->cut.frames))
        render_abandon(f);
    r->segments += (size_t)(f->segments_read - before);
    r->done_at = clock_seconds();
}

/* Reads a segment or opens a file, where there is room for it. */
static bool read_more(render_run *r)
{
    for (render_file *f = r->files; f; f = f->next)
        if (wants_segment(r, f)) {
            read_segment(r, f);
            return true;
        }
    if (!wants_file(r))
        return false;
    open_next(r);
    return true;
}

/* ---- writing ---- */

static void write_file(render_run *r, render_file *f)
{
    const uint64_t before = f->segments_written;
    int code = render_file_write(f);
    r->segments -= (size_t)(f->segments_written - before);
    if (!code && f->all_read && !f->first && !f->committed) {
        code = render_file_commit(f);
        if (!code && f->recorded)
            render_hand_out_sealing(r, f);
        else if (!code)
            render_count(r, f);
    }
    if (code)
        render_abandon(f);
}

static void finish_files(render_run *r)
{
    for (render_file **place = &r->files; *place;) {
        render_file *f = *place;
        if (!f->job->failed)
            write_file(r, f);
        if (!f->playing && (f->job->failed || f->committed))
            close_file(r, place);
        else
            place = &f->next;
    }
}

static void show_progress(render_run *r)
{
    const uint64_t played = atomic_load(&r->played);
    progress_show(&r->progress, played);
    if (r->settings->watched && r->progress.total)
        atomic_store(r->settings->watched, (uint64_t)(1e6 * (double)played / (double)r->progress.total));
}

static void work_off(render_run *r)
{
    while ((r->files || r->next_job < r->job_count) && !stop_requested()) {
        while (!stop_requested() && read_more(r))
            render_hand_out(r);
        work *done = r->playing ? work_pool_collect(&r->pool, poll_seconds) : NULL;
        if (done)
            render_take_back(r, (render_task *)done);
        render_hand_out(r);
        finish_files(r);
        show_progress(r);
    }
}

/* Before this run. */
static size_t count_finished(const render_run *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->job_count; i++)
        count += r->jobs[i].finished;
    return count;
}

/* After an interruption: the players end first, then what was begun is removed. */
static int give_up(render_run *r)
{
    for (render_file *f = r->files; f; f = f->next)
        render_abandon(f);
    while (r->playing) {
        work *done = work_pool_collect(&r->pool, poll_seconds);
        if (done)
            render_take_back(r, (render_task *)done);
    }
    while (r->files)
        close_file(r, &r->files);
    const size_t finished = count_finished(r);
    if (!r->rendered && !finished)
        return fail("Interrupted; nothing was left behind.");
    return fail("Interrupted; %zu of %zu recordings are rendered, nothing was left behind of the others.",
                r->rendered + finished, r->job_count);
}

/* ---- all of it ---- */

static int open_run(render_run *r)
{
    r->cut = render_cut_choose(r->settings, r->jobs, r->job_count);
    if (r->cut.again < SIZE_MAX)
        r->player_count = 2 * r->cut.threads; /* one plays, one waits for its turn */
    r->players = calloc(r->player_count + 1, sizeof *r->players);
    if (!r->players)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < r->player_count; i++) {
        render_player_init(&r->players[i], r->settings);
        r->players[i].task.progress = &r->played;
    }
    return work_pool_open(&r->pool, r->cut.threads);
}

static void begin_progress(render_run *r)
{
    const uint64_t frames = render_cut_all_frames(r->settings, r->jobs, r->job_count);
    double rate_hz = r->settings->network_rate_hz;
    for (size_t i = 0; i < r->job_count && isnan(rate_hz); i++)
        if (!render_job_left_out(&r->jobs[i]))
            rate_hz = r->jobs[i].rate_hz;
    progress_begin(&r->progress, frames == UINT64_MAX ? 0 : frames, rate_hz);
}

static void report(const render_run *r, double seconds)
{
    char what[300], finished[64] = "", failed[64] = "";
    const size_t skipped = count_finished(r), left = r->job_count - r->rendered - skipped;
    if (r->job_count == 1)
        snprintf(what, sizeof what, "%s", text_file_name(r->jobs[0].out_path));
    else
        snprintf(what, sizeof what, "%zu recording%s", r->rendered, r->rendered == 1 ? "" : "s");
    if (skipped)
        snprintf(finished, sizeof finished, "; %zu %s finished before", skipped, skipped == 1 ? "was" : "were");
    if (left)
        snprintf(failed, sizeof failed, "; %zu could not be rendered", left);
    fprintf(stderr, "%s: %.1f s of sound in %.2f s, %s times real time%s%s\n", what, r->seconds, seconds,
            text_significant(r->seconds / seconds).s, finished, failed);
}

int render_run_all(const render_settings *settings, render_job *jobs, size_t job_count, double *seconds)
{
    render_run r = { .settings = settings, .jobs = jobs, .job_count = job_count };
    int code = open_run(&r);
    if (!code) {
        begin_progress(&r);
        const bool talk = r.progress.visible || settings->verbose;
        work_off(&r);
        progress_end(&r.progress);
        if (r.files || r.next_job < job_count)
            code = give_up(&r);
        else if (talk && r.rendered)
            report(&r, r.done_at - r.progress.begin);
        work_pool_close(&r.pool);
    }
    for (size_t i = 0; r.players && i < r.player_count; i++)
        render_player_free(&r.players[i]);
    free(r.players);
    *seconds = r.seconds;
    return code || r.rendered + count_finished(&r) < job_count ? FAILED : DONE;
}
