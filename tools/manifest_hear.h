/* Listening to what is said on stderr, so that it can be told with the line of the manifest that it is about. */
#ifndef TOOLS_MANIFEST_HEAR_H
#define TOOLS_MANIFEST_HEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct hearing {
    FILE *said;
    int stderr_fd; /* the real one, while listening; else -1 */
    bool reading;
} hearing;

/* Returns DONE or, after a message, FAILED. hearing_close() in any case. */
int hearing_open(hearing *h);
void hearing_close(hearing *h);

/* Forgets what was said before. */
void hearing_clear(hearing *h);

/* Clears, and listens: from here until hearing_end(), or for ever in a child process, nothing is shown. */
void hearing_begin(hearing *h);
void hearing_end(hearing *h);

/* The next of the sentences that were said, without the command in front: true until there is none left. The first call
 * after hearing_begin() gives the first. */
typedef enum said_kind {
    SAID_FAILURE,
    SAID_NOTE,
    SAID_ELSE /* by somebody else, such as a library */
} said_kind;
bool hearing_next(hearing *h, char *sentence, size_t size, said_kind *kind);

#endif
