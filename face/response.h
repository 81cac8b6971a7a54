/* The frequency response of an impulse response's file, to be drawn. */
#ifndef BACKLINE_FACE_RESPONSE_H
#define BACKLINE_FACE_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

enum { RESPONSE_POINTS = 160 };

typedef struct response {
    float db
        [RESPONSE_POINTS]; /* at RESPONSE_LOW .. RESPONSE_HIGH of draw.h, smoothed over a sixth of an octave; the mean of
                                * 160 Hz to 4 kHz is 0 */
    size_t count;          /* RESPONSE_POINTS, or 0: there is none */
    char details[96];      /* "48 kHz, 2 channels, 43 ms" */
    char error[256];       /* "" or why there is none */
} response;

/* Reads the file; takes a few milliseconds. "": none. */
void response_read(response *r, const char *path);

#endif
