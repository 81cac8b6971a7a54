/* --param NAME=VALUE: the knobs of a parametric network. */
#ifndef TOOLS_KNOBS_H
#define TOOLS_KNOBS_H

#include <backline/model.h>

/* A knob and where it is to stand. */
typedef struct knob_setting {
    size_t index;
    float value;
} knob_setting;

typedef struct knob_settings {
    knob_setting *list;
    size_t count;
} knob_settings;

/* Reads the words, a list that ends with NULL or is NULL. Returns DONE or, after a complaint, WRONG_USAGE, or
 * FAILED without memory. knobs_free() in any case. */
int knobs_read(knob_settings *knobs, char *const *words, const bl_model *model);

void knobs_free(knob_settings *knobs);

#endif
