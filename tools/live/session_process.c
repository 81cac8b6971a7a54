/* The session on the audio thread. */
#include "session_state.h"

#include <cycles.h>
#include <math.h>
#include <string.h>

static const double fade_seconds = 0.02;

double session_clock(const session *s)
{
    const double cycle = atomic_load_explicit((_Atomic double *)&s->seconds_per_cycle, memory_order_relaxed);
    return (double)(bl_cycles() - s->began_cycles) * cycle;
}

/* A straight line towards 0 or 1; at either end there is nothing to do. */
static void fade(session *s, float *const *out, size_t frames, double rate_hz)
{
    const bool down = atomic_load_explicit(&s->fade_out, memory_order_acquire);
    const float target = down ? 0 : 1, step = (float)((down ? -1 : 1) / (fade_seconds * rate_hz));
    float gain = s->gain;
    if (gain == 1 && !down)
        return;
    for (size_t i = 0; i < frames; i++) {
        gain = gain == target ? gain : fminf(fmaxf(gain + step, 0), 1);
        for (size_t c = 0; c < s->options.out_channels; c++)
            out[c][i] *= gain;
    }
    s->gain = gain;
    if (down && gain == 0)
        atomic_store_explicit(&s->faded, true, memory_order_release);
}

/* What was played, for the tuner and the recording: taken before the rig, which may write into the same memory. */
static void keep_dry(session *s, const float *const *in, size_t frames)
{
    const float *mono = s->mono;
    memcpy(s->mono, in[0], frames * sizeof *s->mono);
    for (size_t c = 0; c < s->options.in_channels; c++)
        memcpy(s->dry[c], in[c], frames * sizeof *s->dry[c]);
    for (size_t i = 0; i < frames && s->options.in_channels == 2; i++)
        s->mono[i] = 0.5f * (in[0][i] + in[1][i]);
    bl_history_write(&s->heard, &mono, frames);
}

static void process_slice(session *s, bl_rig *rig, float *const *out, const float *const *in, size_t frames,
                          double rate_hz)
{
    const float *const dry[SESSION_CHANNELS] = { s->dry[0], s->dry[1] };
    keep_dry(s, in, frames);
    bl_rig_process(rig, out, in, frames);
    fade(s, out, frames, rate_hz);
    if (atomic_load_explicit(&s->recording, memory_order_acquire))
        record_put(s->record, dry, (const float *const *)out, frames);
}

void session_process(session *s, float *const *out, const float *const *in, size_t frames)
{
    const uint64_t begun = bl_cycles();
    blame_enter(&s->blame);
    const double rate_hz = atomic_load_explicit(&s->rate_hz, memory_order_relaxed);
    bl_rig *rig = atomic_load_explicit(&s->rig, memory_order_acquire);
    for (size_t done = 0, n; done < frames; done += n) {
        float *o[SESSION_CHANNELS];
        const float *i[SESSION_CHANNELS];
        n = frames - done < SESSION_SLICE ? frames - done : SESSION_SLICE;
        for (size_t c = 0; c < s->options.out_channels; c++)
            o[c] = out[c] + done;
        for (size_t c = 0; c < s->options.in_channels; c++)
            i[c] = in ? in[c] + done : s->silence;
        process_slice(s, rig, o, i, n, rate_hz);
    }
    const double seconds =
        (double)(bl_cycles() - begun) * atomic_load_explicit(&s->seconds_per_cycle, memory_order_relaxed);
    if (frames) {
        load_meter_add(&s->load, seconds, frames, rate_hz);
        load_meter_add(&s->recent, seconds, frames, rate_hz);
        atomic_fetch_add_explicit(&s->frames, frames, memory_order_relaxed);
    }
    blame_leave(&s->blame, seconds, frames, rate_hz);
}

void session_xrun(session *s)
{
    const uint64_t n = atomic_load_explicit(&s->xruns, memory_order_relaxed);
    atomic_store_explicit(&s->xrun_times[n % SESSION_XRUNS], session_clock(s), memory_order_relaxed);
    atomic_store_explicit(&s->xruns, n + 1, memory_order_release);
}
