/* The inside of the plugin: what belongs to which thread, and which file does what with it.
 *
 * plugin.c   life: what a host calls outside run()
 * host.c     what the host offers
 * run.c      run(): ports to settings, sound, meters
 * control.c  what comes in through the control port     switching.c  slots and switches
 * notify.c   what goes out through the notify port       tuner_tap.c  sound for a window's tuner
 * work.c     who loads: the host's worker, or a thread of our own
 * files.c    which files are named                       bank.c  the user's bank file
 * files_find.c, files_content.c, files_report.c  where they are, what is in them, and what became of them
 * state_save.c, state_restore.c    what sessions and presets keep */
#ifndef BACKLINE_LV2_PLUGIN_H
#define BACKLINE_LV2_PLUGIN_H

#include "host.h"
#include "load.h"
#include "lock.h"
#include "ports.h"
#include "properties.h"
#include "rig.h"
#include "rig_file.h"
#include "text_box.h"
#include "tuner_tap.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>

enum { PLUGIN_CHANNELS = 2 };

/* In plugin.seen: the port's value was seen, whatever it will be. */
#define SEEN_WHATEVER INFINITY

/* The range of a knob of the model that plays; without that knob, has is false. */
typedef struct knob_range {
    _Atomic float minimum, initial, maximum;
    _Atomic bool has;
} knob_range;

/* What notify.c has still to send: bits by property. */
typedef struct outgoing {
    unsigned reported;  /* how many reports were looked at */
    unsigned slot;      /* whose report stands for the model; 0: none */
    uint32_t waiting;   /* properties to be sent, as bits */
    bool state_changed; /* state:StateChanged to be sent */
} outgoing;

typedef struct plugin {
    /* fixed from instantiate() on */
    size_t channels; /* 1 or 2, in and out */
    double rate_hz;
    host host;
    uris uris;
    char *bundle; /* its folder, with a final '/'; owned */
    bl_rig *rig;  /* owned */

    /* audio thread (and instantiation class functions, which never run beside it) */
    void *ports[PORT_COUNT];
    bool begun;                            /* a frame was played since activate() */
    bool pressed[PORT_COUNT];              /* triggers and switches that are down */
    bool controller_down[PLUGIN_SWITCHES]; /* the same by MIDI */
    uint32_t frames_since_meter;           /* that was told; */
    unsigned meters_written;               /* which is next */
    unsigned knobs_known;                  /* knob_changes that have been looked at */
    outgoing outgoing;
    tuner_tap tuner;
    bl_load load;
    uint32_t frames_since_asked, patience_frames; /* since the worker was asked for last; when to ask again */

    /* any thread */
    /* The value of a setting's or knob's port that was applied last; NAN: none. What was set otherwise, e.g. by a rig
     * file, holds until its port moves. */
    _Atomic float seen[PORT_COUNT];
    /* What the audio thread set last, by ports, messages or feet, and how many requests it had made before. */
    _Atomic float wished[BL_RIG_PARAM_COUNT];
    _Atomic unsigned wished_after[BL_RIG_PARAM_COUNT];
    _Atomic uint32_t loaded;        /* slots that have a model, as bits; written by files_report() */
    knob_range knobs[PLUGIN_KNOBS]; /* the same */
    _Atomic unsigned knob_changes;  /* counts changes of these ranges */
    _Atomic uint32_t held_knobs;    /* bits: set by name, by rig files and sessions; until the port moves */
    _Atomic bool held_changed;      /* what PROPERTY_HELD tells may be another now */
    _Atomic bool asked;             /* the worker was asked for and has not begun */
    _Atomic unsigned orders,
        taken;                 /* requests that were made, and how many of them the worker has looked at; so that
                                     * the audio thread need not look into all boxes */
    _Atomic unsigned reported; /* reports that were posted, for the same reason */
    text_box requests[PROPERTY_WRITABLE]; /* audio thread to worker; PROPERTY_MODEL is sent as the slot's */
    text_box reports[PROPERTY_COUNT];     /* worker to audio thread; the model's is notify.c's own copy */

    /* under the lock: worker, save, restore; never the audio thread */
    bl_lock asking;
    bl_rig_setup_file files[BL_RIG_FILE_COUNT]; /* as they were named; paths owned */
    bool named;         /* files were named, or taken away, by whom or what ever: no defaults any more */
    char *rig_path;     /* of the rig file that was loaded last; owned; NULL: none */
    bl_error rig_error; /* what was wrong with that, with the bank, or with the last request */
    bl_error find_error[BL_RIG_FILE_COUNT]; /* why the rig was not given the name, or had to lose it again */
    unsigned namings[BL_RIG_FILE_COUNT];    /* how often a file was named */
    unsigned hashed[BL_RIG_FILE_COUNT];     /* and which of these the hash is of */
    uint32_t replaced;          /* places, as bits: what was there before shall not outlast a failed load */
    bl_rig_setup *knobs_wanted; /* of a rig file whose models are not loaded yet; owned; NULL: none */
    size_t playing;             /* the slot whose model plays, from 1; 0: none */
    char *told[PROPERTY_COUNT]; /* what was reported last; owned; NULL: nothing yet */
    uint32_t tell_again;        /* properties, as bits, that the host believes to be something else */
    char *logged[BL_RIG_FILE_COUNT + 1]; /* what the host's log was told last of a file, and of rig files; owned */

    /* work.c: without a worker of the host's */
    pthread_t thread;
    bool has_thread;
    _Atomic bool quit;
} plugin;

