/* A row of a manifest as a call of `backline render`. */
#ifndef TOOLS_MANIFEST_ROW_H
#define TOOLS_MANIFEST_ROW_H

#include "manifest.h"
#include "options.h"
#include "render_call.h"

typedef struct manifest_job {
    render_words words;
    render_options options;
    command_line line;
    render_call call; /* with one job */
} manifest_job;

/* Reads the row's options, over those of the command line that hold for all rows, as far as that is possible without
 * looking at files. Returns DONE or, after a complaint without the line, FAILED or WRONG_USAGE. manifest_job_close() in any
 * case; the job must stay where it is. */
int manifest_job_open(manifest_job *job, const manifest *m, const manifest_row *row, const render_words *common);
void manifest_job_close(manifest_job *job);

#endif
