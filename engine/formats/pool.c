#include "formats/pool.h"

#include "base/alloc.h"

#include <stdalign.h>
#include <stdlib.h>

#define CHUNK_BYTES ((size_t)64 << 10)
#define UNIT        alignof(max_align_t)

struct bl_pool_chunk {
    struct bl_pool_chunk *older;
    max_align_t memory[];
};

void bl_pool_init(bl_pool *pool, size_t limit)
{
    *pool = (bl_pool){ .limit = limit };
}

void bl_pool_free(bl_pool *pool)
{
    while (pool->chunks) {
        struct bl_pool_chunk *older = pool->chunks->older;
        free(pool->chunks);
        pool->chunks = older;
    }
}

void *bl_pool_take(bl_pool *pool, size_t bytes)
{
    pool->full = bytes > pool->limit;
    if (pool->full)
        return NULL;
    bytes = bytes ? (bytes + UNIT - 1) / UNIT * UNIT : UNIT;
    if (bytes > (size_t)(pool->end - pool->next)) {
        size_t size = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        pool->full = pool->total + size > pool->limit;
        if (pool->full)
            return NULL;
        struct bl_pool_chunk *chunk = bl_calloc(1, sizeof *chunk + size);
        if (!chunk)
            return NULL;
        chunk->older = pool->chunks;
        pool->chunks = chunk;
        pool->total += size;
        pool->next = (uint8_t *)chunk->memory;
        pool->end = pool->next + size;
    }
    void *taken = pool->next;
    pool->next += bytes;
    return taken;
}
