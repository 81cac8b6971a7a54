#define _POSIX_C_SOURCE 200809L

#include "library.h"

#include "library_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct library {
    char *file; /* NULL: there is no place for one; it lasts as long as the window */
    library_mark mark;
    library_data data;
};

/* By the XDG base directory specification, where a relative XDG_STATE_HOME counts as none. */
static char *usual_file(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const bool has_state = state && state[0] == '/';
    if (!has_state && !(home && home[0] == '/'))
        return NULL;
    const char *base = has_state ? state : home, *rest = has_state ? "/backline" : "/.local/state/backline";
    const size_t size = strlen(base) + strlen(rest) + sizeof "/library.json";
    char *file = malloc(size);
    if (file)
        snprintf(file, size, "%s%s/library.json", base, rest);
    return file;
}

library *library_open(const char *file)
{
    library *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    library_data_init(&l->data);
    l->file = file ? strdup(file) : usual_file();
    return l;
}

void library_free(library *l)
{
    if (!l)
        return;
    library_data_free(&l->data);
    free(l->file);
    free(l);
}

/* A file that is gone leaves what is known: it comes back with the next change. */
static void refresh(library *l)
{
    if (l->file && library_file_changed(l->file, &l->mark))
        library_file_read(l->file, &l->data, &l->mark);
}

/* Without the lock (a folder that is read-only, a process that hangs) it changes for this window only. */
static int begin_change(library *l)
{
    const int lock = l->file ? library_file_lock(l->file) : -1;
    refresh(l);
    return lock;
}

static void end_change(library *l, int lock)
{
    if (lock >= 0)
        library_file_write(l->file, &l->data, &l->mark);
    library_file_unlock(lock);
}

bool library_is_favourite(library *l, const char *path)
{
    refresh(l);
    return library_list_has(&l->data.favourites, path);
}

void library_set_favourite(library *l, const char *path, bool favourite)
{
    if (path[0] != '/')
        return;
    const int lock = begin_change(l);
    library_list *list = &l->data.favourites;
    const bool is = library_list_has(list, path);
    if (!favourite)
        library_list_remove(list, path);
    else if (!is && list->count < list->most)
        library_list_add(list, path);
    if (is != library_list_has(list, path))
        end_change(l, lock);
    else
        library_file_unlock(lock);
}

void library_use(library *l, const char *path)
{
    if (path[0] != '/')
        return;
    const int lock = begin_change(l);
    library_list_add(&l->data.recent, path);
    end_change(l, lock);
}

size_t library_favourites(library *l, const char *const **paths)
{
    refresh(l);
    *paths = (const char *const *)l->data.favourites.paths;
    return l->data.favourites.count;
}

size_t library_recent(library *l, const char *const **paths)
{
    refresh(l);
    *paths = (const char *const *)l->data.recent.paths;
    return l->data.recent.count;
}

const char *library_folder(library *l, int kind)
{
    refresh(l);
    const char *folder = kind >= 0 && kind < LIBRARY_KINDS ? l->data.folders[kind] : NULL;
    return folder ? folder : "";
}

void library_set_folder(library *l, int kind, const char *folder)
{
    if (kind < 0 || kind >= LIBRARY_KINDS || !strcmp(library_folder(l, kind), folder))
        return;
    const int lock = begin_change(l);
    char *copy = strdup(folder);
    if (copy) {
        free(l->data.folders[kind]);
        l->data.folders[kind] = copy;
    }
    end_change(l, lock);
}
