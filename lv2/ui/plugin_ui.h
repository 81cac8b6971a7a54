/* The plugin's window: a face in an X11 window, bound to the plugin's ports and messages by way of the host.
 *
 * ui.c        life: what a host calls            messages.c  patch messages, written and read
 * binding.c   which wish of the face is which port or message, and which of these shows what on the face
 * held.c      settings that are not where their ports are
 * options.c   what the host says of the screen, the rate, the title
 *
 * This file is not called ui.h, as the specification's <lv2/ui/ui.h> is.
 *
 * All of it runs in the host's thread of windows. */
#ifndef BACKLINE_LV2_UI_PLUGIN_UI_H
#define BACKLINE_LV2_UI_PLUGIN_UI_H

#include "../host.h"
#include "../ports.h"
#include "window.h"

#include <lv2/options/options.h>
#include <lv2/ui/ui.h>

#define MONO_UI_URI   MONO_URI "#ui"
#define STEREO_UI_URI STEREO_URI "#ui"

typedef struct ui_options {
    double scale;      /* ui:scaleFactor; 0: the host does not say */
    double rate;       /* ui:updateRate, in Hz; 0: likewise */
    double rate_hz;    /* of the sound */
    const char *title; /* the host's; NULL: none */
} ui_options;

typedef struct ui {
    size_t channels;
    host host;
    uris uris;
    LV2_URID event_transfer;
    LV2UI_Write_Function write;
    LV2UI_Controller controller;
    /* what the host offers; NULL: not */
    LV2UI_Touch *touch;
    LV2UI_Request_Value *request;
    LV2UI_Resize *resize;

    uint32_t indices[PORT_COUNT]; /* the host's number of each port; LV2UI_INVALID_PORT_INDEX: there is none */
    bool touched[PORT_COUNT];     /* a hand is on it: the host was told so */
    float values[PORT_COUNT];     /* where the host says that settings and knobs are; NAN: it has not said */
    bool held[PORT_COUNT];        /* but the plugin holds another value, which the face shows */
    int slot;                     /* that is chosen, from 0 */
    bool hears;                   /* the tuner is on, */
    double hears_due;             /* and has to be asked for again then; seconds */

    face *face;     /* owned */
    window *window; /* owned */
} ui;

/* ---- options.c ---- */

void options_read(const ui *u, const LV2_Options_Option *options, ui_options *out);

/* ---- binding.c ---- */

/* What the face may ask of us. */
face_owner binding_owner(ui *u);

/* A port has that value, or sent that atom, says the host. */
void binding_number(ui *u, port_id port, float value);
void binding_message(ui *u, const void *atom, uint32_t size);

/* The port with that number of the host's; PORT_COUNT: none. */
port_id binding_port(const ui *u, uint32_t index);

/* Asks the plugin for all that it can tell. */
void binding_open(ui *u);

/* What has to be done now and then. */
void binding_idle(ui *u);

/* Takes all hands off, switches the tuner off. */
void binding_close(ui *u);

/* ---- held.c ---- */

/* A setting or knob shall have that value: by its port; or, if that is there already and only the plugin elsewhere, by a
 * message. */
void held_write(ui *u, port_id port, float value);

/* A port has that value, says the host. False: that is no news, and the plugin holds another one. */
bool held_moved(ui *u, port_id port, float value);

/* The plugin's PROPERTY_HELD. */
void held_told(ui *u, const char *text);

/* ---- binding.c, for held.c ---- */

/* Shows the value of a setting or knob. */
void binding_show(ui *u, port_id port, float value);

/* ---- messages.c ---- */

/* patch:Set and patch:Get to the plugin. A path that is longer than any of Linux is not sent. */
void messages_set_path(ui *u, LV2_URID which, const char *path);
void messages_set_float(ui *u, LV2_URID which, float value);
void messages_set_bool(ui *u, LV2_URID which, bool value);
void messages_get_all(ui *u);

enum { MESSAGE_SOUND = 4096, MESSAGE_TEXT = 4096 };

/* What a patch:Set says. */
typedef struct message {
    LV2_URID property;
    enum { MESSAGE_IS_OTHER, MESSAGE_IS_TEXT, MESSAGE_IS_SOUND } kind;
    char text[MESSAGE_TEXT];
    float sound[MESSAGE_SOUND]; /* at most so much of it */
    size_t count;
    float rate_hz;
} message;

/* False if it is no patch:Set that can be understood; any bytes will do. */
bool messages_read(const ui *u, const void *atom, uint32_t size, message *m);

#endif
