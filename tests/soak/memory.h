/* Counts what the whole process allocates, shared libraries included, which the linker's --wrap does not see. */
#ifndef BL_TESTS_SOAK_MEMORY_H
#define BL_TESTS_SOAK_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/** What is allocated now. */
typedef struct soak_memory {
    long blocks, bytes;
} soak_memory;

/** False where it cannot be done: without glibc, and under sanitizers, which have an allocator of their own. */
bool soak_memory_is_counted(void);
soak_memory soak_memory_now(void);

/** From here on allocations and frees of this thread are mistakes; how many there were until the end. */
void soak_audio_begin(void);
unsigned soak_audio_end(void);

#endif
