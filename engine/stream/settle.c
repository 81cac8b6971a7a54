/* What has to be right around the frames that an operation has just written. */
#include "stream/stream.h"

#include <string.h>

/* Keeps the ring's first frames and their copy behind its end alike, after frames from `begin` to `end` were
 * written in one piece to the rows from `row`. */
static void mirror(const bl_ring *ring, float *row, size_t rows, size_t begin, size_t end)
{
    for (size_t r = 0; r < rows; r++, row += ring->stride) {
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
static void mask(const bl_stream *s, const bl_buffer *b, size_t ref, size_t frames)
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
    for (size_t lane = 0; lane < s->lanes.count; lane++) {
        const bl_out rows = bl_stream_write(s, ref, lane * s->lanes.floats);
        float *row = rows.y;
        for (size_t r = 0; r < s->plan->code.shapes[ref].channels; r++, row += rows.stride) {
            memset(row, 0, first * sizeof *row);
            memset(row + last, 0, (frames - last) * sizeof *row);
        }
    }
}

void bl_stream_settle(const bl_stream *s, size_t ref, size_t frames)
{
    const bl_code *code = &s->plan->code;
    const bl_program *p = &s->plan->program;
    const size_t channels = code->shapes[ref].channels;
    const bl_ref *r = &code->refs[ref];
    if (p->masks && p->buffers[r->buffer].masked)
        mask(s, &p->buffers[r->buffer], ref, frames);
    if (!r->ring)
        return;
    const bl_ring *ring = &p->rings[r->ring];
    const size_t begin = s->places[ref] - r->offset, end = begin + frames;
    if (begin < ring->margin || end > ring->frames)
        for (size_t lane = 0; lane < s->lanes.count; lane++)
            mirror(ring, s->lanes.memory + lane * s->lanes.floats + r->offset, channels, begin, end);
}
