/* Files that a rig file names and that were moved. */
#define _DEFAULT_SOURCE
#include "base/alloc.h"
#include "base/fail.h"
#include "file_limits.h"
#include "rig_file.h"
#include "sha256.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct search {
    const bl_rig_setup_file *file;    /* that is looked for */
    const char *name;                 /* of that file, without folder */
    size_t names;                     /* that were looked at */
    bool no_memory;                   /* to look everywhere */
    char found[BL_RIG_FILE_MAX_PATH]; /* "" while nothing was */
} search;

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* With a known content the name is only a hint; without, it is all that there is. */
static bool is_it(const search *s, const char *path, const char *name, uint64_t size)
{
    const bool same_name = !strcmp(name, s->name), same_size = s->file->size && size == s->file->size;
    if (!*s->file->sha256)
        return same_name;
    return (same_name || same_size) && !strcmp(sha256_of_file(path).s, s->file->sha256);
}

static void search_folder(search *s, const char *folder, int depth);

static void look_at(search *s, const char *folder, const char *name, int depth)
{
    char path[BL_RIG_FILE_MAX_PATH];
    struct stat info;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (name[0] == '.' || length >= (int)sizeof path || stat(path, &info))
        return;
    if (S_ISDIR(info.st_mode) && depth < BL_SEARCH_MAX_DEPTH)
        search_folder(s, path, depth + 1);
    else if (S_ISREG(info.st_mode) && is_it(s, path, name, (uint64_t)info.st_size))
        memcpy(s->found, path, sizeof path);
}

/* In the order of names, so that the same file is found every time. */
static void search_folder(search *s, const char *folder, int depth)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (!*s->found && s->names++ < BL_SEARCH_MAX_NAMES)
            look_at(s, folder, entries[i]->d_name, depth);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    else
        s->no_memory |= errno == ENOMEM;
}

static void search_all(search *s, const char *folders)
{
    while (folders && *folders && !*s->found) {
        char folder[BL_RIG_FILE_MAX_PATH];
        const size_t length = strcspn(folders, ":");
        if (length && length < sizeof folder) {
            snprintf(folder, sizeof folder, "%.*s", (int)length, folders);
            search_folder(s, folder, 1);
        }
        folders += length + (folders[length] == ':');
    }
}

/* ---- one file ---- */

static bl_status not_found(const search *s, const char *folders, bl_error *error)
{
    if (!folders || !*folders)
        return bl_fail(
            error, BL_ERR_IO,
            "%.200s: this file is not there, and the search path BACKLINE_PATH names no folder to look for "
            "it.",
            s->file->path);
    return bl_fail(
        error, BL_ERR_IO,
        "%.200s: this file is not there, and %s of this %s is in the search path BACKLINE_PATH (%.100s)%s.",
        s->file->path, s->names > BL_SEARCH_MAX_NAMES ? "none of the first 100,000 files" : "no file",
        *s->file->sha256 ? "content" : "name", folders,
        *s->file->sha256 && !s->file->size ? " under this name" : "");
}

typedef struct listener {
    void (*say)(void *context, const char *sentence);
    void *context;
} listener;

static void say(const listener *l, const char *format, const char *path, const char *found)
{
    bl_error text; /* which shows what cannot be printed as '?' */
    bl_fail_text(&text, BL_OK, format, path, found);
    if (l->say)
        l->say(l->context, text.text);
}

static bl_status find(bl_rig_setup_file *file, const char *folders, const listener *l, bl_error *error)
{
    struct stat info;
    if (!stat(file->path, &info)) {
        if (S_ISREG(info.st_mode) && *file->sha256 && strcmp(sha256_of_file(file->path).s, file->sha256))
            say(l, "%.300s: this file is not what it was when the rig file was written; it is used as it is%s.",
                file->path, "");
        return BL_OK;
    }
    search s = { .file = file, .name = file_name(file->path) };
    search_all(&s, folders);
    if (!*s.found && !s.no_memory)
        return not_found(&s, folders, error);
    char *path = s.no_memory ? NULL : bl_strdup(s.found);
    if (!path)
        return bl_fail_no_mem(error);
    say(l,
        *file->sha256 ? "%.200s is not there any more; %.200s has the same content and takes its place."
                      : "%.200s is not there; %.200s has the same name and takes its place.",
        file->path, path);
    free(file->path);
    file->path = path;
    return BL_OK;
}

bl_status bl_rig_file_find(bl_rig_setup *setup, const char *folders,
                           void (*said)(void *context, const char *sentence), void *context, bl_error *error)
{
    const listener l = { said, context };
    bl_status status = BL_OK;
    for (size_t i = 0; i < BL_RIG_FILE_COUNT && !status; i++)
        if (setup->files[i].path)
            status = find(&setup->files[i], folders, &l, error);
    return status;
}
