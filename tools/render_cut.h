/* How recordings are shared out among threads. */
#ifndef TOOLS_RENDER_CUT_H
#define TOOLS_RENDER_CUT_H

#include "render_job.h"

/* In frames of the network. */
typedef struct render_cut {
    size_t again;   /* frames that a segment hears again; SIZE_MAX: each has to follow the one before */
    size_t frames;  /* new frames of a segment */
    size_t players; /* most of one recording, where each segment follows the one before */
    size_t threads; /* that have something to do */
} render_cut;

render_cut render_cut_choose(const render_settings *settings, const render_job *jobs, size_t job_count);

/* Frames of the network for all recordings but those that are left out; UINT64_MAX if that is not known. */
uint64_t render_cut_all_frames(const render_settings *settings, const render_job *jobs, size_t count);

#endif
