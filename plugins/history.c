#include "history.h"

#include <stdlib.h>

bl_status bl_history_init(bl_history *h, size_t channels, size_t frames)
{
    size_t capacity = BL_HISTORY_MAX_WRITE;
    while (capacity < frames + BL_HISTORY_MAX_WRITE)
        capacity *= 2;
    h->ring = calloc(channels * capacity, sizeof *h->ring); /* all bits zero is 0.0f */
    h->channels = channels;
    h->capacity = capacity;
    atomic_init(&h->begun, 0);
    atomic_init(&h->written, 0);
    return h->ring ? BL_OK : BL_ERR_NO_MEM;
}

void bl_history_free(bl_history *h)
{
    free(h->ring);
    h->ring = NULL;
}

size_t bl_history_reach(const bl_history *h)
{
    return h->capacity - BL_HISTORY_MAX_WRITE;
}

uint64_t bl_history_written(const bl_history *h)
{
    return atomic_load_explicit(&h->written, memory_order_acquire);
}

/* A reader who sees one of the new samples must also see that writing them has begun: hence the fence, which goes with
 * that of bl_history_read(). */
void bl_history_write(bl_history *h, const float *const *in, size_t frames)
{
    const uint64_t at = atomic_load_explicit(&h->written, memory_order_relaxed);
    const size_t mask = h->capacity - 1;
    atomic_store_explicit(&h->begun, at + frames, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (size_t c = 0; c < h->channels; c++) {
        _Atomic float *ring = h->ring + c * h->capacity;
        for (size_t i = 0; i < frames; i++)
            atomic_store_explicit(&ring[(at + i) & mask], in[c][i], memory_order_relaxed);
    }
    atomic_store_explicit(&h->written, at + frames, memory_order_release);
}

bool bl_history_read(const bl_history *h, float *const *out, uint64_t position, size_t frames)
{
    const size_t mask = h->capacity - 1;
    for (size_t c = 0; c < h->channels; c++) {
        const _Atomic float *ring = h->ring + c * h->capacity;
        for (size_t i = 0; i < frames; i++)
            out[c][i] = atomic_load_explicit((_Atomic float *)&ring[(position + i) & mask], memory_order_relaxed);
    }
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit((_Atomic uint64_t *)&h->begun, memory_order_relaxed) - position <= h->capacity;
}
