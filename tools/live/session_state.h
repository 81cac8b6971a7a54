/* What a session consists of; for its own files. */
#ifndef TOOLS_LIVE_SESSION_STATE_H
#define TOOLS_LIVE_SESSION_STATE_H

#include "blame.h"
#include "guard.h"
#include "record.h"
#include "session.h"

#include <history.h>
#include <pthread.h>
#include <stdatomic.h>

enum { SESSION_CHANNELS = 2, SESSION_SLICE = 256, SESSION_NEWS = 64, SESSION_SENTENCE = 700 };

/* What is worth telling. */
typedef struct news {
    pthread_mutex_t lock;
    char sentences[SESSION_NEWS][SESSION_SENTENCE]; /* number n stands at n % SESSION_NEWS */
    unsigned number;                                /* of the newest; 0: there is none yet */
} news;

/* A rig that played before a restart. Somebody may still hold it, so it stays, but without its files. */
typedef struct old_rig {
    struct old_rig *next;
    bl_rig *rig;
} old_rig;

struct session {
    session_options options; /* channels, cpu and load; the others are elsewhere */
    _Atomic(bl_rig *) rig;
    _Atomic double rate_hz;
    _Atomic size_t block;

    /* audio thread */
    float silence[SESSION_SLICE], dry[SESSION_CHANNELS][SESSION_SLICE], mono[SESSION_SLICE];
    float gain; /* of the fade */

    /* from the audio thread to others */
    load_meter load, recent; /* of the last seconds, for people; of the last second, for the guard */
    bl_history heard;        /* mono, for the tuner */
    _Atomic uint64_t frames, xruns;
    _Atomic double xrun_times[SESSION_XRUNS];
    atomic_bool faded;
    blame blame;

    /* from others to the audio thread */
    atomic_bool fade_out, recording;
    _Atomic double seconds_per_cycle;
    uint64_t began_cycles, began_ns; /* when the session began, by both clocks */

    /* among others */
    pthread_mutex_t changing; /* whoever exchanges the rig, or all that it plays */
    old_rig *old;
    record *record;
    char *record_path;
    atomic_bool record_told; /* that it has failed */
    guard guard;
    midi_map midi;
    news news;
    uint64_t hear_position;

    pthread_t worker;
    atomic_bool end;
    atomic_bool asked[BL_RIG_FILE_COUNT]; /* places of which there is something to tell after the next work */
};

void news_init(news *n);
void news_free(news *n);

/* Tells once why the recording ended early, if it did. Any thread but the audio thread. */
void session_tell_recording(session *s);

/* Seconds since the session began, by the counter of cycles. Real-time safe. */
BL_REALTIME double session_clock(const session *s);

/* Measures the counter of cycles by the system's clock, the better the later. Not the audio thread. */
void session_set_clock(session *s);

/* The worker's thread: loads what the rig wants, tells of it, and lets the guard watch. */
void *session_work(void *context);

/* Fills an error; returns the status. */
bl_status session_wrong(bl_error *error, bl_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
