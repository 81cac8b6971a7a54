#include "render_sweep.h"

#include "render_record.h"
#include "text.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* As output_file.c makes them: ".NAME.backline-XXXXXX", with the first 200 bytes of NAME. */
enum { KEPT_OF_NAME = 200 };
static const char mark[] = ".backline-XXXXXX";

/* Folder, then name. */
static int compare(const char *a, const char *b)
{
    const size_t folder_a = (size_t)(text_file_name(a) - a), folder_b = (size_t)(text_file_name(b) - b);
    const int order = memcmp(a, b, folder_a < folder_b ? folder_a : folder_b);
    if (order || folder_a != folder_b)
        return order ? order : folder_a < folder_b ? -1 : 1;
    return strncmp(a + folder_a, b + folder_b, KEPT_OF_NAME);
}

static int by_place(const void *a, const void *b)
{
    return compare(*(const char *const *)a, *(const char *const *)b);
}

/* Outputs in one folder. */
typedef struct place {
    const char **paths;
    size_t count;
    char folder[PATH_MAX]; /* "" or with a '/' at its end */
} place;

/* Whether a temporary file is that of one of the outputs; ending: what its name has more than the output's. */
static bool is_ours(const place *p, const char *name, const char *ending)
{
    char path[PATH_MAX + NAME_MAX + 1];
    const size_t length = strlen(name), tail = strlen(mark);
    if (name[0] != '.' || length <= 1 + tail || strncmp(name + length - tail, mark, tail - 6))
        return false;
    size_t stem = length - 1 - tail;
    const size_t cut = strlen(ending);
    if (stem < KEPT_OF_NAME && stem > cut && !strncmp(name + 1 + stem - cut, ending, cut))
        stem -= cut;
    snprintf(path, sizeof path, "%s%.*s", p->folder, (int)stem, name + 1);
    const char *key = path;
    return bsearch(&key, p->paths, p->count, sizeof *p->paths, by_place) != NULL;
}

/* Nobody holds the lock that its writer would hold. */
static void remove_abandoned(const char *path)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return;
    if (!flock(fd, LOCK_EX | LOCK_NB))
        unlink(path);
    close(fd);
}

static void sweep_folder(const place *p, const char *below, const char *ending)
{
    char path[PATH_MAX + NAME_MAX + sizeof RENDER_RECORD_FOLDER + 2];
    struct dirent *entry;
    snprintf(path, sizeof path, "%s%s", *p->folder ? p->folder : "./", below);
    DIR *folder = opendir(path);
    while (folder && (entry = readdir(folder)))
        if (is_ours(p, entry->d_name, ending)) {
            snprintf(path, sizeof path, "%s%s%s", p->folder, below, entry->d_name);
            remove_abandoned(path);
        }
    if (folder)
        closedir(folder);
}

void render_sweep(const char **out_paths, size_t count)
{
    place *p = malloc(sizeof *p);
    qsort(out_paths, count, sizeof *out_paths, by_place);
    for (size_t i = 0; p && i < count; i += p->count) {
        const size_t folder = (size_t)(text_file_name(out_paths[i]) - out_paths[i]);
        *p = (place){ .paths = out_paths + i, .count = 1 };
        while (i + p->count < count &&
               folder == (size_t)(text_file_name(p->paths[p->count]) - p->paths[p->count]) &&
               !memcmp(p->paths[p->count], *p->paths, folder))
            p->count++;
        if (folder >= sizeof p->folder)
            continue;
        memcpy(p->folder, *p->paths, folder);
        sweep_folder(p, "", "");
        sweep_folder(p, RENDER_RECORD_FOLDER "/", ".job");
    }
    free(p);
}
