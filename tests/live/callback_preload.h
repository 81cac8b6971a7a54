/* For the two parts of the library that watches audio callbacks; callback_preload.c says what it does. */
#ifndef TESTS_LIVE_CALLBACK_PRELOAD_H
#define TESTS_LIVE_CALLBACK_PRELOAD_H

#include <stdbool.h>

/* Inside a callback: counts what must not be done there, and keeps who did it. Elsewhere: nothing. */
void callback_did(const char *what);

/* Inside a callback: a system call of this number. */
void callback_called_system(long number);

/* From here on system calls of this thread are caught, or no more. Real-time safe but for a thread's first time. */
void callback_trap(bool on);

/* Whether the kernel offers that; known after a thread's first callback_trap(). */
bool callback_trap_works(void);

#endif
