#define _POSIX_C_SOURCE 200809L

#include "browser_state.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Heights of the path at the top and of the tabs; a button; the strip that a star stands in; the scroll bar. */
enum { TOP = HEADER, TABS = 32, BUTTON = 28, STAR = 32, BAR = 12, CROSSING = 12, BETWEEN = 4 };

const char *browser_kind_name(browser_kind kind)
{
    static const char *const names[] = { "Models", "Impulse responses", "Rigs", "All" };
    return names[kind];
}

bool browser_has_choice(const browser *b)
{
    const browser_row *row = browser_row_at(b, b->selected);
    return row && row->kind != FOLDER_FOLDER;
}

double browser_list_height(const browser *b)
{
    return (double)b->shown_count * ROW;
}

box browser_row_box(const browser *b, size_t index)
{
    const box list = b->boxes.list;
    return (box){ list.x, list.y + (double)index * ROW - b->scroll, list.w, ROW };
}

/* ---- the path at the top ---- */

/* One crumb for each folder, the home folder as one, from the root on; those that do not fit are dropped at the front. */
static void find_crumbs(browser *b)
{
    const char *home = getenv("HOME");
    const size_t home_length = home ? strlen(home) : 0, length = strlen(b->path);
    const bool at_home = home_length > 1 && !strncmp(b->path, home, home_length) &&
                         (!b->path[home_length] || b->path[home_length] == '/');
    b->crumb_count = 0;
    free(b->crumb_names);
    b->crumb_names = calloc(length + 8, 1);
    if (!b->crumb_names)
        return;
    snprintf(b->crumb_names, length + 8, "%s", at_home ? "Home" : "/");
    char *name = b->crumb_names + strlen(b->crumb_names) + 1;
    b->crumbs[b->crumb_count++] = (browser_crumb){ .name = b->crumb_names, .end = at_home ? home_length : 1 };
    for (size_t at = at_home ? home_length : 0; at < length;) {
        at += strspn(b->path + at, "/");
        const size_t part = strcspn(b->path + at, "/");
        if (!part)
            break;
        if (b->crumb_count == BROWSER_CRUMBS) {
            memmove(&b->crumbs[0], &b->crumbs[1], (BROWSER_CRUMBS - 1) * sizeof *b->crumbs);
            b->crumb_count--;
        }
        memcpy(name, b->path + at, part);
        at += part;
        b->crumbs[b->crumb_count++] = (browser_crumb){ .name = name, .end = at };
        name += part + 1;
    }
}

static void place_crumbs(browser *b)
{
    find_crumbs(b);
    const box all = b->boxes.path;
    double widths[BROWSER_CRUMBS], sum = 0;
    size_t first = b->crumb_count;
    for (size_t i = b->crumb_count; i-- > 0; first = i) {
        widths[i] = text_width(b->crumbs[i].name, TEXT_BODY) + 12;
        sum += widths[i] + CROSSING;
        if (sum > all.w + CROSSING && first < b->crumb_count)
            break;
    }
    if (!b->crumb_count)
        return;
    memmove(&b->crumbs[0], &b->crumbs[first], (b->crumb_count - first) * sizeof *b->crumbs);
    b->crumb_count -= first;
    double x = all.x;
    for (size_t i = 0; i < b->crumb_count; i++) {
        const double left = all.x + all.w - x, width = widths[first + i] < left ? widths[first + i] : left;
        b->crumbs[i].box = (box){ x, all.y, width, all.h };
        x += width + CROSSING;
    }
}

/* ---- everything ---- */

static void place_places(browser *b)
{
    double y = b->boxes.places.y + 8;
    for (size_t i = 0; i < b->place_count; i++) {
        y += b->places[i].apart ? 12 : 0;
        b->places[i].box = (box){ b->boxes.places.x + 8, y, b->boxes.places.w - 16, ROW };
        if (y + ROW > b->boxes.places.y + b->boxes.places.h)
            b->places[i].box = (box){ 0 };
        y += ROW;
    }
}

