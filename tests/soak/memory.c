#include "memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif

#if defined(__GLIBC__) && !defined(SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <malloc.h>

static atomic_long blocks, bytes;
static _Thread_local bool on_audio;
static _Thread_local unsigned mistakes;

/* glibc's own names for its functions; ours stand before them in every library. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *memory);

static void *count(void *memory, long sign)
{
    mistakes += on_audio;
    if (memory) {
        atomic_fetch_add_explicit(&blocks, sign, memory_order_relaxed);
        atomic_fetch_add_explicit(&bytes, sign * (long)malloc_usable_size(memory), memory_order_relaxed);
    }
    return memory;
}

void *malloc(size_t size)
{
    return count(__libc_malloc(size), 1);
}

void *calloc(size_t number, size_t size)
{
    return count(__libc_calloc(number, size), 1);
}

void *realloc(void *memory, size_t size)
{
    const long before = memory ? (long)malloc_usable_size(memory) : 0;
    const bool was = memory != NULL;
    void *moved = __libc_realloc(memory, size);
    mistakes += on_audio;
    if (!moved && size)
        return NULL; /* the old one is still there */
    atomic_fetch_add_explicit(&blocks, (moved != NULL) - was, memory_order_relaxed);
    atomic_fetch_add_explicit(&bytes, (moved ? (long)malloc_usable_size(moved) : 0) - before, memory_order_relaxed);
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return count(__libc_memalign(alignment, size), 1);
}

int posix_memalign(void **memory, size_t alignment, size_t size);
int posix_memalign(void **memory, size_t alignment, size_t size)
{
    *memory = count(__libc_memalign(alignment, size), 1);
    return *memory ? 0 : ENOMEM;
}

void free(void *memory)
{
    __libc_free(count(memory, -1));
}

bool soak_memory_is_counted(void)
{
    return true;
}

soak_memory soak_memory_now(void)
{
    return (soak_memory){ atomic_load(&blocks), atomic_load(&bytes) };
}

void soak_audio_begin(void)
{
    mistakes = 0;
    on_audio = true;
}

unsigned soak_audio_end(void)
{
    on_audio = false;
    return mistakes;
}

#else

bool soak_memory_is_counted(void)
{
    return false;
}

soak_memory soak_memory_now(void)
{
    return (soak_memory){ 0, 0 };
}

void soak_audio_begin(void)
{
}

unsigned soak_audio_end(void)
{
    return 0;
}

#endif
