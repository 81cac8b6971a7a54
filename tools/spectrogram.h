/* A spectrogram of fixed width, made while a file streams by. */
#ifndef TOOLS_SPECTROGRAM_H
#define TOOLS_SPECTROGRAM_H

#include <kiss_fftr.h>
#include <stddef.h>
#include <stdint.h>

typedef struct spectrogram {
    size_t size, bins; /* of the transform: bins = size/2 + 1, from 0 Hz to half the sample rate */
    size_t hop;        /* frames that spectrogram_feed() takes at a time */
    size_t columns;
    size_t channels;
    uint64_t frames, fed;
    float *level_db; /* [columns][bins]; 0 dB is a sine at full scale; valid after finish */
    unsigned *hits;  /* transforms in each column */
    float *history;  /* [channels][size], the newest frames last */
    float *window, *windowed;
    kiss_fft_cpx *spectrum;
    kiss_fftr_cfg fft;
    float scale; /* makes a full-scale sine's power 1 */
} spectrogram;

/* For a file of so many frames, which will come hop at a time; the window lasts for about the given time.
 * Returns DONE or, after a message, FAILED; spectrogram_free() in any case. */
int spectrogram_begin(spectrogram *s, uint64_t frames, double rate_hz, double window_seconds, size_t hop,
                      size_t channels, size_t columns);

/* Takes the next hop frames of interleaved samples; the last ones are filled up with zeros. */
void spectrogram_feed(spectrogram *s, const float *samples);

/* Completes level_db. */
void spectrogram_finish(spectrogram *s);

void spectrogram_free(spectrogram *s);

#endif
