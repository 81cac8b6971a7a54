/* The clipboard, and what else comes by selections (ICCCM 2). What is longer than a message and would come in pieces (INCR)
 * is no path and no number, and is left alone. */
#define _GNU_SOURCE
#include "window_state.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 };

char *window_take_property(window *w, atom_name property)
{
    xcb_get_property_reply_t *r = xcb_get_property_reply(
        w->connection,
        xcb_get_property(w->connection, 1, w->id, w->atoms[property], XCB_GET_PROPERTY_TYPE_ANY, 0, MOST_BYTES / 4),
        NULL);
    char *text = NULL;
    if (r && r->format == 8 && !r->bytes_after) {
        const size_t length = (size_t)xcb_get_property_value_length(r);
        text = malloc(length + 1);
        if (text) {
            memcpy(text, xcb_get_property_value(r), length);
            text[length] = 0;
        }
    }
    free(r);
    return text;
}

/* ---- pasting ---- */

void selection_ask(window *w, xcb_atom_t selection)
{
    xcb_convert_selection(w->connection, w->id, selection, w->atoms[ATOM_UTF8_STRING], w->atoms[ATOM_PASTED],
                          w->time);
}

void window_ask_paste(window *w)
{
    if (w->copied) /* our own; the way around would be the same text */
        face_paste(w->face, w->copied);
    else
        selection_ask(w, w->atoms[ATOM_CLIPBOARD]);
}

void selection_notify(window *w, const xcb_selection_notify_event_t *e)
{
    if (e->selection == w->atoms[ATOM_XDND_SELECTION]) {
        drag_answer(w, e->property != XCB_NONE);
    } else if (e->property == w->atoms[ATOM_PASTED]) {
        char *text = window_take_property(w, ATOM_PASTED);
        if (text)
            face_paste(w->face, text);
        free(text);
    }
}

/* ---- copying ---- */

void window_copy(window *w, const char *text)
{
    char *copied = strdup(text);
    if (!copied)
        return;
    free(w->copied);
    w->copied = copied;
    xcb_set_selection_owner(w->connection, w->id, w->atoms[ATOM_CLIPBOARD], w->time);
}

void selection_clear(window *w)
{
    free(w->copied);
    w->copied = NULL;
}

/* Puts what is asked for into the property of who asks; false if we do not have that. */
static bool provide(window *w, const xcb_selection_request_event_t *e, xcb_atom_t property)
{
    const xcb_atom_t targets[] = { w->atoms[ATOM_TARGETS], w->atoms[ATOM_UTF8_STRING], w->atoms[ATOM_TEXT_PLAIN] };
    if (!w->copied || e->selection != w->atoms[ATOM_CLIPBOARD])
        return false;
    if (e->target == w->atoms[ATOM_TARGETS])
        xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, e->requestor, property, XCB_ATOM_ATOM, 32,
                            sizeof targets / sizeof *targets, targets);
    else if (e->target == w->atoms[ATOM_UTF8_STRING] || e->target == w->atoms[ATOM_TEXT_PLAIN])
        xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, e->requestor, property, e->target, 8,
                            (uint32_t)strlen(w->copied), w->copied);
    else
        return false;
    return true;
}

void selection_request(window *w, const xcb_selection_request_event_t *e)
{
    /* Clients of old name no property. */
    const xcb_atom_t property = e->property ? e->property : e->target;
    xcb_selection_notify_event_t answer = { .response_type = XCB_SELECTION_NOTIFY,
                                            .time = e->time,
                                            .requestor = e->requestor,
                                            .selection = e->selection,
                                            .target = e->target };
    answer.property = provide(w, e, property) ? property : XCB_NONE;
    char event[32] = { 0 }; /* XCB sends 32 bytes, whatever the event */
    memcpy(event, &answer, sizeof answer);
    xcb_send_event(w->connection, 0, e->requestor, XCB_EVENT_MASK_NO_EVENT, event);
}
