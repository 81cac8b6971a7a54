/* The command line of `backline render`. */
#ifndef TOOLS_RENDER_WORDS_H
#define TOOLS_RENDER_WORDS_H

#include "model_file.h"
#include "rig_options.h"

typedef struct render_words {
    model_words load;
    rig_options rig;
    char **models, **cabinets, **params; /* lists that end with NULL, or NULL */
    char *rig_file, *save_rig, *tail, *folder, *bits, *threads, *block, *cpu, *manifest, *jobs, *shard;
    int mono, stereo, no_cab, force, raw, verbose;
} render_words;

/* Rows of a command's table: what plays, the same for all commands that play a rig. */
#define RENDER_OPTIONS_RIG(words)                                                                                   \
    { "model",          'm', POPT_ARG_ARGV,                                                                         \
      &(words)->models, 0,   "Model file (default: a bundled one); several fill the slots 1 to 16",                 \
      "MODEL" },                                                                                                    \
        { "cabinet",                                                                                                \
          'c',                                                                                                      \
          POPT_ARG_ARGV,                                                                                            \
          &(words)->cabinets,                                                                                       \
          0,                                                                                                        \
          "Impulse response of a loudspeaker, any audio file; a second one is blended with it",                     \
          "IR" },                                                                                                   \
        { "no-cab", 0, POPT_ARG_NONE, &(words)->no_cab, 0, "No impulse response, also not the bundled one", NULL }, \
        { "rig",           0,                                                                                       \
          POPT_ARG_STRING, &(words)->rig_file,                                                                      \
          OPTION_TEXT,     "Rig file: files and settings; other options override it",                               \
          "FILE" },                                                                                                 \
    {                                                                                                               \
        "param", 0, POPT_ARG_ARGV, &(words)->params, 0, "Turn a knob of the model; may be given several times",     \
            "NAME=VALUE"                                                                                            \
    }

/* The options, in groups; `all` includes the others. */
typedef struct render_options {
    struct poptOption sound[9], result[3], files[4], many[5], more[5], run[3], all[RIG_OPTION_GROUPS + 7];
} render_options;

/* Both must stay where they are as long as the options are used. */
void render_options_make(render_options *o, render_words *words);

/* Only those that a row of a manifest may have: what plays, and what comes out. */
void render_options_make_row(render_options *o, render_words *words);

/* The other words about the sound, where a row has none of its own. Returns DONE or, after a message, FAILED. */
int render_words_inherit(render_words *row, const render_words *others);

#endif
