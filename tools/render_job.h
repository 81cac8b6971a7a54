/* What `backline render` is asked to do. */
#ifndef TOOLS_RENDER_JOB_H
#define TOOLS_RENDER_JOB_H

#include "audio_format.h"
#include "knobs.h"

#include <backline/plan.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How all recordings are rendered. */
typedef struct render_settings {
    const bl_model *model;
    const char *model_name; /* for messages */
    bl_plan *plan;
    knob_settings knobs;
    size_t block;            /* frames */
    float in_gain, out_gain; /* factors */
    double out_gain_db;
    size_t threads;
    bool threads_asked; /* on the command line */
    bool force, verbose;
} render_settings;

/* One recording and where it goes. */
typedef struct render_job {
    const char *in_path;
    char *out_path;
    const audio_format *format;
    audio_bits bits;
    size_t channels; /* of the recording; 0 until it was looked at */
    double rate_hz;
    uint64_t frames; /* as its header says; UINT64_MAX if it does not */
    bool failed;     /* and a message has said why */
} render_job;

#endif
