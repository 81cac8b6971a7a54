/* What a script can ask of the host. N is the number of a window; all answers are one line.
 *
 *     offer WHAT VALUE             for the next window: parent, touch, request, resize, port_map, options, log, scale, channels;
 *                                for its plugin: thread, a worker
 *     open N, close N              close: its parent goes as well, the plugin plays on
 *     end N                        the plugin of a closed window ends
 *     window N                     = X11's number of the window, and of its parent
 *     size N                       = width and height of the window, as the server has them
 *     items N PAGE KNOBS TUNER     = where things are in a window that shows that page: KIND/NAME/X/Y ...
 *     layout 0 WIDTH HEIGHT        = the same for a window of that size, which need not be there, and its first page
 *     port N SYMBOL [VALUE]        sets an input, as automation does, or = its value
 *     sound N                      = how loud a steady tone comes out of the plugin, in dB
 *     resize N W H, pull N W H     by ui:resize; by the server
 *     scale N S                    by opts:interface
 *     show N 0|1                   ui:showInterface
 *     dots N DOTS                  sets the desktop's Xft.dpi; 0: none
 *     hide N                       the host unmaps the parent
 *     delete N                     the window manager's close button
 *     shot N FILE [X Y W H]        a PNG of the window, or of a part of it, as the server has it
 *     cost N SECONDS FED           = CPU seconds and the library's own allocations, with the plugin (1) or without (0)
 *     cycle N COUNT                opens and closes it so often, with the library; = descriptors, bytes,
 *                                mapped bytes and windows, before and after
 *     orphan N                     destroys the parent, as some hosts do before they close the window
 *     nonsense N COUNT             strange port events
 *     wreck                        = what the library does and says without a display */
#define _GNU_SOURCE
#include "ui_host.h"

#include "layout.h"
#include "test_support.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void reply_for_all(xcb_connection_t *c)
{
    free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
}

/* ---- life ---- */

static void do_open(ui_host *host, hosted *h, char *rest)
{
    printf("= %d\n", ui_host_open(host, (int)(h - host->windows)));
}

void ui_close_window(ui_host *host, hosted *h)
{
    ui_host_close(h);
    if (h->parent) {
        xcb_destroy_window(host->connection, h->parent);
        reply_for_all(host->connection);
    }
    h->parent = 0;
}

static void do_close(ui_host *host, hosted *h, char *rest)
{
    ui_close_window(host, h);
    puts("= closed");
}

static void do_end(ui_host *host, hosted *h, char *rest)
{
    if (h->has_plugin)
        small_host_close(&h->plugin);
    h->has_plugin = false;
    puts("= ended");
}

static void do_offer(ui_host *host, hosted *h, char *rest)
{
    char what[32];
    float value;
    offer *o = &host->offer;
    const struct {
        const char *name;
        bool *flag;
    } flags[] = { { "parent", &o->parent }, { "touch", &o->touch },       { "request", &o->request },
                  { "resize", &o->resize }, { "port_map", &o->port_map }, { "options", &o->options },
                  { "log", &o->log },       { "thread", &o->thread } };
    if (sscanf(rest, "%31s %f", what, &value) != 2)
        what[0] = 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!strcmp(what, flags[i].name))
            *flags[i].flag = value > 0;
    if (!strcmp(what, "scale"))
        o->scale = value;
    if (!strcmp(what, "channels"))
        o->channels = (size_t)value;
    puts("= offered");
}

/* ---- where things are ---- */

static xcb_window_t window_of(const hosted *h)
{
    return (xcb_window_t)(uintptr_t)h->widget;
}

static void do_window(ui_host *host, hosted *h, char *rest)
{
    printf("= %u %u\n", window_of(h), h->parent);
}

static bool size_of(ui_host *host, const hosted *h, int *width, int *height)
{
    xcb_get_geometry_reply_t *r =
        xcb_get_geometry_reply(host->connection, xcb_get_geometry(host->connection, window_of(h)), NULL);
    const bool is = r != NULL;
    *width = is ? r->width : 0;
    *height = is ? r->height : 0;
    free(r);
    return is;
}

