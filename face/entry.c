/* A value that is typed. */
#include "face_state.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void entry_open(face *f, int index, const char *first)
{
    overlay_close(f);
    pointer_let_go(f);
    touch_end(f);
    tooltip_hide(f);
    f->overlay = OVERLAY_ENTRY;
    f->overlay_item = index;
    *f->refused = 0;
    if (first)
        snprintf(f->typed, sizeof f->typed, "%s", first);
    else
        control_words(f, face_item(f, index), f->typed, sizeof f->typed);
    f->typed_to = strlen(f->typed);
    f->typed_from = first ? f->typed_to : 0;
    face_harm_item(f, index);
    face_harm(f, entry_box(f));
}

/* In place of the knob's value. */
box entry_box(const face *f)
{
    const box place = f->layout.items[f->overlay_item].box;
    const double width = fmax(place.w, 12 * GRID);
    box b = { place.x + (place.w - width) / 2, place.y + place.h - ROW, width, ROW };
    b.x = fmax(fmin(b.x, f->width - b.w), 0);
    return b;
}

/* ---- the text ---- */

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t before(const face *f, size_t at)
{
    while (at && continues(f->typed[--at])) {
    }
    return at;
}

static size_t behind(const face *f, size_t at)
{
    if (f->typed[at])
        at++;
    while (continues(f->typed[at]))
        at++;
    return at;
}

static void replace(face *f, size_t from, size_t to, const char *text, size_t length)
{
    const size_t size = strlen(f->typed) + 1, low = from < to ? from : to, high = from < to ? to : from;
    while (length && size - (high - low) + length > sizeof f->typed) /* whole characters that fit */
        for (length--; length && continues(text[length]); length--) {
        }
    memmove(f->typed + low + length, f->typed + high, size - high);
    memcpy(f->typed + low, text, length);
    f->typed_from = f->typed_to = low + length;
}

static void changed(face *f)
{
    *f->refused = 0;
    tooltip_hide(f);
    face_harm(f, entry_box(f));
}

static void insert(face *f, const char *text)
{
    replace(f, f->typed_from, f->typed_to, text, strcspn(text, "\r\n"));
    changed(f);
}

static void erase(face *f, bool forward)
{
    if (f->typed_from == f->typed_to)
        f->typed_from = forward ? behind(f, f->typed_to) : before(f, f->typed_to);
    insert(f, "");
}

static void go(face *f, size_t to, unsigned modifiers)
{
    f->typed_to = to;
    if (!(modifiers & FACE_SHIFT))
        f->typed_from = to;
    face_harm(f, entry_box(f));
}

/* As draw_entry() writes it. */
void entry_press(face *f, double x, unsigned modifiers)
{
    const double from = entry_box(f).x + GRID;
    size_t nearest = 0;
    for (size_t at = 0; f->typed[at];) {
        at = behind(f, at);
        if (fabs(from + text_caret(f->typed, TEXT_DIGITS, at) - x) <
            fabs(from + text_caret(f->typed, TEXT_DIGITS, nearest) - x))
            nearest = at;
    }
    go(f, nearest, modifiers);
}

static void copy(const face *f)
{
    const size_t low = f->typed_from < f->typed_to ? f->typed_from : f->typed_to,
                 high = f->typed_from < f->typed_to ? f->typed_to : f->typed_from;
    char text[FACE_TYPED];
    snprintf(text, sizeof text, "%.*s", (int)(high - low), f->typed + low);
    if (*text && f->owner.copy)
        f->owner.copy(f->owner.context, text);
}

/* ---- what is done with it ---- */

bool entry_take(face *f)
{
    const item its = *face_item(f, f->overlay_item);
    float value;
    if (!control_read(f, &its, f->typed, &value, f->refused, sizeof f->refused)) {
        tooltip_show(f, f->refused);
        face_harm(f, entry_box(f));
        return false;
    }
    char was[FACE_TYPED];
    control_words(f, &its, was, sizeof was);
    const bool same = !strcmp(was, f->typed); /* the words of a value say less than the value */
    overlay_close(f);
    if (!same)
        control_set_value(f, &its, value);
    return true;
}

void entry_paste(face *f, const char *text)
{
    while (*text == '\n' || *text == '\r' || *text == ' ')
        text++;
    insert(f, text);
}

static void control_key(face *f, char letter)
{
    switch (letter) {
    case 'a':
        f->typed_from = 0;
        go(f, strlen(f->typed), FACE_SHIFT);
        break;
    case 'c': copy(f); break;
    case 'x':
        copy(f);
        insert(f, "");
        break;
    case 'v':
        if (f->owner.copy)
            f->owner.copy(f->owner.context, NULL);
        break;
    default: break;
    }
}

bool entry_key(face *f, face_key key, const char *text, unsigned modifiers)
{
    const bool selected = f->typed_from != f->typed_to && !(modifiers & FACE_SHIFT);
    const size_t low = f->typed_from < f->typed_to ? f->typed_from : f->typed_to,
                 high = f->typed_from < f->typed_to ? f->typed_to : f->typed_from;
    switch (key) {
    case FACE_KEY_TEXT:
        if (modifiers & FACE_CONTROL)
            control_key(f, *text);
        else if (!(modifiers & FACE_ALT))
            insert(f, text);
        break;
    case FACE_KEY_SPACE: insert(f, " "); break;
    case FACE_KEY_LEFT: go(f, selected ? low : before(f, f->typed_to), modifiers); break;
    case FACE_KEY_RIGHT: go(f, selected ? high : behind(f, f->typed_to), modifiers); break;
    case FACE_KEY_UP:
    case FACE_KEY_PAGE_UP:
    case FACE_KEY_HOME: go(f, 0, modifiers); break;
    case FACE_KEY_DOWN:
    case FACE_KEY_PAGE_DOWN:
    case FACE_KEY_END: go(f, strlen(f->typed), modifiers); break;
    case FACE_KEY_BACKSPACE: erase(f, false); break;
    case FACE_KEY_DELETE: erase(f, true); break;
    case FACE_KEY_ENTER: entry_take(f); break;
    case FACE_KEY_ESCAPE: overlay_close(f); break;
    case FACE_KEY_TAB: return !entry_take(f); /* goes on to the next item */
    }
    return true;
}
