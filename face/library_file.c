/* {"favourites": ["/path", ...], "recent": [...], "folders": ["/path", ...]}, newest first, folders by browser_kind. JSON
 * is Unicode and paths are bytes: those that are no UTF-8 are written as URIs, "file:///caf%E9.nam". */
#define _DEFAULT_SOURCE /* flock */

#include "library_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST = 4 << 20 }; /* JSON takes up to forty times as much memory */
static const char uri[] = "file://";

/* ---- paths as JSON ---- */

static json_t *from_path(const char *path)
{
    json_t *plain = json_string(path);
    if (plain)
        return plain;
    char *escaped = malloc(sizeof uri + 3 * strlen(path));
    if (!escaped)
        return NULL;
    char *to = escaped + sprintf(escaped, "%s", uri);
    for (const unsigned char *p = (const unsigned char *)path; *p; p++)
        to += sprintf(to, *p <= 0x20 || *p >= 0x7f || *p == '%' ? "%%%02X" : "%c", *p);
    json_t *text = json_string(escaped);
    free(escaped);
    return text;
}

static int hex(char c)
{
    const char *digits = "0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Owned by the caller; NULL for what is no absolute path, and without memory. */
static char *to_path(const json_t *value, bool *room)
{
    const char *text = json_string_value(value);
    const bool escaped = text && !strncmp(text, uri, sizeof uri - 1);
    char *path = text ? strdup(escaped ? text + sizeof uri - 1 : text) : NULL;
    *room = *room && (!text || path);
    if (!path || path[0] != '/') {
        free(path);
        return NULL;
    }
    char *to = path;
    for (const char *p = path; escaped && *p; p++) {
        const int high = *p == '%' ? hex(p[1]) : -1, low = high < 0 ? -1 : hex(p[2]);
        if (low >= 0 && high + low > 0) {
            *to++ = (char)(16 * high + low);
            p += 2;
        } else
            *to++ = *p;
    }
    if (escaped)
        *to = 0;
    return path;
}

/* ---- lists ---- */

void library_data_init(library_data *d)
{
    *d = (library_data){ .favourites.most = LIBRARY_FAVOURITES, .recent.most = LIBRARY_RECENT };
}

static void list_free(library_list *l)
{
    while (l->count)
        free(l->paths[--l->count]);
}

void library_data_free(library_data *d)
{
    list_free(&d->favourites);
    list_free(&d->recent);
    for (size_t i = 0; i < LIBRARY_KINDS; i++)
        free(d->folders[i]);
    library_data_init(d);
}

static size_t find(const library_list *l, const char *path)
{
    size_t i = 0;
    while (i < l->count && strcmp(l->paths[i], path))
        i++;
    return i;
}

bool library_list_has(const library_list *l, const char *path)
{
    return find(l, path) < l->count;
}

void library_list_remove(library_list *l, const char *path)
{
    const size_t i = find(l, path);
    if (i == l->count)
        return;
    free(l->paths[i]);
    l->count--;
    memmove(&l->paths[i], &l->paths[i + 1], (l->count - i) * sizeof *l->paths);
}

bool library_list_add(library_list *l, const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return false;
    library_list_remove(l, path);
    if (l->count == l->most)
        free(l->paths[--l->count]);
    memmove(&l->paths[1], &l->paths[0], l->count * sizeof *l->paths);
    l->paths[0] = copy;
    l->count++;
    return true;
}

/* ---- reading ---- */

/* No more of the array is looked at than can be in it: looking for what is there twice takes time. */
static void list_from(library_list *l, const json_t *array, bool *room)
{
    for (size_t i = 0; i < json_array_size(array) && i < l->most; i++) {
        char *path = to_path(json_array_get(array, i), room);
        if (path && !library_list_has(l, path))
            l->paths[l->count++] = path;
        else
            free(path);
    }
}

static library_mark mark_of(library_state state, const struct stat *info)
{
    return (library_mark){ state, info->st_dev, info->st_ino, info->st_size, info->st_mtim };
}

bool library_file_changed(const char *path, const library_mark *mark)
{
    struct stat info;
    if (stat(path, &info))
        return mark->state != LIBRARY_ABSENT;
    return info.st_ino != mark->inode || info.st_dev != mark->device || info.st_size != mark->size ||
           info.st_mtim.tv_sec != mark->changed.tv_sec || info.st_mtim.tv_nsec != mark->changed.tv_nsec;
}

/* Of NULL from json_loadfd(): jansson mostly says nothing when it lacks memory. Where it says that it does not know a token,
 * as it does for some, the file counts as broken. */
static bool lacks_memory(const json_error_t *error)
{
    return !*error->text || json_error_code(error) == json_error_out_of_memory;
}

/* False without memory; then d is as it was. */
static bool replace(library_data *d, const json_t *root)
{
    library_data now;
    bool room = true;
    library_data_init(&now);
    list_from(&now.favourites, json_object_get(root, "favourites"), &room);
    list_from(&now.recent, json_object_get(root, "recent"), &room);
    for (size_t i = 0; i < LIBRARY_KINDS; i++)
        now.folders[i] = to_path(json_array_get(json_object_get(root, "folders"), i), &room);
    library_data_free(room ? d : &now);
    if (room)
        *d = now;
    return room;
}

static library_state read_from(int fd, library_data *d, struct stat *info)
{
    json_error_t error;
    if (fstat(fd, info) || !S_ISREG(info->st_mode) || info->st_size > LARGEST)
        return LIBRARY_UNKNOWN;
    json_t *root = json_loadfd(fd, 0, &error);
    const bool room = (root || !lacks_memory(&error)) && replace(d, root), understood = json_is_object(root);
    json_decref(root);
    return !room ? LIBRARY_UNKNOWN : understood ? LIBRARY_READ : LIBRARY_BROKEN;
}

bool library_file_read(const char *path, library_data *d, library_mark *mark)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* never waits, even for a pipe */
    struct stat info;
    *mark = (library_mark){ .state = fd < 0 && errno == ENOENT ? LIBRARY_ABSENT : LIBRARY_UNKNOWN };
    if (fd < 0)
        return false;
    const library_state state = read_from(fd, d, &info);
    close(fd);
    if (state != LIBRARY_UNKNOWN)
        *mark = mark_of(state, &info);
    return state != LIBRARY_UNKNOWN;
}

