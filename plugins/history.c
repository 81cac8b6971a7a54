#include "history.h"

#include <stdlib.h>
#include <string.h>

bl_status bl_history_init(bl_history *h, size_t channels, size_t frames)
{
    size_t capacity = BL_HISTORY_MAX_WRITE;
    while (capacity < frames + BL_HISTORY_MAX_WRITE)
        capacity *= 2;
    h->ring = calloc(channels * (capacity / 2), sizeof *h->ring); /* all bits zero is 0.0f */
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

/* Nothing can be read where nothing was written, so the samples may stay. */
void bl_history_reset(bl_history *h)
{
    atomic_store_explicit(&h->begun, 0, memory_order_relaxed);
    atomic_store_explicit(&h->written, 0, memory_order_relaxed);
}

size_t bl_history_reach(const bl_history *h)
{
    return h->capacity - BL_HISTORY_MAX_WRITE;
}

uint64_t bl_history_written(const bl_history *h)
{
    return atomic_load_explicit(&h->written, memory_order_acquire);
}

static void write_pair(_Atomic uint64_t *place, const float *frames)
{
    uint64_t pair;
    memcpy(&pair, frames, sizeof pair);
    atomic_store_explicit(place, pair, memory_order_relaxed);
}

static void read_pair(float *frames, _Atomic uint64_t *place)
{
    const uint64_t pair = atomic_load_explicit(place, memory_order_relaxed);
    memcpy(frames, &pair, sizeof pair);
}

/* One frame, and the other of its pair as it is. */
static void write_half(_Atomic uint64_t *place, size_t half, float frame)
{
    float frames[2];
    read_pair(frames, place);
    frames[half] = frame;
    write_pair(place, frames);
}

/* Does not go beyond the end of the ring. */
static void write_part(_Atomic uint64_t *ring, size_t at, const float *in, size_t frames)
{
    const size_t odd = at % 2 && frames, pairs = (frames - odd) / 2;
    _Atomic uint64_t *place = ring + (at + odd) / 2;
    if (odd)
        write_half(ring + at / 2, 1, in[0]);
    for (size_t i = 0; i < pairs; i++)
        write_pair(place + i, in + odd + 2 * i);
    if (odd + 2 * pairs < frames)
        write_half(place + pairs, 0, in[frames - 1]);
}

/* A reader who sees one of the new samples must also see that writing them has begun: hence the fence, which goes with
 * that of bl_history_read(). */
void bl_history_write(bl_history *h, const float *const *in, size_t frames)
{
    const uint64_t at = atomic_load_explicit(&h->written, memory_order_relaxed);
    const size_t from = (size_t)at & (h->capacity - 1), to_end = h->capacity - from;
    const size_t first = frames < to_end ? frames : to_end;
    atomic_store_explicit(&h->begun, at + frames, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    for (size_t c = 0; c < h->channels; c++) {
        _Atomic uint64_t *ring = h->ring + c * (h->capacity / 2);
        write_part(ring, from, in[c], first);
        write_part(ring, 0, in[c] + first, frames - first);
    }
    atomic_store_explicit(&h->written, at + frames, memory_order_release);
}

bool bl_history_read(const bl_history *h, float *const *out, uint64_t position, size_t frames)
{
    const size_t mask = h->capacity - 1;
    for (size_t c = 0; c < h->channels; c++) {
        _Atomic uint64_t *ring = h->ring + c * (h->capacity / 2);
        for (size_t i = 0; i < frames; i++) {
            const size_t at = (size_t)(position + i) & mask;
            float pair[2];
            read_pair(pair, ring + at / 2);
            out[c][i] = pair[at % 2];
        }
    }
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit((_Atomic uint64_t *)&h->begun, memory_order_relaxed) - position <= h->capacity;
}
