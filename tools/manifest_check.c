#include "manifest_check.h"

#include "commands.h"
#include "manifest_hear.h"
#include "manifest_row.h"
#include "messages.h"
#include "text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- paths ---- */

/* A file that a row names, by a path without links and "..", so that paths can be compared. */
typedef struct named {
    char *path;
    const manifest_row *row;
} named;

typedef struct named_list {
    named *list;
    size_t count, room;
    char *folder, *settled_folder; /* owned: of the path before */
} named_list;

static char *join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + 1 + strlen(name) + 1;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%s", folder, strcmp(folder, "/") ? "/" : "", name);
    return path;
}

/* Of a file that need not be there, in folders that need not be there. What is too long to be opened stays as it is: every
 * folder of it would take a copy. NULL without memory. */
static char *settle_path(const char *path)
{
    char *settled = strlen(path) < PATH_MAX ? realpath(path, NULL) : strdup(path), *folder = NULL;
    if (settled)
        return settled;
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    size_t name = length;
    while (name && path[name - 1] != '/')
        name--;
    char *last = strndup(path + name, length - name), *before = strndup(path, name);
    if (last && before && length)
        folder = !name ? realpath(".", NULL) : settle_path(before);
    if (folder && !strcmp(last, "..")) {
        char *slash = strrchr(folder, '/');
        slash[slash == folder] = 0;
        settled = strdup(folder);
    } else if (folder) {
        settled = strcmp(last, ".") ? join(folder, last) : strdup(folder);
    }
    free(folder);
    free(before);
    free(last);
    return settled;
}

/* The length of its folder's name, with the '/' at its end; 0: what stands there is no plain name of a file in a folder. */
static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const bool plain = slash && *name && strcmp(name, ".") && strcmp(name, "..");
    return plain && strlen(path) < PATH_MAX ? (size_t)(name - path) : 0;
}

/* The same as settle_path(). Most files of a table lie in one folder, which is settled once. */
static char *settle_in_folder(named_list *l, const char *path)
{
    const size_t length = folder_length(path);
    if (!length)
        return settle_path(path);
    if (!l->folder || strncmp(l->folder, path, length) || l->folder[length]) {
        free(l->folder);
        free(l->settled_folder);
        l->folder = strndup(path, length);
        l->settled_folder = l->folder ? settle_path(l->folder) : NULL;
    }
    char *settled = l->settled_folder ? join(l->settled_folder, path + length) : NULL;
    struct stat info;
    if (!settled || lstat(settled, &info) || !S_ISLNK(info.st_mode))
        return settled;
    free(settled);
    return settle_path(path);
}

static bool add_path(named_list *l, const char *path, const manifest_row *row)
{
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : 64;
        named *list = realloc(l->list, room * sizeof *list);
        if (!list)
            return false;
        l->list = list;
        l->room = room;
    }
    l->list[l->count] = (named){ settle_in_folder(l, path), row };
    return l->list[l->count++].path != NULL;
}

static int by_path(const void *a, const void *b)
{
    const named *left = a, *right = b;
    const int order = strcmp(left->path, right->path);
    return order ? order : left->row->line < right->row->line ? -1 : left->row->line > right->row->line;
}

static int only_path(const void *a, const void *b)
{
    return strcmp(((const named *)a)->path, ((const named *)b)->path);
}

static void free_list(named_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->list[i].path);
    free(l->list);
    free(l->folder);
    free(l->settled_folder);
}

/* ---- clashes ---- */

static void check_outputs(manifest *m, const named_list *outputs)
{
    for (size_t i = 1; i < outputs->count && !manifest_is_hopeless(m); i++)
        if (!only_path(&outputs->list[i - 1], &outputs->list[i]))
            manifest_complain(m, outputs->list[i].row->line, "%s is already the output of line %zu.",
                              outputs->list[i].row->output, outputs->list[i - 1].row->line);
}

static void check_sources(manifest *m, const named_list *outputs, const named_list *sources)
{
    for (size_t i = 0; i < outputs->count && !manifest_is_hopeless(m); i++) {
        const named *output = &outputs->list[i],
                    *source = bsearch(output, sources->list, sources->count, sizeof *sources->list, only_path);
        if (source)
            manifest_complain(m, output->row->line, "%s would be overwritten, which line %zu reads.",
                              output->row->output, source->row->line);
    }
}

static void check_clashes(manifest *m, named_list *outputs, named_list *sources)
{
    qsort(outputs->list, outputs->count, sizeof(named), by_path);
    qsort(sources->list, sources->count, sizeof(named), by_path);
    check_outputs(m, outputs);
    check_sources(m, outputs, sources);
}

/* ---- rows ---- */

static bool list_files(const manifest_job *job, const manifest_row *row, named_list *outputs, named_list *sources)
{
    bool room = add_path(outputs, row->output, row) && add_path(sources, row->input, row);
    for (char **cabinet = job->words.cabinets; room && cabinet && *cabinet; cabinet++)
        room = add_path(sources, *cabinet, row);
    return room;
}

/* False without memory. */
static bool check_row(manifest *m, const manifest_row *row, const render_words *common, hearing *h,
                      named_list *outputs, named_list *sources)
{
    char sentence[1024];
    said_kind kind;
    manifest_job *job = malloc(sizeof *job);
    if (!job)
        return false;
    hearing_begin(h);
    const int code = manifest_job_open(job, m, row, common);
    const bool room = list_files(job, row, outputs, sources);
    manifest_job_close(job);
    hearing_end(h);
    free(job);
    if (code)
        manifest_complain(m, row->line, "%s",
                          hearing_next(h, sentence, sizeof sentence, &kind) ? sentence
                                                                            : "This row cannot be read.");
    return room;
}

/* ---- all of it ---- */

/* The command line may say once and for all what the rows do not. */
static int check_columns(const manifest *m, const render_words *common)
{
    const bool sound = common->models || common->rig_file;
    const char *twice = common->models && m->has[COLUMN_MODEL]        ? "model"
                        : common->rig_file && m->has[COLUMN_RIG]      ? "rig"
                        : common->cabinets && m->has[COLUMN_CABINETS] ? "cabinet"
                                                                      : NULL;
    if (twice)
        return fail("%s has a column for what --%s says on the command line; one of them has to go.", m->path,
                    twice);
    if (!sound && !m->has[COLUMN_MODEL] && !m->has[COLUMN_RIG] && !m->has[COLUMN_OPTIONS])
        return fail("%s: The column \"rig\" or \"model\" is missing.", m->path);
    return DONE;
}

int manifest_check(manifest *m, const render_words *common)
{
    named_list outputs = { 0 }, sources = { 0 };
    hearing h;
    bool room = true;
    int code = check_columns(m, common);
    if (code || (code = hearing_open(&h)))
        return code;
    for (size_t i = 0; i < m->count && room && !manifest_is_hopeless(m); i++)
        room = check_row(m, &m->rows[i], common, &h, &outputs, &sources);
    hearing_close(&h);
    if (room && !manifest_is_hopeless(m))
        check_clashes(m, &outputs, &sources);
    free_list(&outputs);
    free_list(&sources);
    return room ? manifest_verdict(m) : fail("There is not enough memory.");
}