/* ---- run.c ---- audio thread ---- */

BL_REALTIME void plugin_run(plugin *p, uint32_t frames);

/* Gives the rig a setting, and keeps in mind that it came behind all requests up to now: a rig file that was asked for earlier
 * but is read later does not undo it. */
BL_REALTIME void plugin_wish(plugin *p, bl_rig_param param, float value);

/* A setting or knob, of PORT_SETTINGS to below PORT_NEXT, gets the value that its port would have, until that moves. */
BL_REALTIME void plugin_set(plugin *p, port_id port, float value);

/* Gives the rig every setting whose port is not where it was seen last. */
BL_REALTIME void plugin_apply_ports(plugin *p);

/* ---- control.c ---- audio thread ---- */

/* Obeys all events of the control port, whatever it holds. */
BL_REALTIME void control_read(plugin *p);

/* Asks for a file; path need not end with a zero; length 0: none. p is below PROPERTY_WRITABLE. */
BL_REALTIME void control_request(plugin *p, property which, const char *path, size_t length);

/* Whether a request waits for the worker. Any thread. */
BL_REALTIME bool control_has_requests(const plugin *p);

/* ---- switching.c ---- audio thread ---- */

BL_REALTIME void switching_read_ports(plugin *p);
BL_REALTIME void switching_settle(plugin *p);              /* what is down now was not pressed */
BL_REALTIME void switching_select(plugin *p, size_t slot); /* from 0; beyond the last: nothing */
BL_REALTIME void switching_step(plugin *p, int direction); /* to the next slot that has a model, round and round */
BL_REALTIME void switching_controller(plugin *p, int number, int value); /* MIDI; from 64 on a switch is down */

/* ---- notify.c ---- audio thread ---- */

/* Everything, or one property, shall be sent: somebody asked. PROPERTY_COUNT: all. */
BL_REALTIME void notify_ask(plugin *p, property which);

/* Writes the notify port's sequence: what is new or was asked for, as far as there is room; the rest next time. */
BL_REALTIME void notify_write(plugin *p);

/* ---- work.c ---- */

/* Audio thread: sees to it that somebody works if there is work. */
BL_REALTIME void work_ask(plugin *p, uint32_t frames);

