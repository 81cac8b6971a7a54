/* A session's life between its first and its last sample. */
#ifndef TOOLS_LIVE_PLAY_H
#define TOOLS_LIVE_PLAY_H

#include "audio.h"
#include "session.h"

typedef struct play_options {
    const char *rig_file; /* NULL: none */
    const char *record;   /* NULL: nothing is recorded */
    int learn;            /* the target that the next MIDI controller is for; BL_RIG_MIDI_NOTHING: none */
    bool screen, status;  /* a line of JSON every second */
} play_options;

/* Starts the open stream, shows the screen or prints what there is to tell, until the end is asked for; fades out, and
 * closes the stream. Returns DONE, or FAILED after a sentence. */
int play(session *s, audio *a, const play_options *options);

#endif