void browser_lay_out(browser *b)
{
    const box w = b->where;
    browser_boxes *o = &b->boxes;
    const double side = w.w >= 800 ? 192 : 160, button = w.y + (TOP - BUTTON) / 2.0, right = w.x + w.w - 8;
    o->choose = (box){ right - 80, button, 80, BUTTON };
    o->cancel = (box){ o->choose.x - 8 - 72, button, 72, BUTTON };
    o->star = (box){ o->cancel.x - 8 - BUTTON, button, BUTTON, BUTTON };
    o->up = (box){ w.x + 8, button, BUTTON, BUTTON };
    o->path = (box){ o->up.x + BUTTON + 8, button, o->star.x - 16 - (o->up.x + BUTTON + 8), BUTTON };
    o->places = (box){ w.x, w.y + TOP, side, w.h - TOP };
    double x = w.x + side + 8;
    for (int i = 0; i < BROWSE_KINDS; i++) {
        const double width = text_width(browser_kind_name((browser_kind)i), TEXT_BODY) + 24;
        o->tabs[i] = (box){ x, w.y + TOP + 2, width, TABS - 4 };
        x += width + BETWEEN;
    }
    o->note = (box){ x + 4, w.y + TOP + 4, right - x - 4, TABS - 8 };
    const double top = w.y + TOP + TABS + 4;
    const double rows = floor(fmax(w.y + w.h - top - 4, 0) / ROW);
    o->list = (box){ w.x + side + 8, top, w.w - side - 16 - BAR, rows * ROW }; /* so that none is cut by itself */
    o->bar = (box){ right - BAR + 4, top, BAR - 4, o->list.h };
    place_places(b);
    place_crumbs(b);
}

/* ---- what is where ---- */

static browser_spot spot_in_list(const browser *b, double x, double y)
{
    const size_t index = (size_t)((y - b->boxes.list.y + b->scroll) / ROW);
    if (index >= b->shown_count)
        return (browser_spot){ SPOT_NONE, 0 };
    const bool star = x >= b->boxes.list.x + b->boxes.list.w - STAR;
    return (browser_spot){ star ? SPOT_ROW_STAR : SPOT_ROW, index };
}

browser_spot browser_spot_at(const browser *b, double x, double y)
{
    const browser_boxes *o = &b->boxes;
    const struct {
        box box;
        spot_kind kind;
    } single[] = { { o->up, SPOT_UP },
                   { o->star, SPOT_STAR },
                   { o->cancel, SPOT_CANCEL },
                   { o->choose, SPOT_CHOOSE },
                   { o->bar, SPOT_BAR } };
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (box_has(single[i].box, x, y))
            return (browser_spot){ single[i].kind, 0 };
    if (box_has(o->list, x, y))
        return spot_in_list(b, x, y);
    for (size_t i = 0; i < BROWSE_KINDS; i++)
        if (box_has(o->tabs[i], x, y))
            return (browser_spot){ SPOT_TAB, i };
    for (size_t i = 0; i < b->place_count; i++)
        if (box_has(b->places[i].box, x, y))
            return (browser_spot){ SPOT_PLACE, i };
    for (size_t i = 0; b->source == SOURCE_FOLDER && i < b->crumb_count; i++)
        if (box_has(b->crumbs[i].box, x, y))
            return (browser_spot){ SPOT_CRUMB, i };
    return (browser_spot){ SPOT_NONE, 0 };
}

box browser_spot_box(const browser *b, browser_spot spot)
{
    switch (spot.kind) {
    case SPOT_UP: return b->boxes.up;
    case SPOT_CRUMB: return spot.index < b->crumb_count ? b->crumbs[spot.index].box : (box){ 0 };
    case SPOT_STAR: return b->boxes.star;
    case SPOT_CANCEL: return b->boxes.cancel;
    case SPOT_CHOOSE: return b->boxes.choose;
    case SPOT_TAB: return b->boxes.tabs[spot.index];
    case SPOT_PLACE: return spot.index < b->place_count ? b->places[spot.index].box : (box){ 0 };
    case SPOT_ROW:
    case SPOT_ROW_STAR: return spot.index < b->shown_count ? browser_row_box(b, spot.index) : (box){ 0 };
    case SPOT_BAR: return b->boxes.bar;
    default: return (box){ 0 };
    }
}
