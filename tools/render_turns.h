/* Who does what next: segments go out to the threads and come back. The main thread's own. */
#ifndef TOOLS_RENDER_TURNS_H
#define TOOLS_RENDER_TURNS_H

#include "progress.h"
#include "render_cut.h"
#include "render_file.h"

typedef struct render_run {
    const render_settings *settings;
    render_job *jobs;
    size_t job_count, next_job, rendered;
    render_cut cut;
    work_pool pool;
    render_player *players; /* where segments begin anew: they play any recording's */
    size_t player_count;
    render_file *files; /* those that are open, in order */
    size_t file_count;
    size_t segments;     /* of all files, read and not written */
    size_t file_players; /* of all files */
    size_t playing;      /* players that are at a segment */
    atomic_ullong played;
    progress progress;
    double seconds; /* of sound that were rendered */
    double done_at; /* on the clock: the last segment was read, or played */
} render_run;

/* Gives the threads whatever can be done now. */
void render_hand_out(render_run *r);

/* What a thread has done: its segment waits for the next stage. */
void render_take_back(render_run *r, render_task *task);

/* An output has its name: it is read again, for its record. */
void render_hand_out_sealing(render_run *r, render_file *f);

/* A recording is done. */
void render_count(render_run *r, const render_file *f);

/* It has failed: no segment of it is handed out any more, and who plays one leaves it. */
void render_abandon(render_file *f);

#endif
