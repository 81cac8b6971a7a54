#define _XOPEN_SOURCE 700 /* nftw */

#include "scratch.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void must(int done, const char *what)
{
    if (!done) {
        perror(what);
        abort();
    }
}

void scratch_begin(void)
{
    strcpy(root, "/tmp/backline-face-XXXXXX");
    must(mkdtemp(root) != NULL, "mkdtemp");
    must(!chmod(root, 0755), "chmod");
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    return remove(path);
}

void scratch_end(void)
{
    must(!nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS), "nftw");
}

const char *scratch_path(const char *name)
{
    static char places[8][PATH_MAX];
    static unsigned next;
    char *place = places[next++ % 8];
    snprintf(place, PATH_MAX, "%s%s%s", root, *name ? "/" : "", name);
    return place;
}

void scratch_text(const char *name, const char *text)
{
    FILE *file = fopen(scratch_path(name), "w");
    must(file && fputs(text, file) >= 0 && !fclose(file), name);
}

void scratch_file(const char *name)
{
    scratch_text(name, "");
}

void scratch_folder(const char *name)
{
    must(!mkdir(scratch_path(name), 0755), name);
}

void scratch_drop_rights(void)
{
    if (getuid() == 0)
        must(!seteuid(65534), "seteuid");
}

void scratch_take_rights(void)
{
    if (getuid() == 0)
        must(!seteuid(0), "seteuid");
}
