/* What sessions and presets keep (docs/lv2.md). */
#define _GNU_SOURCE
#include "plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where it goes. The first failure counts. */
typedef struct keeper {
    const plugin *p;
    LV2_State_Store_Function store;
    LV2_State_Handle state;
    const LV2_State_Map_Path *map;   /* NULL: paths are kept as they are */
    const LV2_State_Free_Path *free; /* NULL: free() */
    LV2_State_Status status;
} keeper;

static void keep(keeper *k, LV2_URID key, LV2_URID type, const char *text, uint32_t flags)
{
    if (!k->status)
        k->status = k->store(k->state, key, text, strlen(text) + 1, type, flags);
}

static void keep_string(keeper *k, LV2_URID key, const char *text)
{
    keep(k, key, k->p->uris.atom_String, text, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
}

static void keep_path(keeper *k, LV2_URID key, const char *path)
{
    char *mapped = k->map ? k->map->abstract_path(k->map->handle, path) : NULL;
    keep(k, key, k->p->uris.atom_Path, mapped ? mapped : path,
         LV2_STATE_IS_POD | (mapped ? LV2_STATE_IS_PORTABLE : 0));
    if (mapped && k->free)
        k->free->free_path(k->free->handle, mapped);
    else
        free(mapped);
}

/* Its name if a file is the bundle's own, or NULL. */
static const char *name_in_bundle(const plugin *p, const char *path)
{
    const size_t length = strlen(p->bundle);
    const bool inside = !strncmp(path, p->bundle, length) && path[length] && !strstr(path + length, "..");
    return inside ? path + length : NULL;
}

/* "SHA256 SIZE", and the path without links: hosts keep a file as a link, which breaks when a session moves. The bundle's
 * files have none. */
static void keep_content(keeper *k, size_t place, const bl_rig_setup_file *file, bool is_bundled)
{
    char *real = is_bundled ? NULL : realpath(file->path, NULL), *text;
    const char *path = is_bundled ? "" : real ? real : file->path;
    if (asprintf(&text, "%s %" PRIu64 "%s%s", file->sha256, file->size, *path ? " " : "", path) >= 0) {
        keep_string(k, k->p->uris.contents[place], text);
        free(text);
    } else {
        k->status = LV2_STATE_ERR_UNKNOWN;
    }
    free(real);
}

static void keep_file(keeper *k, size_t place, const bl_rig_setup_file *file)
{
    const LV2_URID key = k->p->uris.properties[place];
    const char *name = file->path ? name_in_bundle(k->p, file->path) : NULL;
    char *own;
    if (!file->path) {
        if (place == BL_RIG_MODEL) /* so that no model at all is told from nothing said */
            keep_string(k, key, "");
        return;
    }
    if (!name) {
        keep_path(k, key, file->path);
    } else if (asprintf(&own, "%s%s", BUNDLE_PREFIX, name) >= 0) {
        keep_string(k, key, own);
        free(own);
    } else {
        k->status = LV2_STATE_ERR_UNKNOWN;
    }
    if (*file->sha256)
        keep_content(k, place, file, name != NULL);
}

static void keep_settings(keeper *k)
{
    char *settings = state_write_settings(k->p);
    if (!settings)
        k->status = LV2_STATE_ERR_UNKNOWN;
    else if (*settings)
        keep_string(k, k->p->uris.state_settings, settings);
    free(settings);
}

/* What was asked for counts, loaded or not. Only the knobs of a rig file that has just come must wait for their model. */
LV2_State_Status state_save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state,
                            uint32_t flags, const LV2_Feature *const *features)
{
    plugin *p = handle;
    keeper k = { .p = p,
                 .store = store,
                 .state = state,
                 .map = host_feature(features, LV2_STATE__mapPath),
                 .free = host_feature(features, LV2_STATE__freePath) };
    bl_rig_setup_file files[BL_RIG_FILE_COUNT];
    files_take_requests(p);
    if (files_wait_for_models(p))
        work_all(p);
    if (!files_copy(p, files))
        return LV2_STATE_ERR_UNKNOWN;
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        keep_file(&k, i, &files[i]);
        free(files[i].path);
    }
    keep_settings(&k);
    return k.status;
}
