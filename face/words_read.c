/* What people type: numbers, with or without a unit. */
#include "face_state.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool words_number(const char **text, double *value)
{
    const char *at = *text;
    double sign = 1, scale = 1, sum = 0;
    if (!strncmp(at, "\xe2\x88\x92", 3)) { /* the true minus */
        sign = -1;
        at += 3;
    } else if (*at == '-' || *at == '+')
        sign = *at++ == '-' ? -1 : 1;
    size_t digits = 0, decimals = 0;
    for (; isdigit((unsigned char)*at); at++, digits++)
        sum = 10 * sum + (*at - '0');
    if ((*at == '.' || *at == ',') && (isdigit((unsigned char)at[1]) || !at[1]))
        for (at++; isdigit((unsigned char)at[0]); at++, digits++, decimals++)
            sum = 10 * sum + (*at - '0');
    if (!digits)
        return false;
    for (; decimals; decimals--)
        scale *= 10;
    double tens = 0;
    if ((*at == 'e' || *at == 'E') &&
        (isdigit((unsigned char)at[1]) || ((at[1] == '-' || at[1] == '+') && isdigit((unsigned char)at[2])))) {
        const bool small = *++at == '-';
        at += *at == '-' || *at == '+';
        for (; isdigit((unsigned char)*at); at++)
            tens = fmin(10 * tens + (*at - '0'), 400);
        tens = small ? -tens : tens;
    }
    *value = sign * sum / scale * pow(10, tens);
    *text = at;
    return isfinite(*value);
}

/* Without spaces around it. False if it is too long. */
static bool trim(const char *text, char *out, size_t size)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    if (length >= size)
        return false;
    memcpy(out, text, length);
    out[length] = 0;
    return true;
}

/* "30 % left", "l 30", "-30", "centre". */
static bool read_pan(const char *text, double *value)
{
    char word[FACE_TYPED] = "";
    size_t length = 0;
    bool number = false;
    double percent = 0;
    if (!strcasecmp(text, "c") || !strcasecmp(text, "centre") || !strcasecmp(text, "center")) {
        *value = 0;
        return true;
    }
    while (*text) {
        if (isalpha((unsigned char)*text) && length + 1 < sizeof word)
            word[length++] = *text++;
        else if (*text == ' ' || (*text == '%' && number))
            text++;
        else if (number || !words_number(&text, &percent))
            return false;
        else
            number = true;
    }
    const bool left = !strcasecmp(word, "l") || !strcasecmp(word, "left"),
               right = !strcasecmp(word, "r") || !strcasecmp(word, "right");
    if (!number || (*word && !left && !right) || ((left || right) && percent < 0))
        return false;
    *value = (left ? -percent : percent) / 100;
    return true;
}

/* By what a number with this behind it is to be multiplied; 0: it is no such unit. */
static double factor_of(const bl_rig_param_info *info, const char *unit)
{
    const bool hertz = !strcmp(info->unit, "Hz"), time = !strcmp(info->unit, "ms"), none = !*info->unit;
    if (none && (!*unit || !strcmp(unit, "%")))
        return 0.01;
    if (!*unit || !strcasecmp(unit, info->unit))
        return 1;
    if (!strncmp(info->unit, "dB", 2) && !strcasecmp(unit, "dB"))
        return 1;
    if (hertz && (!strcasecmp(unit, "k") || !strcasecmp(unit, "kHz")))
        return 1000;
    return time && !strcasecmp(unit, "s") ? 1000 : 0;
}

static bool read_setting(bl_rig_param param, const char *text, double *value)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    const bool low = param == BL_RIG_LOW_CUT || param == BL_RIG_CAB_LOW_CUT,
               high = param == BL_RIG_HIGH_CUT || param == BL_RIG_CAB_HIGH_CUT;
    if ((low || high) && !strcasecmp(text, "off")) {
        *value = low ? info->minimum : info->maximum;
        return true;
    }
    if (param == BL_RIG_CAB_PAN_1 || param == BL_RIG_CAB_PAN_2)
        return read_pan(text, value);
    if (!words_number(&text, value))
        return false;
    while (*text == ' ')
        text++;
    const double factor = info->kind == BL_RIG_WHOLE ? !*text : factor_of(info, text);
    *value *= factor;
    return factor != 0;
}

static bool refuse(char *why, size_t size, const face *f, const item *i, const char *low, const char *high)
{
    snprintf(why, size, "%.60s goes from %s to %s.", control_name(f, i), low, high);
    return false;
}

static bool read_knob(const face *f, const item *i, const char *text, float *value, char *why, size_t size)
{
    const bool known = (size_t)i->index < f->model_knobs;
    const face_knob percent = { .least = 0, .first = 50, .most = 100 },
                    *k = known ? &f->knob_infos[i->index] : &percent;
    double units;
    const bool number = words_number(&text, &units);
    while (*text == ' ' || (!known && *text == '%'))
        text++;
    if (!number || *text) {
        snprintf(why, size, "This is not a number.");
        return false;
    }
    if (!(units >= k->least && units <= k->most)) {
        char low[32], high[32];
        knob_words(k->least, low, sizeof low);
        knob_words(k->most, high, sizeof high);
        return refuse(why, size, f, i, low, high);
    }
    *value = (float)knob_from_units(k, units);
    return true;
}

bool control_read(const face *f, const item *i, const char *text, float *value, char *why, size_t size)
{
    char typed[FACE_TYPED];
    if (!trim(text, typed, sizeof typed) || !*typed) {
        snprintf(why, size, "Nothing is typed.");
        return false;
    }
    if (control_is_knob(i))
        return read_knob(f, i, typed, value, why, size);
    const bl_rig_param param = (bl_rig_param)control_which(i);
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    double number;
    if (!read_setting(param, typed, &number)) {
        snprintf(why, size, *info->unit ? "This is not a number of %s." : "This is not a number.", info->unit);
        return false;
    }
    const float slack = 1e-4f * (info->maximum - info->minimum);
    if (!(number >= info->minimum - slack && number <= info->maximum + slack)) {
        char low[32], high[32];
        words_of_value(param, info->minimum, low, sizeof low);
        words_of_value(param, info->maximum, high, sizeof high);
        return refuse(why, size, f, i, low, high);
    }
    *value = bl_rig_param_clamp(param, (float)number);
    return true;
}
