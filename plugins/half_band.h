/* Twice or half the sample rate, by a filter that has linear phase and of which every second tap is zero.
 *
 * h[j], j = 0 .. 2 reach, reach odd: sin(pi n / 2) / (pi n) times a Kaiser window, with n = j - reach: zero for even n
 * but for h[reach] = 1/2 (F. Mintzer, On half-band, third-band, and Nth-band FIR filters and their design, IEEE
 * Trans. ASSP 1982). So one of two samples passes as it is, and the other is the sum of reach + 1 taps. */
#ifndef BL_PLUGINS_HALF_BAND_H
#define BL_PLUGINS_HALF_BAND_H

#include "kernels/kernels.h"

#include <backline/status.h>
#include <stdbool.h>

enum {
    BL_HALF_BAND_MOST_REACH = 37,
    BL_HALF_BAND_RUN = 64 /* low-rate frames that are computed at once */
};

/** One channel in one direction; plain data. */
typedef struct bl_half_band {
    bl_fir_fn *fir;
    size_t reach;
    float taps[2 + BL_HALF_BAND_MOST_REACH]; /* as bl_fir_fn wants them, of h[0], h[2], ..., h[2 reach] */
    bool odd;                                /* down: the first of two samples has come */
    float first;
    /* The past and a run: of the input; down: of its first and of its second samples. */
    float summed[BL_HALF_BAND_MOST_REACH + BL_HALF_BAND_RUN + BL_ROW_PADDING];
    float passed[BL_HALF_BAND_MOST_REACH + BL_HALF_BAND_RUN];
} bl_half_band;

/** A filter between a rate and twice that rate, for signals that came from `low_hz` / 2^stage: the more often the rate
 *  was doubled before, the wider is the gap between the signal and its image, and the shorter the filter. With its
 *  first stage, 0 .. 0.4125 of the low rate pass within 0.0001 dB, and of their images no more than -100 dB.
 *  Silent past. fir is of bl_kernels. */
void bl_half_band_init(bl_half_band *filter, bl_fir_fn *fir, size_t stage, bool up);

void bl_half_band_reset(bl_half_band *filter);

/** Twice as many frames as came in, late by `reach` of them; no overlap of out and in. */
BL_REALTIME void bl_half_band_up(bl_half_band *filter, float *out, const float *in, size_t frames);

/** A frame for every second one that came, late by (reach - 1) / 2 of them, counted from the second of the two.
 *  Returns their number; out may equal in. */
BL_REALTIME size_t bl_half_band_down(bl_half_band *filter, float *out, const float *in, size_t frames);

#endif
