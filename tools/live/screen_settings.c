/* The list of settings. */
#include "midi_map.h"
#include "screen_state.h"

#include <curses.h>
#include <math.h>
#include <stdio.h>

enum {
    NAME = 17,
    BAR = 10,
    COLUMN_NAME = 2,
    COLUMN_BAR = COLUMN_NAME + NAME + 1,
    COLUMN_VALUE = COLUMN_BAR + BAR + 1
};

screen_value screen_value_of(bl_rig_param param, float value)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    screen_value text;
    const double number = (double)value;
    const char *format = info->unit[0] == 'd' ? "%.1f %s" : info->unit[0] == 'H' ? "%.0f %s" : "%.3g %s";
    for (size_t i = 0; i < info->choice_count; i++)
        if (info->choices[i].value == value) {
            snprintf(text.s, sizeof text.s, "%s", info->choices[i].name);
            return text;
        }
    if (info->kind == BL_RIG_SWITCH)
        snprintf(text.s, sizeof text.s, "%s", value >= 0.5f ? "on" : "off");
    else if (info->kind == BL_RIG_WHOLE)
        snprintf(text.s, sizeof text.s, "%.0f", number);
    else if (!*info->unit)
        snprintf(text.s, sizeof text.s, "%.2f", number);
    else
        snprintf(text.s, sizeof text.s, format, number, info->unit);
    return text;
}

static double position_of(const bl_rig_param_info *info, float value)
{
    const double low = (double)info->minimum, high = (double)info->maximum, v = (double)value;
    return info->logarithmic ? log(v / low) / log(high / low) : (v - low) / (high - low);
}

static void draw_setting(screen *s, int row, bl_rig_param param)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    const float value = bl_rig_get(session_rig(s->session), param);
    const bool selected = param == s->selected;
    if (selected)
        screen_put(row, 0, 2, STYLE_STRONG, ">");
    screen_put(row, COLUMN_NAME, NAME, selected ? STYLE_REVERSE : STYLE_PLAIN, info->name);
    if (info->kind == BL_RIG_CONTINUOUS)
        screen_bar(row, COLUMN_BAR, BAR, position_of(info, value), -1, NULL);
    screen_put(row, COLUMN_VALUE, LEFT_COLUMNS - COLUMN_VALUE, selected ? STYLE_STRONG : STYLE_PLAIN,
               screen_value_of(param, value).s);
}

static void draw_learning(int row, int target)
{
    const bool setting = target >= BL_RIG_MIDI_SETTING;
    const char *name = setting ? bl_rig_param_describe((bl_rig_param)(target - BL_RIG_MIDI_SETTING))->name
                               : bl_rig_midi_word(target);
    screen_print(row, 0, COLS, STYLE_HIGH, "Move a MIDI controller for %s%s.", name,
                 setting ? "; m on this setting: none" : "");
}

/* What the selected one is, and which MIDI controller turns it. */
static void draw_selected(screen *s, int row)
{
    const int target = BL_RIG_MIDI_SETTING + (int)s->selected,
              learning = midi_map_learning(session_midi(s->session));
    const bl_rig_param_info *info = bl_rig_param_describe(s->selected);
    bl_rig_midi midi;
    int column = 0;
    if (learning != BL_RIG_MIDI_NOTHING) {
        draw_learning(row, learning);
        return;
    }
    midi_map_get(session_midi(s->session), &midi);
    for (int i = 0; i < BL_RIG_MIDI_CONTROLLERS; i++)
        if (midi.cc[i] == target)
            column += screen_print(row, column, COLS - column, STYLE_PLAIN, "MIDI controller %d. ", i);
    screen_print(row, column, COLS - column, STYLE_DIM, "%s: %s", info->name, info->about);
}

/* From row top up to, but not with, row bottom; then what the selected one is. */
void screen_draw_settings(screen *s, int top, int bottom)
{
    const int rows = bottom - top, selected = (int)s->selected;
    if (s->first > selected)
        s->first = selected;
    if (s->first < selected - rows + 1)
        s->first = selected - rows + 1;
    if (s->first > BL_RIG_PARAM_COUNT - rows)
        s->first = BL_RIG_PARAM_COUNT > rows ? BL_RIG_PARAM_COUNT - rows : 0;
    for (int i = 0; i < rows && s->first + i < BL_RIG_PARAM_COUNT; i++)
        draw_setting(s, top + i, (bl_rig_param)(s->first + i));
    draw_selected(s, bottom);
}
