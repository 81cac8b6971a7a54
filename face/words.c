/* Values as words, and back. The decimal point is a point, whatever the locale; a comma is read as well. */
#include "face_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const short_names[BL_RIG_PARAM_COUNT] = {
    [BL_RIG_INPUT_GAIN] = "Input",
    [BL_RIG_CALIBRATE_INPUT] = "Calibrate",
    [BL_RIG_INTERFACE_LEVEL] = "Interface",
    [BL_RIG_GATE_THRESHOLD] = "Threshold",
    [BL_RIG_GATE_HYSTERESIS] = "Hysteresis",
    [BL_RIG_GATE_ATTACK] = "Attack",
    [BL_RIG_GATE_HOLD] = "Hold",
    [BL_RIG_GATE_RELEASE] = "Release",
    [BL_RIG_TONE_PLACE] = "Place",
    [BL_RIG_CAB_BLEND] = "Blend",
    [BL_RIG_CAB_PAN_1] = "Pan 1",
    [BL_RIG_CAB_PAN_2] = "Pan 2",
    [BL_RIG_CAB_DELAY] = "Delay",
    [BL_RIG_CAB_INVERT] = "Invert 2",
    [BL_RIG_CAB_LOW_CUT] = "Low Cut",
    [BL_RIG_CAB_HIGH_CUT] = "High Cut",
    [BL_RIG_OUTPUT_GAIN] = "Output",
};

const char *control_name(const face *f, const item *i)
{
    if (control_is_knob(i)) {
        const bool known = (size_t)i->index < f->model_knobs && *f->knob_infos[i->index].name;
        return known ? f->knob_infos[i->index].name : "Knob";
    }
    const bl_rig_param param = (bl_rig_param)control_which(i);
    return short_names[param] ? short_names[param] : bl_rig_param_describe(param)->name;
}

/* ---- knobs of the model ---- */

double knob_in_units(const face_knob *k, double position)
{
    return position < 0.5 ? k->least + 2 * position * (k->first - k->least)
                          : k->first + (2 * position - 1) * (k->most - k->first);
}

double knob_from_units(const face_knob *k, double value)
{
    if (value < k->first)
        return k->first > k->least ? 0.5 * (value - k->least) / (k->first - k->least) : 0;
    return k->most > k->first ? 0.5 + 0.5 * (value - k->first) / (k->most - k->first) : 0.5;
}

/* ---- to words ---- */

static void use_point(char *text)
{
    for (char *at = text; *at; at++)
        if (*at == ',')
            *at = '.';
}

static void say(char *out, size_t size, double value, int decimals, bool sign, const char *unit)
{
    const double unit_of_last = pow(10, -decimals);
    if (fabs(value) < unit_of_last / 2)
        value = 0; /* no "-0.0" */
    snprintf(out, size, sign && value > 0 ? "+%.*f%s%s" : "%.*f%s%s", decimals, value, *unit ? " " : "", unit);
    use_point(out);
}

void knob_words(double units, char *out, size_t size)
{
    snprintf(out, size, "%g", units);
    use_point(out);
}

/* Three digits that count. */
static int decimals_of(double value)
{
    const double size = fabs(value);
    return size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
}

/* Short times are turned in octaves, down to hundredths. */
static int decimals_of_time(const bl_rig_param_info *info, double ms)
{
    return info->logarithmic && ms < 0.9995 ? 3 : decimals_of(ms);
}

static bool is_pan(bl_rig_param param)
{
    return param == BL_RIG_CAB_PAN_1 || param == BL_RIG_CAB_PAN_2;
}

static bool is_off(bl_rig_param param, float value)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    return ((param == BL_RIG_LOW_CUT || param == BL_RIG_CAB_LOW_CUT) && value <= info->minimum) ||
           ((param == BL_RIG_HIGH_CUT || param == BL_RIG_CAB_HIGH_CUT) && value >= info->maximum);
}

static void say_pan(char *out, size_t size, double value)
{
    const long percent = lround(100 * value);
    if (percent)
        snprintf(out, size, "%ld %% %s", labs(percent), percent < 0 ? "left" : "right");
    else
        snprintf(out, size, "Centre");
}

void words_of_value(bl_rig_param param, float number, char *out, size_t size)
{
    const double value = number;
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    const char *unit = info->unit;
    if (is_pan(param))
        say_pan(out, size, value);
    else if (!strncmp(unit, "dB", 2))
        say(out, size, value, 1, info->minimum < 0 && info->maximum > 0, unit);
    else if (!strcmp(unit, "Hz") && value >= 999.5)
        say(out, size, value / 1000, decimals_of(value / 1000), false, "kHz");
    else if (!strcmp(unit, "Hz"))
        say(out, size, value, value < 99.95 ? 1 : 0, false, unit);
    else if (!strcmp(unit, "ms") && fabs(value) >= 999.5)
        say(out, size, value / 1000, 2, false, "s");
    else if (!strcmp(unit, "ms"))
        say(out, size, value, decimals_of_time(info, value), info->minimum < 0, unit);
    else
        say(out, size, 100 * value, 0, false, "%");
}

static const char *word_of(const item *i, float value)
{
    const bl_rig_param_info *info = bl_rig_param_describe((bl_rig_param)control_which(i));
    for (size_t c = 0; c < info->choice_count; c++)
        if (info->choices[c].value == value)
            return info->choices[c].name;
    return info->kind == BL_RIG_SWITCH ? value < 0.5f ? "Off" : "On" : NULL;
}

void control_words(const face *f, const item *i, char *out, size_t size)
{
    const float value = control_current(f, control_is_knob(i), control_which(i));
    if (control_is_knob(i)) {
        const face_knob *k = (size_t)i->index < f->model_knobs ? &f->knob_infos[i->index] : NULL;
        const double units = k ? knob_in_units(k, value) : 100 * (double)value;
        say(out, size, units, k ? decimals_of(units) : 0, false, k ? "" : "%");
        return;
    }
    const char *word = word_of(i, value);
    if (word)
        snprintf(out, size, "%s", word);
    else if (bl_rig_param_describe((bl_rig_param)control_which(i))->kind == BL_RIG_WHOLE)
        snprintf(out, size, "%.0f", (double)value);
    else if (is_off((bl_rig_param)i->index, value))
        snprintf(out, size, "Off");
    else
        words_of_value((bl_rig_param)i->index, value, out, size);
}

/* ---- what words can say ---- */

float control_round(bl_rig_param param, float value)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    if (info->kind != BL_RIG_CONTINUOUS)
        return bl_rig_param_clamp(param, value);
    double step = 0.01;
    if (!strncmp(info->unit, "dB", 2))
        step = 0.1;
    else if (!strcmp(info->unit, "Hz"))
        step = value < 100 ? 0.1 : pow(10, floor(log10(value)) - 2);
    else if (!strcmp(info->unit, "ms"))
        step = fabsf(value) >= 1000 ? 10 : pow(10, -decimals_of_time(info, value));
    return bl_rig_param_clamp(param, (float)(round(value / step) * step));
}
