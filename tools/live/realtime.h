/* What the system allows a program that must be in time. */
#ifndef TOOLS_LIVE_REALTIME_H
#define TOOLS_LIVE_REALTIME_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

/* Keeps all memory of the program out of the swap. False: it may not, and hint says why and what helps. */
bool realtime_lock_memory(char *hint, size_t size);

/* Gives the audio thread real-time priority, unless it has it already, from JACK's server for instance. The same. */
bool realtime_raise(pthread_t audio, char *hint, size_t size);

/* Zeroed memory of which every page is there: what the audio thread writes comes from here, because the first touch of a page
 * is a call of the system. NULL: there is none; free() releases it. */
void *realtime_memory(size_t count, size_t size);

#endif
