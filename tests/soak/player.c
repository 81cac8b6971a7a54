#define _GNU_SOURCE
#include "player.h"
#include "files.h"
#include "realtime_guard.h"

#include <math.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* ---- the worker ---- */

static void *work(void *data)
{
    soak_player *p = data;
    while (!atomic_load(&p->stop))
        if (bl_rig_wants_work(p->rig)) {
            bl_rig_work(p->rig, NULL);
            p->works++;
        } else {
            usleep(100);
        }
    return NULL;
}

void soak_player_open(soak_player *p, const bl_rig_options *options)
{
    bl_error error;
    p->options = *options;
    if (bl_rig_create(options, &p->rig, &error))
        soak_fail("A rig could not be made: %s", error.text);
    atomic_store(&p->stop, false);
    p->signal.period = (size_t)(options->rate_hz / 50);
    if (pthread_create(&p->worker, NULL, work, p))
        soak_fail("There is no thread for the worker.");
}

void soak_player_close(soak_player *p)
{
    atomic_store(&p->stop, true);
    pthread_join(p->worker, NULL);
    bl_rig_free(p->rig);
    p->rig = NULL;
}

void soak_wait(soak_player *p)
{
    while (bl_rig_wants_work(p->rig))
        usleep(100);
}

/* ---- the audio thread ---- */

#if defined(__x86_64__)
enum { DENORMAL = 0x02, FLAGS = 0x3F };

static unsigned clear_flags(void)
{
    const unsigned mode = _mm_getcsr() & ~(unsigned)FLAGS;
    _mm_setcsr(mode);
    return mode;
}

static void check_flags(unsigned mode, const soak_player *p)
{
    const unsigned now = _mm_getcsr();
    if (now & DENORMAL)
        soak_fail("There was arithmetic with denormal numbers while the input was %s.",
                  soak_signal_names[p->signal.kind]);
    if ((now & ~(unsigned)FLAGS) != mode)
        soak_fail("The floating-point mode was changed.");
}
#else
static unsigned clear_flags(void)
{
    return 0;
}

static void check_flags(unsigned mode, const soak_player *p)
{
}
#endif

static void check_finite(const soak_player *p, size_t frames)
{
    for (size_t c = 0; c < p->options.out_channels; c++)
        for (size_t i = 0; i < frames; i++)
            if (!isfinite(p->out[c][i]))
                soak_fail("Output channel %zu is not finite while the input is %s.", c,
                          soak_signal_names[p->signal.kind]);
}

void soak_play(soak_player *p, size_t frames)
{
    float *const in[2] = { p->in[0], p->in[1] }, *const out[2] = { p->out[0], p->out[1] };
    soak_signal_next(&p->signal, in, p->options.in_channels, frames);
    const unsigned mode = clear_flags();
    soak_audio_begin();
    bl_guard_begin();
    bl_rig_process(p->rig, out, (const float *const *)in, frames);
    bl_rig_wants_work(p->rig);
    const unsigned forbidden = bl_guard_end(), allocations = soak_audio_end();
    check_flags(mode, p);
    if (forbidden || allocations)
        soak_fail("The audio thread allocated, freed or locked %u times.",
                  forbidden > allocations ? forbidden : allocations);
    check_finite(p, frames);
    p->seconds += (double)frames / p->options.rate_hz;
    p->blocks++;
}
