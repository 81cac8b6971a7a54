/* Sound for a window's tuner: the first input, at a low rate, while a window wants it. Audio thread. */
#ifndef BACKLINE_LV2_TUNER_TAP_H
#define BACKLINE_LV2_TUNER_TAP_H

#include "biquad.h"

#include <stdbool.h>
#include <stdint.h>

enum { TUNER_TAP_ROOM = 2048, TUNER_TAP_CHUNK = 256 };

typedef struct tuner_tap {
    double in_rate_hz, rate_hz; /* of the input, and of the sound */
    uint32_t every, phase;      /* one sample of so many is kept */
    uint64_t frames_left;       /* until nobody wants it any more; 0: nobody does */
    bl_biquad filters[2];       /* against aliases */
    float sound[TUNER_TAP_ROOM];
    size_t count;
} tuner_tap;

void tuner_tap_init(tuner_tap *t, double rate_hz);

/* A window wants it, for the next TUNER_PATIENCE seconds: one that crashed asks no more. */
BL_REALTIME void tuner_tap_want(tuner_tap *t, bool wanted);

/* Any samples; NULL: none. Where nobody takes the sound, what is new is dropped. */
BL_REALTIME void tuner_tap_hear(tuner_tap *t, const float *in, uint32_t frames);

/* Whether there is enough sound for a message; and: it was sent. */
BL_REALTIME bool tuner_tap_has_news(const tuner_tap *t);
BL_REALTIME void tuner_tap_taken(tuner_tap *t);

#endif
