/* A tuner: which note is played, and how far from it. For one thread, not the audio thread. */
#ifndef BACKLINE_FACE_TUNER_H
#define BACKLINE_FACE_TUNER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct tuner tuner;

typedef struct tuner_note {
    bool heard;
    const char *name; /* "A", "C♯"; "" if nothing is heard */
    int octave;       /* A4 is 440 Hz */
    double cents;     /* -50..50 */
    double hz;
} tuner_note;

/* NULL without memory. Finds 25 Hz (below a bass's low B) to 1.4 kHz, to 1 cent or better on a steady tone. */
tuner *tuner_create(void);
void tuner_free(tuner *t);

/* Mono sound at any rate from 2 kHz to 1 MHz (at others: nothing is heard); looks for the note about 15 times a second of it.
 * What it finds does not depend on how the sound is cut. Allocates nothing. */
void tuner_hear(tuner *t, const float *samples, size_t count, double rate_hz);

tuner_note tuner_read(const tuner *t);

#endif
