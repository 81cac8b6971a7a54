/* What MIDI does: its words, and its place in rig files. */
#include "rig_file_midi.h"

#include "base/fail.h"
#include "nearest.h"

#include <stdio.h>
#include <string.h>

static const char *const words[BL_RIG_MIDI_SETTING] = {
    [BL_RIG_MIDI_BYPASS] = "bypass",
    [BL_RIG_MIDI_TOGGLE_GATE] = "toggle_gate",
    [BL_RIG_MIDI_TOGGLE_AMP] = "toggle_amp",
    [BL_RIG_MIDI_TOGGLE_CABINET] = "toggle_cab",
    [BL_RIG_MIDI_NEXT_MODEL] = "next_model",
    [BL_RIG_MIDI_PREVIOUS_MODEL] = "previous_model",
    [BL_RIG_MIDI_NEXT_CABINET] = "next_cab",
    [BL_RIG_MIDI_PREVIOUS_CABINET] = "previous_cab",
    [BL_RIG_MIDI_NEXT_SLOT] = "next_slot",
    [BL_RIG_MIDI_PREVIOUS_SLOT] = "previous_slot",
    [BL_RIG_MIDI_CLEAR_METERS] = "clear_meters",
};

const char *bl_rig_midi_word(int target)
{
    if (target <= BL_RIG_MIDI_NOTHING || target >= BL_RIG_MIDI_TARGETS)
        return NULL;
    if (target < BL_RIG_MIDI_SETTING)
        return words[target];
    return bl_rig_param_describe((bl_rig_param)(target - BL_RIG_MIDI_SETTING))->symbol;
}

int bl_rig_midi_find(const char *word)
{
    int target = BL_RIG_MIDI_TARGETS - 1;
    while (target > BL_RIG_MIDI_NOTHING && strcmp(word, bl_rig_midi_word(target)))
        target--;
    return target;
}

/* ---- reading ---- */

static bl_status no_such_target(const char *number, const json_t *value, bl_error *error)
{
    const char *candidates[BL_RIG_MIDI_TARGETS - 1], *word = json_string_value(value);
    for (int i = 0; i < BL_RIG_MIDI_TARGETS - 1; i++)
        candidates[i] = bl_rig_midi_word(i + 1);
    if (!word)
        return bl_fail(error, BL_ERR_FORMAT,
                       "The MIDI controller \"%.20s\" wants the name of a setting or of an action.", number);
    const char *near = nearest_word(word, candidates, BL_RIG_MIDI_TARGETS - 1);
    if (near)
        return bl_fail(
            error, BL_ERR_FORMAT,
            "The MIDI controller \"%.20s\": there is no setting or action \"%.80s\"; did its writer mean "
            "\"%s\"?",
            number, word, near);
    return bl_fail(error, BL_ERR_FORMAT, "The MIDI controller \"%.20s\": there is no setting or action \"%.80s\".",
                   number, word);
}

/* "0" to "119", as people write them; -1 for everything else. */
static int read_controller(const char *digits)
{
    const size_t length = strlen(digits);
    int number = 0;
    if (!length || length > 3 || strspn(digits, "0123456789") != length || (length > 1 && *digits == '0'))
        return -1;
    for (size_t i = 0; i < length; i++)
        number = 10 * number + (digits[i] - '0');
    return number < BL_RIG_MIDI_CONTROLLERS ? number : -1;
}

static bl_status read_controllers(json_t *object, bl_rig_midi *midi, bl_error *error)
{
    const char *number;
    json_t *value;
    if (object && !json_is_object(object))
        return bl_fail(error, BL_ERR_FORMAT, "The \"cc\" of \"midi\" wants an object of numbers and names.");
    json_object_foreach (object, number, value) {
        const int controller = read_controller(number);
        if (controller < 0)
            return bl_fail(error, BL_ERR_FORMAT, "MIDI controllers have numbers from 0 to %d, not \"%.20s\".",
                           BL_RIG_MIDI_CONTROLLERS - 1, number);
        const int target = json_is_string(value) ? bl_rig_midi_find(json_string_value(value)) : BL_RIG_MIDI_NOTHING;
        if (target == BL_RIG_MIDI_NOTHING)
            return no_such_target(number, value, error);
        midi->cc[controller] = (uint8_t)target;
    }
    return BL_OK;
}

bl_status rig_file_read_midi(const json_t *object, bl_rig_midi *midi, bl_error *error)
{
    const json_t *channel = json_object_get(object, "channel");
    if (object && !json_is_object(object))
        return bl_fail(error, BL_ERR_FORMAT, "\"midi\" wants an object.");
    if (channel &&
        (!json_is_integer(channel) || json_integer_value(channel) < 1 || json_integer_value(channel) > 16))
        return bl_fail(error, BL_ERR_FORMAT, "The \"channel\" of \"midi\" wants a whole number from 1 to 16.");
    midi->channel = (uint8_t)json_integer_value(channel);
    return read_controllers(json_object_get(object, "cc"), midi, error);
}

/* ---- writing ---- */

bool rig_file_midi_is_plain(const bl_rig_midi *midi)
{
    static const bl_rig_midi plain;
    return !memcmp(midi, &plain, sizeof plain);
}

json_t *rig_file_json_of_midi(const bl_rig_midi *midi)
{
    json_t *object = json_object(), *controllers = json_object();
    bool whole = object && controllers;
    if (midi->channel)
        whole &= !json_object_set_new(object, "channel", json_integer(midi->channel));
    for (int i = 0; i < BL_RIG_MIDI_CONTROLLERS; i++) {
        char number[12];
        snprintf(number, sizeof number, "%d", i);
        if (midi->cc[i])
            whole &= !json_object_set_new(controllers, number, json_string(bl_rig_midi_word(midi->cc[i])));
    }
    whole &= !json_object_set_new(object, "cc", controllers);
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}
