/* What a thing is, and where it stands: the words. */
#include "face_state.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void add(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *out, size_t size, const char *format, ...)
{
    const size_t length = strlen(out);
    va_list values;
    va_start(values, format);
    vsnprintf(out + length, size - length, format, values);
    va_end(values);
}

/* Name and value, what it does, what hands can do. */
static void control_tooltip(const face *f, const item *i, char *out, size_t size)
{
    const bool own = control_is_knob(i);
    const bl_rig_param_info *info = own ? NULL : bl_rig_param_describe((bl_rig_param)i->index);
    const char *about = own ? "a knob of the model itself" : info->about, *idle = control_idle(f, i);
    char words[96];
    control_words(f, i, words, sizeof words);
    add(out, size, "%s: %s\n%c%s.", own ? control_name(f, i) : info->name, words, toupper((unsigned char)*about),
        about + 1);
    if (idle)
        add(out, size, "\n%s", idle);
    if (own && (size_t)i->index < f->model_knobs)
        knob_words(f->knob_infos[i->index].first, words, sizeof words);
    else if (own)
        snprintf(words, sizeof words, "50 %%");
    else if (i->kind == ITEM_KNOB)
        words_of_value((bl_rig_param)i->index, info->initial, words, sizeof words);
    if (own || i->kind == ITEM_KNOB)
        add(out, size, "\nDouble click: %s. Right click: type a value.", words);
}

static void slot_tooltip(const face *f, const item *i, char *out, size_t size)
{
    const char *path = f->files[i->index];
    if (*path)
        snprintf(out, size, "Slot %d: %.200s\nRight click: empty it.", i->index + 1, base_name(path));
    else
        snprintf(out, size, "Slot %d is empty.", i->index + 1);
}

static void load_tooltip(const face *f, char *out, size_t size)
{
    const double samples = f->numbers[FACE_LATENCY];
    snprintf(out, size,
             "How much of its time the processor needs for the sound.\nThe sound is late by %.0f samples.",
             samples);
}

static const char *file_word(const item *i)
{
    return i->index == FILE_OF_MODEL ? "model" : "impulse response";
}

/* Of buttons and what is only seen; NULL: nothing to be said, or said otherwise. */
static const char *plain_tooltip(const face *f, const item *i)
{
    switch (i->kind) {
    case ITEM_UNDO: return undo_possible(f) ? "Undo the last change (Ctrl+Z)." : "There is nothing to undo.";
    case ITEM_TUNER: return f->tuner ? "Put the tuner away." : "Tune the guitar.";
    case ITEM_BYPASS:
        return f->numbers[FACE_BYPASSED] > 0.5f ? "Bypassed: the input is passed on. Press to play through the rig."
                                                : "The rig plays. Press to bypass it.";
    case ITEM_METER:
        return i->index == 1
                   ? "By how much the gate turns the sound down."
                   : "Level: peak, mean and the highest of the last two seconds.\nPress: put out the clip light.";
    case ITEM_LOGO: return f->owner.set_rig ? "Press: open a rig file." : NULL;
    case ITEM_MODEL: return *f->files[face_file_of(f, FILE_OF_MODEL)] ? NULL : "Press: choose a model.";
    default: return NULL;
    }
}

static void file_tooltip(const face *f, const item *i, char *out, size_t size)
{
    const char *const what = file_word(i);
    switch (i->kind) {
    case ITEM_PREVIOUS: snprintf(out, size, "The %s before this one in its folder.", what); break;
    case ITEM_NEXT: snprintf(out, size, "The %s behind this one in its folder.", what); break;
    case ITEM_BROWSE: snprintf(out, size, "Choose %s %s from the files.", *what == 'i' ? "an" : "a", what); break;
    case ITEM_CLEAR: snprintf(out, size, "Take the %s away.", what); break;
    case ITEM_HOST_BROWSE:
        snprintf(out, size, "Choose %s %s with the host's dialogue.", *what == 'i' ? "an" : "a", what);
        break;
    case ITEM_MODEL: snprintf(out, size, "%.300s", f->files[face_file_of(f, FILE_OF_MODEL)]); break;
    case ITEM_STATUS: snprintf(out, size, "%.300s\nPress: put this away.", f->texts[FACE_ERROR]); break;
    case ITEM_CABINET: {
        const char *path = f->files[BL_RIG_IMPULSE_1 + i->index];
        snprintf(out, size, "%.300s", *path ? path : "Press: choose an impulse response.");
        break;
    }
    default: break;
    }
}

/* Long lines are broken between words. */
static void break_lines(char *words)
{
    enum { LONG = 80 };
    char *begin = words, *space = NULL;
    for (char *at = words; *at; at++) {
        if (*at == '\n') {
            begin = at + 1;
            space = NULL;
        } else if (*at == ' ')
            space = at;
        if (space && at - begin >= LONG) {
            *space = '\n';
            begin = space + 1;
            space = NULL;
        }
    }
}

void tooltip_words(const face *f, const item *i, char *out, size_t size)
{
    *out = 0;
    if (!i)
        return;
    const char *plain = plain_tooltip(f, i);
    if (plain)
        snprintf(out, size, "%s", plain);
    else if (i->kind == ITEM_SLOT)
        slot_tooltip(f, i, out, size);
    else if (i->kind == ITEM_LOAD)
        load_tooltip(f, out, size);
    else if (control_is(i))
        control_tooltip(f, i, out, size);
    else
        file_tooltip(f, i, out, size);
    break_lines(out);
}
