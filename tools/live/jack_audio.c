#include "jack_audio.h"

#include "jack_library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bl_status wrong(bl_error *error, const char *sentence)
{
    error->status = BL_ERR_IO;
    snprintf(error->text, sizeof error->text, "%s", sentence);
    return BL_ERR_IO;
}

/* ---- devices ---- */

/* What we hear from are output ports of others. */
static const char **physical_ports(jack_client_t *jack, int direction, const char *pattern)
{
    const unsigned long flags = direction == DEVICE_IN ? JackPortIsOutput : JackPortIsInput;
    return jack_get_ports(jack, pattern, JACK_DEFAULT_AUDIO_TYPE, flags | JackPortIsPhysical);
}

/* Port k of a client in that direction, or NULL; the port's name belongs to the caller, who frees it. */
static char *find_port(jack_client_t *jack, int direction, const char *client, size_t k)
{
    const char **ports = physical_ports(jack, direction, NULL);
    const size_t length = strlen(client);
    char *found = NULL;
    for (size_t i = 0; ports && ports[i] && !found; i++)
        if (!strncmp(ports[i], client, length) && ports[i][length] == ':' && !k--)
            found = strdup(ports[i]);
    jack_free(ports);
    return found;
}

static double latency_of(jack_client_t *jack, const char *port, int direction)
{
    jack_latency_range_t range = { 0 };
    jack_port_t *p = port ? jack_port_by_name(jack, port) : NULL;
    if (p)
        jack_port_get_latency_range(p, direction == DEVICE_IN ? JackCaptureLatency : JackPlaybackLatency, &range);
    return (double)range.max / jack_get_sample_rate(jack);
}

static audio_device *find_device(device_list *devices, const char *client, size_t length)
{
    for (size_t i = 0; i < devices->count; i++) {
        audio_device *d = &devices->list[i];
        if (!strcmp(d->host_api, JACK_HOST_API) && strlen(d->name) == length && !memcmp(d->name, client, length))
            return d;
    }
    return NULL;
}

static bl_status add_port(jack_client_t *jack, device_list *devices, int direction, const char *port,
                          bl_error *error)
{
    const size_t length = strcspn(port, ":");
    audio_device *d = find_device(devices, port, length);
    if (!d) {
        audio_device new_device = { .is_jack = true, .rate_hz = jack_get_sample_rate(jack) };
        snprintf(new_device.host_api, sizeof new_device.host_api, "%s", JACK_HOST_API);
        snprintf(new_device.name, sizeof new_device.name, "%.*s", (int)length, port);
        if (!(d = devices_add(devices, &new_device, error)))
            return BL_ERR_NO_MEM;
    }
    if (!d->channels[direction]++)
        d->low[direction] = d->high[direction] = latency_of(jack, port, direction);
    return BL_OK;
}

bl_status jack_devices_read(device_list *devices, bl_error *error)
{
    jack_client_t *jack = jack_library_open("backline");
    bl_status status = BL_OK;
    if (!jack)
        return BL_OK;
    for (int direction = DEVICE_IN; direction <= DEVICE_OUT && !status; direction++) {
        const char **ports = physical_ports(jack, direction, NULL);
        for (size_t i = 0; ports && ports[i] && !status; i++)
            status = add_port(jack, devices, direction, ports[i], error);
        jack_free(ports);
    }
    jack_library_close(jack);
    return status;
}

/* ---- JACK's thread ---- */

static int process(jack_nframes_t frames, void *context)
{
    audio *a = context;
    const float *in[2];
    float *out[2];
    for (size_t c = 0; c < a->wish.in.count; c++)
        in[c] = jack_port_get_buffer(a->ports[DEVICE_IN][c], frames);
    for (size_t c = 0; c < a->wish.out.count; c++)
        out[c] = jack_port_get_buffer(a->ports[DEVICE_OUT][c], frames);
    audio_play(a, out, in, frames, atomic_exchange_explicit(&a->xrun, false, memory_order_relaxed));
    return 0;
}

/* ---- its other threads ---- */

static int note_xrun(void *context)
{
    audio *a = context;
    atomic_store(&a->xrun, true);
    return 0;
}

static void note_end(void *context)
{
    audio *a = context;
    atomic_store(&a->gone, true);
}

/* ---- life ---- */

static bool register_ports(audio *a, int direction, const device_end *end)
{
    for (size_t c = 0; c < end->count; c++) {
        char name[32];
        snprintf(name, sizeof name, "%s_%zu", direction == DEVICE_IN ? "in" : "out", c + 1);
        a->ports[direction][c] = jack_port_register(a->stream, name, JACK_DEFAULT_AUDIO_TYPE,
                                                    direction == DEVICE_IN ? JackPortIsInput : JackPortIsOutput, 0);
        if (!a->ports[direction][c])
            return false;
    }
    return true;
}

/* The other ends must be there before anything begins. */
static bl_status check_ports(audio *a, int direction, const device_end *end, bl_error *error)
{
    for (size_t c = 0; c < end->count; c++) {
        char *port = find_port(a->stream, direction, end->name, end->channels[c]);
        const double latency = latency_of(a->stream, port, direction);
        if (!port) {
            error->status = BL_ERR_IO;
            snprintf(error->text, sizeof error->text, "JACK has no %s \"%s\" with a channel %zu.",
                     direction == DEVICE_IN ? "input" : "output", end->name, end->channels[c] + 1);
            return BL_ERR_IO;
        }
        free(port);
        if (!c)
            a->latency_seconds += latency;
    }
    return BL_OK;
}

bl_status jack_audio_open(audio *a, bl_error *error)
{
    a->is_jack = true;
    a->stream = jack_library_open("backline");
    if (!a->stream)
        return wrong(error, "JACK's server is not running, or does not answer.");
    a->rate_hz = jack_get_sample_rate(a->stream);
    a->block = jack_get_buffer_size(a->stream);
    bl_status status = check_ports(a, DEVICE_IN, &a->wish.in, error);
    if (!status)
        status = check_ports(a, DEVICE_OUT, &a->wish.out, error);
    if (!status && (!register_ports(a, DEVICE_IN, &a->wish.in) || !register_ports(a, DEVICE_OUT, &a->wish.out)))
        status = wrong(error, "JACK's server has no more ports.");
    if (status)
        jack_audio_close(a);
    return status;
}

static bool connect_ports(audio *a, int direction, const device_end *end)
{
    bool ok = true;
    for (size_t c = 0; c < end->count && ok; c++) {
        char *other = find_port(a->stream, direction, end->name, end->channels[c]);
        const char *own = jack_port_name(a->ports[direction][c]);
        ok = other &&
             (direction == DEVICE_IN ? !jack_connect(a->stream, other, own) : !jack_connect(a->stream, own, other));
        free(other);
    }
    return ok;
}

bl_status jack_audio_start(audio *a, bl_error *error)
{
    jack_set_process_callback(a->stream, process, a);
    jack_set_xrun_callback(a->stream, note_xrun, a);
    jack_on_shutdown(a->stream, note_end, a);
    if (!jack_activate(a->stream) && connect_ports(a, DEVICE_IN, &a->wish.in) &&
        connect_ports(a, DEVICE_OUT, &a->wish.out))
        return BL_OK;
    return wrong(error, "JACK's server does not let us play.");
}

void jack_audio_close(audio *a)
{
    jack_library_close(a->stream);
    a->stream = NULL;
}
