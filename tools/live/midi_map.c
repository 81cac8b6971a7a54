#include "midi_map.h"

void midi_map_init(midi_map *m, const bl_rig_midi *midi)
{
    pthread_mutex_init(&m->lock, NULL);
    m->midi = *midi;
    m->learning = BL_RIG_MIDI_NOTHING;
}

void midi_map_free(midi_map *m)
{
    pthread_mutex_destroy(&m->lock);
}

void midi_map_set(midi_map *m, const bl_rig_midi *midi)
{
    pthread_mutex_lock(&m->lock);
    m->midi = *midi;
    pthread_mutex_unlock(&m->lock);
}

void midi_map_get(midi_map *m, bl_rig_midi *midi)
{
    pthread_mutex_lock(&m->lock);
    *midi = m->midi;
    pthread_mutex_unlock(&m->lock);
}

void midi_map_learn(midi_map *m, int target)
{
    pthread_mutex_lock(&m->lock);
    m->learning = target;
    pthread_mutex_unlock(&m->lock);
}

int midi_map_learning(midi_map *m)
{
    pthread_mutex_lock(&m->lock);
    const int target = m->learning;
    pthread_mutex_unlock(&m->lock);
    return target;
}

static void learn(midi_map *m, int controller)
{
    for (int i = 0; i < BL_RIG_MIDI_CONTROLLERS; i++)
        if (m->midi.cc[i] == m->learning)
            m->midi.cc[i] = BL_RIG_MIDI_NOTHING;
    m->midi.cc[controller] = (uint8_t)m->learning;
    m->learning = BL_RIG_MIDI_NOTHING;
}

int midi_map_moved(midi_map *m, int controller, bool *learnt)
{
    pthread_mutex_lock(&m->lock);
    *learnt = m->learning != BL_RIG_MIDI_NOTHING;
    if (*learnt)
        learn(m, controller);
    const int target = m->midi.cc[controller];
    pthread_mutex_unlock(&m->lock);
    return target;
}
