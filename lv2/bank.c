/* The user's bank: the files of every new instance, and the only way to models in hosts without atom ports. */
#define _POSIX_C_SOURCE 200809L
#include "plugin.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* By the XDG base directory specification, where a relative XDG_CONFIG_HOME counts as none. */
static bool bank_path(char *path, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length = -1;
    if (config && *config == '/')
        length = snprintf(path, size, "%s/backline/bank.json", config);
    else if (home && *home == '/')
        length = snprintf(path, size, "%s/.config/backline/bank.json", home);
    return length >= 0 && (size_t)length < size;
}

bool bank_load(bl_rig_setup *setup, bl_error *error)
{
    char path[PATH_MAX];
    struct stat info;
    *error = (bl_error){ .status = BL_OK };
    if (!bank_path(path, sizeof path) || (stat(path, &info) && (errno == ENOENT || errno == ENOTDIR)))
        return false;
    return !bl_rig_file_load(path, setup, error);
}
