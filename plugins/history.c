#include "history.h"

#include "base/alloc.h"

#include <string.h>

enum { LINE = 16 }; /* frames in a cache line of 64 bytes */

bl_status bl_history_init(bl_history *h, size_t channels, size_t frames)
{
    size_t capacity = BL_HISTORY_MAX_WRITE;
    while (capacity < frames + BL_HISTORY_MAX_WRITE)
        capacity *= 2;
    h->ring = bl_aligned_calloc(channels * (capacity / 2) * sizeof *h->ring); /* all bits zero is 0.0f */
    h->channels = channels;
    h->capacity = capacity;
    atomic_init(&h->begun, 0);
    atomic_init(&h->written, 0);
    return h->ring ? BL_OK : BL_ERR_NO_MEM;
}

void bl_history_free(bl_history *h)
{
    bl_aligned_free(h->ring);
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

static void write_four_pairs(_Atomic uint64_t *place, const float *frames)
{
    write_pair(place, frames);
    write_pair(place + 1, frames + 2);
    write_pair(place + 2, frames + 4);
    write_pair(place + 3, frames + 6);
}

/* At least one frame, and not beyond the end of the ring. */
static void write_part(_Atomic uint64_t *ring, size_t at, const float *in, size_t frames)
{
    const float *const end = in + frames;
    _Atomic uint64_t *place = ring + (at + 1) / 2;
    if (at % 2)
        write_half(ring + at / 2, 1, *in++);
    for (; end - in >= 8; in += 8, place += 4)
        write_four_pairs(place, in);
    for (; end - in >= 2; in += 2, place++)
        write_pair(place, in);
    if (in < end)
        write_half(place, 0, *in);
}

/* Where frames will be written next comes to the cache meanwhile; else writing would wait for it. */
static void make_ready(_Atomic uint64_t *ring, size_t at, size_t mask, size_t frames)
{
    for (size_t i = 0; i < frames; i += LINE)
        __builtin_prefetch(ring + ((at + i) & mask) / 2, 1);
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
        _Atomic uint64_t *ring = h->ring + c * (h->capacity / 2);
        for (size_t done = 0, n; done < frames; done += n) {
            const size_t from = (size_t)(at + done) & mask, to_end = h->capacity - from;
            n = frames - done < to_end ? frames - done : to_end;
            write_part(ring, from, in[c] + done, n);
        }
        make_ready(ring, (size_t)at + frames, mask, frames);
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
