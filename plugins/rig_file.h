/** @file rig_file.h
 *  Rig files (docs/rig-file.md): the settings of a rig, its files and its model's knobs, as JSON.
 *
 *      bl_rig_file_load(), bl_rig_file_find(), bl_rig_setup_apply(), bl_rig_work(), bl_rig_setup_apply_knobs()
 *
 *  is the way from a file to a rig that sounds. Nothing here is real-time safe; a setup belongs to one thread. */
#ifndef BACKLINE_PLUGINS_RIG_FILE_H
#define BACKLINE_PLUGINS_RIG_FILE_H

#include "rig.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version of rig files that is written, and the latest that is read. */
#define BL_RIG_FILE_VERSION 1

/** A file of a rig. */
typedef struct bl_rig_setup_file {
    char *path;      /**< owned; NULL: none */
    char sha256[65]; /**< of its content, as lower-case hexadecimal digits; "" if it is not known */
    uint64_t size;   /**< in bytes; 0 if it is not known */
} bl_rig_setup_file;

/** A knob of the model, and where it stands in the model's units. */
typedef struct bl_rig_setup_knob {
    char *name; /**< owned */
    float value;
} bl_rig_setup_knob;

/** What a MIDI controller can do. A switch acts when a value of 64 or more comes; a setting follows the value. */
enum {
    BL_RIG_MIDI_NOTHING,
    BL_RIG_MIDI_BYPASS, /**< the rig off and on again, as the three below do with their part of it */
    BL_RIG_MIDI_TOGGLE_GATE,
    BL_RIG_MIDI_TOGGLE_AMP,
    BL_RIG_MIDI_TOGGLE_CABINET,
    BL_RIG_MIDI_NEXT_MODEL, /**< in the folder of the one that plays */
    BL_RIG_MIDI_PREVIOUS_MODEL,
    BL_RIG_MIDI_NEXT_CABINET,
    BL_RIG_MIDI_PREVIOUS_CABINET,
    BL_RIG_MIDI_NEXT_SLOT, /**< the next one with a model */
    BL_RIG_MIDI_PREVIOUS_SLOT,
    BL_RIG_MIDI_CLEAR_METERS,
    BL_RIG_MIDI_SETTING, /**< plus a bl_rig_param: turns this setting */
    BL_RIG_MIDI_TARGETS = BL_RIG_MIDI_SETTING + BL_RIG_PARAM_COUNT,
    BL_RIG_MIDI_CONTROLLERS = 120 /**< numbers from 120 on are no controllers, but modes of a channel */
};

/** What MIDI does, for programs that listen to it. All zero: nothing is mapped. */
typedef struct bl_rig_midi {
    uint8_t channel; /**< 1..16; 0: all are heard */
    uint8_t cc[BL_RIG_MIDI_CONTROLLERS];
} bl_rig_midi;

/** "next_model", or the symbol of a setting; NULL for BL_RIG_MIDI_NOTHING. Static. */
BL_API const char *bl_rig_midi_word(int target);

/** What a word stands for, or BL_RIG_MIDI_NOTHING. */
BL_API int bl_rig_midi_find(const char *word);

/** What a rig file holds. A plain struct: read it, and write into values. */
typedef struct bl_rig_setup {
    float values[BL_RIG_PARAM_COUNT]; /**< each as bl_rig_param_clamp() leaves it */
    bl_rig_setup_file files[BL_RIG_FILE_COUNT];
    bl_rig_setup_knob knobs[BL_RIG_KNOBS];
    size_t knob_count;
    bl_rig_midi midi;
} bl_rig_setup;

/** Settings at their initial values, no files, no knobs, nothing for MIDI to do. */
BL_API void bl_rig_setup_init(bl_rig_setup *setup);

/** Releases what the setup owns, and leaves it as bl_rig_setup_init() does. */
BL_API void bl_rig_setup_free(bl_rig_setup *setup);

/** Names a file; NULL or "" takes it away. BL_ERR_NO_MEM. */
BL_API bl_status bl_rig_setup_set_file(bl_rig_setup *setup, bl_rig_file file, const char *path);

/** Turns a knob, which need not be there yet. BL_ERR_NO_MEM; BL_ERR_LIMIT if there are more than BL_RIG_KNOBS. */
BL_API bl_status bl_rig_setup_set_knob(bl_rig_setup *setup, const char *name, float value, bl_error *error);

/** Forgets all knobs. */
BL_API void bl_rig_setup_clear_knobs(bl_rig_setup *setup);

/** Reads a rig file. Paths that it gives relative to its folder are put together with that of the rig file. Whether the
 *  files are there is not looked at.
 *  @param out  receives the setup on success; bl_rig_setup_free() releases it
 *  BL_ERR_IO; BL_ERR_LIMIT beyond 1 MiB; BL_ERR_FORMAT for whatever is not as the documentation says;
 *  BL_ERR_UNSUPPORTED for a later version. */
BL_API bl_status bl_rig_file_load(const char *path, bl_rig_setup *out, bl_error *error);

/** Looks for the files of a setup that are not where it says, and puts in where they are now.
 *  @param search   folders separated by colons, normally the environment variable BACKLINE_PATH; NULL: none. They are
 *                  searched with the folders in them, eight levels deep, up to 100,000 names
 *  @param say      called with a sentence for each file that was found elsewhere, and for each that is in its place but
 *                  has another content than it had; NULL: not wanted
 *  BL_ERR_IO for a file that is nowhere; the sentence says where it was looked for. */
BL_API bl_status bl_rig_file_find(bl_rig_setup *setup, const char *search,
                                  void (*say)(void *context, const char *sentence), void *context, bl_error *error);

/** The text of a rig file that will lie at `path`: files in its folder or below are named relative to it, others by
 *  their absolute path. free() releases *text. Reads all files for their SHA-256: BL_ERR_IO if one is not there;
 *  BL_ERR_UNSUPPORTED for a path that is not UTF-8. */
BL_API bl_status bl_rig_file_text(const bl_rig_setup *setup, const char *path, char **text, bl_error *error);

/** Gives a rig the settings, and the names of the files for its worker to load. BL_ERR_NO_MEM. */
BL_API bl_status bl_rig_setup_apply(const bl_rig_setup *setup, bl_rig *rig);

/** Turns the knobs of the model that was chosen, once it is loaded; those that the setup does not name go to their
 *  initial values. BL_ERR_ARGUMENT for a knob that the model does not have, and for a value out of its range. */
BL_API bl_status bl_rig_setup_apply_knobs(const bl_rig_setup *setup, bl_rig *rig, bl_error *error);

#ifdef __cplusplus
}
#endif
#endif
