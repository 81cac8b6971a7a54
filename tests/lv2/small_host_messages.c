/* The small host's mail: what it writes to the control port, and reads from the notify port. */
#include "small_host.h"

#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <string.h>

/* ---- to the plugin ---- */

static void begin_event(small_host *h, uint32_t frame)
{
    if (!h->is_writing) {
        lv2_atom_forge_set_buffer(&h->forge, h->control, sizeof h->control);
        lv2_atom_forge_sequence_head(&h->forge, &h->sequence, 0);
        h->is_writing = true;
    }
    lv2_atom_forge_frame_time(&h->forge, frame);
}

void small_host_finish_events(small_host *h)
{
    if (h->is_writing)
        lv2_atom_forge_pop(&h->forge, &h->sequence);
    else
        *(LV2_Atom_Sequence *)h->control =
            (LV2_Atom_Sequence){ { sizeof(LV2_Atom_Sequence_Body), h->forge.Sequence }, { 0, 0 } };
    h->is_writing = false;
}

static void write_property(small_host *h, property which)
{
    lv2_atom_forge_key(&h->forge, small_host_map(h, LV2_PATCH__property));
    lv2_atom_forge_urid(&h->forge, small_host_map_property(h, which));
}

void small_host_set_path(small_host *h, property which, const char *path)
{
    LV2_Atom_Forge_Frame object;
    begin_event(h, 0);
    lv2_atom_forge_object(&h->forge, &object, 0, small_host_map(h, LV2_PATCH__Set));
    write_property(h, which);
    lv2_atom_forge_key(&h->forge, small_host_map(h, LV2_PATCH__value));
    lv2_atom_forge_path(&h->forge, path, (uint32_t)strlen(path));
    lv2_atom_forge_pop(&h->forge, &object);
}

static void begin_set(small_host *h, const char *uri, LV2_Atom_Forge_Frame *object)
{
    begin_event(h, 0);
    lv2_atom_forge_object(&h->forge, object, 0, small_host_map(h, LV2_PATCH__Set));
    lv2_atom_forge_key(&h->forge, small_host_map(h, LV2_PATCH__property));
    lv2_atom_forge_urid(&h->forge, small_host_map(h, uri));
    lv2_atom_forge_key(&h->forge, small_host_map(h, LV2_PATCH__value));
}

void small_host_set_float(small_host *h, const char *uri, float value)
{
    LV2_Atom_Forge_Frame object;
    begin_set(h, uri, &object);
    lv2_atom_forge_float(&h->forge, value);
    lv2_atom_forge_pop(&h->forge, &object);
}

void small_host_set_bool(small_host *h, const char *uri, bool value)
{
    LV2_Atom_Forge_Frame object;
    begin_set(h, uri, &object);
    lv2_atom_forge_bool(&h->forge, value);
    lv2_atom_forge_pop(&h->forge, &object);
}

void small_host_get(small_host *h, property which)
{
    LV2_Atom_Forge_Frame object;
    begin_event(h, 0);
    lv2_atom_forge_object(&h->forge, &object, 0, small_host_map(h, LV2_PATCH__Get));
    if (which < PROPERTY_COUNT)
        write_property(h, which);
    lv2_atom_forge_pop(&h->forge, &object);
}

void small_host_midi(small_host *h, uint32_t frame, uint8_t a, uint8_t b, uint8_t c)
{
    const uint8_t message[3] = { a, b, c };
    begin_event(h, frame);
    lv2_atom_forge_atom(&h->forge, sizeof message, small_host_map(h, LV2_MIDI__MidiEvent));
    lv2_atom_forge_write(&h->forge, message, sizeof message);
}

void small_host_raw(small_host *h, uint32_t frame, const void *atom, uint32_t size)
{
    begin_event(h, frame);
    lv2_atom_forge_write(&h->forge, atom, size);
}

/* ---- from the plugin ---- */

