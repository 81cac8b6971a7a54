/* Where recordings go: the second of two names, or a folder for all of them. */
#ifndef TOOLS_RENDER_NAMES_H
#define TOOLS_RENDER_NAMES_H

#include "render_job.h"

/* A job for every recording, in_path and out_path filled in. out is the name of the only one's output.
 * Returns NULL after a message. */
render_job *render_names_one(const char *in, const char *out);

/* Each recording keeps its name, and its ending if that is one which can be written, else it becomes .wav. */
render_job *render_names_in_folder(const char *folder, const char *const *in, size_t count);

void render_names_free(render_job *jobs, size_t count);

/* DONE if no two outputs have the same name, else FAILED after a message. */
int render_names_check(const render_job *jobs, size_t count);

/* Makes the folder if there is none; then *made is true. Returns DONE or, after a message, FAILED. */
int render_names_make_folder(const char *folder, bool *made);

#endif
