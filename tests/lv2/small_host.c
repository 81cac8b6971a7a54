#define _GNU_SOURCE
#include "small_host.h"

#include "realtime_guard.h"
#include "test_support.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static _Thread_local bool is_running; /* this thread is inside run() */

static void find_fault(small_host *h, const char *fault)
{
    if (!h->fault)
        h->fault = fault;
}

/* ---- features ---- */

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    small_host *h = handle;
    pthread_mutex_lock(&h->lock);
    size_t i = 0;
    while (i < h->uri_count && strcmp(h->uris[i], uri))
        i++;
    if (i == h->uri_count) {
        h->uris = realloc(h->uris, (i + 1) * sizeof *h->uris);
        h->uris[h->uri_count++] = strdup(uri);
    }
    pthread_mutex_unlock(&h->lock);
    return (LV2_URID)(i + 1);
}

LV2_URID small_host_map(small_host *h, const char *uri)
{
    return map_uri(h, uri);
}

LV2_URID small_host_map_property(small_host *h, property which)
{
    char uri[128];
    snprintf(uri, sizeof uri, "%s%s", PROPERTY_PREFIX, property_describe(which)->symbol);
    return map_uri(h, uri);
}

const char *small_host_unmap(const small_host *h, LV2_URID urid)
{
    return urid && urid <= h->uri_count ? h->uris[urid - 1] : NULL;
}

static int log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list arguments)
{
    small_host *h = handle;
    pthread_mutex_lock(&h->lock);
    const int length = vsnprintf(h->logged, sizeof h->logged, format, arguments);
    pthread_mutex_unlock(&h->lock);
    return length;
}

LV2_LOG_FUNC(3, 4)
static int log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = log_vprintf(handle, type, format, arguments);
    va_end(arguments);
    return length;
}

/* ---- worker ---- */

/* This plugin's messages are wake-ups; there is nothing to respond. */
static LV2_Worker_Status respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void *data)
{
    find_fault(handle, "The worker responded.");
    return LV2_WORKER_ERR_UNKNOWN;
}

/* The message has the size that was scheduled, but nothing in it. */
static void work(small_host *h)
{
    static const uint8_t nothing[64];
    const LV2_Worker_Interface *worker = small_host_interface(h, LV2_WORKER__interface);
    worker->work(h->handle, respond, h, atomic_load(&h->job_size), nothing);
}

static LV2_Worker_Status schedule_work(LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data)
{
    small_host *h = handle;
    if (!is_running)
        find_fault(h, "Work was scheduled outside run().");
    if (size > 64)
        find_fault(h, "A wake-up is larger than 64 bytes.");
    if (h->worker == WORKER_FULL) {
        h->refused++;
        return LV2_WORKER_ERR_NO_SPACE;
    }
    h->scheduled++;
    atomic_store(&h->job_size, size);
    if (h->worker == WORKER_SYNC) {
        if (bl_guard_end())
            find_fault(h, "run() allocated, freed or locked before it scheduled work.");
        work(h);
        bl_guard_begin();
    } else if (h->worker == WORKER_THREAD) {
        atomic_fetch_add(&h->jobs, 1);
    } else {
        h->waiting++;
    }
    return LV2_WORKER_SUCCESS;
}

static void *work_on_and_on(void *data)
{
    small_host *h = data;
    const struct timespec pause = { .tv_nsec = 200000 };
    while (!atomic_load(&h->quit)) {
        if (atomic_load(&h->jobs)) {
            atomic_fetch_sub(&h->jobs, 1);
            work(h);
        } else {
            nanosleep(&pause, NULL);
        }
    }
    return NULL;
}

void small_host_work(small_host *h)
{
    for (; h->waiting; h->waiting--)
        work(h);
}

/* ---- life ---- */

static void add_feature(small_host *h, size_t *count, const char *uri, void *data)
{
    h->feature_data[*count] = (LV2_Feature){ uri, data };
    h->features[*count] = &h->feature_data[*count];
    ++*count;
}

/* With what hosts are known to give: something without a name, and a feature without data. */
static void offer_features(small_host *h)
{
    size_t count = 0;
    h->map = (LV2_URID_Map){ h, map_uri };
    h->schedule = (LV2_Worker_Schedule){ h, schedule_work };
    h->log = (LV2_Log_Log){ h, log_printf, log_vprintf };
    add_feature(h, &count, NULL, NULL);
    add_feature(h, &count, LV2_URID__unmap, NULL);
    add_feature(h, &count, LV2_URID__map, &h->map);
    if (h->worker != WORKER_NONE)
        add_feature(h, &count, LV2_WORKER__schedule, &h->schedule);
    add_feature(h, &count, LV2_LOG__log, &h->log);
}

void small_host_connect(small_host *h, port_id port, void *data)
{
    const int index = port_index(port, h->channels);
    if (index >= 0)
        h->descriptor->connect_port(h->handle, (uint32_t)index, data);
}

