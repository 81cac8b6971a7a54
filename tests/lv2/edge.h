/* Memory that ends before a page which nobody may touch: reading or writing a single byte too many ends the program, also
 * without sanitizers. */
#ifndef BL_TESTS_LV2_EDGE_H
#define BL_TESTS_LV2_EDGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EDGE_SIZE = 1 << 18, EDGES = 2 };

/* Where one of two such pieces of memory ends, or NULL. They stay until the program ends. */
static inline uint8_t *edge_end(int which)
{
    static uint8_t *ends[EDGES];
    if (!ends[which]) {
        const size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *memory = mmap(NULL, EDGE_SIZE + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED || mprotect(memory + EDGE_SIZE, page, PROT_NONE))
            return NULL;
        ends[which] = memory + EDGE_SIZE;
    }
    return ends[which];
}

/* A copy of so many bytes, at most EDGE_SIZE, that ends at the edge. */
static inline uint8_t *edge_put(int which, const void *bytes, size_t size)
{
    uint8_t *end = edge_end(which);
    return end ? memcpy(end - size, bytes, size) : NULL;
}

#endif
