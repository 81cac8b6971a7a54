#include "midi.h"

#include "actions.h"
#include "midi_map.h"
#include "midi_source.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const long tick_ns = 5000000;
enum { TICKS_BETWEEN_TRIES = 200 };

/* ---- messages ---- */

static const struct {
    action what;
    bl_rig_param param;
    double argument;
} switches[BL_RIG_MIDI_SETTING] = {
    [BL_RIG_MIDI_NOTHING] = { ACTION_COUNT, 0, 0 },
    [BL_RIG_MIDI_BYPASS] = { ACTION_BYPASS, 0, 0 },
    [BL_RIG_MIDI_TOGGLE_GATE] = { ACTION_GATE, 0, 0 },
    [BL_RIG_MIDI_TOGGLE_AMP] = { ACTION_AMP, 0, 0 },
    [BL_RIG_MIDI_TOGGLE_CABINET] = { ACTION_CABINET, 0, 0 },
    [BL_RIG_MIDI_NEXT_MODEL] = { ACTION_NEXT_MODEL, 0, 0 },
    [BL_RIG_MIDI_PREVIOUS_MODEL] = { ACTION_PREVIOUS_MODEL, 0, 0 },
    [BL_RIG_MIDI_NEXT_CABINET] = { ACTION_NEXT_CABINET, 0, 0 },
    [BL_RIG_MIDI_PREVIOUS_CABINET] = { ACTION_PREVIOUS_CABINET, 0, 0 },
    [BL_RIG_MIDI_NEXT_SLOT] = { ACTION_STEP, BL_RIG_SLOT, 1 },
    [BL_RIG_MIDI_PREVIOUS_SLOT] = { ACTION_STEP, BL_RIG_SLOT, -1 },
    [BL_RIG_MIDI_CLEAR_METERS] = { ACTION_CLEAR_METERS, 0, 0 },
};

static void tell_learnt(session *s, int controller, int target)
{
    char sentence[160];
    const bl_rig_param param = (bl_rig_param)(target - BL_RIG_MIDI_SETTING);
    snprintf(sentence, sizeof sentence, "MIDI controller %d turns %s from now on; saving the rig keeps that.",
             controller,
             target >= BL_RIG_MIDI_SETTING ? bl_rig_param_describe(param)->name : bl_rig_midi_word(target));
    session_tell(s, sentence);
}

static void move_controller(session *s, int controller, int value)
{
    bool learnt;
    const int target = midi_map_moved(session_midi(s), controller, &learnt);
    if (learnt)
        tell_learnt(s, controller, target);
    if (target >= BL_RIG_MIDI_SETTING)
        action_do(s, ACTION_SET, (bl_rig_param)(target - BL_RIG_MIDI_SETTING), value / 127.0, NULL);
    else if (value >= 64)
        action_do(s, switches[target].what, switches[target].param, switches[target].argument, NULL);
}

void midi_hear(session *s, const uint8_t *message, size_t size)
{
    bl_rig_midi map;
    if (size < 2 || message[1] > 127)
        return;
    midi_map_get(session_midi(s), &map);
    if (map.channel && (message[0] & 15) != map.channel - 1)
        return;
    if ((message[0] & 0xF0) == 0xC0)
        action_do(s, ACTION_SLOT, BL_RIG_SLOT, message[1] + 1, NULL);
    else if ((message[0] & 0xF0) == 0xB0 && size == 3 && message[1] < BL_RIG_MIDI_CONTROLLERS && message[2] < 128)
        move_controller(s, message[1], message[2]);
}

/* ---- the thread ---- */

static const midi_source *const sources[] = { &midi_source_jack, &midi_source_alsa };
enum { SOURCES = sizeof sources / sizeof *sources };

struct midi {
    session *session;
    pthread_t thread;
    atomic_bool end;
    const midi_source *found[SOURCES + 1]; /* those that were there in the beginning; the last is NULL */
    void *open[SOURCES + 1];               /* NULL: it has gone since */
};

/* A source that was there is waited for when it goes; one that was not is not used on this machine, or today. */
static void open_sources(midi *m)
{
    size_t count = 0;
    for (size_t i = 0; i < SOURCES; i++) {
        m->open[count] = sources[i]->open();
        if (m->open[count])
            m->found[count++] = sources[i];
    }
}

static void poll_source(midi *m, size_t i, unsigned tick)
{
    if (m->open[i] && m->found[i]->is_lost(m->open[i])) {
        m->found[i]->close(m->open[i]);
        m->open[i] = NULL;
    }
    if (!m->open[i] && tick % TICKS_BETWEEN_TRIES == 0)
        m->open[i] = m->found[i]->open();
    if (m->open[i])
        m->found[i]->poll(m->open[i], m->session);
}

static void *run(void *context)
{
    midi *m = context;
    open_sources(m);
    for (unsigned tick = 1; m->found[0] && !atomic_load_explicit(&m->end, memory_order_acquire); tick++) {
        for (size_t i = 0; m->found[i]; i++)
            poll_source(m, i, tick);
        nanosleep(&(struct timespec){ .tv_nsec = tick_ns }, NULL);
    }
    for (size_t i = 0; m->found[i]; i++)
        if (m->open[i])
            m->found[i]->close(m->open[i]);
    return NULL;
}

bl_status midi_begin(session *s, midi **out, bl_error *error)
{
    midi *m = calloc(1, sizeof *m);
    if (m)
        m->session = s;
    if (m && !pthread_create(&m->thread, NULL, run, m)) {
        *out = m;
        return BL_OK;
    }
    free(m);
    error->status = BL_ERR_NO_MEM;
    snprintf(error->text, sizeof error->text, "There is no room for the thread that listens to MIDI.");
    return BL_ERR_NO_MEM;
}

void midi_end(midi *m)
{
    if (!m)
        return;
    atomic_store_explicit(&m->end, true, memory_order_release);
    pthread_join(m->thread, NULL);
    free(m);
}
