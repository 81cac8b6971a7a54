#include "face_state.h"

#include "text.h"

#include <ctype.h>
#include <math.h>

enum { BORDER = 4 };

static const bl_rig_param_info *info_of(const face *f)
{
    return bl_rig_param_describe((bl_rig_param)f->layout.items[f->overlay_item].index);
}

void menu_open(face *f, int index)
{
    overlay_close(f);
    pointer_let_go(f);
    touch_end(f);
    tooltip_hide(f);
    f->overlay = OVERLAY_MENU;
    f->overlay_item = index;
    const int count = (int)info_of(f)->choice_count;
    f->menu_hovered = (int)lround(control_position(f, face_item(f, index)) * (count - 1));
    face_harm_raised(f, menu_box(f));
    face_harm_item(f, index);
}

/* Below its field, or above it where there is no room. */
box menu_box(const face *f)
{
    const box field = f->layout.items[f->overlay_item].box;
    const bl_rig_param_info *info = info_of(f);
    box b = { field.x, field.y + field.h, field.w, (double)info->choice_count * ROW + 2 * BORDER };
    for (size_t i = 0; i < info->choice_count; i++)
        b.w = fmax(b.w, ceil(text_width(info->choices[i].name, TEXT_LABEL)) + 4 * GRID);
    if (b.y + b.h > f->height)
        b.y = field.y - b.h;
    b.x = fmax(fmin(b.x, f->width - b.w), 0);
    b.y = fmax(b.y, 0);
    return b;
}

int menu_at(const face *f, double x, double y)
{
    const box b = menu_box(f);
    const int row = (int)floor((y - b.y - BORDER) / ROW);
    return box_has(b, x, y) && row >= 0 && row < (int)info_of(f)->choice_count ? row : FACE_NOTHING;
}

void menu_hover(face *f, int choice)
{
    if (choice == f->menu_hovered)
        return;
    f->menu_hovered = choice;
    face_harm_raised(f, menu_box(f));
}

void menu_pick(face *f, int choice)
{
    const item its = *face_item(f, f->overlay_item);
    const float value = info_of(f)->choices[choice].value;
    overlay_close(f);
    control_set_value(f, &its, value);
}

/* The next one, round and round, that begins with this letter. */
static void find_letter(face *f, char letter)
{
    const bl_rig_param_info *info = info_of(f);
    const int count = (int)info->choice_count, from = f->menu_hovered;
    for (int i = 1; i <= count; i++) {
        const int row = (from + i + count) % count;
        if (tolower((unsigned char)*info->choices[row].name) == tolower((unsigned char)letter)) {
            menu_hover(f, row);
            return;
        }
    }
}

bool menu_key(face *f, face_key key, const char *text, unsigned modifiers)
{
    const int last = (int)info_of(f)->choice_count - 1, now = f->menu_hovered;
    switch (key) {
    case FACE_KEY_UP:
    case FACE_KEY_LEFT: menu_hover(f, now <= 0 ? 0 : now - 1); break;
    case FACE_KEY_DOWN:
    case FACE_KEY_RIGHT: menu_hover(f, now >= last ? last : now + 1); break;
    case FACE_KEY_PAGE_UP:
    case FACE_KEY_HOME: menu_hover(f, 0); break;
    case FACE_KEY_PAGE_DOWN:
    case FACE_KEY_END: menu_hover(f, last); break;
    case FACE_KEY_ENTER:
    case FACE_KEY_SPACE:
        if (now != FACE_NOTHING)
            menu_pick(f, now);
        else
            overlay_close(f);
        break;
    case FACE_KEY_ESCAPE: overlay_close(f); break;
    case FACE_KEY_TAB: overlay_close(f); return false; /* goes on to the next item */
    case FACE_KEY_TEXT:
        if (!(modifiers & (FACE_CONTROL | FACE_ALT)))
            find_letter(f, *text);
        break;
    case FACE_KEY_BACKSPACE:
    case FACE_KEY_DELETE: break;
    }
    return true;
}
