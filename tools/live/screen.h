/* The screen of `backline live`, and what it is told beside the session: where the sound comes from and goes to. */
#ifndef TOOLS_LIVE_SCREEN_H
#define TOOLS_LIVE_SCREEN_H

#include "session.h"

#include <stdatomic.h>

/* The device as it is now: it can go away and come back, also with another rate. */
typedef struct screen_device {
    char in[160], out[160]; /* "Scarlett 2i2 USB, channel 2"; "" : none */
    double rate_hz;
    size_t block;           /* frames; the largest that came, where the device chooses */
    double latency_seconds; /* round trip: in, out, and the rig; as the device tells */
    bool running;           /* false: it went away, and comes back by itself */
} screen_device;

typedef struct screen_info {
    const char *rig_path;    /* where ACTION_SAVE_RIG writes; never NULL */
    const atomic_bool *quit; /* a signal asks for the end */
    void (*read_device)(void *context,
                        screen_device *device); /* may wait for a moment; any thread but the audio's */
    void *context;
} screen_info;

/* Shows the session until somebody presses the key for that, or *quit. From the main thread. The caller fades out and
 * ends the session. Returns DONE; FAILED, after a sentence on stderr, if this terminal cannot show it. */
int screen_run(session *s, const screen_info *info);

#endif
