/* A host of windows for tests: it loads backline_ui.so as hosts do, plays the plugin itself (the small host of tests/lv2),
 * passes on what either says to the other, and tells of it on its output, for a script that drives it (driver.py):
 *
 *     N write SYMBOL VALUE      window N wrote to a port            N touch SYMBOL 0|1     a hand is on it, or not
 *     N set SYMBOL TEXT         or sent patch:Set,                  N request SYMBOL       ui:requestValue
 *     N tuner 0|1               of the tuner,                       N size W H             ui:resize
 *     N get                     or patch:Get                        N key CODE             a key came to the parent
 *     N said SENTENCE           logged                              N closed               idle() says so
 *     N told SYMBOL TEXT        the plugin told a text, from #status on, with " | " where a line ends
 *
 * Each line of its input is a command; its answer begins with "=". */
#ifndef BL_TESTS_UI_HOST_H
#define BL_TESTS_UI_HOST_H

#include "lv2/small_host.h"

#include <lv2/options/options.h>
#include <lv2/ui/ui.h>
#include <xcb/xcb.h>

enum { HOST_WINDOWS = 2, HOST_BLOCK = 800, HOST_FEATURES = 12, HOST_OPTIONS = 6 };

/* What a window is offered, for the next one that is opened. */
typedef struct offer {
    bool parent, touch, request, resize, port_map, options, log;
    bool thread; /* to the plugin: a worker of its own; else it works inside run() */
    float scale; /* 0: not said */
    size_t channels;
} offer;

typedef struct hosted {
    int number;
    bool is_open, is_closed; /* is_closed: idle() said so */
    small_host plugin;
    bool has_plugin;
    float told[PORT_COUNT]; /* the values that the window knows */
    bool is_told[PORT_COUNT];
    double phase; /* of the tone that is played */
    const LV2UI_Descriptor *descriptor;
    LV2UI_Handle handle;
    LV2UI_Widget widget;
    xcb_connection_t *connection; /* the host's */
    xcb_window_t parent;
    /* features */
    LV2UI_Touch touch;
    LV2UI_Request_Value request;
    LV2UI_Resize resize;
    LV2UI_Port_Map port_map;
    LV2_Options_Option options[HOST_OPTIONS];
    float scale, rate, sample_rate;
    LV2_Feature feature_data[HOST_FEATURES];
    const LV2_Feature *features[HOST_FEATURES + 1];
} hosted;

/* Of the host itself. */
typedef struct ui_host {
    const char *library, *bundle;
    void *module;
    xcb_connection_t *connection;
    xcb_screen_t *screen;
    offer offer;
    hosted windows[HOST_WINDOWS];
} ui_host;

/* ---- ui_host.c ---- */

bool ui_host_open(ui_host *host, int n);
void ui_host_close(hosted *h);
void ui_host_turn(ui_host *host); /* plays a block and lets all windows do their work */
/* Plays a block of what is in h->plugin.in, and tells the window all that the plugin says: what one run leaves in the notify
 * port is gone with the next. */
void ui_host_run(hosted *h);
void ui_host_load(ui_host *host);
void ui_host_unload(ui_host *host);

/* ---- ui_features.c ---- */

void ui_features_offer(ui_host *host, hosted *h);
void ui_host_write(LV2UI_Controller controller, uint32_t index, uint32_t size, uint32_t protocol,
                   const void *buffer);

/* ---- ui_commands.c ---- */

void ui_command(ui_host *host, char *line);
void ui_close_window(ui_host *host, hosted *h);

/* ---- ui_cost.c ---- */

void ui_do_cost(ui_host *host, hosted *h, char *rest);
void ui_do_cycle(ui_host *host, hosted *h, char *rest);

/* ---- count.c: memory ---- */

/* Allocations whose caller's code lies in the library, since the start; -1: not known under a sanitizer. */
long count_allocations(void);
void count_in(const char *library); /* which is loaded */

#endif
