#include "render_words.h"

#include "options.h"

#include <string.h>

static void make_sound(render_options *o, render_words *words)
{
    const struct poptOption rows[] = {
        { "model", 'm', POPT_ARG_ARGV, &words->models, 0,
          "Model file (default: a bundled one); several fill the slots 1 to 16", "MODEL" },
        { "cabinet", 'c', POPT_ARG_ARGV, &words->cabinets, 0,
          "Impulse response of a loudspeaker, any audio file; a second one is blended with it", "IR" },
        { "no-cab", 0, POPT_ARG_NONE, &words->no_cab, 0, "No impulse response, also not the bundled one", NULL },
        { "rig", 0, POPT_ARG_STRING, &words->rig_file, 0, "Rig file: files and settings; other options override it",
          "FILE" },
        { "save-rig", 0, POPT_ARG_STRING, &words->save_rig, 0, "Write a rig file; IN and OUT may be left out then",
          "FILE" },
        { "param", 0, POPT_ARG_ARGV, &words->params, 0, "Turn a knob of the model; may be given several times",
          "NAME=VALUE" },
        { "mono", 0, POPT_ARG_NONE, &words->mono, 0, "Mix the channels of IN to one", NULL },
        { "stereo", 0, POPT_ARG_NONE, &words->stereo, 0, "Two channels in OUT, also for a mono recording", NULL },
        { "raw", 0, POPT_ARG_NONE, &words->raw, 0, "The network alone: no rig around it, float samples", NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->sound, "room for all");
    memcpy(o->sound, rows, sizeof rows);
}

static void make_files(render_options *o, render_words *words)
{
    const struct poptOption rows[] = {
        { "output", 'o', POPT_ARG_STRING, &words->folder, 0, "Folder for the results, of any number of recordings",
          "DIR" },
        { "force", 'f', POPT_ARG_NONE, &words->force, 0, "Replace OUT if it exists", NULL },
        { "bits", 0, POPT_ARG_STRING, &words->bits, 0, "Samples in OUT: 16, 24 or 32f (float)", "BITS" },
        { "tail", 0, POPT_ARG_STRING, &words->tail, 0, "Make OUT so much longer than IN, 0 to 600 s", "SECONDS" },
        { "verbose", 'v', POPT_ARG_NONE, &words->verbose, 0, "Say how fast it was, also where there is no terminal",
          NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->files, "room for all");
    memcpy(o->files, rows, sizeof rows);
}

static void make_more(render_options *o, render_words *words)
{
    const struct poptOption rows[] = {
        MODEL_OPTION_DESCRIBE(&words->load),
        MODEL_OPTION_PREWARM(&words->load),
        { "threads", 0, POPT_ARG_STRING, &words->threads, 0, "Cores to use (default: all that there are)", "N" },
        { "block", 0, POPT_ARG_STRING, &words->block, 0, "Frames at a time, 1 to 8192 (default 1024)", "N" },
        { "cpu", 0, POPT_ARG_STRING, &words->cpu, 0, "Instruction set: auto, scalar, sse2, avx2, avx512 or neon",
          "LEVEL" },
        OPTIONS_END
    };
    _Static_assert(sizeof rows == sizeof o->more, "room for all");
    memcpy(o->more, rows, sizeof rows);
}

static struct poptOption group(struct poptOption *table, const char *heading)
{
    return (struct poptOption){ NULL, 0, POPT_ARG_INCLUDE_TABLE, table, 0, heading, NULL };
}

void render_options_make(render_options *o, render_words *words)
{
    struct poptOption *row = o->all;
    make_sound(o, words);
    make_files(o, words);
    make_more(o, words);
    rig_options_make(&words->rig);
    *row++ = group(o->sound, "What plays:");
    *row++ = group(o->files, "Files:");
    for (size_t i = 0; i < RIG_OPTION_GROUPS; i++)
        *row++ = rig_options_row(&words->rig, i);
    *row++ = group(o->more, "Other options:");
    *row++ = (struct poptOption)POPT_TABLEEND;
}
