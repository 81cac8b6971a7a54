/* Memory for code off the audio thread: sizes are checked, contents are zero. */
#ifndef BL_BASE_ALLOC_H
#define BL_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Cache-line alignment, and that of the widest vector. */
#define BL_ALIGN 64

/** a * b in *product; false if it overflows. */
static inline bool bl_mul_ok(uint64_t a, uint64_t b, uint64_t *product)
{
    if (b && a > UINT64_MAX / b)
        return false;
    *product = a * b;
    return true;
}

/** count * size zero bytes, or NULL if that overflows or there is no memory; free() releases it.
 *  A zero size gives a valid pointer. */
void *bl_calloc(size_t count, size_t size);

/** Grow an array to hold at least one element more, doubling its capacity.
 *  @return false, with everything unchanged, if there is no memory. */
bool bl_grow(void **array, size_t *capacity, size_t count, size_t element_size);

/** Zeroed memory aligned to BL_ALIGN, every page of it touched: what the audio thread writes comes from here, because the
 *  first touch of a page is a call of the system. bl_aligned_free() releases it. */
void *bl_aligned_calloc(size_t bytes);
void bl_aligned_free(void *memory);

/** Copy of a zero-terminated string, or NULL; free() releases it. */
char *bl_strdup(const char *text);

#endif