static size_t padded(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

/* The event behind `last`, or the first one; NULL at the end. The sequence has been checked. */
static const LV2_Atom_Event *next_event(const uint8_t *notify, const LV2_Atom_Event *last)
{
    const LV2_Atom_Sequence *sequence = (const LV2_Atom_Sequence *)notify;
    const uint8_t *end = notify + sizeof sequence->atom + sequence->atom.size;
    const uint8_t *at = notify + sizeof *sequence;
    if (last)
        at = (const uint8_t *)(last + 1) + padded(last->body.size);
    return at < end ? (const LV2_Atom_Event *)at : NULL;
}

/* The value of a key of an object of that type, or NULL. */
static const LV2_Atom *find_value(const LV2_Atom *atom, LV2_URID type, LV2_URID key)
{
    const LV2_Atom_Object *object = (const LV2_Atom_Object *)atom;
    const uint8_t *at = (const uint8_t *)(object + 1), *end = (const uint8_t *)(atom + 1) + atom->size;
    if (object->body.otype != type)
        return NULL;
    while (at < end) {
        const LV2_Atom_Property_Body *found = (const LV2_Atom_Property_Body *)at;
        if (found->key == key)
            return &found->value;
        at += sizeof *found + padded(found->value.size);
    }
    return NULL;
}

const char *small_host_told(small_host *h, property which)
{
    const LV2_URID set = small_host_map(h, LV2_PATCH__Set), about = small_host_map_property(h, which);
    const LV2_URID key = small_host_map(h, LV2_PATCH__property), value = small_host_map(h, LV2_PATCH__value);
    const LV2_URID type = property_describe(which)->is_path ? h->forge.Path : h->forge.String;
    const char *told = NULL;
    for (const LV2_Atom_Event *e = next_event(h->notify, NULL); e; e = next_event(h->notify, e)) {
        const LV2_Atom_URID *subject = (const LV2_Atom_URID *)find_value(&e->body, set, key);
        const LV2_Atom *text = find_value(&e->body, set, value);
        if (subject && subject->atom.type == h->forge.URID && subject->body == about && text && text->type == type)
            told = (const char *)(text + 1);
    }
    return told;
}

bool small_host_told_change(small_host *h)
{
    const LV2_URID changed = small_host_map(h, LV2_STATE__StateChanged);
    for (const LV2_Atom_Event *e = next_event(h->notify, NULL); e; e = next_event(h->notify, e))
        if (((const LV2_Atom_Object *)&e->body)->body.otype == changed)
            return true;
    return false;
}

/* ---- whether it is well-formed ---- */

static const char *check_object(const small_host *h, const LV2_Atom *atom)
{
    const size_t size = atom->size;
    if (atom->type != h->forge.Object)
        return "An event of the notify port is no object.";
    if (size < sizeof(LV2_Atom_Object_Body))
        return "An object of the notify port is too short.";
    for (size_t at = sizeof(LV2_Atom_Object_Body); at < size;) {
        if (size - at < sizeof(LV2_Atom_Property_Body))
            return "A property of the notify port is cut off.";
        const LV2_Atom_Property_Body *found = (const LV2_Atom_Property_Body *)((const uint8_t *)(atom + 1) + at);
        at += sizeof *found;
        if (found->value.size > size - at)
            return "A value of the notify port is cut off.";
        const char *text = (const char *)(found + 1);
        if ((found->value.type == h->forge.Path || found->value.type == h->forge.String) &&
            (!found->value.size || memchr(text, 0, found->value.size) != text + found->value.size - 1))
            return "A text of the notify port does not end with its zero.";
        at += padded(found->value.size);
    }
    return NULL;
}

const char *small_host_check_notify(small_host *h, const void *notify, uint32_t capacity)
{
    const LV2_Atom_Sequence *sequence = notify;
    const size_t size = sequence->atom.size;
    int64_t time = 0;
    if (capacity < sizeof sequence->body)
        return size || sequence->atom.type ? "The notify port has no room, but holds something." : NULL;
    if (sequence->atom.type != h->forge.Sequence || size < sizeof sequence->body || size > capacity)
        return "The notify port does not hold a sequence of its size.";
    for (size_t at = sizeof sequence->body; at < size;) {
        if (size - at < sizeof(LV2_Atom_Event))
            return "An event of the notify port is cut off.";
        const LV2_Atom_Event *e = (const LV2_Atom_Event *)((const uint8_t *)&sequence->body + at);
        at += sizeof *e;
        if (e->body.size > size - at)
            return "The body of an event of the notify port is cut off.";
        if (e->time.frames < time)
            return "The events of the notify port go back in time.";
        time = e->time.frames;
        const char *fault = check_object(h, &e->body);
        if (fault)
            return fault;
        at += padded(e->body.size);
    }
    return NULL;
}
