/* What a press does: controls answer at once, buttons when they are let go. */
#include "face_state.h"

static bool press_knob(face *f, int index, int button, unsigned modifiers, bool twice)
{
    const item its = *face_item(f, index);
    if (!control_can(f, &its))
        return false;
    if (button == 3) {
        entry_open(f, index, NULL);
        return true;
    }
    if (twice || modifiers & FACE_CONTROL) {
        control_reset(f, &its);
        return true;
    }
    f->pressed = index;
    f->pressed_button = button;
    f->dragging = true;
    f->drag_moved = false;
    f->drag_from = f->pointer_y;
    face_harm_item(f, index);
    control_touch(f, &its, true);
    return true;
}

static bool press_slot(face *f, const item *i, int button)
{
    if (button == 1)
        control_press(f, i);
    else if (*f->files[i->index])
        face_choose_file(f, (bl_rig_file)(BL_RIG_MODEL + i->index), "", true);
    return true;
}

/* Buttons that do something when they are released where they were pressed. */
static bool is_button(const item *i)
{
    return (i->kind >= ITEM_PREVIOUS && i->kind <= ITEM_TUNER) || i->kind == ITEM_MODEL ||
           i->kind == ITEM_CABINET || i->kind == ITEM_LOGO || i->kind == ITEM_STATUS;
}

bool press_begin(face *f, int index, int button, unsigned modifiers, bool twice)
{
    const item its = *face_item(f, index);
    if (its.kind >= ITEM_FIRST_FOCUSABLE)
        focus_set(f, index, false);
    if ((its.kind == ITEM_KNOB || its.kind == ITEM_MODEL_KNOB) && (button == 1 || button == 3))
        return press_knob(f, index, button, modifiers, twice);
    if (its.kind == ITEM_SLOT && button <= 3)
        return press_slot(f, &its, button);
    if (its.kind == ITEM_CHOICE && (button == 1 || button == 3) && control_can(f, &its)) {
        menu_open(f, index);
        return true;
    }
    if (button != 1)
        return false;
    switch (its.kind) {
    case ITEM_SWITCH:
    case ITEM_BYPASS:
    case ITEM_TAB:
    case ITEM_METER: press_do(f, &its); return true;
    default: break;
    }
    if (!is_button(&its))
        return false;
    f->pressed = index;
    f->pressed_button = button;
    face_harm_item(f, index);
    return true;
}

static void choose_page(face *f, layout_page page)
{
    touch_end(f);
    if (page == f->page)
        return;
    f->page = page;
    face_lay_out(f);
}

void press_do(face *f, const item *i)
{
    const item its = *i;
    if (control_is(&its)) {
        if (its.kind == ITEM_SWITCH || its.kind == ITEM_BYPASS || its.kind == ITEM_SLOT)
            control_press(f, &its);
        return;
    }
    if (control_is_idle(f, &its))
        return;
    touch_end(f);
    switch (its.kind) {
    case ITEM_TAB: choose_page(f, (layout_page)its.index); break;
    case ITEM_PREVIOUS: face_step_file(f, face_file_of(f, its.index), -1); break;
    case ITEM_NEXT: face_step_file(f, face_file_of(f, its.index), 1); break;
    case ITEM_MODEL: face_browse(f, face_file_of(f, FILE_OF_MODEL)); break;
    case ITEM_CABINET: face_browse(f, (bl_rig_file)(BL_RIG_IMPULSE_1 + its.index)); break;
    case ITEM_BROWSE: face_browse(f, face_file_of(f, its.index)); break;
    case ITEM_LOGO: face_browse(f, BL_RIG_FILE_COUNT); break;
    case ITEM_CLEAR: face_choose_file(f, face_file_of(f, its.index), "", true); break;
    case ITEM_HOST_BROWSE: face_ask_host(f, face_file_of(f, its.index)); break;
    case ITEM_UNDO: undo_last(f); break;
    case ITEM_TUNER: face_toggle_tuner(f); break;
    case ITEM_METER:
        if (its.index != 1)
            face_clear_hold(f, (size_t)its.index);
        break;
    case ITEM_STATUS: face_set_text(f, FACE_ERROR, ""); break;
    default: break;
    }
}
