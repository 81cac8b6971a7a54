/* Everything at once: files, slots, settings, knobs, resets, in blocks of all sizes, from signals of all kinds. */
#ifndef BL_TESTS_SOAK_STORM_H
#define BL_TESTS_SOAK_STORM_H

#include "files.h"
#include "player.h"

/** What was done, for the report. */
typedef struct soak_counts {
    size_t models, impulses, broken, settings, resets, sleeps, bursts;
} soak_counts;

/** So many seconds of audio. */
void soak_storm(soak_player *p, const soak_files *files, bl_random *rng, double seconds, soak_counts *counts);

#endif
