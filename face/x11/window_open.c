/* How a window comes and goes. */
#define _GNU_SOURCE
#include "window_state.h"

#include "screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_FRAME_SECONDS (1.0 / 30)

static bool fail(char *error, const char *sentence)
{
    snprintf(error, WINDOW_ERROR, "%s", sentence);
    return false;
}

static bool connect_to_server(window *w, char *error)
{
    int screen = 0;
    w->connection = xcb_connect(NULL, &screen);
    if (xcb_connection_has_error(w->connection)) {
        const char *display = getenv("DISPLAY");
        if (display && *display)
            snprintf(error, WINDOW_ERROR,
                     "The window cannot be opened: there is no X server at the display %.100s.", display);
        else
            fail(error, "The window cannot be opened: there is no X display, as DISPLAY is not set.");
        return false;
    }
    w->screen = screen_find(w->connection, screen);
    if (!screen_shows_pictures(w->connection, w->screen))
        return fail(error, "The window cannot be opened: the display does not have 8 bits for each colour.");
    return true;
}

static void find_atoms(window *w)
{
    static const char *const names[ATOM_COUNT] = {
        [ATOM_CLIPBOARD] = "CLIPBOARD",
        [ATOM_DRAGGED] = "BACKLINE_DRAGGED",
        [ATOM_PASTED] = "BACKLINE_PASTED",
        [ATOM_TARGETS] = "TARGETS",
        [ATOM_TEXT_PLAIN] = "text/plain;charset=utf-8",
        [ATOM_TEXT_URI_LIST] = "text/uri-list",
        [ATOM_UTF8_STRING] = "UTF8_STRING",
        [ATOM_WM_DELETE_WINDOW] = "WM_DELETE_WINDOW",
        [ATOM_WM_PROTOCOLS] = "WM_PROTOCOLS",
        [ATOM_NET_WM_NAME] = "_NET_WM_NAME",
        [ATOM_XEMBED_INFO] = "_XEMBED_INFO",
        [ATOM_XDND_ACTION_COPY] = "XdndActionCopy",
        [ATOM_XDND_AWARE] = "XdndAware",
        [ATOM_XDND_DROP] = "XdndDrop",
        [ATOM_XDND_ENTER] = "XdndEnter",
        [ATOM_XDND_FINISHED] = "XdndFinished",
        [ATOM_XDND_LEAVE] = "XdndLeave",
        [ATOM_XDND_POSITION] = "XdndPosition",
        [ATOM_XDND_SELECTION] = "XdndSelection",
        [ATOM_XDND_STATUS] = "XdndStatus",
        [ATOM_XDND_TYPE_LIST] = "XdndTypeList",
    };
    xcb_intern_atom_cookie_t asked[ATOM_COUNT];
    for (int i = 0; i < ATOM_COUNT; i++)
        asked[i] = xcb_intern_atom(w->connection, 0, (uint16_t)strlen(names[i]), names[i]);
    for (int i = 0; i < ATOM_COUNT; i++) {
        xcb_intern_atom_reply_t *r = xcb_intern_atom_reply(w->connection, asked[i], NULL);
        w->atoms[i] = r ? r->atom : XCB_NONE;
        free(r);
    }
}

static void set_numbers(window *w, atom_name property, xcb_atom_t type, uint32_t count, const uint32_t *numbers)
{
    xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, w->id, w->atoms[property], type, 32, count, numbers);
}

static void describe(window *w, const char *title)
{
    static const char class[] = "backline\0backline";
    const uint32_t xdnd = 5, embedding[2] = { 0, 1 }; /* XEmbed 0, to be shown */
    set_numbers(w, ATOM_XDND_AWARE, XCB_ATOM_ATOM, 1, &xdnd);
    set_numbers(w, ATOM_XEMBED_INFO, w->atoms[ATOM_XEMBED_INFO], 2, embedding);
    set_numbers(w, ATOM_WM_PROTOCOLS, XCB_ATOM_ATOM, 1, &w->atoms[ATOM_WM_DELETE_WINDOW]);
    title = title ? title : "backline";
    xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, w->id, w->atoms[ATOM_NET_WM_NAME],
                        w->atoms[ATOM_UTF8_STRING], 8, (uint32_t)strlen(title), title);
    xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, w->id, XCB_ATOM_WM_NAME, w->atoms[ATOM_UTF8_STRING],
                        8, (uint32_t)strlen(title), title);
    xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, w->id, XCB_ATOM_WM_CLASS, XCB_ATOM_STRING, 8,
                        sizeof class, class);
    const uint32_t takes_keys[9] = { 1, 1 }; /* ICCCM 4.1.2.4: input */
    xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, w->id, XCB_ATOM_WM_HINTS, XCB_ATOM_WM_HINTS, 32, 9,
                        takes_keys);
    window_set_hints(w);
}

