/* The audio devices of this machine, and how people name them. */
#ifndef TOOLS_LIVE_DEVICES_H
#define TOOLS_LIVE_DEVICES_H

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct audio_device {
    int index, portaudio_index; /* in the list of all, and in that of PortAudio */
    char name[128];             /* "USB Audio" */
    char host_api[64];          /* "ALSA" */
    bool is_jack;               /* its server alone chooses rate and block */
    int channels[2];            /* in and out, as in all pairs here */
    double rate_hz;             /* default */
    double low[2], high[2];     /* latencies for playing live and for safety, in seconds */
    bool is_default[2];         /* what is taken where none is named */
    bool is_api_default[2];     /* the same, where the host API is settled */
} audio_device;

typedef struct device_list {
    audio_device *list;
    size_t count;
} device_list;

enum { DEVICE_IN, DEVICE_OUT };

/* All there are: those of JACK's server if it runs, then those of PortAudio. BL_ERR_NO_MEM; BL_ERR_IO if PortAudio does
 * not start and there are no others. devices_free() in any case. */
bl_status devices_read(device_list *devices, bl_error *error);

/* Those of PortAudio alone, between library_begin() and library_end(). */
bl_status portaudio_devices_read(device_list *devices, bl_error *error);

/* Adds one, and gives it its index; NULL: BL_ERR_NO_MEM. */
audio_device *devices_add(device_list *devices, const audio_device *d, bl_error *error);
void devices_free(device_list *devices);

/* One end of the way of the sound: a device, and one or two of its channels, counted from 0. */
typedef struct device_end {
    char host_api[64], name[128];
    size_t channels[2], count;
} device_end;

/* Reads "DEVICE:CHANNELS", "DEVICE" or ":CHANNELS". DEVICE is an index, a name, or a part of "HOST API: NAME" that only
 * one device with channels in that direction has; without one it is the default device. CHANNELS count from 1, as "2"
 * or "1,2"; without them it is the first one in, and one or two out. BL_ERR_ARGUMENT, with a sentence that lists what
 * there is. */
bl_status devices_choose(const device_list *devices, int direction, const char *word, device_end *end,
                         bl_error *error);

/* The other end where only one was named: the same device if it can do that too, else the default one of its host API.
 * BL_ERR_IO. */
bl_status devices_partner(const device_list *devices, int direction, const device_end *other, device_end *end,
                          bl_error *error);

/* The device for an end, if it is there and has these channels; BL_ERR_IO otherwise. */
bl_status devices_find(const device_list *devices, int direction, const device_end *end, const audio_device **found,
                       bl_error *error);

/* "USB Audio, channel 2", for people. */
void device_end_describe(const device_end *end, char *text, size_t size);

#endif
