#define _POSIX_C_SOURCE 200809L

#include "browser_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double preview_s = 0.15, typing_s = 1.0;

bool browser_set_text(char **owned, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        return false;
    free(*owned);
    *owned = copy;
    return true;
}

browser *browser_create(const browser_owner *owner, library *l)
{
    browser *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->owner = *owner;
    b->library = l;
    b->selected = BROWSER_NONE;
    if (browser_set_text(&b->path, "/") && browser_set_text(&b->playing, "") && browser_set_text(&b->start, ""))
        return b;
    browser_free(b);
    return NULL;
}

void browser_free(browser *b)
{
    if (!b)
        return;
    browser_rows_free(b);
    browser_places_free(b);
    for (size_t i = 0; i < b->own_count; i++) {
        free(b->own[i].name);
        free(b->own[i].path);
    }
    free(b->path);
    free(b->playing);
    free(b->start);
    free(b->crumb_names);
    free(b);
}

/* ---- drawing anew ---- */

void browser_harm(browser *b, box what)
{
    if (!box_is_empty(what))
        b->owner.harm(b->owner.context, what);
}

void browser_harm_spot(browser *b, browser_spot spot)
{
    const box in = browser_spot_box(b, spot);
    if (box_meet(in, b->where))
        browser_harm(b, in);
}

/* ---- where it is ---- */

void browser_end_typing(browser *b)
{
    if (b->typed[0])
        browser_harm(b, b->boxes.note);
    b->typed[0] = 0;
}

void browser_show(browser *b, browser_source source, const char *path, const char *select)
{
    char *copy = strdup(path), *name = select ? strdup(select) : NULL;
    if (copy) {
        free(b->path);
        b->path = copy;
        b->source = source;
        b->scroll = 0;
        browser_end_typing(b);
        browser_rows_read(b);
        browser_lay_out(b);
        const size_t row = name ? browser_row_find(b, name) : BROWSER_NONE;
        if (row != BROWSER_NONE) {
            browser_select(b, row);
            browser_show_middle(b, row);
        }
        b->waiting = false;
        b->hovered = b->pressed = (browser_spot){ SPOT_NONE, 0 };
        browser_harm(b, b->where);
    }
    free(name);
}

/* The folder above, with the one that was left selected; from the lists, to the folder that was shown before. */
void browser_go_up(browser *b)
{
    if (b->source != SOURCE_FOLDER) {
        browser_show(b, SOURCE_FOLDER, b->path, NULL);
        return;
    }
    char *above = folder_above(b->path);
    if (above && strcmp(above, b->path))
        browser_show(b, SOURCE_FOLDER, above, folder_name_of(b->path));
    free(above);
}

void browser_set_kind(browser *b, browser_kind kind)
{
    b->kind = kind;
    b->waiting = false;
    browser_end_typing(b);
    browser_rows_filter(b);
    browser_show_middle(b, b->selected < b->shown_count ? b->selected : 0);
    browser_harm(b, b->where);
}

/* ---- opening and closing ---- */

static const char *newest_of(browser *b, browser_kind kind)
{
    static const folder_kind kinds[] = { FOLDER_MODEL, FOLDER_IMPULSE, FOLDER_RIG };
    const char *const *paths;
    const size_t count = library_recent(b->library, &paths);
    for (size_t i = 0; i < count; i++)
        if (kind == BROWSE_ALL || folder_kind_of(paths[i]) == kinds[kind])
            return paths[i];
    return NULL;
}

/* Where to begin without a file; owned by the caller. A folder that is gone by now is none. */
static char *find_start(browser *b)
{
    const char *last = library_folder(b->library, (int)b->kind), *home = getenv("HOME");
    if (last[0] && !access(last, R_OK | X_OK))
        return strdup(last);
    const char *newest = newest_of(b, b->kind);
    char *above = newest ? folder_above(newest) : NULL;
    if (above && !access(above, R_OK | X_OK))
        return above;
    free(above);
    return strdup(home && home[0] == '/' ? home : "/");
}

void browser_open(browser *b, browser_kind kind, const char *path, box where)
{
    const char *name = path[0] ? folder_name_of(path) : NULL;
    const bool known = !name || folder_kind_of(name) != FOLDER_OTHER;
    b->where = where;
    b->kind = known ? kind : BROWSE_ALL;
    b->typed[0] = 0;
    browser_set_text(&b->playing, path);
    b->refused = false;
    char *start = name ? folder_above(path) : find_start(b);
    browser_set_text(&b->start, name && start ? start : "");
    browser_places_make(b);
    browser_show(b, SOURCE_FOLDER, start ? start : "/", name);
    free(start);
}

void browser_go(browser *b, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    char *copy = strndup(path, length);
    if (copy)
        browser_show(b, SOURCE_FOLDER, copy, NULL);
    free(copy);
}

void browser_resize(browser *b, box where)
{
    b->where = where;
    browser_lay_out(b);
    browser_scroll_to(b, b->scroll);
    browser_harm(b, where);
}

static void remember_folder(browser *b)
{
    b->waiting = false;
    browser_end_typing(b);
    if (b->path[0] == '/' && !b->error[0])
        library_set_folder(b->library, (int)b->kind, b->path);
}

void browser_enter(browser *b, size_t index)
{
    const browser_row *row = browser_row_at(b, index);
    char *path = row ? browser_row_path(b, index) : NULL;
    if (path && row->kind == FOLDER_FOLDER)
        browser_show(b, SOURCE_FOLDER, path, NULL);
    else if (path) {
        remember_folder(b);
        browser_set_text(&b->playing, path);
        b->owner.choose(b->owner.context, path);
    }
    free(path);
}

void browser_cancel(browser *b)
{
    remember_folder(b);
    b->owner.cancel(b->owner.context);
}

/* ---- time ---- */

static void preview(browser *b)
{
    const browser_row *row = browser_row_at(b, b->selected);
    char *path = row && !browser_row_is(b, row, b->playing) ? browser_row_path(b, b->selected) : NULL;
    b->waiting = false;
    if (path && browser_set_text(&b->playing, path)) {
        b->refused = false;
        browser_harm(b, b->boxes.list);
        b->owner.preview(b->owner.context, path);
    }
    free(path);
}

void browser_refuse(browser *b, bool refused)
{
    if (b->refused == refused)
        return;
    b->refused = refused;
    browser_harm(b, b->boxes.list);
}

void browser_tick(browser *b, double now)
{
    b->now = now;
    if (b->waiting && b->rested_since == INFINITY)
        b->rested_since = now;
    if (b->waiting && now - b->rested_since >= preview_s)
        preview(b);
    if (b->typed[0] && b->typed_since == INFINITY)
        b->typed_since = now;
    if (b->typed[0] && now - b->typed_since >= typing_s)
        browser_end_typing(b);
}

bool browser_is_moving(const browser *b)
{
    return b->waiting || b->typed[0];
}
