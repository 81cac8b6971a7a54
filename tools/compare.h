/* Two recordings and how they differ: what stands behind `backline compare`. A is the reference. */
#ifndef TOOLS_COMPARE_H
#define TOOLS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

/* A recording in memory. Levels are of the recording as a whole. */
typedef struct compare_sound {
    const char *path;
    size_t channels, frames;
    double rate_hz;
    float **rows;                  /* [channels][frames]; what is not finite in the file counts as 0 */
    double loudness_lufs;          /* NAN where it has none: silent, or shorter than the meter's 400 ms */
    double sample_peak, true_peak; /* 1 is full scale; NAN where libebur128 has no meter for the file */
} compare_sound;

/* Reads a file. Returns DONE or, after a message, FAILED; compare_sound_free() in any case. */
int compare_sound_read(compare_sound *sound, const char *path);

void compare_sound_free(compare_sound *sound);

/* The parts of A and B that are held against each other. */
typedef struct compare_pair {
    size_t channels, frames;
    double rate_hz;
    const float **a, **b;    /* [channels][frames]; a recording of one channel stands for all */
    size_t a_begin, b_begin; /* the recordings' frames that they begin with */
    float *copy;             /* of B where it was changed, else NULL */
} compare_pair;

/* Both from their first frames on. Returns DONE or, after a message, FAILED; compare_pair_free() in any case. A
 * and B must have the same rate, and the same number of channels or one of them one; both have samples. */
int compare_pair_begin(compare_pair *pair, const compare_sound *a, const compare_sound *b);

/* The same, with B moved to where A is: B(t + delay) stands beside A(t). */
int compare_pair_align(compare_pair *pair, const compare_sound *a, const compare_sound *b, double delay);

/* Turns the sign of B, which must be a copy. */
void compare_pair_invert(compare_pair *pair);

void compare_pair_free(compare_pair *pair);

/* How late B is. */
typedef struct compare_delay {
    double samples;     /* above 0: B is later. NAN where A or B is silent, or nothing of them is alike */
    double correlation; /* of A and B there, 0 to 1, whatever their polarity */
} compare_delay;

/* The place of the highest cross-correlation, of all channels together, within 2^18 samples to either side. Returns
 * DONE or, after a message, FAILED. */
int compare_find_delay(compare_delay *delay, const compare_sound *a, const compare_sound *b);

/* Scale factor g for which g * A is nearest to B, in the sense of least squares; NAN where A is silent. */
double compare_gain(const compare_pair *pair);

/* The least squares of A - B and the worst of it. Ratios are NAN where A is silent but B is not, and 0 where both
 * are. */
typedef struct compare_errors {
    double esr;          /* sum of (A - B)^2 over sum of A^2 */
    double esr_emphasis; /* the same after x[t] - 0.85 x[t-1] */
    double null_db;      /* 10 log10 of the least that the ratio becomes when B is scaled; -200 is nothing at all */
    double worst;        /* largest |A - B| */
    size_t worst_frame, worst_channel; /* the first such place, in the pair */
} compare_errors;

void compare_measure(compare_errors *errors, const compare_pair *pair);

/* Multi-resolution STFT error; the formula is in compare_stft.c. NAN where the pair is too short. */
typedef struct compare_spectral {
    double error, convergence, log_magnitude;
} compare_spectral;

/* Returns DONE or FAILED: after a message, or because of a signal. */
int compare_measure_stft(compare_spectral *spectral, const compare_pair *pair);

/* Everything together. */
typedef struct compare_result {
    const compare_sound *a, *b;
    const compare_pair *pair; /* that was measured */
    bool aligned;             /* whether delay and polarity were taken out of it */
    compare_delay delay;
    double gain; /* of B at that delay; below 0 where it is inverted; NAN where there is no delay */
    compare_errors errors;
    compare_spectral spectral;
    double max_esr; /* NAN where no limit was given */
    bool exceeded;
} compare_result;

void compare_print_text(const compare_result *result);

/* Returns DONE or, after a message, FAILED. */
int compare_print_json(const compare_result *result);

#endif
