/* The one place that knows both the face's words and the plugin's ports and properties. */
#include "plugin_ui.h"

#include "../tuner_tap.h"

#include <math.h>
#include <time.h>

_Static_assert((int)FACE_KNOBS == (int)PLUGIN_KNOBS, "the face shows all knobs that have ports");
_Static_assert((int)PROPERTY_SLOTS == (int)BL_RIG_MODEL && (int)PROPERTY_CABINET_1 == (int)BL_RIG_IMPULSE_1 &&
                   (int)PROPERTY_CABINET_2 == (int)BL_RIG_IMPULSE_2,
               "files have the numbers of their properties");

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- from the face to the plugin ---- */

static void set(void *context, bl_rig_param param, float value)
{
    ui *u = context;
    if (param == BL_RIG_SLOT)
        u->slot = (int)value - 1;
    held_write(u, (port_id)(PORT_SETTINGS + param), value);
}

static void set_knob(void *context, size_t knob, float position)
{
    held_write(context, (port_id)(PORT_KNOBS + knob), position);
}

static void touch_port(ui *u, port_id port, bool begins)
{
    if (u->touched[port] == begins)
        return;
    u->touched[port] = begins;
    if (u->touch && u->indices[port] != LV2UI_INVALID_PORT_INDEX)
        u->touch->touch(u->touch->handle, u->indices[port], begins);
}

static void touch(void *context, bool knob, size_t which, bool begins)
{
    touch_port(context, (port_id)((knob ? PORT_KNOBS : PORT_SETTINGS) + which), begins);
}

static void set_file(void *context, bl_rig_file file, const char *path)
{
    ui *u = context;
    messages_set_path(u, u->uris.properties[file], path);
}

static void set_rig(void *context, const char *path)
{
    ui *u = context;
    messages_set_path(u, u->uris.properties[PROPERTY_RIG], path);
}

/* Hosts know the properties that the Turtle declares: of the slots, the chosen one's. One that is asking already does what
 * is wanted. */
static bool ask_host(void *context, bl_rig_file file)
{
    ui *u = context;
    const property asked = (int)file == u->slot ? PROPERTY_MODEL : (property)file;
    const LV2UI_Request_Value_Status status =
        u->request->request(u->request->handle, u->uris.properties[asked], u->uris.atom_Path, NULL);
    return status == LV2UI_REQUEST_VALUE_SUCCESS || status == LV2UI_REQUEST_VALUE_BUSY;
}

static void want_tuner(void *context, bool wanted)
{
    ui *u = context;
    if (wanted || u->hears)
        messages_set_bool(u, u->uris.tuner, wanted);
    u->hears = wanted;
    u->hears_due = now() + TUNER_PATIENCE / 3.0;
}

/* NULL: the face wants the clipboard's. */
static void copy(void *context, const char *text)
{
    ui *u = context;
    if (!u->window)
        return;
    if (text)
        window_copy(u->window, text);
    else
        window_ask_paste(u->window);
}

face_owner binding_owner(ui *u)
{
    return (face_owner){ .context = u,
                         .set = set,
                         .set_knob = set_knob,
                         .touch = touch,
                         .set_file = set_file,
                         .set_rig = set_rig,
                         .ask_host = u->request && u->request->request ? ask_host : NULL,
                         .want_tuner = want_tuner,
                         .copy = copy };
}

/* ---- from the plugin to the face ---- */

port_id binding_port(const ui *u, uint32_t index)
{
    int port = 0;
    while (port < PORT_COUNT && (u->indices[port] != index || index == LV2UI_INVALID_PORT_INDEX))
        port++;
    return (port_id)port;
}

static face_number number_of(port_id port)
{
    switch (port) {
    case PORT_LATENCY: return FACE_LATENCY;
    case PORT_PLAYING: return FACE_PLAYING;
    case PORT_BYPASSED: return FACE_BYPASSED;
    case PORT_IN_PEAK: return FACE_IN_PEAK;
    case PORT_IN_RMS: return FACE_IN_RMS;
    case PORT_OUT_PEAK: return FACE_OUT_PEAK;
    case PORT_OUT_RMS: return FACE_OUT_RMS;
    case PORT_GATE_GAIN: return FACE_GATE_GAIN;
    case PORT_CPU: return FACE_CPU;
    default: return FACE_NUMBER_COUNT;
    }
}

void binding_show(ui *u, port_id port, float value)
{
    if (port < PORT_KNOBS)
        face_set(u->face, (bl_rig_param)(port - PORT_SETTINGS),
                 bl_rig_param_clamp((bl_rig_param)(port - PORT_SETTINGS), value));
    else
        face_set_knob(u->face, (size_t)(port - PORT_KNOBS), fminf(fmaxf(value, 0), 1));
}

void binding_number(ui *u, port_id port, float value)
{
    const bool is_setting = port >= PORT_SETTINGS && port < PORT_NEXT;
    if (!isfinite(value))
        return;
    if (is_setting && held_moved(u, port, value))
        binding_show(u, port, value);
    if (number_of(port) != FACE_NUMBER_COUNT)
        face_set_number(u->face, number_of(port), value);
    if (port == PORT_PLAYING && value >= 1 && value <= BL_RIG_SLOTS)
        u->slot = (int)value - 1;
}

/* PROPERTY_MODEL is the chosen slot's, which is told as well. */
static void tell_text(ui *u, property which, const char *text)
{
    if (which < PROPERTY_RIG)
        face_set_file(u->face, (bl_rig_file)which, text);
    else if (which == PROPERTY_RIG)
        face_set_rig(u->face, text);
    else if (which == PROPERTY_STATUS)
        face_set_text(u->face, FACE_STATUS, text);
    else if (which == PROPERTY_ERROR)
        face_set_text(u->face, FACE_ERROR, text);
    else if (which == PROPERTY_MODEL_NAME)
        face_set_text(u->face, FACE_NAME, text);
    else if (which == PROPERTY_MODEL_DETAILS)
        face_set_text(u->face, FACE_DETAILS, text);
    else if (which == PROPERTY_HELD)
        held_told(u, text);
}

void binding_message(ui *u, const void *atom, uint32_t size)
{
    message m;
    if (!messages_read(u, atom, size, &m) || !m.property)
        return;
    if (m.kind == MESSAGE_IS_SOUND && m.property == u->uris.tuner_sound && u->hears)
        face_hear(u->face, m.sound, m.count, m.rate_hz);
    if (m.kind == MESSAGE_IS_TEXT)
        for (int i = 0; i < PROPERTY_COUNT; i++)
            if (u->uris.properties[i] == m.property)
                tell_text(u, (property)i, m.text);
}

/* ---- now and then ---- */

void binding_open(ui *u)
{
    messages_get_all(u);
}

/* The plugin forgets windows that do not ask again. */
void binding_idle(ui *u)
{
    if (u->hears && now() >= u->hears_due)
        want_tuner(u, true);
}

void binding_close(ui *u)
{
    for (int port = 0; port < PORT_COUNT; port++)
        touch_port(u, (port_id)port, false);
    want_tuner(u, false);
}
