/* What loudness is measured on: a second of pink noise, always the same. */
#ifndef BL_PLUGINS_LOUDNESS_SIGNAL_H
#define BL_PLUGINS_LOUDNESS_SIGNAL_H

#include <stddef.h>

/** Samples of the signal at that rate. */
size_t bl_loudness_signal_frames(double rate_hz);

/** Fills out, bl_loudness_signal_frames() samples. */
void bl_loudness_signal(double rate_hz, float *out);

#endif
