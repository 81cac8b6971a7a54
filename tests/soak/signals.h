/* What a rig hears in a soak: sounds, silence, and what no sound is. */
#ifndef BL_TESTS_SOAK_SIGNALS_H
#define BL_TESTS_SOAK_SIGNALS_H

#include "test_support.h"

typedef enum soak_signal_kind {
    SOAK_SILENCE,
    SOAK_NOISE,
    SOAK_PLUCKS,
    SOAK_STEADY, /* a chord that repeats every 20 ms, to the bit */
    SOAK_OFFSET,
    SOAK_NAN,
    SOAK_INFINITE,
    SOAK_HUGE,
    SOAK_DENORMAL,
    SOAK_SIGNALS
} soak_signal_kind;

extern const char *const soak_signal_names[SOAK_SIGNALS];

typedef struct soak_signal {
    soak_signal_kind kind;
    float level;
    size_t period; /* of the chord, in frames */
    size_t at;     /* frames so far */
    bl_random rng;
} soak_signal;

/** The next frames, the same in all channels but for the noise. */
void soak_signal_next(soak_signal *s, float *const *x, size_t channels, size_t frames);

#endif
