/* Who allocates: malloc() and its kin of the whole process, counted where the library calls them itself. */
#define _GNU_SOURCE
#include "ui_host.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

static struct {
    const char *name;
    uintptr_t from, to; /* of its code */
} library;

static int look(struct dl_phdr_info *info, size_t size, void *data)
{
    if (!strstr(info->dlpi_name, library.name))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            library.from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            library.to = library.from + info->dlpi_phdr[i].p_memsz;
        }
    return 1;
}

void count_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    library.name = slash ? slash + 1 : path;
    dl_iterate_phdr(look, NULL);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

long count_allocations(void)
{
    return -1; /* they are the sanitizer's */
}

#else

static atomic_long count;

long count_allocations(void)
{
    return atomic_load(&count);
}

static void counted(const void *caller)
{
    if ((uintptr_t)caller >= library.from && (uintptr_t)caller < library.to)
        atomic_fetch_add(&count, 1);
}

/* glibc's own, under other names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
#define EXPORTED __attribute__((visibility("default")))

EXPORTED void *malloc(size_t size)
{
    counted(__builtin_return_address(0));
    return __libc_malloc(size);
}

EXPORTED void *calloc(size_t number, size_t size)
{
    counted(__builtin_return_address(0));
    return __libc_calloc(number, size);
}

EXPORTED void *realloc(void *old, size_t size)
{
    counted(__builtin_return_address(0));
    return __libc_realloc(old, size);
}

#endif
