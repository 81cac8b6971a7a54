/* The command line of `backline stream`. */
#ifndef TOOLS_STREAM_WORDS_H
#define TOOLS_STREAM_WORDS_H

#include "render_words.h"

typedef struct stream_words {
    render_words sound; /* what plays: the words that `backline render` has as well */
    char *rate, *channels, *format, *out_format, *container;
} stream_words;

/* The options, in groups; `all` includes the others. */
typedef struct stream_options {
    struct poptOption sound[9], samples[9], more[5], all[RIG_OPTION_GROUPS + 4];
} stream_options;

/* Both must stay where they are as long as the options are used. */
void stream_options_make(stream_options *o, stream_words *words);

/* An option of the rig that was given, which --raw cannot have; NULL if there is none. */
const char *stream_words_rig_option(const stream_words *words);

#endif
