/* One rendering: an audio file through a plan into another audio file. */
#ifndef TOOLS_RENDER_JOB_H
#define TOOLS_RENDER_JOB_H

#include "audio_format.h"
#include "knobs.h"

#include <backline/plan.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct render_job {
    const char *in_path, *out_path;
    const audio_format *format;
    audio_bits bits;
    size_t block;            /* frames */
    float in_gain, out_gain; /* factors */
    double out_gain_db;
    bool force, verbose;
    bl_cpu cpu;
    const bl_model *model;
    bl_plan *plan;
    knob_settings knobs;
} render_job;

/* Renders; model_name is for messages. Returns DONE or, after a message, FAILED; then OUT is as before. */
int render_job_run(const render_job *job, const char *model_name);

#endif
