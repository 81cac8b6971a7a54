#define _GNU_SOURCE
#include "canvas.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of one message without shared memory; every server takes as much. */
enum { BAND_BYTES = 200 * 1024 };

/* A way through another machine (ssh) ends in a socket of another kind. */
static bool is_local(xcb_connection_t *connection)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;
    return !getsockname(xcb_get_file_descriptor(connection), (struct sockaddr *)&address, &length) &&
           address.ss_family == AF_UNIX;
}

/* From 1.2 on, memory is named by a file descriptor, which cannot be mistaken for that of somebody else, as the numbers of
 * System V's could in containers, and of which nothing stays behind. */
static bool can_share(xcb_connection_t *connection, uint8_t *completion)
{
    const xcb_query_extension_reply_t *shm = xcb_get_extension_data(connection, &xcb_shm_id);
    if (!shm || !shm->present || !is_local(connection))
        return false;
    *completion = (uint8_t)(shm->first_event + XCB_SHM_COMPLETION);
    xcb_shm_query_version_reply_t *version =
        xcb_shm_query_version_reply(connection, xcb_shm_query_version(connection), NULL);
    const bool can =
        version && (version->major_version > 1 || (version->major_version == 1 && version->minor_version >= 2));
    free(version);
    return can;
}

void canvas_init(canvas *c, xcb_connection_t *connection, xcb_window_t window, uint8_t depth)
{
    *c = (canvas){ .connection = connection, .window = window, .depth = depth };
    c->gc = xcb_generate_id(connection);
    const uint32_t no_exposures = 0;
    xcb_create_gc(connection, c->gc, window, XCB_GC_GRAPHICS_EXPOSURES, &no_exposures);
    c->can_share = can_share(connection, &c->completion);
}

/* ---- memory ---- */

static void release_surface(canvas *c)
{
    if (c->cairo)
        cairo_destroy(c->cairo);
    if (c->surface)
        cairo_surface_destroy(c->surface);
    c->cairo = NULL;
    c->surface = NULL;
    c->width = c->height = 0;
}

static void release_pixels(canvas *c)
{
    if (c->segment) {
        xcb_shm_detach(c->connection, c->segment);
        munmap(c->pixels, c->size);
    } else {
        free(c->pixels);
    }
    free(c->band);
    c->segment = 0;
    c->pixels = c->band = NULL;
    c->size = 0;
    c->unread = 0;
}

static bool share(canvas *c, size_t size)
{
    const int file = memfd_create("backline-window", MFD_CLOEXEC);
    void *pixels = MAP_FAILED;
    if (file < 0)
        return false;
    if (!ftruncate(file, (off_t)size))
        pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (pixels == MAP_FAILED) {
        close(file);
        return false;
    }
    const xcb_shm_seg_t segment = xcb_generate_id(c->connection);
    /* It closes the file. */
    const xcb_void_cookie_t attached = xcb_shm_attach_fd_checked(c->connection, segment, file, 1);
    xcb_generic_error_t *refused = xcb_request_check(c->connection, attached);
    if (refused || xcb_connection_has_error(c->connection)) {
        free(refused);
        munmap(pixels, size);
        return false;
    }
    c->segment = segment;
    c->pixels = pixels;
    c->size = size;
    return true;
}

/* A window that is being pulled larger asks for a little more all the time; it gets a quarter more than it needs. */
static bool find_pixels(canvas *c, size_t size)
{
    if (size <= c->size)
        return true;
    release_pixels(c);
    size += size / 4;
    c->can_share = c->can_share && share(c, size);
    if (c->can_share)
        return true;
    c->pixels = calloc(size, 1);
    c->band = malloc(BAND_BYTES);
    c->size = size;
    if (c->pixels && c->band)
        return true;
    release_pixels(c);
    return false;
}

bool canvas_resize(canvas *c, int width, int height)
{
    release_surface(c);
    if (!find_pixels(c, (size_t)width * 4 * (size_t)height))
        return false;
    c->surface = cairo_image_surface_create_for_data(c->pixels, CAIRO_FORMAT_RGB24, width, height, width * 4);
    c->cairo = cairo_create(c->surface);
    if (cairo_status(c->cairo) != CAIRO_STATUS_SUCCESS) {
        release_surface(c);
        return false;
    }
    c->width = width;
    c->height = height;
    return true;
}

void canvas_free(canvas *c)
{
    release_surface(c);
    if (c->connection) {
        release_pixels(c);
        xcb_free_gc(c->connection, c->gc);
    }
    c->connection = NULL;
}

/* ---- sending ---- */

static void send_bands(canvas *c, int x, int y, int width, int height)
{
    const size_t row = (size_t)width * 4;
    const int most = (int)(BAND_BYTES / row);
    for (int done = 0; done < height; done += most) {
        const int rows = height - done < most ? height - done : most;
        for (int i = 0; i < rows; i++)
            memcpy(c->band + (size_t)i * row,
                   c->pixels + ((size_t)(y + done + i) * (size_t)c->width + (size_t)x) * 4, row);
        xcb_put_image(c->connection, XCB_IMAGE_FORMAT_Z_PIXMAP, c->window, c->gc, (uint16_t)width, (uint16_t)rows,
                      (int16_t)x, (int16_t)(y + done), 0, c->depth, (uint32_t)rows * (uint32_t)row, c->band);
    }
}

void canvas_send(canvas *c, int x, int y, int width, int height)
{
    cairo_surface_flush(c->surface);
    if (!c->segment) {
        send_bands(c, x, y, width, height);
        return;
    }
    xcb_shm_put_image(c->connection, c->window, c->gc, (uint16_t)c->width, (uint16_t)c->height, (uint16_t)x,
                      (uint16_t)y, (uint16_t)width, (uint16_t)height, (int16_t)x, (int16_t)y, c->depth,
                      XCB_IMAGE_FORMAT_Z_PIXMAP, 1, c->segment, 0);
    c->unread++;
}
