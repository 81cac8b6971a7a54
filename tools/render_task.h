/* A piece of work for the threads: a segment, and what is to be done to it. */
#ifndef TOOLS_RENDER_TASK_H
#define TOOLS_RENDER_TASK_H

#include "render_segment.h"
#include "work_pool.h"

#include <stdatomic.h>

typedef enum render_task_kind {
    TASK_BEFORE, /* what stands before the network in a rig, or all of a rig */
    TASK_NETWORK,
    TASK_BEHIND,
    TASK_SEAL /* reads the output again, for its record */
} render_task_kind;

struct render_file;

typedef struct render_task {
    work work;
    render_task_kind kind;
    struct render_file *recording;
    render_segment *segment; /* NULL while there is nothing to do */
    atomic_ullong *progress; /* counts frames of recordings that were played; NULL: does not */
    bool no_memory;          /* it could not be done */
} render_task;

#endif
