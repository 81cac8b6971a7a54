#include "plugin_ui.h"

#include "../atom_bytes.h"

#include <lv2/atom/forge.h>
#include <math.h>

/* ---- written ---- */

enum { MESSAGE_BYTES = MESSAGE_TEXT + 256 };

typedef struct letter {
    _Alignas(8) uint8_t bytes[MESSAGE_BYTES];
    LV2_Atom_Forge forge;
    LV2_Atom_Forge_Frame object;
} letter;

static void begin(ui *u, letter *l, LV2_URID type)
{
    lv2_atom_forge_init(&l->forge, u->host.map);
    lv2_atom_forge_set_buffer(&l->forge, l->bytes, sizeof l->bytes);
    lv2_atom_forge_object(&l->forge, &l->object, 0, type);
}

static void begin_set(ui *u, letter *l, LV2_URID which)
{
    begin(u, l, u->uris.patch_Set);
    lv2_atom_forge_key(&l->forge, u->uris.patch_property);
    lv2_atom_forge_urid(&l->forge, which);
    lv2_atom_forge_key(&l->forge, u->uris.patch_value);
}

static void send(ui *u, letter *l)
{
    const LV2_Atom *atom = (const LV2_Atom *)l->bytes;
    lv2_atom_forge_pop(&l->forge, &l->object);
    if (u->indices[PORT_CONTROL] != LV2UI_INVALID_PORT_INDEX)
        u->write(u->controller, u->indices[PORT_CONTROL], lv2_atom_total_size(atom), u->event_transfer, atom);
}

void messages_set_path(ui *u, LV2_URID which, const char *path)
{
    const size_t length = strlen(path);
    letter l;
    if (length >= MESSAGE_TEXT)
        return;
    begin_set(u, &l, which);
    lv2_atom_forge_path(&l.forge, path, (uint32_t)length);
    send(u, &l);
}

void messages_set_float(ui *u, LV2_URID which, float value)
{
    letter l;
    begin_set(u, &l, which);
    lv2_atom_forge_float(&l.forge, value);
    send(u, &l);
}

void messages_set_bool(ui *u, LV2_URID which, bool value)
{
    letter l;
    begin_set(u, &l, which);
    lv2_atom_forge_bool(&l.forge, value);
    send(u, &l);
}

void messages_get_all(ui *u)
{
    letter l;
    begin(u, &l, u->uris.patch_Get);
    send(u, &l);
}

/* ---- read ---- */

/* A text ends with its first zero, or, where that was forgotten, with its atom. Half a text would be a wrong one. */
static bool read_text(atom_bytes value, message *m)
{
    const uint8_t *end = memchr(value.at, 0, value.left);
    const size_t length = end ? (size_t)(end - value.at) : value.left;
    if (length >= MESSAGE_TEXT)
        return false;
    memcpy(m->text, value.at, length);
    m->text[length] = 0;
    m->kind = MESSAGE_IS_TEXT;
    return true;
}

/* With its rate, which stands beside the value. Numbers that are none are silence. */
static bool read_sound(const uris *u, atom_bytes value, atom_bytes properties, message *m)
{
    LV2_Atom_Vector_Body body;
    atom_view rate;
    if (!atom_take(&value, &body, sizeof body) || body.child_type != u->atom_Float ||
        body.child_size != sizeof(float) || !atom_find(properties, u->tuner_rate, &rate) ||
        rate.type != u->atom_Float || !atom_take(&rate.body, &m->rate_hz, sizeof m->rate_hz) || !(m->rate_hz > 0) ||
        !isfinite(m->rate_hz))
        return false;
    m->count = value.left / sizeof(float) < MESSAGE_SOUND ? value.left / sizeof(float) : MESSAGE_SOUND;
    atom_take(&value, m->sound, m->count * sizeof(float));
    for (size_t i = 0; i < m->count; i++)
        if (!isfinite(m->sound[i]))
            m->sound[i] = 0;
    m->kind = MESSAGE_IS_SOUND;
    return true;
}

bool messages_read(const ui *u, const void *atom, uint32_t size, message *m)
{
    const uris *ids = &u->uris;
    atom_bytes bytes = { atom, size };
    atom_view object, key, value;
    LV2_Atom_Object_Body body;
    m->kind = MESSAGE_IS_OTHER;
    if (!atom_take_atom(&bytes, &object) ||
        (object.type != ids->atom_Object && object.type != ids->atom_Blank && object.type != ids->atom_Resource) ||
        !atom_take(&object.body, &body, sizeof body) || body.otype != ids->patch_Set ||
        !atom_find(object.body, ids->patch_property, &key) || key.type != ids->atom_URID ||
        !atom_take(&key.body, &m->property, sizeof m->property) ||
        !atom_find(object.body, ids->patch_value, &value))
        return false;
    if (value.type == ids->atom_Path || value.type == ids->atom_String)
        return read_text(value.body, m);
    return value.type == ids->atom_Vector && read_sound(ids, value.body, object.body, m);
}
