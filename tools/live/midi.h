/* MIDI: a thread that listens to JACK and to ALSA's sequencer, where they are, and does what the rig's map says. Where
 * there is neither, it does nothing, and says nothing. */
#ifndef TOOLS_LIVE_MIDI_H
#define TOOLS_LIVE_MIDI_H

#include "session.h"

#include <stdint.h>

typedef struct midi midi;

/* The session outlives it. BL_ERR_NO_MEM. */
bl_status midi_begin(session *s, midi **out, bl_error *error);

/* NULL is allowed. */
void midi_end(midi *m);

/* Does what a message asks for: "Bn 07 40" turns what controller 7 is for, "Cn 02" chooses slot 3; n is the channel.
 * Others are left alone. Not the audio thread. */
void midi_hear(session *s, const uint8_t *message, size_t size);

#endif
