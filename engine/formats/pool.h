/* Memory for many small things that all die together. */
#ifndef BL_FORMATS_POOL_H
#define BL_FORMATS_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct bl_pool {
    struct bl_pool_chunk *chunks;
    uint8_t *next, *end; /* what is free of the newest chunk */
    size_t total, limit; /* bytes of all chunks, and their bound */
    bool full;           /* the limit was the reason for the last NULL */
} bl_pool;

void bl_pool_init(bl_pool *pool, size_t limit);
void bl_pool_free(bl_pool *pool);

/** Zeroed memory for anything, or NULL: no memory, or the limit is reached. */
void *bl_pool_take(bl_pool *pool, size_t bytes);

#endif
