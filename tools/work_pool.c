#include "work_pool.h"

#include "commands.h"
#include "messages.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void put(work_queue *q, work *w)
{
    w->next = NULL;
    if (q->first)
        q->last->next = w;
    else
        q->first = w;
    q->last = w;
}

static work *take(work_queue *q)
{
    work *w = q->first;
    if (w)
        q->first = w->next;
    return w;
}

static void *serve(void *user)
{
    work_pool *pool = user;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        work *w = take(&pool->waiting);
        if (w) {
            pthread_mutex_unlock(&pool->mutex);
            w->run(w);
            pthread_mutex_lock(&pool->mutex);
            put(&pool->finished, w);
            pthread_cond_signal(&pool->done);
        } else if (pool->closing) {
            break;
        } else {
            pthread_cond_wait(&pool->arrived, &pool->mutex);
        }
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* As many threads as the system gives; the error if it gives none. */
static int start(work_pool *pool, size_t threads)
{
    sigset_t all, before;
    int error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->count < threads && !error) {
        error = pthread_create(&pool->threads[pool->count], NULL, serve, pool);
        pool->count += !error;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return pool->count ? 0 : error;
}

int work_pool_open(work_pool *pool, size_t threads)
{
    *pool = (work_pool){ .threads = calloc(threads, sizeof *pool->threads) };
    if (!pool->threads)
        return fail("There is not enough memory.");
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->arrived, NULL);
    pthread_cond_init(&pool->done, &monotonic);
    pthread_condattr_destroy(&monotonic);
    const int error = start(pool, threads);
    if (!error)
        return DONE;
    work_pool_close(pool);
    return fail("No thread could be started (%s).", strerror(error));
}

void work_pool_submit(work_pool *pool, work *w)
{
    pthread_mutex_lock(&pool->mutex);
    put(&pool->waiting, w);
    pthread_cond_signal(&pool->arrived);
    pthread_mutex_unlock(&pool->mutex);
}

work *work_pool_collect(work_pool *pool, double seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const double nanos = (double)until.tv_nsec + 1e9 * seconds;
    until.tv_sec += (time_t)(nanos / 1e9);
    until.tv_nsec = (long)fmod(nanos, 1e9);
    pthread_mutex_lock(&pool->mutex);
    int error = 0;
    while (!pool->finished.first && !error)
        error = pthread_cond_timedwait(&pool->done, &pool->mutex, &until);
    work *w = take(&pool->finished);
    pthread_mutex_unlock(&pool->mutex);
    return w;
}

void work_pool_close(work_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->closing = true;
    pthread_cond_broadcast(&pool->arrived);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->arrived);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->threads);
}
