#include "plugin_ui.h"

#include <lv2/atom/atom.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- birth ---- */

/* Into the host's log, or, where it has none, where a user who started it from a terminal sees it. */
static void say(const ui *u, const char *sentence)
{
    if (u->host.log && u->host.log->printf)
        host_log(&u->host, &u->uris, sentence);
    else
        fprintf(stderr, "backline: %s\n", sentence);
}

/* By symbol where the host knows those, as the plugin may be of another version; else by our own list. */
static void find_ports(ui *u, const LV2UI_Port_Map *by_symbol)
{
    for (int port = 0; port < PORT_COUNT; port++) {
        const int index = port_index((port_id)port, u->channels);
        u->indices[port] = index < 0 ? LV2UI_INVALID_PORT_INDEX : (uint32_t)index;
        if (index >= 0 && by_symbol && by_symbol->port_index)
            u->indices[port] =
                by_symbol->port_index(by_symbol->handle, port_describe((port_id)port, u->channels).symbol);
    }
}

static void find_features(ui *u, const LV2_Feature *const *features)
{
    u->event_transfer = u->host.map->map(u->host.map->handle, LV2_ATOM__eventTransfer);
    u->touch = host_feature(features, LV2_UI__touch);
    if (u->touch && !u->touch->touch)
        u->touch = NULL;
    u->request = host_feature(features, LV2_UI__requestValue);
    u->resize = host_feature(features, LV2_UI__resize);
    find_ports(u, host_feature(features, LV2_UI__portMap));
}

static bool open_window(ui *u, const LV2_Feature *const *features)
{
    ui_options options = { .rate_hz = 48000 };
    char error[WINDOW_ERROR];
    options_read(u, host_feature(features, LV2_OPTIONS__options), &options);
    const window_wish wish = { .parent = (uint32_t)(uintptr_t)host_feature(features, LV2_UI__parent),
                               .title = options.title,
                               .scale = options.scale,
                               .rate = options.rate };
    const face_owner owner = binding_owner(u);
    u->face = face_create(&owner, options.rate_hz);
    if (!u->face) {
        say(u, "There is no memory for the window.");
        return false;
    }
    u->window = window_create(u->face, &wish, error);
    if (!u->window)
        say(u, error);
    /* A host that embeds nothing and has no display (jalv's console) goes on as if it had a window, and would crash without:
     * it gets one that cannot be shown and counts as closed. */
    return u->window || !wish.parent;
}

static void tell_size(ui *u)
{
    int width, height;
    if (!u->window)
        return;
    window_size(u->window, &width, &height);
    if (u->resize && u->resize->ui_resize)
        u->resize->ui_resize(u->resize->handle, width, height);
}

static void release(ui *u)
{
    window_free(u->window);
    face_free(u->face);
    free(u);
}

static LV2UI_Handle instantiate(const LV2UI_Descriptor *descriptor, const char *plugin_uri, const char *bundle_path,
                                LV2UI_Write_Function write, LV2UI_Controller controller, LV2UI_Widget *widget,
                                const LV2_Feature *const *features)
{
    ui *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->channels = !strcmp(descriptor->URI, MONO_UI_URI) ? 1 : 2;
    u->write = write;
    u->controller = controller;
    for (int port = 0; port < PORT_COUNT; port++)
        u->values[port] = NAN;
    if (!host_init(&u->host, &u->uris, features)) {
        say(u, "The window cannot be opened: the host cannot map URIs.");
        free(u);
        return NULL;
    }
    if (strcmp(plugin_uri, u->channels == 1 ? MONO_URI : STEREO_URI)) {
        say(u, "The window cannot be opened: it belongs to another plugin.");
        free(u);
        return NULL;
    }
    find_features(u, features);
    if (!open_window(u, features)) {
        release(u);
        return NULL;
    }
    if (bundle_path)
        face_add_place(u->face, "Bundled", bundle_path);
    *widget = u->window ? (LV2UI_Widget)(uintptr_t)window_id(u->window) : NULL;
    tell_size(u);
    binding_open(u);
    return u;
}

static void cleanup(LV2UI_Handle handle)
{
    ui *u = handle;
    binding_close(u);
    release(u);
}

/* ---- life ---- */

static void port_event(LV2UI_Handle handle, uint32_t index, uint32_t size, uint32_t format, const void *buffer)
{
    ui *u = handle;
    const port_id port = binding_port(u, index);
    float value;
    if (port == PORT_COUNT || !buffer)
        return;
    if (format == 0 && size == sizeof value && port_describe(port, u->channels).type == PORT_FLOAT) {
        memcpy(&value, buffer, sizeof value);
        binding_number(u, port, value);
    } else if (format && format == u->event_transfer && port == PORT_NOTIFY) {
        binding_message(u, buffer, size);
    }
}

static int idle(LV2UI_Handle handle)
{
    ui *u = handle;
    binding_idle(u);
    return u->window ? window_idle(u->window) : 1;
}

static int show(LV2UI_Handle handle)
{
    ui *u = handle;
    if (!u->window)
        return 1;
    window_show(u->window, true);
    return 0;
}

static int hide(LV2UI_Handle handle)
{
    ui *u = handle;
    if (u->window)
        window_show(u->window, false);
    return 0;
}

/* The host has given the window more or less room. */
static int resize(LV2UI_Feature_Handle handle, int width, int height)
{
    ui *u = handle;
    if (!u->window)
        return 1;
    window_resize(u->window, width, height);
    return 0;
}

static uint32_t get_options(LV2_Handle handle, LV2_Options_Option *options)
{
    return LV2_OPTIONS_ERR_UNKNOWN;
}

/* The window went to another screen. */
static uint32_t set_options(LV2_Handle handle, const LV2_Options_Option *options)
{
    ui *u = handle;
    ui_options changed = { 0 };
    options_read(u, options, &changed);
    if (changed.scale > 0 && u->window) {
        window_set_scale(u->window, changed.scale);
        tell_size(u);
    }
    return LV2_OPTIONS_SUCCESS;
}

static const void *extension_data(const char *uri)
{
    static const LV2UI_Idle_Interface idle_interface = { idle };
    static const LV2UI_Show_Interface show_interface = { show, hide };
    static const LV2UI_Resize resize_interface = { NULL, resize };
    static const LV2_Options_Interface options_interface = { get_options, set_options };
    if (!strcmp(uri, LV2_UI__idleInterface))
        return &idle_interface;
    if (!strcmp(uri, LV2_UI__showInterface))
        return &show_interface;
    if (!strcmp(uri, LV2_UI__resize))
        return &resize_interface;
    return !strcmp(uri, LV2_OPTIONS__interface) ? &options_interface : NULL;
}

LV2_SYMBOL_EXPORT const LV2UI_Descriptor *lv2ui_descriptor(uint32_t index)
{
    static const LV2UI_Descriptor descriptors[] = {
        { MONO_UI_URI, instantiate, cleanup, port_event, extension_data },
        { STEREO_UI_URI, instantiate, cleanup, port_event, extension_data },
    };
    return index < sizeof descriptors / sizeof *descriptors ? &descriptors[index] : NULL;
}
