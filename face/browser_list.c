#define _POSIX_C_SOURCE 200809L

#include "browser_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is in the rows ---- */

void browser_rows_free(browser *b)
{
    for (size_t i = 0; i < b->row_count; i++) {
        free(b->rows[i].path);
        free(b->rows[i].above);
    }
    free(b->rows);
    free(b->shown);
    folder_free(&b->folder);
    b->rows = NULL;
    b->shown = NULL;
    b->row_count = b->shown_count = 0;
    b->selected = BROWSER_NONE;
}

static bool make_room(browser *b, size_t count)
{
    b->rows = calloc(count + 1, sizeof *b->rows);
    b->shown = calloc(count + 1, sizeof *b->shown);
    return b->rows && b->shown;
}

static browser_row *row_named(browser *b, const char *name, size_t length)
{
    for (size_t i = 0; i < b->row_count; i++)
        if (!strncmp(b->rows[i].name, name, length) && !b->rows[i].name[length])
            return &b->rows[i];
    return NULL;
}

/* Favourite folders are kept with a '/' at their end: so nobody has to ask the disk, which may be away, what they are. */
static void mark_favourites(browser *b)
{
    const char *const *paths;
    const size_t count = library_favourites(b->library, &paths), length = strlen(b->path);
    const size_t prefix = strcmp(b->path, "/") ? length + 1 : 1;
    for (size_t i = 0; i < count; i++) {
        const char *p = paths[i];
        if (strncmp(p, b->path, length) || p[prefix - 1] != '/')
            continue;
        const size_t name = strcspn(p + prefix, "/");
        browser_row *row = name && !p[prefix + name + !!p[prefix + name]] ? row_named(b, p + prefix, name) : NULL;
        if (row && (row->kind == FOLDER_FOLDER) == (p[prefix + name] == '/'))
            row->favourite = true;
    }
}

static bool read_folder(browser *b)
{
    if (!folder_read(&b->folder, b->path, b->error))
        return make_room(b, 0);
    if (!make_room(b, b->folder.count))
        return false;
    for (size_t i = 0; i < b->folder.count; i++)
        b->rows[i] = (browser_row){ .name = b->folder.entries[i].name, .kind = b->folder.entries[i].kind };
    b->row_count = b->folder.count;
    mark_favourites(b);
    return true;
}

/* Folders are kept among the favourites as "/path/"; owned by the caller. */
static char *as_kept(const char *path, bool is_folder)
{
    return is_folder ? folder_join(path, "") : strdup(path);
}

static void mark_folder(browser *b)
{
    char *kept = as_kept(b->path, true);
    b->is_favourite = kept && b->source == SOURCE_FOLDER && library_is_favourite(b->library, kept);
    free(kept);
}

/* "~/Amps" for those in the home folder; NULL without memory. */
static char *short_path(const char *path)
{
    const char *home = getenv("HOME");
    const size_t length = home ? strlen(home) : 0;
    char *copy = strdup(path);
    if (copy && length > 1 && !strncmp(path, home, length) && (!path[length] || path[length] == '/')) {
        copy[0] = '~';
        memmove(copy + 1, copy + length, strlen(copy + length) + 1);
    }
    return copy;
}

static bool add_path(browser *b, const char *path)
{
    const size_t length = strlen(path);
    const bool is_folder = path[length - 1] == '/';
    char *above = folder_above(path);
    browser_row row = { .path = strndup(path, length - is_folder), .above = above ? short_path(above) : NULL };
    free(above);
    if (!row.path || !row.above) {
        free(row.path);
        free(row.above);
        return false;
    }
    row.name = folder_name_of(row.path);
    row.kind = is_folder ? FOLDER_FOLDER : folder_kind_of(row.name);
    b->rows[b->row_count++] = row;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const browser_row *p = a, *q = b;
    const bool first = p->kind == FOLDER_FOLDER, second = q->kind == FOLDER_FOLDER;
    const int order = first != second ? (first ? -1 : 1) : folder_compare(p->name, q->name);
    return order ? order : strcmp(p->path, q->path);
}

