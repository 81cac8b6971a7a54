/* Slots and switches: what feet do. Whatever is chosen here holds until the port of that setting moves. */
#include "plugin.h"

static void set(plugin *p, bl_rig_param param, float value)
{
    if (bl_rig_get(p->rig, param) == value)
        return;
    plugin_wish(p, param, value);
    p->outgoing.state_changed = true;
    atomic_store_explicit(&p->held_changed, true, memory_order_relaxed);
}

static void toggle(plugin *p, bl_rig_param param)
{
    set(p, param, bl_rig_get(p->rig, param) < 0.5f);
}

void switching_select(plugin *p, size_t slot)
{
    if (slot < BL_RIG_SLOTS)
        set(p, BL_RIG_SLOT, (float)(slot + 1));
}

void switching_step(plugin *p, int direction)
{
    const uint32_t loaded = atomic_load_explicit(&p->loaded, memory_order_relaxed);
    const int slot = (int)bl_rig_get(p->rig, BL_RIG_SLOT) - 1;
    for (int i = 1; i < BL_RIG_SLOTS; i++) {
        const int to = (slot + direction * i + BL_RIG_SLOTS) % BL_RIG_SLOTS;
        if (loaded >> to & 1) {
            switching_select(p, (size_t)to);
            return;
        }
    }
}

static void act(plugin *p, int action)
{
    switch (action) {
    case SWITCH_NOTHING: break;
    case SWITCH_NEXT: switching_step(p, 1); break;
    case SWITCH_PREVIOUS: switching_step(p, -1); break;
    case SWITCH_BYPASS: toggle(p, BL_RIG_ENABLED); break;
    case SWITCH_GATE: toggle(p, BL_RIG_GATE); break;
    case SWITCH_AMP: toggle(p, BL_RIG_AMP); break;
    case SWITCH_CAB: toggle(p, BL_RIG_CAB); break;
    default:
        if (action >= SWITCH_SLOT_1)
            switching_select(p, (size_t)(action - SWITCH_SLOT_1));
        break;
    }
}

/* A whole number from a port, or -1. */
static int read_whole(const plugin *p, size_t port)
{
    const float *value = p->ports[port];
    return value && *value >= 0 && *value < 1000 ? (int)(*value + 0.5f) : -1;
}

/* Whether a port has just been pressed. */
static bool is_pressed(plugin *p, size_t port)
{
    const float *value = p->ports[port];
    const bool down = value && *value > 0.5f, pressed = down && !p->pressed[port];
    p->pressed[port] = down;
    return pressed;
}

static size_t switch_port_of(size_t number, switch_port which)
{
    return PORT_SWITCHES + number * SWITCH_PORTS + which;
}

void switching_read_ports(plugin *p)
{
    if (is_pressed(p, PORT_NEXT))
        switching_step(p, 1);
    if (is_pressed(p, PORT_PREVIOUS))
        switching_step(p, -1);
    for (size_t i = 0; i < PLUGIN_SWITCHES; i++)
        if (is_pressed(p, switch_port_of(i, SWITCH_DOWN)))
            act(p, read_whole(p, switch_port_of(i, SWITCH_ACTION)));
}

void switching_settle(plugin *p)
{
    is_pressed(p, PORT_NEXT);
    is_pressed(p, PORT_PREVIOUS);
    for (size_t i = 0; i < PLUGIN_SWITCHES; i++)
        is_pressed(p, switch_port_of(i, SWITCH_DOWN));
}

void switching_controller(plugin *p, int number, int value)
{
    for (size_t i = 0; i < PLUGIN_SWITCHES; i++) {
        if (read_whole(p, switch_port_of(i, SWITCH_CONTROLLER)) != number)
            continue;
        const bool down = value >= 64;
        if (down && !p->controller_down[i])
            act(p, read_whole(p, switch_port_of(i, SWITCH_ACTION)));
        p->controller_down[i] = down;
    }
}
