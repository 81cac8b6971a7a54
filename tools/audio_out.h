/* Audio files as output: complete under their name, or not there at all (output_file.h). */
#ifndef TOOLS_AUDIO_OUT_H
#define TOOLS_AUDIO_OUT_H

#include "audio_format.h"
#include "output_file.h"

#include <stdint.h>

typedef struct audio_out {
    output_file file;
    SNDFILE *snd;
    const audio_format *format;
    audio_bits bits;
    size_t channels;
    int *integers; /* one block, rounded */
    uint64_t frames, clipped;
    float peak; /* largest absolute sample */
} audio_out;

/* Opens. Writes of up to max_frames frames will follow. bits must be settled. */
int audio_out_open(audio_out *out, const char *path, const audio_format *format, audio_bits bits, double rate_hz,
                   size_t channels, size_t max_frames, bool force);

/* Whether so many frames, UINT64_MAX if that is not known, fit into such a file: before hours are spent on them. Returns DONE or,
 * after a message, FAILED. */
int audio_out_check_length(const char *path, const audio_format *format, audio_bits bits, size_t channels,
                           uint64_t frames);

/* Writes interleaved samples. In 16 and 24 bits they are rounded to the nearest step, 1.0 being one step
 * more than the largest that can be stored, and what is beyond full scale is held there and counted.
 * Returns DONE or, after a message, FAILED. */
int audio_out_write(audio_out *out, const float *samples, size_t frames);

/* Completes the file under its name. Returns DONE or, after a message, FAILED and no file. */
int audio_out_commit(audio_out *out);

/* Removes what was written; nothing to do after audio_out_commit(). */
void audio_out_discard(audio_out *out);

#endif
