#define _GNU_SOURCE
#include "screen.h"

#include <stdlib.h>
#include <string.h>

xcb_screen_t *screen_find(xcb_connection_t *connection, int number)
{
    xcb_screen_iterator_t i = xcb_setup_roots_iterator(xcb_get_setup(connection));
    for (; i.rem > 1 && number > 0; number--)
        xcb_screen_next(&i);
    return i.data;
}

static const xcb_visualtype_t *find_visual(const xcb_screen_t *screen)
{
    for (xcb_depth_iterator_t d = xcb_screen_allowed_depths_iterator(screen); d.rem; xcb_depth_next(&d))
        for (xcb_visualtype_iterator_t v = xcb_depth_visuals_iterator(d.data); v.rem; xcb_visualtype_next(&v))
            if (v.data->visual_id == screen->root_visual)
                return v.data;
    return NULL;
}

static bool has_32_bits_per_pixel(const xcb_setup_t *setup, uint8_t depth)
{
    for (xcb_format_iterator_t f = xcb_setup_pixmap_formats_iterator(setup); f.rem; xcb_format_next(&f))
        if (f.data->depth == depth)
            return f.data->bits_per_pixel == 32;
    return false;
}

bool screen_shows_pictures(xcb_connection_t *connection, const xcb_screen_t *screen)
{
    const xcb_setup_t *setup = xcb_get_setup(connection);
    const xcb_visualtype_t *visual = find_visual(screen);
    const uint32_t one = 1;
    const uint8_t order = *(const uint8_t *)&one ? XCB_IMAGE_ORDER_LSB_FIRST : XCB_IMAGE_ORDER_MSB_FIRST;
    return visual && visual->_class == XCB_VISUAL_CLASS_TRUE_COLOR && visual->red_mask == 0xFF0000 &&
           visual->green_mask == 0xFF00 && visual->blue_mask == 0xFF && setup->image_byte_order == order &&
           has_32_bits_per_pixel(setup, screen->root_depth);
}

/* The number behind "Xft.dpi:" at the beginning of a line; 0: there is none. Not by strtod(), which hosts teach commas. */
static double dots_per_inch(const char *resources)
{
    static const char key[] = "Xft.dpi:";
    const char *line = resources;
    while (line && strncmp(line, key, sizeof key - 1)) {
        line = strchr(line, '\n');
        line += line != NULL;
    }
    return line ? (double)strtol(line + sizeof key - 1, NULL, 10) : 0;
}

double screen_scale(xcb_connection_t *connection, const xcb_screen_t *screen)
{
    xcb_get_property_reply_t *r = xcb_get_property_reply(
        connection,
        xcb_get_property(connection, 0, screen->root, XCB_ATOM_RESOURCE_MANAGER, XCB_ATOM_STRING, 0, 1 << 18),
        NULL);
    char *resources = r ? strndup(xcb_get_property_value(r), (size_t)xcb_get_property_value_length(r)) : NULL;
    const double dots = resources ? dots_per_inch(resources) : 0;
    free(resources);
    free(r);
    return dots > 0 ? dots / 96 : 1;
}
