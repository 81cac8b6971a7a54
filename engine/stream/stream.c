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

/* Floats from lane to lane: whole lines, an odd number of them, so that the lanes of a row fall into different
 * cache sets. */
static size_t lane_floats(const bl_program *p)
{
    const size_t lines = p->memory_floats / BL_ROW_PADDING + 1;
    return (lines + (lines % 2 == 0)) * BL_ROW_PADDING;
}

static size_t carve_stream(const bl_plan *plan, size_t lanes, void *memory, bl_stream **out)
{
    carver c = { memory, 0 };
    const bl_program *p = &plan->program;
    const size_t in_waiting = p->granularity > 1 ? p->input_channels * p->run_frames : 0;
    const size_t out_waiting = p->granularity > 1 ? p->output_channels * (p->granularity - 1 + p->run_frames) : 0;
    bl_stream *s = carve(&c, sizeof *s);
    bl_stream parts = { .plan = plan, .lanes = { NULL, lanes, lane_floats(p) } };
    parts.places = carve(&c, plan->code.ref_count * sizeof *parts.places);
    parts.knobs = carve(&c, p->param_count * sizeof *parts.knobs);
    parts.lengths = carve(&c, p->node_count * sizeof *parts.lengths);
    parts.waiting.in = carve(&c, lanes * in_waiting * sizeof(float));
    parts.waiting.out = carve(&c, lanes * out_waiting * sizeof(float));
    parts.lanes.memory = carve(&c, lanes * parts.lanes.floats * sizeof(float));
    void *fft = carve(&c, p->transforms ? bl_convolver_fft_bytes() : 0);
    if (s) {
        if (p->transforms)
            bl_convolver_fft_init(&parts.fft, fft);
        *s = parts;
        *out = s;
    }
    return c.used;
}

size_t bl_plan_stream_bytes(const bl_plan *plan, size_t lanes)
{
    return carve_stream(plan, lanes, NULL, NULL);
}

/* All rings at their first position. */
static void reset_places(bl_stream *s)
{
    const bl_code *code = &s->plan->code;
    for (size_t i = 0; i < code->ref_count; i++) {
        const bl_ref *ref = &code->refs[i];
        s->places[i] = ref->delay ? code->ends[i] - ref->delay : ref->offset;
    }
}

bl_status bl_stream_create(const bl_plan *plan, size_t lanes, bl_stream **out, bl_error *error)
{
    if (lanes < 1 || lanes > BL_MAX_LANES)
        return bl_fail(error, BL_ERR_ARGUMENT, "A stream has 1 to %d lanes, not %zu.", BL_MAX_LANES, lanes);
    void *memory = bl_aligned_calloc(bl_plan_stream_bytes(plan, lanes));
    if (!memory)
        return bl_fail_no_mem(error);
    bl_stream *s;
    carve_stream(plan, lanes, memory, &s);
    for (size_t i = 0; i < plan->program.param_count; i++)
        s->knobs[i].target = plan->program.params[i].initial;
    bl_stream_reset(s);
    *out = s;
    return BL_OK;
}

void bl_stream_free(bl_stream *stream)
{
    bl_aligned_free(stream); /* the struct stands at the start of its memory */
}

static void reset_waiting(bl_stream *s)
{
    const bl_program *p = &s->plan->program;
    s->waiting.in_count = 0;
    s->waiting.out_count = p->granularity - 1; /* the frames before the first output */
    if (p->granularity > 1)
        memset(s->waiting.out, 0,
               s->lanes.count * p->output_channels * (p->granularity - 1 + p->run_frames) * sizeof(float));
}

void bl_stream_reset(bl_stream *s)
{
    const bl_program *p = &s->plan->program;
    reset_places(s);
    memset(s->lanes.memory, 0, s->lanes.count * s->lanes.floats * sizeof *s->lanes.memory);
    for (size_t lane = 0; lane < s->lanes.count; lane++)
        for (size_t i = 0; i < p->recurrent_count; i++) {
            const bl_recurrent_op *r = &p->recurrent[i];
            memcpy(s->lanes.memory + lane * s->lanes.floats + r->state, p->weights + r->start,
                   2 * bl_recurrent_rows(r->hidden) * sizeof(float));
        }
    for (size_t i = 0; i < p->param_count; i++) {
        s->knobs[i].now = s->knobs[i].target;
        s->knobs[i].steps_left = 0;
    }
    reset_waiting(s);
    s->clock = 0;
    s->started = s->ended = false;
    bl_stream_run_silence(s, s->plan->prewarm);
    s->received = s->clock; /* the zeros are a part of the signal */
}
