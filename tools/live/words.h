/* The command line of `backline live`. */
#ifndef TOOLS_LIVE_WORDS_H
#define TOOLS_LIVE_WORDS_H

#include "../render_words.h"

typedef struct live_words {
    render_words sound; /* what plays: the words that `backline render` has as well */
    char *in, *out, *rate, *block, *record, *guard, *midi_learn;
    int no_ui, status, measure_latency;
} live_words;

/* The options, in groups; `all` includes the others. */
typedef struct live_options {
    struct poptOption sound[6], devices[6], life[7], more[4], all[RIG_OPTION_GROUPS + 5];
} live_options;

/* Both must stay where they are as long as the options are used. */
void live_options_make(live_options *o, live_words *words);

#endif
