/* Channels of a recording and their way through a network: a voice per channel where the network takes and gives one,
 * else as many voices as the channels make, in order. Voices share streams, as the lanes of each; each voice gives its
 * outputs side by side. */
#ifndef TOOLS_VOICES_H
#define TOOLS_VOICES_H

#include "rows.h"

#include <backline/stream.h>
#include <network.h>
#include <stdint.h>

/* Which network, and how it runs. */
typedef struct voices_network {
    const bl_plan *plan;
    size_t times; /* the network's rate is multiplied by; 1 unless it takes and gives one channel */
    size_t lanes; /* voices that share a stream; which, at several times the rate, tells in the latency */
} voices_network;

/* Voices that play together. */
typedef struct voices_group {
    bl_network *network; /* of one channel; else NULL */
    bl_stream *stream;   /* of several; else NULL */
} voices_group;

typedef struct voices {
    voices_network of;
    voices_group *groups;
    size_t group_count;
    size_t first, count;          /* of the recording's voices */
    size_t stream_in, stream_out; /* channels of one voice */
    float **pointers;             /* for a group's inputs and outputs */
} voices;

/* Voices that a recording of so many channels needs. The numbers must fit: the network takes one channel, or
 * all of them. */
size_t voices_needed(const bl_plan *plan, size_t in_channels);

/* Some voices of a recording; those that share a stream must not be torn apart. The plan must outlive them. False if
 * there is no memory. */
bool voices_create(voices *v, const voices_network *of, size_t first, size_t count);

void voices_free(voices *v);

/* Turns a knob of every voice; before voices_begin(). */
void voices_set_param(voices *v, size_t index, float value);

/* What comes next is that frame of the recording: its beginning is heard after the network's prewarming; from
 * elsewhere the output counts after voices_overlap() frames. */
void voices_begin(voices *v, uint64_t frame);

/* bl_plan_overlap(), at the rate at which the network runs. */
bl_status voices_overlap(const voices_network *of, size_t *frames, bl_error *error);

/* Says that the recording has ended; what is played from here on are zeros. */
void voices_end_input(voices *v);

/* Plays frames of a recording. out has the outputs of all of its voices, and may be in where the network gives as many
 * channels as it takes. */
void voices_process(voices *v, const rows *out, const rows *in, size_t frame, size_t frames);

#endif
