/* ui-host LIBRARY BUNDLE: see ui_host.h. */
#define _GNU_SOURCE
#include "ui_host.h"

#include "test_support.h"

#include <dlfcn.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the library ---- */

void ui_host_load(ui_host *host)
{
    host->module = dlopen(host->library, RTLD_NOW | RTLD_LOCAL);
    if (!host->module) {
        printf("= the library cannot be loaded: %s\n", dlerror());
        exit(1);
    }
    count_in(host->library);
}

void ui_host_unload(ui_host *host)
{
    dlclose(host->module);
    host->module = NULL;
}

static const LV2UI_Descriptor *find_descriptor(ui_host *host, size_t channels)
{
    LV2UI_DescriptorFunction descriptor = NULL;
    *(void **)&descriptor = dlsym(host->module, "lv2ui_descriptor");
    for (uint32_t i = 0; descriptor && descriptor(i); i++)
        if (!strcmp(descriptor(i)->URI, channels == 1 ? MONO_URI "#ui" : STEREO_URI "#ui"))
            return descriptor(i);
    return NULL;
}

/* ---- life of a window ---- */

/* Beside each other, so that both can be reached by the pointer. Without a display, a number that is no window's. */
static xcb_window_t make_parent(ui_host *host, int n)
{
    if (!host->connection)
        return 1;
    const xcb_window_t id = xcb_generate_id(host->connection);
    const uint32_t values[] = { host->screen->white_pixel,
                                XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_STRUCTURE_NOTIFY };
    xcb_create_window(host->connection, XCB_COPY_FROM_PARENT, id, host->screen->root, (int16_t)(n * 1000), 0, 960,
                      540, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_EVENT_MASK, values);
    xcb_map_window(host->connection, id);
    free(
        xcb_get_input_focus_reply(host->connection, xcb_get_input_focus(host->connection), NULL)); /* it is there */
    return id;
}

static void play_first(ui_host *host, hosted *h)
{
    h->number = (int)(h - host->windows);
    h->connection = host->connection;
    memset(h->is_told, 0, sizeof h->is_told);
    if (h->has_plugin)
        return;
    h->has_plugin = small_host_open(&h->plugin, host->offer.channels, 48000, host->bundle,
                                    host->offer.thread ? WORKER_THREAD : WORKER_SYNC);
    small_host_activate(&h->plugin);
}

bool ui_host_open(ui_host *host, int n)
{
    hosted *h = &host->windows[n];
    play_first(host, h);
    h->descriptor = find_descriptor(host, h->plugin.channels);
    h->parent = host->offer.parent ? make_parent(host, n) : 0;
    ui_features_offer(host, h);
    h->is_closed = false;
    h->handle = h->descriptor->instantiate(h->descriptor, h->plugin.channels == 1 ? MONO_URI : STEREO_URI,
                                           host->bundle, ui_host_write, h, &h->widget, h->features);
    h->is_open = h->handle != NULL;
    if (!h->is_open) {
        printf("%d said %s\n", n, h->plugin.logged);
        if (h->parent && host->connection) {
            xcb_destroy_window(host->connection, h->parent);
            xcb_flush(host->connection);
        }
        h->parent = 0;
    }
    return h->is_open;
}

void ui_host_close(hosted *h)
{
    if (h->is_open)
        h->descriptor->cleanup(h->handle);
    h->is_open = false;
}

/* ---- turns ---- */

/* Lines become one. */
static void print_told(hosted *h, property which)
{
    const char *text = small_host_told(&h->plugin, which);
    if (!text)
        return;
    printf("%d told %s ", h->number, property_describe(which)->symbol);
    for (; *text; text++)
        if (*text == '\n')
            fputs(" | ", stdout);
        else
            putchar(*text);
    putchar('\n');
}

static void tell_messages(hosted *h)
{
    const LV2_Atom_Sequence *sequence = (const LV2_Atom_Sequence *)h->plugin.notify;
    const uint32_t transfer = small_host_map(&h->plugin, LV2_ATOM__eventTransfer),
                   port = (uint32_t)port_index(PORT_NOTIFY, h->plugin.channels);
    LV2_ATOM_SEQUENCE_FOREACH(sequence, e)
    h->descriptor->port_event(h->handle, port, lv2_atom_total_size(&e->body), transfer, &e->body);
    for (int which = PROPERTY_STATUS; which < PROPERTY_COUNT; which++)
        print_told(h, (property)which);
}

