/* The small host's memory: sessions. */
#define _GNU_SOURCE
#include "small_host.h"

#include <stdlib.h>
#include <string.h>

/* ---- paths ---- */

static char *join(const char *folder, const char *name)
{
    const size_t length = strlen(folder), rest = strlen(name) + 1;
    char *path = malloc(length + 1 + rest);
    memcpy(path, folder, length);
    path[length] = '/';
    memcpy(path + length + 1, name, rest);
    return path;
}

static char *abstract_path(LV2_State_Map_Path_Handle handle, const char *path)
{
    const char *root = handle;
    const size_t length = strlen(root);
    return strdup(!strncmp(path, root, length) && path[length] == '/' ? path + length + 1 : path);
}

static char *absolute_path(LV2_State_Map_Path_Handle handle, const char *path)
{
    return *path == '/' ? strdup(path) : join(handle, path);
}

static void free_path(LV2_State_Free_Path_Handle handle, char *path)
{
    free(path);
}

/* What save() and restore() are given. */
typedef struct state_features {
    LV2_State_Map_Path map_path;
    LV2_State_Free_Path free_path;
    LV2_Feature data[4];
    const LV2_Feature *list[5];
} state_features;

static void offer(state_features *f, small_host *h, const kept_state *state, bool thread_safe)
{
    size_t count = 0;
    f->map_path = (LV2_State_Map_Path){ (void *)state->root, abstract_path, absolute_path };
    f->free_path = (LV2_State_Free_Path){ NULL, free_path };
    if (state->root) {
        f->data[count++] = (LV2_Feature){ LV2_STATE__mapPath, &f->map_path };
        f->data[count++] = (LV2_Feature){ LV2_STATE__freePath, &f->free_path };
    }
    if (thread_safe)
        f->data[count++] = (LV2_Feature){ LV2_STATE__threadSafeRestore, NULL };
    if (h->worker != WORKER_NONE)
        f->data[count++] = (LV2_Feature){ LV2_WORKER__schedule, &h->schedule };
    for (size_t i = 0; i < count; i++)
        f->list[i] = &f->data[i];
    f->list[count] = NULL;
}

/* ---- save ---- */

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *value, size_t size, uint32_t type,
                              uint32_t flags)
{
    kept_state *state = handle;
    kept *place = (kept *)kept_state_find(state, key);
    if (!value || !size)
        return LV2_STATE_ERR_UNKNOWN;
    if (!place && state->count == sizeof state->values / sizeof *state->values)
        return LV2_STATE_ERR_NO_SPACE;
    if (place)
        free(place->value);
    else
        place = &state->values[state->count++];
    *place = (kept){ key, type, flags, size, malloc(size) };
    memcpy(place->value, value, size);
    return LV2_STATE_SUCCESS;
}

LV2_State_Status small_host_save(small_host *h, kept_state *state)
{
    const LV2_State_Interface *interface = small_host_interface(h, LV2_STATE__interface);
    state_features features;
    state->count = 0;
    offer(&features, h, state, false);
    return interface->save(h->handle, store, state, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, features.list);
}

/* ---- restore ---- */

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type, uint32_t *flags)
{
    const kept *found = kept_state_find(handle, key);
    if (!found)
        return NULL;
    *size = found->size;
    *type = found->type;
    *flags = found->flags;
    return found->value;
}

LV2_State_Status small_host_restore(small_host *h, const kept_state *state, bool thread_safe)
{
    const LV2_State_Interface *interface = small_host_interface(h, LV2_STATE__interface);
    state_features features;
    offer(&features, h, state, thread_safe);
    return interface->restore(h->handle, retrieve, (void *)state, 0, features.list);
}

const kept *kept_state_find(const kept_state *state, LV2_URID key)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->values[i].key == key)
            return &state->values[i];
    return NULL;
}

void kept_state_free(kept_state *state)
{
    for (size_t i = 0; i < state->count; i++)
        free(state->values[i].value);
    state->count = 0;
}
