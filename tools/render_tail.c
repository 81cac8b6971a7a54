#include "render_tail.h"

#include "commands.h"
#include "messages.h"

#include <stdlib.h>
#include <string.h>

void render_tail_init(render_tail *t, const bl_model *model, size_t latency, size_t channels)
{
    *t = (render_tail){ .model = model, .late = latency, .channels = channels };
    t->end = model ? bl_model_output_frames(model, 0) : UINT64_MAX;
}

void render_tail_free(render_tail *t)
{
    free(t->held);
    t->held = NULL;
}

/* Room for n frames behind those that are held, which move to the front. */
static int make_room(render_tail *t, size_t n)
{
    const size_t frame = t->channels * sizeof *t->held;
    if (t->held_frames)
        memmove(t->held, t->held + t->first_held * t->channels, t->held_frames * frame);
    t->first_held = 0;
    if (t->held_frames + n >= t->capacity) {
        const size_t capacity = t->held_frames + n + 1;
        float *held = realloc(t->held, capacity * frame);
        if (!held)
            return fail("There is not enough memory.");
        t->held = held;
        t->capacity = capacity;
    }
    return DONE;
}

int render_tail_put(render_tail *t, const rows *sound, size_t first, size_t n, size_t heard)
{
    const size_t dropped = n < t->late ? n : t->late;
    t->heard += heard;
    if (heard && t->model)
        t->end = bl_model_output_frames(t->model, (size_t)t->heard);
    t->late -= dropped;
    n -= dropped;
    if (make_room(t, n))
        return FAILED;
    rows_interleave(t->held + t->held_frames * t->channels, sound, t->channels, first + dropped, n);
    t->held_frames += n;
    return DONE;
}

const float *render_tail_ready(const render_tail *t, size_t most, size_t *n)
{
    const uint64_t left = t->end > t->written ? t->end - t->written : 0;
    *n = t->held_frames < most ? t->held_frames : most;
    *n = left < *n ? (size_t)left : *n;
    return t->held ? t->held + t->first_held * t->channels : NULL;
}

void render_tail_take(render_tail *t, size_t n)
{
    t->first_held += n;
    t->held_frames -= n;
    t->written += n;
}

uint64_t render_tail_behind(const bl_model *model, size_t latency, uint64_t frames)
{
    const uint64_t end = bl_model_output_frames(model, (size_t)frames);
    return end && latency + end > frames ? latency + end - frames : 0;
}
