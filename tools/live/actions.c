#include "actions.h"

#include "../text.h"

#include <folder.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double octaves_per_step = 1.0 / 6, decibels_per_step = 0.5, steps_of_range = 100;

/* ---- files ---- */

static int slot_of(session *s)
{
    return (int)bl_rig_get(session_rig(s), BL_RIG_SLOT);
}

static void move_in_folder(session *s, bl_rig_file file, int direction)
{
    const bool model = file < BL_RIG_MODEL + BL_RIG_SLOTS;
    char path[4096];
    session_file(s, file, path, sizeof path);
    if (!*path) {
        session_tell(s, model ? "There is no model in this slot, and so no folder in which the next one could be."
                              : "There is no cabinet, and so no folder in which the next one could be.");
        return;
    }
    char *next = folder_neighbour(path, direction);
    if (!next)
        session_tell(s, model ? "There is no other model in this folder."
                              : "There is no other impulse response in this folder.");
    else if (session_set_file(s, file, next))
        session_tell(s, "There is not enough memory for another file.");
    free(next);
}

static bool has_model(session *s, int slot)
{
    char path[2];
    session_file(s, (bl_rig_file)(BL_RIG_MODEL + slot - 1), path, sizeof path);
    return *path;
}

static void choose_slot(session *s, double number)
{
    char sentence[40];
    if (!(number >= 1 && number <= BL_RIG_SLOTS))
        return;
    if (has_model(s, (int)number)) {
        bl_rig_set(session_rig(s), BL_RIG_SLOT, (float)number);
        return;
    }
    snprintf(sentence, sizeof sentence, "Slot %d is empty.", (int)number);
    session_tell(s, sentence);
}

/* The next slot with a model, round and round. */
static void step_slot(session *s, double steps)
{
    const int direction = steps < 0 ? BL_RIG_SLOTS - 1 : 1, now = slot_of(s) - 1;
    for (int i = 1; i < BL_RIG_SLOTS; i++) {
        const int slot = (now + i * direction) % BL_RIG_SLOTS + 1;
        if (has_model(s, slot)) {
            choose_slot(s, slot);
            return;
        }
    }
    session_tell(s, "There is no model in any other slot.");
}

/* ---- settings ---- */

static void toggle(session *s, bl_rig_param param)
{
    bl_rig_set(session_rig(s), param, bl_rig_get(session_rig(s), param) < 0.5f);
}

static double at_position(const bl_rig_param_info *info, double position)
{
    const double low = (double)info->minimum, high = (double)info->maximum;
    if (info->kind == BL_RIG_CHOICE)
        return (double)info->choices[(size_t)(position * (double)(info->choice_count - 1) + 0.5)].value;
    if (info->logarithmic)
        return low * pow(high / low, position);
    return low + position * (high - low);
}

static void set(session *s, bl_rig_param param, double position)
{
    if (!(position >= 0 && position <= 1))
        return;
    const double value = at_position(bl_rig_param_describe(param), position);
    if (param == BL_RIG_SLOT)
        choose_slot(s, floor(value + 0.5));
    else
        bl_rig_set(session_rig(s), param, (float)value);
}

static double stepped(const bl_rig_param_info *info, double value, double steps)
{
    const bool decibels = info->unit[0] == 'd' && info->unit[1] == 'B';
    if (info->logarithmic)
        return value * exp2(steps * octaves_per_step);
    if (decibels)
        return value + steps * decibels_per_step;
    return value + steps * (double)(info->maximum - info->minimum) / steps_of_range;
}

static float next_choice(const bl_rig_param_info *info, float value, double steps)
{
    size_t i = 0;
    while (i + 1 < info->choice_count && info->choices[i].value < value)
        i++;
    if (steps > 0 && i + 1 < info->choice_count)
        i++;
    if (steps < 0 && i)
        i--;
    return info->choices[i].value;
}

/* A step of the quality is another size of the network that plays. */
static void step_quality(session *s, double steps)
{
    bl_rig *rig = session_rig(s);
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)slot_of(s) - 1);
    const bl_model *model = capture ? bl_capture_model(capture) : NULL;
    const size_t count = model ? bl_model_quality_count(model) : 0;
    const double quality = (double)bl_rig_get(rig, BL_RIG_QUALITY);
    double below[2] = { 0, 0 }; /* of the size before, and of this one */
    size_t now = 0;
    for (size_t i = 0; i < count; i++) {
        bl_quality_info size;
        bl_model_get_quality(model, i, &size);
        now += i + 1 < count && quality >= size.below;
    }
    const size_t wanted = steps > 0 ? (now + 1 < count ? now + 1 : now) : now ? now - 1 : 0;
    for (size_t i = 0; i < count && i <= wanted; i++) {
        bl_quality_info size;
        bl_model_get_quality(model, i, &size);
        below[0] = below[1];
        below[1] = fmin(size.below, 1);
    }
    if (count < 2)
        session_tell(s, model ? "This model comes in one size only." : "There is no model in this slot.");
    else
        bl_rig_set(rig, BL_RIG_QUALITY, (float)(wanted + 1 == count ? 1 : 0.5 * (below[0] + below[1])));
    bl_capture_free(capture);
}

static void step(session *s, bl_rig_param param, double steps)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    const float value = bl_rig_get(session_rig(s), param);
    if (param == BL_RIG_SLOT)
        step_slot(s, steps);
    else if (param == BL_RIG_QUALITY)
        step_quality(s, steps);
    else if (info->kind == BL_RIG_CHOICE)
        bl_rig_set(session_rig(s), param, next_choice(info, value, steps));
    else if (info->kind == BL_RIG_SWITCH)
        bl_rig_set(session_rig(s), param, steps > 0);
    else
        bl_rig_set(session_rig(s), param, (float)stepped(info, (double)value, steps));
}

/* ---- all of them ---- */

static void save(session *s, const char *path)
{
    bl_error error;
    char sentence[512];
    if (session_save_rig(s, path, &error)) {
        session_tell(s, error.text);
        return;
    }
    snprintf(sentence, sizeof sentence, "%.400s: the rig is saved.", path);
    session_tell(s, sentence);
}

void action_do(session *s, action what, bl_rig_param param, double argument, const char *rig_path)
{
    switch (what) {
    case ACTION_NEXT_MODEL:
    case ACTION_PREVIOUS_MODEL:
        move_in_folder(s, (bl_rig_file)(BL_RIG_MODEL + slot_of(s) - 1), what == ACTION_NEXT_MODEL ? 1 : -1);
        break;
    case ACTION_NEXT_CABINET:
    case ACTION_PREVIOUS_CABINET: move_in_folder(s, BL_RIG_IMPULSE_1, what == ACTION_NEXT_CABINET ? 1 : -1); break;
    case ACTION_SLOT: choose_slot(s, argument); break;
    case ACTION_BYPASS: toggle(s, BL_RIG_ENABLED); break;
    case ACTION_GATE: toggle(s, BL_RIG_GATE); break;
    case ACTION_AMP: toggle(s, BL_RIG_AMP); break;
    case ACTION_CABINET: toggle(s, BL_RIG_CAB); break;
    case ACTION_SET: set(s, param, argument); break;
    case ACTION_STEP: step(s, param, argument); break;
    case ACTION_SAVE_RIG: save(s, rig_path); break;
    case ACTION_CLEAR_METERS: bl_rig_clear_meters(session_rig(s)); break;
    case ACTION_COUNT: break;
    }
}
