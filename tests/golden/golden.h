/* What the golden renders play: a list of cases, each of which gives the same samples every time. */
#ifndef BL_TESTS_GOLDEN_H
#define BL_TESTS_GOLDEN_H

#include <backline/cpu.h>
#include <stddef.h>

/** Fixtures, each with all its files. */
typedef struct golden_folders {
    const char *models, *assets;
} golden_folders;

/** What a case gives, planar: [channels][frames]. */
typedef struct golden_sound {
    size_t channels, frames;
    float *samples;
} golden_sound;

/** Receives each case's name and how it is played. */
typedef struct golden_case {
    char name[64];
    golden_sound (*play)(const struct golden_case *c, const golden_folders *folders, bl_cpu cpu);
    size_t index;    /* into the list that it came from */
    char path[1024]; /* of the case's file, if it has one */
} golden_case;

/** Network files in folders->models, networks made by code, and rigs. Each fills at most `most` cases and returns how
 *  many; ends the process with a sentence if there is something wrong. */
size_t golden_files(const golden_folders *folders, golden_case *cases, size_t most);
size_t golden_networks(golden_case *cases, size_t most);
size_t golden_rigs(golden_case *cases, size_t most);

/** The input of channel `channel`: plucked strings and bursts of noise, made of additions and multiplications only, so
 *  that every machine computes the same. */
void golden_input(float *x, size_t frames, size_t channel);

golden_sound golden_new_sound(size_t channels, size_t frames);

/** Ends the process with a sentence. */
_Noreturn void golden_fail(const char *format, ...);

#endif
