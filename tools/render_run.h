/* Renders recordings on several threads. */
#ifndef TOOLS_RENDER_RUN_H
#define TOOLS_RENDER_RUN_H

#include "render_job.h"

/* One that fails does not keep the others from being rendered; jobs that have failed before or are finished are left out.
 * Ends early when stop_requested(). *seconds becomes the length of the recordings that were rendered. Returns DONE, or
 * FAILED if there is a job without an output; a message has said why. */
int render_run_all(const render_settings *settings, render_job *jobs, size_t job_count, double *seconds);

#endif
