#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void *bl_calloc(size_t count, size_t size)
{
    return calloc(count ? count : 1, size ? size : 1);
}

bool bl_grow(void **array, size_t *capacity, size_t count, size_t element_size)
{
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 8;
    uint64_t bytes;
    if (wanted <= count || !bl_mul_ok(wanted, element_size, &bytes) || bytes > SIZE_MAX)
        return false;
    void *grown = realloc(*array, (size_t)bytes);
    if (!grown)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

void *bl_aligned_calloc(size_t bytes)
{
    if (bytes > SIZE_MAX - BL_ALIGN)
        return NULL;
    size_t rounded = (bytes + BL_ALIGN - 1) / BL_ALIGN * BL_ALIGN;
    void *memory = aligned_alloc(BL_ALIGN, rounded ? rounded : BL_ALIGN);
    if (memory)
        memset(memory, 0, rounded);
    return memory;
}

void bl_aligned_free(void *memory)
{
    free(memory);
}

char *bl_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}
