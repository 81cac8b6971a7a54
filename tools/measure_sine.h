/* What a device makes of a steady sine: its harmonics, and all that is no harmonic.
 *
 * The sine is played until the device has settled, then a stretch of about half a second is analysed. Its
 * frequency is a whole number of cycles in that stretch, near the wanted one and such that what is folded back at
 * half the rate falls between the harmonics, not onto them. */
#ifndef TOOLS_MEASURE_SINE_H
#define TOOLS_MEASURE_SINE_H

#include <stddef.h>

/* A device with one channel in and one out. */
typedef struct sine_player {
    /* From the device's state in silence on, plays so many samples of `in` and gives as many. Returns DONE or,
     * after a message, FAILED. */
    int (*play)(void *context, float *out, const float *in, size_t frames);
    void *context;
    double rate_hz;
    size_t settle; /* samples after which the answer to a sine repeats itself; those are not analysed */
} sine_player;

enum { SINE_MOST_HARMONICS = 1024 };

/* output = dc + sum over k of amplitude[k] * sin((k + 1) * p + phase[k]), where the input is peak * sin(p), and
 * other_power is the mean square of what remains. */
typedef struct sine_response {
    double hz;        /* that was played */
    size_t harmonics; /* below half the rate, the fundamental being the first */
    double amplitude[SINE_MOST_HARMONICS], phase[SINE_MOST_HARMONICS];
    double dc;
    double harmonic_power; /* mean square of all harmonics together */
    double other_power;    /* without what lies within 12 Hz of a harmonic or of 0 Hz, where slow drift is */
} sine_response;

/* Plays a sine of that peak (1 is full scale). hz must lie between rate_hz / 1000 and 0.49 rate_hz. Powers below
 * 1e-15 of the output's are the rounding of float samples. Returns DONE or, after a message, FAILED. */
int sine_measure(const sine_player *player, double hz, double peak, sine_response *response);

#endif