/* Works, here and now, until nothing is left to do. Any thread that may wait. */
void work_all(plugin *p);

/* Starts and ends the thread of our own, if the host has no worker. False if there is no thread to be had. */
bool work_start(plugin *p, double rate);
void work_stop(plugin *p);

extern const LV2_Worker_Interface work_interface;

/* ---- files.c ---- under no lock; they take it; any thread that may wait ---- */

/* Takes the requests of the audio thread, in their order: gives the rig the names, loads rig files. Loads no model. */
void files_take_requests(plugin *p);

/* Throws the requests away: something newer names all files. */
void files_drop_requests(plugin *p);

/* Where nothing was named yet: the bank's files, or else the bundled model and cabinet. */
void files_use_defaults(plugin *p);

/* As if nothing had ever been named, for the next files_use_defaults(). */
void files_forget(plugin *p);

/* Names all files at once, and looks for those that are not there. Files that are nowhere keep their names. Takes the paths
 * out of the array. */
void files_name_all(plugin *p, bl_rig_setup_file files[BL_RIG_FILE_COUNT]);

/* Reads a rig file and takes over its settings, files and knobs. False: what is wrong with it is kept for the report, and
 * nothing has changed. */
bool files_load_rig(plugin *p, const char *path);

/* Whether something of a rig file waits until its models are loaded, by work_all(). */
bool files_wait_for_models(plugin *p);

/* Copies of what is named, with contents' hashes where they can be had; the caller frees the paths. False: no memory. */
bool files_copy(plugin *p, bl_rig_setup_file copies[BL_RIG_FILE_COUNT]);

/* Releases all that is under the lock; nobody uses the plugin any more. */
void files_free(plugin *p);

/* ---- files_find.c ---- */

bool files_is_there(const char *path);

/* Looks for those that are not there, by content and name, in BACKLINE_PATH and the bundle, and puts in where they are now;
 * the errors say which are nowhere. Takes no lock. */
void files_find(plugin *p, bl_rig_setup_file files[BL_RIG_FILE_COUNT], bl_error errors[BL_RIG_FILE_COUNT]);

/* ---- files_content.c ---- */

/* Keeps the hashes of all that was named since; reads those files, but under no lock. */
void files_hash(plugin *p);

/* ---- files_report.c ---- */

/* Behind the rig's worker: does what had to wait for the models, tells the audio thread what became of all (reports, loaded,
 * knobs), and the host's log what went wrong. */
void files_report(plugin *p);

/* The bundle's own files: BUNDLE_PREFIX and a name, in sessions; so they are found wherever the plugin is installed. */
#define BUNDLE_PREFIX  "bundle:"
#define BUNDLE_MODEL   "backline-crunch.nam"
#define BUNDLE_CABINET "backline-cabinet.wav"

/* ---- bank.c ---- */

/* The user's bank: the rig file backline/bank.json in XDG_CONFIG_HOME (~/.config). False if there is none, with *error
 * BL_OK, or a broken one, with a sentence. */
bool bank_load(bl_rig_setup *setup, bl_error *error);

/* ---- state_settings.c ---- */

/* The settings and knobs that are not where their ports say, as "bass=3@0 knob_1=0.7@0.5": value, and behind the @ that of
 * the port. free() releases it; NULL: no memory. */
char *state_write_settings(const plugin *p);

/* The same for windows: values as ports have them, "bass=3 knob_1=0.5". */
char *state_write_held(const plugin *p);

/* Sets these, until their ports move; all others go where their ports are. What cannot be understood is left out. */
void state_read_settings(plugin *p, const char *text);

/* All settings and knobs stay as they are, until their ports move. */
void state_hold_settings(plugin *p);

/* ---- state_save.c, state_restore.c ---- */

LV2_State_Status state_save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state,
                            uint32_t flags, const LV2_Feature *const *features);

extern const LV2_State_Interface state_interface;

#endif
