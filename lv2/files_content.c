/* What the named files hold, as SHA-256: so that sessions find a file again under whatever name it has by then. */
#define _GNU_SOURCE
#include "plugin.h"

#include "sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const off_t most_bytes = 128 << 20; /* no file that can be loaded is longer */

typedef struct content {
    char *path; /* owned */
    unsigned naming;
    sha256_hex hash;
    uint64_t size;
} content;

/* False if the hash is that of the name already, or there is no memory. */
static bool is_wanted(plugin *p, size_t place, content *c)
{
    bl_lock_take(&p->asking);
    const char *path = p->files[place].path;
    *c = (content){ .naming = p->namings[place] };
    if (path && p->hashed[place] != p->namings[place])
        c->path = strdup(path);
    bl_lock_give(&p->asking);
    return c->path;
}

static void read_content(content *c)
{
    struct stat info;
    if (stat(c->path, &info) || !S_ISREG(info.st_mode) || info.st_size > most_bytes)
        return;
    c->hash = sha256_of_file(c->path);
    c->size = (uint64_t)info.st_size;
}

/* Unless the file was named anew meanwhile. One that cannot be read keeps the hash that it had. True if it had another. */
static bool keep(plugin *p, size_t place, const content *c)
{
    bl_rig_setup_file *file = &p->files[place];
    bool changed = false;
    bl_lock_take(&p->asking);
    if (p->namings[place] == c->naming) {
        p->hashed[place] = c->naming;
        if (*c->hash.s) {
            changed = *file->sha256 && strcmp(file->sha256, c->hash.s);
            memcpy(file->sha256, c->hash.s, sizeof file->sha256);
            file->size = c->size;
        }
    }
    bl_lock_give(&p->asking);
    return changed;
}

void files_hash(plugin *p)
{
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        content c;
        char sentence[600];
        if (!is_wanted(p, i, &c))
            continue;
        read_content(&c);
        if (keep(p, i, &c)) {
            snprintf(sentence, sizeof sentence,
                     "%.400s: this file is not what it was when it was written down; it is used as it is.", c.path);
            host_log(&p->host, &p->uris, sentence);
        }
        free(c.path);
    }
}
