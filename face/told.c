#include "face_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CPU_SECONDS 0.5

/* ---- settings ---- */

void face_apply(face *f, bool knob, size_t which, float value)
{
    if (control_current(f, knob, which) == value && (knob || f->settings[which] == value))
        return;
    if (knob) {
        f->knobs[which] = value;
        face_harm_kind(f, ITEM_MODEL_KNOB, (int)which);
        return;
    }
    const bl_rig_param_info *info = bl_rig_param_describe((bl_rig_param)which);
    f->settings[which] = value;
    if (which == BL_RIG_SLOT)
        f->numbers[FACE_PLAYING] = value;
    if (which == BL_RIG_ENABLED)
        f->numbers[FACE_BYPASSED] = value < 0.5f;
    if (info->kind != BL_RIG_CONTINUOUS)
        face_harm_all(f); /* others may have nothing to do from now on, or show another file */
    else
        face_harm_kind(f, ITEM_KNOB, (int)which);
}

void face_set(face *f, bl_rig_param param, float value)
{
    if ((unsigned)param >= BL_RIG_PARAM_COUNT || !isfinite(value))
        return;
    value = bl_rig_param_clamp(param, value);
    if (!touch_keep(f, false, param, value))
        face_apply(f, false, param, value);
}

void face_set_knob(face *f, size_t knob, float position)
{
    if (knob >= FACE_KNOBS || !isfinite(position))
        return;
    position = fminf(fmaxf(position, 0), 1);
    if (!touch_keep(f, true, knob, position))
        face_apply(f, true, knob, position);
}

void face_set_file(face *f, bl_rig_file file, const char *path)
{
    if ((unsigned)file < BL_RIG_FILE_COUNT && !wish_keep(f, file, path ? path : ""))
        face_show_file(f, file, path ? path : "");
}

void face_set_rig(face *f, const char *path)
{
    char *copy = face_copy_text(path);
    if (!copy)
        return;
    free(f->rig);
    f->rig = copy;
    face_harm_kind(f, ITEM_LOGO, -2);
}

/* ---- words ---- */

/* ", 0 to 10, at first 5" */
static bool read_range(const char *text, face_knob *k)
{
    static const char *const words[] = { ", ", " to ", ", at first " };
    double *const values[] = { &k->least, &k->most, &k->first };
    for (size_t i = 0; i < 3; i++) {
        const size_t length = strlen(words[i]);
        if (strncmp(text, words[i], length))
            return false;
        text += length;
        if (!words_number(&text, values[i]))
            return false;
    }
    return !*text;
}

/* "Bass, lower, 0 to 10, at first 5": a name may hold commas itself. */
static bool read_knob(const char *line, size_t length, face_knob *k)
{
    char copy[192];
    snprintf(copy, sizeof copy, "%.*s", (int)length, line);
    for (char *comma = strstr(copy, ", "); comma; comma = strstr(comma + 1, ", "))
        if (read_range(comma, k)) {
            *comma = 0;
            snprintf(k->name, sizeof k->name, "%.95s", copy);
            return true;
        }
    return false;
}

void face_read_knobs(face *f)
{
    size_t count = 0;
    for (const char *line = f->texts[FACE_DETAILS]; *line;) {
        const size_t length = strcspn(line, "\n");
        unsigned number;
        int name = 0;
        if (sscanf(line, "Knob %u: %n", &number, &name) == 1 && name && (size_t)name <= length &&
            number == count + 1 && count < FACE_KNOBS &&
            read_knob(line + name, length - (size_t)name, &f->knob_infos[count]))
            count++;
        line += length + (line[length] == '\n');
    }
    f->model_knobs = count;
}

