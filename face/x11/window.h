/* An X11 window that shows a face, inside a window of another program or on its own.
 *
 * It speaks to the X server through a connection of its own, with XCB. Xlib would end the whole process when the server
 * complains of a request (the host has destroyed our parent, and so our window, before we know) or goes away, unless its
 * error handlers are replaced, which belong to the whole process, so to the host. XCB hands complaints to us, as events of
 * our own connection, where they are thrown away. Windows share nothing: no two know of each other.
 *
 * One thread per window. Nothing here waits for the server, but for creation, resizing, pasting and files being dragged. */
#ifndef BACKLINE_FACE_X11_WINDOW_H
#define BACKLINE_FACE_X11_WINDOW_H

#include "face.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct window window;

enum { WINDOW_ERROR = 256 };

typedef struct window_wish {
    uint32_t
        parent; /* X11's number of the window to live in, shown at once; 0: a window of its own, hidden at first */
    const char *title; /* UTF-8, of a window of its own; NULL: "backline" */
    double scale; /* window pixels per pixel of the face: 1 to 4 in quarters; 0: as the display's Xft.dpi says */
    double rate;  /* frames per second at most, up to 30; 0: 30 */
} window_wish;

/* Makes a window with room for FACE_WIDTH x FACE_HEIGHT, on the display that DISPLAY names. The face is the caller's, and must
 * outlive the window. NULL with a sentence in error (WINDOW_ERROR bytes) if there is no display, or none that will do. */
window *window_create(face *f, const window_wish *wish, char *error);

/* NULL is nothing. */
void window_free(window *w);

/* X11's number of the window. */
uint32_t window_id(const window *w);

/* Does all that is to be done now: what the user did, what changed, drawing. To be called 30 times a second or more; when
 * nothing happens it costs a look at the connection. True: the window was closed by its user (a window of its own, which
 * is hidden then; window_show() brings it back), or is gone together with its parent or its server, for good. */
bool window_idle(window *w);

/* Of a window of its own. */
void window_show(window *w, bool shown);

/* In window pixels. What the window has, and what it shall have. */
void window_size(const window *w, int *width, int *height);
void window_resize(window *w, int width, int height);

/* The window grows or shrinks with its content. */
double window_scale(const window *w);
void window_set_scale(window *w, double scale);

/* Offers a text to other programs, by the clipboard. */
void window_copy(window *w, const char *text);

/* Asks for the clipboard's text, which goes to the face. */
void window_ask_paste(window *w);

#endif
