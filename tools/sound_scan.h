/* What a picture of an audio file needs, gathered in one pass: outline, levels, spectrogram. */
#ifndef TOOLS_SOUND_SCAN_H
#define TOOLS_SOUND_SCAN_H

#include "spectrogram.h"

#include <stddef.h>
#include <stdint.h>

/* One pixel column of a waveform; all channels together. */
typedef struct outline {
    float low, high;
    double squares;
    uint64_t samples;
} outline;

typedef struct sound_scan {
    const char *path;
    size_t channels, columns;
    uint64_t frames;
    double rate_hz, seconds;
    double peak, rms; /* 1 is full scale */
    outline *outlines;
    /* Transforms of a long and of a short window: one knows the pitch, the other the moment. */
    spectrogram longer, shorter;
} sound_scan;

/* Reads the file. Returns DONE or, after a message, FAILED; sound_scan_free() in any case. */
int sound_scan_read(sound_scan *scan, const char *path, size_t columns);

void sound_scan_free(sound_scan *scan);

#endif