static void connect_numbers_and_sound(small_host *h)
{
    for (int i = 0; i < PORT_COUNT; i++) {
        const port_info info = port_describe((port_id)i, h->channels);
        if (info.type != PORT_FLOAT)
            continue;
        h->controls[i] = info.output ? 0 : info.value.initial;
        small_host_connect(h, (port_id)i, &h->controls[i]);
    }
    for (size_t c = 0; c < h->channels; c++) {
        small_host_connect(h, (port_id)(PORT_IN_1 + c), h->in[c]);
        small_host_connect(h, (port_id)(PORT_OUT_1 + c), h->out[c]);
    }
}

bool small_host_open(small_host *h, size_t channels, double rate, const char *bundle, worker_kind worker)
{
    memset(h, 0, sizeof *h);
    h->channels = channels;
    h->worker = worker;
    h->has_atoms = true;
    h->notify_capacity = SMALL_HOST_ATOMS - sizeof(LV2_Atom);
    pthread_mutex_init(&h->lock, NULL);
    offer_features(h);
    lv2_atom_forge_init(&h->forge, &h->map);
    h->descriptor = lv2_descriptor(channels == 1 ? 0 : 1);
    h->handle = h->descriptor->instantiate(h->descriptor, rate, bundle, h->features);
    if (!h->handle) {
        small_host_close(h);
        return false;
    }
    connect_numbers_and_sound(h);
    if (worker == WORKER_THREAD)
        h->has_thread = !pthread_create(&h->thread, NULL, work_on_and_on, h);
    return true;
}

void small_host_activate(small_host *h)
{
    h->has_begun = false;
    h->descriptor->activate(h->handle);
    h->is_active = true;
}

void small_host_deactivate(small_host *h)
{
    if (h->descriptor->deactivate)
        h->descriptor->deactivate(h->handle);
    h->is_active = false;
}

void small_host_close(small_host *h)
{
    atomic_store(&h->quit, true);
    if (h->has_thread)
        pthread_join(h->thread, NULL);
    if (h->is_active)
        small_host_deactivate(h);
    if (h->handle)
        h->descriptor->cleanup(h->handle);
    for (size_t i = 0; i < h->uri_count; i++)
        free(h->uris[i]);
    free(h->uris);
    pthread_mutex_destroy(&h->lock);
    if (h->fault)
        fail_msg("%s", h->fault);
}

const void *small_host_interface(const small_host *h, const char *uri)
{
    return h->descriptor->extension_data(uri);
}

/* ---- run ---- */

/* Rounding, flushing and traps, without the flags of what happened. */
static unsigned float_mode(void)
{
#if defined(__x86_64__)
    return _mm_getcsr() & ~0x3Fu;
#else
    return 0;
#endif
}

void small_host_run_only(small_host *h, uint32_t frames)
{
    const LV2_Worker_Interface *worker = small_host_interface(h, LV2_WORKER__interface);
    const unsigned mode = float_mode();
    is_running = true;
    bl_guard_begin();
    h->descriptor->run(h->handle, frames);
    if (worker->end_run)
        worker->end_run(h->handle);
    if (bl_guard_end() && (h->worker != WORKER_NONE || h->has_begun))
        find_fault(h, "run() allocated, freed or locked.");
    h->has_begun |= frames > 0;
    is_running = false;
    if (float_mode() != mode)
        find_fault(h, "run() left the floating-point mode changed.");
}

void small_host_run_on(small_host *h, uint32_t frames, float *const *out, float *const *in)
{
    float inputs[PORT_LATENCY];
    small_host_finish_events(h);
    *(LV2_Atom *)h->notify = (LV2_Atom){ h->notify_capacity, h->forge.Chunk };
    small_host_connect(h, PORT_CONTROL, h->has_atoms ? h->control : NULL);
    small_host_connect(h, PORT_NOTIFY, h->has_atoms ? h->notify : NULL);
    for (size_t c = 0; c < h->channels; c++) {
        small_host_connect(h, (port_id)(PORT_IN_1 + c), in[c]);
        small_host_connect(h, (port_id)(PORT_OUT_1 + c), out[c]);
    }
    memcpy(inputs, h->controls, sizeof inputs);
    small_host_run_only(h, frames);
    if (memcmp(inputs, h->controls, sizeof inputs))
        find_fault(h, "run() wrote to a control port that is an input.");
    const char *fault = h->has_atoms ? small_host_check_notify(h, h->notify, h->notify_capacity) : NULL;
    if (fault)
        find_fault(h, fault);
}

void small_host_run(small_host *h, uint32_t frames)
{
    const float mark = 12345;
    float *const in[2] = { h->in[0], h->in[1] }, *const out[2] = { h->out[0], h->out[1] };
    for (size_t c = 0; c < h->channels; c++)
        h->out[c][frames] = mark;
    small_host_run_on(h, frames, out, in);
    for (size_t c = 0; c < h->channels; c++)
        if (h->out[c][frames] != mark)
            find_fault(h, "run() wrote more frames than it was asked for.");
}
