#include "stream_words.h"

#include "options.h"

#include <string.h>

static void make_sound(stream_options *o, render_words *words)
{
    const struct poptOption rows[] = {
        RENDER_OPTIONS_RIG(words),
        { "mono", 0, POPT_ARG_NONE, &words->mono, 0, "Mix the channels of the input to one", NULL },
        { "stereo", 0, POPT_ARG_NONE, &words->stereo, 0, "Two channels in the output, also for a mono input",
          NULL },
        { "raw", 0, POPT_ARG_NONE, &words->raw, 0, "The network alone: no rig around it", NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->sound, "room for all");
    memcpy(o->sound, rows, sizeof rows);
}

static void make_samples(stream_options *o, stream_words *words)
{
    const struct poptOption rows[] = {
        { "container", 0, POPT_ARG_STRING, &words->container, OPTION_TEXT,
          "raw: bare samples (default); wav: WAV in, whose header says what the samples are, and WAV out", "WORD" },
        { "rate", 0, POPT_ARG_STRING, &words->rate, OPTION_TEXT, "Sample rate of bare samples", "HZ" },
        { "channels", 0, POPT_ARG_STRING, &words->channels, OPTION_TEXT,
          "Channels of bare samples, 1 to 256 (default 1)", "N" },
        { "format", 0, POPT_ARG_STRING, &words->format, OPTION_TEXT,
          "Bare samples, little-endian: s16, s24, s32, f32 (float) or f64 (double)", "FORMAT" },
        { "out-format", 0, POPT_ARG_STRING, &words->out_format, OPTION_TEXT,
          "Samples of the output (default: like those of the input)", "FORMAT" },
        { "block", 0, POPT_ARG_STRING, &words->sound.block, OPTION_TEXT,
          "Frames that are read, played and written at a time, 1 to 8192 (default 256)", "N" },
        { "tail", 0, POPT_ARG_STRING, &words->sound.tail, OPTION_TEXT,
          "Make the output so much longer than the input, 0 to 600 s", "SECONDS" },
        { "verbose", 'v', POPT_ARG_NONE, &words->sound.verbose, 0, "Say what goes in and out, and how late it is",
          NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->samples, "room for all");
    memcpy(o->samples, rows, sizeof rows);
}

static void make_more(stream_options *o, render_words *words)
{
    const struct poptOption rows[] = { MODEL_OPTION_DESCRIBE(&words->load),
                                       MODEL_OPTION_PREWARM(&words->load),
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

void stream_options_make(stream_options *o, stream_words *words)
{
    struct poptOption *row = o->all;
    make_sound(o, &words->sound);
    make_samples(o, words);
    make_more(o, &words->sound);
    rig_options_make(&words->sound.rig);
    *row++ = group(o->sound, "What plays:");
    *row++ = group(o->samples, "Samples:");
    for (size_t i = 0; i < RIG_OPTION_GROUPS; i++)
        *row++ = rig_options_row(&words->sound.rig, i);
    *row++ = group(o->more, "Other options:");
    *row++ = (struct poptOption)POPT_TABLEEND;
}

const char *stream_words_rig_option(const stream_words *words)
{
    const render_words *w = &words->sound;
    const char *option = rig_options_given(&w->rig);
    return w->rig_file   ? "rig"
           : w->cabinets ? "cabinet"
           : w->no_cab   ? "no-cab"
           : w->mono     ? "mono"
           : w->stereo   ? "stereo"
           : w->tail     ? "tail"
                         : option;
}
