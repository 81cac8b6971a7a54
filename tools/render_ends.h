/* What stands before and behind the network in the rigs of a recording: work for the threads, but of one segment after
 * the other. */
#ifndef TOOLS_RENDER_ENDS_H
#define TOOLS_RENDER_ENDS_H

#include "render_rigs.h"
#include "render_task.h"

typedef struct render_ends {
    render_task before, behind; /* render_ends_init() makes them ready; recording and segment are the owner's */
    const render_settings *settings;
    render_rigs rigs;
    size_t again; /* frames of the network that segments hear again; SIZE_MAX where each follows the other */
    rows past;    /* so many, and how many of them are there */
    size_t past_frames;
    uint64_t network_frames; /* that were heard */
} render_ends;

/* The owner opens and closes the rigs. False without memory. */
bool render_ends_init(render_ends *e, const render_settings *settings, size_t channels, size_t again);
void render_ends_free(render_ends *e);

/* Of a segment that was heard as a whole: the frames that the next one hears again. Also for the network alone. */
void render_past_keep(const rows *past, size_t *past_frames, size_t again, const render_segment *s);

#endif
