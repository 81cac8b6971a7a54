#define _DEFAULT_SOURCE /* d_type */
/* A folder may lie on a disk that sleeps or on a network that is gone. What can be done in one thread is done: the number
 * of names is bounded, the kinds come with the names where the file system tells them, and the clock is looked at between
 * the calls. A single opendir(), readdir() or stat() on a mount whose server is gone can still wait as long as the kernel
 * does; only a thread of its own for reading would spare the window that. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct reading {
    folder *folder;
    size_t room;
    int fd;
    double until; /* seconds of the monotonic clock */
} reading;

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* False: to be left out. Only links, and what file systems do not tell, cost a call. */
static bool find_kind(const reading *r, const struct dirent *d, folder_kind *kind)
{
    bool is_folder = d->d_type == DT_DIR, is_file = d->d_type == DT_REG;
    if (d->d_type == DT_LNK || d->d_type == DT_UNKNOWN) {
        struct stat info;
        if (fstatat(r->fd, d->d_name, &info, 0))
            return false;
        is_folder = S_ISDIR(info.st_mode);
        is_file = S_ISREG(info.st_mode);
    }
    *kind = is_folder ? FOLDER_FOLDER : folder_kind_of(d->d_name);
    return is_folder || is_file;
}

static bool add(reading *r, const char *name, folder_kind kind)
{
    folder *f = r->folder;
    if (f->count == r->room) {
        const size_t room = r->room ? 2 * r->room : 64;
        folder_entry *entries = realloc(f->entries, room * sizeof *entries);
        if (!entries)
            return false;
        f->entries = entries;
        r->room = room;
    }
    char *copy = strdup(name);
    if (!copy)
        return false;
    f->entries[f->count++] = (folder_entry){ copy, kind };
    return true;
}

static int by_place(const void *a, const void *b)
{
    const folder_entry *p = a, *q = b;
    const bool first = p->kind == FOLDER_FOLDER, second = q->kind == FOLDER_FOLDER;
    return first != second ? (first ? -1 : 1) : folder_compare(p->name, q->name);
}

/* 0 or an errno. */
static int read_entries(reading *r, DIR *directory)
{
    for (;;) {
        errno = 0;
        const struct dirent *d = readdir(directory);
        if (!d)
            return errno;
        if (d->d_name[0] == '.')
            continue;
        if (r->folder->count == FOLDER_MOST || seconds_now() > r->until) {
            r->folder->cut = true;
            return 0;
        }
        folder_kind kind;
        if (find_kind(r, d, &kind) && !add(r, d->d_name, kind))
            return ENOMEM;
    }
}

static void explain(char *error, const char *path, int reason)
{
    switch (reason) {
    case ENOENT: snprintf(error, 256, "This folder does not exist."); break;
    case ENOTDIR: snprintf(error, 256, "“%.200s” is not a folder.", folder_name_of(path)); break;
    case EACCES:
    case EPERM: snprintf(error, 256, "You may not look into this folder."); break;
    case ENOMEM: snprintf(error, 256, "There is not enough memory to list this folder."); break;
    default: snprintf(error, 256, "This folder cannot be read (%s).", strerror(reason));
    }
}

static char *without_slashes(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    return strndup(path, length);
}

bool folder_read(folder *f, const char *path, char *error)
{
    *f = (folder){ .path = without_slashes(path) };
    reading r = { .folder = f, .until = seconds_now() + FOLDER_SECONDS };
    r.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK);
    DIR *directory = r.fd < 0 ? NULL : fdopendir(r.fd);
    int reason = !f->path ? ENOMEM : directory ? read_entries(&r, directory) : errno;
    if (directory)
        closedir(directory);
    else if (r.fd >= 0)
        close(r.fd);
    if (reason) {
        explain(error, path, reason);
        folder_free(f);
        return false;
    }
    if (f->count)
        qsort(f->entries, f->count, sizeof *f->entries, by_place);
    error[0] = 0;
    return true;
}

void folder_free(folder *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->entries[i].name);
    free(f->entries);
    free(f->path);
    *f = (folder){ 0 };
}
