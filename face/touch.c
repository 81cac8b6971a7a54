/* Hands on settings. There is one hand at a time, and whatever becomes of it, the owner hears its end. */
#include "face_state.h"

#include <math.h>

#define RUN_SECONDS 0.6 /* a run of notches or keys ends so long after the last one */

bool touch_is_on(const face *f, bool knob, size_t which)
{
    return f->touch.on && f->touch.knob == knob && f->touch.which == which;
}

static void tell_touch(const face *f, bool knob, size_t which, bool begins)
{
    if (f->owner.touch)
        f->owner.touch(f->owner.context, knob, which, begins);
}

static void tell_value(const face *f, bool knob, size_t which, float value)
{
    if (knob && f->owner.set_knob)
        f->owner.set_knob(f->owner.context, which, value);
    if (!knob && f->owner.set)
        f->owner.set(f->owner.context, (bl_rig_param)which, value);
}

static void begin(face *f, const item *i, bool run)
{
    touch_end(f);
    const bool knob = control_is_knob(i);
    const size_t which = control_which(i);
    f->touch = (face_touch){ .on = true,
                             .knob = knob,
                             .which = which,
                             .run = run,
                             .since = NAN,
                             .position = control_position(f, i),
                             .before = control_current(f, knob, which),
                             .told = NAN };
    tell_touch(f, knob, which, true);
}

void touch_end(face *f)
{
    if (!f->touch.on)
        return;
    const face_touch t = f->touch;
    const float value = control_current(f, t.knob, t.which);
    f->touch.on = false;
    if (t.owed && value != t.before)
        tell_value(f, t.knob, t.which, value);
    tell_touch(f, t.knob, t.which, false);
    if (value != t.before)
        undo_remember(f, (face_change){ .kind = t.knob ? CHANGE_KNOB : CHANGE_SETTING,
                                        .which = (int)t.which,
                                        .value = t.before });
    if (!isnan(t.told))
        face_apply(f, t.knob, t.which, t.told);
}

void control_touch(face *f, const item *i, bool begins)
{
    if (begins)
        begin(f, i, false);
    else
        touch_end(f);
}

void touch_run(face *f, const item *i)
{
    if (!touch_is_on(f, control_is_knob(i), control_which(i)))
        begin(f, i, true);
    f->touch.since = NAN;
}

void touch_tick(face *f)
{
    if (!f->touch.on || !f->touch.run)
        return;
    if (isnan(f->touch.since))
        f->touch.since = f->now;
    if (f->now - f->touch.since >= RUN_SECONDS)
        touch_end(f);
}

void touch_send(face *f, bool knob, size_t which, float value)
{
    if (control_current(f, knob, which) == value)
        return;
    f->touch.sent[f->touch.sent_count++ % FACE_SENT] = value;
    face_apply(f, knob, which, value);
    const bl_rig_param_info *info = knob ? NULL : bl_rig_param_describe((bl_rig_param)which);
    if (info && info->heavy && info->kind == BL_RIG_CONTINUOUS)
        f->touch.owed = true; /* each value would be loaded and built */
    else
        tell_value(f, knob, which, value);
}

void touch_once(face *f, bool knob, size_t which, float value)
{
    touch_end(f);
    face_apply(f, knob, which, value);
    tell_touch(f, knob, which, true);
    tell_value(f, knob, which, value);
    tell_touch(f, knob, which, false);
}

bool touch_keep(face *f, bool knob, size_t which, float value)
{
    if (!touch_is_on(f, knob, which))
        return false;
    const size_t count = f->touch.sent_count < FACE_SENT ? f->touch.sent_count : FACE_SENT;
    for (size_t i = 0; i < count; i++)
        if (f->touch.sent[i] == value)
            return true; /* what the hand did comes back */
    f->touch.told = value;
    return true;
}
