#include "face_state.h"

#include <math.h>

static const bl_rig_param_info *info_of(const item *i)
{
    return bl_rig_param_describe((bl_rig_param)control_which(i));
}

bool control_is(const item *i)
{
    return (i->kind >= ITEM_KNOB && i->kind <= ITEM_SLOT) || i->kind == ITEM_BYPASS;
}

bool control_is_knob(const item *i)
{
    return i->kind == ITEM_MODEL_KNOB;
}

size_t control_which(const item *i)
{
    return i->kind == ITEM_SLOT ? BL_RIG_SLOT : i->kind == ITEM_BYPASS ? BL_RIG_ENABLED : (size_t)i->index;
}

bool control_can(const face *f, const item *i)
{
    return control_is_knob(i) ? f->owner.set_knob != NULL : control_is(i) && f->owner.set != NULL;
}

float control_current(const face *f, bool knob, size_t which)
{
    if (knob)
        return f->knobs[which];
    if (which == BL_RIG_SLOT)
        return f->numbers[FACE_PLAYING];
    if (which == BL_RIG_ENABLED)
        return f->numbers[FACE_BYPASSED] < 0.5f;
    return f->settings[which];
}

float control_value(const face *f, const item *i)
{
    if (i->kind == ITEM_SLOT)
        return face_slot(f) == (size_t)i->index;
    return control_current(f, control_is_knob(i), control_which(i));
}

/* ---- positions ---- */

static size_t choice_of(const bl_rig_param_info *info, float value)
{
    size_t nearest = 0;
    for (size_t i = 1; i < info->choice_count; i++)
        if (fabsf(info->choices[i].value - value) < fabsf(info->choices[nearest].value - value))
            nearest = i;
    return nearest;
}

static double position_of(const bl_rig_param_info *info, float value)
{
    const double low = info->minimum, high = info->maximum;
    if (info->choice_count)
        return (double)choice_of(info, value) / (double)(info->choice_count - 1);
    return info->logarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low);
}

double control_position(const face *f, const item *i)
{
    const float value = control_value(f, i);
    return control_is_knob(i) || i->kind == ITEM_SLOT ? value : position_of(info_of(i), value);
}

double control_origin(const item *i)
{
    if (control_is_knob(i))
        return 0;
    const bl_rig_param_info *info = info_of(i);
    return info->minimum < 0 && info->maximum > 0 ? position_of(info, 0) : 0;
}

/* About a sixtieth of the range, as 1, 2 or 5 times a power of ten; a sixth of an octave. */
double control_step(const item *i, bool fine)
{
    const double part = fine ? 0.1 : 1;
    if (control_is_knob(i))
        return 0.02 * part;
    const bl_rig_param_info *info = info_of(i);
    const double range = (double)info->maximum - info->minimum;
    if (info->choice_count)
        return 1.0 / (double)(info->choice_count - 1);
    if (info->kind != BL_RIG_CONTINUOUS)
        return 1 / range;
    if (info->logarithmic)
        return part / 6 / log2((double)info->maximum / info->minimum);
    const double about = range / 60, ten = pow(10, floor(log10(about))), digit = about / ten;
    return part * ten * (digit < sqrt(2) ? 1 : digit < sqrt(10) ? 2 : digit < sqrt(50) ? 5 : 10) / range;
}

static float value_at(const item *i, double position)
{
    if (control_is_knob(i))
        return (float)position;
    const bl_rig_param_info *info = info_of(i);
    if (info->choice_count)
        return info->choices[lround(position * (double)(info->choice_count - 1))].value;
    const double low = info->minimum, high = info->maximum;
    const double value = info->logarithmic ? low * pow(high / low, position) : low + (high - low) * position;
    return control_round((bl_rig_param)control_which(i), (float)value);
}

/* ---- changes ---- */

void control_set_value(face *f, const item *i, float value)
{
    const item its = *i; /* the owner may have us lay out anew */
    if (!control_can(f, &its))
        return;
    const bool knob = control_is_knob(&its);
    const size_t which = control_which(&its);
    value = knob ? fminf(fmaxf(value, 0), 1) : bl_rig_param_clamp((bl_rig_param)which, value);
    const bool held = touch_is_on(f, knob, which);
    if (!held)
        control_touch(f, &its, true);
    touch_send(f, knob, which, value);
    if (!held)
        control_touch(f, &its, false);
}

