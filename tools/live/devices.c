#include "devices.h"

#include "jack_audio.h"
#include "library.h"

#include <portaudio.h>
#include <stdio.h>
#include <stdlib.h>

static audio_device describe(int index, const PaHostApiInfo *preferred)
{
    const PaDeviceInfo *info = Pa_GetDeviceInfo(index);
    const PaHostApiInfo *api = Pa_GetHostApiInfo(info->hostApi);
    audio_device d = { .portaudio_index = index,
                       .is_jack = api->type == paJACK,
                       .channels = { info->maxInputChannels, info->maxOutputChannels },
                       .rate_hz = info->defaultSampleRate,
                       .low = { info->defaultLowInputLatency, info->defaultLowOutputLatency },
                       .high = { info->defaultHighInputLatency, info->defaultHighOutputLatency } };
    d.is_default[DEVICE_IN] = preferred && index == preferred->defaultInputDevice;
    d.is_default[DEVICE_OUT] = preferred && index == preferred->defaultOutputDevice;
    d.is_api_default[DEVICE_IN] = index == api->defaultInputDevice;
    d.is_api_default[DEVICE_OUT] = index == api->defaultOutputDevice;
    snprintf(d.name, sizeof d.name, "%s", info->name);
    snprintf(d.host_api, sizeof d.host_api, "%s", api->name);
    return d;
}

audio_device *devices_add(device_list *devices, const audio_device *d, bl_error *error)
{
    audio_device *list = realloc(devices->list, (devices->count + 1) * sizeof *list);
    if (!list) {
        error->status = BL_ERR_NO_MEM;
        snprintf(error->text, sizeof error->text, "There is not enough memory.");
        return NULL;
    }
    devices->list = list;
    list[devices->count] = *d;
    list[devices->count].index = (int)devices->count;
    return &list[devices->count++];
}

/* PortAudio's own way to JACK is not taken (jack_audio.h). */
static bl_status add_portaudio(device_list *devices, bl_error *error)
{
    const PaHostApiInfo *preferred = Pa_GetHostApiInfo(Pa_GetDefaultHostApi());
    const int count = Pa_GetDeviceCount();
    for (int i = 0; i < count; i++) {
        const audio_device d = describe(i, preferred);
        if (!d.is_jack && !devices_add(devices, &d, error))
            return BL_ERR_NO_MEM;
    }
    return BL_OK;
}

bl_status portaudio_devices_read(device_list *devices, bl_error *error)
{
    *devices = (device_list){ .list = NULL };
    return add_portaudio(devices, error);
}

/* A server that runs was started for a reason: its first devices are the defaults. */
static void prefer_jack(device_list *devices)
{
    for (int direction = DEVICE_IN; direction <= DEVICE_OUT; direction++)
        for (size_t i = 0; i < devices->count; i++)
            if (devices->list[i].channels[direction] > 0) {
                devices->list[i].is_default[direction] = devices->list[i].is_api_default[direction] = true;
                break;
            }
}

bl_status devices_read(device_list *devices, bl_error *error)
{
    *devices = (device_list){ .list = NULL };
    bl_status status = jack_devices_read(devices, error);
    prefer_jack(devices);
    const bool has_jack = devices->count > 0;
    if (status)
        return status;
    if (library_begin(error))
        return has_jack ? BL_OK : BL_ERR_IO;
    status = add_portaudio(devices, error);
    library_end();
    for (size_t i = 0; i < devices->count && has_jack; i++)
        if (!devices->list[i].is_jack)
            devices->list[i].is_default[DEVICE_IN] = devices->list[i].is_default[DEVICE_OUT] = false;
    return status;
}

void devices_free(device_list *devices)
{
    free(devices->list);
    *devices = (device_list){ .list = NULL };
}
