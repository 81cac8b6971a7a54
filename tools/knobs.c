#include "knobs.h"

#include "commands.h"
#include "messages.h"
#include "options.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "a, b, c"; cut where it does not fit. */
static void list_names(const bl_model *model, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < bl_model_param_count(model) && used < size; i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", knob.name);
    }
}

static int unknown_knob(const bl_model *model, int length, const char *name)
{
    char names[1024] = "";
    if (!bl_model_param_count(model))
        return fail_usage("--param %.*s: this model has no knobs.", length, name);
    list_names(model, names, sizeof names);
    return fail_usage("--param %.*s: this model has no such knob; its knobs are: %s.", length, name, names);
}

static bool find_knob(const bl_model *model, const char *name, size_t length, size_t *index, bl_param_info *knob)
{
    for (*index = 0; *index < bl_model_param_count(model); ++*index) {
        bl_model_get_param(model, *index, knob);
        if (strlen(knob->name) == length && !memcmp(knob->name, name, length))
            return true;
    }
    return false;
}

/* The value stands behind the last '=', because a name may hold one. */
static int read_word(const char *word, const bl_model *model, knob_setting *setting)
{
    const char *equals = strrchr(word, '=');
    if (!equals || equals == word)
        return fail_usage("--param wants NAME=VALUE, not \"%s\".", word);
    bl_param_info knob;
    if (!find_knob(model, word, (size_t)(equals - word), &setting->index, &knob))
        return unknown_knob(model, (int)(equals - word), word);
    char option[280];
    double value;
    snprintf(option, sizeof option, "--param %s", knob.name);
    if (!option_real(option, equals + 1, (double)knob.minimum, (double)knob.maximum, "", &value))
        return WRONG_USAGE;
    setting->value = (float)value;
    return DONE;
}

int knobs_read(knob_settings *knobs, char *const *words, const bl_model *model)
{
    size_t count = 0;
    while (words && words[count])
        count++;
    *knobs = (knob_settings){ .list = calloc(count + 1, sizeof *knobs->list) };
    if (!knobs->list)
        return fail("There is not enough memory.");
    int code = DONE;
    for (; !code && knobs->count < count; knobs->count++)
        code = read_word(words[knobs->count], model, &knobs->list[knobs->count]);
    return code;
}

void knobs_free(knob_settings *knobs)
{
    free(knobs->list);
    *knobs = (knob_settings){ 0 };
}
