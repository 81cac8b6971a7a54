#include "measure_latency.h"

#include "../commands.h"
#include "../messages.h"
#include "../text.h"
#include "realtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIMES = 8, PATIENCE_TICKS = 250 /* 5 s without a block */ };
static const double chirp_seconds = 0.04, period_seconds = 1; /* a longer latency is not found */

/* The audio thread plays chirp after chirp, and keeps what it hears. */
typedef struct measurement {
    float *chirp, *heard;
    size_t length, period, frames; /* frames in all */
    size_t out_channels;
    _Atomic size_t at;
    _Atomic unsigned xruns;
} measurement;

static void play(void *context, float *const *out, const float *const *in, size_t frames)
{
    measurement *m = context;
    const size_t at = atomic_load_explicit(&m->at, memory_order_relaxed);
    for (size_t i = 0; i < frames; i++) {
        const size_t now = at + i, into = now % m->period;
        const bool sounds = now < m->frames && now >= m->period && into < m->length; /* after a second of silence */
        for (size_t c = 0; c < m->out_channels; c++)
            out[c][i] = sounds ? m->chirp[into] : 0;
        if (now < m->frames)
            m->heard[now] = in ? in[0][i] : 0;
    }
    atomic_store_explicit(&m->at, at + frames, memory_order_release);
}

static void note_xrun(void *context)
{
    measurement *m = context;
    atomic_fetch_add_explicit(&m->xruns, 1, memory_order_relaxed);
}

static int compare(const void *a, const void *b)
{
    const long x = *(const long *)a, y = *(const long *)b;
    return (x > y) - (x < y);
}

/* Each chirp on its own; returns how many came back. */
static size_t find_all(const measurement *m, long *latencies)
{
    size_t count = 0;
    for (size_t i = 1; i <= TIMES; i++) {
        const long found = chirp_find(m->chirp, m->length, m->heard + i * m->period, m->period);
        if (found >= 0)
            latencies[count++] = found;
    }
    qsort(latencies, count, sizeof *latencies, compare);
    return count;
}

static int report(const measurement *m, const audio *a)
{
    long latencies[TIMES];
    const size_t count = find_all(m, latencies);
    const unsigned xruns = atomic_load(&m->xruns);
    char in[160], out[160];
    device_end_describe(&a->wish.in, in, sizeof in);
    device_end_describe(&a->wish.out, out, sizeof out);
    if (2 * count <= TIMES)
        return fail(
            "Of %d chirps %zu came back: connect the output (%s) with the input (%s) by a cable, and turn up "
            "what lies between.",
            TIMES, count, out, in);
    const long median = latencies[count / 2];
    printf("Round trip: %ld samples, %.2f ms (median of %zu; from %ld to %ld). The devices tell %.2f ms.\n", median,
           1000 * (double)median / a->rate_hz, count, latencies[0], latencies[count - 1],
           1000 * a->latency_seconds);
    if (xruns)
        warn("%u xrun%s came between; measure again.", xruns, xruns == 1 ? "" : "s");
    return DONE;
}

static int run(measurement *m, audio *a, const atomic_bool *quit)
{
    const audio_client client = { play, note_xrun, m };
    bl_error error = { 0 };
    if (audio_start(a, &client, &error))
        return fail_engine(&error);
    size_t before = 0, at = 0;
    for (int idle = 0; idle < PATIENCE_TICKS && at < m->frames && !atomic_load(quit) && audio_is_active(a);) {
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
        at = atomic_load_explicit(&m->at, memory_order_acquire);
        idle = at == before ? idle + 1 : 0;
        before = at;
    }
    const bool whole = atomic_load(&m->at) >= m->frames;
    audio_close(a);
    if (atomic_load(quit))
        return DONE;
    return whole ? report(m, a) : fail("The device stopped before the measurement was complete.");
}

int measure_latency(audio *a, const atomic_bool *quit)
{
    measurement m = { .length = (size_t)(chirp_seconds * a->rate_hz),
                      .period = (size_t)(period_seconds * a->rate_hz),
                      .out_channels = a->wish.out.count };
    m.frames = (TIMES + 1) * m.period;
    m.chirp = calloc(m.length, sizeof *m.chirp);
    m.heard = realtime_memory(m.frames, sizeof *m.heard);
    int code = m.chirp && m.heard ? DONE : fail("There is not enough memory.");
    if (!code) {
        chirp_make(m.chirp, m.length, a->rate_hz);
        code = run(&m, a, quit);
    }
    free(m.chirp);
    free(m.heard);
    return code;
}
