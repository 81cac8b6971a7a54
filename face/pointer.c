#include "face_state.h"

#include <math.h>

#define FULL_RANGE 200.0 /* pixels of a drag */
#define TWICE      0.4   /* seconds between two presses of a double click */
enum { SHAKY = 2 };      /* pixels that a click may move */

/* ---- over what it is ---- */

static bool shows_hover(const item *i)
{
    return i && i->kind >= ITEM_MODEL && i->kind != ITEM_TUNER_VIEW;
}

static void hover(face *f, int index)
{
    if (index == f->hovered)
        return;
    if (shows_hover(face_item(f, f->hovered)))
        face_harm_item(f, f->hovered);
    tooltip_hide(f);
    f->hovered = index;
    f->hovered_since = NAN;
    if (shows_hover(face_item(f, index)))
        face_harm_item(f, index);
}

void pointer_hover(face *f)
{
    const item *i = f->overlay == OVERLAY_NONE ? layout_at(&f->layout, f->pointer_x, f->pointer_y) : NULL;
    hover(f, i ? (int)(i - f->layout.items) : FACE_NOTHING);
}

void pointer_let_go(face *f)
{
    const bool dragging = f->dragging;
    face_harm_item(f, f->pressed);
    f->pressed = FACE_NOTHING;
    f->dragging = false;
    if (dragging)
        touch_end(f);
}

/* ---- moves ---- */

/* Each move counts by itself, so that shift can come and go without a jump. */
static void drag(face *f, double y, unsigned modifiers)
{
    double way = f->drag_from - y;
    if (!f->drag_moved && fabs(way) <= SHAKY)
        return;
    if (!f->drag_moved)
        way -= copysign(SHAKY, way);
    f->drag_moved = true;
    f->pressed_before = FACE_NOTHING; /* no click */
    f->drag_from = y;
    f->touch.position += way / FULL_RANGE * (modifiers & FACE_SHIFT ? 0.1 : 1);
    f->touch.position = fmin(fmax(f->touch.position, 0), 1);
    control_set_position(f, face_item(f, f->pressed), f->touch.position);
}

bool face_move(face *f, double x, double y, unsigned modifiers)
{
    const bool moved = x != f->pointer_x || y != f->pointer_y;
    f->pointer_x = x;
    f->pointer_y = y;
    if (f->overlay == OVERLAY_BROWSER) {
        if (moved) {
            tooltip_hide(f);
            f->hovered_since = NAN;
        }
        browser_move(f->browser, x, y);
        return true;
    }
    if (f->overlay == OVERLAY_MENU) {
        menu_hover(f, menu_at(f, x, y));
        return true;
    }
    if (f->dragging)
        drag(f, y, modifiers);
    else
        pointer_hover(f);
    return f->dragging || f->hovered != FACE_NOTHING;
}

void face_leave(face *f)
{
    f->pointer_x = f->pointer_y = -1;
    if (f->overlay == OVERLAY_MENU)
        menu_hover(f, FACE_NOTHING);
    else if (f->overlay == OVERLAY_BROWSER) {
        tooltip_hide(f);
        browser_move(f->browser, -1, -1);
    } else
        pointer_hover(f);
    if (f->touch.run)
        touch_end(f);
}

/* ---- buttons ---- */

static bool press_overlay(face *f, double x, double y, int button, unsigned modifiers)
{
    if (f->overlay == OVERLAY_BROWSER) {
        tooltip_hide(f);
        browser_press(f->browser, x, y, button, modifiers, f->now);
        return true;
    }
    if (f->overlay == OVERLAY_MENU) {
        if (menu_at(f, x, y) == FACE_NOTHING)
            overlay_close(f);
        return true;
    }
    if (f->overlay == OVERLAY_ENTRY) {
        if (box_has(entry_box(f), x, y)) {
            entry_press(f, x, modifiers);
            return true;
        }
        if (!entry_take(f))
            overlay_close(f);
    }
    return false;
}

bool face_press(face *f, double x, double y, int button, unsigned modifiers, double seconds)
{
    f->now = fmax(f->now, seconds);
    f->pointer_x = x;
    f->pointer_y = y;
    if (f->pressed != FACE_NOTHING && button != f->pressed_button)
        return true; /* the hand that is there goes on */
    pointer_let_go(f);
    if (f->touch.run)
        touch_end(f);
    if (press_overlay(f, x, y, button, modifiers))
        return true;
    pointer_hover(f);
    tooltip_hide(f);
    const int index = f->hovered;
    const bool twice =
        button == 1 && index != FACE_NOTHING && index == f->pressed_before && f->now - f->pressed_at <= TWICE;
    f->pressed_before = button == 1 && !twice ? index : FACE_NOTHING;
    f->pressed_at = f->now;
    if (index == FACE_NOTHING) {
        focus_set(f, FACE_NOTHING, false);
        return false;
    }
    return press_begin(f, index, button, modifiers, twice);
}

bool face_release(face *f, double x, double y, int button, unsigned modifiers)
{
    if (f->overlay == OVERLAY_BROWSER) {
        browser_release(f->browser, x, y);
        return true;
    }
    if (f->overlay == OVERLAY_MENU) {
        const int row = menu_at(f, x, y);
        if (button == 1 && row != FACE_NOTHING)
            menu_pick(f, row);
        return true;
    }
    if (f->pressed == FACE_NOTHING || button != f->pressed_button)
        return false;
    const item its = *face_item(f, f->pressed);
    const bool does = !f->dragging && box_has(its.box, x, y);
    pointer_let_go(f);
    if (does)
        press_do(f, &its);
    pointer_hover(f);
    return true;
}

/* ---- the wheel ---- */

/* Lists go down as the wheel does. Parts of a notch add up to whole steps. */
static void wheel_choice(face *f, const item *i, double up)
{
    f->wheel_rest += up;
    const double steps = trunc(f->wheel_rest);
    f->wheel_rest -= steps;
    if (steps != 0)
        control_step_by(f, i, -steps, false);
}

bool face_wheel(face *f, double x, double y, double up, unsigned modifiers)
{
    if (!isfinite(up))
        return false;
    if (f->overlay == OVERLAY_BROWSER) {
        browser_wheel(f->browser, up);
        return true;
    }
    if (f->overlay != OVERLAY_NONE || f->pressed != FACE_NOTHING)
        return true;
    f->pointer_x = x;
    f->pointer_y = y;
    const int before = f->hovered;
    pointer_hover(f);
    if (f->hovered == FACE_NOTHING)
        return false;
    if (f->hovered != before)
        f->wheel_rest = 0;
    const item its = *face_item(f, f->hovered);
    if (its.kind == ITEM_CHOICE)
        wheel_choice(f, &its, up);
    else if (its.kind == ITEM_KNOB || its.kind == ITEM_MODEL_KNOB)
        control_step_by(f, &its, up, modifiers & FACE_SHIFT);
    else
        return false;
    return control_can(f, &its);
}
