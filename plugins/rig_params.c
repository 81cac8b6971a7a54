#include "rig_params.h"

#include <math.h>
#include <string.h>

static const bl_rig_choice oversample_choices[] = {
    { 1, "1", "Off" },
    { 2, "2", "2 times" },
    { 4, "4", "4 times" },
    { 8, "8", "8 times" },
};
static const bl_rig_choice tone_choices[] = {
    { BL_RIG_TONE_BEHIND, "behind", "Behind the amp" },
    { BL_RIG_TONE_BEFORE, "before", "Before the amp" },
};
static const bl_rig_choice output_choices[] = {
    { BL_RIG_OUTPUT_RAW, "raw", "Raw" },
    { BL_RIG_OUTPUT_NORMALISED, "normalised", "Normalised" },
    { BL_RIG_OUTPUT_CALIBRATED, "calibrated", "Calibrated" },
};

#define CHOICES(list)           .kind = BL_RIG_CHOICE, .choice_count = sizeof(list) / sizeof *(list), .choices = (list)
#define SWITCH(on)              .minimum = 0, .maximum = 1, .initial = (on), .kind = BL_RIG_SWITCH
#define RANGE(low, high, start) .minimum = (low), .maximum = (high), .initial = (start)

static const bl_rig_param_info params[BL_RIG_PARAM_COUNT] = {
    [BL_RIG_ENABLED] = { "enabled", "Enabled", "off passes the input on, as late as the rig is", "", SWITCH(1) },
    [BL_RIG_INPUT_GAIN] = { "input_gain", "Input Gain", "level change before everything", "dB", RANGE(-40, 40, 0) },
    [BL_RIG_CALIBRATE_INPUT] = { "calibrate_input", "Calibrate Input",
                                 "drive the amp as hard as the captured one was, where the capture says how hard",
                                 "", SWITCH(0) },
    [BL_RIG_INTERFACE_LEVEL] = { "interface_level", "Interface Level",
                                 "analogue level that is full scale at your interface's input", "dBu",
                                 RANGE(-20, 40, 12) },
    [BL_RIG_DC_BLOCKER] = { "dc_blocker", "DC Blocker", "removes a constant offset, below 5 Hz", "", SWITCH(1) },
    [BL_RIG_GATE] = { "gate", "Gate", "silence between the notes", "", SWITCH(0) },
    [BL_RIG_GATE_THRESHOLD] = { "gate_threshold", "Gate Threshold", "input level that opens the gate", "dB",
                                RANGE(-100, 0, -60) },
    [BL_RIG_GATE_HYSTERESIS] = { "gate_hysteresis", "Gate Hysteresis", "it closes so far below the threshold", "dB",
                                 RANGE(0, 24, 6) },
    [BL_RIG_GATE_ATTACK] = { "gate_attack", "Gate Attack", "time that it takes to open", "ms", RANGE(0.05f, 100, 1),
                             .logarithmic = true },
    [BL_RIG_GATE_HOLD] = { "gate_hold", "Gate Hold", "time that it stays open below the level", "ms",
                           RANGE(0, 2000, 50) },
    [BL_RIG_GATE_RELEASE] = { "gate_release", "Gate Release", "time that it takes to close", "ms",
                              RANGE(1, 4000, 150), .logarithmic = true },
    [BL_RIG_AMP] = { "amp", "Amp", "off passes the input on to what follows", "", SWITCH(1) },
    [BL_RIG_SLOT] = { "slot", "Slot", "which of the loaded models plays", "", RANGE(1, 16, 1), .kind = BL_RIG_WHOLE,
                      .heavy = true },
    [BL_RIG_QUALITY] = { "quality", "Quality", "size of a model that comes in several, 1 the largest", "",
                         RANGE(0, 1, 1), .heavy = true },
    [BL_RIG_OVERSAMPLE] = { "oversample", "Oversampling", "the amp runs at so many times its rate: less aliasing",
                            "", RANGE(1, 8, 1), .heavy = true, CHOICES(oversample_choices) },
    [BL_RIG_TONE_PLACE] = { "tone_place", "Tone Place", "where the tone controls stand", "", RANGE(0, 1, 0),
                            CHOICES(tone_choices) },
    [BL_RIG_BASS] = { "bass", "Bass", "shelf below 120 Hz", "dB", RANGE(-15, 15, 0) },
    [BL_RIG_MID] = { "mid", "Mid", "around 600 Hz", "dB", RANGE(-15, 15, 0) },
    [BL_RIG_TREBLE] = { "treble", "Treble", "shelf above 2.2 kHz", "dB", RANGE(-15, 15, 0) },
    [BL_RIG_PRESENCE] = { "presence", "Presence", "shelf above 4.5 kHz", "dB", RANGE(-12, 12, 0) },
    [BL_RIG_DEPTH] = { "depth", "Depth", "around 80 Hz", "dB", RANGE(-12, 12, 0) },
    [BL_RIG_LOW_CUT] = { "low_cut", "Low Cut", "removes what is below; 20 Hz is off", "Hz", RANGE(20, 1000, 20),
                         .logarithmic = true },
    [BL_RIG_HIGH_CUT] = { "high_cut", "High Cut", "removes what is above; 20 kHz is off", "Hz",
                          RANGE(1000, 20000, 20000), .logarithmic = true },
    [BL_RIG_CAB] = { "cab", "Cabinet", "off passes the amp on", "", SWITCH(1) },
    [BL_RIG_CAB_BLEND] = { "cab_blend", "Cabinet Blend", "from the first impulse response, 0, to the second, 1", "",
                           RANGE(0, 1, 0.5f) },
    [BL_RIG_CAB_PAN_1] = { "cab_pan_1", "Cabinet 1 Pan", "-1 left, 1 right", "", RANGE(-1, 1, 0) },
    [BL_RIG_CAB_PAN_2] = { "cab_pan_2", "Cabinet 2 Pan", "-1 left, 1 right", "", RANGE(-1, 1, 0) },
    [BL_RIG_CAB_DELAY] = { "cab_delay", "Cabinet Delay", "of the second impulse response; below 0, of the first",
                           "ms", RANGE(-20, 20, 0) },
    [BL_RIG_CAB_INVERT] = { "cab_invert", "Cabinet 2 Invert", "turns the polarity of the second impulse response",
                            "", SWITCH(0) },
    [BL_RIG_CAB_LOW_CUT] = { "cab_low_cut", "Cabinet Low Cut", "removes what is below; 20 Hz is off", "Hz",
                             RANGE(20, 1000, 20), .logarithmic = true },
    [BL_RIG_CAB_HIGH_CUT] = { "cab_high_cut", "Cabinet High Cut", "removes what is above; 20 kHz is off", "Hz",
                              RANGE(1000, 20000, 20000), .logarithmic = true },
    [BL_RIG_OUTPUT_MODE] = { "output_mode", "Output Mode",
                             "level of the amp: as captured, all captures equally loud, or the real amp's at your "
                             "interface",
                             "", RANGE(0, 2, BL_RIG_OUTPUT_NORMALISED), CHOICES(output_choices) },
    [BL_RIG_OUTPUT_GAIN] = { "output_gain", "Output Gain", "level change behind everything", "dB",
                             RANGE(-60, 40, 0) },
    [BL_RIG_FADE] = { "fade", "Fade", "time that one model or impulse response takes to follow another", "ms",
                      RANGE(1, 500, 20) },
};

const bl_rig_param_info *bl_rig_param_describe(bl_rig_param param)
{
    return &params[param];
}

bl_rig_param bl_rig_param_find(const char *symbol)
{
    int i = 0;
    while (i < BL_RIG_PARAM_COUNT && strcmp(params[i].symbol, symbol))
        i++;
    return (bl_rig_param)i;
}

float bl_rig_param_clamp(bl_rig_param param, float value)
{
    const bl_rig_param_info *info = &params[param];
    if (!isfinite(value))
        return info->initial;
    value = fminf(fmaxf(value, info->minimum), info->maximum);
    if (info->kind == BL_RIG_SWITCH)
        return value >= 0.5f;
    if (info->kind == BL_RIG_WHOLE)
        return floorf(value + 0.5f);
    float nearest = value;
    for (size_t i = 0; i < info->choice_count; i++)
        if (!i || fabsf(info->choices[i].value - value) < fabsf(nearest - value))
            nearest = info->choices[i].value;
    return nearest;
}
