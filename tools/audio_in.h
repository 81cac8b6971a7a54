/* Audio files as input: any that libsndfile reads. */
#ifndef TOOLS_AUDIO_IN_H
#define TOOLS_AUDIO_IN_H

#include <sndfile.h>
#include <stddef.h>

typedef struct audio_in {
    SNDFILE *file;
    const char *path;
    int fd;          /* libsndfile's */
    long long bytes; /* when it was opened */
    size_t channels;
    double rate_hz;
    sf_count_t frames; /* as the header says; what counts is what audio_in_read() delivers */
} audio_in;

/* Returns DONE or, after a message, FAILED. Only files: a pipe could keep its reader waiting for ever, and cannot be read twice. */
int audio_in_open(audio_in *in, const char *path);

/* Reads up to n frames of interleaved samples, nominal -1..+1; 0 at the end or on an error. */
size_t audio_in_read(audio_in *in, float *samples, size_t n);

/* After the last frame: DONE, or a message and FAILED if it was an error that ended the file, or somebody cut it meanwhile. */
int audio_in_check(audio_in *in);

/* NULL-safe. */
void audio_in_close(audio_in *in);

#endif
