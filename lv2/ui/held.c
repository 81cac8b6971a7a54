/* Settings and knobs that are not where their ports are, because a rig file, a switch or a program change set them. The face
 * shows what the plugin plays, not where the port stands; and a port that stands where the user wants to go cannot move
 * there. */
#define _GNU_SOURCE
#include "plugin_ui.h"

#include "../plain_numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void held_write(ui *u, port_id port, float value)
{
    if (u->indices[port] == LV2UI_INVALID_PORT_INDEX)
        return;
    if (u->held[port] && u->values[port] == value)
        messages_set_float(u, u->uris.controls[port - PORT_SETTINGS], value);
    else
        u->write(u->controller, u->indices[port], sizeof value, 0, &value);
    u->values[port] = value;
    u->held[port] = false;
}

bool held_moved(ui *u, port_id port, float value)
{
    const bool moved = u->values[port] != value;
    u->values[port] = value;
    if (moved)
        u->held[port] = false;
    return !u->held[port];
}

/* The port with that symbol, of settings and knobs; PORT_COUNT: there is none. */
static port_id find_port(const ui *u, const char *symbol, size_t length)
{
    for (int port = PORT_SETTINGS; port < PORT_NEXT; port++) {
        const char *its = port_describe((port_id)port, u->channels).symbol;
        if (strlen(its) == length && !strncmp(its, symbol, length))
            return (port_id)port;
    }
    return PORT_COUNT;
}

/* Shows those that are held now, "bass=3 knob_1=0.7". What cannot be understood is left out. */
static void show_held(ui *u, const char *text, bool held[PORT_COUNT])
{
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        const size_t length = strcspn(text, "= ");
        const port_id port = find_port(u, text, length);
        const float value = text[length] == '=' ? strtof(text + length + 1, NULL) : NAN;
        text += strcspn(text, " ");
        if (port == PORT_COUNT || !isfinite(value))
            continue;
        held[port] = true;
        binding_show(u, port, value);
    }
}

void held_told(ui *u, const char *text)
{
    const plain_numbers numbers = plain_numbers_begin();
    bool held[PORT_COUNT] = { false };
    show_held(u, text, held);
    for (int port = PORT_SETTINGS; port < PORT_NEXT; port++) {
        if (u->held[port] && !held[port] && isfinite(u->values[port]))
            binding_show(u, (port_id)port, u->values[port]);
        u->held[port] = held[port];
    }
    plain_numbers_end(numbers);
}
