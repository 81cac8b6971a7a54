/* How much of a click is in a sound.
 *
 * The fourth difference of a sound, x[n] - 4 x[n-1] + 6 x[n-2] - 4 x[n-3] + x[n-4], leaves nearly nothing of what is
 * low, and three times its height of a step. A steady sound of its own has a largest one; what goes beyond that of the
 * sounds before and behind a change is the change's click. */
#ifndef BL_TESTS_SOAK_CLICKS_H
#define BL_TESTS_SOAK_CLICKS_H

#include <stddef.h>

/** Of a piece of sound: its largest sample, and its largest fourth difference. */
typedef struct soak_measure {
    double peak, residue;
} soak_measure;

soak_measure soak_measure_piece(const float *x, size_t frames);

/** A measure of both. */
soak_measure soak_louder(soak_measure a, soak_measure b);

/** How high a step would be that stands out as much as what happened between two steady sounds, as a ratio of their
 *  peak, or of -40 dBFS if that is less, for inside there may be more than what is heard; 0 if nothing stands out. Twice
 *  what both can have together is theirs. */
#define SOAK_LEAST_PEAK 1e-2
double soak_click(soak_measure before, soak_measure between, soak_measure behind);

#endif
