/* The object "midi" of rig files. */
#ifndef BACKLINE_PLUGINS_RIG_FILE_MIDI_H
#define BACKLINE_PLUGINS_RIG_FILE_MIDI_H

#include "rig_file.h"

#include <jansson.h>

/* object: NULL where the file has none. BL_ERR_FORMAT. */
bl_status rig_file_read_midi(const json_t *object, bl_rig_midi *midi, bl_error *error);

/* An object that is whole, or NULL without memory. */
json_t *rig_file_json_of_midi(const bl_rig_midi *midi);

/* Nothing is mapped, and all channels are heard. */
bool rig_file_midi_is_plain(const bl_rig_midi *midi);

#endif
