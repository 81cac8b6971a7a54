#include "ttl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whole sequences with several of the longest paths fit in. */
enum { ATOM_BYTES = 16384 };

/* The units that there are; what is no unit has none. */
static const struct {
    const char *unit, *turtle;
} units[] = {
    { "", NULL },
    { "dB", "units:db" },
    { "Hz", "units:hz" },
    { "ms", "units:ms" },
    { "%", "units:pc" },
    { "samples", "units:frame" },
    { "dBu", "[\n            a units:Unit ;\n            rdfs:label \"decibels above 0.775 volts\" ;\n"
             "            units:symbol \"dBu\" ;\n            units:render \"%.1f dBu\"\n        ]" },
};

/* What a port is to hosts, whatever it is called. */
static const char *designation(port_id port, size_t channels)
{
    switch ((int)port) {
    case PORT_CONTROL:
    case PORT_NOTIFY: return "lv2:control";
    case PORT_IN_1:
    case PORT_OUT_1: return channels == 1 ? "pg:center" : "pg:left";
    case PORT_IN_2:
    case PORT_OUT_2: return "pg:right";
    case PORT_SETTINGS + BL_RIG_ENABLED: return "lv2:enabled";
    case PORT_SETTINGS + BL_RIG_GATE_THRESHOLD: return "param:threshold";
    case PORT_SETTINGS + BL_RIG_GATE_ATTACK: return "param:attack";
    case PORT_SETTINGS + BL_RIG_GATE_HOLD: return "param:hold";
    case PORT_SETTINGS + BL_RIG_GATE_RELEASE: return "param:release";
    case PORT_SETTINGS + BL_RIG_OUTPUT_GAIN: return "param:gain";
    case PORT_LATENCY: return "lv2:latency";
    default: return NULL;
    }
}

static void properties(port_id port, const port_info *info)
{
    const bl_rig_param_info *value = &info->value;
    /* Ardour automates nothing that is marked so, and slots follow each other without a gap. */
    const bool is_dear = value->heavy && port != PORT_SETTINGS + BL_RIG_SLOT;
    const struct {
        bool is;
        const char *name;
    } all[] = {
        { info->type == PORT_ATOM, "lv2:connectionOptional" },
        { info->type == PORT_FLOAT && value->kind == BL_RIG_SWITCH, "lv2:toggled" },
        { value->kind == BL_RIG_WHOLE || value->kind == BL_RIG_CHOICE, "lv2:integer" },
        { value->kind == BL_RIG_CHOICE, "lv2:enumeration" },
        { value->logarithmic, "pprops:logarithmic" },
        { info->trigger, "pprops:trigger" },
        { is_dear, "pprops:causesArtifacts" },
        { is_dear, "pprops:expensive" },
        { port == PORT_LATENCY, "lv2:reportsLatency" },
        { port == PORT_LATENCY, "pprops:notOnGUI" },
    };
    int count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].is)
            printf("%s%s", count++ ? " , " : " ;\n        lv2:portProperty ", all[i].name);
}

static void unit(const char *name)
{
    size_t i = 0;
    while (i < sizeof units / sizeof *units && strcmp(units[i].unit, name))
        i++;
    if (i == sizeof units / sizeof *units) {
        fprintf(stderr, "make-ttl: there is no unit %s.\n", name);
        exit(1);
    }
    if (units[i].turtle)
        printf(" ;\n        units:unit %s", units[i].turtle);
}

static void range(const bl_rig_param_info *value)
{
    bool whole = value->kind != BL_RIG_CONTINUOUS;
    printf(" ;\n        lv2:default ");
    ttl_number(value->initial, whole);
    printf(" ;\n        lv2:minimum ");
    ttl_number(value->minimum, whole);
    printf(" ;\n        lv2:maximum ");
    ttl_number(value->maximum, whole);
    for (size_t i = 0; i < value->choice_count; i++) {
        printf("%s [ rdfs:label ", i ? " ," : " ;\n        lv2:scalePoint");
        ttl_string(value->choices[i].name);
        printf(" ; rdf:value ");
        ttl_number(value->choices[i].value, true);
        printf(" ]");
    }
}

void ttl_port(port_id port, size_t channels)
{
    static const char *const types[] = {
        [PORT_AUDIO] = "lv2:AudioPort", [PORT_ATOM] = "atom:AtomPort", [PORT_FLOAT] = "lv2:ControlPort"
    };
    port_info info = port_describe(port, channels);
    printf("        a %s , %s ;\n", info.output ? "lv2:OutputPort" : "lv2:InputPort", types[info.type]);
    printf("        lv2:index %d ;\n        lv2:symbol \"%s\" ;\n        lv2:name ", port_index(port, channels),
           info.symbol);
    ttl_string(info.name);
    printf(" ;\n        lv2:shortName ");
    ttl_string(info.short_name);
    if (info.about) {
        printf(" ;\n        rdfs:comment ");
        ttl_string(info.about);
    }
    if (designation(port, channels))
        printf(" ;\n        lv2:designation %s", designation(port, channels));
    if (info.type == PORT_AUDIO) {
        printf(" ;\n        pg:group ");
        ttl_group_uri(info.output, channels);
    }
    if (info.type == PORT_ATOM)
        printf(" ;\n        atom:bufferType atom:Sequence ;\n        atom:supports patch:Message%s ;\n"
               "        rsz:minimumSize %d",
               info.output ? "" : " , midi:MidiEvent", ATOM_BYTES);
    properties(port, &info);
    if (info.type == PORT_FLOAT) {
        unit(info.value.unit);
        range(&info.value);
    }
    putchar('\n');
}
