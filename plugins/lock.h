/* A mutual exclusion lock, for threads that may wait: never the audio thread's. */
#ifndef BACKLINE_PLUGINS_LOCK_H
#define BACKLINE_PLUGINS_LOCK_H

#include <pthread.h>
#include <stdbool.h>

typedef pthread_mutex_t bl_lock;

static inline bool bl_lock_init(bl_lock *lock)
{
    return !pthread_mutex_init(lock, NULL);
}

static inline void bl_lock_free(bl_lock *lock)
{
    pthread_mutex_destroy(lock);
}

static inline void bl_lock_take(bl_lock *lock)
{
    pthread_mutex_lock(lock);
}

static inline void bl_lock_give(bl_lock *lock)
{
    pthread_mutex_unlock(lock);
}

#endif
