#include "allocations.h"

#include <errno.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

static unsigned long calls;

/* Libraries find only what is visible, and this project hides what does not say otherwise. */
#ifdef ALLOCATIONS_OF_OURS
#define SEEN
#else
#define SEEN __attribute__((visibility("default")))
#endif

/* glibc's own names for its functions; ours stand before them in every library. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

SEEN void *malloc(size_t size)
{
    calls++;
    return __libc_malloc(size);
}

SEEN void *calloc(size_t count, size_t size)
{
    calls++;
    return __libc_calloc(count, size);
}

SEEN void *realloc(void *memory, size_t size)
{
    calls++;
    return __libc_realloc(memory, size);
}

SEEN void *aligned_alloc(size_t alignment, size_t size)
{
    calls++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size);
SEEN int posix_memalign(void **memory, size_t alignment, size_t size)
{
    calls++;
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

SEEN void free(void *memory)
{
    calls++;
    __libc_free(memory);
}

bool allocations_are_counted(void)
{
    return true;
}

unsigned long allocations_so_far(void)
{
    return calls;
}

#else

bool allocations_are_counted(void)
{
    return false;
}

unsigned long allocations_so_far(void)
{
    return 0;
}

#endif
