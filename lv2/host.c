#include "host.h"

#include <lv2/atom/atom.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <stdio.h>
#include <string.h>

void *host_feature(const LV2_Feature *const *features, const char *uri)
{
    for (size_t i = 0; features && features[i]; i++)
        if (features[i]->URI && !strcmp(features[i]->URI, uri))
            return features[i]->data;
    return NULL;
}

static LV2_URID map(const host *h, const char *uri)
{
    return h->map->map(h->map->handle, uri);
}

static void map_properties(const host *h, uris *u)
{
    char uri[128];
    for (int i = 0; i < PROPERTY_COUNT; i++) {
        snprintf(uri, sizeof uri, PROPERTY_PREFIX "%s", property_describe((property)i)->symbol);
        u->properties[i] = map(h, uri);
    }
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        snprintf(uri, sizeof uri, PROPERTY_PREFIX "%s_content", property_describe((property)i)->symbol);
        u->contents[i] = map(h, uri);
    }
    for (int i = 0; i < BL_RIG_PARAM_COUNT + PLUGIN_KNOBS; i++) {
        snprintf(uri, sizeof uri, PROPERTY_PREFIX "%s", port_describe((port_id)(PORT_SETTINGS + i), 1).symbol);
        u->controls[i] = map(h, uri);
    }
    u->tuner = map(h, TUNER_URI);
    u->tuner_rate = map(h, TUNER_RATE_URI);
    u->tuner_sound = map(h, TUNER_SOUND_URI);
    u->state_settings = map(h, PROPERTY_PREFIX "settings");
}

static void map_all(const host *h, uris *u)
{
    *u = (uris){
        .atom_Blank = map(h, LV2_ATOM__Blank),
        .atom_Bool = map(h, LV2_ATOM__Bool),
        .atom_Float = map(h, LV2_ATOM__Float),
        .atom_Int = map(h, LV2_ATOM__Int),
        .atom_Object = map(h, LV2_ATOM__Object),
        .atom_Path = map(h, LV2_ATOM__Path),
        .atom_Resource = map(h, LV2_ATOM__Resource),
        .atom_Sequence = map(h, LV2_ATOM__Sequence),
        .atom_String = map(h, LV2_ATOM__String),
        .atom_URID = map(h, LV2_ATOM__URID),
        .atom_Vector = map(h, LV2_ATOM__Vector),
        .log_Error = map(h, LV2_LOG__Error),
        .midi_MidiEvent = map(h, LV2_MIDI__MidiEvent),
        .patch_Get = map(h, LV2_PATCH__Get),
        .patch_Put = map(h, LV2_PATCH__Put),
        .patch_Set = map(h, LV2_PATCH__Set),
        .patch_accept = map(h, LV2_PATCH__accept),
        .patch_body = map(h, LV2_PATCH__body),
        .patch_property = map(h, LV2_PATCH__property),
        .patch_subject = map(h, LV2_PATCH__subject),
        .patch_value = map(h, LV2_PATCH__value),
        .state_StateChanged = map(h, LV2_STATE__StateChanged),
    };
    map_properties(h, u);
}

bool host_init(host *h, uris *u, const LV2_Feature *const *features)
{
    *h = (host){ .map = host_feature(features, LV2_URID__map),
                 .schedule = host_feature(features, LV2_WORKER__schedule),
                 .log = host_feature(features, LV2_LOG__log) };
    if (!h->map || !h->map->map)
        return false;
    map_all(h, u);
    return true;
}

void host_log(const host *h, const uris *u, const char *sentence)
{
    if (h->log && h->log->printf) /* which may be a macro, too */
        (h->log->printf)(h->log->handle, u->log_Error, "backline: %s\n", sentence);
}
