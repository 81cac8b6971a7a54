#define _GNU_SOURCE
#include "scarce.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN
#elif __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define UNDER_ANOTHER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN
#elif defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define UNDER_ANOTHER
#endif

static atomic_long live;
static atomic_size_t asked;
static size_t failing;
static scarcity lasting;
static atomic_bool counting, everywhere, hit;
static const void *asker;
static const void *spared; /* who allocates jansson's buffer */
static size_t watched;     /* who asks for so many bytes is `spared` from then on */
static _Thread_local bool mine;
void (*scarce_told)(void);

/* Whether an address belongs to the library whose file's name begins so. */
static bool is_in(const void *address, const char *library)
{
    Dl_info found;
    if (!dladdr(address, &found) || !found.dli_fname)
        return false;
    const char *slash = strrchr(found.dli_fname, '/');
    return !strncmp(slash ? slash + 1 : found.dli_fname, library, strlen(library));
}

#ifndef UNDER_ANOTHER

/* Its list of 20 chunks. */
static bool crashes_libsndfile(const void *from, size_t size)
{
    return size == 1920 && is_in(from, "libsndfile.");
}

/* Libraries find only what is visible, and this project hides what does not say otherwise. */
#define SEEN __attribute__((visibility("default")))

/* The functions behind ours. */
#ifdef UNDER_ASAN
#define BEHIND(name) __interceptor_##name
void *__interceptor_memalign(size_t alignment, size_t size);
#else
#define BEHIND(name) __libc_##name
void *__libc_memalign(size_t alignment, size_t size);
#endif
void *BEHIND(malloc)(size_t size);
void *BEHIND(calloc)(size_t count, size_t size);
void *BEHIND(realloc)(void *memory, size_t size);
void BEHIND(free)(void *memory);

static bool fails(const void *from, size_t size)
{
    if (watched && size == watched)
        spared = from;
    if (from == spared || crashes_libsndfile(from, size) ||
        !atomic_load_explicit(&counting, memory_order_relaxed) ||
        !(mine || atomic_load_explicit(&everywhere, memory_order_relaxed)))
        return false;
    const size_t n = atomic_fetch_add(&asked, 1) + 1;
    if (n != failing && !(lasting && failing && n > failing))
        return false;
    if (!atomic_load(&hit)) {
        asker = from;
        atomic_store(&hit, true);
        if (scarce_told)
            scarce_told();
    }
    errno = ENOMEM;
    return true;
}

static void *count(void *memory)
{
    if (memory)
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return memory;
}

SEEN void *malloc(size_t size)
{
    return fails(__builtin_return_address(0), size) ? NULL : count(BEHIND(malloc)(size));
}

SEEN void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0), n * size) ? NULL : count(BEHIND(calloc)(n, size));
}

SEEN void *realloc(void *memory, size_t size)
{
    if (fails(__builtin_return_address(0), size))
        return NULL;
    void *moved = BEHIND(realloc)(memory, size);
    if (!memory)
        return count(moved);
    if (!moved && !size)
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    return moved;
}

void *memalign(size_t alignment, size_t size);
SEEN void *memalign(size_t alignment, size_t size)
{
    return fails(__builtin_return_address(0), size) ? NULL : count(BEHIND(memalign)(alignment, size));
}

SEEN void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(__builtin_return_address(0), size) ? NULL : count(BEHIND(memalign)(alignment, size));
}

SEEN int posix_memalign(void **memory, size_t alignment, size_t size)
{
    *memory = fails(__builtin_return_address(0), size) ? NULL : count(BEHIND(memalign)(alignment, size));
    return *memory ? 0 : ENOMEM;
}

SEEN void free(void *memory)
{
    if (memory)
        atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    BEHIND(free)(memory);
}

bool scarce_works(void)
{
    return true;
}

#else

bool scarce_works(void)
{
    return false;
}

#endif

bool scarce_counts(void)
{
#if defined(UNDER_ASAN) || defined(UNDER_ANOTHER)
    return false;
#else
    return true;
#endif
}

/* Lets jansson, if it is there, read a word for which its buffer, and nothing else, grows to 4096 bytes. */
static void learn_jansson(void)
{
    typedef struct json_t json_t;
    json_t *(*read)(const char *text, size_t flags, void *error);
    void (*drop)(json_t * value);
    static char text[3000] = "[\"";
    *(void **)&read = dlsym(RTLD_DEFAULT, "json_loads");
    *(void **)&drop = dlsym(RTLD_DEFAULT, "json_delete");
    if (spared || !read || !drop)
        return;
    memset(text + 2, 'x', sizeof text - 5);
    memcpy(text + sizeof text - 3, "\"]", 3);
    watched = 4096;
    json_t *value = read(text, 0, NULL);
    watched = 0;
    if (value)
        drop(value);
}

static void begin(size_t n, scarcity how)
{
    learn_jansson();
    failing = n;
    lasting = how;
    atomic_store(&asked, 0);
    atomic_store(&hit, false);
    atomic_store(&counting, true);
}

void scarce_begin(size_t n, scarcity how)
{
    mine = true;
    begin(n, how);
}

void scarce_begin_everywhere(size_t n, scarcity how)
{
    atomic_store(&everywhere, true);
    begin(n, how);
}

size_t scarce_end(void)
{
    atomic_store(&counting, false);
    atomic_store(&everywhere, false);
    mine = false;
    return atomic_load(&asked);
}

bool scarce_hit(void)
{
    return atomic_load(&hit);
}

bool scarce_hit_in(const char *library)
{
    return scarce_hit() && is_in(asker, library);
}

const char *scarce_asker(void)
{
    Dl_info found;
    return scarce_hit() && dladdr(asker, &found) && found.dli_fname ? found.dli_fname : "";
}

long scarce_live(void)
{
    return atomic_load(&live);
}
