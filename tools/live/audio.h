/* The stream between the devices and whoever plays: picks the channels, counts what is lost, and knows whether it is
 * alive. PortAudio's thread calls the client; all else is for one other thread. */
#ifndef TOOLS_LIVE_AUDIO_H
#define TOOLS_LIVE_AUDIO_H

#include "devices.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* What is asked for. */
typedef struct audio_wish {
    device_end in, out;
    double rate_hz; /* 0: the device's own */
    size_t block;   /* 0: the device's own; JACK's server has one for all */
} audio_wish;

/* Whoever plays: as many channels as the wish has. in is NULL for silence. */
typedef struct audio_client {
    void (*process)(void *context, float *const *out, const float *const *in, size_t frames);
    void (*xrun)(void *context); /* sound was lost or doubled before the next block */
    void *context;
} audio_client;

/* Begins as zero. */
typedef struct audio {
    audio_wish wish;
    audio_client client;
    void *stream; /* PortAudio's or JACK's; NULL: closed */
    double rate_hz;
    size_t block;           /* expected */
    double latency_seconds; /* in and out, as the device tells */
    bool is_jack;
    void *ports[2][2]; /* JACK's, by direction and channel */
    size_t opened[2];  /* PortAudio's channels */

    /* from threads of the device */
    _Atomic uint64_t blocks;
    _Atomic size_t largest;    /* block so far, frames */
    _Atomic(pthread_t) thread; /* valid after the first block */
    atomic_bool xrun, gone;    /* of JACK */
} audio;

/* Opens the devices of the wish, and fills what is known then. A rate that they cannot do is replaced by one that they
 * can: compare rate_hz. BL_ERR_IO, BL_ERR_ARGUMENT for what does not go together, BL_ERR_NO_MEM. */
bl_status audio_open(audio *a, const audio_wish *wish, bl_error *error);

/* From here on the client is called. BL_ERR_IO; audio_close() in any case. */
bl_status audio_start(audio *a, const audio_client *client, bl_error *error);

/* The client is called no more. Does nothing if it is closed. */
void audio_close(audio *a);

/* The device has not said goodbye. Whether blocks come is another matter: look at a->blocks. */
bool audio_is_active(const audio *a);

/* What a callback does when it has found its samples: as many channels as the wish has; in: NULL for silence. */
void audio_play(audio *a, float *const *out, const float *const *in, size_t frames, bool xrun);

#endif
