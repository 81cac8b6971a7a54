/* Files that are dragged here: the target's side of XDND 5. What is dragged is asked for while it is over the window, so that
 * the face can say whether it takes it; the answer to the first position waits for that. */
#define _GNU_SOURCE
#include "window_state.h"

#include <stdlib.h>
#include <string.h>

enum { XDND_VERSION = 5, XDND_OLDEST = 3 };

void drag_forget(window *w)
{
    free(w->drag.path);
    free(w->drag.list);
    w->drag = (drag){ 0 };
}

/* ---- what we say ---- */

static void send_status(window *w)
{
    drag *d = &w->drag;
    const bool takes = d->offers_files && (!d->known || d->path) && face_can_drop(w->face, d->x, d->y, d->path);
    /* 2: tell us of every position, as there is more than one place here */
    const uint32_t status[5] = { w->id, (takes ? 1U : 0U) | 2U, 0, 0,
                                 takes ? w->atoms[ATOM_XDND_ACTION_COPY] : XCB_NONE };
    d->owes_status = false;
    window_send(w, d->source, ATOM_XDND_STATUS, status);
}

static void finish(window *w)
{
    drag *d = &w->drag;
    const bool taken = d->path && face_drop(w->face, d->x, d->y, d->path);
    for (char *next; taken && (next = uris_path(&d->rest)); free(next))
        face_drop_next(w->face, next);
    const uint32_t finished[5] = { w->id, taken, taken ? w->atoms[ATOM_XDND_ACTION_COPY] : XCB_NONE };
    window_send(w, d->source, ATOM_XDND_FINISHED, finished);
    face_drop_leave(w->face);
    drag_forget(w);
}

static void ask(window *w, xcb_timestamp_t time)
{
    w->drag.asked = true;
    xcb_convert_selection(w->connection, w->id, w->atoms[ATOM_XDND_SELECTION], w->atoms[ATOM_TEXT_URI_LIST],
                          w->atoms[ATOM_DRAGGED], time);
}

/* ---- what we are told ---- */

static bool is_among(const xcb_atom_t *types, size_t count, xcb_atom_t type)
{
    for (size_t i = 0; i < count; i++)
        if (types[i] == type)
            return true;
    return false;
}

static bool long_list_has_files(window *w, xcb_window_t source)
{
    xcb_get_property_reply_t *r = xcb_get_property_reply(
        w->connection,
        xcb_get_property(w->connection, 0, source, w->atoms[ATOM_XDND_TYPE_LIST], XCB_ATOM_ATOM, 0, 4096), NULL);
    const bool has = r && r->format == 32 &&
                     is_among(xcb_get_property_value(r), (size_t)xcb_get_property_value_length(r) / 4,
                              w->atoms[ATOM_TEXT_URI_LIST]);
    free(r);
    return has;
}

static void enter(window *w, const uint32_t data[5])
{
    drag_forget(w);
    if (data[1] >> 24 < XDND_OLDEST)
        return;
    w->drag.source = data[0];
    w->drag.offers_files =
        data[1] & 1 ? long_list_has_files(w, data[0]) : is_among(data + 2, 3, w->atoms[ATOM_TEXT_URI_LIST]);
}

static void position(window *w, const uint32_t data[5])
{
    drag *d = &w->drag;
    xcb_translate_coordinates_reply_t *here = xcb_translate_coordinates_reply(
        w->connection,
        xcb_translate_coordinates(w->connection, w->screen->root, w->id, (int16_t)(data[2] >> 16),
                                  (int16_t)(data[2] & 0xFFFF)),
        NULL);
    if (here) {
        d->x = here->dst_x / w->scale;
        d->y = here->dst_y / w->scale;
    }
    free(here);
    if (d->offers_files && !d->asked)
        ask(w, data[3]);
    if (d->asked && !d->known)
        d->owes_status = true;
    else
        send_status(w);
}

static void drop(window *w, const uint32_t data[5])
{
    drag *d = &w->drag;
    if (d->offers_files && !d->asked)
        ask(w, data[2]);
    if (d->asked && !d->known)
        d->dropped = true;
    else
        finish(w);
}

void drag_answer(window *w, bool has_data)
{
    drag *d = &w->drag;
    char *list = has_data ? window_take_property(w, ATOM_DRAGGED) : NULL;
    if (d->asked && !d->known) {
        d->known = true;
        d->rest = d->list = list;
        d->path = list ? uris_path(&d->rest) : NULL;
        list = NULL;
        if (d->dropped)
            finish(w);
        else if (d->owes_status)
            send_status(w);
    }
    free(list);
}

bool drag_message(window *w, const xcb_client_message_event_t *e)
{
    const uint32_t *data = e->data.data32;
    if (e->format != 32)
        return false;
    if (e->type == w->atoms[ATOM_XDND_ENTER]) {
        enter(w, data);
        return true;
    }
    if (e->type != w->atoms[ATOM_XDND_POSITION] && e->type != w->atoms[ATOM_XDND_LEAVE] &&
        e->type != w->atoms[ATOM_XDND_DROP])
        return false;
    if (!w->drag.source || data[0] != w->drag.source)
        return true; /* of a drag that is over */
    if (e->type == w->atoms[ATOM_XDND_POSITION]) {
        position(w, data);
    } else if (e->type == w->atoms[ATOM_XDND_DROP]) {
        drop(w, data);
    } else {
        face_drop_leave(w->face);
        drag_forget(w);
    }
    return true;
}
