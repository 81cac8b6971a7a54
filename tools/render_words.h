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
