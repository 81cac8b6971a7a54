/* What the X server is like. */
#ifndef BACKLINE_FACE_X11_SCREEN_H
#define BACKLINE_FACE_X11_SCREEN_H

#include <stdbool.h>
#include <xcb/xcb.h>

/* The screen that the connection was made for. */
xcb_screen_t *screen_find(xcb_connection_t *connection, int number);

/* Whether a picture of cairo's can be sent as it is: 8 bits of red, green and blue in the order of this machine. All
 * displays of the last decades are so, but for those with 8, 16 or 30 bits. */
bool screen_shows_pictures(xcb_connection_t *connection, const xcb_screen_t *screen);

/* Window pixels for one of the face: what the desktop says of its letters (Xft.dpi of the resource database), 96 being 1. */
double screen_scale(xcb_connection_t *connection, const xcb_screen_t *screen);

#endif