static bool read_list(browser *b)
{
    const bool favourites = b->source == SOURCE_FAVOURITES;
    const char *const *paths;
    const size_t count = favourites ? library_favourites(b->library, &paths) : library_recent(b->library, &paths);
    if (!make_room(b, count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (paths[i][1] && !add_path(b, paths[i]))
            return false;
    for (size_t i = 0; i < b->row_count; i++)
        b->rows[i].favourite = favourites || library_is_favourite(b->library, b->rows[i].path);
    if (favourites)
        qsort(b->rows, b->row_count, sizeof *b->rows, by_name);
    return true;
}

bool browser_rows_read(browser *b)
{
    browser_rows_free(b);
    b->error[0] = 0;
    const bool done = b->source == SOURCE_FOLDER ? read_folder(b) : read_list(b);
    if (!done) {
        browser_rows_free(b);
        snprintf(b->error, sizeof b->error, "There is not enough memory to list this folder.");
    }
    mark_folder(b);
    browser_rows_filter(b);
    return done;
}

/* ---- which are shown ---- */

static bool is_shown(browser_kind kind, const browser_row *row)
{
    switch (kind) {
    case BROWSE_MODELS: return row->kind == FOLDER_FOLDER || row->kind == FOLDER_MODEL;
    case BROWSE_IMPULSES: return row->kind == FOLDER_FOLDER || row->kind == FOLDER_IMPULSE;
    case BROWSE_RIGS: return row->kind == FOLDER_FOLDER || row->kind == FOLDER_RIG;
    default: return true;
    }
}

static void count_files(browser *b)
{
    static const char *const one[] = { "model", "impulse response", "rig", "file" };
    size_t files = 0;
    for (size_t i = 0; i < b->shown_count; i++)
        files += browser_row_at(b, i)->kind != FOLDER_FOLDER;
    if (b->folder.cut)
        snprintf(b->count, sizeof b->count, "Only the first %zu names", b->folder.count);
    else if (files)
        snprintf(b->count, sizeof b->count, "%zu %s%s", files, one[b->kind], files == 1 ? "" : "s");
    else
        b->count[0] = 0;
}

void browser_rows_filter(browser *b)
{
    const size_t before = b->selected < b->shown_count ? b->shown[b->selected] : BROWSER_NONE;
    b->shown_count = 0;
    b->selected = BROWSER_NONE;
    for (size_t i = 0; i < b->row_count; i++)
        if (is_shown(b->kind, &b->rows[i])) {
            if (i == before)
                b->selected = b->shown_count;
            b->shown[b->shown_count++] = (uint32_t)i;
        }
    count_files(b);
}

const browser_row *browser_row_at(const browser *b, size_t index)
{
    return index < b->shown_count ? &b->rows[b->shown[index]] : NULL;
}

char *browser_row_path(const browser *b, size_t index)
{
    const browser_row *row = browser_row_at(b, index);
    return !row ? NULL : row->path ? strdup(row->path) : folder_join(b->path, row->name);
}

bool browser_row_is(const browser *b, const browser_row *row, const char *path)
{
    if (row->path)
        return !strcmp(row->path, path);
    const size_t length = strcmp(b->path, "/") ? strlen(b->path) : 0;
    return !strncmp(path, b->path, length) && path[length] == '/' && !strcmp(path + length + 1, row->name);
}

size_t browser_row_find(const browser *b, const char *name)
{
    for (size_t i = 0; i < b->shown_count; i++)
        if (!strcmp(browser_row_at(b, i)->name, name))
            return i;
    return BROWSER_NONE;
}

/* The first whose name begins so, or else the first that has it somewhere. */
size_t browser_row_search(const browser *b, const char *typed)
{
    for (size_t i = 0; i < b->shown_count; i++)
        if (folder_name_begins(browser_row_at(b, i)->name, typed))
            return i;
    for (size_t i = 0; i < b->shown_count; i++)
        if (folder_name_has(browser_row_at(b, i)->name, typed))
            return i;
    return BROWSER_NONE;
}

/* ---- selection ---- */

void browser_scroll_to(browser *b, double scroll)
{
    const double most = browser_list_height(b) - b->boxes.list.h;
    scroll = scroll < most ? scroll : most;
    scroll = scroll > 0 ? scroll : 0;
    if (scroll == b->scroll)
        return;
    b->scroll = scroll;
    browser_harm(b, b->boxes.list);
    browser_harm(b, b->boxes.bar);
}

void browser_show_middle(browser *b, size_t index)
{
    const size_t above = (size_t)(b->boxes.list.h / ROW) / 2;
    browser_scroll_to(b, index > above ? (double)(index - above) * ROW : 0);
}

void browser_select(browser *b, size_t index)
{
    if (index >= b->shown_count)
        return;
    browser_harm_spot(b, (browser_spot){ SPOT_ROW, b->selected });
    b->selected = index;
    browser_harm_spot(b, (browser_spot){ SPOT_ROW, index });
    browser_harm(b, b->boxes.star);
    browser_harm(b, b->boxes.choose);
    b->waiting = browser_row_at(b, index)->kind != FOLDER_FOLDER && browser_row_at(b, index)->kind != FOLDER_OTHER;
    b->rested_since = INFINITY;
    const double top = (double)index * ROW;
    if (top < b->scroll)
        browser_scroll_to(b, top);
    else if (top + ROW > b->scroll + b->boxes.list.h)
        browser_scroll_to(b, top + ROW - b->boxes.list.h);
}

/* ---- favourites ---- */

void browser_toggle_favourite(browser *b, size_t index)
{
    browser_row *row = index < b->shown_count ? &b->rows[b->shown[index]] : NULL;
    const bool is_folder = !row || row->kind == FOLDER_FOLDER;
    char *path = row ? browser_row_path(b, index) : b->source == SOURCE_FOLDER ? strdup(b->path) : NULL;
    char *kept = path ? as_kept(path, is_folder) : NULL;
    if (kept) {
        library_set_favourite(b->library, kept, !library_is_favourite(b->library, kept));
        if (row)
            row->favourite = library_is_favourite(b->library, kept);
        mark_folder(b);
        browser_places_make(b);
        browser_lay_out(b);
        browser_harm(b, b->where);
    }
    free(kept);
    free(path);
}
