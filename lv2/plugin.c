/* The plugin's life, as LV2 tells it. */
#include "plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- instantiation ---- */

static char *folder_name(const char *path)
{
    const size_t length = strlen(path);
    char *copy = malloc(length + 2);
    if (!copy)
        return NULL;
    memcpy(copy, path, length + 1);
    if (!length || path[length - 1] != '/')
        memcpy(copy + length, "/", 2);
    return copy;
}

static void init_shared(plugin *p)
{
    for (size_t i = 0; i < PORT_COUNT; i++)
        atomic_init(&p->seen[i], NAN);
    for (size_t i = 0; i < PROPERTY_WRITABLE; i++)
        text_box_init(&p->requests[i]);
    for (size_t i = 0; i < PROPERTY_COUNT; i++)
        text_box_init(&p->reports[i]);
}

static bool create_rig(plugin *p, double rate)
{
    const bl_rig_options options = {
        .rate_hz = rate, .in_channels = p->channels, .out_channels = p->channels, .cpu = BL_CPU_AUTO
    };
    bl_error error;
    if (!bl_rig_create(&options, &p->rig, &error))
        return true;
    host_log(&p->host, &p->uris, error.text);
    return false;
}

static void free_plugin(plugin *p)
{
    bl_rig_free(p->rig);
    files_free(p);
    free(p->bundle);
    bl_lock_free(&p->asking);
    free(p);
}

static LV2_Handle instantiate(const LV2_Descriptor *descriptor, double rate, const char *bundle,
                              const LV2_Feature *const *features)
{
    plugin *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    if (!bl_lock_init(&p->asking)) {
        free(p);
        return NULL;
    }
    p->rate_hz = rate;
    p->channels = strcmp(descriptor->URI, STEREO_URI) ? 1 : 2;
    init_shared(p);
    tuner_tap_init(&p->tuner, rate);
    p->bundle = folder_name(bundle ? bundle : "");
    if (!p->bundle || !host_init(&p->host, &p->uris, features) || !create_rig(p, rate) || !work_start(p, rate)) {
        free_plugin(p);
        return NULL;
    }
    return p;
}

static void cleanup(LV2_Handle handle)
{
    work_stop(handle);
    free_plugin(handle);
}

/* ---- between runs ---- */

static void connect_port(LV2_Handle handle, uint32_t index, void *data)
{
    plugin *p = handle;
    const port_id port = port_at(index, p->channels);
    if (port < PORT_COUNT)
        p->ports[port] = data;
}

/* All that can be ready before the first run() is: so an offline render has its first sample right. A host may wait
 * here. */
static void activate(LV2_Handle handle)
{
    plugin *p = handle;
    float *none[PLUGIN_CHANNELS] = { NULL };
    p->begun = false;
    bl_rig_reset(p->rig);
    switching_settle(p);
    plugin_apply_ports(p);
    files_use_defaults(p);
    work_all(p);
    plugin_apply_ports(p); /* knobs, of models that are known only now */
    bl_rig_process(p->rig, none, (const float *const *)none, 0);
}

static void run(LV2_Handle handle, uint32_t frames)
{
    plugin_run(handle, frames);
}

static const void *extension_data(const char *uri)
{
    if (!strcmp(uri, LV2_STATE__interface))
        return &state_interface;
    if (!strcmp(uri, LV2_WORKER__interface))
        return &work_interface;
    return NULL;
}

/* ---- what the host finds ---- */

static const LV2_Descriptor descriptors[] = {
    { MONO_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data },
    { STEREO_URI, instantiate, connect_port, activate, run, NULL, cleanup, extension_data },
};

LV2_SYMBOL_EXPORT const LV2_Descriptor *lv2_descriptor(uint32_t index)
{
    return index < sizeof descriptors / sizeof *descriptors ? &descriptors[index] : NULL;
}
