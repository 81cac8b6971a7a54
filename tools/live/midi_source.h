/* Where MIDI comes from; for the thread in midi.c. */
#ifndef TOOLS_LIVE_MIDI_SOURCE_H
#define TOOLS_LIVE_MIDI_SOURCE_H

#include "midi.h"

typedef struct midi_source {
    void *(*open)(void); /* NULL: it is not there, or there is no memory */
    void (*close)(void *source);
    bool (*is_lost)(const void *source);    /* it has gone for good, and wants to be closed */
    void (*poll)(void *source, session *s); /* what has come since is heard */
} midi_source;

/* JACK, where a server runs: joins it as "backline-midi", with a port that is connected to all sockets of the machine. */
extern const midi_source midi_source_jack;

/* ALSA's sequencer: the same as "backline", also for what is plugged in later. */
extern const midi_source midi_source_alsa;

#endif
