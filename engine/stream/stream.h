/* A stream's memory. One piece holds the struct and everything that it points to. */
#ifndef BL_STREAM_STREAM_H
#define BL_STREAM_STREAM_H

#include "plan/plan.h"

#include <backline/stream.h>

struct bl_stream {
    const bl_plan *plan;
    size_t *position; /* of each ring: where the next frame goes; ring 0 stands for scratch memory */
    bl_rows *rows;    /* the sources of the operation that is running */
    float *memory;    /* all buffers */
};


/** Lets the network hear `frames` zeros and drops what it says. */
BL_REALTIME void bl_stream_run_silence(bl_stream *s, size_t frames);

#endif
