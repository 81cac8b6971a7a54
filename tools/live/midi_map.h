/* What MIDI does in a session: the rig's map, and what is to be learnt. */
#ifndef TOOLS_LIVE_MIDI_MAP_H
#define TOOLS_LIVE_MIDI_MAP_H

#include <pthread.h>
#include <rig_file.h>

/* Any thread, by the functions below. */
typedef struct midi_map {
    pthread_mutex_t lock;
    bl_rig_midi midi;
    int learning; /* the target that the next controller is for; BL_RIG_MIDI_NOTHING: none */
} midi_map;

void midi_map_init(midi_map *m, const bl_rig_midi *midi);
void midi_map_free(midi_map *m);

void midi_map_set(midi_map *m, const bl_rig_midi *midi);
void midi_map_get(midi_map *m, bl_rig_midi *midi);

/* The next controller that moves is for this target; BL_RIG_MIDI_NOTHING: for none any more. */
void midi_map_learn(midi_map *m, int target);
int midi_map_learning(midi_map *m);

/* A controller has moved. If one is waited for, it gets the target and loses what it did; controllers that had that
 * target lose it. Returns what the controller does now; *learnt: it is new. */
int midi_map_moved(midi_map *m, int controller, bool *learnt);

#endif
