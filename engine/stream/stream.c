/* Life and death of a stream. What runs on the audio thread is in process.c. */
#include "stream/stream.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <string.h>

/* Hands out aligned pieces of one allocation. With base NULL it only counts, so that the size and the
 * places cannot drift apart. */
typedef struct carver {
    unsigned char *base;
    size_t used;
} carver;

static void *carve(carver *c, size_t bytes)
{
    void *piece = c->base ? c->base + c->used : NULL;
    c->used += (bytes + BL_ALIGN - 1) / BL_ALIGN * BL_ALIGN;
    return piece;
}

static size_t carve_stream(const bl_plan *plan, void *memory, bl_stream **out)
{
    carver c = { memory, 0 };
    const bl_program *p = &plan->program;
    bl_stream *s = carve(&c, sizeof *s);
    size_t *position = carve(&c, p->ring_count * sizeof *position);
    bl_rows *rows = carve(&c, p->max_sources * sizeof *rows);
    float *buffers = carve(&c, p->memory_floats * sizeof *buffers);
    if (s) {
        *s = (bl_stream){ .plan = plan, .position = position, .rows = rows, .memory = buffers };
        *out = s;
    }
    return c.used;
}

size_t bl_plan_stream_bytes(const bl_plan *plan)
{
    return carve_stream(plan, NULL, NULL);
}

bl_status bl_stream_create(const bl_plan *plan, bl_stream **out, bl_error *error)
{
    void *memory = bl_aligned_calloc(bl_plan_stream_bytes(plan));
    if (!memory)
        return bl_fail_no_mem(error);
    bl_stream *s;
    carve_stream(plan, memory, &s);
    bl_stream_reset(s);
    *out = s;
    return BL_OK;
}

void bl_stream_free(bl_stream *stream)
{
    bl_aligned_free(stream); /* the struct stands at the start of its memory */
}

void bl_stream_reset(bl_stream *s)
{
    const bl_program *p = &s->plan->program;
    memset(s->position, 0, p->ring_count * sizeof *s->position);
    memset(s->memory, 0, p->memory_floats * sizeof *s->memory);
    bl_stream_run_silence(s, s->plan->prewarm);
}
