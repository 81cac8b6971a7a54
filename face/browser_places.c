#define _POSIX_C_SOURCE 200809L

#include "browser_state.h"

#include <stdlib.h>
#include <string.h>

static void place_free(browser_place *p)
{
    free(p->name);
    free(p->path);
    *p = (browser_place){ 0 };
}

void browser_places_free(browser *b)
{
    while (b->place_count)
        place_free(&b->places[--b->place_count]);
}

static bool is_there(const browser *b, const char *path)
{
    for (size_t i = 0; i < b->place_count; i++)
        if (b->places[i].path && !strcmp(b->places[i].path, path))
            return true;
    return false;
}

/* path: NULL for the lists. One that cannot be had is left out. */
static void add(browser *b, const char *name, const char *path, browser_place how)
{
    if (b->place_count == BROWSER_PLACES || (path && (!path[0] || is_there(b, path))))
        return;
    how.name = strdup(name);
    how.path = path ? strdup(path) : NULL;
    if (how.name && (how.path || !path))
        b->places[b->place_count++] = how;
    else
        place_free(&how);
}

static void add_favourites(browser *b)
{
    const char *const *paths;
    const size_t count = library_favourites(b->library, &paths);
    bool apart = true;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(paths[i]);
        if (length < 2 || paths[i][length - 1] != '/')
            continue;
        char *path = strndup(paths[i], length - 1);
        if (path) {
            const size_t before = b->place_count;
            add(b, folder_name_of(path), path, (browser_place){ .icon = ICON_STAR_FULL, .apart = apart });
            apart = apart && b->place_count == before;
        }
        free(path);
    }
}

void browser_places_make(browser *b)
{
    browser_places_free(b);
    add(b, "Favourites", NULL, (browser_place){ .source = SOURCE_FAVOURITES, .icon = ICON_STAR });
    add(b, "Recent", NULL, (browser_place){ .source = SOURCE_RECENT, .icon = ICON_UNDO });
    const char *home = getenv("HOME");
    if (home && home[0] == '/')
        add(b, "Home", home, (browser_place){ .icon = ICON_FOLDER, .apart = true });
    if (b->start[0])
        add(b, folder_name_of(b->start), b->start, (browser_place){ .icon = ICON_FOLDER });
    for (size_t i = 0; i < b->own_count; i++)
        add(b, b->own[i].name, b->own[i].path, (browser_place){ .icon = ICON_FOLDER });
    add_favourites(b);
}

void browser_add_place(browser *b, const char *name, const char *path)
{
    if (b->own_count == BROWSER_OWN_PLACES)
        return;
    browser_place p = { .name = strdup(name), .path = strdup(path) };
    if (p.name && p.path)
        b->own[b->own_count++] = p;
    else
        place_free(&p);
}
