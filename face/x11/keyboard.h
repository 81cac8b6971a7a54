/* From keys to letters, by the server's own layout. */
#ifndef BACKLINE_FACE_X11_KEYBOARD_H
#define BACKLINE_FACE_X11_KEYBOARD_H

#include "face.h"

#include <stdbool.h>
#include <xcb/xcb.h>

typedef struct keyboard keyboard;

enum { KEYBOARD_TEXT = 16 };

/* What a key means: not wanted (also half of an accented letter, or shift alone) if there is no such thing. */
typedef struct keyboard_press {
    bool wanted;
    bool composing; /* it begins or breaks off an accented letter */
    face_key key;
    unsigned modifiers; /* FACE_SHIFT, ... */
    char text[KEYBOARD_TEXT];
} keyboard_press;

/* NULL if the server tells nothing of its keys, or there is no memory. Waits for the server. */
keyboard *keyboard_create(xcb_connection_t *connection);
void keyboard_free(keyboard *k);

/* Looks whether the layout has changed with this event; true: it was one of the keyboard's own. */
bool keyboard_event(keyboard *k, const xcb_generic_event_t *e);

keyboard_press keyboard_read(keyboard *k, const xcb_key_press_event_t *e);

/* Of X11's state of an event, as the face has them. */
unsigned keyboard_modifiers(uint16_t state);

#endif
