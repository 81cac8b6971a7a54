#include "audio.h"

#include "jack_audio.h"
#include "library.h"

#include <math.h>
#include <portaudio.h>
#include <stdio.h>
#include <string.h>

/* ---- the device's thread ---- */

void audio_play(audio *a, float *const *out, const float *const *in, size_t frames, bool xrun)
{
    if (xrun)
        a->client.xrun(a->client.context);
    a->client.process(a->client.context, out, in, frames);
    if (frames > atomic_load_explicit(&a->largest, memory_order_relaxed))
        atomic_store_explicit(&a->largest, frames, memory_order_relaxed);
    atomic_store_explicit(&a->thread, pthread_self(), memory_order_relaxed);
    atomic_fetch_add_explicit(&a->blocks, 1, memory_order_release);
}

static int callback(const void *in, void *out, unsigned long frames, const PaStreamCallbackTimeInfo *times,
                    PaStreamCallbackFlags flags, void *context)
{
    audio *a = context;
    const float *const *from = in; /* not interleaved: a pointer for each channel */
    float *const *to = out;
    const float *picked[2] = { NULL };
    float *played[2] = { NULL };
    for (size_t c = 0; c < a->opened[DEVICE_OUT]; c++)
        memset(to[c], 0, frames * sizeof(float));
    for (size_t c = 0; c < a->wish.out.count; c++)
        played[c] = to[a->wish.out.channels[c]];
    for (size_t c = 0; c < a->wish.in.count && from; c++)
        picked[c] = from[a->wish.in.channels[c]];
    audio_play(a, played, from ? picked : NULL, frames,
               flags & (paInputUnderflow | paInputOverflow | paOutputUnderflow | paOutputOverflow));
    return paContinue;
}

/* ---- opening ---- */

static bl_status cannot_open(const audio *a, PaError problem, bl_error *error)
{
    const char *why =
        problem == paUnanticipatedHostError ? Pa_GetLastHostErrorInfo()->errorText : Pa_GetErrorText(problem);
    const bool busy = problem == paDeviceUnavailable || problem == paUnanticipatedHostError;
    error->status = BL_ERR_IO;
    snprintf(error->text, sizeof error->text, "%.120s to %.120s cannot be opened: %.120s%s", a->wish.in.name,
             a->wish.out.name, why && *why ? why : "no reason is told",
             busy ? "; another program may be using the device." : ".");
    return BL_ERR_IO;
}

static PaStreamParameters parameters(const audio *a, const audio_device *d, int direction, double rate_hz)
{
    const device_end *end = direction == DEVICE_IN ? &a->wish.in : &a->wish.out;
    size_t channels = 0;
    for (size_t i = 0; i < end->count; i++)
        channels = end->channels[i] + 1 > channels ? end->channels[i] + 1 : channels;
    /* with a block of a certain length: that one, and another on its way */
    const double latency = a->wish.block ? 2 * (double)a->wish.block / rate_hz : d->low[direction];
    return (PaStreamParameters){ .device = d->portaudio_index,
                                 .channelCount = (int)channels,
                                 .sampleFormat = paFloat32 | paNonInterleaved,
                                 .suggestedLatency = latency };
}

/* The wanted rate, or the devices' own, or a usual one. */
static void choose_rate(audio *a, const audio_device *in, const audio_device *out)
{
    const double rates[] = { a->wish.rate_hz, out->rate_hz, in->rate_hz, 48000, 44100, 96000, 88200, 192000 };
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const PaStreamParameters from = parameters(a, in, DEVICE_IN, rates[i]),
                                 to = parameters(a, out, DEVICE_OUT, rates[i]);
        const PaError problem = rates[i] > 0 ? Pa_IsFormatSupported(&from, &to, rates[i]) : paInvalidSampleRate;
        if (problem == paDeviceUnavailable) /* it is busy, and PortAudio waits a second before it says so */
            break;
        if (problem == paFormatIsSupported) {
            a->rate_hz = rates[i];
            return;
        }
    }
    a->rate_hz = rates[0] > 0 ? rates[0] : rates[1]; /* opening it will tell why not */
}

static PaError open_stream(audio *a, const audio_device *in, const audio_device *out)
{
    choose_rate(a, in, out);
    const PaStreamParameters from = parameters(a, in, DEVICE_IN, a->rate_hz),
                             to = parameters(a, out, DEVICE_OUT, a->rate_hz);
    a->opened[DEVICE_IN] = (size_t)from.channelCount;
    a->opened[DEVICE_OUT] = (size_t)to.channelCount;
    return Pa_OpenStream(&a->stream, &from, &to, a->rate_hz, (unsigned long)a->wish.block, paNoFlag, callback,
                         a); /* block 0: as the device likes it */
}

static void note_facts(audio *a)
{
    const PaStreamInfo *info = Pa_GetStreamInfo(a->stream);
    a->rate_hz = info->sampleRate;
    a->latency_seconds = info->inputLatency + info->outputLatency;
    a->block = a->wish.block ? a->wish.block : (size_t)lround(info->inputLatency / 2 * a->rate_hz);
}

static bl_status open_devices(audio *a, bl_error *error)
{
    device_list devices;
    const audio_device *in, *out;
    bl_status status = portaudio_devices_read(&devices, error);
    if (!status)
        status = devices_find(&devices, DEVICE_IN, &a->wish.in, &in, error);
    if (!status)
        status = devices_find(&devices, DEVICE_OUT, &a->wish.out, &out, error);
    if (!status) {
        const int kept = quiet_begin();
        const PaError problem = open_stream(a, in, out);
        quiet_end(kept);
        if (problem) {
            a->stream = NULL;
            status = cannot_open(a, problem, error);
        } else {
            note_facts(a);
        }
    }
    devices_free(&devices);
    return status;
}

static bl_status portaudio_open(audio *a, bl_error *error)
{
    bl_status status = library_begin(error);
    if (!status) {
        status = open_devices(a, error);
        if (status)
            library_end();
    }
    return status;
}

static bl_status portaudio_start(audio *a, bl_error *error)
{
    const int kept = quiet_begin();
    const PaError problem = Pa_StartStream(a->stream);
    quiet_end(kept);
    return problem ? cannot_open(a, problem, error) : BL_OK;
}

static void portaudio_close(audio *a)
{
    const int kept = quiet_begin();
    Pa_AbortStream(a->stream);
    Pa_CloseStream(a->stream);
    quiet_end(kept);
    a->stream = NULL;
    library_end();
}

/* ---- both ---- */

bl_status audio_open(audio *a, const audio_wish *wish, bl_error *error)
{
    *a = (audio){ .wish = *wish };
    if (!strcmp(wish->in.host_api, wish->out.host_api))
        return strcmp(wish->in.host_api, JACK_HOST_API) ? portaudio_open(a, error) : jack_audio_open(a, error);
    error->status = BL_ERR_ARGUMENT;
    snprintf(error->text, sizeof error->text,
             "The input belongs to %s and the output to %s; both must belong to the same.", wish->in.host_api,
             wish->out.host_api);
    return BL_ERR_ARGUMENT;
}

bl_status audio_start(audio *a, const audio_client *client, bl_error *error)
{
    a->client = *client;
    return a->is_jack ? jack_audio_start(a, error) : portaudio_start(a, error);
}

void audio_close(audio *a)
{
    if (!a->stream)
        return;
    if (a->is_jack)
        jack_audio_close(a);
    else
        portaudio_close(a);
}

bool audio_is_active(const audio *a)
{
    return a->is_jack ? !atomic_load((atomic_bool *)&a->gone) : Pa_IsStreamActive(a->stream) == 1;
}
