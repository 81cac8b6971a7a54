/* Channels of a recording and their way through a network: a voice per channel where the network takes one input,
 * else one voice that takes the channels in order. Voices share streams, as the lanes of each; each voice gives
 * its outputs side by side. */
#ifndef TOOLS_VOICES_H
#define TOOLS_VOICES_H

#include <backline/stream.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct voices {
    bl_stream **streams;
    size_t stream_count;
    size_t count;                     /* of voices */
    size_t in_channels, out_channels; /* of the recordings: samples from one frame to the next */
    size_t stream_in, stream_out;     /* channels of one voice */
    size_t block;                     /* frames */
    float *samples;                   /* one block of every input, then of every output */
    float **rows;                     /* where each of them begins */
} voices;

/* Voices that a recording of so many channels needs. The numbers must fit: the network takes one channel, or
 * all of them. */
size_t voices_needed(const bl_plan *plan, size_t in_channels);

/* `count` voices, for some channels of a recording that has in_channels, and for blocks up to the given size; the
 * plan must outlive them. False if there is no memory. */
bool voices_create(voices *v, const bl_plan *plan, size_t count, size_t in_channels, size_t block);

void voices_free(voices *v);

/* Turns a knob of every voice; before voices_begin(). */
void voices_set_param(voices *v, size_t index, float value);

/* What comes next is that frame of the recording: its beginning is heard after the network's prewarming; from
 * elsewhere the output counts after bl_plan_overlap() frames. */
void voices_begin(voices *v, uint64_t frame);

/* Says that the recording has ended; what is played from here on are zeros. */
void voices_end_input(voices *v);

/* Plays one block of interleaved samples, from the first channel of the first voice on; the gains are factors.
 * in is NULL for silence, out is NULL if nobody listens. */
void voices_process(voices *v, float *out, const float *in, size_t frames, float in_gain, float out_gain);

#endif
