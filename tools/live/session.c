/* The life of a session. */
#include "session_state.h"

#include <cycles.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double load_stretch_seconds = 5, recent_stretch_seconds = 0.5, tuner_seconds = 1;

bl_status session_wrong(bl_error *error, bl_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (error) {
        error->status = status;
        vsnprintf(error->text, sizeof error->text, format, args);
    }
    va_end(args);
    return status;
}

static bl_status no_memory(bl_error *error)
{
    return session_wrong(error, BL_ERR_NO_MEM, "There is not enough memory.");
}

/* ---- clocks ---- */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void session_set_clock(session *s)
{
    const uint64_t cycles = bl_cycles() - s->began_cycles;
    const double seconds = (double)(now_ns() - s->began_ns) * 1e-9;
    if (cycles)
        atomic_store_explicit(&s->seconds_per_cycle, seconds / (double)cycles, memory_order_relaxed);
}

static void begin_clock(session *s)
{
    s->began_cycles = bl_cycles();
    s->began_ns = now_ns();
    nanosleep(&(struct timespec){ .tv_nsec = 5000000 },
              NULL); /* exact to a per cent or so; later calls are better */
    session_set_clock(s);
}

/* ---- rigs ---- */

static bl_status create_rig(const session *s, double rate_hz, bl_rig **out, bl_error *error)
{
    const bl_rig_options options = { .rate_hz = rate_hz,
                                     .in_channels = s->options.in_channels,
                                     .out_channels = s->options.out_channels,
                                     .cpu = s->options.cpu,
                                     .load = s->options.load };
    return bl_rig_create(&options, out, error);
}

/* Every file that cannot be loaded is told of; its place stays empty. */
static void tell_failures(session *s, bl_rig *rig)
{
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        bl_rig_file_state state;
        if (bl_rig_get_file(rig, (bl_rig_file)i, &state))
            continue;
        if (state.error.status)
            session_tell(s, state.error.text);
        bl_rig_file_state_free(&state);
    }
}

static bl_status load_rig(session *s, const bl_rig_setup *setup, bl_rig *rig, bl_error *error)
{
    bl_error own = { 0 };
    if (bl_rig_setup_apply(setup, rig))
        return no_memory(error);
    if (bl_rig_work(rig, &own)) {
        tell_failures(s, rig);
        if (own.status == BL_ERR_NO_MEM)
            return no_memory(error);
    }
    if (bl_rig_setup_apply_knobs(setup, rig, &own))
        session_tell(s, own.text);
    return BL_OK;
}

/* ---- life ---- */

static bool init(session *s, const session_options *options)
{
    s->options = *options;
    s->options.setup = NULL;
    atomic_init(&s->rate_hz, options->rate_hz);
    atomic_init(&s->block, options->block);
    load_meter_init(&s->load, load_stretch_seconds);
    load_meter_init(&s->recent, recent_stretch_seconds);
    guard_init(&s->guard, options->guard_share);
    news_init(&s->news);
    midi_map_init(&s->midi, &options->setup->midi);
    pthread_mutex_init(&s->changing, NULL);
    s->record_path = options->record ? strdup(options->record) : NULL;
    s->options.record = s->record_path;
    return (!options->record || s->record_path) &&
           !bl_history_init(&s->heard, 1, (size_t)(tuner_seconds * options->rate_hz));
}

static bl_status begin_recording(session *s, bl_error *error)
{
    if (!s->record_path)
        return BL_OK;
    bl_status status = record_create(s->record_path, session_rate(s), s->options.in_channels,
                                     s->options.out_channels, &s->record, error);
    atomic_store_explicit(&s->recording, !status, memory_order_release);
    return status;
}

static void release(session *s)
{
    record_free(s->record);
    bl_rig_free(s->rig);
    while (s->old) {
        old_rig *next = s->old->next;
        bl_rig_free(s->old->rig);
        free(s->old);
        s->old = next;
    }
    bl_history_free(&s->heard);
    news_free(&s->news);
    midi_map_free(&s->midi);
    pthread_mutex_destroy(&s->changing);
    free(s->record_path);
    free(s);
}

static bl_status begin_threads(session *s, bl_error *error)
{
    const bool watches = blame_begin(&s->blame, &s->xruns);
    if (watches && !pthread_create(&s->worker, NULL, session_work, s))
        return BL_OK;
    if (watches)
        blame_end(&s->blame);
    return session_wrong(error, BL_ERR_NO_MEM, "There is no room for another thread.");
}

bl_status session_create(const session_options *options, session **out, bl_error *error)
{
    session *s = calloc(1, sizeof *s);
    bl_rig *rig = NULL;
    if (!s)
        return no_memory(error);
    bl_status status = init(s, options) ? create_rig(s, options->rate_hz, &rig, error) : no_memory(error);
    atomic_init(&s->rig, rig);
    if (!status)
        status = begin_recording(s, error);
    if (!status)
        status = load_rig(s, options->setup, rig, error);
    if (!status) {
        begin_clock(s);
        status = begin_threads(s, error);
    }
    if (status)
        release(s);
    else
        *out = s;
    return status;
}

void session_free(session *s)
{
    if (!s)
        return;
    atomic_store_explicit(&s->end, true, memory_order_release);
    pthread_join(s->worker, NULL);
    blame_end(&s->blame);
    release(s);
}

void session_end_recording(session *s)
{
    atomic_store(&s->recording, false);
    if (s->record)
        record_end(s->record);
    session_tell_recording(s);
}

void session_resume(session *s)
{
    s->gain = 0;
}

/* ---- another rate ---- */

/* Takes its files away from a rig that plays no more; what it plays is exchanged only while it plays. */
static void empty(bl_rig *rig, size_t in_channels, size_t out_channels)
{
    float samples[SESSION_SLICE] = { 0 }, more[SESSION_SLICE];
    const float *const in[SESSION_CHANNELS] = { samples, samples };
    float *const out[SESSION_CHANNELS] = { more, more };
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        bl_rig_set_file(rig, (bl_rig_file)i, NULL);
    for (int i = 0; i < 1000 && bl_rig_wants_work(rig); i++) {
        bl_rig_work(rig, NULL);
        bl_rig_process(rig, out, in, SESSION_SLICE);
    }
    bl_rig_work(rig, NULL);
}

static void exchange(session *s, bl_rig *rig, old_rig *place, double rate_hz, size_t block)
{
    place->rig = atomic_exchange(&s->rig, rig);
    place->next = s->old;
    s->old = place;
    empty(place->rig, s->options.in_channels, s->options.out_channels);
    if (rate_hz != session_rate(s) && s->record) {
        atomic_store_explicit(&s->recording, false, memory_order_release);
        session_tell(s, "The rate of the device has changed: the recording ends here.");
    }
    atomic_store(&s->rate_hz, rate_hz);
    atomic_store(&s->block, block);
    session_resume(s);
}

bl_status session_restart(session *s, double rate_hz, size_t block, bl_error *error)
{
    bl_rig_setup setup;
    bl_rig *rig = NULL;
    pthread_mutex_lock(&s->changing);
    old_rig *place = calloc(1, sizeof *place);
    bl_status status = place ? session_setup(s, &setup, error) : no_memory(error);
    if (!status) {
        status = create_rig(s, rate_hz, &rig, error);
        if (!status)
            status = load_rig(s, &setup, rig, error);
        bl_rig_setup_free(&setup);
    }
    if (status) {
        bl_rig_free(rig);
        free(place);
    } else {
        exchange(s, rig, place, rate_hz, block);
    }
    pthread_mutex_unlock(&s->changing);
    return status;
}
