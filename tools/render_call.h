/* One call of `backline render`: a rig, and the recordings that go through it. */
#ifndef TOOLS_RENDER_CALL_H
#define TOOLS_RENDER_CALL_H

#include "render_job.h"
#include "render_words.h"

/* All that it holds. Begins with render_call_init(). */
typedef struct render_call {
    const render_words *words;
    bl_load_options load;
    bl_cpu cpu;
    char *model_path; /* of the network alone */
    bl_model *model;
    bl_plan *plan;
    render_rig rig;
    render_settings settings;
    render_job *jobs;
    size_t job_count;
    bool records;     /* are kept of the outputs, and what is finished is left out */
    bool replace_own; /* outputs that were rendered for another job are replaced */
    bool begun;       /* what has failed are single jobs, and not all of it */
    double seconds;   /* of sound that were rendered */
} render_call;

/* The words must outlive the call. */
void render_call_init(render_call *call, const render_words *words);
void render_call_free(render_call *call);

/* Reads the words, as far as that is possible without looking at files. Returns DONE or, after a complaint,
 * WRONG_USAGE. */
int render_call_read(render_call *call);

/* The formats of all outputs, once the jobs have names. Returns DONE or, after a complaint, WRONG_USAGE. */
int render_call_formats(render_call *call);

/* Renders the jobs, or only writes a rig file if there are none. Catches signals from when on something is written
 * (stop.h). Returns DONE or, after messages, FAILED or WRONG_USAGE; the jobs that have failed are marked. */
int render_call_run(render_call *call);

/* The exit code where there are several jobs: DONE, or 10 and the number of those that have failed, of which no more than
 * 100 are counted. */
int render_exit_code(size_t failed);

#endif
