#define _GNU_SOURCE
#include "window_state.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define REST_SECONDS 0.25 /* between ticks of a face that does not move */
enum { LARGEST = 8192 };  /* of what is drawn of a window, in either direction */

double window_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- size ---- */

/* In quarters, so that the face's grid of 8 falls on whole pixels. */
double window_sensible_scale(double scale)
{
    return scale >= 1 ? fmin(round(scale * 4) / 4, 4) : 1;
}

static int limited(int size)
{
    return size < 1 ? 1 : size < LARGEST ? size : LARGEST;
}

void window_expose(window *w, int x, int y, int width, int height)
{
    const int right = x + width < w->canvas.width ? x + width : w->canvas.width,
              bottom = y + height < w->canvas.height ? y + height : w->canvas.height;
    if (x >= right || y >= bottom)
        return;
    const bool none = w->exposed.right <= w->exposed.left;
    w->exposed.left = none || x < w->exposed.left ? x : w->exposed.left;
    w->exposed.top = none || y < w->exposed.top ? y : w->exposed.top;
    w->exposed.right = none || right > w->exposed.right ? right : w->exposed.right;
    w->exposed.bottom = none || bottom > w->exposed.bottom ? bottom : w->exposed.bottom;
}

/* A picture and a face of the window's size; both are drawn anew. */
void window_fit(window *w)
{
    w->exposed.right = w->exposed.left;
    if (!canvas_resize(&w->canvas, limited(w->width), limited(w->height)))
        return; /* the window stays as it is until there is memory for another size */
    cairo_scale(w->canvas.cairo, w->scale, w->scale);
    face_resize(w->face, w->width / w->scale, w->height / w->scale);
    w->whole = true;
}

void window_was_resized(window *w, int width, int height)
{
    if (width == w->width && height == w->height)
        return;
    w->width = width;
    w->height = height;
    window_fit(w);
}

/* Tells the host's toolkit, or the window manager, how small is too small (ICCCM 4.1.2.3). */
void window_set_hints(window *w)
{
    enum { MIN_SIZE = 1 << 4, BASE_SIZE = 1 << 8, WORDS = 18 };
    uint32_t hints[WORDS] = { MIN_SIZE | BASE_SIZE };
    hints[5] = (uint32_t)lround(FACE_MIN_WIDTH * w->scale);
    hints[6] = (uint32_t)lround(FACE_MIN_HEIGHT * w->scale);
    hints[15] = (uint32_t)lround(FACE_WIDTH * w->scale);
    hints[16] = (uint32_t)lround(FACE_HEIGHT * w->scale);
    xcb_change_property(w->connection, XCB_PROP_MODE_REPLACE, w->id, XCB_ATOM_WM_NORMAL_HINTS,
                        XCB_ATOM_WM_SIZE_HINTS, 32, WORDS, hints);
}

void window_size(const window *w, int *width, int *height)
{
    *width = w->width;
    *height = w->height;
}

void window_resize(window *w, int width, int height)
{
    const uint32_t size[2] = { (uint32_t)limited(width), (uint32_t)limited(height) };
    if (w->gone)
        return;
    xcb_configure_window(w->connection, w->id, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
    xcb_flush(w->connection);
    window_was_resized(w, (int)size[0], (int)size[1]);
}

double window_scale(const window *w)
{
    return w->scale;
}

void window_set_scale(window *w, double scale)
{
    const double before = w->scale;
    w->scale = window_sensible_scale(scale);
    if (w->scale == before || w->gone)
        return;
    window_set_hints(w);
    const int width = w->width;
    window_resize(w, (int)lround(width * w->scale / before), (int)lround(w->height * w->scale / before));
    if (w->width == width) /* as large as can be: the picture is another one all the same */
        window_fit(w);
}

uint32_t window_id(const window *w)
{
    return w->id;
}

/* ---- a window of its own ---- */

void window_show(window *w, bool shown)
{
    if (w->gone || w->parent)
        return;
    w->closed = false;
    if (shown)
        xcb_map_window(w->connection, w->id);
    else
        xcb_unmap_window(w->connection, w->id);
    xcb_flush(w->connection);
}

void window_send(window *w, xcb_window_t to, atom_name type, const uint32_t data[5])
{
    xcb_client_message_event_t e = {
        .response_type = XCB_CLIENT_MESSAGE, .format = 32, .window = to, .type = w->atoms[type]
    };
    memcpy(e.data.data32, data, sizeof e.data.data32);
    xcb_send_event(w->connection, 0, to, XCB_EVENT_MASK_NO_EVENT, (const char *)&e);
}

/* ---- a turn ---- */

/* Draws what meets the box, and sends it; what was exposed is sent as it is. */
static void draw_box(window *w, box b)
{
    canvas *c = &w->canvas;
    const double s = w->scale;
    const int left = (int)fmax(floor(b.x * s), 0), top = (int)fmax(floor(b.y * s), 0),
              right = (int)fmin(ceil((b.x + b.w) * s), c->width),
              bottom = (int)fmin(ceil((b.y + b.h) * s), c->height);
    if (left >= right || top >= bottom)
        return;
    cairo_save(c->cairo);
    cairo_rectangle(c->cairo, left / s, top / s, (right - left) / s, (bottom - top) / s);
    cairo_clip(c->cairo);
    face_draw(w->face, c->cairo);
    cairo_restore(c->cairo);
    canvas_send(c, left, top, right - left, bottom - top);
}

static void send_exposed(window *w)
{
    if (w->exposed.right > w->exposed.left)
        canvas_send(&w->canvas, w->exposed.left, w->exposed.top, w->exposed.right - w->exposed.left,
                    w->exposed.bottom - w->exposed.top);
    w->exposed.right = w->exposed.left;
}

static void draw(window *w)
{
    box boxes[FACE_DAMAGES];
    size_t count = face_damages(w->face, boxes);
    if (w->whole) {
        boxes[0] = (box){ 0, 0, w->canvas.width / w->scale, w->canvas.height / w->scale };
        count = 1;
        w->exposed.right = w->exposed.left;
        w->whole = false;
    }
    for (size_t i = 0; i < count; i++)
        draw_box(w, boxes[i]);
    send_exposed(w);
}

static void take_turn(window *w, double now)
{
    if (now >= w->tick_due || face_is_moving(w->face)) {
        face_tick(w->face, now);
        w->tick_due = now + REST_SECONDS;
    }
    if (w->mapped && !w->obscured && !w->parent_unmapped && !w->canvas.unread && w->canvas.cairo)
        draw(w);
}

bool window_idle(window *w)
{
    if (!w->gone)
        events_read(w);
    if (xcb_connection_has_error(w->connection))
        w->gone = true;
    if (w->gone)
        return true;
    const double now = window_now();
    if (now >= w->frame_due) {
        /* The next one belongs a frame behind the last one's time, not its drawing: so a host that calls every 33 ms or so
         * gets 30 and not 15 in a second. */
        w->frame_due = fmax(w->frame_due + w->frame_seconds, now);
        take_turn(w, now);
    }
    if (w->closed)
        xcb_unmap_window(w->connection, w->id);
    xcb_flush(w->connection);
    return w->closed;
}
