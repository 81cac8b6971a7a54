/* A network playing a file of several channels: one stream per channel where the network takes one input,
 * else one stream that takes the channels in order. Each stream gives its outputs side by side. */
#ifndef TOOLS_VOICES_H
#define TOOLS_VOICES_H

#include <backline/stream.h>
#include <stddef.h>

typedef struct voices {
    bl_stream **streams;
    size_t count;                     /* of streams */
    size_t in_channels, out_channels; /* of the files */
    size_t stream_in, stream_out;     /* of one stream */
    size_t block;                     /* frames */
    float *samples;                   /* one block of every input, then of every output */
    float **rows;                     /* where each of them begins */
} voices;

/* Streams for a file of so many channels, for blocks up to the given size; the plan must outlive them.
 * The numbers must fit: stream_in is 1, or in_channels. Returns DONE or, after a message, FAILED. */
int voices_create(voices *v, const bl_plan *plan, size_t in_channels, size_t block);

void voices_free(voices *v);

/* Turns a knob of every stream. */
void voices_set_param(voices *v, size_t index, float value);

/* Says that the recording has ended; what is played from here on are zeros. */
void voices_end_input(voices *v);

/* Plays one block of interleaved samples; the gains are factors. */
void voices_process(voices *v, float *out, const float *in, size_t frames, float in_gain, float out_gain);

#endif
