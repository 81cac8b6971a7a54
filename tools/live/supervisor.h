/* Watches over the stream while the session plays: a thread that brings a device back that went away, sees to real-time
 * priority, and reads the rig file again when a signal asks for it. */
#ifndef TOOLS_LIVE_SUPERVISOR_H
#define TOOLS_LIVE_SUPERVISOR_H

#include "audio.h"
#include "screen.h"

typedef struct supervisor {
    audio *audio;
    session *session;
    const char *rig_path; /* to be read again; NULL: there is none */
    pthread_t thread;
    atomic_bool end;
    pthread_mutex_t lock; /* of device */
    screen_device device;

    /* its own */
    bool open;
    uint64_t blocks;
    unsigned idle; /* ticks without a block */
    unsigned away; /* ticks until it counts as back; 0: it is here */
    bool raised;
} supervisor;

/* Lets a session play. */
audio_client supervisor_client(session *s);

/* The stream plays already. What it finds is told by session_tell(). BL_ERR_NO_MEM. */
bl_status supervisor_begin(supervisor *s, bl_error *error);

/* Ends the thread; then closes the stream. */
void supervisor_end(supervisor *s);

/* For screen_info: context is the supervisor. */
void supervisor_read(void *context, screen_device *device);

#endif
