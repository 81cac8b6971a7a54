#define _POSIX_C_SOURCE 200809L

#include "browser_state.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double double_click_s = 0.4;
static const double notch = 3 * ROW;

static bool same(browser_spot a, browser_spot b)
{
    return a.kind == b.kind && a.index == b.index;
}

/* ---- the scroll bar ---- */

/* As draw_scrollbar() draws it. */
static double handle_height(const browser *b)
{
    const double all = browser_list_height(b), seen = b->boxes.list.h, height = b->boxes.bar.h;
    const double share = all > seen ? height * seen / all : height;
    return share > 2 * GRID ? share : 2 * GRID;
}

/* Pixels of scrolling for a pixel of the handle. */
static double handle_gear(const browser *b)
{
    const double way = b->boxes.bar.h - handle_height(b);
    return way > 0 ? (browser_list_height(b) - b->boxes.list.h) / way : 0;
}

static void drag_bar(browser *b, double y)
{
    browser_scroll_to(b, (y - b->bar_from - b->boxes.bar.y) * handle_gear(b));
}

/* Beside the handle: its middle comes there. */
static void press_bar(browser *b, double y)
{
    const double gear = handle_gear(b), height = handle_height(b);
    const double top = b->boxes.bar.y + (gear > 0 ? b->scroll / gear : 0);
    b->bar_from = y >= top && y < top + height ? y - top : height / 2;
    drag_bar(b, y);
}

/* ---- the pointer ---- */

void browser_move(browser *b, double x, double y)
{
    if (b->pressed.kind == SPOT_BAR) {
        drag_bar(b, y);
        return;
    }
    const browser_spot spot = browser_spot_at(b, x, y);
    if (same(spot, b->hovered))
        return;
    browser_harm_spot(b, b->hovered);
    browser_harm_spot(b, spot);
    b->hovered = spot;
}

static void press_place(browser *b, size_t index)
{
    const browser_place *p = &b->places[index];
    browser_show(b, p->source, p->source == SOURCE_FOLDER ? p->path : b->path, NULL);
}

static void press_crumb(browser *b, size_t index)
{
    const size_t end = b->crumbs[index].end;
    char *path = strndup(b->path, end), *next = strndup(b->path + end, strlen(b->path + end));
    if (path && next) {
        char *name = next + strspn(next, "/");
        name[strcspn(name, "/")] = 0;
        browser_show(b, SOURCE_FOLDER, path, name);
    }
    free(path);
    free(next);
}

void browser_press(browser *b, double x, double y, int button, unsigned modifiers, double now)
{
    (void)modifiers;
    browser_move(b, x, y);
    if (button != 1)
        return;
    const browser_spot spot = b->hovered;
    const bool again = spot.kind == SPOT_ROW && spot.index == b->selected && now - b->pressed_at < double_click_s;
    b->pressed = spot;
    b->pressed_at = spot.kind == SPOT_ROW ? now : -1;
    browser_harm_spot(b, spot);
    switch (spot.kind) {
    case SPOT_ROW:
        browser_end_typing(b);
        if (again) {
            b->pressed_at = -1; /* a third press begins anew */
            browser_enter(b, spot.index);
        } else
            browser_select(b, spot.index);
        break;
    case SPOT_ROW_STAR: browser_toggle_favourite(b, spot.index); break;
    case SPOT_PLACE: press_place(b, spot.index); break;
    case SPOT_CRUMB: press_crumb(b, spot.index); break;
    case SPOT_TAB: browser_set_kind(b, (browser_kind)spot.index); break;
    case SPOT_BAR: press_bar(b, y); break;
    default: break; /* buttons act when they are released */
    }
}

void browser_release(browser *b, double x, double y)
{
    const browser_spot pressed = b->pressed;
    b->pressed = (browser_spot){ SPOT_NONE, 0 };
    browser_harm_spot(b, pressed);
    if (!same(pressed, browser_spot_at(b, x, y)))
        return;
    switch (pressed.kind) {
    case SPOT_UP: browser_go_up(b); break;
    case SPOT_STAR: browser_toggle_favourite(b, b->selected); break;
    case SPOT_CANCEL: browser_cancel(b); break;
    case SPOT_CHOOSE: browser_enter(b, b->selected); break;
    default: break;
    }
}

void browser_wheel(browser *b, double up)
{
    browser_scroll_to(b, b->scroll - up * notch);
}

/* ---- keys ---- */

/* As far as there are rows. */
static void select_row(browser *b, double to)
{
    if (!b->shown_count)
        return;
    const double last = (double)b->shown_count - 1;
    to = to < 0 ? 0 : to > last ? last : to;
    if ((size_t)to != b->selected)
        browser_select(b, (size_t)to);
}

