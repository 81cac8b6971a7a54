/* What the server tells: events, in their order. Complaints (errors) are events of type 0 here; see window.h. */
#include "window_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- keys ---- */

/* Keys that the face has no use for are the host's: they go to our parent's maker (no event mask), whether it has asked for
 * keys there or not: GTK has not, as it gets its own by XInput 2, but understands these. */
static void pass_on(window *w, const xcb_key_press_event_t *e)
{
    xcb_key_press_event_t key = *e;
    if (!w->parent)
        return;
    key.event = w->parent;
    key.child = XCB_NONE;
    xcb_send_event(w->connection, 0, w->parent, XCB_EVENT_MASK_NO_EVENT, (const char *)&key);
}

static void key_press(window *w, const xcb_key_press_event_t *e)
{
    const keyboard_press p = keyboard_read(w->keyboard, e);
    const uint8_t bit = (uint8_t)(1 << e->detail % 8);
    w->time = e->time;
    const bool used = p.composing || (p.wanted && face_type(w->face, p.key, p.text, p.modifiers));
    if (used) {
        w->used_keys[e->detail / 8] |= bit;
    } else {
        w->used_keys[e->detail / 8] &= (uint8_t)~bit;
        pass_on(w, e);
    }
}

static void key_release(window *w, const xcb_key_release_event_t *e)
{
    w->time = e->time;
    if (!(w->used_keys[e->detail / 8] >> e->detail % 8 & 1))
        pass_on(w, e);
}

/* ---- pointer ---- */

enum { WHEEL_UP = 4, WHEEL_DOWN = 5, FIRST_SIDEWAYS = 6 };

static void button_press(window *w, const xcb_button_press_event_t *e)
{
    const double x = e->event_x / w->scale, y = e->event_y / w->scale;
    const unsigned modifiers = keyboard_modifiers(e->state);
    w->time = e->time;
    if (e->detail == WHEEL_UP || e->detail == WHEEL_DOWN) {
        face_wheel(w->face, x, y, e->detail == WHEEL_UP ? 1 : -1, modifiers);
        return;
    }
    if (e->detail >= FIRST_SIDEWAYS)
        return;
    w->buttons |= 1U << e->detail;
    xcb_set_input_focus(w->connection, XCB_INPUT_FOCUS_PARENT, w->id, e->time);
    if (e->detail == 2)
        selection_ask(w, XCB_ATOM_PRIMARY);
    else
        face_press(w->face, x, y, e->detail, modifiers, window_now());
}

static bool is_inside(const window *w, int x, int y)
{
    return x >= 0 && y >= 0 && x < w->width && y < w->height;
}

static void button_release(window *w, const xcb_button_release_event_t *e)
{
    w->time = e->time;
    if (e->detail >= WHEEL_UP)
        return;
    w->buttons &= ~(1U << e->detail);
    if (e->detail != 2)
        face_release(w->face, e->event_x / w->scale, e->event_y / w->scale, e->detail,
                     keyboard_modifiers(e->state));
    if (!w->buttons && !is_inside(w, e->event_x, e->event_y))
        face_leave(w->face);
}

static void motion(window *w, const xcb_motion_notify_event_t *e)
{
    w->time = e->time;
    face_move(w->face, e->event_x / w->scale, e->event_y / w->scale, keyboard_modifiers(e->state));
}

/* A button that is held keeps the pointer ours, wherever it goes. */
static void leave(window *w, const xcb_leave_notify_event_t *e)
{
    w->time = e->time;
    if (!w->buttons)
        face_leave(w->face);
}

/* ---- the window itself ---- */

static void configured(window *w, const xcb_configure_notify_event_t *e)
{
    if (e->window == w->id)
        window_was_resized(w, e->width, e->height);
}

/* Shown (true) or hidden: ourselves, or our parent. */
static void mapped(window *w, xcb_window_t which, bool is)
{
    if (which == w->id)
        w->mapped = is;
    else if (which == w->parent)
        w->parent_unmapped = !is;
}

/* From here on nothing is asked for that names the window. If it was the parent's end, ours comes with it. */
static void destroyed(window *w, const xcb_destroy_notify_event_t *e)
{
    if (e->window == w->id)
        w->gone = true;
}

/* Hosts may move the window to another parent; so may window managers, but that is no host then. */
static void reparented(window *w, const xcb_reparent_notify_event_t *e)
{
    if (e->window == w->id && w->parent)
        w->parent = e->parent;
}

static void message(window *w, const xcb_client_message_event_t *e)
{
    if (e->type == w->atoms[ATOM_WM_PROTOCOLS] && e->data.data32[0] == w->atoms[ATOM_WM_DELETE_WINDOW])
        w->closed = true;
    else
        drag_message(w, e);
}

/* ---- all of them ---- */

static void shared_was_read(window *w, const xcb_shm_completion_event_t *e)
{
    if (e->shmseg == w->canvas.segment && w->canvas.unread)
        w->canvas.unread--;
}

static void handle(window *w, const xcb_generic_event_t *e)
{
    const uint8_t type = e->response_type & 0x7F;
    const xcb_expose_event_t *expose = (const void *)e;
    switch (type) {
    case 0: w->canvas.unread = 0; break; /* the server complains: of what was to be read, perhaps */
    case XCB_KEY_PRESS: key_press(w, (const void *)e); break;
    case XCB_KEY_RELEASE: key_release(w, (const void *)e); break;
    case XCB_BUTTON_PRESS: button_press(w, (const void *)e); break;
    case XCB_BUTTON_RELEASE: button_release(w, (const void *)e); break;
    case XCB_MOTION_NOTIFY: motion(w, (const void *)e); break;
    case XCB_LEAVE_NOTIFY: leave(w, (const void *)e); break;
    case XCB_EXPOSE: window_expose(w, expose->x, expose->y, expose->width, expose->height); break;
    case XCB_VISIBILITY_NOTIFY:
        w->obscured = ((const xcb_visibility_notify_event_t *)e)->state == XCB_VISIBILITY_FULLY_OBSCURED;
        break;
    case XCB_MAP_NOTIFY: mapped(w, ((const xcb_map_notify_event_t *)e)->window, true); break;
    case XCB_UNMAP_NOTIFY: mapped(w, ((const xcb_unmap_notify_event_t *)e)->window, false); break;
    case XCB_CONFIGURE_NOTIFY: configured(w, (const void *)e); break;
    case XCB_REPARENT_NOTIFY: reparented(w, (const void *)e); break;
    case XCB_DESTROY_NOTIFY: destroyed(w, (const void *)e); break;
    case XCB_SELECTION_NOTIFY: selection_notify(w, (const void *)e); break;
    case XCB_SELECTION_REQUEST: selection_request(w, (const void *)e); break;
    case XCB_SELECTION_CLEAR: selection_clear(w); break;
    case XCB_CLIENT_MESSAGE: message(w, (const void *)e); break;
    default:
        if (w->canvas.can_share && type == w->canvas.completion)
            shared_was_read(w, (const void *)e);
        else
            keyboard_event(w->keyboard, e);
    }
}

/* Of moves that follow each other only the last one counts. */
void events_read(window *w)
{
    xcb_generic_event_t *e, *move = NULL;
    while (!w->gone && (e = xcb_poll_for_event(w->connection))) {
        const bool is_move = (e->response_type & 0x7F) == XCB_MOTION_NOTIFY;
        if (move && !is_move)
            handle(w, move);
        free(move);
        move = is_move ? e : NULL;
        if (!is_move) {
            handle(w, e);
            free(e);
        }
    }
    if (move && !w->gone)
        handle(w, move);
    free(move);
}
