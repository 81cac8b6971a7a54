/* JACK as a host API of its own.
 *
 * PortAudio knows JACK, too, but version 19.6 waits ten minutes for a server that has gone, cannot begin anew before, and
 * adds a block of latency to a stream whose block is settled. Here the server may end and come back; nothing is added. */
#ifndef TOOLS_LIVE_JACK_AUDIO_H
#define TOOLS_LIVE_JACK_AUDIO_H

#include "audio.h"

#define JACK_HOST_API "JACK"

/* Adds the devices of the server that runs, if one does: every client with physical ports is one. BL_ERR_NO_MEM. */
bl_status jack_devices_read(device_list *devices, bl_error *error);

/* As in audio.h. */
bl_status jack_audio_open(audio *a, bl_error *error);
bl_status jack_audio_start(audio *a, bl_error *error);
void jack_audio_close(audio *a);

#endif
