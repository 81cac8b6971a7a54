/* Counts what the whole process allocates and frees, shared libraries included, which the linker's --wrap does not
 * see. Compiled with ALLOCATIONS_OF_OURS, only what the program's own code allocates and frees. */
#ifndef BL_TESTS_PLUGINS_ALLOCATIONS_H
#define BL_TESTS_PLUGINS_ALLOCATIONS_H

#include <stdbool.h>

/** False where it cannot be done: without glibc, and under sanitizers, which have an allocator of their own. */
bool allocations_are_counted(void);

/** Calls of malloc, calloc, realloc, aligned_alloc, posix_memalign and free so far. */
unsigned long allocations_so_far(void);

#endif
