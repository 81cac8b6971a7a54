/* Finding and loading model files. */
#ifndef TOOLS_MODEL_FILE_H
#define TOOLS_MODEL_FILE_H

#include <backline/model.h>

/* The model to use: the given path or, if it is NULL, the one that comes with the program, searched in the
 * folder BACKLINE_ASSETS of the environment or else where the program was installed or built. NULL after
 * a message. The caller frees the result. */
char *model_path(const char *given);

/* Loads it. Returns DONE or, after a message, FAILED. */
int model_load(const char *path, const char *description, bl_model **model);

#endif