void control_set_position(face *f, const item *i, double position)
{
    control_set_value(f, i, value_at(i, fmin(fmax(position, 0), 1)));
}

void control_reset(face *f, const item *i)
{
    control_set_value(f, i, control_is_knob(i) ? 0.5f : info_of(i)->initial);
}

void control_step_by(face *f, const item *i, double steps, bool fine)
{
    const item its = *i;
    if (!control_can(f, &its))
        return;
    touch_run(f, &its);
    f->touch.position = fmin(fmax(f->touch.position + steps * control_step(&its, fine), 0), 1);
    control_set_position(f, &its, f->touch.position);
}

void control_press(face *f, const item *i)
{
    const item its = *i;
    touch_end(f);
    control_set_value(f, &its, its.kind == ITEM_SLOT ? (float)its.index + 1 : control_value(f, &its) < 0.5f);
}

/* ---- whether it does something ---- */

static bool on(const face *f, bl_rig_param param)
{
    return f->settings[param] >= 0.5f;
}

static const char *cabinet_idle(const face *f, bool needs_both)
{
    const int count = (*f->files[BL_RIG_IMPULSE_1] != 0) + (*f->files[BL_RIG_IMPULSE_2] != 0);
    if (!on(f, BL_RIG_CAB))
        return "It does nothing while the cabinet is off.";
    if (!count)
        return "It does nothing without an impulse response.";
    return needs_both && count < 2 ? "It does nothing without a second impulse response." : NULL;
}

static const char *amp_idle(const face *f)
{
    return on(f, BL_RIG_AMP) ? NULL : "It does nothing while the amp is off.";
}

static const char *setting_idle(const face *f, bl_rig_param param)
{
    switch (param) {
    case BL_RIG_GATE_THRESHOLD:
    case BL_RIG_GATE_HYSTERESIS:
    case BL_RIG_GATE_ATTACK:
    case BL_RIG_GATE_HOLD:
    case BL_RIG_GATE_RELEASE: return on(f, BL_RIG_GATE) ? NULL : "It does nothing while the gate is off.";
    case BL_RIG_INTERFACE_LEVEL:
        if (!on(f, BL_RIG_CALIBRATE_INPUT) && f->settings[BL_RIG_OUTPUT_MODE] != BL_RIG_OUTPUT_CALIBRATED)
            return "It does nothing unless the input or the output is calibrated.";
        return amp_idle(f);
    case BL_RIG_QUALITY:
    case BL_RIG_OVERSAMPLE:
    case BL_RIG_CALIBRATE_INPUT:
    case BL_RIG_OUTPUT_MODE: return amp_idle(f);
    case BL_RIG_CAB_BLEND:
    case BL_RIG_CAB_PAN_2:
    case BL_RIG_CAB_DELAY:
    case BL_RIG_CAB_INVERT: return cabinet_idle(f, true);
    case BL_RIG_CAB_PAN_1:
    case BL_RIG_CAB_LOW_CUT:
    case BL_RIG_CAB_HIGH_CUT: return cabinet_idle(f, false);
    default: return NULL;
    }
}

const char *control_idle(const face *f, const item *i)
{
    if (!control_can(f, i))
        return "It cannot be turned here.";
    if (f->numbers[FACE_BYPASSED] > 0.5f)
        return "It does nothing while the rig is bypassed.";
    return control_is_knob(i) ? amp_idle(f) : setting_idle(f, (bl_rig_param)i->index);
}

bool control_is_idle(const face *f, const item *i)
{
    switch (i->kind) {
    case ITEM_UNDO: return !undo_possible(f);
    case ITEM_TUNER: return !f->owner.want_tuner;
    case ITEM_PREVIOUS:
    case ITEM_NEXT:
    case ITEM_CLEAR: return !f->owner.set_file || !*f->files[face_file_of(f, i->index)];
    case ITEM_BROWSE: return !f->owner.set_file;
    case ITEM_HOST_BROWSE: return !f->owner.ask_host;
    case ITEM_BYPASS:
    case ITEM_SLOT: return !control_can(f, i);
    case ITEM_KNOB:
    case ITEM_SWITCH:
    case ITEM_CHOICE:
    case ITEM_MODEL_KNOB: return control_idle(f, i);
    default: return false;
    }
}
