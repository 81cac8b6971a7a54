/* Settings that are not where their ports are, as text: a host keeps the ports, a session these. */
#define _GNU_SOURCE
#include "plugin.h"

#include "plain_numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS = BL_RIG_PARAM_COUNT + PLUGIN_KNOBS, LONGEST_WORD = 100 };

/* ---- one setting or knob, counted from PORT_SETTINGS ---- */

static float read_seen(const plugin *p, size_t setting)
{
    return atomic_load_explicit((_Atomic float *)&p->seen[PORT_SETTINGS + setting], memory_order_relaxed);
}

static void write_seen(plugin *p, size_t setting, float value)
{
    atomic_store_explicit(&p->seen[PORT_SETTINGS + setting], value, memory_order_relaxed);
}

static uint32_t knob_bit(size_t setting)
{
    return UINT32_C(1) << (setting - BL_RIG_PARAM_COUNT);
}

/* True, with the value, if a setting is not where its port is. A port that was not seen yet will be obeyed. */
static bool is_elsewhere(const plugin *p, size_t setting, float *value)
{
    const float seen = read_seen(p, setting);
    if (isnan(seen))
        return false;
    if (setting < BL_RIG_PARAM_COUNT) {
        *value = bl_rig_get(p->rig, (bl_rig_param)setting);
        return seen == SEEN_WHATEVER || *value != bl_rig_param_clamp((bl_rig_param)setting, seen);
    }
    const knob_range *range = &p->knobs[setting - BL_RIG_PARAM_COUNT];
    *value = bl_rig_get_knob(p->rig, setting - BL_RIG_PARAM_COUNT);
    if (isnan(*value)) /* the model's initial value */
        *value = atomic_load_explicit((_Atomic float *)&range->initial, memory_order_relaxed);
    return atomic_load_explicit((_Atomic uint32_t *)&p->held_knobs, memory_order_relaxed) & knob_bit(setting) &&
           atomic_load_explicit((_Atomic bool *)&range->has, memory_order_relaxed);
}

/* The port is written first, so that run() does not obey it between the two. */
static void set_elsewhere(plugin *p, size_t setting, float value, float port)
{
    write_seen(p, setting, port);
    if (setting < BL_RIG_PARAM_COUNT) {
        bl_rig_set(p->rig, (bl_rig_param)setting, value);
    } else {
        atomic_fetch_or_explicit(&p->held_knobs, knob_bit(setting), memory_order_relaxed);
        bl_rig_set_knob(p->rig, setting - BL_RIG_PARAM_COUNT, value);
    }
}

static void set_as_port(plugin *p, size_t setting)
{
    write_seen(p, setting, NAN);
    if (setting >= BL_RIG_PARAM_COUNT)
        atomic_fetch_and_explicit(&p->held_knobs, ~knob_bit(setting), memory_order_relaxed);
}

/* ---- written ---- */

static const char *symbol_of(size_t setting, char *space, size_t size)
{
    if (setting < BL_RIG_PARAM_COUNT)
        return bl_rig_param_describe((bl_rig_param)setting)->symbol;
    snprintf(space, size, "knob_%zu", setting - BL_RIG_PARAM_COUNT + 1);
    return space;
}

/* With as few digits as tell it from all other floats. */
static void write_number(FILE *to, float value)
{
    char text[32];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    fputs(text, to);
}

/* Where the knob's port would stand for that value: knob_value() of run.c the other way round. */
static float knob_position(const knob_range *knob, float value)
{
    const float minimum = atomic_load_explicit((_Atomic float *)&knob->minimum, memory_order_relaxed),
                initial = atomic_load_explicit((_Atomic float *)&knob->initial, memory_order_relaxed),
                maximum = atomic_load_explicit((_Atomic float *)&knob->maximum, memory_order_relaxed);
    const bool below = value < initial;
    const float way = below ? initial - minimum : maximum - initial;
    return way > 0 ? 0.5f + 0.5f * (value - initial) / way : 0.5f;
}

static void write_all(const plugin *p, FILE *to, bool for_windows)
{
    const char *gap = "";
    for (size_t i = 0; i < SETTINGS; i++) {
        char space[16];
        float value;
        if (!is_elsewhere(p, i, &value))
            continue;
        if (for_windows && i >= BL_RIG_PARAM_COUNT)
            value = knob_position(&p->knobs[i - BL_RIG_PARAM_COUNT], value);
        fprintf(to, "%s%s=", gap, symbol_of(i, space, sizeof space));
        write_number(to, value);
        if (!for_windows) {
            fputc('@', to);
            write_number(to, read_seen(p, i));
        }
        gap = " ";
    }
}

static char *write_text(const plugin *p, bool for_windows)
{
    const plain_numbers numbers = plain_numbers_begin();
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (to) {
        write_all(p, to, for_windows);
        if (fclose(to)) {
            free(text);
            text = NULL;
        }
    }
    plain_numbers_end(numbers);
    return text;
}

char *state_write_settings(const plugin *p)
{
    return write_text(p, false);
}

char *state_write_held(const plugin *p)
{
    return write_text(p, true);
}

/* ---- read ---- */

/* "bass=3@0" */
static bool read_word(const char *word, size_t *setting, float *value, float *port)
{
    char space[16], *end;
    const size_t length = strcspn(word, "=");
    for (*setting = 0; *setting < SETTINGS; ++*setting) {
        const char *symbol = symbol_of(*setting, space, sizeof space);
        if (strlen(symbol) == length && !strncmp(symbol, word, length))
            break;
    }
    if (*setting == SETTINGS || word[length] != '=')
        return false;
    *value = strtof(word + length + 1, &end);
    if (*end != '@' || !isfinite(*value))
        return false;
    *port = strtof(end + 1, &end);
    return !*end && !isnan(*port);
}

void state_read_settings(plugin *p, const char *text)
{
    const plain_numbers numbers = plain_numbers_begin();
    bool named[SETTINGS] = { false };
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        char word[LONGEST_WORD];
        size_t setting;
        float value, port;
        const size_t length = strcspn(text, " ");
        snprintf(word, sizeof word, "%.*s", length < sizeof word ? (int)length : 0, text);
        text += length;
        if (!read_word(word, &setting, &value, &port))
            continue;
        set_elsewhere(p, setting, value, port);
        named[setting] = true;
    }
    for (size_t i = 0; i < SETTINGS; i++)
        if (!named[i])
            set_as_port(p, i);
    plain_numbers_end(numbers);
}

void state_hold_settings(plugin *p)
{
    for (size_t i = 0; i < SETTINGS; i++)
        write_seen(p, i, SEEN_WHATEVER);
}
