/* Samples as they come and go through a pipe: little-endian numbers, interleaved. */
#ifndef TOOLS_STREAM_SAMPLE_H
#define TOOLS_STREAM_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum stream_sample { SAMPLE_S16, SAMPLE_S24, SAMPLE_S32, SAMPLE_F32, SAMPLE_F64 } stream_sample;

/* What is said about samples in front of them: by the command line, or by a WAV header. */
typedef struct stream_form {
    stream_sample sample;
    size_t channels;
    uint32_t rate_hz;
} stream_form;

/* What could not be stored. */
typedef struct stream_clipping {
    uint64_t clipped; /* samples */
    float peak;       /* largest absolute sample */
} stream_clipping;

/* "s16" and so on; false if the word is none of them. */
bool stream_sample_parse(const char *word, stream_sample *sample);
const char *stream_sample_name(stream_sample sample);

/* Bytes of one. */
size_t stream_sample_size(stream_sample sample);
bool stream_sample_is_float(stream_sample sample);

/* Bytes of a frame. */
size_t stream_form_frame(const stream_form *form);

/* n samples from bytes, nominal -1..+1: the values that libsndfile gives for files of that kind. */
void stream_sample_read(float *to, const unsigned char *from, size_t n, stream_sample sample);

/* n samples into bytes. Integers are made as audio_out_write() makes them: rounded to the nearest step, 1.0 being one
 * step more than the largest; what is beyond full scale is held there, and counted. Nothing is dithered. */
void stream_sample_write(unsigned char *to, const float *from, size_t n, stream_sample sample,
                         stream_clipping *clipping);

#endif
