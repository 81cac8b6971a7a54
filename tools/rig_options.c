#include "rig_options.h"

#include "commands.h"
#include "messages.h"
#include "options.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which settings stand together, in which order; BL_RIG_PARAM_COUNT ends a group. The threshold of the gate has no option
 * of its own: --gate=DB turns the gate on with it. */
static const struct {
    const char *heading;
    bl_rig_param params[12];
} groups[RIG_OPTION_GROUPS] = {
    { "Levels:",
      { BL_RIG_INPUT_GAIN, BL_RIG_OUTPUT_GAIN, BL_RIG_OUTPUT_MODE, BL_RIG_CALIBRATE_INPUT, BL_RIG_INTERFACE_LEVEL,
        BL_RIG_DC_BLOCKER, BL_RIG_PARAM_COUNT } },
    { "Gate:",
      { BL_RIG_GATE, BL_RIG_GATE_HYSTERESIS, BL_RIG_GATE_ATTACK, BL_RIG_GATE_HOLD, BL_RIG_GATE_RELEASE,
        BL_RIG_PARAM_COUNT } },
    { "Amp:", { BL_RIG_QUALITY, BL_RIG_OVERSAMPLE, BL_RIG_SLOT, BL_RIG_AMP, BL_RIG_PARAM_COUNT } },
    { "Tone:",
      { BL_RIG_BASS, BL_RIG_MID, BL_RIG_TREBLE, BL_RIG_PRESENCE, BL_RIG_DEPTH, BL_RIG_LOW_CUT, BL_RIG_HIGH_CUT,
        BL_RIG_TONE_PLACE, BL_RIG_PARAM_COUNT } },
    { "Cabinet:",
      { BL_RIG_CAB, BL_RIG_CAB_BLEND, BL_RIG_CAB_PAN_1, BL_RIG_CAB_PAN_2, BL_RIG_CAB_DELAY, BL_RIG_CAB_INVERT,
        BL_RIG_CAB_LOW_CUT, BL_RIG_CAB_HIGH_CUT, BL_RIG_PARAM_COUNT } },
    { "All of the rig:", { BL_RIG_ENABLED, BL_RIG_FADE, BL_RIG_PARAM_COUNT } },
};

/* "raw, normalised or calibrated" */
static void list_words(const bl_rig_param_info *info, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < info->choice_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s",
                                 !i                           ? ""
                                 : i + 1 < info->choice_count ? ", "
                                                              : " or ",
                                 info->choices[i].word);
}

/* ---- the help ---- */

