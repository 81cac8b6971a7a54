/* What the host offers its windows. */
#include "ui_host.h"

#include <lv2/buf-size/buf-size.h>
#include <lv2/parameters/parameters.h>
#include <lv2/patch/patch.h>
#include <stdio.h>
#include <string.h>

static const char *symbol_of(const hosted *h, uint32_t index)
{
    const port_id port = port_at(index, h->plugin.channels);
    return port == PORT_COUNT ? "?" : port_describe(port, h->plugin.channels).symbol;
}

/* ---- from the window to the plugin ---- */

static const LV2_Atom *value_of(const LV2_Atom_Object *object, LV2_URID key)
{
    LV2_ATOM_OBJECT_FOREACH(object, p)
    {
        if (p->key == key)
            return &p->value;
    }
    return NULL;
}

static const char *property_name(hosted *h, LV2_URID urid)
{
    const char *uri = small_host_unmap(&h->plugin, urid);
    return uri && !strncmp(uri, PROPERTY_PREFIX, strlen(PROPERTY_PREFIX)) ? uri + strlen(PROPERTY_PREFIX) : "?";
}

static void report_message(hosted *h, const LV2_Atom *atom)
{
    small_host *p = &h->plugin;
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)atom;
    if (object->body.otype == small_host_map(p, LV2_PATCH__Get)) {
        printf("%d get\n", h->number);
        return;
    }
    const LV2_Atom_URID *about = (const LV2_Atom_URID *)value_of(object, small_host_map(p, LV2_PATCH__property));
    const LV2_Atom *value = value_of(object, small_host_map(p, LV2_PATCH__value));
    if (!about || !value)
        printf("%d message of no kind\n", h->number);
    else if (value->type == p->forge.Path)
        printf("%d set %s %s\n", h->number, property_name(h, about->body), (const char *)(value + 1));
    else if (value->type == p->forge.Bool)
        printf("%d %s %d\n", h->number, property_name(h, about->body), ((const LV2_Atom_Bool *)value)->body);
    else if (value->type == p->forge.Float)
        printf("%d set %s %g\n", h->number, property_name(h, about->body),
               (double)((const LV2_Atom_Float *)value)->body);
    else
        printf("%d set %s of no type\n", h->number, property_name(h, about->body));
}

void ui_host_write(LV2UI_Controller controller, uint32_t index, uint32_t size, uint32_t protocol,
                   const void *buffer)
{
    hosted *h = controller;
    const port_id port = port_at(index, h->plugin.channels);
    if (!protocol && size == sizeof(float) && port >= PORT_SETTINGS && port < PORT_LATENCY) {
        memcpy(&h->plugin.controls[port], buffer, size);
        h->told[port] = h->plugin.controls[port];
        printf("%d write %s %.6g\n", h->number, symbol_of(h, index), (double)h->told[port]);
    } else if (protocol == small_host_map(&h->plugin, LV2_ATOM__eventTransfer) && port == PORT_CONTROL &&
               size == lv2_atom_total_size(buffer)) {
        report_message(h, buffer);
        small_host_raw(&h->plugin, 0, buffer, size);
    } else {
        printf("%d wrote nonsense to %s\n", h->number, symbol_of(h, index));
    }
}

/* ---- features ---- */

static void touch(LV2UI_Feature_Handle handle, uint32_t index, bool grabbed)
{
    const hosted *h = handle;
    printf("%d touch %s %d\n", h->number, symbol_of(h, index), grabbed);
}

static LV2UI_Request_Value_Status request(LV2UI_Feature_Handle handle, LV2_URID key, LV2_URID type,
                                          const LV2_Feature *const *features)
{
    hosted *h = handle;
    printf("%d request %s\n", h->number, property_name(h, key));
    return LV2UI_REQUEST_VALUE_SUCCESS;
}

static int resize(LV2UI_Feature_Handle handle, int width, int height)
{
    const hosted *h = handle;
    const uint32_t size[2] = { (uint32_t)width, (uint32_t)height };
    if (h->parent) {
        xcb_configure_window(h->connection, h->parent, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
        xcb_flush(h->connection);
    }
    printf("%d size %d %d\n", h->number, width, height);
    return 0;
}

static uint32_t find_port(LV2UI_Feature_Handle handle, const char *symbol)
{
    const hosted *h = handle;
    for (uint32_t i = 0; port_at(i, h->plugin.channels) != PORT_COUNT; i++)
        if (!strcmp(symbol_of(h, i), symbol))
            return i;
    return LV2UI_INVALID_PORT_INDEX;
}

static void add(hosted *h, size_t *count, const char *uri, void *data)
{
    h->feature_data[*count] = (LV2_Feature){ uri, data };
    h->features[*count] = &h->feature_data[*count];
    ++*count;
}

static LV2_Options_Option option(hosted *h, const char *key, const float *value)
{
    return (LV2_Options_Option){ LV2_OPTIONS_INSTANCE,  0,    small_host_map(&h->plugin, key), sizeof *value,
                                 h->plugin.forge.Float, value };
}

static void make_options(hosted *h, const offer *o)
{
    int count = 0;
    h->scale = o->scale;
    h->rate = 30;
    h->sample_rate = 48000;
    memset(h->options, 0, sizeof h->options);
    if (o->scale > 0)
        h->options[count++] = option(h, LV2_UI__scaleFactor, &h->scale);
    h->options[count++] = option(h, LV2_UI__updateRate, &h->rate);
    h->options[count] = option(h, LV2_PARAMETERS__sampleRate, &h->sample_rate);
}

/* With a feature that has no name, as some hosts have. */
void ui_features_offer(ui_host *host, hosted *h)
{
    const offer *o = &host->offer;
    size_t count = 0;
    h->touch = (LV2UI_Touch){ h, touch };
    h->request = (LV2UI_Request_Value){ h, request };
    h->resize = (LV2UI_Resize){ h, resize };
    h->port_map = (LV2UI_Port_Map){ h, find_port };
    make_options(h, o);
    add(h, &count, NULL, NULL);
    add(h, &count, LV2_URID__map, &h->plugin.map);
    add(h, &count, LV2_UI__idleInterface, NULL);
    if (o->log)
        add(h, &count, LV2_LOG__log, &h->plugin.log);
    if (o->parent)
        add(h, &count, LV2_UI__parent, (void *)(uintptr_t)h->parent);
    if (o->touch)
        add(h, &count, LV2_UI__touch, &h->touch);
    if (o->request)
        add(h, &count, LV2_UI__requestValue, &h->request);
    if (o->resize)
        add(h, &count, LV2_UI__resize, &h->resize);
    if (o->port_map)
        add(h, &count, LV2_UI__portMap, &h->port_map);
    if (o->options)
        add(h, &count, LV2_OPTIONS__options, h->options);
    h->features[count] = NULL;
}
