/* Aliasing: what a device that distorts makes of a high sine besides its harmonics. Harmonics that would lie above
 * half the sample rate are folded back, to frequencies which have nothing to do with the note. */
#ifndef TOOLS_ALIAS_MEASURE_H
#define TOOLS_ALIAS_MEASURE_H

#include "measure_sine.h"

typedef struct alias_point {
    double hz;             /* of the sine that was played: within 3 % of the wanted one, see measure_sine.h */
    double harmonic_power; /* mean squares */
    double other_power;
    /* Energy that is no harmonic, relative to that of the harmonics. Not below -150, the rounding of float samples;
     * NAN where the device is silent. */
    double alias_db;
} alias_point;

/* Plays a sine of that peak (1 is full scale) and that frequency, within the bounds of sine_measure(). Returns DONE
 * or, after a message, FAILED. */
int alias_measure(const sine_player *player, double hz, double peak, alias_point *point);

/* The same for `count` >= 2 frequencies from low_hz to high_hz, equally spaced on a logarithmic scale. A stop that
 * was requested (stop.h) ends it, with FAILED and no message. */
int alias_sweep(const sine_player *player, double low_hz, double high_hz, double peak, alias_point *points,
                size_t count);

/* Of a sweep as a whole: all energy that is no harmonic relative to all harmonic energy, in dB as above. */
double alias_total_db(const alias_point *points, size_t count);

#endif
