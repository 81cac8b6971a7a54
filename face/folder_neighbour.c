#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <stdlib.h>
#include <string.h>

/* Entries are sorted, so those before the name and those behind it are two runs; the file itself belongs to neither.
 * The nearest on the side that is looked at, or else the farthest on the other one: round and round. */
static const char *pick(const folder *f, const char *name, folder_kind kind, bool behind)
{
    const char *nearest = NULL, *farthest = NULL;
    for (size_t i = 0; i < f->count; i++) {
        const folder_entry *e = &f->entries[behind ? i : f->count - 1 - i];
        const int order = e->kind == kind ? folder_compare(e->name, name) : 0;
        if (!order)
            continue;
        if ((order > 0) == behind)
            nearest = nearest ? nearest : e->name;
        else
            farthest = farthest ? farthest : e->name;
    }
    return nearest ? nearest : farthest;
}

char *folder_neighbour(const char *path, int direction)
{
    const char *name = folder_name_of(path);
    const folder_kind kind = folder_kind_of(name);
    char error[256], *above = folder_above(path);
    folder f;
    if (kind == FOLDER_OTHER || !above || !folder_read(&f, above, error)) {
        free(above);
        return NULL;
    }
    const char *found = pick(&f, name, kind, direction > 0);
    char *neighbour = !found ? NULL : name == path ? strdup(found) : folder_join(above, found);
    folder_free(&f);
    free(above);
    return neighbour;
}
