/* What sessions and presets bring. Whatever they hold: what is not as docs/lv2.md says counts as not there. */
#define _GNU_SOURCE
#include "plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_TEXT = 1 << 16 };

typedef struct bringer {
    const plugin *p;
    LV2_State_Retrieve_Function retrieve;
    LV2_State_Handle state;
    const LV2_State_Map_Path *map;   /* NULL: paths are taken as they are */
    const LV2_State_Free_Path *free; /* NULL: free() */
    bool no_memory;
} bringer;

/* The text of a key, which free() releases, and its type; NULL if there is none. */
static char *bring_text(bringer *b, LV2_URID key, LV2_URID *type)
{
    const uris *u = &b->p->uris;
    size_t size = 0;
    uint32_t flags = 0;
    *type = 0;
    const char *value = b->retrieve(b->state, key, &size, type, &flags);
    if (!value || !size || size > LONGEST_TEXT || (*type != u->atom_String && *type != u->atom_Path))
        return NULL;
    char *text = strndup(value, size);
    b->no_memory |= !text;
    return text;
}

static char *bring_string(bringer *b, LV2_URID key)
{
    LV2_URID type;
    char *text = bring_text(b, key, &type);
    if (type == b->p->uris.atom_String)
        return text;
    free(text);
    return NULL;
}

/* path, as this host has it; frees the argument. */
static char *map_path(bringer *b, char *path)
{
    char *mapped = b->map && *path ? b->map->absolute_path(b->map->handle, path) : NULL;
    if (!mapped)
        return path;
    free(path);
    char *copy = strdup(mapped);
    b->no_memory |= !copy;
    if (b->free)
        b->free->free_path(b->free->handle, mapped);
    else
        free(mapped);
    return copy;
}

/* A file of the bundle's; frees the argument. Names that lead out of the bundle are none. */
static char *path_in_bundle(bringer *b, char *text)
{
    const char *name = text + strlen(BUNDLE_PREFIX);
    char *path = NULL;
    if (*name && *name != '/' && !strstr(name, "..") && asprintf(&path, "%s%s", b->p->bundle, name) < 0) {
        path = NULL;
        b->no_memory = true;
    }
    free(text);
    return path;
}

/* The path of a key, "" for no file; NULL if there is no such key. */
static char *bring_path(bringer *b, LV2_URID key)
{
    LV2_URID type;
    char *text = bring_text(b, key, &type);
    if (!text)
        return NULL;
    if (type == b->p->uris.atom_Path)
        return map_path(b, text);
    return strncmp(text, BUNDLE_PREFIX, strlen(BUNDLE_PREFIX)) ? text : path_in_bundle(b, text);
}

/* The path that a file really had, if it is there and the other one is not; else that stays. A link of the host's, in a
 * session that was moved, may lead nowhere. */
static void use_real_path(bringer *b, bl_rig_setup_file *file, const char *real)
{
    if (*real != '/' || files_is_there(file->path) || !files_is_there(real))
        return;
    char *copy = strdup(real);
    b->no_memory |= !copy;
    if (!copy)
        return;
    free(file->path);
    file->path = copy;
}

/* "SHA256 SIZE", and the path without links behind it. */
static void bring_content(bringer *b, LV2_URID key, bl_rig_setup_file *file)
{
    enum { DIGITS = sizeof file->sha256 - 1 };
    char *text = bring_string(b, key), *end;
    if (text && strspn(text, "0123456789abcdef") == DIGITS && text[DIGITS] == ' ' && text[DIGITS + 1] >= '0' &&
        text[DIGITS + 1] <= '9') {
        errno = 0;
        const uint64_t size = strtoull(text + DIGITS + 1, &end, 10);
        if ((!*end || *end == ' ') && !errno) {
            memcpy(file->sha256, text, DIGITS);
            file->size = size;
            use_real_path(b, file, *end ? end + 1 : end);
        }
    }
    free(text);
}

/* True if the key is there. */
static bool bring_file(bringer *b, property which, size_t place, bl_rig_setup_file *file)
{
    char *path = bring_path(b, b->p->uris.properties[which]);
    if (!path)
        return false;
    *file = (bl_rig_setup_file){ .path = path };
    if (!*path) {
        free(path);
        file->path = NULL;
    } else {
        bring_content(b, b->p->uris.contents[place], file);
    }
    return true;
}

/* True if any key of a file is there. */
static bool bring_files(bringer *b, bl_rig_setup_file files[BL_RIG_FILE_COUNT])
{
    bool any = false;
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        files[i] = (bl_rig_setup_file){ .path = NULL };
        bool there = bring_file(b, (property)i, i, &files[i]);
        if (!there && i == BL_RIG_MODEL) /* what presets call it */
            there = bring_file(b, PROPERTY_MODEL, i, &files[i]);
        any |= there;
    }
    return any;
}

/* Takes the paths out of the array. */
static void take_over(plugin *p, bl_rig_setup_file files[BL_RIG_FILE_COUNT], bool any, const char *rig,
                      const char *settings)
{
    files_drop_requests(p);
    if (rig) {
        if (files_load_rig(p, rig))
            state_hold_settings(p);
    } else {
        if (any) {
            files_name_all(p, files);
        } else {
            files_forget(p);
            files_use_defaults(p);
        }
        state_read_settings(p, settings ? settings : "");
    }
    work_all(p);
}

/* Loads here and now, in every host: no audio thread restores, and an offline render is right from its first sample on. A
 * file that is not there is no failure: it keeps its name, and the error property says so. */
static LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve, LV2_State_Handle state,
                                uint32_t flags, const LV2_Feature *const *features)
{
    plugin *p = handle;
    bringer b = { .p = p,
                  .retrieve = retrieve,
                  .state = state,
                  .map = host_feature(features, LV2_STATE__mapPath),
                  .free = host_feature(features, LV2_STATE__freePath) };
    bl_rig_setup_file files[BL_RIG_FILE_COUNT];
    const bool any = bring_files(&b, files);
    char *rig = bring_path(&b, p->uris.properties[PROPERTY_RIG]);
    char *settings = bring_string(&b, p->uris.state_settings);
    if (!b.no_memory)
        take_over(p, files, any, rig && *rig ? rig : NULL, settings);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        free(files[i].path);
    free(rig);
    free(settings);
    return b.no_memory ? LV2_STATE_ERR_UNKNOWN : LV2_STATE_SUCCESS;
}

const LV2_State_Interface state_interface = { state_save, restore };