void face_set_text(face *f, face_text which, const char *text)
{
    if ((unsigned)which >= FACE_TEXT_COUNT || !strcmp(f->texts[which], text ? text : ""))
        return;
    char *copy = face_copy_text(text);
    if (!copy)
        return;
    const bool had = *f->texts[which];
    free(f->texts[which]);
    f->texts[which] = copy;
    if (which == FACE_DETAILS) {
        const size_t knobs = f->model_knobs;
        face_read_knobs(f);
        if (knobs != f->model_knobs)
            face_lay_out(f);
        face_harm_kind(f, ITEM_MODEL_KNOB, -2);
    }
    if (which == FACE_ERROR && had != !!*copy)
        face_lay_out(f);
    face_refuse_preview(f);
    face_harm_kind(f, ITEM_STATUS, -2);
    face_harm_kind(f, ITEM_MODEL, -2);
    face_harm_kind(f, ITEM_SLOT, (int)face_slot(f));
}

/* ---- numbers ---- */

void face_set_number(face *f, face_number which, float value)
{
    switch (which) {
    case FACE_IN_PEAK:
    case FACE_IN_RMS:
    case FACE_OUT_PEAK:
    case FACE_OUT_RMS:
    case FACE_GATE_GAIN: levels_set(f, which, value); return;
    case FACE_PLAYING:
        if (!isfinite(value))
            return;
        value = bl_rig_param_clamp(BL_RIG_SLOT, value);
        break;
    case FACE_BYPASSED: value = value > 0.5f; break;
    case FACE_LATENCY: break;
    case FACE_CPU: f->cpu_told = isfinite(value) ? value : -1; return;
    case FACE_NUMBER_COUNT: return;
    }
    if (f->numbers[which] == value)
        return;
    f->numbers[which] = value;
    if (which == FACE_LATENCY)
        face_harm_kind(f, ITEM_LOAD, -2);
    else
        face_harm_all(f);
}

/* ---- the tuner ---- */

void face_toggle_tuner(face *f)
{
    const bool on = !f->tuner;
    if (on && !(f->tuner = tuner_create()))
        return;
    if (!on) {
        tuner_free(f->tuner);
        f->tuner = NULL;
    }
    memset(&f->tuner_shown, 0, sizeof f->tuner_shown);
    face_lay_out(f);
    f->owner.want_tuner(f->owner.context, on);
}

void face_hear(face *f, const float *samples, size_t count, double rate_hz)
{
    if (!f->tuner)
        return;
    tuner_hear(f->tuner, samples, count, rate_hz);
    const tuner_note n = tuner_read(f->tuner);
    const int cents = n.heard ? (int)lround(n.cents) : 0;
    if (n.heard == f->tuner_shown.heard &&
        (!n.heard || (!strcmp(n.name, f->tuner_shown.name) && n.octave == f->tuner_shown.octave &&
                      cents == f->tuner_shown.cents)))
        return;
    f->tuner_shown.heard = n.heard;
    f->tuner_shown.name = n.name;
    f->tuner_shown.octave = n.octave;
    f->tuner_shown.cents = cents;
    face_harm_kind(f, ITEM_TUNER_VIEW, -2);
}

/* ---- time ---- */

static void show_cpu(face *f)
{
    if (f->cpu_told == f->numbers[FACE_CPU] || f->now - f->cpu_since < CPU_SECONDS)
        return;
    if (lroundf(f->cpu_told) != lroundf(f->numbers[FACE_CPU]))
        face_harm_kind(f, ITEM_LOAD, -2);
    f->numbers[FACE_CPU] = f->cpu_told;
    f->cpu_since = f->now;
}

void face_tick(face *f, double seconds)
{
    f->now = fmax(f->now, seconds);
    touch_tick(f);
    wish_tick(f);
    levels_tick(f);
    show_cpu(f);
    if (f->overlay == OVERLAY_BROWSER)
        browser_tick(f->browser, f->now);
    tooltip_tick(f);
}

bool face_is_moving(const face *f)
{
    const bool tooltip =
        !f->tooltip && f->pressed == FACE_NOTHING && !(f->hovered_since == INFINITY) &&
        (f->overlay == OVERLAY_BROWSER || (f->overlay == OVERLAY_NONE && f->hovered != FACE_NOTHING));
    return (f->touch.on && f->touch.run) || tooltip || levels_move(f) || f->cpu_told != f->numbers[FACE_CPU] ||
           (f->overlay == OVERLAY_BROWSER && browser_is_moving(f->browser));
}
