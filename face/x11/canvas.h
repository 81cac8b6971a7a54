/* The picture of a window: cairo draws into it, and parts of it are sent to the server: through memory that both share, where
 * the server is on this machine and knows how (MIT-SHM 1.2), else in the messages themselves. */
#ifndef BACKLINE_FACE_X11_CANVAS_H
#define BACKLINE_FACE_X11_CANVAS_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xcb/shm.h>
#include <xcb/xcb.h>

typedef struct canvas {
    xcb_connection_t *connection;
    xcb_drawable_t window;
    xcb_gcontext_t gc;
    uint8_t depth;
    bool can_share;
    uint8_t completion; /* the number of the event that tells that the server has read what was shared */

    int width, height;     /* pixels; 0 before the first canvas_resize() */
    uint8_t *pixels;       /* 4 bytes each, without gaps */
    size_t size;           /* bytes that there are; never less than are needed */
    xcb_shm_seg_t segment; /* 0: not shared */
    uint8_t *band;         /* where rows are gathered that are sent in messages */
    int unread;            /* parts that the server may still be reading: no drawing now */
    cairo_surface_t *surface;
    cairo_t *cairo; /* to draw with; its unit is a pixel */
} canvas;

/* The connection and the window are the caller's. */
void canvas_init(canvas *c, xcb_connection_t *connection, xcb_window_t window, uint8_t depth);
void canvas_free(canvas *c);

/* False: no memory; then there is no picture (cairo is NULL). What is in it is forgotten. Waits for the server if more memory
 * is needed than there was. */
bool canvas_resize(canvas *c, int width, int height);

/* Sends a part, which must lie inside. */
void canvas_send(canvas *c, int x, int y, int width, int height);

#endif
