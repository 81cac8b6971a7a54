/* What goes out through the notify port: patch:Set of what is new or was asked for, and state:StateChanged. */
#include "plugin.h"

#include <lv2/atom/atom.h>
#include <string.h>

/* ---- what there is to say ---- */

static uint32_t bit(size_t which)
{
    return UINT32_C(1) << which;
}

void notify_ask(plugin *p, property which)
{
    p->outgoing.waiting |= which < PROPERTY_COUNT ? bit(which) : bit(PROPERTY_COUNT) - 1;
}

/* Takes the worker's reports; the new ones as bits. The model's is a copy of the chosen slot's, made whenever that is
 * another one; both ends of its box are here. */
static uint32_t take_reports(plugin *p)
{
    const unsigned slot = (unsigned)bl_rig_get(p->rig, BL_RIG_SLOT),
                   reported = atomic_load_explicit(&p->reported, memory_order_acquire);
    const size_t chosen = PROPERTY_SLOTS + slot - 1;
    text_box *model = &p->reports[PROPERTY_MODEL];
    uint32_t fresh = 0;
    for (size_t i = 0; i < PROPERTY_COUNT && reported != p->outgoing.reported; i++)
        if (text_box_take(&p->reports[i]))
            fresh |= bit(i);
    p->outgoing.reported = reported;
    if (p->outgoing.slot == slot && !(fresh & bit(chosen)))
        return fresh;
    p->outgoing.slot = slot;
    const boxed_text *report = text_box_read(&p->reports[chosen]);
    text_box_post(model, report->text, report->length, 0);
    text_box_take(model);
    return fresh | bit(PROPERTY_MODEL);
}

/* ---- bounded writing ---- */

typedef struct room {
    uint8_t *at;
    size_t left;
} room;

static size_t padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* Writes an event: its beginning, of whole 8 bytes, and behind it length bytes of a text or
 * numbers, padded. False if there is no
 * room for all of it; then nothing is written. */
static bool put(room *r, const void *beginning, size_t size, const void *text, size_t length)
{
    const size_t body = padded(length);
    if (r->left < size + body)
        return false;
    memcpy(r->at, beginning, size);
    memset(r->at + size, 0, body);
    if (length)
        memcpy(r->at + size, text, length);
    r->at += size + body;
    r->left -= size + body;
    return true;
}

/* The beginning of a patch:Set, up to its value's text; as the Atom specification lays it out. */
typedef struct set_event {
    LV2_Atom_Event event;
    LV2_Atom_Object_Body object;
    LV2_Atom_Property_Body property; /* patch:property, */
    uint32_t which, padding;
    LV2_Atom_Property_Body value; /* patch:value */
} set_event;

typedef struct changed_event {
    LV2_Atom_Event event;
    LV2_Atom_Object_Body object;
} changed_event;

_Static_assert(sizeof(set_event) == 64 && sizeof(changed_event) == 24, "events have no padding");

static bool put_set(plugin *p, room *r, size_t which)
{
    const uris *u = &p->uris;
    const boxed_text *report = text_box_read(&p->reports[which]);
    const uint32_t size = (uint32_t)report->length + 1;
    if (report->length >= TEXT_BOX_SIZE)
        return true; /* half a text would be a wrong one */
    const set_event e = {
        .event.body = { (uint32_t)(sizeof e - sizeof e.event + size), u->atom_Object },
        .object.otype = u->patch_Set,
        .property = { u->patch_property, 0, { sizeof e.which, u->atom_URID } },
        .which = u->properties[which],
        .value = { u->patch_value,
                   0,
                   { size, property_describe((property)which)->is_path ? u->atom_Path : u->atom_String } },
    };
    return put(r, &e, sizeof e, report->text, size);
}

static bool put_changed(plugin *p, room *r)
{
    const changed_event e = { .event.body = { sizeof e.object, p->uris.atom_Object },
                              .object.otype = p->uris.state_StateChanged };
    return put(r, &e, sizeof e, NULL, 0);
}

/* The beginning of a patch:Set of TUNER_SOUND_URI, up to its vector's numbers. */
typedef struct sound_event {
    LV2_Atom_Event event;
    LV2_Atom_Object_Body object;
    LV2_Atom_Property_Body property; /* patch:property, */
    uint32_t which, padding;
    LV2_Atom_Property_Body rate;
    float rate_hz;
    uint32_t more_padding;
    LV2_Atom_Property_Body value; /* patch:value */
    LV2_Atom_Vector_Body vector;
} sound_event;

_Static_assert(sizeof(sound_event) == 96, "events have no padding");

static bool put_sound(plugin *p, room *r)
{
    const uris *u = &p->uris;
    const uint32_t size = (uint32_t)(p->tuner.count * sizeof *p->tuner.sound);
    const sound_event e = {
        .event.body = { (uint32_t)(sizeof e - sizeof e.event) + size, u->atom_Object },
        .object.otype = u->patch_Set,
        .property = { u->patch_property, 0, { sizeof e.which, u->atom_URID } },
        .which = u->tuner_sound,
        .rate = { u->tuner_rate, 0, { sizeof e.rate_hz, u->atom_Float } },
        .rate_hz = (float)p->tuner.rate_hz,
        .value = { u->patch_value, 0, { (uint32_t)sizeof e.vector + size, u->atom_Vector } },
        .vector = { sizeof *p->tuner.sound, u->atom_Float },
    };
    return put(r, &e, sizeof e, p->tuner.sound, size);
}

/* What does not fit now stays for the next time, and does not keep back what is shorter. */
static void put_all(plugin *p, room *r)
{
    outgoing *o = &p->outgoing;
    if (o->state_changed && put_changed(p, r))
        o->state_changed = false;
    for (size_t i = 0; i < PROPERTY_COUNT && o->waiting; i++)
        if (o->waiting & bit(i) && put_set(p, r, i))
            o->waiting &= ~bit(i);
    if (tuner_tap_has_news(&p->tuner) && put_sound(p, r))
        tuner_tap_taken(&p->tuner);
}

/* ---- the port ---- */

void notify_write(plugin *p)
{
    uint8_t *port = p->ports[PORT_NOTIFY];
    const LV2_Atom_Sequence empty = { { sizeof empty.body, p->uris.atom_Sequence }, { 0, 0 } };
    LV2_Atom header;
    p->outgoing.waiting |= take_reports(p);
    if (!port)
        return;
    memcpy(&header, port, sizeof header); /* its size is the room behind it */
    if (header.size < sizeof empty.body) {
        memset(port, 0, sizeof header); /* the null atom: all that fits */
        return;
    }
    /* Most plugins count the header as well, and no host has ever seen the last 8 bytes used. */
    room r = { port + sizeof empty, header.size < sizeof empty ? 0 : header.size - sizeof empty };
    put_all(p, &r);
    header = (LV2_Atom){ (uint32_t)(r.at - port - sizeof header), p->uris.atom_Sequence };
    memcpy(port, &empty, sizeof empty);
    memcpy(port, &header, sizeof header);
}