static void describe_argument(const bl_rig_param_info *info, char *text, size_t size)
{
    snprintf(text, size, "%s",
             info->kind == BL_RIG_SWITCH   ? "on|off"
             : info->kind == BL_RIG_CHOICE ? "WORD"
             : *info->unit                 ? info->unit
                                           : "N");
    for (char *c = text; *info->unit && *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

static const char *word_of(const bl_rig_param_info *info, float value)
{
    for (size_t i = 0; i < info->choice_count; i++)
        if (info->choices[i].value == value)
            return info->choices[i].word;
    return value >= 0.5f ? "on" : "off";
}

static void describe(const bl_rig_param_info *info, char *text, size_t size)
{
    const bool numbers = info->kind == BL_RIG_CONTINUOUS || info->kind == BL_RIG_WHOLE;
    char words[80] = "";
    list_words(info, words, sizeof words);
    int used = snprintf(text, size, "%c%s%s%s", toupper((unsigned char)info->about[0]), info->about + 1,
                        *words ? ": " : "", words);
    if (numbers)
        used +=
            snprintf(text + used, size - (size_t)used, ", %g to %g", (double)info->minimum, (double)info->maximum);
    if (numbers && info->initial != 0)
        snprintf(text + used, size - (size_t)used, " (default %g)", (double)info->initial);
    else if (!numbers && info->initial != 0)
        snprintf(text + used, size - (size_t)used, " (default %s)", word_of(info, info->initial));
}

static void describe_gate(rig_options *o)
{
    const bl_rig_param_info *info = bl_rig_param_describe(BL_RIG_GATE_THRESHOLD);
    snprintf(o->arguments[BL_RIG_GATE], sizeof o->arguments[0], "DB|on|off");
    snprintf(o->abouts[BL_RIG_GATE], sizeof o->abouts[0],
             "Silence between the notes: the input level that opens the gate, %g to %g (default off)",
             (double)info->minimum, (double)info->maximum);
}

static void name(const bl_rig_param_info *info, char *text, size_t size)
{
    snprintf(text, size, "%s", info->symbol);
    for (char *c = text; *c; c++)
        if (*c == '_')
            *c = '-';
}

static struct poptOption make_row(rig_options *o, bl_rig_param param)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    name(info, o->names[param], sizeof o->names[param]);
    describe_argument(info, o->arguments[param], sizeof o->arguments[param]);
    describe(info, o->abouts[param], sizeof o->abouts[param]);
    if (param == BL_RIG_GATE)
        describe_gate(o);
    return (struct poptOption){ o->names[param],    0,           POPT_ARG_STRING,
                                &o->words[param],   OPTION_TEXT, o->abouts[param],
                                o->arguments[param] };
}

void rig_options_make(rig_options *o)
{
    struct poptOption *row = o->table;
    for (size_t i = 0; i < RIG_OPTION_GROUPS; i++) {
        o->groups[i] = row;
        for (const bl_rig_param *p = groups[i].params; *p != BL_RIG_PARAM_COUNT; p++)
            *row++ = make_row(o, *p);
        *row++ = (struct poptOption)POPT_TABLEEND;
    }
}

struct poptOption rig_options_row(rig_options *o, size_t i)
{
    return (struct poptOption){ NULL, 0, POPT_ARG_INCLUDE_TABLE, o->groups[i], 0, groups[i].heading, NULL };
}

/* ---- the words ---- */

static bool read_switch(const char *word, float *value)
{
    *value = !strcmp(word, "on");
    return *value == 1 || !strcmp(word, "off");
}

static bool read_choice(const bl_rig_param_info *info, const char *word, float *value)
{
    for (size_t i = 0; i < info->choice_count; i++)
        if (!strcmp(word, info->choices[i].word)) {
            *value = info->choices[i].value;
            return true;
        }
    return false;
}

/* As a float, because the limits are: 0.05 is not below 0.05f. */
static bool read_number(const bl_rig_param_info *info, const char *word, float *value)
{
    char *end;
    *value = strtof(word, &end);
    return end != word && !*end && *value >= info->minimum && *value <= info->maximum &&
           (info->kind != BL_RIG_WHOLE || *value == floorf(*value));
}

/* "a number from -40 to 40 dB" */
static void describe_range(const bl_rig_param_info *info, char *text, size_t size)
{
    if (info->kind == BL_RIG_SWITCH)
        snprintf(text, size, "on or off");
    else if (info->kind == BL_RIG_CHOICE)
        list_words(info, text, size);
    else
        snprintf(text, size, "a %s from %g to %g%s%s", info->kind == BL_RIG_WHOLE ? "whole number" : "number",
                 (double)info->minimum, (double)info->maximum, *info->unit ? " " : "", info->unit);
}

static int read_option(const rig_options *o, bl_rig_param param, float *value)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    const char *word = o->words[param];
    char range[160];
    const bool ok = info->kind == BL_RIG_SWITCH   ? read_switch(word, value)
                    : info->kind == BL_RIG_CHOICE ? read_choice(info, word, value)
                                                  : read_number(info, word, value);
    if (ok)
        return DONE;
    describe_range(info, range, sizeof range);
    return fail_usage("--%s wants %s, not \"%s\".", o->names[param], range, word);
}

static int read_gate(const char *word, bl_rig_setup *setup)
{
    const bl_rig_param_info *info = bl_rig_param_describe(BL_RIG_GATE_THRESHOLD);
    float value;
    if (read_switch(word, &value)) {
        setup->values[BL_RIG_GATE] = value;
        return DONE;
    }
    if (!read_number(info, word, &value))
        return fail_usage("--gate wants a number from %g to %g dB, or on or off, not \"%s\".",
                          (double)info->minimum, (double)info->maximum, word);
    setup->values[BL_RIG_GATE] = 1;
    setup->values[BL_RIG_GATE_THRESHOLD] = value;
    return DONE;
}

int rig_options_read(const rig_options *o, bl_rig_setup *setup)
{
    int code = DONE;
    for (int i = 0; i < BL_RIG_PARAM_COUNT && !code; i++) {
        float value = 0;
        if (!o->words[i])
            continue;
        if (i == BL_RIG_GATE)
            code = read_gate(o->words[i], setup);
        else if (!(code = read_option(o, (bl_rig_param)i, &value)))
            setup->values[i] = value;
    }
    return code;
}

const char *rig_options_given(const rig_options *o)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        if (o->words[i] && i != BL_RIG_QUALITY)
            return o->names[i];
    return NULL;
}
