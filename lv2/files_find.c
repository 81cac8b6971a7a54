/* Files that are not where a session, a rig file or the bank says. */
#define _GNU_SOURCE
#include "plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

bool files_is_there(const char *path)
{
    struct stat info;
    return !stat(path, &info);
}

static void log_sentence(void *context, const char *sentence)
{
    plugin *p = context;
    host_log(&p->host, &p->uris, sentence);
}

/* BACKLINE_PATH, and the bundle without its final '/'. free() releases it. */
static char *search_path(const plugin *p)
{
    const char *folders = getenv("BACKLINE_PATH");
    char *path;
    const int length = asprintf(&path, "%s%s%s", folders ? folders : "", folders && *folders ? ":" : "", p->bundle);
    if (length < 0)
        return NULL;
    path[length - 1] = 0;
    return path;
}

/* Puts in where a file is now. *error says if it is nowhere. */
static void find_file(plugin *p, bl_rig_setup_file *file, bl_error *error)
{
    bl_rig_setup setup;
    *error = (bl_error){ .status = BL_OK };
    if (!file->path || files_is_there(file->path))
        return;
    char *search = search_path(p);
    if (!search) {
        error->status = BL_ERR_NO_MEM;
        snprintf(error->text, sizeof error->text, "%s", bl_strerror(BL_ERR_NO_MEM));
        return;
    }
    bl_rig_setup_init(&setup);
    setup.files[0] = *file;
    bl_rig_file_find(&setup, search, log_sentence, p, error);
    *file = setup.files[0];
    free(search);
}

void files_find(plugin *p, bl_rig_setup_file files[BL_RIG_FILE_COUNT], bl_error errors[BL_RIG_FILE_COUNT])
{
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        find_file(p, &files[i], &errors[i]);
}
