/* Proof that code is fit for the audio thread: it neither allocates nor locks, and makes no system call; and memory that
 * runs out. For programs linked with --wrap of malloc, calloc, realloc, aligned_alloc, free and pthread_mutex_lock. */
#ifndef BL_TESTS_REALTIME_GUARD_H
#define BL_TESTS_REALTIME_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/** From here on forbidden calls of this thread are counted. */
void bl_guard_begin(void);

/** Until here; how many there were. */
unsigned bl_guard_end(void);

/** From here on so many allocations of this thread succeed, and then none; SIZE_MAX: all. */
void bl_allow_allocations(size_t count);

typedef enum bl_confined {
    BL_CONFINED_DONE,   /**< no system call was made */
    BL_CONFINED_KILLED, /**< one was, and the kernel ended the process */
    BL_CONFINED_SKIPPED /**< this system does not offer seccomp */
} bl_confined;

/** Runs the function in a child process for which the kernel forbids every system call. */
bl_confined bl_run_confined(void (*run)(void *data), void *data);

/** A function that makes a system call: bl_run_confined() must catch it. */
void bl_misbehave(void *data);

#endif
