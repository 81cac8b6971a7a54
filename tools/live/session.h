/* What plays live: the rig and all that is done to it while it plays. It knows nothing of PortAudio, terminals or MIDI:
 * audio.c calls session_process() from the callback, the screen and MIDI do things through actions.h, status.c reports.
 *
 * Three kinds of threads, as a rig has them: the audio thread, the session's own worker, and any others. */
#ifndef TOOLS_LIVE_SESSION_H
#define TOOLS_LIVE_SESSION_H

#include "load_times.h"
#include "midi_map.h"

#include <pthread.h>
#include <rig.h>
#include <rig_file.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct session session;

enum { SESSION_XRUNS = 32 }; /* the last ones whose times are kept */

typedef struct session_options {
    double rate_hz;
    size_t block;                     /* nominal; the callback may bring others */
    size_t in_channels, out_channels; /* of the rig: 1 or 2 each */
    const bl_rig_setup *setup;        /* settings, files and knobs to begin with; copied */
    double guard_share; /* the overload guard steps down beyond this share of a block's time; 0: no guard */
    const char *record; /* a file for dry and wet (record.h), which is replaced; NULL: none */
    bl_cpu cpu;
    bl_load_options load; /* for all models; its quality is ignored: that is a setting */
} session_options;

/* Makes the rig, loads its files (a missing one leaves its place empty, and says so in session_news()), and starts the worker.
 * Errors as bl_rig_create(); BL_ERR_IO for a recording that cannot be written. */
bl_status session_create(const session_options *options, session **out, bl_error *error);

/* The audio thread has stopped. Ends the recording properly. */
void session_free(session *s);

/* Ends the recording, if there is one, so that session_read() and session_news() tell what became of it. The audio thread
 * has stopped. */
void session_end_recording(session *s);

/* Another rate or block, after the device changed: a new rig with the same settings, files and knobs. A recording ends
 * where the rate changes. Not while audio runs. */
bl_status session_restart(session *s, double rate_hz, size_t block, bl_error *error);

/* Audio has paused and begins again: its first frames fade in. Not while audio runs. */
void session_resume(session *s);

/* ---- audio thread ---- */

/* The rig, the meters, the recording, the tuner's sound, the load. in may be NULL for silence. The very first frames
 * fade in. Real-time safe. */
BL_REALTIME void session_process(session *s, float *const *out, const float *const *in, size_t frames);

/* The device lost or doubled sound before this block. Real-time safe. */
BL_REALTIME void session_xrun(session *s);

/* ---- any thread but the audio thread ---- */

/* It stays valid until session_free(), but after a restart another one plays: ask anew each time. */
bl_rig *session_rig(session *s);
double session_rate(const session *s);
size_t session_block(const session *s);

/* Settings, files and knobs as they are now; the caller frees it. BL_ERR_NO_MEM. */
bl_status session_setup(session *s, bl_rig_setup *setup, bl_error *error);

/* What MIDI does; part of the setup. */
midi_map *session_midi(session *s);

/* Takes over a rig file, gaplessly: settings, files, knobs, MIDI. What is wrong leaves everything as it was. */
bl_status session_load_rig(session *s, const char *path, bl_error *error);
bl_status session_save_rig(session *s, const char *path, bl_error *error);

/* A file for a place; "": none. It is loaded by the worker; what becomes of it shows in session_news(). */
bl_status session_set_file(session *s, bl_rig_file file, const char *path);

/* The path that is named for a place, copied; "" if none. Length with the zero at most size. */
void session_file(session *s, bl_rig_file file, char *out, size_t size);

/* All output fades out over some milliseconds, or back in: for the end, and for measuring. */
void session_fade(session *s, bool out);
bool session_has_faded(const session *s);

/* The thread that calls session_process(), so that its xruns are told from the machine's (blame.h). It lives, and has done
 * so at least once; for every other one anew. */
void session_watch(session *s, pthread_t audio);

typedef struct session_state {
    bl_rig_meters meters;
    load_times load; /* of the last seconds, see load_times.h */
    uint64_t frames; /* played */
    uint64_t xruns;
    uint64_t own_xruns;               /* of these: ours, see blame.h */
    double xrun_times[SESSION_XRUNS]; /* seconds since the start, newest first */
    size_t xrun_count;                /* how many of these there are */
    uint64_t recorded, record_lost;   /* as in record.h; 0 without a recording */
    const char *record_error;         /* NULL: none; static until the session ends */
    float guard_quality;              /* to which the guard has stepped down; < 0: it has not */
    size_t latency;                   /* of the rig, samples */
} session_state;
void session_read(session *s, session_state *state);

/* The newest thing that somebody should know (a file loaded, one that failed, the guard, a device), as a sentence; number
 * grows with each. Copied into out. */
unsigned session_news(session *s, char *out, size_t size);
void session_tell(session *s, const char *sentence); /* any thread but the audio thread */

/* For logs, which want them all: the oldest one after number *seen that is still known, which *seen becomes. False if there
 * is none. */
bool session_next_news(session *s, unsigned *seen, char *out, size_t size);

/* Sound for a tuner: mono, before the rig. Returns how many samples were taken, at most most; what nobody takes is dropped.
 * One thread. */
size_t session_hear(session *s, float *samples, size_t most);

#endif
