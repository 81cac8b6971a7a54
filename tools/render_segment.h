/* A recording goes through the network in segments. Segments that begin anew can be played at the same time: each
 * hears again what came before it, as far as the network looks back. */
#ifndef TOOLS_RENDER_SEGMENT_H
#define TOOLS_RENDER_SEGMENT_H

#include "rows.h"

#include <stdint.h>

typedef enum render_stage {
    SEGMENT_READ,   /* waits for what stands before the network in a rig */
    SEGMENT_READY,  /* for the network */
    SEGMENT_PLAYED, /* waits for what stands behind the network */
    SEGMENT_DONE    /* can be written */
} render_stage;

typedef struct render_segment {
    struct render_segment *next; /* of the same recording */
    render_stage stage;
    size_t unplayed; /* players that have to play it: each has some of the channels */

    /* the network's frames */
    uint64_t begin; /* number of its first frame */
    bool anew;      /* whoever plays it goes to that frame first */
    bool ends;      /* the recording ends with it */
    size_t again;   /* frames that were heard before: what comes of them is not wanted */
    size_t heard;   /* frames, with those */
    size_t behind;  /* zeros behind them, for what is still in the network then */
    rows in, out;   /* out.samples may be in.samples */

    /* with a rig: the recording's frames */
    size_t frames;
    rows sound; /* first what goes in, then what comes out */
    rows gate;
} render_segment;

/* NULL without memory. */
render_segment *render_segment_new(void);
void render_segment_free(render_segment *s);

/* Room for what comes out of the network, once `in` has room for all that goes in; that is the same room where the
 * channels are as many. False without memory. */
bool render_segment_make_out(render_segment *s, size_t channels);

/* Zeros behind what is heard. False without memory. */
bool render_segment_add_silence(render_segment *s, size_t frames);

#endif
