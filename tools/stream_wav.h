/* WAV headers of streams, whose length nobody knows yet.
 *
 * What is written: RIFF and data chunks of 0xFFFFFFFF bytes. FFmpeg writes the same to pipes, and reads it as "until the
 * end", however far that is. SoX and libsndfile read 4 GiB of it; with the other usual number, SoX's 0x7FFFF000, others
 * than SoX would stop at 2 GiB. */
#ifndef TOOLS_STREAM_WAV_H
#define TOOLS_STREAM_WAV_H

#include "stream_pipe.h"
#include "stream_sample.h"

/* Reads everything before the first sample. *size is the number of bytes of sound; UINT64_MAX where the header leaves
 * that to the end of the input. Returns DONE or, after a message, FAILED. */
int stream_wav_read(stream_pipe *p, stream_form *form, uint64_t *size);

/* As stream_pipe_write(). */
bool stream_wav_write(stream_pipe *p, const stream_form *form);

#endif
