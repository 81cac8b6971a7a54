/* What is no number and so has no port: files, and what the plugin tells about itself. Hosts and windows read and write
 * these by patch messages, under PLUGIN_URI "#" and the symbol. */
#ifndef BACKLINE_LV2_PROPERTIES_H
#define BACKLINE_LV2_PROPERTIES_H

#include "rig.h"

#define MONO_URI   "urn:backline:rig"
#define STEREO_URI "urn:backline:rig-stereo"
/* Both plugins have the same properties, with the same URIs. */
#define PROPERTY_PREFIX MONO_URI "#"

typedef enum property {
    PROPERTY_SLOTS, /* + slot, from 0: that slot's model */
    PROPERTY_CABINET_1 = PROPERTY_SLOTS + BL_RIG_SLOTS,
    PROPERTY_CABINET_2,
    PROPERTY_RIG,                        /* a rig file: replaces all files and settings */
    PROPERTY_MODEL,                      /* the model of the slot that is chosen */
    PROPERTY_WRITABLE,                   /* up to here */
    PROPERTY_STATUS = PROPERTY_WRITABLE, /* a sentence: what plays */
    PROPERTY_ERROR,                      /* a sentence: what went wrong; "" if nothing */
    PROPERTY_MODEL_NAME,                 /* of what plays */
    PROPERTY_MODEL_DETAILS,              /* and more about it: lines "Key: value" */
    PROPERTY_COUNT
} property;

typedef struct property_info {
    const char *symbol; /* "slot_1", "cabinet_1", "rig", "model", "status", ... */
    const char *name, *about;
    bool is_path;           /* atom:Path, else atom:String */
    bool shown;             /* declared in the Turtle; slots are not: hosts would show 16 file choosers */
    const char *file_types; /* mod:fileTypes, or NULL */
} property_info;

/* Describes a property; static texts. */
const property_info *property_describe(property p);

#endif
