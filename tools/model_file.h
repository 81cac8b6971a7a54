/* Finding and loading model files, and the options that go with that in several commands. */
#ifndef TOOLS_MODEL_FILE_H
#define TOOLS_MODEL_FILE_H

#include "assets.h"

#include <backline/model.h>
#include <popt.h>

/* The options' words; NULL where they were not given. */
typedef struct model_words {
    char *description, *quality, *prewarm;
} model_words;

/* Rows of a command's option table. */
#define MODEL_OPTION_DESCRIBE(words)                                                                               \
    {                                                                                                              \
        "describe", 0, POPT_ARG_STRING, &(words)->description, OPTION_TEXT,                                        \
            "JSON file that describes the network of a bare state dict", "FILE"                                    \
    }
#define MODEL_OPTION_QUALITY(words)                                                                                \
    {                                                                                                              \
        "quality", 0, POPT_ARG_STRING, &(words)->quality, OPTION_TEXT,                                             \
            "Which size of a network that comes in several, 0 (smallest) to 1 (default)", "Q"                      \
    }
#define MODEL_OPTION_PREWARM(words)                                                                                \
    {                                                                                                              \
        "prewarm", 0, POPT_ARG_STRING, &(words)->prewarm, OPTION_TEXT,                                             \
            "Zeros that the network hears first (default: as its format says)", "SAMPLES"                          \
    }

/* Reads the words, which must live as long as the options. Returns DONE or, after a complaint, WRONG_USAGE. */
int model_options(const model_words *words, bl_load_options *options);

/* The path of a bundled file; NULL after a message if it is not there. The caller frees the result. */
char *bundled_path(const char *name);

/* Loads a model. Returns DONE or, after a message, FAILED. */
int model_load(const char *path, const bl_load_options *options, bl_model **model);

#endif
