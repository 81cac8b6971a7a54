/* The standard input and output of `backline stream`.
 *
 * libsndfile could read and write bare samples through pipes, too. But it goes on waiting when a signal came, drops the
 * rest of a frame without a word, and a WAV header's length is its law, also where the writer did not know it. So the
 * bytes are moved here, and what remains of the formats (stream_sample.h, stream_wav.h) is shorter than the callbacks
 * that libsndfile would need. */
#ifndef TOOLS_STREAM_PIPE_H
#define TOOLS_STREAM_PIPE_H

#include <stdbool.h>
#include <stddef.h>

/* Begins as zero. */
typedef struct stream_pipe {
    bool ended; /* the input has no more bytes */
    bool done;  /* the output is complete, and closed */
    bool gone;  /* before that, its reader went away, so that there is nothing more to do */
    int code;   /* FAILED after a message about an error */
} stream_pipe;

/* Neither may be closed or a terminal. Returns DONE or, after a complaint, WRONG_USAGE. */
int stream_pipe_check(void);

/* From here on a reader that went away is noted; before, it ends the program. */
void stream_pipe_begin(void);

/* Waits until all bytes are there. Returns how many; fewer if the input has ended, a stop was requested (stop.h), or
 * the pipe is gone or has failed. */
size_t stream_pipe_read(stream_pipe *p, void *to, size_t size);

/* Hands over all bytes at once. False if the pipe is gone or has failed, or if a stop was requested and the reader
 * takes nothing for a second. */
bool stream_pipe_write(stream_pipe *p, const void *from, size_t size);

/* After the last sample: closes the output, and reads what is left of the input, so that its writer can end. */
void stream_pipe_end(stream_pipe *p);

/* Called last: if the reader went away, ends the program by SIGPIPE, as it would have ended without
 * stream_pipe_begin(). A stop that was requested goes before. */
void stream_pipe_finish(const stream_pipe *p);

#endif
