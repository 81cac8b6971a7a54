/* What keys do. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "actions.h"
#include "midi_map.h"
#include "screen_state.h"

#include <curses.h>

enum { CONTROL_C = 3, CONTROL_L = 12, PAGE = 8 };

static const double fine = 0.2;

static void act(screen *s, action what, double argument)
{
    action_do(s->session, what, BL_RIG_SLOT, argument, s->path);
}

static void step(screen *s, bl_rig_param param, double steps)
{
    action_do(s->session, ACTION_STEP, param, steps, NULL);
}

static void choose(screen *s, int setting)
{
    const int last = BL_RIG_PARAM_COUNT - 1;
    s->selected = (bl_rig_param)(setting < 0 ? 0 : setting > last ? last : setting);
}

/* ---- settings with a key of their own, or with few values: one after the other, round and round ---- */

static void next_value(screen *s, bl_rig_param param)
{
    bl_rig *rig = session_rig(s->session);
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    const float value = bl_rig_get(rig, param);
    if (info->kind == BL_RIG_SWITCH)
        step(s, param, value < 0.5f ? 1 : -1);
    else if (info->kind == BL_RIG_CHOICE && value >= info->maximum)
        action_do(s->session, ACTION_SET, param, 0, NULL);
    else if (info->kind != BL_RIG_CONTINUOUS)
        step(s, param, 1);
}

/* From the largest size down, and back to the largest. */
static void next_size(screen *s)
{
    bl_rig *rig = session_rig(s->session);
    const float before = bl_rig_get(rig, BL_RIG_QUALITY);
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)bl_rig_get(rig, BL_RIG_SLOT) - 1);
    bl_quality_info smallest = { .below = 0 };
    if (capture && bl_model_quality_count(bl_capture_model(capture)) > 1)
        bl_model_get_quality(bl_capture_model(capture), 0, &smallest);
    bl_capture_free(capture);
    if ((double)before < smallest.below)
        action_do(s->session, ACTION_SET, BL_RIG_QUALITY, 1, NULL);
    else
        step(s, BL_RIG_QUALITY, -1);
}

static void set_initial(screen *s)
{
    if (s->selected != BL_RIG_SLOT)
        bl_rig_set(session_rig(s->session), s->selected, bl_rig_param_describe(s->selected)->initial);
}

static void learn(screen *s)
{
    midi_map *map = session_midi(s->session);
    const int target = BL_RIG_MIDI_SETTING + (int)s->selected;
    midi_map_learn(map, midi_map_learning(map) == target ? BL_RIG_MIDI_NOTHING : target);
}

/* ---- */

static void code_key(screen *s, unsigned key)
{
    switch (key) {
    case KEY_UP: choose(s, (int)s->selected - 1); break;
    case KEY_DOWN: choose(s, (int)s->selected + 1); break;
    case KEY_PPAGE: choose(s, (int)s->selected - PAGE); break;
    case KEY_NPAGE: choose(s, (int)s->selected + PAGE); break;
    case KEY_HOME: choose(s, 0); break;
    case KEY_END: choose(s, BL_RIG_PARAM_COUNT); break;
    case KEY_LEFT: step(s, s->selected, -1); break;
    case KEY_RIGHT: step(s, s->selected, 1); break;
    case KEY_SLEFT: step(s, s->selected, -fine); break;
    case KEY_SRIGHT: step(s, s->selected, fine); break;
    default: break;
    }
}

/* Keys for settings; false: it is none. */
static bool setting_key(screen *s, unsigned key)
{
    static const struct {
        char key;
        bl_rig_param param; /* BL_RIG_PARAM_COUNT: the selected one */
        double steps;
    } keys[] = {
        { '[', BL_RIG_INPUT_GAIN, -1 }, { ']', BL_RIG_INPUT_GAIN, 1 },      { '{', BL_RIG_OUTPUT_GAIN, -1 },
        { '}', BL_RIG_OUTPUT_GAIN, 1 }, { '-', BL_RIG_PARAM_COUNT, -1 },    { '+', BL_RIG_PARAM_COUNT, 1 },
        { '=', BL_RIG_PARAM_COUNT, 1 }, { '<', BL_RIG_PARAM_COUNT, -fine }, { '>', BL_RIG_PARAM_COUNT, fine },
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (key == (unsigned)keys[i].key) {
            step(s, keys[i].param == BL_RIG_PARAM_COUNT ? s->selected : keys[i].param, keys[i].steps);
            return true;
        }
    return false;
}

/* Keys for what the screen itself does; false: it is none. */
static bool screen_only_key(screen *s, unsigned key)
{
    switch (key) {
    case ' ': next_value(s, s->selected); return true;
    case 'd': set_initial(s); return true;
    case 'q': next_size(s); return true;
    case 'o': next_value(s, BL_RIG_OVERSAMPLE); return true;
    case 'm': learn(s); return true;
    case 't': screen_toggle_tuner(s); return true;
    case 's': screen_ask_name(s); return true;
    case 'h':
    case '?': s->page = PAGE_HELP; return true;
    case 'l': s->page = PAGE_NEWS; return true;
    case CONTROL_L: clearok(curscr, TRUE); return true;
    case 'x':
    case CONTROL_C: s->done = true; return true;
    default: return false;
    }
}

static void character_key(screen *s, unsigned key)
{
    static const struct {
        char key;
        action what;
    } keys[] = {
        { 'n', ACTION_NEXT_MODEL },       { 'p', ACTION_PREVIOUS_MODEL }, { 'c', ACTION_NEXT_CABINET },
        { 'C', ACTION_PREVIOUS_CABINET }, { 'b', ACTION_BYPASS },         { 'g', ACTION_GATE },
        { 'r', ACTION_CLEAR_METERS },
    };
    if (key >= '0' && key <= '9') {
        act(s, ACTION_SLOT, key == '0' ? 10 : key - '0');
        return;
    }
    if (screen_only_key(s, key) || setting_key(s, key))
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (key == (unsigned)keys[i].key)
            act(s, keys[i].what, 0);
}

void screen_key(screen *s, unsigned key, bool is_code)
{
    if (is_code && key == KEY_RESIZE)
        return; /* the next frame has the new size */
    if (s->page == PAGE_NAME || s->page == PAGE_REPLACE)
        screen_ask_key(s, key, is_code);
    else if ((s->page == PAGE_HELP || s->page == PAGE_NEWS) && (is_code || (key != CONTROL_C && key != 'x')))
        s->page = PAGE_MAIN;
    else if (is_code)
        code_key(s, key);
    else
        character_key(s, key);
}
