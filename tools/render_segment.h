/* A recording goes through the network in segments. Segments that begin anew can be played at the same time: each
 * hears again what came before it, as far as the network looks back. */
#ifndef TOOLS_RENDER_SEGMENT_H
#define TOOLS_RENDER_SEGMENT_H

#include "render_job.h"
#include "voices.h"
#include "work_pool.h"

#include <stdatomic.h>

typedef struct render_segment {
    struct render_segment *next; /* of the same recording */
    uint64_t begin;              /* number of its first frame in the recording */
    bool anew;                   /* whoever plays it goes to that frame first */
    bool ends;                   /* the recording ends with it */
    size_t again;                /* frames that were heard before: what comes of them is not wanted */
    size_t heard;                /* frames of the recording, with those */
    size_t behind;               /* zeros behind them, for what is still in the network then */
    float *in, *out;             /* interleaved: `heard` frames, and as many less `again` plus `behind` */
    size_t unplayed;             /* players that have to play it: each has some of the channels */
} render_segment;

/* NULL without memory. in has room for the given frames, out comes later. */
render_segment *render_segment_new(size_t frames, size_t channels);
void render_segment_free(render_segment *s);

static inline size_t render_segment_out_frames(const render_segment *s)
{
    return s->heard - s->again + s->behind;
}

/* Streams, and the segment that they are playing. All but voices and no_memory is the owner's to fill in. */
typedef struct render_player {
    work work; /* render_player_init() makes it ready */
    const render_settings *settings;
    size_t in_channels;              /* of the recording */
    size_t first_voice, voice_count; /* the streams of it that this player has */
    render_segment *segment;         /* NULL while there is nothing to do */
    void *recording;                 /* whose segment it is */
    const atomic_bool *stop;         /* when true, what becomes of the segment does not matter any more */
    atomic_ullong *progress;         /* counts frames of recordings that were played; NULL: does not */
    uint64_t played;                 /* segments so far */
    voices voices;                   /* made when they are needed, by the thread that plays */
    bool no_memory;                  /* for them: the segment was not played */
} render_player;

void render_player_init(render_player *p, const render_settings *settings);
void render_player_free(render_player *p);

#endif