/* ---- writing ---- */

/* NULL without memory. */
static json_t *list_to(char *const *paths, size_t count)
{
    json_t *array = json_array();
    bool room = array != NULL;
    for (size_t i = 0; room && i < count; i++)
        room = !json_array_append_new(array, paths[i] ? from_path(paths[i]) : json_string(""));
    if (room)
        return array;
    json_decref(array);
    return NULL;
}

/* Whoever understands it may want it back. */
static bool set_aside(const char *path, const library_mark *mark)
{
    if (mark->state != LIBRARY_BROKEN || !mark->size)
        return true;
    char *aside = malloc(strlen(path) + sizeof ".old");
    if (aside)
        sprintf(aside, "%s.old", path);
    const bool done = aside && (!rename(path, aside) || errno == ENOENT);
    free(aside);
    return done;
}

/* Not synchronised with the disk: a window must not wait for it, and what is lost with the power are some stars. */
bool library_file_write(const char *path, const library_data *d, library_mark *mark)
{
    if (mark->state == LIBRARY_UNKNOWN)
        return false;
    json_t *root =
        json_pack("{s:o, s:o, s:o}", "favourites", list_to(d->favourites.paths, d->favourites.count), "recent",
                  list_to(d->recent.paths, d->recent.count), "folders", list_to(d->folders, LIBRARY_KINDS));
    char *other = malloc(strlen(path) + 8);
    int fd = -1;
    if (root && other) {
        sprintf(other, "%s.XXXXXX", path);
        fd = mkstemp(other);
    }
    struct stat info;
    bool done = fd >= 0 && !json_dumpfd(root, fd, JSON_INDENT(1)) && !fstat(fd, &info);
    if (fd >= 0) {
        done = !close(fd) && done && set_aside(path, mark) && !rename(other, path);
        if (done)
            *mark = mark_of(LIBRARY_READ, &info);
        else
            unlink(other);
    }
    free(other);
    json_decref(root);
    return done;
}

/* ---- the lock ---- */

static void make_folders(const char *path)
{
    char *copy = strdup(path);
    for (char *p = copy ? strchr(copy + 1, '/') : NULL; p; p = strchr(p + 1, '/')) {
        *p = 0;
        mkdir(copy, 0700); /* what fails here fails again when the file is opened */
        *p = '/';
    }
    free(copy);
}

int library_file_lock(const char *path)
{
    char *name = malloc(strlen(path) + 6);
    if (!name)
        return -1;
    make_folders(path);
    sprintf(name, "%s.lock", path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    free(name);
    /* Whoever holds it does so for a millisecond; a process that was stopped meanwhile must not stop this one. */
    for (int tries = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB); tries++) {
        if (tries == 250 || errno != EWOULDBLOCK) {
            close(fd);
            return -1;
        }
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    return fd;
}

void library_file_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}
