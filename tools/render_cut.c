#include "render_cut.h"

#include "messages.h"
#include "voices.h"

enum {
    CHAIN = 1 << 16,      /* frames of a segment that follows the one before: it costs nothing */
    LEAST = 1 << 12,      /* of one that begins anew: handing it over must cost little */
    USUAL_MOST = 1 << 18, /* some of them are in memory for every thread */
    MOST = 1 << 22,
    TURNS = 4 /* segments of every thread, so that a slow one does not keep the others waiting for long */
};

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t between(size_t least, size_t n, size_t most)
{
    return smaller(larger(least, n), most);
}

/* Equal segments, as many for every thread. They are several only if hearing the overlap again is no more than a
 * sixteenth of the work; but rather half of it than a thread with nothing to do. */
static size_t segment_frames(size_t overlap, uint64_t all_frames, size_t threads)
{
    const size_t most = between(USUAL_MOST, 32 * overlap, MOST);
    const uint64_t share = all_frames / threads + 1;
    uint64_t turns = between(1, share / larger(LEAST, 16 * overlap), TURNS);
    if (all_frames == UINT64_MAX)
        return most;
    if (share > turns * most)
        turns = (share + most - 1) / most;
    return larger((size_t)(share / turns) + 1, larger(LEAST, 2 * overlap));
}

/* What can be played side by side: voices of all recordings, as far as they could be opened, or whole rigs. */
static size_t count_voices(const render_settings *settings, const render_job *jobs, size_t job_count)
{
    const voices_network *network = &settings->network;
    size_t count = 0;
    for (size_t i = 0; i < job_count; i++)
        if (!render_job_left_out(&jobs[i]) && network->plan)
            count += larger(voices_needed(network->plan, render_job_channels(settings, jobs[i].channels)), 1);
        else if (!render_job_left_out(&jobs[i]))
            count++;
    return count;
}

static render_cut in_one_piece(const render_settings *settings, const render_job *jobs, size_t job_count)
{
    const size_t threads = settings->threads;
    return (render_cut){ .again = SIZE_MAX,
                         .frames = CHAIN,
                         .players = threads > job_count ? threads : 1,
                         .threads = smaller(threads, count_voices(settings, jobs, job_count)) };
}

/* Frames of the network. */
static uint64_t frames_of(const render_settings *settings, const render_job *job)
{
    if (job->frames == UINT64_MAX)
        return UINT64_MAX;
    const double frames = (double)job->frames * render_job_ratio(settings, job->rate_hz);
    return frames < 1e18 ? (uint64_t)frames : UINT64_MAX;
}

uint64_t render_cut_all_frames(const render_settings *settings, const render_job *jobs, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++) {
        if (render_job_left_out(&jobs[i]))
            continue;
        const uint64_t frames = frames_of(settings, &jobs[i]);
        if (frames > UINT64_MAX / 2 - all)
            return UINT64_MAX;
        all += frames;
    }
    return all;
}

render_cut render_cut_choose(const render_settings *settings, const render_job *jobs, size_t job_count)
{
    size_t overlap;
    bl_error error;
    if (settings->threads == 1 || !settings->network.plan)
        return in_one_piece(settings, jobs, job_count);
    if (voices_overlap(&settings->network, &overlap, &error)) {
        const render_cut cut = in_one_piece(settings, jobs, job_count);
        if (settings->threads_asked && cut.threads < settings->threads)
            warn("%s A recording cannot be cut then; each channel gets one thread.", error.text);
        return cut;
    }
    const uint64_t frames = render_cut_all_frames(settings, jobs, job_count);
    if (overlap > MOST / 2)
        return in_one_piece(settings, jobs, job_count);
    render_cut cut = { .again = overlap, .frames = segment_frames(overlap, frames, settings->threads) };
    uint64_t segments = 0;
    for (size_t i = 0; i < job_count && frames < UINT64_MAX; i++)
        segments += render_job_left_out(&jobs[i]) ? 0 : frames_of(settings, &jobs[i]) / cut.frames + 1;
    cut.threads = frames < UINT64_MAX && segments < settings->threads ? (size_t)segments : settings->threads;
    return cut;
}
