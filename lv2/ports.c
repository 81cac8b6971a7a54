#include "ports.h"

#include "rig.h"

#define RANGE(low, high, start) .minimum = (low), .maximum = (high), .initial = (start)
#define SWITCH                  RANGE(0, 1, 0), .kind = BL_RIG_SWITCH
#define LEVEL(start)            .unit = "dB", RANGE(-180, 20, start)
#define CHOICES(list)           .kind = BL_RIG_CHOICE, .choice_count = sizeof(list) / sizeof *(list), .choices = (list)

#define SLOT(n) .value = SWITCH_SLOT_1 + n - 1, .word = "slot_" #n, .name = "Slot " #n
static const bl_rig_choice actions[] = {
    { SWITCH_NOTHING, "nothing", "Nothing" },
    { SWITCH_NEXT, "next", "Next slot" },
    { SWITCH_PREVIOUS, "previous", "Previous slot" },
    { SWITCH_BYPASS, "bypass", "Bypass" },
    { SWITCH_GATE, "gate", "Gate on and off" },
    { SWITCH_AMP, "amp", "Amp on and off" },
    { SWITCH_CAB, "cab", "Cabinet on and off" },
    { SLOT(1) },
    { SLOT(2) },
    { SLOT(3) },
    { SLOT(4) },
    { SLOT(5) },
    { SLOT(6) },
    { SLOT(7) },
    { SLOT(8) },
    { SLOT(9) },
    { SLOT(10) },
    { SLOT(11) },
    { SLOT(12) },
    { SLOT(13) },
    { SLOT(14) },
    { SLOT(15) },
    { SLOT(16) },
};
_Static_assert(sizeof actions / sizeof *actions == SWITCH_SLOT_1 + BL_RIG_SLOTS, "an action for each slot");

#define IN(its_symbol, its_name)  .type = PORT_FLOAT, .symbol = its_symbol, .name = its_name
#define OUT(its_symbol, its_name) IN(its_symbol, its_name), .output = true

