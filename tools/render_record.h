/* What is known of an output: a small file for each, DIR/.backline-jobs/NAME.job for DIR/NAME. It says which job the output
 * was rendered for, and the output's own size and hash, so that a later run knows what is finished and what was changed
 * or cut off since. No two outputs share a record, and each appears as a whole: any number of processes, on any number
 * of machines, may work in the same folder. */
#ifndef TOOLS_RENDER_RECORD_H
#define TOOLS_RENDER_RECORD_H

#include <sha256.h>

#define RENDER_RECORD_FOLDER ".backline-jobs"

typedef enum render_record {
    RECORD_NONE,    /* whatever is there under the output's name, this program did not put it there in this way */
    RECORD_OTHER,   /* it was rendered for another job: other files, other options */
    RECORD_BEGUN,   /* for this one, but not finished, or changed since */
    RECORD_FINISHED /* the output is there, byte by byte as it was rendered */
} render_record;

/* Reads all of the output where its size is right. Says nothing; any thread. */
render_record render_record_look(const char *out_path, const char *key);

/* What an output is, byte by byte. */
typedef struct render_seal {
    sha256_hex hash; /* "" if it cannot be read */
    unsigned long long size;
} render_seal;

/* Reads all of the output. Any thread. */
render_seal render_record_seal(const char *out_path);

/* Before the output is begun, and when it stands under its name. Return DONE or, after a message, FAILED. */
int render_record_begin(const char *out_path, const char *key);
int render_record_finish(const char *out_path, const char *key, const render_seal *seal);

/* It was begun and will not be finished: removes the record, unless there is an output from before. */
void render_record_drop(const char *out_path);

/* The record's path; NULL without memory. The caller frees it. */
char *render_record_path(const char *out_path);

#endif
