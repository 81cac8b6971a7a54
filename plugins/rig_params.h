/** @file rig_params.h
 *  The settings of a rig, as one list: the plugin's ports, the program's options and the rig file's keys are made from
 *  it. */
#ifndef BACKLINE_PLUGINS_RIG_PARAMS_H
#define BACKLINE_PLUGINS_RIG_PARAMS_H

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** All values are floats; switches are 0 or 1, choices and whole numbers are rounded. */
typedef enum bl_rig_param {
    BL_RIG_ENABLED, /* 0: bypass */
    BL_RIG_INPUT_GAIN,
    BL_RIG_CALIBRATE_INPUT,
    BL_RIG_INTERFACE_LEVEL,
    BL_RIG_DC_BLOCKER,
    BL_RIG_GATE,
    BL_RIG_GATE_THRESHOLD,
    BL_RIG_GATE_HYSTERESIS,
    BL_RIG_GATE_ATTACK,
    BL_RIG_GATE_HOLD,
    BL_RIG_GATE_RELEASE,
    BL_RIG_AMP,
    BL_RIG_SLOT,
    BL_RIG_QUALITY,
    BL_RIG_OVERSAMPLE,
    BL_RIG_TONE_PLACE,
    BL_RIG_BASS,
    BL_RIG_MID,
    BL_RIG_TREBLE,
    BL_RIG_PRESENCE,
    BL_RIG_DEPTH,
    BL_RIG_LOW_CUT,
    BL_RIG_HIGH_CUT,
    BL_RIG_CAB,
    BL_RIG_CAB_BLEND,
    BL_RIG_CAB_PAN_1,
    BL_RIG_CAB_PAN_2,
    BL_RIG_CAB_DELAY,
    BL_RIG_CAB_INVERT,
    BL_RIG_CAB_LOW_CUT,
    BL_RIG_CAB_HIGH_CUT,
    BL_RIG_OUTPUT_MODE,
    BL_RIG_OUTPUT_GAIN,
    BL_RIG_FADE,
    BL_RIG_PARAM_COUNT
} bl_rig_param;

/** Values of the choices. */
enum { BL_RIG_OUTPUT_RAW, BL_RIG_OUTPUT_NORMALISED, BL_RIG_OUTPUT_CALIBRATED };
enum { BL_RIG_TONE_BEHIND, BL_RIG_TONE_BEFORE };

typedef enum bl_rig_param_kind {
    BL_RIG_CONTINUOUS,
    BL_RIG_SWITCH, /**< 0 or 1 */
    BL_RIG_WHOLE,  /**< whole numbers */
    BL_RIG_CHOICE  /**< one of the values that are listed */
} bl_rig_param_kind;

/** One value of a choice. */
typedef struct bl_rig_choice {
    float value;
    const char *word; /**< on the command line and in rig files */
    const char *name; /**< for people */
} bl_rig_choice;

/** Static texts and numbers. */
typedef struct bl_rig_param_info {
    const char *symbol; /**< "gate_threshold": in LV2 and rig files; options have '-' for '_' */
    const char *name;   /**< "Gate Threshold" */
    const char *about;  /**< half a sentence: what it does */
    const char *unit;   /**< "dB", "Hz", "ms", "dBu", "" */
    float minimum, maximum, initial;
    bl_rig_param_kind kind;
    bool logarithmic;    /**< a knob turns it in octaves */
    bool heavy;          /**< a change is work for the worker: no knob to be swept */
    size_t choice_count; /**< 0 if it is no choice */
    const bl_rig_choice *choices;
} bl_rig_param_info;

/** Describes a setting; 0 <= param < BL_RIG_PARAM_COUNT. */
BL_API const bl_rig_param_info *bl_rig_param_describe(bl_rig_param param);

/** The setting with that symbol, or BL_RIG_PARAM_COUNT. */
BL_API bl_rig_param bl_rig_param_find(const char *symbol);

/** The nearest value that the setting can have; what is not finite becomes its initial value. Real-time safe. */
BL_API BL_REALTIME float bl_rig_param_clamp(bl_rig_param param, float value);

#ifdef __cplusplus
}
#endif
#endif
