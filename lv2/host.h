/* What the host offers: its features, and the numbers that it gives to URIs. */
#ifndef BACKLINE_LV2_HOST_H
#define BACKLINE_LV2_HOST_H

#include "ports.h"
#include "properties.h"

#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <stdbool.h>

typedef struct host {
    LV2_URID_Map *map;
    LV2_Worker_Schedule *schedule; /* NULL: none */
    LV2_Log_Log *log;              /* NULL: none */
} host;

typedef struct uris {
    LV2_URID atom_Blank, atom_Bool, atom_Float, atom_Int, atom_Object, atom_Path, atom_Resource, atom_Sequence,
        atom_String, atom_URID, atom_Vector;
    LV2_URID log_Error;
    LV2_URID midi_MidiEvent;
    LV2_URID patch_Get, patch_Put, patch_Set, patch_accept, patch_body, patch_property, patch_subject, patch_value;
    LV2_URID state_StateChanged;
    LV2_URID properties[PROPERTY_COUNT];
    LV2_URID state_settings;                              /* state: settings that are not where their ports are */
    LV2_URID controls[BL_RIG_PARAM_COUNT + PLUGIN_KNOBS]; /* settings and knobs, in the order of their ports */
    LV2_URID tuner, tuner_rate, tuner_sound;              /* tuner_tap.h */
    LV2_URID contents[BL_RIG_FILE_COUNT];                 /* state: hash and size of a file */
} uris;

/* The data of the feature with that URI, or NULL. Lists may be NULL, and hold features without a URI. */
void *host_feature(const LV2_Feature *const *features, const char *uri);

/* False if the host cannot map URIs: nothing works then. */
bool host_init(host *h, uris *u, const LV2_Feature *const *features);

/* Says a sentence in the host's log, if it has one. Not real-time safe. */
void host_log(const host *h, const uris *u, const char *sentence);

#endif
