/* The ports of both plugins, as one list: the plugin and its Turtle are made from it.
 *
 * A port is known to the world by its symbol, which never changes; new ones are only added. */
#ifndef BACKLINE_LV2_PORTS_H
#define BACKLINE_LV2_PORTS_H

#include "rig_params.h"

enum {
    PLUGIN_KNOBS = 8,   /* of a parametric model, that ports turn */
    PLUGIN_SWITCHES = 2 /* for feet */
};

/* The same for both plugins; the mono one lacks PORT_IN_2 and PORT_OUT_2. */
typedef enum port_id {
    PORT_CONTROL, /* atom:Sequence in: patch messages, MIDI */
    PORT_NOTIFY,  /* atom:Sequence out */
    PORT_IN_1,
    PORT_IN_2,
    PORT_OUT_1,
    PORT_OUT_2,
    PORT_SETTINGS,                                   /* + bl_rig_param */
    PORT_KNOBS = PORT_SETTINGS + BL_RIG_PARAM_COUNT, /* + 0 <= knob < PLUGIN_KNOBS */
    PORT_NEXT = PORT_KNOBS + PLUGIN_KNOBS,           /* > 0.5 after <= 0.5: to the next slot that has a model */
    PORT_PREVIOUS,
    PORT_SWITCHES,                                      /* + switch_port + SWITCH_PORTS * switch */
    PORT_LATENCY = PORT_SWITCHES + 3 * PLUGIN_SWITCHES, /* outputs from here on */
    PORT_PLAYING,                                       /* the slot that is chosen, wherever from */
    PORT_BYPASSED,                                      /* 1: the rig is off, wherever from */
    PORT_IN_PEAK,                                       /* dB; -180 is silence */
    PORT_IN_RMS,
    PORT_OUT_PEAK,
    PORT_OUT_RMS,
    PORT_GATE_GAIN, /* dB; 0: open */
    PORT_CPU,       /* per cent of the time that there is; -1: unknown */
    PORT_COUNT
} port_id;

/* The three ports of a switch. */
typedef enum switch_port {
    SWITCH_DOWN,       /* the switch itself: acts when it goes from <= 0.5 to > 0.5 */
    SWITCH_ACTION,     /* switch_action */
    SWITCH_CONTROLLER, /* MIDI controller that works it as well: 0..127; -1: none */
    SWITCH_PORTS
} switch_port;

/* What a switch does. */
typedef enum switch_action {
    SWITCH_NOTHING,
    SWITCH_NEXT,
    SWITCH_PREVIOUS,
    SWITCH_BYPASS, /* toggles it */
    SWITCH_GATE,   /* toggles it */
    SWITCH_AMP,    /* toggles it */
    SWITCH_CAB,    /* toggles it */
    SWITCH_SLOT_1, /* + slot - 1, up to BL_RIG_SLOTS */
} switch_action;

typedef enum port_type { PORT_AUDIO, PORT_ATOM, PORT_FLOAT } port_type;

/* All that the Turtle says of a port, or the plugin needs to know of it. Static texts. */
typedef struct port_info {
    port_type type;
    bool output;
    const char *symbol, *name, *short_name; /* short_name: at most 15 characters */
    const char *about;                      /* half a sentence; NULL: the name says it */
    bl_rig_param_info value;                /* of PORT_FLOAT: unit, range, kind, choices; as for a setting */
    bool trigger;                           /* acts when it is pressed, and goes back */
} port_info;

/* Describes a port. Not real-time safe only in that it fills a struct; any thread. */
port_info port_describe(port_id port, size_t channels);

/* LV2's number of a port, from 0, or -1 if a plugin of so many channels has no such port; and the other way round,
 * PORT_COUNT if there is no such number. */
int port_index(port_id port, size_t channels);
port_id port_at(unsigned index, size_t channels);

#endif
