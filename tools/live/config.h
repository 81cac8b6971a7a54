/* The devices that worked last, kept in $XDG_CONFIG_HOME/backline/live.json or ~/.config/backline/live.json. */
#ifndef TOOLS_LIVE_CONFIG_H
#define TOOLS_LIVE_CONFIG_H

#include "audio.h"

#include <stdbool.h>

/* False if nothing is remembered, or nothing that can be understood. */
bool config_read(audio_wish *wish);

/* Replaces the file as a whole. BL_ERR_IO; BL_OK if there is no home to keep it in. */
bl_status config_write(const audio_wish *wish, bl_error *error);

#endif
