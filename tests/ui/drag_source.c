/* drag-source WINDOW X Y drop|leave URI...: a program from which files are dragged onto a window: the source's side of XDND 5.
 * X, Y: in that window. Prints "accepted 0|1" for the answer to the position, and "finished 0|1" for that to the drop; ends
 * with 1 if an answer does not come within 10 s. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

typedef struct source {
    xcb_connection_t *c;
    xcb_screen_t *screen;
    xcb_window_t id, target;
    char list[16384];
} source;

static xcb_atom_t atom(source *s, const char *name)
{
    xcb_intern_atom_reply_t *r =
        xcb_intern_atom_reply(s->c, xcb_intern_atom(s->c, 0, (uint16_t)strlen(name), name), NULL);
    const xcb_atom_t a = r->atom;
    free(r);
    return a;
}

static void send(source *s, const char *type, const uint32_t data[4])
{
    xcb_client_message_event_t e = {
        .response_type = XCB_CLIENT_MESSAGE, .format = 32, .window = s->target, .type = atom(s, type)
    };
    e.data.data32[0] = s->id;
    memcpy(e.data.data32 + 1, data, 16);
    xcb_send_event(s->c, 0, s->target, XCB_EVENT_MASK_NO_EVENT, (const char *)&e);
    xcb_flush(s->c);
}

static void provide(source *s, const xcb_selection_request_event_t *e)
{
    char event[32] = { 0 };
    xcb_selection_notify_event_t answer = { .response_type = XCB_SELECTION_NOTIFY,
                                            .time = e->time,
                                            .requestor = e->requestor,
                                            .selection = e->selection,
                                            .target = e->target };
    if (e->target == atom(s, "text/uri-list")) {
        answer.property = e->property;
        xcb_change_property(s->c, XCB_PROP_MODE_REPLACE, e->requestor, e->property, e->target, 8,
                            (uint32_t)strlen(s->list), s->list);
    }
    memcpy(event, &answer, sizeof answer);
    xcb_send_event(s->c, 0, e->requestor, XCB_EVENT_MASK_NO_EVENT, event);
    xcb_flush(s->c);
}

/* Gives what is asked for until a message of that type comes; its second word's lowest bit. */
static int wait_for(source *s, const char *type)
{
    const xcb_atom_t wanted = atom(s, type);
    struct pollfd fd = { .fd = xcb_get_file_descriptor(s->c), .events = POLLIN };
    for (;;) {
        xcb_generic_event_t *e = xcb_poll_for_event(s->c);
        const xcb_client_message_event_t *m = (const void *)e;
        if (!e && poll(&fd, 1, 10000) <= 0)
            exit(1);
        if (!e)
            continue;
        if ((e->response_type & 0x7F) == XCB_SELECTION_REQUEST)
            provide(s, (const void *)e);
        const bool found = (e->response_type & 0x7F) == XCB_CLIENT_MESSAGE && m->type == wanted;
        const int bit = (int)(m->data.data32[1] & 1);
        free(e);
        if (found)
            return bit;
    }
}

static uint32_t root_point(source *s, int x, int y)
{
    xcb_translate_coordinates_reply_t *r = xcb_translate_coordinates_reply(
        s->c, xcb_translate_coordinates(s->c, s->target, s->screen->root, (int16_t)x, (int16_t)y), NULL);
    const uint32_t point = r ? (uint32_t)r->dst_x << 16 | (uint32_t)r->dst_y : 0;
    free(r);
    return point;
}

int main(int argc, char **argv)
{
    static source s;
    if (argc < 6)
        return 2;
    s.c = xcb_connect(NULL, NULL);
    s.screen = xcb_setup_roots_iterator(xcb_get_setup(s.c)).data;
    s.id = xcb_generate_id(s.c);
    s.target = (xcb_window_t)strtoul(argv[1], NULL, 0);
    for (int i = 5; i < argc; i++)
        snprintf(s.list + strlen(s.list), sizeof s.list - strlen(s.list), "%s\r\n", argv[i]);
    xcb_create_window(s.c, XCB_COPY_FROM_PARENT, s.id, s.screen->root, 0, 0, 1, 1, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                      XCB_COPY_FROM_PARENT, 0, NULL);
    xcb_set_selection_owner(s.c, s.id, atom(&s, "XdndSelection"), XCB_CURRENT_TIME);
    send(&s, "XdndEnter", (uint32_t[]){ 5U << 24, atom(&s, "text/uri-list"), atom(&s, "text/plain"), 0 });
    send(&s, "XdndPosition",
         (uint32_t[]){ 0, root_point(&s, atoi(argv[2]), atoi(argv[3])), XCB_CURRENT_TIME,
                       atom(&s, "XdndActionCopy") });
    printf("accepted %d\n", wait_for(&s, "XdndStatus"));
    if (!strcmp(argv[4], "drop")) {
        send(&s, "XdndDrop", (uint32_t[]){ 0, XCB_CURRENT_TIME, 0, 0 });
        printf("finished %d\n", wait_for(&s, "XdndFinished"));
    } else {
        send(&s, "XdndLeave", (uint32_t[]){ 0, 0, 0, 0 });
    }
    xcb_disconnect(s.c);
    return 0;
}
