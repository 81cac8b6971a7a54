/* The title, the model, the cabinets and the slots. */
#include "../text.h"
#include "screen_state.h"

#include <curses.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_PATH = 4096, SLOT_NAME = 14 };

/* ---- the title ---- */

static int add_state(int column, screen_style style, const char *text)
{
    return column + screen_put(ROW_TITLE, column, COLS - column, style, text) + 2;
}

static void draw_title(screen *s)
{
    const double rate = session_rate(s->session);
    char text[64];
    int column = add_state(0, STYLE_REVERSE, " backline live ");
    if (bl_rig_get(session_rig(s->session), BL_RIG_ENABLED) < 0.5f)
        column = add_state(column, STYLE_BAD, "BYPASS");
    if (s->state.recorded && !s->state.record_error) {
        snprintf(text, sizeof text, "REC %.40s", text_duration((double)s->state.recorded / rate).s);
        column = add_state(column, STYLE_BAD, text);
    }
    if (s->state.guard_quality >= 0)
        column = add_state(column, STYLE_HIGH, "GUARD");
    if (!s->device.running)
        add_state(column, STYLE_BAD, "NO DEVICE");
    screen_print(ROW_TITLE, COLS - 20, 20, STYLE_DIM, "%20s", text_duration((double)s->state.frames / rate).s);
}

/* ---- the model ---- */

static void add(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void add(char *text, size_t size, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

static void describe(const bl_capture *capture, char *text, size_t size)
{
    const bl_model *model = bl_capture_model(capture);
    const size_t sizes = bl_model_quality_count(model), knobs = bl_model_param_count(model);
    bl_model_info info;
    bl_model_get_info(model, &info);
    *text = 0;
    if (info.name && *info.name)
        add(text, size, "%.60s: ", info.name);
    add(text, size, "%.80s, %s weight%s, %s, %.1f dB", info.architecture, text_count(info.parameters).s,
        info.parameters == 1 ? "" : "s", text_hertz(bl_capture_rate(capture)).s, bl_capture_loudness(capture));
    if (sizes > 1)
        add(text, size, ", %zu sizes", sizes);
    if (knobs)
        add(text, size, knobs > 1 ? ", %zu knobs" : ", %zu knob", knobs);
    if (info.gear_make && info.gear_model)
        add(text, size, ", %.40s %.40s", info.gear_make, info.gear_model);
}

/* Only when something may have changed: models are shared under a lock. */
static void read_details(screen *s, int slot)
{
    bl_rig *rig = session_rig(s->session);
    const unsigned changes = bl_rig_file_changes(rig);
    if (rig == s->details_rig && changes == s->details_changes && slot == s->details_slot)
        return;
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)slot - 1);
    s->details[0] = 0;
    if (capture)
        describe(capture, s->details, sizeof s->details);
    bl_capture_free(capture);
    s->details_rig = rig;
    s->details_changes = changes;
    s->details_slot = slot;
}

static const char *name_of(screen *s, bl_rig_file file, char *path, size_t size)
{
    session_file(s->session, file, path, size);
    return text_file_name(path);
}

static void draw_model(screen *s, int slot)
{
    char path[LONGEST_PATH];
    const char *name = name_of(s, (bl_rig_file)(BL_RIG_MODEL + slot - 1), path, sizeof path);
    read_details(s, slot);
    screen_put(ROW_MODEL, 0, COLUMN_LABELS, STYLE_DIM, "Model");
    screen_put(ROW_MODEL, COLUMN_LABELS, COLS - COLUMN_LABELS, STYLE_STRONG, *name ? name : "none");
    screen_put(ROW_DETAILS, COLUMN_LABELS, COLS - COLUMN_LABELS, STYLE_PLAIN, s->details);
}

static void draw_cabinets(screen *s)
{
    char first[LONGEST_PATH], second[LONGEST_PATH];
    const char *names[2] = { name_of(s, BL_RIG_IMPULSE_1, first, sizeof first),
                             name_of(s, BL_RIG_IMPULSE_2, second, sizeof second) };
    const bool off = bl_rig_get(session_rig(s->session), BL_RIG_CAB) < 0.5f;
    screen_put(ROW_CABINETS, 0, COLUMN_LABELS, STYLE_DIM, "Cabinet");
    screen_print(ROW_CABINETS, COLUMN_LABELS, COLS - COLUMN_LABELS, off ? STYLE_DIM : STYLE_STRONG, "%s%s%s%s",
                 *names[0] || *names[1] ? names[0] : "none", *names[0] && *names[1] ? " + " : "", names[1],
                 off ? " (off)" : "");
}

/* Without the ending of its name; the one that plays in brackets. */
static void draw_slot(screen *s, int slot, bool plays, int *column)
{
    char path[LONGEST_PATH];
    const char *name = name_of(s, (bl_rig_file)(BL_RIG_MODEL + slot - 1), path, sizeof path);
    const char *dot = strrchr(name, '.');
    const int length = dot && dot > name ? (int)(dot - name) : (int)strlen(name), room = COLS - 1 - *column;
    const screen_style style = plays ? STYLE_STRONG : STYLE_PLAIN;
    if (!*name && !plays)
        return;
    if (plays)
        *column += screen_put(ROW_SLOTS, *column, room, style, "[");
    *column += screen_print(ROW_SLOTS, *column, SLOT_NAME < room ? SLOT_NAME : room, style, "%d %.*s", slot,
                            *name ? length : 5, *name ? name : "empty");
    if (plays)
        *column += screen_put(ROW_SLOTS, *column, 1, style, "]");
    *column += 2;
}

void screen_draw_rig(screen *s)
{
    const int slot = (int)bl_rig_get(session_rig(s->session), BL_RIG_SLOT);
    int column = COLUMN_LABELS;
    draw_title(s);
    draw_model(s, slot);
    draw_cabinets(s);
    screen_put(ROW_SLOTS, 0, COLUMN_LABELS, STYLE_DIM, "Slots");
    for (int i = 1; i <= BL_RIG_SLOTS; i++)
        draw_slot(s, i, i == slot, &column);
}
