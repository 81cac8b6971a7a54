#include "voices.h"

#include <stdlib.h>
#include <string.h>

size_t voices_needed(const bl_plan *plan, size_t in_channels)
{
    return in_channels / bl_plan_in_channels(plan);
}

/* Voices that share a stream: as many as it has lanes. */
static size_t lanes_from(const voices *v, size_t first)
{
    return v->count - first < BL_MAX_LANES ? v->count - first : BL_MAX_LANES;
}

static bool create_streams(voices *v, const bl_plan *plan)
{
    for (size_t first = 0; first < v->count; first += BL_MAX_LANES, v->stream_count++)
        if (bl_stream_create(plan, lanes_from(v, first), &v->streams[v->stream_count], NULL))
            return false;
    return true;
}

bool voices_create(voices *v, const bl_plan *plan, size_t count, size_t in_channels, size_t block)
{
    *v = (voices){ .count = count,
                   .stream_in = bl_plan_in_channels(plan),
                   .stream_out = bl_plan_out_channels(plan),
                   .in_channels = in_channels,
                   .block = block };
    v->out_channels = voices_needed(plan, in_channels) * v->stream_out;
    const size_t rows = count * (v->stream_in + v->stream_out);
    v->streams = calloc(count, sizeof *v->streams);
    v->samples = calloc(rows * block, sizeof *v->samples);
    v->rows = calloc(rows, sizeof *v->rows);
    for (size_t i = 0; v->rows && i < rows; i++)
        v->rows[i] = v->samples + i * block;
    if (v->streams && v->samples && v->rows && create_streams(v, plan))
        return true;
    voices_free(v);
    return false;
}

void voices_free(voices *v)
{
    for (size_t i = 0; i < v->stream_count; i++)
        bl_stream_free(v->streams[i]);
    free(v->streams);
    free(v->samples);
    free(v->rows);
    *v = (voices){ 0 };
}

void voices_set_param(voices *v, size_t index, float value)
{
    for (size_t i = 0; i < v->stream_count; i++)
        bl_stream_set_param(v->streams[i], index, value);
}

void voices_begin(voices *v, uint64_t frame)
{
    for (size_t i = 0; i < v->stream_count; i++)
        if (frame)
            bl_stream_seek(v->streams[i], frame);
        else
            bl_stream_reset(v->streams[i]);
}

void voices_end_input(voices *v)
{
    for (size_t i = 0; i < v->stream_count; i++)
        bl_stream_end_input(v->streams[i]);
}

void voices_process(voices *v, float *out, const float *in, size_t frames, float in_gain, float out_gain)
{
    float **inputs = v->rows, **outputs = v->rows + v->count * v->stream_in;
    for (size_t c = 0; in && c < v->count * v->stream_in; c++)
        for (size_t t = 0; t < frames; t++)
            inputs[c][t] = in[t * v->in_channels + c] * in_gain;
    for (size_t c = 0; !in && c < v->count * v->stream_in; c++)
        memset(inputs[c], 0, frames * sizeof *inputs[c]);
    for (size_t i = 0, first = 0; i < v->stream_count; i++, first += BL_MAX_LANES)
        bl_stream_process(v->streams[i], outputs + first * v->stream_out,
                          (const float *const *)(inputs + first * v->stream_in), frames);
    for (size_t c = 0; out && c < v->count * v->stream_out; c++)
        for (size_t t = 0; t < frames; t++)
            out[t * v->out_channels + c] = outputs[c][t] * out_gain;
}
