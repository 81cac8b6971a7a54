#include "model_file.h"

#include "commands.h"
#include "messages.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const long most_prewarm = 1 << 22; /* 87 s at 48 kHz, the most that a file can say */

static char *in_folder(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + 1 + strlen(name) + 1;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

char *bundled_path(const char *name)
{
    char *path = in_folder(assets_folder(), name);
    if (!path) {
        fail("There is not enough memory.");
    } else if (access(path, R_OK)) {
        fail("The bundled file %s is not in %s; name a model with -m MODEL, or the folder of the bundled files in "
             "the "
             "environment variable BACKLINE_ASSETS.",
             name, assets_folder());
        free(path);
        path = NULL;
    }
    return path;
}

int model_options(const model_words *words, bl_load_options *options)
{
    long prewarm = 0;
    *options = (bl_load_options){ .description_path = words->description,
                                  .has_quality = words->quality,
                                  .has_prewarm = words->prewarm };
    if (!option_real("--quality", words->quality, 0, 1, "", &options->quality) ||
        !option_whole("--prewarm", words->prewarm, 0, most_prewarm, &prewarm))
        return WRONG_USAGE;
    options->prewarm = (size_t)prewarm;
    return DONE;
}

int model_load(const char *path, const bl_load_options *options, bl_model **model)
{
    bl_error error = { 0 };
    return bl_model_load_file(path, options, model, &error) ? fail_engine(&error) : DONE;
}
