/* The inside of a rig: what belongs to which thread. */
#ifndef BACKLINE_PLUGINS_RIG_STATE_H
#define BACKLINE_PLUGINS_RIG_STATE_H

#include "dc_blocker.h"
#include "gain.h"
#include "gate.h"
#include "impulse.h"
#include "lock.h"
#include "rig.h"
#include "rig_parts.h"
#include "tone.h"

#include <stdatomic.h>

enum { RIG_CHANNELS = BL_STAGE_CHANNELS, RIG_FRAMES = BL_STAGE_FRAMES };

/* A row of RIG_FRAMES samples per channel. */
typedef float rig_rows[RIG_CHANNELS][RIG_FRAMES];

/* What stands before the amp. */
typedef struct rig_front {
    bl_gain gain;
    bl_dc_blocker dc[RIG_CHANNELS];
    bl_gate gates[RIG_CHANNELS];
    bl_tone tone;
    bl_meter *meter;
    rig_rows signal;
} rig_front;

/* What stands behind it. */
typedef struct rig_back {
    bl_delay gate_delay[RIG_CHANNELS]; /* the gate's gains are as late as the amp is */
    size_t open_frames;                /* so many gains, as far as the delays reach, were 1 */
    bool gate_sleeps;                  /* all that the delays show is 1, and they hear nothing */
    bl_tone tone;
    bl_stage cabinet;
    bl_gain gain;
    bl_meter *meter;
    _Atomic float gate; /* its lowest gain in the last block */
    rig_rows gains, signal;
} rig_back;

/* The place of a file. `asked` and `path` change under the lock `asking`; the rest is the worker's, but is read by others
 * and so written under that lock, too. */
typedef struct rig_place {
    char *path;
    unsigned asked, done; /* how often it was named, and which of these the worker has seen to */
    float quality;        /* that the model was loaded with */
    bl_error error;
    bl_capture *capture; /* owned; of a place for models */
    bl_impulse *impulse; /* owned; of one for impulse responses */
} rig_place;

struct bl_rig {
    bl_rig_options options;

    /* any thread */
    _Atomic float params[BL_RIG_PARAM_COUNT], knobs[BL_RIG_KNOBS];
    _Atomic unsigned changes;      /* of settings and knobs */
    _Atomic unsigned wanted, done; /* work that was asked for, and that was done */
    _Atomic unsigned file_changes;
    _Atomic size_t latency;

    /* audio thread */
    unsigned applied;        /* how many of the changes */
    bool begun;              /* a frame has been played */
    unsigned amps, cabinets; /* that were taken and know the settings */
    bl_stage amp;
    rig_front front;
    rig_back back;
    bl_delay dry[RIG_CHANNELS];
    bl_ramp enabled;
    rig_rows dry_signal; /* what bypass gives, where that is heard */

    /* worker */
    bl_lock asking, working;
    unsigned resets; /* under `asking`, as is handing over to the stages: a reset comes before it or behind it */
    rig_place places[BL_RIG_FILE_COUNT];
    bl_capture *played; /* owned: the amp that was handed over last, */
    size_t played_slot, played_oversample;
    bl_impulse *heard[2]; /* owned: and the cabinet */
};

static inline float rig_value(const bl_rig *rig, bl_rig_param param)
{
    return atomic_load_explicit((_Atomic float *)&rig->params[param], memory_order_relaxed);
}

/* rig_settings.c: settings for a part that is about to be heard, on the thread that owns it. Nothing happens where the
 * part is something else, or NULL. */
BL_REALTIME void rig_adjust_amp(const bl_rig *rig, bl_part *part);
BL_REALTIME void rig_adjust_cabinet(const bl_rig *rig, bl_part *part);

/* Audio thread: takes what was handed over, and all settings that have changed. */
BL_REALTIME void rig_take(bl_rig *rig);

#endif
