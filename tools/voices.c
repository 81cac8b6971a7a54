#include "voices.h"

#include "commands.h"
#include "messages.h"

#include <stdlib.h>

static int create_streams(voices *v, const bl_plan *plan)
{
    bl_error error = { 0 };
    for (size_t i = 0; i < v->count; i++)
        if (bl_stream_create(plan, &v->streams[i], &error))
            return fail_engine(&error);
    return DONE;
}

int voices_create(voices *v, const bl_plan *plan, size_t in_channels, size_t block)
{
    *v = (voices){ .stream_in = bl_plan_in_channels(plan),
                   .stream_out = bl_plan_out_channels(plan),
                   .in_channels = in_channels,
                   .block = block };
    v->count = in_channels / v->stream_in;
    v->out_channels = v->count * v->stream_out;
    size_t rows = v->in_channels + v->out_channels;
    v->streams = calloc(v->count, sizeof *v->streams);
    v->samples = calloc(rows * block, sizeof *v->samples);
    v->rows = calloc(rows, sizeof *v->rows);
    for (size_t i = 0; v->rows && i < rows; i++)
        v->rows[i] = v->samples + i * block;
    int code = v->streams && v->samples && v->rows ? create_streams(v, plan) : fail("There is not enough memory.");
    if (code)
        voices_free(v);
    return code;
}

void voices_free(voices *v)
{
    for (size_t i = 0; v->streams && i < v->count; i++)
        bl_stream_free(v->streams[i]);
    free(v->streams);
    free(v->samples);
    free(v->rows);
    *v = (voices){ 0 };
}

void voices_set_param(voices *v, size_t index, float value)
{
    for (size_t i = 0; i < v->count; i++)
        bl_stream_set_param(v->streams[i], index, value);
}

void voices_end_input(voices *v)
{
    for (size_t i = 0; i < v->count; i++)
        bl_stream_end_input(v->streams[i]);
}

void voices_process(voices *v, float *out, const float *in, size_t frames, float in_gain, float out_gain)
{
    float **inputs = v->rows, **outputs = v->rows + v->in_channels;
    for (size_t c = 0; c < v->in_channels; c++)
        for (size_t t = 0; t < frames; t++)
            inputs[c][t] = in[t * v->in_channels + c] * in_gain;
    for (size_t i = 0; i < v->count; i++)
        bl_stream_process(v->streams[i], outputs + i * v->stream_out,
                          (const float *const *)(inputs + i * v->stream_in), frames);
    for (size_t c = 0; c < v->out_channels; c++)
        for (size_t t = 0; t < frames; t++)
            out[t * v->out_channels + c] = outputs[c][t] * out_gain;
}
