/* A small LV2 host for tests: one instance of the plugin (linked into the test, no dlopen), whose every feature, buffer and
 * thread the test controls.
 *
 * It watches the plugin as it goes: run() may not allocate, free or lock, not schedule work outside run(), not write past its
 * buffers nor into control ports that are inputs, not leave the floating-point mode changed, and must leave a valid
 * sequence in the notify port. Only where there is no worker, and up to the first frame that is played, may run() wait for
 * what was asked for. What is caught first stands in `fault`, and small_host_close() fails the test with it. Programs that
 * use it are linked with realtime_guard.c and its --wrap arguments. */
#ifndef BL_TESTS_LV2_SMALL_HOST_H
#define BL_TESTS_LV2_SMALL_HOST_H

#include "lv2/ports.h"
#include "lv2/properties.h"

#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum worker_kind {
    WORKER_NONE,   /* the feature is not offered */
    WORKER_SYNC,   /* work() inside schedule_work(), as freewheeling hosts do */
    WORKER_LATE,   /* work() when the test calls small_host_work() */
    WORKER_THREAD, /* a thread of its own */
    WORKER_FULL    /* schedule_work() says NO_SPACE, until the test sets SYNC or LATE */
} worker_kind;

enum { SMALL_HOST_FRAMES = 8192, SMALL_HOST_ATOMS = 131072 };

typedef struct small_host {
    const LV2_Descriptor *descriptor;
    LV2_Handle handle;
    size_t channels;
    worker_kind worker;
    unsigned scheduled;         /* calls of schedule_work() that were accepted */
    unsigned refused;           /* and that were not (WORKER_FULL) */
    unsigned waiting;           /* accepted calls whose work() has not been called (WORKER_LATE) */
    bool has_atoms;             /* false: atom ports are connected to NULL from the next run on */
    uint32_t notify_capacity;   /* atom.size of the notify port before each run; at most SMALL_HOST_ATOMS - 8 */
    float controls[PORT_COUNT]; /* connected; inputs at their initial values */
    float in[2][SMALL_HOST_FRAMES], out[2][SMALL_HOST_FRAMES + 1];
    _Alignas(8) uint8_t control[SMALL_HOST_ATOMS], notify[SMALL_HOST_ATOMS];
    LV2_Atom_Forge forge; /* writes the control port's next sequence */
    LV2_Atom_Forge_Frame sequence;
    bool is_writing;
    char **uris; /* mapped so far; the number is the place + 1 */
    size_t uri_count;
    char logged[512];  /* what the plugin logged last */
    const char *fault; /* what the plugin did wrong first; NULL: nothing */
    /* the rest is the small host's own: features, worker thread, ... */
    LV2_URID_Map map;
    LV2_Worker_Schedule schedule;
    LV2_Log_Log log;
    const LV2_Feature *features[8];
    LV2_Feature feature_data[8];
    bool is_active, has_begun, has_thread; /* has_begun: a frame was played since it was activated */
    pthread_t thread;
    pthread_mutex_t lock; /* of uris and logged */
    atomic_bool quit;
    atomic_uint jobs, job_size;
} small_host;

/* Creates an instance, connects all ports, does not activate. bundle: folder of the bundle (BL_TEST_BUNDLE). False if
 * instantiate() gives NULL. */
bool small_host_open(small_host *h, size_t channels, double rate, const char *bundle, worker_kind worker);
void small_host_activate(small_host *h);
void small_host_deactivate(small_host *h);

/* Deactivates if it was activated, cleans up, stops the worker; fails the test (cmocka) if the plugin was at fault. */
void small_host_close(small_host *h);

/* Runs so many frames of what is in h->in, with the events that were written since, and leaves h->out and h->notify. */
void small_host_run(small_host *h, uint32_t frames);

/* The same with other audio buffers, which may be NULL or the same. The arrays hold a pointer per channel. */
void small_host_run_on(small_host *h, uint32_t frames, float *const *out, float *const *in);

/* Calls run() as it is, watched as ever; nothing is connected or looked at, so that a test can do that itself. */
void small_host_run_only(small_host *h, uint32_t frames);

/* Connects a port, unless the plugin does not have it. */
void small_host_connect(small_host *h, port_id port, void *data);

/* WORKER_LATE: does what was scheduled. */
void small_host_work(small_host *h);

/* The instance's interface, e.g. LV2_STATE__interface. */
const void *small_host_interface(const small_host *h, const char *uri);

LV2_URID small_host_map(small_host *h, const char *uri);
LV2_URID small_host_map_property(small_host *h, property which);
const char *small_host_unmap(const small_host *h, LV2_URID urid);

/* ---- small_host_messages.c ---- */

/* Events for the next run. */
void small_host_set_path(small_host *h, property which, const char *path); /* patch:Set */
void small_host_set_float(small_host *h, const char *uri, float value);
void small_host_set_bool(small_host *h, const char *uri, bool value);
void small_host_get(small_host *h, property which); /* patch:Get; PROPERTY_COUNT: of all */
void small_host_midi(small_host *h, uint32_t frame, uint8_t a, uint8_t b, uint8_t c);
void small_host_raw(small_host *h, uint32_t frame, const void *atom, uint32_t size); /* as it is, header included */

/* Ends the sequence that was begun, or an empty one; what is in h->control then is what run() will read. */
void small_host_finish_events(small_host *h);

/* What the last run said of a property in the notify port: its text, or NULL if nothing. */
const char *small_host_told(small_host *h, property which);

/* Whether it said state:StateChanged. */
bool small_host_told_change(small_host *h);

/* NULL if the notify port holds a valid sequence of at most so many bytes behind its header, or what is wrong with it.
 * With less than 8 bytes, the null atom is all that fits. */
const char *small_host_check_notify(small_host *h, const void *notify, uint32_t capacity);

/* ---- small_host_state.c ---- */

/* The saved state: a list that a test may look at and change. */
typedef struct kept {
    LV2_URID key, type;
    uint32_t flags;
    size_t size;
    void *value; /* owned */
} kept;
typedef struct kept_state {
    kept values[64];
    size_t count;
    const char *root; /* if set, there is a map-path feature: paths below it are abstract without it */
} kept_state;

/* *state need not be initialised but for its root. */
LV2_State_Status small_host_save(small_host *h, kept_state *state);

/* Both only call the plugin: they may be called beside small_host_run() from other threads. */
LV2_State_Status small_host_restore(small_host *h, const kept_state *state, bool thread_safe);
void kept_state_free(kept_state *state);
const kept *kept_state_find(const kept_state *state, LV2_URID key);

#endif
