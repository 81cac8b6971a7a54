/* Keys go to what has the focus. The ring around it is seen once keys are used; a space bar that nobody sees going to a
 * switch belongs to the host, whose transport it starts. */
#include "face_state.h"

#include <string.h>

void focus_set(face *f, int index, bool seen)
{
    if (index == f->focused && seen == f->focus_seen)
        return;
    face_harm_item(f, f->focused);
    f->focused = index;
    f->focus_seen = seen;
    face_harm_item(f, index);
}

static void move_focus(face *f, int direction)
{
    const int count = (int)f->layout.count;
    int index = f->focused != FACE_NOTHING ? f->focused : direction > 0 ? count - 1 : 0;
    for (int i = 0; i < count; i++) {
        index = (index + direction + count) % count;
        if (f->layout.items[index].kind >= ITEM_FIRST_FOCUSABLE) {
            focus_set(f, index, true);
            return;
        }
    }
}

/* To another thing of the same kind, beside it. */
static bool move_beside(face *f, const item *i, int direction)
{
    const int index = face_find(f, i->kind, i->index + direction);
    focus_set(f, index == FACE_NOTHING ? f->focused : index, true);
    if (i->kind == ITEM_TAB && index != FACE_NOTHING)
        press_do(f, face_item(f, index));
    return true;
}

static bool starts_number(const char *text)
{
    return strchr("0123456789+-.,", *text) != NULL && *text;
}

static bool step(face *f, const item *i, double steps, unsigned modifiers)
{
    control_step_by(f, i, steps, modifiers & FACE_SHIFT);
    return true;
}

/* steps that are more than there are go to the end. */
enum { PAGE_STEPS = 10, ALL_STEPS = 1000000 };

static bool knob_key(face *f, const item *i, face_key key, const char *text, unsigned modifiers)
{
    switch (key) {
    case FACE_KEY_UP:
    case FACE_KEY_RIGHT: return step(f, i, 1, modifiers);
    case FACE_KEY_DOWN:
    case FACE_KEY_LEFT: return step(f, i, -1, modifiers);
    case FACE_KEY_PAGE_UP: return step(f, i, PAGE_STEPS, modifiers);
    case FACE_KEY_PAGE_DOWN: return step(f, i, -PAGE_STEPS, modifiers);
    case FACE_KEY_HOME: return step(f, i, -ALL_STEPS, modifiers);
    case FACE_KEY_END: return step(f, i, ALL_STEPS, modifiers);
    case FACE_KEY_BACKSPACE:
    case FACE_KEY_DELETE:
        touch_end(f);
        control_reset(f, i);
        return true;
    case FACE_KEY_ENTER: entry_open(f, f->focused, NULL); return true;
    case FACE_KEY_TEXT:
        if (modifiers & (FACE_CONTROL | FACE_ALT) || !starts_number(text))
            return false;
        entry_open(f, f->focused, text);
        return true;
    case FACE_KEY_SPACE:
    case FACE_KEY_ESCAPE:
    case FACE_KEY_TAB: break;
    }
    return false;
}

static bool choice_key(face *f, const item *i, face_key key, bool seen)
{
    switch (key) {
    case FACE_KEY_UP:
    case FACE_KEY_LEFT: return step(f, i, -1, 0);
    case FACE_KEY_DOWN:
    case FACE_KEY_RIGHT: return step(f, i, 1, 0);
    case FACE_KEY_PAGE_UP:
    case FACE_KEY_HOME: return step(f, i, -ALL_STEPS, 0);
    case FACE_KEY_PAGE_DOWN:
    case FACE_KEY_END: return step(f, i, ALL_STEPS, 0);
    case FACE_KEY_SPACE:
        if (!seen)
            return false;
        menu_open(f, f->focused);
        return true;
    case FACE_KEY_ENTER: menu_open(f, f->focused); return true;
    default: return false;
    }
}

static bool button_key(face *f, const item *i, face_key key, bool seen)
{
    if (key == FACE_KEY_ENTER || (key == FACE_KEY_SPACE && seen)) {
        press_do(f, i);
        return true;
    }
    if ((key == FACE_KEY_DELETE || key == FACE_KEY_BACKSPACE) && i->kind == ITEM_SLOT) {
        if (*f->files[i->index])
            face_choose_file(f, (bl_rig_file)(BL_RIG_MODEL + i->index), "", true);
        return true;
    }
    const bool row = i->kind == ITEM_SLOT || i->kind == ITEM_TAB;
    if (row && (key == FACE_KEY_LEFT || key == FACE_KEY_RIGHT))
        return move_beside(f, i, key == FACE_KEY_RIGHT ? 1 : -1);
    return false;
}

static bool focused_key(face *f, face_key key, const char *text, unsigned modifiers)
{
    if (f->focused == FACE_NOTHING || f->pressed != FACE_NOTHING)
        return false;
    const item its = *face_item(f, f->focused);
    const bool seen = f->focus_seen;
    bool used = false;
    if (control_is(&its) && !control_can(f, &its))
        return false;
    if (its.kind == ITEM_KNOB || its.kind == ITEM_MODEL_KNOB)
        used = knob_key(f, &its, key, text, modifiers);
    else if (its.kind == ITEM_CHOICE)
        used = choice_key(f, &its, key, seen);
    else
        used = button_key(f, &its, key, seen);
    if (used)
        focus_set(f, f->focused, true);
    return used;
}

static bool overlay_key(face *f, face_key key, const char *text, unsigned modifiers)
{
    switch (f->overlay) {
    case OVERLAY_BROWSER: browser_type(f->browser, key, text, modifiers); return true;
    case OVERLAY_ENTRY: return entry_key(f, key, text, modifiers);
    case OVERLAY_MENU: return menu_key(f, key, text, modifiers);
    case OVERLAY_NONE: break;
    }
    return false;
}

/* A drag goes back to where it began; the ring is put away. */
static bool escape(face *f)
{
    if (f->dragging) {
        const item its = *face_item(f, f->pressed);
        control_set_value(f, &its, f->touch.before);
        pointer_let_go(f);
        return true;
    }
    if (!f->focus_seen)
        return false;
    touch_end(f);
    focus_set(f, FACE_NOTHING, false);
    return true;
}

bool face_type(face *f, face_key key, const char *text, unsigned modifiers)
{
    text = text ? text : "";
    if (f->overlay != OVERLAY_NONE && overlay_key(f, key, text, modifiers))
        return true;
    tooltip_hide(f);
    if (key == FACE_KEY_TAB && !(modifiers & (FACE_CONTROL | FACE_ALT))) {
        touch_end(f);
        pointer_let_go(f);
        move_focus(f, modifiers & FACE_SHIFT ? -1 : 1);
        return true;
    }
    if (key == FACE_KEY_TEXT && modifiers & FACE_CONTROL && !strcmp(text, "z")) {
        undo_last(f);
        return true;
    }
    if (key == FACE_KEY_ESCAPE)
        return escape(f);
    return focused_key(f, key, text, modifiers);
}

void face_paste(face *f, const char *text)
{
    if (text && f->overlay == OVERLAY_ENTRY)
        entry_paste(f, text);
}
