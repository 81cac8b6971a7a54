/** @file impulse.h
 *  An impulse response of a loudspeaker, read from an audio file and made ready for one sample rate. */
#ifndef BACKLINE_PLUGINS_IMPULSE_H
#define BACKLINE_PLUGINS_IMPULSE_H

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable and counted: shared by all who use it, on any thread. Never on the audio thread. */
typedef struct bl_impulse bl_impulse;

/** Longest response that is kept, in seconds, and in frames at its file's rate as well as at the one that it is made ready
 *  for, which are 5 s at up to 192 kHz: beyond that, resampling alone would take seconds. The rest is faded out and
 *  dropped. */
#define BL_IMPULSE_MAX_SECONDS 5.0
#define BL_IMPULSE_MAX_FRAMES  960000u

typedef struct bl_impulse_options {
    /** Of the signals that it will meet, 8 kHz .. 768 kHz. */
    double rate_hz;
    /** True: as it stands in the file; false: a level at which a guitar is as loud behind it as before it. */
    bool keep_level;
    /** True: as it stands, to the sample. False: what is silent (80 dB below the peak of all channels) before the first
     *  sound, which is only latency, and behind the last one is cut away, and the last 20th is faded out. */
    bool keep_silence;
} bl_impulse_options;

/** Read a file that libsndfile knows, of any depth and length, of one or two channels, of 4 kHz to 768 kHz. Only the
 *  first BL_IMPULSE_MAX_SECONDS, or BL_IMPULSE_MAX_FRAMES at the higher of both rates, are read; a file costs at most 64 MiB
 *  of memory.
 *
 *  Another rate than that of the file: resampled with libsamplerate's best converter and scaled by file rate / rate, so
 *  that the frequency response stays, not the size of the samples. What the converter rings before a sudden start is
 *  moved behind it with the same spectrum up to 18 kHz: the response is not late, and at all rates at the same time.
 *
 *  Level, unless it is kept: with H the frequency response, the mean of |H|^2, taken in power over the channels and over
 *  the 15 thirds of an octave from 160 Hz to 4 kHz, becomes 1. In these bands a guitar has, for the ear (weighted after
 *  ITU-R BS.1770), about the same energy each, and little elsewhere.
 *
 *  BL_ERR_IO, BL_ERR_FORMAT for what is no audio file or a damaged one, BL_ERR_UNSUPPORTED for more than two channels,
 *  another rate, no samples, nothing but silence (140 dB below full scale), and samples that are not finite or larger
 *  than 1e6; BL_ERR_ARGUMENT for rate_hz, BL_ERR_NO_MEM. The sentence begins with the path. */
BL_API bl_status bl_impulse_load(const char *path, const bl_impulse_options *options, bl_impulse **out,
                                 bl_error *error);

/** The same from memory: what a file would hold, e.g. through a host's own reader. The bytes are not needed after. */
BL_API bl_status bl_impulse_load_memory(const void *bytes, size_t size, const bl_impulse_options *options,
                                        bl_impulse **out, bl_error *error);

/** From samples that are there: channels (1 or 2) pointers to frames samples at sample_rate_hz; they are copied. */
BL_API bl_status bl_impulse_create(const float *const *samples, size_t channels, size_t frames,
                                   double sample_rate_hz, const bl_impulse_options *options, bl_impulse **out,
                                   bl_error *error);

/** Another owner; returns its argument. NULL is allowed. */
BL_API bl_impulse *bl_impulse_share(bl_impulse *impulse);
/** One owner less; the last one frees it. NULL is allowed. */
BL_API void bl_impulse_free(bl_impulse *impulse);

BL_API size_t bl_impulse_channels(const bl_impulse *impulse);
BL_API size_t bl_impulse_taps(const bl_impulse *impulse);
/** The taps of a channel at rate_hz; owned by the impulse. */
BL_API const float *bl_impulse_samples(const bl_impulse *impulse, size_t channel);
/** The rate that it was made ready for, and that of the file, in Hz. */
BL_API double bl_impulse_rate(const bl_impulse *impulse);
BL_API double bl_impulse_file_rate(const bl_impulse *impulse);

#ifdef __cplusplus
}
#endif
#endif
