/* A process that renders one row, and what the parent knows of it. */
#ifndef TOOLS_MANIFEST_WORKER_H
#define TOOLS_MANIFEST_WORKER_H

#include "manifest_hear.h"
#include "manifest_row.h"

#include <sys/types.h>

typedef enum worker_outcome { WORKER_FAILED, WORKER_RENDERED, WORKER_FINISHED_BEFORE } worker_outcome;

/* In memory that both see. */
typedef struct worker_shared {
    atomic_ullong millionths; /* of the work that are done */
    worker_outcome outcome;   /* once it has ended */
    double seconds;           /* of sound that it has rendered */
} worker_shared;

typedef struct manifest_worker {
    const manifest_row *row; /* NULL: it has nothing to do */
    pid_t pid;
    int alive; /* a pipe that ends when the process does, however that ends */
    hearing hearing;
    worker_shared *shared;
} manifest_worker;

/* Returns DONE or, after a message, FAILED. worker_close() in any case. */
int worker_open(manifest_worker *w);
void worker_close(manifest_worker *w);

/* Starts a process. Returns DONE or, after a message, FAILED. The caller has no threads. */
int worker_start(manifest_worker *w, const manifest *m, const manifest_row *row, const render_words *common,
                 size_t threads);

/* Waits for its end, and tells what it said, with the line: a failure always in one sentence at least. The outcome is in
 * `shared`, and `row` stays for the caller to clear. quiet: all were asked to end, so that nothing need be told. */
void worker_end(manifest_worker *w, const manifest *m, bool quiet);

#endif
