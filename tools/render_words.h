/* The command line of `backline render`. */
#ifndef TOOLS_RENDER_WORDS_H
#define TOOLS_RENDER_WORDS_H

#include "model_file.h"
#include "rig_options.h"

typedef struct render_words {
    model_words load;
    rig_options rig;
    char **models, **cabinets, **params; /* lists that end with NULL, or NULL */
    char *rig_file, *save_rig, *tail, *folder, *bits, *threads, *block, *cpu;
    int mono, stereo, no_cab, force, raw, verbose;
} render_words;

/* The options, in groups; `all` includes the others. */
typedef struct render_options {
    struct poptOption sound[10], files[6], more[7], all[RIG_OPTION_GROUPS + 4];
} render_options;

/* Both must stay where they are as long as the options are used. */
void render_options_make(render_options *o, render_words *words);

#endif