static void do_size(ui_host *host, hosted *h, char *rest)
{
    int width, height;
    size_of(host, h, &width, &height);
    printf("= %d %d\n", width, height);
}

static const char *const kind_names[] = {
    [ITEM_METER] = "meter",
    [ITEM_MODEL] = "model",
    [ITEM_CABINET] = "cabinet",
    [ITEM_KNOB] = "knob",
    [ITEM_SWITCH] = "switch",
    [ITEM_CHOICE] = "choice",
    [ITEM_MODEL_KNOB] = "model_knob",
    [ITEM_SLOT] = "slot",
    [ITEM_TAB] = "tab",
    [ITEM_PREVIOUS] = "previous",
    [ITEM_NEXT] = "next",
    [ITEM_BROWSE] = "browse",
    [ITEM_CLEAR] = "clear",
    [ITEM_HOST_BROWSE] = "host_browse",
    [ITEM_UNDO] = "undo",
    [ITEM_TUNER] = "tuner",
    [ITEM_BYPASS] = "bypass",
};

/* Settings by symbol, everything else by number. */
static void print_item(const item *i, double scale)
{
    char name[32];
    const bool setting = i->kind == ITEM_KNOB || i->kind == ITEM_SWITCH || i->kind == ITEM_CHOICE;
    if (i->kind >= (int)(sizeof kind_names / sizeof *kind_names) || !kind_names[i->kind])
        return;
    snprintf(name, sizeof name, "%d", i->index);
    printf(" %s/%s/%d/%d", kind_names[i->kind],
           setting ? bl_rig_param_describe((bl_rig_param)i->index)->symbol : name,
           (int)((i->box.x + i->box.w / 2) * scale), (int)((i->box.y + i->box.h / 2) * scale));
}

static void print_items(const layout_wish *wish, double scale)
{
    layout l;
    layout_make(&l, wish);
    printf("=");
    for (size_t i = 0; i < l.count; i++)
        print_item(&l.items[i], scale);
    putchar('\n');
}

static void do_layout(ui_host *host, hosted *h, char *rest)
{
    layout_wish wish = { .page = PAGE_MAIN };
    sscanf(rest, "%lf %lf", &wish.width, &wish.height);
    print_items(&wish, 1);
}

static void do_items(ui_host *host, hosted *h, char *rest)
{
    int page = 0, knobs = 0, tuner = 0, width, height;
    sscanf(rest, "%d %d %d", &page, &knobs, &tuner);
    size_of(host, h, &width, &height);
    const double scale = h->scale > 0 ? (double)h->scale : 1;
    const layout_wish wish = { .width = width / scale,
                               .height = height / scale,
                               .page = (layout_page)page,
                               .model_knobs = (size_t)knobs,
                               .tuner = tuner,
                               .host_browse = host->offer.request };
    print_items(&wish, scale);
}

/* ---- ports and sound ---- */

static void do_port(ui_host *host, hosted *h, char *rest)
{
    char symbol[64] = "";
    float value;
    const int fields = sscanf(rest, "%63s %f", symbol, &value);
    for (int port = PORT_SETTINGS; port < PORT_COUNT; port++)
        if (!strcmp(port_describe((port_id)port, h->plugin.channels).symbol, symbol)) {
            if (fields == 2)
                h->plugin.controls[port] = value;
            printf("= %.6g\n", (double)h->plugin.controls[port]);
            return;
        }
    puts("= there is no such port");
}

static void do_sound(ui_host *host, hosted *h, char *rest)
{
    double sum = 0;
    for (int block = 0; block < 60; block++) {
        for (int i = 0; i < HOST_BLOCK; i++) {
            const double t = (block * HOST_BLOCK + i) / 48000.0;
            h->plugin.in[0][i] = h->plugin.in[1][i] = (float)(0.1 * sin(2 * 3.14159265358979 * 110 * t));
        }
        ui_host_run(h);
        for (int i = 0; block >= 45 && i < HOST_BLOCK; i++)
            sum += (double)h->plugin.out[0][i] * (double)h->plugin.out[0][i] / (15 * HOST_BLOCK);
    }
    printf("= %.2f\n", 10 * log10(sum + 1e-20));
}

