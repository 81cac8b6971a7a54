#include "voices.h"

#include <stdlib.h>

size_t voices_needed(const bl_plan *plan, size_t in_channels)
{
    return in_channels / bl_plan_in_channels(plan);
}

static size_t lanes_from(const voices *v, size_t first)
{
    return v->count - first < v->of.lanes ? v->count - first : v->of.lanes;
}

static bool create_group(const voices *v, size_t lanes, voices_group *group)
{
    if (v->stream_in == 1 && v->stream_out == 1)
        return !bl_network_create(v->of.plan, lanes, v->of.times, &group->network, NULL);
    return !bl_stream_create(v->of.plan, lanes, &group->stream, NULL);
}

bool voices_create(voices *v, const voices_network *of, size_t first, size_t count)
{
    *v = (voices){ .of = *of,
                   .first = first,
                   .count = count,
                   .stream_in = bl_plan_in_channels(of->plan),
                   .stream_out = bl_plan_out_channels(of->plan) };
    v->groups = calloc(count + 1, sizeof *v->groups);
    v->pointers = calloc(of->lanes * (v->stream_in + v->stream_out), sizeof *v->pointers);
    bool ok = v->groups && v->pointers;
    for (size_t i = 0; i < count && ok; i += of->lanes, v->group_count++)
        ok = create_group(v, lanes_from(v, i), &v->groups[v->group_count]);
    if (!ok)
        voices_free(v);
    return ok;
}

void voices_free(voices *v)
{
    for (size_t i = 0; i < v->group_count; i++) {
        bl_network_free(v->groups[i].network);
        bl_stream_free(v->groups[i].stream);
    }
    free(v->groups);
    free(v->pointers);
    *v = (voices){ 0 };
}

void voices_set_param(voices *v, size_t index, float value)
{
    for (voices_group *g = v->groups; g < v->groups + v->group_count; g++)
        if (g->network)
            bl_network_set_param(g->network, index, value);
        else
            bl_stream_set_param(g->stream, index, value);
}

static void begin_stream(bl_stream *stream, uint64_t frame)
{
    if (frame)
        bl_stream_seek(stream, frame);
    else
        bl_stream_reset(stream);
}

void voices_begin(voices *v, uint64_t frame)
{
    for (voices_group *g = v->groups; g < v->groups + v->group_count; g++)
        if (!g->network)
            begin_stream(g->stream, frame);
        else if (frame)
            bl_network_seek(g->network, frame);
        else
            bl_network_reset(g->network);
}

bl_status voices_overlap(const voices_network *of, size_t *frames, bl_error *error)
{
    if (of->times == 1)
        return bl_plan_overlap(of->plan, frames, error);
    bl_network *network;
    bl_status status = bl_network_create(of->plan, of->lanes, of->times, &network, error);
    if (status)
        return status;
    status = bl_network_overlap(network, frames, error);
    bl_network_free(network);
    return status;
}

void voices_end_input(voices *v)
{
    for (voices_group *g = v->groups; g < v->groups + v->group_count; g++)
        if (g->network)
            bl_network_end_input(g->network);
        else
            bl_stream_end_input(g->stream);
}

static void play(const voices_group *group, float *const *out, float *const *in, size_t frames)
{
    if (group->network)
        bl_network_process(group->network, out, (const float *const *)in, frames);
    else
        bl_stream_process(group->stream, out, (const float *const *)in, frames);
}

void voices_process(voices *v, const rows *out, const rows *in, size_t frame, size_t frames)
{
    float **from = v->pointers, **to = from + v->of.lanes * v->stream_in;
    for (size_t i = 0; i < v->group_count; i++) {
        const size_t voice = v->first + i * v->of.lanes, lanes = lanes_from(v, i * v->of.lanes);
        rows_point(in, voice * v->stream_in, lanes * v->stream_in, frame, from);
        rows_point(out, voice * v->stream_out, lanes * v->stream_out, frame, to);
        play(&v->groups[i], to, from, frames);
    }
}
