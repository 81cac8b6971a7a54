/* What comes in through the control port: patch messages and MIDI.
 *
 * Hosts pass on what strangers sent, and have bugs of their own. So all reading goes through atom_bytes.h. Time stamps are not
 * looked at: files and slots are heard when the worker is done with them, not at a frame. */
#include "plugin.h"

#include "atom_bytes.h"

#include <string.h>

/* The type of an object, 0 if it has none, and its properties; false if it is no object. Blank and Resource are what
 * objects were called once. */
static bool open_object(const plugin *p, const atom_view *a, LV2_URID *type, atom_bytes *properties)
{
    const uris *u = &p->uris;
    LV2_Atom_Object_Body body;
    *properties = a->body;
    if ((a->type != u->atom_Object && a->type != u->atom_Blank && a->type != u->atom_Resource) ||
        !atom_take(properties, &body, sizeof body))
        return false;
    *type = body.otype;
    return true;
}

/* ---- patch messages ---- */

static property find_property(const plugin *p, LV2_URID urid)
{
    int i = 0;
    while (i < PROPERTY_COUNT && p->uris.properties[i] != urid)
        i++;
    return (property)i;
}

/* A text ends with its first zero, or, where that was forgotten, with its atom. */
static void set_property(plugin *p, property which, const atom_view *value)
{
    if (which >= PROPERTY_WRITABLE || (value->type != p->uris.atom_Path && value->type != p->uris.atom_String))
        return;
    const uint8_t *text = value->body.at, *end = memchr(text, 0, value->body.left);
    control_request(p, which, (const char *)text, end ? (size_t)(end - text) : value->body.left);
}

/* What a message's patch:property names; 0: nothing. */
static LV2_URID named(const plugin *p, atom_view value)
{
    LV2_URID urid;
    return value.type == p->uris.atom_URID && atom_take(&value.body, &urid, sizeof urid) ? urid : 0;
}

static void set_tuner(plugin *p, atom_view value)
{
    int32_t wanted;
    if ((value.type == p->uris.atom_Bool || value.type == p->uris.atom_Int) &&
        atom_take(&value.body, &wanted, sizeof wanted))
        tuner_tap_want(&p->tuner, wanted);
}

/* The port of the setting or knob with that URI; PORT_COUNT: there is none. */
static port_id control_port(const plugin *p, LV2_URID urid)
{
    for (size_t i = 0; i < BL_RIG_PARAM_COUNT + PLUGIN_KNOBS; i++)
        if (p->uris.controls[i] == urid)
            return (port_id)(PORT_SETTINGS + i);
    return PORT_COUNT;
}

static void set_control(plugin *p, port_id port, atom_view value)
{
    float number;
    if (value.type == p->uris.atom_Float && atom_take(&value.body, &number, sizeof number) && isfinite(number))
        plugin_set(p, port, number);
}

static void obey_set(plugin *p, atom_bytes message)
{
    atom_view which, value;
    if (!atom_find(message, p->uris.patch_property, &which) || !atom_find(message, p->uris.patch_value, &value))
        return;
    const LV2_URID urid = named(p, which);
    const port_id port = control_port(p, urid);
    if (!urid)
        return;
    if (urid == p->uris.tuner)
        set_tuner(p, value);
    else if (port != PORT_COUNT)
        set_control(p, port, value);
    else
        set_property(p, find_property(p, urid), &value);
}

static void obey_put(plugin *p, atom_bytes message)
{
    atom_view body, value;
    atom_bytes properties;
    LV2_URID type, key;
    if (!atom_find(message, p->uris.patch_body, &body) || !open_object(p, &body, &type, &properties))
        return;
    while (atom_take_property(&properties, &key, &value))
        set_property(p, find_property(p, key), &value);
}

static void obey_get(plugin *p, atom_bytes message)
{
    atom_view which;
    if (!atom_find(message, p->uris.patch_property, &which)) {
        notify_ask(p, PROPERTY_COUNT);
        return;
    }
    const property asked = find_property(p, named(p, which));
    if (asked < PROPERTY_COUNT)
        notify_ask(p, asked);
}

/* Whom a message is meant for, its patch:subject, is not looked at: what is sent to this port is for this plugin. */
static void obey_message(plugin *p, const atom_view *a)
{
    atom_bytes message;
    LV2_URID type;
    if (!open_object(p, a, &type, &message))
        return;
    if (type == p->uris.patch_Set)
        obey_set(p, message);
    else if (type == p->uris.patch_Put)
        obey_put(p, message);
    else if (type == p->uris.patch_Get)
        obey_get(p, message);
}

/* ---- MIDI ---- */

/* On any channel. */
static void obey_midi(plugin *p, atom_bytes message)
{
    uint8_t status, data[2];
    if (!atom_take(&message, &status, 1) || !atom_take(&message, data, 1) || data[0] > 127)
        return;
    if ((status & 0xF0) == 0xC0)
        switching_select(p, data[0]);
    else if ((status & 0xF0) == 0xB0 && atom_take(&message, data + 1, 1) && data[1] <= 127)
        switching_controller(p, data[0], data[1]);
}

/* ---- the port ---- */

void control_read(plugin *p)
{
    LV2_Atom header;
    LV2_Atom_Sequence_Body body;
    int64_t time;
    atom_view event;
    if (!p->ports[PORT_CONTROL])
        return;
    memcpy(&header, p->ports[PORT_CONTROL], sizeof header);
    atom_bytes events = { (const uint8_t *)p->ports[PORT_CONTROL] + sizeof header, header.size };
    if (header.type != p->uris.atom_Sequence || !atom_take(&events, &body, sizeof body))
        return;
    while (atom_take(&events, &time, sizeof time) && atom_take_atom(&events, &event))
        if (event.type == p->uris.midi_MidiEvent)
            obey_midi(p, event.body);
        else
            obey_message(p, &event);
}

void control_request(plugin *p, property which, const char *path, size_t length)
{
    if (which == PROPERTY_MODEL)
        which = (property)(PROPERTY_SLOTS + (int)bl_rig_get(p->rig, BL_RIG_SLOT) - 1);
    const unsigned order = atomic_load_explicit(&p->orders, memory_order_relaxed) + 1;
    text_box_post(&p->requests[which], path, length, order);
    atomic_store_explicit(&p->orders, order, memory_order_release);
}

bool control_has_requests(const plugin *p)
{
    return atomic_load_explicit((_Atomic unsigned *)&p->orders, memory_order_relaxed) !=
           atomic_load_explicit((_Atomic unsigned *)&p->taken, memory_order_relaxed);
}