#define KNOB(n)                                                                                                    \
    IN("knob_" #n, "Knob " #n),                                                                                    \
        .about = "of a model that has knobs: 0 its least, 0.5 where it starts, 1 its most",                        \
        .value = { RANGE(0, 1, 0.5f) }

#define FOOT(n)                                                                                                    \
    IN("switch_" #n, "Switch " #n), .about = "acts when it goes down", .value = { SWITCH }, .trigger = true
#define FOOT_ACTION(n, initially)                                                                                  \
    IN("switch_" #n "_action", "Switch " #n " Action"),                                                            \
        .about = "what the switch does",                                                                           \
        .value = { RANGE(0, SWITCH_SLOT_1 + BL_RIG_SLOTS - 1, initially), CHOICES(actions) }
#define FOOT_CONTROLLER(n, initially)                                                                              \
    IN("switch_" #n "_controller", "Switch " #n " Controller"),                                                    \
        .short_name = "Sw " #n " Controller", .about = "MIDI controller that works the switch as well; -1: none",  \
        .value = { RANGE(-1, 127, initially), .kind = BL_RIG_WHOLE }

#define FOOT_PORT(n, which) [PORT_SWITCHES + SWITCH_PORTS * (n - 1) + which]

/* All but the settings; audio as the stereo plugin has it. */
static const port_info others[PORT_COUNT] = {
    [PORT_CONTROL] = { .type = PORT_ATOM,
                       .symbol = "control",
                       .name = "Control",
                       .about = "files, questions, MIDI" },
    [PORT_NOTIFY] = { .type = PORT_ATOM,
                      .symbol = "notify",
                      .name = "Notify",
                      .about = "answers and news",
                      .output = true },
    [PORT_IN_1] = { .type = PORT_AUDIO, .symbol = "in_left", .name = "In Left" },
    [PORT_IN_2] = { .type = PORT_AUDIO, .symbol = "in_right", .name = "In Right" },
    [PORT_OUT_1] = { .type = PORT_AUDIO, .symbol = "out_left", .name = "Out Left", .output = true },
    [PORT_OUT_2] = { .type = PORT_AUDIO, .symbol = "out_right", .name = "Out Right", .output = true },

    [PORT_KNOBS] = { KNOB(1) },
    [PORT_KNOBS + 1] = { KNOB(2) },
    [PORT_KNOBS + 2] = { KNOB(3) },
    [PORT_KNOBS + 3] = { KNOB(4) },
    [PORT_KNOBS + 4] = { KNOB(5) },
    [PORT_KNOBS + 5] = { KNOB(6) },
    [PORT_KNOBS + 6] = { KNOB(7) },
    [PORT_KNOBS + 7] = { KNOB(8) },

    [PORT_NEXT] = { IN("next", "Next"), .about = "to the next slot that has a model", .value = { SWITCH },
                    .trigger = true },
    [PORT_PREVIOUS] = { IN("previous", "Previous"), .about = "to the slot before that has a model",
                        .value = { SWITCH }, .trigger = true },

    /* 80 and 81 are general purpose buttons of MIDI. */
    FOOT_PORT(1, SWITCH_DOWN) = { FOOT(1) },
    FOOT_PORT(1, SWITCH_ACTION) = { FOOT_ACTION(1, SWITCH_BYPASS) },
    FOOT_PORT(1, SWITCH_CONTROLLER) = { FOOT_CONTROLLER(1, 80) },
    FOOT_PORT(2, SWITCH_DOWN) = { FOOT(2) },
    FOOT_PORT(2, SWITCH_ACTION) = { FOOT_ACTION(2, SWITCH_NEXT) },
    FOOT_PORT(2, SWITCH_CONTROLLER) = { FOOT_CONTROLLER(2, 81) },

    [PORT_LATENCY] = { OUT("latency", "Latency"), .about = "by so much the output is late",
                       .value = { .unit = "samples", RANGE(0, 192000, 0), .kind = BL_RIG_WHOLE } },
    [PORT_PLAYING] = { OUT("playing", "Playing"), .about = "the slot that is chosen, by whatever means",
                       .value = { RANGE(1, BL_RIG_SLOTS, 1), .kind = BL_RIG_WHOLE } },
    [PORT_BYPASSED] = { OUT("bypassed", "Bypassed"), .about = "the rig is off, by whatever means",
                        .value = { SWITCH } },
    [PORT_IN_PEAK] = { OUT("in_peak", "In Peak"), .about = "behind the input gain", .value = { LEVEL(-180) } },
    [PORT_IN_RMS] = { OUT("in_rms", "In RMS"), .about = "behind the input gain", .value = { LEVEL(-180) } },
    [PORT_OUT_PEAK] = { OUT("out_peak", "Out Peak"), .value = { LEVEL(-180) } },
    [PORT_OUT_RMS] = { OUT("out_rms", "Out RMS"), .value = { LEVEL(-180) } },
    [PORT_GATE_GAIN] = { OUT("gate_gain", "Gate Gain"), .about = "0 is open", .value = { LEVEL(0) } },
    [PORT_CPU] = { OUT("cpu", "CPU"), .about = "of the time that there is; -1: this processor does not tell",
                   .value = { .unit = "%", RANGE(-1, 100, 0) } },
};

/* Of settings whose names are longer than 15 characters. */
static const char *const short_names[BL_RIG_PARAM_COUNT] = {
    [BL_RIG_CAB_INVERT] = "Cab 2 Invert",
    [BL_RIG_CAB_LOW_CUT] = "Cab Low Cut",
    [BL_RIG_CAB_HIGH_CUT] = "Cab High Cut",
};

static port_info describe_setting(bl_rig_param param)
{
    const bl_rig_param_info *info = bl_rig_param_describe(param);
    return (port_info){ .type = PORT_FLOAT,
                        .symbol = info->symbol,
                        .name = info->name,
                        .short_name = short_names[param],
                        .about = info->about,
                        .value = *info };
}

port_info port_describe(port_id port, size_t channels)
{
    bool is_setting = port >= PORT_SETTINGS && port < PORT_SETTINGS + BL_RIG_PARAM_COUNT;
    port_info info = is_setting ? describe_setting((bl_rig_param)(port - PORT_SETTINGS)) : others[port];
    if (channels == 1 && info.type == PORT_AUDIO) {
        info.symbol = info.output ? "out" : "in";
        info.name = info.output ? "Out" : "In";
    }
    if (!info.short_name)
        info.short_name = info.name;
    if (!info.value.unit)
        info.value.unit = "";
    info.value.symbol = info.symbol;
    info.value.name = info.name;
    info.value.about = info.about;
    return info;
}

int port_index(port_id port, size_t channels)
{
    if (channels > 1)
        return (int)port;
    if (port == PORT_IN_2 || port == PORT_OUT_2)
        return -1;
    return (int)port - (port > PORT_IN_2) - (port > PORT_OUT_2);
}

port_id port_at(unsigned index, size_t channels)
{
    if (index >= PORT_COUNT)
        return PORT_COUNT;
    unsigned port = index;
    if (channels == 1) {
        port += port >= PORT_IN_2;
        port += port >= PORT_OUT_2;
    }
    return port < PORT_COUNT ? (port_id)port : PORT_COUNT;
}
