/* A file that appears under its name only when it is complete. Until then it is a temporary file in the
 * same folder, so that a failed or interrupted run leaves nothing, and an old file stays as it was. */
#ifndef TOOLS_OUTPUT_FILE_H
#define TOOLS_OUTPUT_FILE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct output_file {
    char *path, *temporary;
    int fd;    /* open for reading and writing */
    int error; /* errno of the first failed write, else 0 */
    bool force;
} output_file;

/* Creates the temporary file. An existing path is an error unless force is given. Returns DONE or,
 * after a message, FAILED; then there is nothing to discard. */
int output_file_open(output_file *f, const char *path, bool force);

/* Writes all bytes or notes the error; returns the number written. */
size_t output_file_write(output_file *f, const void *bytes, size_t size);

/* Closes it and gives it its name. If that fails, or an earlier write did: a message, FAILED, no file. */
int output_file_commit(output_file *f);

/* Removes it; nothing to do after output_file_commit(). */
void output_file_discard(output_file *f);

#endif