/* Where nothing is selected, down begins at the top, and up at the bottom. */
static void move_selection(browser *b, double rows)
{
    const bool is = b->selected < b->shown_count;
    select_row(b, is ? (double)b->selected + rows : rows > 0 ? 0 : FOLDER_MOST);
}

static void search(browser *b)
{
    const size_t found = b->typed[0] ? browser_row_search(b, b->typed) : BROWSER_NONE;
    b->typed_found = found != BROWSER_NONE;
    b->typed_since = INFINITY;
    if (b->typed_found && found != b->selected) {
        const double before = b->scroll;
        browser_select(b, found);
        if (b->scroll != before) /* it was out of sight */
            browser_show_middle(b, found);
    }
    browser_harm(b, b->boxes.note);
}

static void type_text(browser *b, const char *text)
{
    const size_t length = strlen(b->typed), more = strlen(text);
    if (length + more >= sizeof b->typed)
        return;
    memcpy(b->typed + length, text, more + 1);
    search(b);
}

static void erase(browser *b)
{
    size_t length = strlen(b->typed);
    do
        length--;
    while (length && (b->typed[length] & 0xC0) == 0x80); /* the rest of a character */
    b->typed[length] = 0;
    search(b);
}

static void type_arrow(browser *b, face_key key)
{
    const browser_row *row = browser_row_at(b, b->selected);
    const double page = b->boxes.list.h >= 2 * ROW ? (double)(int)(b->boxes.list.h / ROW) - 1 : 1;
    switch (key) {
    case FACE_KEY_UP: move_selection(b, -1); break;
    case FACE_KEY_DOWN: move_selection(b, 1); break;
    case FACE_KEY_PAGE_UP: move_selection(b, -page); break;
    case FACE_KEY_PAGE_DOWN: move_selection(b, page); break;
    case FACE_KEY_HOME: select_row(b, 0); break;
    case FACE_KEY_END: select_row(b, FOLDER_MOST); break;
    case FACE_KEY_LEFT: browser_go_up(b); break;
    case FACE_KEY_RIGHT:
        if (row && row->kind == FOLDER_FOLDER)
            browser_enter(b, b->selected);
        break;
    default: break;
    }
}

void browser_type(browser *b, face_key key, const char *text, unsigned modifiers)
{
    switch (key) {
    case FACE_KEY_TEXT:
        if (!(modifiers & (FACE_CONTROL | FACE_ALT)))
            type_text(b, text);
        else if (modifiers & FACE_CONTROL && (!strcmp(text, "d") || !strcmp(text, "D")))
            browser_toggle_favourite(b, b->selected);
        break;
    case FACE_KEY_SPACE:
        if (b->typed[0])
            type_text(b, " ");
        else if (b->waiting)
            b->rested_since = -INFINITY; /* long enough */
        break;
    case FACE_KEY_BACKSPACE:
        if (b->typed[0])
            erase(b);
        else
            browser_go_up(b);
        break;
    case FACE_KEY_ESCAPE:
        if (b->typed[0])
            browser_end_typing(b);
        else
            browser_cancel(b);
        break;
    case FACE_KEY_ENTER:
        browser_end_typing(b);
        browser_enter(b, b->selected);
        break;
    case FACE_KEY_TAB:
        browser_set_kind(
            b, (browser_kind)((b->kind + (modifiers & FACE_SHIFT ? BROWSE_KINDS - 1 : 1)) % BROWSE_KINDS));
        break;
    default: type_arrow(b, key);
    }
}

/* ---- tooltips ---- */

/* The star's strip, the icon and paddings take about so much of a row. */
static bool is_cut(const browser *b, const browser_row *row)
{
    return text_width(row->name, TEXT_BODY) > b->boxes.list.w - 72;
}

void browser_tooltip(const browser *b, double x, double y, char *out, size_t size)
{
    const browser_spot spot = browser_spot_at(b, x, y);
    const browser_row *row = browser_row_at(b, spot.index);
    const char *separator = strcmp(b->path, "/") ? "/" : "";
    out[0] = 0;
    switch (spot.kind) {
    case SPOT_UP: snprintf(out, size, "The folder above (Backspace)"); break;
    case SPOT_STAR: snprintf(out, size, "Favourite (Ctrl+D)"); break;
    case SPOT_CANCEL: snprintf(out, size, "All as it was before (Escape)"); break;
    case SPOT_CHOOSE: snprintf(out, size, "Keep this file (Enter)"); break;
    case SPOT_CRUMB: snprintf(out, size, "%.*s", (int)b->crumbs[spot.index].end, b->path); break;
    case SPOT_PLACE:
        if (b->places[spot.index].path)
            snprintf(out, size, "%s", b->places[spot.index].path);
        break;
    case SPOT_ROW:
        if (row->path)
            snprintf(out, size, "%s", row->path);
        else if (is_cut(b, row))
            snprintf(out, size, "%s%s%s", b->path, separator, row->name);
        break;
    default: break;
    }
}
