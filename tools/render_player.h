/* Networks, and the segment that they are playing. */
#ifndef TOOLS_RENDER_PLAYER_H
#define TOOLS_RENDER_PLAYER_H

#include "render_job.h"
#include "render_task.h"

/* All but voices is the owner's to fill in. */
typedef struct render_player {
    render_task task; /* render_player_init() makes it ready */
    const render_settings *settings;
    size_t channels;                 /* of the recording that are heard */
    size_t first_voice, voice_count; /* the voices of them that this player has */
    uint64_t played;                 /* segments so far */
    voices voices;                   /* made when they are needed, by the thread that plays */
} render_player;

void render_player_init(render_player *p, const render_settings *settings);
void render_player_free(render_player *p);

#endif
