/* The pitch of a piece of sound. */
#ifndef BACKLINE_FACE_TUNER_PITCH_H
#define BACKLINE_FACE_TUNER_PITCH_H

#include <stddef.h>

enum { PITCH_MOST = 3200 }; /* samples */

typedef struct pitch {
    float sound[PITCH_MOST + 8]; /* without its mean; zeros behind it */
    float likeness[PITCH_MOST / 2 + 8];
} pitch;

/* Hz of what repeats itself in count <= PITCH_MOST samples at rate_hz, or 0 if nothing does between 25 Hz and 1.4 kHz.
 * Needs two periods at least. p is memory to work in. */
double pitch_find(pitch *p, const float *samples, size_t count, double rate_hz);

#endif
