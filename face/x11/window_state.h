/* The inside of a window.
 *
 * window.c     size, one turn                       window_open.c  life
 * events.c     what the server tells                screen.c    what the server is like
 * canvas.c     the picture, and its way to the server
 * keyboard.c   from keys to letters                 selection.c the clipboard
 * drag.c       files dragged onto the window        uris.c      from text/uri-list to a path */
#ifndef BACKLINE_FACE_X11_WINDOW_STATE_H
#define BACKLINE_FACE_X11_WINDOW_STATE_H

#include "canvas.h"
#include "keyboard.h"
#include "window.h"

#include <xcb/xcb.h>

typedef enum atom_name {
    ATOM_CLIPBOARD,
    ATOM_DRAGGED, /* property of ours for what is dragged, */
    ATOM_PASTED,  /* and for what is pasted */
    ATOM_TARGETS,
    ATOM_TEXT_PLAIN,
    ATOM_TEXT_URI_LIST,
    ATOM_UTF8_STRING,
    ATOM_WM_DELETE_WINDOW,
    ATOM_WM_PROTOCOLS,
    ATOM_NET_WM_NAME,
    ATOM_XEMBED_INFO,
    ATOM_XDND_ACTION_COPY,
    ATOM_XDND_AWARE,
    ATOM_XDND_DROP,
    ATOM_XDND_ENTER,
    ATOM_XDND_FINISHED,
    ATOM_XDND_LEAVE,
    ATOM_XDND_POSITION,
    ATOM_XDND_SELECTION,
    ATOM_XDND_STATUS,
    ATOM_XDND_TYPE_LIST,
    ATOM_COUNT
} atom_name;

/* A drag over the window. */
typedef struct drag {
    xcb_window_t source; /* 0: none */
    bool offers_files;
    bool asked, known; /* for what is dragged; the answer has come */
    bool owes_status;  /* a position waits for that answer, */
    bool dropped;      /* or the drop does */
    char *list;        /* owned: all that is dragged */
    const char *rest;  /* of it, behind the path */
    char *path;        /* owned; NULL: none */
    double x, y;       /* in the face */
} drag;

struct window {
    face *face;
    xcb_connection_t *connection; /* owned */
    xcb_screen_t *screen;
    xcb_window_t id, parent; /* parent 0: a window of its own */
    xcb_atom_t atoms[ATOM_COUNT];
    keyboard *keyboard; /* owned; NULL: the server has none, or we do not understand it */
    canvas canvas;
    double scale;
    int width, height;

    bool whole;  /* to be drawn */
    bool closed; /* by its user */
    bool gone;   /* id is nobody's any more */
    bool mapped, obscured, parent_unmapped;
    struct {
        int left, top, right, bottom; /* lost its content, in window pixels; right <= left: nothing */
    } exposed;
    double frame_seconds, frame_due, tick_due; /* seconds of the clock */

    xcb_timestamp_t time;  /* of the last event that has one */
    unsigned buttons;      /* that are held, as bits */
    uint8_t used_keys[32]; /* bits by key code: the face had a use for its press */
    char *copied;          /* what we offer as the clipboard; owned; NULL: nothing */
    drag drag;
};

/* Seconds, on a clock that never goes back. */
double window_now(void);

/* A scale that there is: in quarters, so that the face's grid of 8 falls on whole pixels. */
double window_sensible_scale(double scale);

/* Tells the host's toolkit, or the window manager, how small is too small. */
void window_set_hints(window *w);

/* Makes a picture and a face of the window's size; both are drawn anew. */
void window_fit(window *w);

/* The server says that the window has another size. */
void window_was_resized(window *w, int width, int height);

/* That part of the window lost its content. */
void window_expose(window *w, int x, int y, int width, int height);

/* Sends 32-bit words as a message to another window. */
void window_send(window *w, xcb_window_t to, atom_name type, const uint32_t data[5]);

/* Takes a property of ours away and hands its bytes over, with a zero behind them; free() releases them; NULL: there is none,
 * or it is larger than a megabyte. */
char *window_take_property(window *w, atom_name property);

/* ---- events.c ---- */

void events_read(window *w);

/* ---- selection.c ---- */

void selection_ask(window *w, xcb_atom_t selection);
void selection_notify(window *w, const xcb_selection_notify_event_t *e);
void selection_request(window *w, const xcb_selection_request_event_t *e);
void selection_clear(window *w);

/* ---- drag.c ---- */

/* False: the message is none of drag and drop's. */
bool drag_message(window *w, const xcb_client_message_event_t *e);
/* The answer to our question: property 0 is a refusal. */
void drag_answer(window *w, bool has_data);
void drag_forget(window *w);

/* ---- uris.c ---- */

/* The path of the first file in a list of URIs (RFC 2483, RFC 8089) that is a model, an impulse response or a rig by its
 * name, or else of the first at all; owned by the caller; NULL: there is none, or no memory. Moves the list on, behind that
 * file or to its end. */
char *uris_path(const char **list);

#endif