void ui_host_run(hosted *h)
{
    small_host_run(&h->plugin, HOST_BLOCK);
    if (h->is_open)
        tell_messages(h);
}

static void tell_numbers(hosted *h)
{
    for (int port = PORT_SETTINGS; port < PORT_COUNT; port++) {
        const float value = h->plugin.controls[port];
        const int index = port_index((port_id)port, h->plugin.channels);
        if (index < 0 || (h->is_told[port] && h->told[port] == value))
            continue;
        h->is_told[port] = true;
        h->told[port] = value;
        h->descriptor->port_event(h->handle, (uint32_t)index, sizeof value, 0, &value);
    }
}

/* A tone that comes and goes, so that the meters move. */
static void play(hosted *h)
{
    for (int i = 0; i < HOST_BLOCK; i++, h->phase += 1) {
        const double swell = 0.2 + 0.15 * sin(h->phase * 2 * 3.14159265358979 * 0.7 / 48000);
        h->plugin.in[0][i] = (float)(swell * sin(h->phase * 2 * 3.14159265358979 * 110 / 48000));
        h->plugin.in[1][i] = h->plugin.in[0][i];
    }
    ui_host_run(h);
}

static void look_after_window(hosted *h)
{
    const LV2UI_Idle_Interface *idle = h->descriptor->extension_data(LV2_UI__idleInterface);
    const LV2UI_Show_Interface *show = h->descriptor->extension_data(LV2_UI__showInterface);
    if (h->is_closed || !idle->idle(h->handle))
        return;
    printf("%d closed\n", h->number);
    show->hide(h->handle);
    h->is_closed = true;
}

static void read_keys(ui_host *host)
{
    xcb_generic_event_t *e;
    while ((e = xcb_poll_for_event(host->connection))) {
        const xcb_key_press_event_t *key = (const void *)e;
        for (int n = 0; n < HOST_WINDOWS; n++)
            if ((e->response_type & 0x7F) == XCB_KEY_PRESS && key->event == host->windows[n].parent)
                printf("%d key %d\n", n, key->detail);
        free(e);
    }
}

void ui_host_turn(ui_host *host)
{
    for (int n = 0; n < HOST_WINDOWS; n++) {
        hosted *h = &host->windows[n];
        if (!h->has_plugin)
            continue;
        play(h);
        if (!h->is_open)
            continue;
        tell_numbers(h);
        look_after_window(h);
    }
    if (host->connection)
        read_keys(host);
    fflush(stdout);
}

/* One command when there is one, a turn 60 times a second. */
static void serve(ui_host *host)
{
    char line[8192];
    struct pollfd input = { .fd = 0, .events = POLLIN };
    for (;;) {
        ui_host_turn(host);
        if (poll(&input, 1, 16) <= 0)
            continue;
        if (!fgets(line, sizeof line, stdin))
            break;
        line[strcspn(line, "\n")] = 0;
        if (!strcmp(line, "quit"))
            break;
        ui_command(host, line);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    static ui_host host;
    if (argc != 3) {
        fputs("usage: ui-host LIBRARY BUNDLE\n", stderr);
        return 2;
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* what poll() sees is all there is */
    host.library = argv[1];
    host.bundle = argv[2];
    host.offer = (offer){
        .parent = true, .touch = true, .resize = true, .options = true, .log = true, .scale = 1, .channels = 1
    };
    host.connection = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(host.connection)) {
        xcb_disconnect(host.connection);
        host.connection = NULL;
        host.offer.parent = false;
    } else {
        host.screen = xcb_setup_roots_iterator(xcb_get_setup(host.connection)).data;
    }
    ui_host_load(&host);
    serve(&host);
    for (int n = 0; n < HOST_WINDOWS; n++) {
        ui_host_close(&host.windows[n]);
        if (host.windows[n].has_plugin)
            small_host_close(&host.windows[n].plugin);
    }
    ui_host_unload(&host);
    if (host.connection)
        xcb_disconnect(host.connection);
    return 0;
}
