#include "manifest_run.h"

#include "audio_in.h"
#include "commands.h"
#include "manifest_check.h"
#include "manifest_shard.h"
#include "manifest_worker.h"
#include "messages.h"
#include "options.h"
#include "progress.h"
#include "render_sweep.h"
#include "stop.h"
#include "text.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { MOST_WORKERS = 256, POLL_MILLISECONDS = 100 /* for the progress bar and for Ctrl-C */ };

static const double clock_hz = 48000; /* frames of recordings of all rates are counted as so many a second */

/* A row of this shard. */
typedef struct job {
    const manifest_row *row;
    double seconds; /* of the recording; 0 if that is not known */
    bool failed;
} job;

typedef struct run {
    manifest manifest;
    const render_words *words;
    manifest_shard shard;
    size_t most_workers, threads; /* as the words say */
    job *jobs;
    size_t job_count, next_job;
    manifest_worker *workers;
    job **at; /* what each worker is at */
    size_t worker_count, working;
    size_t threads_each;
    size_t rendered, finished, failed;
    double seconds, played; /* of sound: rendered, and for the progress bar also begun or failed */
    progress progress;
} run;

/* ---- before the work ---- */

static int read_words(run *r)
{
    const render_words *words = r->words;
    render_call call;
    render_call_init(&call, words);
    int code = render_call_read(&call);
    if (!code)
        code = rig_options_read(&words->rig, &call.rig.setup);
    r->threads = call.settings.threads;
    render_call_free(&call);
    long most = (long)r->threads;
    if (!code && !option_whole("--jobs", words->jobs, 1, MOST_WORKERS, &most))
        code = WRONG_USAGE;
    if (!code && !manifest_shard_parse(words->shard, &r->shard))
        code = fail_usage("--shard wants two whole numbers, such as 2/8 for the second of eight parts, not \"%s\".",
                          words->shard);
    r->most_workers = (size_t)most;
    return code;
}

static int choose_jobs(run *r)
{
    r->jobs = calloc(r->manifest.count, sizeof *r->jobs);
    if (!r->jobs)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < r->manifest.count; i++)
        if (manifest_shard_has(&r->shard, i))
            r->jobs[r->job_count++].row = &r->manifest.rows[i];
    return DONE;
}

static void job_failed(run *r, job *j)
{
    j->failed = true;
    r->failed++;
}

/* How long it is; what cannot be read has failed. */
static void look_at(run *r, job *j, hearing *h)
{
    char sentence[1024];
    said_kind kind;
    audio_in in;
    hearing_begin(h);
    const int code = audio_in_open(&in, j->row->input);
    hearing_end(h);
    if (code) {
        if (hearing_next(h, sentence, sizeof sentence, &kind))
            fail("%s, line %zu: %s", r->manifest.path, j->row->line, sentence);
        job_failed(r, j);
        return;
    }
    if (in.frames > 0 && in.frames < SF_COUNT_MAX)
        j->seconds = (double)in.frames / in.rate_hz;
    audio_in_close(&in);
}

static int look_at_recordings(run *r)
{
    hearing h;
    int code = hearing_open(&h);
    for (size_t i = 0; i < r->job_count && !code && !stop_requested(); i++)
        look_at(r, &r->jobs[i], &h);
    hearing_close(&h);
    return code;
}

static void sweep(const run *r)
{
    const char **paths = calloc(r->job_count + 1, sizeof *paths);
    for (size_t i = 0; paths && i < r->job_count; i++)
        paths[i] = r->jobs[i].row->output;
    if (paths)
        render_sweep(paths, r->job_count);
    free(paths);
}

static int open_workers(run *r)
{
    const size_t left = r->job_count - r->failed, most = left < r->most_workers ? left : r->most_workers;
    r->workers = calloc(most + 1, sizeof *r->workers);
    r->at = calloc(most + 1, sizeof *r->at);
    if (!r->workers || !r->at)
        return fail("There is not enough memory.");
    r->threads_each = most ? (r->threads + most - 1) / most : 1;
    int code = DONE;
    for (; r->worker_count < most && !code; r->worker_count++)
        code = worker_open(&r->workers[r->worker_count]);
    return code;
}

/* ---- the work ---- */

static void begin_progress(run *r)
{
    double seconds = 0;
    for (size_t i = 0; i < r->job_count; i++)
        seconds += r->jobs[i].failed ? 0 : r->jobs[i].seconds;
    progress_begin(&r->progress, (uint64_t)(seconds * clock_hz), clock_hz);
}

