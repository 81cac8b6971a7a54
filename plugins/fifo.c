#include "fifo.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <assert.h>
#include <stdlib.h>

bl_status bl_fifo_init(bl_fifo *fifo, size_t channels, size_t room, bl_error *error)
{
    size_t size = 1;
    while (size < room)
        size *= 2;
    *fifo = (bl_fifo){ .channels = channels, .mask = size - 1 };
    for (size_t c = 0; c < channels; c++) {
        fifo->rings[c] = bl_aligned_calloc(size * sizeof(float));
        if (!fifo->rings[c])
            return bl_fail_no_mem(error);
    }
    return BL_OK;
}

void bl_fifo_free(bl_fifo *fifo)
{
    for (size_t c = 0; c < fifo->channels; c++)
        bl_aligned_free(fifo->rings[c]);
}

void bl_fifo_reset(bl_fifo *fifo)
{
    fifo->first = fifo->count = 0;
}

void bl_fifo_push(bl_fifo *fifo, const float *const *in, size_t frames)
{
    assert(fifo->count + frames <= fifo->mask + 1);
    const size_t end = fifo->first + fifo->count;
    for (size_t c = 0; c < fifo->channels; c++)
        for (size_t t = 0; t < frames; t++)
            fifo->rings[c][(end + t) & fifo->mask] = in ? in[c][t] : 0.0f;
    fifo->count += frames;
}

void bl_fifo_pop(bl_fifo *fifo, float *const *out, size_t at, size_t frames)
{
    assert(frames <= fifo->count);
    for (size_t c = 0; c < fifo->channels; c++)
        for (size_t t = 0; t < frames; t++)
            out[c][at + t] = fifo->rings[c][(fifo->first + t) & fifo->mask];
    fifo->first = (fifo->first + frames) & fifo->mask;
    fifo->count -= frames;
}
