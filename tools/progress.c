#include "progress.h"

#include "messages.h"
#include "text.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BAR = 30 };

static const double redraw_seconds = 0.1;

double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_begin(progress *p, uint64_t total_frames, double rate_hz)
{
    double now = clock_seconds();
    *p = (progress){ .visible = isatty(STDERR_FILENO) == 1,
                     .total = total_frames,
                     .rate_hz = rate_hz,
                     .begin = now,
                     .next = now + redraw_seconds };
}

void progress_show(progress *p, uint64_t frames)
{
    if (!p->visible)
        return;
    double now = clock_seconds();
    if (now < p->next)
        return;
    p->next = now + redraw_seconds;
    double frames_per_second = (double)frames / (now - p->begin);
    char line[512];
    short_text speed = text_significant(frames_per_second / p->rate_hz);
    if (p->total == 0 || frames > p->total) {
        snprintf(line, sizeof line, "%s done  %s times real time", text_duration((double)frames / p->rate_hz).s,
                 speed.s);
    } else {
        double share = (double)frames / (double)p->total;
        int full = (int)(share * BAR);
        snprintf(line, sizeof line, "[%.*s%.*s] %3.0f %%  %s times real time  %s left", full,
                 "##############################", BAR - full, "..............................", 100 * share,
                 speed.s, text_duration((double)(p->total - frames) / frames_per_second).s);
    }
    message_status(line);
}

void progress_end(progress *p)
{
    if (p->visible)
        message_status("");
    p->visible = false;
}