static void show_progress(run *r)
{
    double seconds = r->played;
    for (size_t i = 0; i < r->worker_count; i++)
        if (r->at[i])
            seconds += 1e-6 * (double)atomic_load(&r->workers[i].shared->millionths) * r->at[i]->seconds;
    progress_show(&r->progress, (uint64_t)(seconds * clock_hz));
}

/* False if nothing is left to be begun. */
static bool begin_next(run *r, size_t w)
{
    while (r->next_job < r->job_count && r->jobs[r->next_job].failed)
        r->next_job++;
    if (r->next_job == r->job_count || stop_requested())
        return false;
    job *j = &r->jobs[r->next_job++];
    if (worker_start(&r->workers[w], &r->manifest, j->row, r->words, r->threads_each)) {
        job_failed(r, j);
    } else {
        r->at[w] = j;
        r->working++;
    }
    return true;
}

/* As many as there are workers; false if all is done. */
static bool begin_all(run *r)
{
    for (size_t w = 0; w < r->worker_count; w++)
        while (!r->at[w] && begin_next(r, w))
            ;
    return r->working > 0;
}

static void take_back(run *r, size_t w)
{
    manifest_worker *worker = &r->workers[w];
    job *j = r->at[w];
    worker_end(worker, &r->manifest, stop_requested());
    r->at[w] = NULL;
    r->working--;
    if (worker->shared->outcome == WORKER_FAILED && !stop_requested())
        job_failed(r, j);
    r->rendered += worker->shared->outcome == WORKER_RENDERED;
    if (worker->shared->outcome == WORKER_FINISHED_BEFORE) {
        r->finished++;
        r->progress.total -= (uint64_t)(j->seconds * clock_hz);
    } else {
        r->played += j->seconds;
    }
    if (worker->shared->outcome == WORKER_RENDERED)
        r->seconds += worker->shared->seconds;
}

static void wait_for_some(run *r)
{
    struct pollfd ends[MOST_WORKERS];
    for (size_t w = 0; w < r->worker_count; w++)
        ends[w] = (struct pollfd){ .fd = r->at[w] ? r->workers[w].alive : -1 };
    if (poll(ends, r->worker_count, POLL_MILLISECONDS) <= 0)
        return;
    for (size_t w = 0; w < r->worker_count; w++)
        if (r->at[w] && ends[w].revents)
            take_back(r, w);
}

static void stop_workers(const run *r)
{
    for (size_t w = 0; w < r->worker_count; w++)
        if (r->at[w])
            kill(r->workers[w].pid, SIGTERM);
}

static void work_off(run *r)
{
    bool stopped = false;
    while (begin_all(r)) {
        if (stop_requested() && !stopped)
            stop_workers(r);
        stopped = stop_requested();
        wait_for_some(r);
        show_progress(r);
    }
}

/* ---- all of it ---- */

static void report(const run *r, double seconds)
{
    char shard[64] = "", speed[128] = "";
    if (r->shard.count > 1)
        snprintf(shard, sizeof shard, ", shard %zu/%zu", r->shard.number, r->shard.count);
    if (r->rendered)
        snprintf(speed, sizeof speed, "; %.1f s of sound in %.2f s, %s times real time", r->seconds, seconds,
                 text_significant(r->seconds / seconds).s);
    fprintf(stderr, "%s%s: %zu rendered, %zu skipped, %zu failed%s\n", r->manifest.path, shard, r->rendered,
            r->finished, r->failed, speed);
}

static int render_rows(run *r)
{
    int code = choose_jobs(r);
    stop_catch();
    if (!code)
        code = look_at_recordings(r);
    if (!code)
        sweep(r);
    if (!code)
        code = open_workers(r);
    if (code)
        return code;
    begin_progress(r);
    work_off(r);
    progress_end(&r->progress);
    if (stop_requested())
        return fail("Interrupted; %zu of %zu jobs are done, and the same command goes on with the others.",
                    r->rendered + r->finished, r->job_count);
    report(r, clock_seconds() - r->progress.begin);
    return render_exit_code(r->failed);
}

static void free_run(run *r)
{
    for (size_t w = 0; w < r->worker_count; w++)
        worker_close(&r->workers[w]);
    free(r->workers);
    free(r->at);
    free(r->jobs);
    manifest_free(&r->manifest);
}

int manifest_run(const render_words *words)
{
    run r = { .words = words };
    int code = read_words(&r);
    if (!code)
        code = manifest_read(&r.manifest, words->manifest);
    if (!code)
        code = manifest_check(&r.manifest, words);
    if (!code)
        code = render_rows(&r);
    free_run(&r);
    return code;
}
