/* Frames between what was played and a file. A network or a rig is late by its latency, and a network may make the
 * recording shorter or longer: what is written is what the network gives when it is run over the file as a whole. */
#ifndef TOOLS_RENDER_TAIL_H
#define TOOLS_RENDER_TAIL_H

#include "rows.h"

#include <backline/model.h>
#include <stdint.h>

typedef struct render_tail {
    const bl_model *model; /* NULL: all frames are written */
    size_t channels, late; /* frames that are still to be dropped */
    uint64_t heard;        /* frames of the recording */
    uint64_t end;          /* frames of the whole output, if the recording ended here: never fewer later on */
    uint64_t written;      /* frames */
    float *held;           /* interleaved: came out of the network, and may be beyond the end of the file */
    size_t first_held, held_frames, capacity;
} render_tail;

/* latency in frames; the model must outlive it. Nothing is allocated yet. */
void render_tail_init(render_tail *t, const bl_model *model, size_t latency, size_t channels);
void render_tail_free(render_tail *t);

/* Takes n frames from `first` on, and notes that `heard` more frames of the recording had been heard before. Returns
 * DONE, or FAILED after a message. */
int render_tail_put(render_tail *t, const rows *sound, size_t first, size_t n, size_t heard);

/* The next frames to write, at most `most`: where they begin, and how many. Until render_tail_take() they stay. */
const float *render_tail_ready(const render_tail *t, size_t most, size_t *n);
void render_tail_take(render_tail *t, size_t n);

/* Frames that come out of a network behind a recording of `frames` frames before all of its output is there. */
uint64_t render_tail_behind(const bl_model *model, size_t latency, uint64_t frames);

#endif
