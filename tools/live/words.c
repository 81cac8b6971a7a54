#include "words.h"

#include "../options.h"

#include <string.h>

static void make_sound(live_options *o, render_words *words)
{
    const struct poptOption rows[] = { RENDER_OPTIONS_RIG(words), POPT_TABLEEND };
    _Static_assert(sizeof rows == sizeof o->sound, "room for all");
    memcpy(o->sound, rows, sizeof rows);
}

static void make_devices(live_options *o, live_words *words)
{
    const struct poptOption rows[] = {
        { "in", 0, POPT_ARG_STRING, &words->in, OPTION_TEXT,
          "Device by number, name or a part of it, and its channel: \"USB:2\" (default: as last time)",
          "DEVICE:CHANNEL" },
        { "out", 0, POPT_ARG_STRING, &words->out, OPTION_TEXT,
          "The same for the output, one channel or two: \"USB:1,2\"", "DEVICE:CHANNELS" },
        { "rate", 0, POPT_ARG_STRING, &words->rate, OPTION_TEXT, "Sample rate (default: the device's)", "HZ" },
        { "block", 0, POPT_ARG_STRING, &words->block, OPTION_TEXT,
          "Frames at a time, 1 to 8192 (default: the device's)", "N" },
        { "measure-latency", 0, POPT_ARG_NONE, &words->measure_latency, 0,
          "Play chirps, and look for them in the input: connect both by a cable", NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->devices, "room for all");
    memcpy(o->devices, rows, sizeof rows);
}

static void make_life(live_options *o, live_words *words)
{
    const struct poptOption rows[] = {
        { "record", 0, POPT_ARG_STRING, &words->record, OPTION_TEXT,
          "Record what comes in and what goes out into the channels of one file (.wav, .w64)", "FILE" },
        { "force", 'f', POPT_ARG_NONE, &words->sound.force, 0, "Replace the recording if it exists", NULL },
        { "guard", 0, POPT_ARG_STRING, &words->guard, OPTION_TEXT,
          "Go on with a smaller size of the network where blocks take more than this share of their time, 0.05 to "
          "1",
          "SHARE" },
        { "midi-learn", 0, POPT_ARG_STRING, &words->midi_learn, OPTION_TEXT,
          "The next MIDI controller that moves is for this: a setting, as output_gain, or next_model and the like",
          "TARGET" },
        { "no-ui", 0, POPT_ARG_NONE, &words->no_ui, 0, "No screen, for services: messages as lines", NULL },
        { "status", 0, POPT_ARG_NONE, &words->status, 0, "No screen, but a line of JSON every second", NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->life, "room for all");
    memcpy(o->life, rows, sizeof rows);
}

static void make_more(live_options *o, render_words *words)
{
    const struct poptOption rows[] = { MODEL_OPTION_DESCRIBE(&words->load),
                                       { "cpu", 0, POPT_ARG_STRING, &words->cpu, OPTION_TEXT,
                                         "Instruction set: auto, scalar, sse2, avx2, avx512 or neon", "LEVEL" },
                                       OPTIONS_END };
    _Static_assert(sizeof rows == sizeof o->more, "room for all");
    memcpy(o->more, rows, sizeof rows);
}

static struct poptOption group(struct poptOption *table, const char *heading)
{
    return (struct poptOption){ NULL, 0, POPT_ARG_INCLUDE_TABLE, table, 0, heading, NULL };
}

void live_options_make(live_options *o, live_words *words)
{
    struct poptOption *row = o->all;
    make_sound(o, &words->sound);
    make_devices(o, words);
    make_life(o, words);
    make_more(o, &words->sound);
    rig_options_make(&words->sound.rig);
    *row++ = group(o->sound, "What plays:");
    *row++ = group(o->devices, "Devices:");
    *row++ = group(o->life, "While it plays:");
    for (size_t i = 0; i < RIG_OPTION_GROUPS; i++)
        *row++ = rig_options_row(&words->sound.rig, i);
    *row++ = group(o->more, "Other options:");
    *row++ = (struct poptOption)POPT_TABLEEND;
}
