/* What comes in through the control port: patch messages and MIDI.
 *
 * Hosts pass on what strangers sent, and have bugs of their own. So nothing is believed but the size of the port's own
 * atom: all reading goes through take() and take_atom(), which never leave what they were given. Time stamps are not looked
 * at: files and slots are heard when the worker is done with them, not at a frame. */
#include "plugin.h"

#include <lv2/atom/atom.h>
#include <string.h>

/* ---- bounded reading ---- */

typedef struct bytes {
    const uint8_t *at;
    size_t left;
} bytes;

typedef struct atom {
    LV2_URID type;
    bytes body;
} atom;

static void skip(bytes *b, size_t size)
{
    size = size < b->left ? size : b->left;
    b->at += size;
    b->left -= size;
}

/* Copies, because nothing is sure to be aligned. */
static bool take(bytes *b, void *out, size_t size)
{
    if (size > b->left)
        return false;
    memcpy(out, b->at, size);
    skip(b, size);
    return true;
}

/* An atom and the padding behind it, which the last one may lack. */
static bool take_atom(bytes *b, atom *a)
{
    LV2_Atom header;
    if (!take(b, &header, sizeof header) || header.size > b->left)
        return false;
    *a = (atom){ header.type, { b->at, header.size } };
    skip(b, header.size);
    skip(b, (8 - header.size % 8) % 8);
    return true;
}

/* The next property of an object: a key, a context that nobody uses, and a value. */
static bool take_property(bytes *properties, LV2_URID *key, atom *value)
{
    LV2_URID context;
    return take(properties, key, sizeof *key) && take(properties, &context, sizeof context) &&
           take_atom(properties, value);
}

/* The type of an object, 0 if it has none, and its properties; false if it is no object. Blank and Resource are what
 * objects were called once. */
static bool open_object(const plugin *p, const atom *a, LV2_URID *type, bytes *properties)
{
    const uris *u = &p->uris;
    LV2_Atom_Object_Body body;
    *properties = a->body;
    if ((a->type != u->atom_Object && a->type != u->atom_Blank && a->type != u->atom_Resource) ||
        !take(properties, &body, sizeof body))
        return false;
    *type = body.otype;
    return true;
}

/* The first value with that key. */
static bool find(bytes properties, LV2_URID key, atom *value)
{
    LV2_URID found;
    while (take_property(&properties, &found, value))
        if (found == key)
            return true;
    return false;
}

/* ---- patch messages ---- */

static property find_property(const plugin *p, LV2_URID urid)
{
    int i = 0;
    while (i < PROPERTY_COUNT && p->uris.properties[i] != urid)
        i++;
    return (property)i;
}

/* What a message's patch:property names; PROPERTY_COUNT: nothing of ours. */
static property named_property(const plugin *p, atom value)
{
    LV2_URID urid;
    if (value.type != p->uris.atom_URID || !take(&value.body, &urid, sizeof urid))
        return PROPERTY_COUNT;
    return find_property(p, urid);
}

/* A text ends with its first zero, or, where that was forgotten, with its atom. */
static void set_property(plugin *p, property which, const atom *value)
{
    if (which >= PROPERTY_WRITABLE || (value->type != p->uris.atom_Path && value->type != p->uris.atom_String))
        return;
    const uint8_t *text = value->body.at, *end = memchr(text, 0, value->body.left);
    control_request(p, which, (const char *)text, end ? (size_t)(end - text) : value->body.left);
}

static void obey_set(plugin *p, bytes message)
{
    atom which, value;
    if (find(message, p->uris.patch_property, &which) && find(message, p->uris.patch_value, &value))
        set_property(p, named_property(p, which), &value);
}

static void obey_put(plugin *p, bytes message)
{
    atom body, value;
    bytes properties;
    LV2_URID type, key;
    if (!find(message, p->uris.patch_body, &body) || !open_object(p, &body, &type, &properties))
        return;
    while (take_property(&properties, &key, &value))
        set_property(p, find_property(p, key), &value);
}

static void obey_get(plugin *p, bytes message)
{
    atom which;
    if (!find(message, p->uris.patch_property, &which)) {
        notify_ask(p, PROPERTY_COUNT);
        return;
    }
    const property named = named_property(p, which);
    if (named < PROPERTY_COUNT)
        notify_ask(p, named);
}

/* Whom a message is meant for, its patch:subject, is not looked at: what is sent to this port is for this plugin. */
static void obey_message(plugin *p, const atom *a)
{
    bytes message;
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
static void obey_midi(plugin *p, bytes message)
{
    uint8_t status, data[2];
    if (!take(&message, &status, 1) || !take(&message, data, 1) || data[0] > 127)
        return;
    if ((status & 0xF0) == 0xC0)
        switching_select(p, data[0]);
    else if ((status & 0xF0) == 0xB0 && take(&message, data + 1, 1) && data[1] <= 127)
        switching_controller(p, data[0], data[1]);
}

/* ---- the port ---- */

void control_read(plugin *p)
{
    LV2_Atom header;
    LV2_Atom_Sequence_Body body;
    int64_t time;
    atom event;
    if (!p->ports[PORT_CONTROL])
        return;
    memcpy(&header, p->ports[PORT_CONTROL], sizeof header);
    bytes events = { (const uint8_t *)p->ports[PORT_CONTROL] + sizeof header, header.size };
    if (header.type != p->uris.atom_Sequence || !take(&events, &body, sizeof body))
        return;
    while (take(&events, &time, sizeof time) && take_atom(&events, &event))
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
