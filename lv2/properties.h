/* What is no number and so has no port: files, and what the plugin tells about itself. Hosts and windows read and write
 * these by patch messages, under PLUGIN_URI "#" and the symbol. */
#ifndef BACKLINE_LV2_PROPERTIES_H
#define BACKLINE_LV2_PROPERTIES_H

#include "rig.h"

#define MONO_URI   "urn:backline:rig"
#define STEREO_URI "urn:backline:rig-stereo"
/* Both plugins have the same properties, with the same URIs. */
#define PROPERTY_PREFIX MONO_URI "#"

/* Every setting and knob is a property as well, by its port's symbol: patch:Set with an atom:Float sets it, until its port
 * moves. For windows, when the port already has the value that the user wants, but the rig (after a rig file, a switch)
 * has not. Write-only, and not declared: hosts have the ports. */

/* A window's tuner: while TUNER_URI (atom:Bool) is set again at least every TUNER_PATIENCE seconds, patch:Set of
 * TUNER_SOUND_URI come: an atom:Vector of atom:Float, mono sound of the first input, and beside patch:value its rate in Hz
 * under TUNER_RATE_URI, an atom:Float. Not for hosts, and never in sessions; so these are no properties like the others. */
#define TUNER_URI       PROPERTY_PREFIX "tuner"
#define TUNER_SOUND_URI PROPERTY_PREFIX "tuner_sound"
#define TUNER_RATE_URI  PROPERTY_PREFIX "tuner_rate"
enum { TUNER_PATIENCE = 3 };

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
    PROPERTY_HELD, /* settings and knobs that are not where their ports are: "bass=3 knob_1=0.7", values as ports have them */
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
