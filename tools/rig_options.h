/* An option for every setting of a rig. */
#ifndef TOOLS_RIG_OPTIONS_H
#define TOOLS_RIG_OPTIONS_H

#include <popt.h>
#include <rig_file.h>

enum { RIG_OPTION_GROUPS = 6 };

/* The words of the command line; NULL where an option was not given. Begins as zero. */
typedef struct rig_options {
    char *words[BL_RIG_PARAM_COUNT];
    char names[BL_RIG_PARAM_COUNT][24], abouts[BL_RIG_PARAM_COUNT][200], arguments[BL_RIG_PARAM_COUNT][40];
    struct poptOption
        table[BL_RIG_PARAM_COUNT + RIG_OPTION_GROUPS]; /* a group after the other, each with its end */
    struct poptOption *groups[RIG_OPTION_GROUPS];
} rig_options;

/* Makes the tables, one for each group of settings. They stay valid as long as *o stays where it is. */
void rig_options_make(rig_options *o);

/* A row of a command's table: group i with its heading. */
struct poptOption rig_options_row(rig_options *o, size_t i);

/* Turns the settings that were given. Returns DONE or, after a complaint, WRONG_USAGE. */
int rig_options_read(const rig_options *o, bl_rig_setup *setup);

/* The name of an option that was given, but for --quality, which is also the network's own; NULL if there is none. */
const char *rig_options_given(const rig_options *o);

#endif