/* With the screen's own colours, whatever those of the parent are: hence border and colour map. No background: nothing
 * flickers before it is drawn. */
static bool make_window(window *w, char *error)
{
    const uint32_t what = XCB_CW_BACK_PIXMAP | XCB_CW_BORDER_PIXEL | XCB_CW_BIT_GRAVITY | XCB_CW_EVENT_MASK |
                          XCB_CW_COLORMAP,
                   values[] = { XCB_BACK_PIXMAP_NONE, 0, XCB_GRAVITY_NORTH_WEST,
                                XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE |
                                    XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE |
                                    XCB_EVENT_MASK_POINTER_MOTION | XCB_EVENT_MASK_LEAVE_WINDOW |
                                    XCB_EVENT_MASK_EXPOSURE | XCB_EVENT_MASK_VISIBILITY_CHANGE |
                                    XCB_EVENT_MASK_STRUCTURE_NOTIFY,
                                w->screen->default_colormap };
    w->id = xcb_generate_id(w->connection);
    xcb_generic_error_t *refused = xcb_request_check(
        w->connection, xcb_create_window_checked(w->connection, w->screen->root_depth, w->id,
                                                 w->parent ? w->parent : w->screen->root, 0, 0, (uint16_t)w->width,
                                                 (uint16_t)w->height, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                                                 w->screen->root_visual, what, values));
    if (!refused)
        return true;
    snprintf(error, WINDOW_ERROR, "The window cannot be opened: the host's window 0x%x takes none (X error %d).",
             (unsigned)w->parent, refused->error_code);
    free(refused);
    return false;
}

static bool set_up(window *w, const window_wish *wish, char *error)
{
    if (!connect_to_server(w, error))
        return false;
    find_atoms(w);
    w->parent = wish->parent;
    w->scale = window_sensible_scale(wish->scale > 0 ? wish->scale : screen_scale(w->connection, w->screen));
    w->frame_seconds = wish->rate > 0 ? fmax(WINDOW_FRAME_SECONDS, 1 / wish->rate) : WINDOW_FRAME_SECONDS;
    w->width = (int)lround(FACE_WIDTH * w->scale);
    w->height = (int)lround(FACE_HEIGHT * w->scale);
    if (!make_window(w, error))
        return false;
    describe(w, wish->title);
    w->keyboard = keyboard_create(w->connection);
    canvas_init(&w->canvas, w->connection, w->id, w->screen->root_depth);
    window_fit(w);
    if (!w->canvas.cairo)
        return fail(error, "The window cannot be opened: there is no memory for its picture.");
    if (w->parent) {
        const uint32_t tell = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
        xcb_change_window_attributes(w->connection, w->parent, XCB_CW_EVENT_MASK, &tell);
        xcb_map_window(w->connection, w->id);
    }
    xcb_flush(w->connection);
    return true;
}

window *window_create(face *f, const window_wish *wish, char *error)
{
    window *w = calloc(1, sizeof *w);
    if (!w) {
        fail(error, "The window cannot be opened: there is no memory for it.");
        return NULL;
    }
    w->face = f;
    if (!set_up(w, wish, error)) {
        window_free(w);
        return NULL;
    }
    return w;
}

void window_free(window *w)
{
    if (!w)
        return;
    drag_forget(w);
    free(w->copied);
    keyboard_free(w->keyboard);
    canvas_free(&w->canvas);
    if (w->connection) /* all that is ours at the server goes with it */
        xcb_disconnect(w->connection);
    free(w);
}
