/* A progress bar on stderr: percent, times real time, time left. Silent where stderr is no terminal. */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool visible;
    uint64_t total;              /* frames; 0 if unknown */
    double rate_hz, begin, next; /* seconds on the clock */
} progress;

/* Seconds on a clock that never jumps. */
double clock_seconds(void);

void progress_begin(progress *p, uint64_t total_frames, double rate_hz);

/* Redraws the bar a few times per second. */
void progress_show(progress *p, uint64_t frames);

/* Takes the bar away. */
void progress_end(progress *p);

#endif
