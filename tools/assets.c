#include "assets.h"

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char found[PATH_MAX];
static pthread_once_t search_once = PTHREAD_ONCE_INIT;

/* The program's path without its last two names: the prefix of PREFIX/bin/backline, and the build folder of
 * tools/backline in it. */
static bool find_prefix(char prefix[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", prefix, PATH_MAX);
    if (length <= 0 || length >= PATH_MAX)
        return false;
    prefix[length] = 0;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(prefix, '/');
        if (!slash)
            return false;
        *slash = 0;
    }
    return true;
}

/* True if the bundled files are in the folder, whose name then stands in found. */
static bool take(const char *prefix, const char *folder)
{
    char model[PATH_MAX];
    const int n = snprintf(model, sizeof model, "%s/%s/" BUNDLED_MODEL, prefix, folder);
    if (n < 0 || (size_t)n >= sizeof model || access(model, R_OK))
        return false;
    snprintf(found, sizeof found, "%.*s", (int)(n - (int)sizeof BUNDLED_MODEL), model);
    return true;
}

static void search(void)
{
    char prefix[PATH_MAX];
    if (!find_prefix(prefix) || !(take(prefix, "share/backline") || take(prefix, "assets")))
        snprintf(found, sizeof found, "%s", BACKLINE_ASSETS_DIR);
}

const char *assets_folder(void)
{
    const char *chosen = getenv("BACKLINE_ASSETS");
    if (chosen && *chosen)
        return chosen;
    pthread_once(&search_once, search);
    return found;
}
