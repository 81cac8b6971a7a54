/* What any thread may ask a session. */
#include "session_state.h"

bl_rig *session_rig(session *s)
{
    return atomic_load(&s->rig);
}

midi_map *session_midi(session *s)
{
    return &s->midi;
}

double session_rate(const session *s)
{
    return atomic_load((_Atomic double *)&s->rate_hz);
}

size_t session_block(const session *s)
{
    return atomic_load((_Atomic size_t *)&s->block);
}

void session_fade(session *s, bool out)
{
    atomic_store_explicit(&s->faded, false, memory_order_relaxed);
    atomic_store_explicit(&s->fade_out, out, memory_order_release);
}

bool session_has_faded(const session *s)
{
    return atomic_load_explicit((atomic_bool *)&s->faded, memory_order_acquire);
}

static void read_xruns(session *s, session_state *state)
{
    const uint64_t count = atomic_load_explicit(&s->xruns, memory_order_acquire);
    state->xruns = count;
    state->own_xruns = blame_ours(&s->blame);
    state->xrun_count = count < SESSION_XRUNS ? (size_t)count : SESSION_XRUNS;
    for (size_t i = 0; i < state->xrun_count; i++)
        state->xrun_times[i] =
            atomic_load_explicit(&s->xrun_times[(count - 1 - i) % SESSION_XRUNS], memory_order_relaxed);
}

void session_read(session *s, session_state *state)
{
    bl_rig *rig = session_rig(s);
    record_state recording = { 0 };
    *state = (session_state){ .frames = atomic_load_explicit(&s->frames, memory_order_relaxed),
                              .guard_quality = guard_quality(&s->guard),
                              .latency = bl_rig_latency(rig) };
    bl_rig_read_meters(rig, &state->meters);
    load_meter_read(&s->load, &state->load);
    read_xruns(s, state);
    if (s->record)
        record_read(s->record, &recording);
    state->recorded = recording.recorded;
    state->record_lost = recording.lost;
    state->record_error = recording.error;
}

void session_watch(session *s, pthread_t audio)
{
    blame_watch(&s->blame, audio);
}

/* ---- the tuner ---- */

size_t session_hear(session *s, float *samples, size_t most)
{
    const uint64_t written = bl_history_written(&s->heard);
    const size_t reach = bl_history_reach(&s->heard);
    if (written - s->hear_position > reach)
        s->hear_position = written - reach;
    const uint64_t left = written - s->hear_position;
    const size_t n = left < most ? (size_t)left : most;
    const bool whole = bl_history_read(&s->heard, &samples, s->hear_position, n);
    s->hear_position += n;
    return whole ? n : 0;
}
