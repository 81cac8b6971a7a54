/* The plugin, while its host's memory runs out: instantiate, restore and save. The host here allocates nothing itself. */
#define _GNU_SOURCE
#include "rig_files.h"
#include "tries.h"

#include "lv2/plugin.h"
#include "lv2/ports.h"
#include "lv2/properties.h"

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES = 64, MOST = 250, MOST_URIS = 400, MOST_KEYS = 64 };

static char mapped[MOST_URIS][120];

static LV2_URID map(LV2_URID_Map_Handle handle, const char *uri)
{
    LV2_URID i = 0;
    while (i < MOST_URIS - 1 && *mapped[i] && strcmp(mapped[i], uri))
        i++;
    snprintf(mapped[i], sizeof mapped[i], "%s", uri);
    return i + 1;
}

static LV2_URID_Map urid_map = { NULL, map };
static const LV2_Feature map_feature = { LV2_URID__map, &urid_map };
static const LV2_Feature *const features[] = { &map_feature, NULL };

/* What is kept of a session. */
typedef struct kept {
    LV2_URID key, type;
    uint32_t flags;
    size_t size;
    char value[600];
} kept;

typedef struct session {
    kept keys[MOST_KEYS];
    size_t count;
} session;

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *value, size_t size, uint32_t type,
                              uint32_t flags)
{
    session *s = handle;
    kept *k = &s->keys[s->count++];
    if (s->count > MOST_KEYS || size > sizeof k->value)
        return LV2_STATE_ERR_NO_SPACE;
    *k = (kept){ .key = key, .type = type, .flags = flags, .size = size };
    memcpy(k->value, value, size);
    return LV2_STATE_SUCCESS;
}

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type, uint32_t *flags)
{
    const session *s = handle;
    for (size_t i = 0; i < s->count; i++)
        if (s->keys[i].key == key) {
            *size = s->keys[i].size;
            *type = s->keys[i].type;
            *flags = s->keys[i].flags;
            return s->keys[i].value;
        }
    return NULL;
}

/* ---- one instance ---- */

typedef struct instance {
    LV2_Handle handle;
    float controls[PORT_COUNT], in[FRAMES], out[FRAMES];
    session saved;
} instance;

static const LV2_Descriptor *descriptor(void)
{
    return lv2_descriptor(0);
}

static const LV2_State_Interface *interface(void)
{
    return descriptor()->extension_data(LV2_STATE__interface);
}

static bl_status told(bool ok, bl_error *error)
{
    if (!ok)
        *error = (bl_error){ BL_ERR_NO_MEM, "There is no memory, and LV2 has no sentences." };
    return ok ? BL_OK : BL_ERR_NO_MEM;
}

static bl_status instantiate(void *context, bl_error *error)
{
    instance *i = context;
    i->handle = descriptor()->instantiate(descriptor(), 48000, "/nowhere", features);
    return told(i->handle, error);
}

static void cleanup(void *context, bl_status status)
{
    instance *i = context;
    if (i->handle)
        descriptor()->cleanup(i->handle);
    i->handle = NULL;
}

static void play(instance *i)
{
    for (int t = 0; t < FRAMES; t++)
        i->in[t] = 0.3f * sinf(0.1f * (float)t);
    descriptor()->run(i->handle, FRAMES);
    for (int t = 0; t < FRAMES; t++)
        assert_true(isfinite(i->out[t]));
}

static void open_instance(void *context)
{
    instance *i = context;
    bl_error error;
    assert_int_equal(instantiate(i, &error), BL_OK);
    for (int p = 0; p < PORT_COUNT; p++) {
        const int index = port_index((port_id)p, 1);
        const port_info info = port_describe((port_id)p, 1);
        i->controls[p] = info.value.initial;
        if (index >= 0)
            descriptor()->connect_port(i->handle, (uint32_t)index,
                                       p == PORT_IN_1            ? i->in
                                       : p == PORT_OUT_1         ? i->out
                                       : info.type == PORT_FLOAT ? &i->controls[p]
                                                                 : NULL);
    }
    descriptor()->activate(i->handle);
    play(i);
}

/* A session with a model and an impulse response. */
static session wanted;

static bl_status restore(void *context, bl_error *error)
{
    instance *i = context;
    return told(!interface()->restore(i->handle, retrieve, &wanted, 0, features), error);
}

/* It lives on, and the same session is brought back when there is memory again. */
static void restored(void *context, bl_status status)
{
    instance *i = context;
    bl_error error;
    play(i);
    if (status || scarce_hit())
        assert_int_equal(restore(i, &error), BL_OK);
    play(i);
    i->saved.count = 0;
    assert_int_equal(interface()->save(i->handle, store, &i->saved, 0, features), LV2_STATE_SUCCESS);
    assert_int_equal(i->saved.count, wanted.count);
    assert_memory_equal(i->saved.keys, wanted.keys, wanted.count * sizeof *wanted.keys);
    assert_true(i->out[FRAMES - 1] != 0);
    cleanup(i, BL_OK);
}

static void open_restored(void *context)
{
    bl_error error;
    open_instance(context);
    assert_int_equal(restore(context, &error), BL_OK);
}

static bl_status save(void *context, bl_error *error)
{
    instance *i = context;
    i->saved.count = 0;
    return told(!interface()->save(i->handle, store, &i->saved, 0, features), error);
}

/* A session that was saved is whole. */
static void saved(void *context, bl_status status)
{
    instance *i = context;
    if (!status) {
        assert_int_equal(i->saved.count, wanted.count);
        assert_memory_equal(i->saved.keys, wanted.keys, wanted.count * sizeof *wanted.keys);
    }
    play(i);
    cleanup(i, BL_OK);
}

/* ---- tests ---- */

static void add(const char *key, const char *path)
{
    const LV2_URID type = map(NULL, LV2_ATOM__Path);
    store(&wanted, map(NULL, key), path, strlen(path) + 1, type, LV2_STATE_IS_POD);
}

/* As the plugin itself saves it. */
static void make_wanted(instance *i)
{
    char key[160];
    wanted.count = 0;
    snprintf(key, sizeof key, "%s%s", PROPERTY_PREFIX, property_describe(PROPERTY_SLOTS)->symbol);
    add(key, rig_files_path("a.nam"));
    snprintf(key, sizeof key, "%s%s", PROPERTY_PREFIX, property_describe(PROPERTY_CABINET_1)->symbol);
    add(key, rig_files_path("room.wav"));
    open_restored(i);
    play(i);
    session s = { .count = 0 };
    assert_int_equal(interface()->save(i->handle, store, &s, 0, features), LV2_STATE_SUCCESS);
    cleanup(i, BL_OK);
    wanted = s;
}

static void test_life(void **state)
{
    static instance i;
    if (!scarce_works())
        skip();
    make_wanted(&i);
    size_t failures = try_call(&(call){ "instantiate", instantiate, NULL, cleanup, &i, false }, MOST);
    failures += try_call(&(call){ "restore", restore, open_instance, restored, &i, true }, MOST);
    failures += try_call(&(call){ "save", save, open_restored, saved, &i, true }, MOST);
    print_message("%zu failures\n", failures);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_life) };
    return cmocka_run_group_tests(tests, rig_files_make, rig_files_remove);
}
