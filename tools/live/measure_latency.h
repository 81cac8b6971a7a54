/* backline live --measure-latency: from the program out through a cable and back in. */
#ifndef TOOLS_LIVE_MEASURE_LATENCY_H
#define TOOLS_LIVE_MEASURE_LATENCY_H

#include "audio.h"

#include <stdatomic.h>

/* Plays chirps through an open stream, and looks for them in what comes in. Prints the latency. Returns DONE, or FAILED
 * after a sentence. Ends early when *quit. */
int measure_latency(audio *a, const atomic_bool *quit);

/* How much later than the chirp its like begins in a recording of so many frames: frames, or -1 if it is not there. */
long chirp_find(const float *chirp, size_t length, const float *recording, size_t frames);

/* A sweep from 500 Hz to 8 kHz, at -12 dBFS, with soft ends. */
void chirp_make(float *chirp, size_t length, double rate_hz);

#endif
