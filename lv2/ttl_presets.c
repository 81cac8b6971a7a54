#include "ttl.h"

#include <stdio.h>

/* A setting that is not where it is initially; a preset names the others as well, with their initial values. */
typedef struct difference {
    bl_rig_param param;
    float value;
} difference;

/* A sound. All play the bundled model and cabinet. */
typedef struct preset {
    const char *symbol, *name, *about;
    difference differences[16]; /* up to the first that is of BL_RIG_ENABLED, which is 0 and of no preset */
} preset;

/* Equally loud, within 2 dB, for a guitar such as assets/guitar-di.flac, and with 2 dB of headroom or more. */
static const preset presets[] = {
    { "crunch", "Crunch", "The amplifier as it is: hard strokes break up, soft ones stay clean.", { { 0 } } },
    { "clean",
      "Clean",
      "Chords and arpeggios without any breakup, a little scooped.",
      { { BL_RIG_INPUT_GAIN, -14 },
        { BL_RIG_LOW_CUT, 60 },
        { BL_RIG_BASS, 1.5f },
        { BL_RIG_MID, -2 },
        { BL_RIG_TREBLE, 1 },
        { BL_RIG_PRESENCE, 1 },
        { BL_RIG_OUTPUT_GAIN, 8.7f } } },
    { "edge_of_breakup",
      "Edge of Breakup",
      "For fingers and the volume knob: only the hardest strokes bite.",
      { { BL_RIG_INPUT_GAIN, -6 },
        { BL_RIG_LOW_CUT, 60 },
        { BL_RIG_MID, 1 },
        { BL_RIG_PRESENCE, -1 },
        { BL_RIG_OUTPUT_GAIN, 2.8f } } },
    { "tight_rhythm",
      "Tight Rhythm",
      "Palm-muted riffs: pushed hard, lean before the amp, silent between the strokes.",
      { { BL_RIG_INPUT_GAIN, 9 },
        { BL_RIG_GATE, 1 },
        { BL_RIG_GATE_THRESHOLD, -42 },
        { BL_RIG_GATE_ATTACK, 0.5f },
        { BL_RIG_GATE_HOLD, 40 },
        { BL_RIG_GATE_RELEASE, 80 },
        { BL_RIG_OVERSAMPLE, 2 },
        { BL_RIG_TONE_PLACE, BL_RIG_TONE_BEFORE },
        { BL_RIG_LOW_CUT, 110 },
        { BL_RIG_BASS, -5 },
        { BL_RIG_MID, 3 },
        { BL_RIG_TREBLE, 1 },
        { BL_RIG_CAB_LOW_CUT, 80 },
        { BL_RIG_CAB_HIGH_CUT, 8000 },
        { BL_RIG_OUTPUT_GAIN, -4 } } },
    { "singing_lead",
      "Singing Lead",
      "Single notes that sustain: much drive, full mids, smooth highs, a slow gate for the rests.",
      { { BL_RIG_INPUT_GAIN, 18 },
        { BL_RIG_GATE, 1 },
        { BL_RIG_GATE_THRESHOLD, -38 },
        { BL_RIG_GATE_HOLD, 100 },
        { BL_RIG_GATE_RELEASE, 250 },
        { BL_RIG_OVERSAMPLE, 4 },
        { BL_RIG_LOW_CUT, 90 },
        { BL_RIG_BASS, -1 },
        { BL_RIG_MID, 4 },
        { BL_RIG_TREBLE, -2 },
        { BL_RIG_PRESENCE, -3 },
        { BL_RIG_HIGH_CUT, 7000 },
        { BL_RIG_OUTPUT_GAIN, -6 } } },
    { "dark_jazz",
      "Dark Jazz",
      "The neck pickup with the tone rolled off: warm, round and clean.",
      { { BL_RIG_INPUT_GAIN, -12 },
        { BL_RIG_LOW_CUT, 50 },
        { BL_RIG_BASS, 2 },
        { BL_RIG_MID, -1 },
        { BL_RIG_TREBLE, -10 },
        { BL_RIG_PRESENCE, -12 },
        { BL_RIG_HIGH_CUT, 2800 },
        { BL_RIG_OUTPUT_GAIN, 13.4f } } },
    { "direct_out",
      "Direct Out",
      "The amplifier without a cabinet, for a power amplifier and real loudspeakers, or a cabinet further on.",
      { { BL_RIG_CAB, 0 }, { BL_RIG_OUTPUT_GAIN, 0.5f } } },
    { "bass_grit",
      "Bass Grit",
      "For a bass guitar: full lows, growling mids, no fizz.",
      { { BL_RIG_INPUT_GAIN, 3 },
        { BL_RIG_DEPTH, 4 },
        { BL_RIG_LOW_CUT, 35 },
        { BL_RIG_BASS, 6 },
        { BL_RIG_MID, 2 },
        { BL_RIG_TREBLE, -4 },
        { BL_RIG_PRESENCE, -6 },
        { BL_RIG_HIGH_CUT, 4500 },
        { BL_RIG_OUTPUT_GAIN, -1 } } },
};
enum { PRESETS = sizeof presets / sizeof *presets };

/* No part of a sound: what the player's equipment and place ask for, and what acts when it is pressed. */
static bool is_of_the_player(port_id port)
{
    switch ((int)port) {
    case PORT_SETTINGS + BL_RIG_ENABLED:
    case PORT_SETTINGS + BL_RIG_CALIBRATE_INPUT:
    case PORT_SETTINGS + BL_RIG_INTERFACE_LEVEL:
    case PORT_SETTINGS + BL_RIG_QUALITY:
    case PORT_SETTINGS + BL_RIG_FADE: return true;
    default: return port >= PORT_NEXT && port < PORT_LATENCY;
    }
}

static float value_of(const preset *p, port_id port, const port_info *info)
{
    for (const difference *d = p->differences; d->param != BL_RIG_ENABLED; d++)
        if (port == PORT_SETTINGS + d->param)
            return d->value;
    return info->value.initial;
}

static void uri(const preset *p, size_t channels)
{
    printf("\n<%s#preset_%s>\n    a pset:Preset ;\n    lv2:appliesTo <%s> ;\n", ttl_plugin_uri(channels), p->symbol,
           ttl_plugin_uri(channels));
}

void ttl_presets_manifest(size_t channels)
{
    for (int i = 0; i < PRESETS; i++) {
        uri(&presets[i], channels);
        printf("    rdfs:seeAlso <presets.ttl> .\n");
    }
}

static void write_preset(const preset *p, size_t channels)
{
    uri(p, channels);
    printf("    rdfs:label ");
    ttl_string(p->name);
    printf(" ;\n    rdfs:comment ");
    ttl_string(p->about);
    printf(" ;\n    state:state [\n        <" PROPERTY_PREFIX "slot_1> <backline-crunch.nam> ;\n"
           "        <" PROPERTY_PREFIX "cabinet_1> <backline-cabinet.wav>\n    ]");
    int count = 0;
    for (int port = PORT_SETTINGS; port < PORT_LATENCY; port++) {
        port_info info = port_describe((port_id)port, channels);
        if (is_of_the_player((port_id)port))
            continue;
        printf("%s[ lv2:symbol \"%s\" ; pset:value ", count++ ? " ,\n        " : " ;\n    lv2:port ", info.symbol);
        ttl_number(value_of(p, (port_id)port, &info), false); /* Ardour leaves whole numbers out */
        printf(" ]");
    }
    printf(" .\n");
}

void ttl_presets(size_t channels)
{
    for (int i = 0; i < PRESETS; i++)
        write_preset(&presets[i], channels);
}
