#include "properties.h"

/* Both readings of mod:fileTypes: names of kinds of files, as MOD has them, and extensions. */
#define MODEL_TYPES   "nam,nammodel,aidadspmodel,aidiax,aidax,json,pt,pth,ckpt,safetensors,npz"
#define CABINET_TYPES "cabsim,ir,wav,flac,aif,aiff,ogg,caf,w64"

#define SLOT(n)                                                                                                    \
    [PROPERTY_SLOTS + (n)-1] = { "slot_" #n, "Slot " #n " Model", "file of an amplifier's capture",                \
                                 .is_path = true, .file_types = MODEL_TYPES }

static const property_info properties[PROPERTY_COUNT] = {
    SLOT(1),
    SLOT(2),
    SLOT(3),
    SLOT(4),
    SLOT(5),
    SLOT(6),
    SLOT(7),
    SLOT(8),
    SLOT(9),
    SLOT(10),
    SLOT(11),
    SLOT(12),
    SLOT(13),
    SLOT(14),
    SLOT(15),
    SLOT(16),
    [PROPERTY_CABINET_1] = { "cabinet_1", "Cabinet 1", "impulse response of a loudspeaker", true, true,
                             CABINET_TYPES },
    [PROPERTY_CABINET_2] = { "cabinet_2", "Cabinet 2", "a second impulse response, blended with the first", true,
                             true, CABINET_TYPES },
    [PROPERTY_RIG] = { "rig", "Rig File", "replaces all files and settings", true, true, "json" },
    [PROPERTY_MODEL] = { "model", "Model", "an amplifier's capture, for the slot that is chosen", true, true,
                         MODEL_TYPES },
    [PROPERTY_STATUS] = { "status", "Status", "what plays", .shown = true },
    [PROPERTY_ERROR] = { "error", "Error", "what went wrong; empty if nothing did", .shown = true },
    [PROPERTY_MODEL_NAME] = { "model_name", "Model Name", "of the model that plays", .shown = true },
    [PROPERTY_MODEL_DETAILS] = { "model_details", "Model Details", "more about the model that plays",
                                 .shown = true },
    [PROPERTY_HELD] = { "held", "Held Settings", "those that are not where their ports are", .shown = false },
};

const property_info *property_describe(property p)
{
    return &properties[p];
}