/* ---- what hosts do with windows ---- */

static void do_resize(ui_host *host, hosted *h, char *rest)
{
    const LV2UI_Resize *resize = h->descriptor->extension_data(LV2_UI__resize);
    unsigned size[2] = { 1, 1 };
    sscanf(rest, "%u %u", &size[0], &size[1]);
    if (h->parent)
        xcb_configure_window(host->connection, h->parent, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
    reply_for_all(host->connection);
    printf("= %d\n", resize->ui_resize(h->handle, (int)size[0], (int)size[1]));
}

static void do_pull(ui_host *host, hosted *h, char *rest)
{
    unsigned size[2] = { 1, 1 };
    sscanf(rest, "%u %u", &size[0], &size[1]);
    xcb_configure_window(host->connection, h->parent, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
    xcb_configure_window(host->connection, window_of(h), XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
    reply_for_all(host->connection);
    puts("= pulled");
}

static void do_scale(ui_host *host, hosted *h, char *rest)
{
    const LV2_Options_Interface *options = h->descriptor->extension_data(LV2_OPTIONS__interface);
    h->scale = strtof(rest, NULL);
    const LV2_Options_Option o[2] = { { LV2_OPTIONS_INSTANCE, 0, small_host_map(&h->plugin, LV2_UI__scaleFactor),
                                        sizeof h->scale, h->plugin.forge.Float, &h->scale } };
    printf("= %u\n", options->set(h->handle, o));
}

static void do_show(ui_host *host, hosted *h, char *rest)
{
    const LV2UI_Show_Interface *show = h->descriptor->extension_data(LV2_UI__showInterface);
    h->is_closed = false;
    printf("= %d\n", *rest == '1' ? show->show(h->handle) : show->hide(h->handle));
}

static void do_shot(ui_host *host, hosted *h, char *rest)
{
    int x = 0, y = 0, width, height;
    char *part = strchr(rest, ' ');
    size_of(host, h, &width, &height);
    if (part) {
        *part = 0;
        sscanf(part + 1, "%d %d %d %d", &x, &y, &width, &height);
    }
    xcb_get_image_reply_t *r =
        xcb_get_image_reply(host->connection,
                            xcb_get_image(host->connection, XCB_IMAGE_FORMAT_Z_PIXMAP, window_of(h), (int16_t)x,
                                          (int16_t)y, (uint16_t)width, (uint16_t)height, ~0U),
                            NULL);
    if (!r) {
        puts("= there is no picture");
        return;
    }
    cairo_surface_t *s =
        cairo_image_surface_create_for_data(xcb_get_image_data(r), CAIRO_FORMAT_RGB24, width, height, width * 4);
    printf("= %s\n", cairo_status_to_string(cairo_surface_write_to_png(s, rest)));
    cairo_surface_destroy(s);
    free(r);
}

/* The host destroys what is its own; the server takes our window with it, and nobody has told the library yet. */
static void do_orphan(ui_host *host, hosted *h, char *rest)
{
    xcb_destroy_window(host->connection, h->parent);
    reply_for_all(host->connection);
    h->parent = 0;
    puts("= orphaned");
}

static void do_hide(ui_host *host, hosted *h, char *rest)
{
    xcb_unmap_window(host->connection, h->parent);
    reply_for_all(host->connection);
    puts("= hidden");
}

static xcb_atom_t atom(ui_host *host, const char *name)
{
    xcb_intern_atom_reply_t *r = xcb_intern_atom_reply(
        host->connection, xcb_intern_atom(host->connection, 0, (uint16_t)strlen(name), name), NULL);
    const xcb_atom_t found = r ? r->atom : XCB_NONE;
    free(r);
    return found;
}

static void do_dots(ui_host *host, hosted *h, char *rest)
{
    char text[128];
    const int dots = atoi(rest);
    const int length = snprintf(
        text, sizeof text, dots ? "Xcursor.size:\t24\nXft.dpi:\t%d\nXft.hinting:\t1\n" : "Xft.hinting:\t1\n", dots);
    xcb_change_property(host->connection, XCB_PROP_MODE_REPLACE, host->screen->root, XCB_ATOM_RESOURCE_MANAGER,
                        XCB_ATOM_STRING, 8, (uint32_t)length, text);
    reply_for_all(host->connection);
    puts("= dots");
}

static void do_delete(ui_host *host, hosted *h, char *rest)
{
    xcb_client_message_event_t e = { .response_type = XCB_CLIENT_MESSAGE,
                                     .format = 32,
                                     .window = window_of(h),
                                     .type = atom(host, "WM_PROTOCOLS") };
    e.data.data32[0] = atom(host, "WM_DELETE_WINDOW");
    xcb_send_event(host->connection, 0, window_of(h), XCB_EVENT_MASK_NO_EVENT, (const char *)&e);
    reply_for_all(host->connection);
    puts("= deleted");
}

/* ---- hosts with bugs ---- */

/* Any bytes of any length, with any number and any format; some are messages that are nearly right. */
static void do_nonsense(ui_host *host, hosted *h, char *rest)
{
    bl_random random = { 7 };
    uint8_t bytes[256];
    for (int i = 0; i < atoi(rest); i++) {
        const uint32_t size = (uint32_t)(bl_random_next(&random) % sizeof bytes);
        for (size_t b = 0; b < sizeof bytes; b++)
            bytes[b] = (uint8_t)bl_random_next(&random);
        if (i % 2) {
            const LV2_URID object = h->plugin.forge.Object,
                           about = small_host_map(&h->plugin, "http://lv2plug.in/ns/ext/patch#Set");
            memcpy(bytes + 4, &object, 4);
            memcpy(bytes + 12, &about, 4);
        }
        uint8_t *exact = malloc(size + 1); /* so that a sanitizer sees reads beyond it */
        memcpy(exact, bytes, size);
        h->descriptor->port_event(h->handle, (uint32_t)(i % 70), size,
                                  bl_random_next(&random) % 3 ? (uint32_t)(i % 50) : 0, exact);
        free(exact);
    }
    puts("= survived");
}

/* Hosts that embed nothing (jalv) do not look whether they got an instance: theirs counts as closed at once. */
static void do_wreck(ui_host *host, hosted *h, char *rest)
{
    h->plugin.logged[0] = 0;
    if (!ui_host_open(host, (int)(h - host->windows))) {
        printf("= refused %s\n", h->plugin.logged);
        return;
    }
    const LV2UI_Show_Interface *show = h->descriptor->extension_data(LV2_UI__showInterface);
    const LV2UI_Idle_Interface *idle = h->descriptor->extension_data(LV2_UI__idleInterface);
    const bool closed = show->show(h->handle) && idle->idle(h->handle) && !show->hide(h->handle);
    ui_host_close(h);
    printf("= %s %s\n", closed ? "closed" : "shown", h->plugin.logged);
}

void ui_command(ui_host *host, char *line)
{
    static const struct {
        const char *name;
        void (*run)(ui_host *host, hosted *h, char *rest);
    } commands[] = {
        { "open", do_open },     { "close", do_close },       { "end", do_end },      { "offer", do_offer },
        { "window", do_window }, { "size", do_size },         { "items", do_items },  { "port", do_port },
        { "sound", do_sound },   { "resize", do_resize },     { "pull", do_pull },    { "scale", do_scale },
        { "show", do_show },     { "shot", do_shot },         { "cost", ui_do_cost }, { "cycle", ui_do_cycle },
        { "orphan", do_orphan }, { "nonsense", do_nonsense }, { "wreck", do_wreck },  { "hide", do_hide },
        { "delete", do_delete }, { "layout", do_layout },     { "dots", do_dots },
    };
    char *rest = strchr(line, ' ');
    hosted *h = &host->windows[0];
    if (rest) {
        *rest++ = 0;
        if (*rest == '0' || *rest == '1') { /* the window's number */
            h = &host->windows[*rest - '0'];
            rest += rest[1] == ' ' ? 2 : 1;
        }
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(line, commands[i].name)) {
            commands[i].run(host, h, rest ? rest : (char[]){ "" });
            return;
        }
    puts("= there is no such command");
}
