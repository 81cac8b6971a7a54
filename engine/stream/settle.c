/* What has to be right around the frames that an operation has just written. */
#include "stream/stream.h"

#include <string.h>

/* Keeps the ring's first frames and their copy behind its end alike, after frames were written at its
 * position in one piece. */
static void mirror(const bl_stream *s, const bl_ref *ref, size_t frames)
{
    const bl_ring *ring = &s->plan->code.rings[ref->ring];
    const size_t begin = s->position[ref->ring], end = begin + frames;
    if (begin >= ring->margin && end <= ring->frames)
        return;
    float *row = s->memory + ref->offset;
    for (size_t r = 0; r < ref->channels; r++, row += ref->stride) {
        if (end > ring->frames)
            memcpy(row, row + ring->frames, (end - ring->frames) * sizeof *row);
        if (begin < ring->margin) {
            const size_t stop = end < ring->margin ? end : ring->margin;
            memcpy(row + ring->frames + begin, row + begin, (stop - begin) * sizeof *row);
        }
    }
}

/* Before its first frame (which comes `latency` frames into the stream) and after its last a signal is zero,
 * whatever the network makes of the zeros around its input: as with layers that pad. */
static void mask(const bl_stream *s, const bl_buffer *b, const bl_ref *ref, size_t frames)
{
    const uint64_t now = s->clock / b->down * b->up;
    const size_t first = bl_stream_lead(s, b, frames);
    size_t last = frames;
    if (s->ended) {
        const uint64_t end = b->latency + (uint64_t)s->lengths[b->node];
        last = end <= now ? 0 : end - now < frames ? (size_t)(end - now) : frames;
    }
    if (!first && last == frames)
        return;
    float *row = bl_stream_at(s, ref);
    for (size_t r = 0; r < ref->channels; r++, row += ref->stride) {
        memset(row, 0, first * sizeof *row);
        memset(row + last, 0, (frames - last) * sizeof *row);
    }
}

void bl_stream_settle(const bl_stream *s, const bl_ref *ref, uint32_t buffer, size_t frames)
{
    if (!ref->channels)
        return;
    const bl_program *p = &s->plan->program;
    if (p->masks && p->buffers[buffer].masked)
        mask(s, &p->buffers[buffer], ref, frames);
    if (ref->ring)
        mirror(s, ref, frames);
}
