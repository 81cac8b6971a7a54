/* A bounded cursor over the bytes of a file. Loaders read through it and through nothing else. */
#ifndef BL_BASE_BYTES_H
#define BL_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bl_bytes {
    const uint8_t *p, *end;
} bl_bytes;

static inline bl_bytes bl_bytes_make(const void *data, size_t size)
{
    const uint8_t *p = data;
    return (bl_bytes){ p, p + size };
}

static inline size_t bl_bytes_left(const bl_bytes *b)
{
    return (size_t)(b->end - b->p);
}

/** The next n bytes as a cursor of their own; false (and nothing consumed) if there are fewer. */
static inline bool bl_bytes_take(bl_bytes *b, uint64_t n, bl_bytes *out)
{
    if (n > bl_bytes_left(b))
        return false;
    *out = (bl_bytes){ b->p, b->p + n };
    b->p += n;
    return true;
}

/** Unsigned little-endian number of 1..8 bytes. */
static inline bool bl_bytes_uint_le(bl_bytes *b, unsigned bytes, uint64_t *value)
{
    bl_bytes field;
    if (!bl_bytes_take(b, bytes, &field))
        return false;
    *value = 0;
    for (unsigned i = 0; i < bytes; i++)
        *value |= (uint64_t)field.p[i] << (8 * i);
    return true;
}

#endif
