/* Threads that do pieces of work in the order in which they were handed in. One thread, the owner, hands them in
 * and collects them again; it alone calls these functions. */
#ifndef TOOLS_WORK_POOL_H
#define TOOLS_WORK_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* To be the first member of whatever the work needs. */
typedef struct work {
    struct work *next; /* the pool's own */
    void (*run)(struct work *work);
} work;

typedef struct work_queue {
    work *first, *last;
} work_queue;

typedef struct work_pool {
    pthread_t *threads;
    size_t count;
    pthread_mutex_t mutex;
    pthread_cond_t arrived, done;
    work_queue waiting, finished;
    bool closing;
} work_pool;

/* Starts up to `threads` threads. Signals do not interrupt them. Returns DONE or, after a message, FAILED; then
 * there is nothing to close. */
int work_pool_open(work_pool *pool, size_t threads);

void work_pool_submit(work_pool *pool, work *work);

/* The work that was finished first, or NULL if none is within that time. */
work *work_pool_collect(work_pool *pool, double seconds);

/* Ends the threads; what was submitted is done before. */
void work_pool_close(work_pool *pool);

#endif
